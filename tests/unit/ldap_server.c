#include "ldap_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <kcdfix/text.h>

#define MAX_REQUEST (1u << 20)

static struct {
  int listener;
  pthread_t thread;
  ldap_server_fn *answer;
  bool drip;
} server;

/* ---- reading BER (X.690, as far as LDAP uses it) ---- */

static size_t read_length(struct kcd_reader *in)
{
  uint8_t first = kcd_read_u8(in);
  return first < 0x80 ? first : (size_t)kcd_read_be(in, first & 0x7f);
}

static struct kcd_reader read_element(struct kcd_reader *in, uint8_t *tag)
{
  struct kcd_reader content;
  *tag = kcd_read_u8(in);
  size_t len = read_length(in);
  const uint8_t *data = kcd_read_bytes(in, len);
  kcd_reader_init(&content, data != NULL ? data : (const uint8_t *)"", data != NULL ? len : 0);
  return content;
}

static int read_number(struct kcd_reader *in)
{
  uint8_t tag;
  struct kcd_reader content = read_element(in, &tag);
  return (int)kcd_read_be(&content, content.left);
}

static void read_text(struct kcd_reader *in, char *out, size_t size)
{
  uint8_t tag;
  struct kcd_reader content = read_element(in, &tag);
  snprintf(out, size, "%.*s", (int)content.left, (const char *)content.data);
}

static void read_search(struct kcd_reader *op, struct ldap_request *request)
{
  uint8_t tag;
  read_text(op, request->base, sizeof(request->base));
  request->scope = read_number(op);
  read_number(op); /* aliases */
  request->size_limit = read_number(op);
  request->time_limit = read_number(op);
  read_number(op);        /* types only */
  read_element(op, &tag); /* filter */
  struct kcd_reader attributes = read_element(op, &tag);
  if (attributes.left > 0)
    read_text(&attributes, request->attribute, sizeof(request->attribute));
}

static void read_add(struct kcd_reader *op, struct ldap_request *request)
{
  uint8_t tag;
  read_text(op, request->base, sizeof(request->base));
  struct kcd_reader attributes = read_element(op, &tag);
  request->attributes = attributes.data;
  request->attributes_len = attributes.left;
}

static void read_page(struct kcd_reader *sequence, struct ldap_request *request)
{
  request->paged = true;
  request->page_size = read_number(sequence);
  read_text(sequence, request->cookie, sizeof(request->cookie));
}

static void read_control(struct kcd_reader *control, struct ldap_request *request)
{
  char oid[64];
  uint8_t tag = 0;
  read_text(control, oid, sizeof(oid));
  struct kcd_reader value = read_element(control, &tag);
  if (tag == 0x01) /* criticality */
    value = read_element(control, &tag);
  struct kcd_reader sequence = read_element(&value, &tag);
  if (strcmp(oid, "1.2.840.113556.1.4.319") == 0)
    read_page(&sequence, request);
  if (strcmp(oid, "1.2.840.113556.1.4.801") == 0)
    request->sd_flags = read_number(&sequence);
}

static void read_operation(struct kcd_reader *op, struct ldap_request *request)
{
  switch (request->op) {
  case LDAP_SERVER_SEARCH:
    read_search(op, request);
    break;
  case LDAP_SERVER_MODIFY:
    read_text(op, request->base, sizeof(request->base));
    break;
  case LDAP_SERVER_ADD:
    read_add(op, request);
    break;
  case LDAP_SERVER_DELETE: /* the operation is the name itself */
    snprintf(request->base, sizeof(request->base), "%.*s", (int)op->left, (const char *)op->data);
    break;
  default:
    break;
  }
}

static void read_request(const uint8_t *data, size_t len, struct ldap_request *request)
{
  struct kcd_reader in;
  uint8_t tag;
  kcd_reader_init(&in, data, len);
  struct kcd_reader message = read_element(&in, &tag);
  request->id = read_number(&message);
  struct kcd_reader op = read_element(&message, &request->op);
  read_operation(&op, request);
  if (message.left == 0)
    return;
  struct kcd_reader controls = read_element(&message, &tag);
  while (controls.left > 0 && !controls.failed) {
    struct kcd_reader control = read_element(&controls, &tag);
    read_control(&control, request);
  }
}

size_t ldap_server_added(const struct ldap_request *request, const char *name, struct kcd_bytes *ret, size_t room)
{
  struct kcd_reader attributes;
  kcd_reader_init(&attributes, request->attributes, request->attributes_len);
  while (attributes.left > 0 && !attributes.failed) {
    uint8_t tag;
    char type[256];
    struct kcd_reader attribute = read_element(&attributes, &tag);
    read_text(&attribute, type, sizeof(type));
    struct kcd_reader values = read_element(&attribute, &tag);
    size_t n = 0;
    for (; strcmp(type, name) == 0 && values.left > 0 && !values.failed; n++) {
      struct kcd_reader value = read_element(&values, &tag);
      if (n < room)
        ret[n] = kcd_bytes_copy(value.data, value.left);
    }
    if (n > 0)
      return n;
  }
  return 0;
}

static bool read_fully(int fd, uint8_t *data, size_t len)
{
  return len == 0 || recv(fd, data, len, MSG_WAITALL) == (ssize_t)len;
}

/* The bytes of one message; 0 at the end of the connection. */
static size_t read_message(int fd, uint8_t *data)
{
  if (!read_fully(fd, data, 2))
    return 0;
  size_t more = data[1] < 0x80 ? 0 : data[1] & 0x7f, len = data[1] < 0x80 ? data[1] : 0;
  if (!read_fully(fd, data + 2, more))
    return 0;
  for (size_t i = 0; i < more; i++)
    len = len << 8 | data[2 + i];
  if (len + more + 2 > MAX_REQUEST || !read_fully(fd, data + 2 + more, len))
    return 0;
  return 2 + more + len;
}

/* ---- writing ---- */

static void add_element(struct kcd_buf *out, uint8_t tag, const void *data, size_t len)
{
  kcd_buf_add_u8(out, tag);
  kcd_buf_add_u8(out, 0x84);
  for (int shift = 24; shift >= 0; shift -= 8)
    kcd_buf_add_u8(out, (uint8_t)(len >> shift));
  kcd_buf_add(out, data, len);
}

static void wrap(struct kcd_buf *inner, uint8_t tag, struct kcd_buf *out)
{
  add_element(out, tag, inner->data, inner->len);
  kcd_buf_done(inner);
}

static struct kcd_buf new_buf(void)
{
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  return buf;
}

static void add_hex(struct kcd_buf *out, uint8_t tag, const char *hex)
{
  struct kcd_bytes bytes;
  if (kcd_hex_decode(hex, &bytes) < 0)
    abort();
  add_element(out, tag, bytes.data, bytes.len);
  kcd_bytes_done(&bytes);
}

static void add_text(struct kcd_buf *out, uint8_t tag, const char *text)
{
  add_element(out, tag, text, strlen(text));
}

static void add_number(struct kcd_buf *out, uint8_t tag, int number)
{
  uint8_t bytes[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
  add_element(out, tag, bytes, sizeof(bytes));
}

void ldap_server_raw(struct ldap_request *request, const void *data, size_t len)
{
  const uint8_t *bytes = data;
  size_t step = server.drip ? 1 : len;
  for (size_t done = 0; done < len; done += step) {
    if (send(request->fd, bytes + done, step, MSG_NOSIGNAL) < 0)
      return;
    if (server.drip)
      usleep(200);
  }
}

static void send_message(struct ldap_request *request, struct kcd_buf *op, uint8_t tag, struct kcd_buf *controls)
{
  struct kcd_buf message = new_buf(), out = new_buf();
  add_number(&message, 0x02, request->id);
  wrap(op, tag, &message);
  if (controls != NULL)
    wrap(controls, 0xa0, &message);
  wrap(&message, 0x30, &out);
  ldap_server_raw(request, out.data, out.len);
  kcd_buf_done(&out);
}

void ldap_server_entry(struct ldap_request *request, const char *dn, ...)
{
  struct kcd_buf op = new_buf(), attributes = new_buf();
  add_text(&op, 0x04, dn);
  va_list args;
  va_start(args, dn);
  for (const char *name; (name = va_arg(args, const char *)) != NULL;) {
    struct kcd_buf attribute = new_buf(), values = new_buf();
    add_text(&attribute, 0x04, name);
    const char *number = va_arg(args, const char *);
    bool is_hex = *number == 'x';
    for (int n = atoi(is_hex ? number + 1 : number); n > 0; n--)
      (is_hex ? add_hex : add_text)(&values, 0x04, va_arg(args, const char *));
    wrap(&values, 0x31, &attribute);
    wrap(&attribute, 0x30, &attributes);
  }
  va_end(args);
  wrap(&attributes, 0x30, &op);
  send_message(request, &op, 0x64, NULL);
}

void ldap_server_reference(struct ldap_request *request)
{
  struct kcd_buf op = new_buf();
  add_text(&op, 0x04, "ldap://elsewhere.test/CN=Configuration,DC=kcd,DC=test");
  send_message(request, &op, 0x73, NULL);
}

static void add_result(struct kcd_buf *op, int code, const char *text)
{
  add_number(op, 0x0a, code);
  add_text(op, 0x04, "");
  add_text(op, 0x04, text);
}

static uint8_t answer_tag(uint8_t op)
{
  switch (op) {
  case LDAP_SERVER_MODIFY:
    return 0x67;
  case LDAP_SERVER_ADD:
    return 0x69;
  case LDAP_SERVER_DELETE:
    return 0x6b;
  default:
    return 0x65;
  }
}

void ldap_server_result(struct ldap_request *request, int code, const char *text)
{
  struct kcd_buf op = new_buf();
  add_result(&op, code, text);
  send_message(request, &op, answer_tag(request->op), NULL);
}

void ldap_server_page(struct ldap_request *request, const char *cookie)
{
  struct kcd_buf op = new_buf(), sequence = new_buf(), value = new_buf(), control = new_buf(), controls = new_buf();
  add_result(&op, 0, "");
  add_number(&sequence, 0x02, 0);
  add_text(&sequence, 0x04, cookie);
  wrap(&sequence, 0x30, &value);
  add_text(&control, 0x04, "1.2.840.113556.1.4.319");
  wrap(&value, 0x04, &control);
  wrap(&control, 0x30, &controls);
  send_message(request, &op, 0x65, &controls);
}

bool ldap_server_rootdse_of(struct ldap_request *request, const char *vendor, const char *extension)
{
  ldap_server_entry(request, "", "defaultNamingContext", "1", "DC=kcd,DC=test", "configurationNamingContext", "1",
                    "CN=Configuration,DC=kcd,DC=test", "dnsHostName", "1", "fake.kcd.test", "ldapServiceName", "1",
                    "kcd.test:fake$@KCD.TEST", "serverName", "1",
                    "CN=FAKE,CN=Servers,CN=First\\, Site,CN=Sites,CN=Configuration,DC=kcd,DC=test",
                    "domainControllerFunctionality", "1", "7", "currentTime", "1", "20261121203000.0Z",
                    extension != NULL ? "supportedExtension" : "unknown", "1", extension != NULL ? extension : "",
                    vendor != NULL ? "vendorName" : "unknown", "1", vendor != NULL ? vendor : "", NULL);
  ldap_server_result(request, 0, "");
  return true;
}

bool ldap_server_rootdse(struct ldap_request *request)
{
  return ldap_server_rootdse_of(request, NULL, NULL);
}

void ldap_server_drip(void)
{
  server.drip = true;
}

/* ---- the thread ---- */

static bool is_answered(uint8_t op)
{
  return op == LDAP_SERVER_SEARCH || op == LDAP_SERVER_MODIFY || op == LDAP_SERVER_ADD || op == LDAP_SERVER_DELETE;
}

static void *serve(void *unused)
{
  (void)unused;
  uint8_t *data = kcd_calloc(1, MAX_REQUEST);
  int fd = accept(server.listener, NULL, NULL), on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  size_t len;
  for (unsigned number = 0; fd >= 0 && (len = read_message(fd, data)) > 0; number++) {
    struct ldap_request request = {.fd = fd, .number = number};
    read_request(data, len, &request);
    if (is_answered(request.op) && !server.answer(&request))
      break;
  }
  close(fd);
  free(data);
  return NULL;
}

uint16_t ldap_server_start(ldap_server_fn *answer)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof(address);
  server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  server.answer = answer;
  server.drip = false;
  if (bind(server.listener, (struct sockaddr *)&address, size) < 0 || listen(server.listener, 1) < 0 ||
      getsockname(server.listener, (struct sockaddr *)&address, &size) < 0)
    abort();
  if (pthread_create(&server.thread, NULL, serve, NULL) != 0)
    abort();
  return ntohs(address.sin_port);
}

void ldap_server_stop(void)
{
  pthread_join(server.thread, NULL);
  close(server.listener);
}
