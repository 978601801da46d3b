/* The parts of the survey that take bytes from outside, or time: PTR answers, ports. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <kcdfix/bytes.h>

#include "../../src/directory/ports.h"
#include "../../src/directory/reverse.h"

/* ---- names of addresses ---- */

static void test_questions(void **state)
{
  (void)state;
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  assert_int_equal(1, inet_pton(AF_INET, "192.0.2.17", &v4.sin_addr));
  KCD_AUTO_CHAR four = reverse_question((const struct sockaddr *)&v4);
  assert_string_equal("17.2.0.192.in-addr.arpa", four);
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  assert_int_equal(1, inet_pton(AF_INET6, "2001:db8::cb01", &v6.sin6_addr));
  KCD_AUTO_CHAR six = reverse_question((const struct sockaddr *)&v6);
  /* RFC 3596 section 2.5 */
  assert_string_equal("1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", six);
}

/* Header, the question "x", and N answers of TYPE whose data is one name. */
static void begin_message(struct kcd_buf *out, uint8_t n)
{
  kcd_buf_init(out, KCD_BUF_DEFAULT_CAP);
  const uint8_t header[] = {0x12, 0x34, 0x85, 0x80, 0, 1, 0, n, 0, 0, 0, 0, 1, 'x', 0, 0, 12, 0, 1};
  kcd_buf_add(out, header, sizeof(header));
}

static void add_name(struct kcd_buf *out, uint8_t type, const char *label)
{
  size_t len = strlen(label);
  const uint8_t head[] = {0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, (uint8_t)(len + 2), (uint8_t)len};
  kcd_buf_add(out, head, sizeof(head));
  kcd_buf_add(out, label, len + 1);
}

static enum dns_outcome decode(const void *data, size_t len, const char *expected, char **ret)
{
  struct dns_question question = {.outcome = DNS_FOUND, .answer = kcd_calloc(1, len + 1), .len = len};
  memcpy(question.answer, data, len);
  enum dns_outcome outcome = reverse_name(&question, expected, ret);
  free(question.answer);
  return outcome;
}

static void assert_name(const struct kcd_buf *message, const char *expected, enum dns_outcome outcome, const char *name)
{
  KCD_AUTO_CHAR found = NULL;
  assert_int_equal(outcome, decode(message->data, message->len, expected, &found));
  if (name == NULL)
    assert_null(found);
  else
    assert_string_equal(name, found);
}

static void test_answers(void **state)
{
  (void)state;
  struct kcd_buf message;
  begin_message(&message, 3);
  add_name(&message, 5, "alias"); /* CNAME */
  add_name(&message, 12, "www");
  add_name(&message, 12, "DC1");
  assert_name(&message, "dc1", DNS_FOUND, "DC1");
  assert_name(&message, "other", DNS_FOUND, "www");
  kcd_buf_done(&message);
  begin_message(&message, 1);
  add_name(&message, 5, "alias");
  assert_name(&message, "alias", DNS_NO_RECORD, NULL);
  kcd_buf_done(&message);
  struct dns_question silent = {.outcome = DNS_NO_ANSWER};
  char *name = NULL;
  assert_int_equal(DNS_NO_ANSWER, reverse_name(&silent, "x", &name));
  assert_null(name);
}

/* Cut anywhere it is never taken for an answer that says another name. */
static void test_truncated(void **state)
{
  (void)state;
  struct kcd_buf message;
  begin_message(&message, 1);
  add_name(&message, 12, "dc1");
  for (size_t len = 0; len < message.len; len++) {
    KCD_AUTO_CHAR found = NULL;
    assert_int_equal(DNS_BROKEN, decode(message.data, len, "dc1", &found));
    assert_null(found);
  }
  kcd_buf_done(&message);
}

static void test_loop(void **state)
{
  (void)state;
  struct kcd_buf message;
  begin_message(&message, 1);
  const uint8_t record[] = {0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, 31};
  kcd_buf_add(&message, record, sizeof(record));
  assert_name(&message, "dc1", DNS_NO_RECORD, NULL);
  kcd_buf_done(&message);
}

/* ---- ports ---- */

static int listen_on(const char *address, uint16_t *port)
{
  struct sockaddr_in where = {.sin_family = AF_INET};
  socklen_t size = sizeof(where);
  assert_int_equal(1, inet_pton(AF_INET, address, &where.sin_addr));
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(fd >= 0);
  assert_int_equal(0, bind(fd, (const struct sockaddr *)&where, sizeof(where)));
  assert_int_equal(0, listen(fd, 1));
  assert_int_equal(0, getsockname(fd, (struct sockaddr *)&where, &size));
  *port = ntohs(where.sin_port);
  return fd;
}

static struct addrinfo *addresses_of(const char *host)
{
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST}, *list = NULL;
  assert_int_equal(0, getaddrinfo(host, NULL, &hints, &list));
  return list;
}

static void test_open_and_refused(void **state)
{
  (void)state;
  struct kcd_server_facts server = {.name = NULL};
  uint16_t closed;
  int fd = listen_on("127.0.0.1", &server.ports[0].port);
  close(listen_on("127.0.0.1", &closed));
  for (int i = 1; i < KCD_PORTS; i++)
    server.ports[i].port = closed;
  struct addrinfo *list = addresses_of("127.0.0.1");
  ports_try(&server, &list, 1, INT64_MAX / 2);
  assert_int_equal(KCD_PORT_OPEN, server.ports[0].outcome);
  for (int i = 1; i < KCD_PORTS; i++)
    assert_int_equal(KCD_PORT_REFUSED, server.ports[i].outcome);
  freeaddrinfo(list);
  close(fd);
}

/* Open at one of two addresses is open, whichever comes first. */
static void test_two_addresses(void **state)
{
  (void)state;
  for (int order = 0; order < 2; order++) {
    struct kcd_server_facts server = {.name = NULL};
    int fd = listen_on("127.0.0.2", &server.ports[0].port);
    struct addrinfo *first = addresses_of(order == 0 ? "127.0.0.1" : "127.0.0.2");
    struct addrinfo *second = addresses_of(order == 0 ? "127.0.0.2" : "127.0.0.1");
    first->ai_next = second;
    ports_try(&server, &first, 1, INT64_MAX / 2);
    assert_int_equal(KCD_PORT_OPEN, server.ports[0].outcome);
    freeaddrinfo(first);
    close(fd);
  }
}

static void test_without_address(void **state)
{
  (void)state;
  struct kcd_server_facts server = {.name = NULL};
  struct addrinfo *none = NULL;
  ports_try(&server, &none, 1, 0);
  assert_int_equal(KCD_PORT_NOT_TRIED, server.ports[0].outcome);
}

/* A queue of one that is full takes no more: the SYN stays without an answer. */
static void test_silent(void **state)
{
  (void)state;
  struct kcd_server_facts server = {.name = NULL};
  int fd = listen_on("127.0.0.3", &server.ports[0].port);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(server.ports[0].port)};
  assert_int_equal(1, inet_pton(AF_INET, "127.0.0.3", &to.sin_addr));
  int queued[4];
  for (int i = 0; i < 4; i++) {
    queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    (void)connect(queued[i], (const struct sockaddr *)&to, sizeof(to));
  }
  for (int i = 1; i < KCD_PORTS; i++)
    server.ports[i].port = server.ports[0].port;
  struct addrinfo *list = addresses_of("127.0.0.3");
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t begin = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  ports_try(&server, &list, 1, begin + 200);
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t took = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - begin;
  for (int i = 0; i < KCD_PORTS; i++)
    assert_int_equal(KCD_PORT_SILENT, server.ports[i].outcome);
  assert_in_range(took, 200, 2000);
  freeaddrinfo(list);
  for (int i = 0; i < 4; i++)
    close(queued[i]);
  close(fd);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_questions),        cmocka_unit_test(test_answers),
      cmocka_unit_test(test_truncated),        cmocka_unit_test(test_loop),
      cmocka_unit_test(test_open_and_refused), cmocka_unit_test(test_two_addresses),
      cmocka_unit_test(test_without_address),  cmocka_unit_test(test_silent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
