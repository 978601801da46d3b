/* Faults that a real KDC does not produce on demand. The server is a FAKE: a thread that answers as the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <kcdfix/clock.h>
#include <kcdfix/kerberr.h>

#include "../../src/kerberos/config.h"
#include "../../src/kerberos/initial.h"
#include "../../src/kerberos/kdc_exchange.h"
#include "../../src/kerberos/names.h"
#include "../../src/kerberos/tcp.h"

enum { TIMEOUT_MS = 300, GENEROUS_MS = 5000 };

/* What the fake sends after a request, byte for byte, before it closes; silent: nothing, until the client goes. */
struct fake {
  const void *reply;
  size_t len;
  bool silent;
  bool byte_by_byte;
  int listener;
  uint16_t port;
  int served;
  uint8_t request[4096];
  size_t request_len;
  pthread_t thread;
};

static void answer(struct fake *fake, int fd)
{
  const uint8_t *reply = fake->reply;
  size_t step = fake->byte_by_byte ? 1 : fake->len;
  for (size_t at = 0; at < fake->len; at += step) {
    if (send(fd, reply + at, step, MSG_NOSIGNAL) < 0)
      return;
    if (fake->byte_by_byte)
      usleep(1000);
  }
}

static void *serve(void *data)
{
  struct fake *fake = data;
  int fd;
  while ((fd = accept(fake->listener, NULL, NULL)) >= 0) {
    ssize_t got = recv(fd, fake->request, sizeof(fake->request), 0);
    fake->request_len = got < 0 ? 0 : (size_t)got;
    fake->served++;
    answer(fake, fd);
    char byte;
    if (fake->silent)
      (void)!recv(fd, &byte, 1, 0);
    close(fd);
  }
  return NULL;
}

static void start_fake(struct fake *fake)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof(address);
  fake->listener = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(fake->listener, (struct sockaddr *)&address, len), 0);
  assert_int_equal(getsockname(fake->listener, (struct sockaddr *)&address, &len), 0);
  assert_int_equal(listen(fake->listener, 8), 0);
  fake->port = ntohs(address.sin_port);
  assert_int_equal(pthread_create(&fake->thread, NULL, serve, fake), 0);
}

static void stop_fake(struct fake *fake)
{
  shutdown(fake->listener, SHUT_RDWR);
  pthread_join(fake->thread, NULL);
  close(fake->listener);
}

static void init_kdc(struct kcd_kdc *kdc, uint16_t port, int timeout_ms)
{
  kcd_kdc_init(
      kdc, &(struct kcd_kdc_options){.host = "127.0.0.1", .realm = "KCD.TEST", .port = port, .timeout_ms = timeout_ms});
}

/* Asks a fake with this reply; returns what kcd_kdc_ask returned and how long it took. */
static int ask(struct fake *fake, int timeout_ms, struct kcd_bytes *reply, struct kcd_error *err, int64_t *took)
{
  struct kcd_kdc kdc;
  start_fake(fake);
  init_kdc(&kdc, fake->port, timeout_ms);
  *err = KCD_ERROR_INIT;
  int64_t started = kcd_now_ms();
  int status = kcd_kdc_ask(&kdc, "\x6a\x01x", 3, reply, err);
  *took = kcd_now_ms() - started;
  kcd_kdc_done(&kdc);
  stop_fake(fake);
  return status;
}

static void assert_fails(struct fake fake, enum kcd_errc code, const char *id, const char *words)
{
  struct kcd_bytes reply = {0};
  struct kcd_error err;
  int64_t took;
  assert_int_equal(ask(&fake, TIMEOUT_MS, &reply, &err, &took), -1);
  assert_int_equal(err.code, code);
  assert_string_equal(err.id, id);
  assert_string_equal(err.server, "127.0.0.1");
  if (strstr(err.message, words) == NULL)
    fail_msg("\"%s\" is not in: %s", words, err.message);
  assert_null(reply.data);
  assert_true(took < 3 * TIMEOUT_MS);
}

static void answer_is_handed_over(void **state)
{
  (void)state;
  for (int slow = 0; slow < 2; slow++) {
    struct fake fake = {.reply = "\0\0\0\5hello and more", .len = 18, .byte_by_byte = slow != 0};
    struct kcd_bytes reply = {0};
    struct kcd_error err;
    int64_t took;
    assert_int_equal(ask(&fake, GENEROUS_MS, &reply, &err, &took), 0);
    assert_int_equal(reply.len, 5);
    assert_memory_equal(reply.data, "hello", 6);
    assert_int_equal(fake.request_len, 7);
    assert_memory_equal(fake.request, "\0\0\0\3\x6a\x01x", 7);
    kcd_bytes_done(&reply);
  }
}

static void lengths_that_are_none(void **state)
{
  (void)state;
  assert_fails((struct fake){.reply = "\0\0\0\0", .len = 4}, KCD_E_MALFORMED, "kdc-bad-answer", "a length of 0 bytes");
  assert_fails((struct fake){.reply = "\xff\xff\xff\xff", .len = 4}, KCD_E_MALFORMED, "kdc-bad-answer", "4294967295");
  assert_fails((struct fake){.reply = "\0\x10\0\1x", .len = 5}, KCD_E_MALFORMED, "kdc-bad-answer", "1048577");
  assert_fails((struct fake){.reply = "HTTP/1.1 400 Bad Request\r\n", .len = 26}, KCD_E_MALFORMED, "kdc-bad-answer",
               "not a Kerberos answer");
}

static void answers_that_end_early(void **state)
{
  (void)state;
  assert_fails((struct fake){.len = 0}, KCD_E_UNREACHABLE, "kdc-unreachable", "without an answer");
  assert_fails((struct fake){.reply = "\0\0", .len = 2}, KCD_E_UNREACHABLE, "kdc-unreachable", "without an answer");
  assert_fails((struct fake){.reply = "\0\0\0\5hel", .len = 7}, KCD_E_UNREACHABLE, "kdc-unreachable", "in the middle");
}

static void answers_that_do_not_come(void **state)
{
  (void)state;
  assert_fails((struct fake){.silent = true}, KCD_E_UNREACHABLE, "kdc-unreachable", "no answer within 300 ms");
  assert_fails((struct fake){.silent = true, .reply = "\0\0\0\5hel", .len = 7}, KCD_E_UNREACHABLE, "kdc-unreachable",
               "no answer within 300 ms");
  /* a byte now and then does not move the deadline */
  static const uint8_t slow[4096] = {0, 0, 0x0f, 0xfc};
  assert_fails((struct fake){.byte_by_byte = true, .reply = slow, .len = sizeof(slow)}, KCD_E_UNREACHABLE,
               "kdc-unreachable", "no answer within 300 ms");
}

static void nobody_listens(void **state)
{
  (void)state;
  struct fake fake = {.len = 0};
  start_fake(&fake);
  stop_fake(&fake);
  struct kcd_kdc kdc;
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_bytes reply = {0};
  init_kdc(&kdc, fake.port, TIMEOUT_MS);
  assert_int_equal(kcd_kdc_ask(&kdc, "x", 1, &reply, &err), -1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  assert_int_equal(err.foreign, ECONNREFUSED);
  assert_non_null(strstr(err.message, "Connection refused"));
  assert_int_equal(kdc.requests, 0);
  kcd_kdc_done(&kdc);
}

static void unknown_name(void **state)
{
  (void)state;
  struct kcd_kdc kdc;
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_bytes reply = {0};
  /* a label of 70 characters: no resolver sends it */
  kcd_kdc_init(
      &kdc, &(struct kcd_kdc_options){.host = "0123456789012345678901234567890123456789012345678901234567890123456789.",
                                      .realm = "KCD.TEST",
                                      .timeout_ms = TIMEOUT_MS});
  assert_int_equal(kcd_kdc_ask(&kdc, "x", 1, &reply, &err), -1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  kcd_kdc_done(&kdc);
}

/* ---- the same through libkrb5 ---- */

struct session {
  struct kcd_config config;
  krb5_context k5;
  krb5_ccache ccache;
  krb5_principal client;
  struct kcd_kdc kdc;
};

static void open_session(struct session *session, uint16_t port)
{
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_config_private("KCD.TEST", "127.0.0.1", port, &session->config, &err), 0);
  assert_int_equal(kcd_config_context(&session->config, &session->k5), 0);
  assert_int_equal(krb5_cc_new_unique(session->k5, "MEMORY", NULL, &session->ccache), 0);
  assert_int_equal(kcd_principal_of_account(session->k5, "alice", "KCD.TEST", &session->client), 0);
  init_kdc(&session->kdc, port, TIMEOUT_MS);
  kcd_kdc_attach(&session->kdc, session->k5);
}

static void close_session(struct session *session)
{
  krb5_free_principal(session->k5, session->client);
  krb5_cc_destroy(session->k5, session->ccache);
  krb5_free_context(session->k5);
  kcd_kdc_done(&session->kdc);
  kcd_config_done(&session->config);
}

static krb5_error_code log_in(struct session *session)
{
  kcd_kdc_begin(&session->kdc);
  struct kcd_initial how = {.client = session->client, .password = "wrong"};
  return kcd_initial_ticket(session->k5, &how, session->ccache, NULL);
}

/* KRB-ERROR { pvno 5, msg-type 30, stime 2026-11-21T20:30:00Z, susec 0, error-code CODE, realm KCD.TEST, sname krbtgt
 * }, behind its length (RFC 4120 5.9.1). */
#define REFUSAL(code)                                                                                                  \
  "\0\0\0\x4c\x7e\x4a\x30\x48\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x1e\xa4\x11\x18\x0f"                                 \
  "20261121203000Z\xa5\x03\x02\x01\x00\xa6\x03\x02\x01" code "\xa9\x0a\x1b\x08KCD.TEST"                                \
  "\xaa\x13\x30\x11\xa0\x03\x02\x01\x02\xa1\x0a\x30\x08\x1b\x06krbtgt"

static void wrong_password_is_tried_once(void **state)
{
  (void)state;
  struct fake fake = {.reply = REFUSAL("\x18"), .len = sizeof(REFUSAL("\x18")) - 1};
  struct session session;
  start_fake(&fake);
  open_session(&session, fake.port);
  assert_int_equal(log_in(&session), KRB5KDC_ERR_PREAUTH_FAILED);
  assert_int_equal(kcd_kdc_refusal_code(&session.kdc), 24);
  assert_int_equal(session.kdc.requests, 1);
  assert_int_equal(fake.served, 1);
  close_session(&session);
  stop_fake(&fake);
}

static void refusal_is_kept_for_one_exchange(void **state)
{
  (void)state;
  struct fake fake = {.reply = REFUSAL("\x06"), .len = sizeof(REFUSAL("\x06")) - 1};
  struct session session;
  start_fake(&fake);
  open_session(&session, fake.port);
  assert_int_equal(log_in(&session), KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN);
  assert_int_equal(kcd_kdc_refusal_code(&session.kdc), 6);
  assert_int_equal(session.kdc.messages, 1);
  kcd_kdc_begin(&session.kdc);
  assert_int_equal(kcd_kdc_refusal_code(&session.kdc), -1);
  assert_int_equal(session.kdc.messages, 0);
  assert_int_equal(session.kdc.requests, 1);
  close_session(&session);
  stop_fake(&fake);
}

static void silence_costs_one_time_limit(void **state)
{
  (void)state;
  struct fake fake = {.silent = true};
  struct session session;
  start_fake(&fake);
  open_session(&session, fake.port);
  int64_t started = kcd_now_ms();
  assert_int_equal(log_in(&session), KRB5_KDC_UNREACH);
  assert_true(kcd_now_ms() - started < 2 * TIMEOUT_MS);
  assert_int_equal(session.kdc.failure.code, KCD_E_UNREACHABLE);
  assert_int_equal(fake.served, 1);
  close_session(&session);
  stop_fake(&fake);
}

/* Bytes that are no Kerberos message are an error of libkrb5 and nothing else. */
static void garbage_is_refused(void **state)
{
  (void)state;
  static const struct {
    const char *reply;
    size_t len;
  } garbage[] = {{"\0\0\0\1\x7e", 5}, {"\0\0\0\4\x7e\x84\xff\xff", 8}, {"\0\0\0\2\x6b\x00", 6}, {"\0\0\0\3abc", 7}};
  for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
    struct fake fake = {.reply = garbage[i].reply, .len = garbage[i].len};
    struct session session;
    start_fake(&fake);
    open_session(&session, fake.port);
    assert_int_not_equal(log_in(&session), 0);
    assert_int_equal(kcd_kdc_refusal_code(&session.kdc), -1);
    close_session(&session);
    stop_fake(&fake);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answer_is_handed_over),
      cmocka_unit_test(lengths_that_are_none),
      cmocka_unit_test(answers_that_end_early),
      cmocka_unit_test(answers_that_do_not_come),
      cmocka_unit_test(nobody_listens),
      cmocka_unit_test(unknown_name),
      cmocka_unit_test(wrong_password_is_tried_once),
      cmocka_unit_test(refusal_is_kept_for_one_exchange),
      cmocka_unit_test(silence_costs_one_time_limit),
      cmocka_unit_test(garbage_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
