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

#include <kcdfix/bytes.h>

#define MAX_REQUEST 65536

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
  read_number(op); /* scope */
  read_number(op); /* aliases */
  request->size_limit = read_number(op);
  request->time_limit = read_number(op);
  read_number(op);        /* types only */
  read_element(op, &tag); /* filter */
  struct kcd_reader attributes = read_element(op, &tag);
  if (attributes.left > 0)
    read_text(&attributes, request->attribute, sizeof(request->attribute));
}

static void read_control(struct kcd_reader *control, struct ldap_request *request)
{
  char oid[64];
  uint8_t tag = 0;
  read_text(control, oid, sizeof(oid));
  if (strcmp(oid, "1.2.840.113556.1.4.319") != 0)
    return;
  struct kcd_reader value = read_element(control, &tag);
  if (tag == 0x01) /* criticality */
    value = read_element(control, &tag);
  struct kcd_reader sequence = read_element(&value, &tag);
  request->paged = true;
  request->page_size = read_number(&sequence);
  read_text(&sequence, request->cookie, sizeof(request->cookie));
}

static void read_request(const uint8_t *data, size_t len, struct ldap_request *request)
{
  struct kcd_reader in;
  uint8_t tag;
  kcd_reader_init(&in, data, len);
  struct kcd_reader message = read_element(&in, &tag);
  request->id = read_number(&message);
  struct kcd_reader op = read_element(&message, &request->op);
  if (request->op == LDAP_SERVER_SEARCH)
    read_search(&op, request);
  if (request->op == LDAP_SERVER_MODIFY)
    read_text(&op, request->base, sizeof(request->base));
  if (message.left == 0)
    return;
  struct kcd_reader controls = read_element(&message, &tag);
  while (controls.left > 0 && !controls.failed) {
    struct kcd_reader control = read_element(&controls, &tag);
    read_control(&control, request);
  }
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
    for (int n = atoi(va_arg(args, const char *)); n > 0; n--)
      add_text(&values, 0x04, va_arg(args, const char *));
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

void ldap_server_result(struct ldap_request *request, int code, const char *text)
{
  struct kcd_buf op = new_buf();
  add_result(&op, code, text);
  send_message(request, &op, request->op == LDAP_SERVER_MODIFY ? 0x67 : 0x65, NULL);
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

bool ldap_server_rootdse(struct ldap_request *request)
{
  ldap_server_entry(request, "", "defaultNamingContext", "1", "DC=kcd,DC=test", "configurationNamingContext", "1",
                    "CN=Configuration,DC=kcd,DC=test", "dnsHostName", "1", "fake.kcd.test", "ldapServiceName", "1",
                    "kcd.test:fake$@KCD.TEST", "serverName", "1",
                    "CN=FAKE,CN=Servers,CN=First\\, Site,CN=Sites,CN=Configuration,DC=kcd,DC=test",
                    "domainControllerFunctionality", "1", "7", "currentTime", "1", "20261121203000.0Z", NULL);
  ldap_server_result(request, 0, "");
  return true;
}

void ldap_server_drip(void)
{
  server.drip = true;
}

/* ---- the thread ---- */

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
    bool is_question = request.op == LDAP_SERVER_SEARCH || request.op == LDAP_SERVER_MODIFY;
    if (is_question && !server.answer(&request))
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
