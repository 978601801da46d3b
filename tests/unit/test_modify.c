/* What Modifies turn out to be, against a FAKE server: each result code, several on their way at once, and answers that
 * never come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <ldap.h>

#include <kcdfix/alloc.h>
#include <kcdfix/directory.h>

#include "ldap_server.h"

#define MANY 40

static const uint8_t guid[16] = {0x28, 0x3f, 0x03, 0xe3, 0x6c, 0xe4, 0x47, 0x65,
                                 0x82, 0x90, 0x52, 0x26, 0xa5, 0xe9, 0x25, 0xcb};
static int next_result;
static const char *next_text;
static char target[512];
static unsigned modify_number;
static struct kcd_error err;
static struct kcd_modify result;
static bool samba;

static bool rootdse(struct ldap_request *request)
{
  return ldap_server_rootdse_of(request, samba ? "Samba Team (https://www.samba.org)" : NULL, NULL);
}

static void answer_usn(struct ldap_request *request)
{
  ldap_server_entry(request, "", "highestCommittedUSN", "1", "4062", NULL);
  ldap_server_result(request, 0, "");
}

static bool answer_next_result(struct ldap_request *request)
{
  if (request->number == 0)
    return rootdse(request);
  if (request->op == LDAP_SERVER_SEARCH) {
    answer_usn(request);
    return true;
  }
  strcpy(target, request->base);
  modify_number = request->number;
  ldap_server_result(request, next_result, next_text);
  return true;
}

static bool answer_usn_alone(struct ldap_request *request)
{
  if (request->number == 0)
    return rootdse(request);
  if (request->op == LDAP_SERVER_SEARCH)
    answer_usn(request);
  return true;
}

static bool answer_usn_and_end(struct ldap_request *request)
{
  return request->op != LDAP_SERVER_MODIFY && answer_usn_alone(request);
}

static const char *value = "cifs/2016GUI";
static int limit_ms = 300;

/* Objects are told apart by the first byte of their objectGUID. */
static void modify_several(ldap_server_fn *answer, struct kcd_modify *changes, size_t n)
{
  static uint8_t guids[MANY][16];
  uint16_t port = ldap_server_start(answer);
  struct kcd_dir_options options = {.host = "127.0.0.1", .port = port, .timeout_ms = limit_ms};
  struct kcd_dir *dir = NULL;
  err = KCD_ERROR_INIT;
  assert_int_equal(kcd_dir_open(&options, &dir, &err), 0);
  struct kcd_values values = {NULL, 0};
  kcd_values_add_text(&values, value);
  struct kcd_mod mods[] = {{KCD_MOD_DELETE, "msDS-AllowedToDelegateTo", {NULL, 0}},
                           {KCD_MOD_ADD, "msDS-AllowedToDelegateTo", values}};
  for (size_t i = 0; i < n; i++) {
    memcpy(guids[i], guid, sizeof(guid));
    guids[i][0] = (uint8_t)(guid[0] + i);
    changes[i] = (struct kcd_modify){.guid = guids[i], .mods = mods, .n = 2};
  }
  kcd_dir_modify(dir, changes, n);
  kcd_values_done(&values);
  kcd_dir_close(dir);
  ldap_server_stop();
}

static int modify_once(ldap_server_fn *answer)
{
  modify_several(answer, &result, 1);
  err = result.error;
  return kcd_error_is_set(&err) ? -1 : 0;
}

static void success(void **state)
{
  (void)state;
  samba = true;
  next_result = 0;
  next_text = "";
  assert_int_equal(modify_once(answer_next_result), 0);
  assert_int_equal(result.usn_before, 4062);
  assert_int_equal(modify_number, 2); /* the question for the USN came before it */
  assert_string_equal(target, "<GUID=e3033f28-e46c-6547-8290-5226a5e925cb>");
}

/* Such a server may answer the question after the Modify behind it, and our own write would seem older than it. */
static void only_samba_is_asked(void **state)
{
  (void)state;
  samba = false;
  next_result = 0;
  next_text = "";
  assert_int_equal(modify_once(answer_next_result), 0);
  assert_int_equal(result.usn_before, 0);
  assert_int_equal(modify_number, 1);
}

/* ---- several at once ---- */

static struct ldap_request kept[MANY];
static unsigned n_kept;

/* Nothing is answered before all of it is there; then the last one first, and every third is refused. */
static bool answer_backwards(struct ldap_request *request)
{
  if (request->number == 0)
    return rootdse(request);
  kept[n_kept++] = *request;
  for (unsigned i = MANY; n_kept == MANY && i-- > 0;)
    ldap_server_result(&kept[i], i % 3 == 0 ? 16 : 0, "");
  return true;
}

static void answers_in_any_order(void **state)
{
  (void)state;
  struct kcd_modify changes[MANY];
  samba = false;
  n_kept = 0;
  modify_several(answer_backwards, changes, MANY);
  for (unsigned i = 0; i < MANY; i++)
    assert_int_equal(changes[i].error.code, i % 3 == 0 ? KCD_E_CONFLICT : KCD_OK);
}

static unsigned n_usns, n_modifies;

/* The number grows with each write, as it does in a directory. */
static bool answer_growing_usn(struct ldap_request *request)
{
  char usn[16];
  if (request->number == 0)
    return rootdse(request);
  if (request->op == LDAP_SERVER_MODIFY) {
    n_modifies++;
    ldap_server_result(request, 0, "");
    return true;
  }
  snprintf(usn, sizeof(usn), "%u", 1000 + n_modifies);
  ldap_server_entry(request, "", "highestCommittedUSN", "1", usn, NULL);
  ldap_server_result(request, 0, "");
  n_usns++;
  return true;
}

static void each_has_its_number(void **state)
{
  (void)state;
  struct kcd_modify changes[MANY];
  samba = true;
  n_usns = n_modifies = 0;
  modify_several(answer_growing_usn, changes, MANY);
  assert_int_equal(n_usns, MANY);
  for (unsigned i = 0; i < MANY; i++) {
    assert_false(kcd_error_is_set(&changes[i].error));
    assert_int_equal(changes[i].usn_before, 1000 + i);
  }
}

int __real_ldap_modify_ext(LDAP *ld, const char *dn, LDAPMod **mods, LDAPControl **server, LDAPControl **client,
                           int *msgid);
int __wrap_ldap_modify_ext(LDAP *ld, const char *dn, LDAPMod **mods, LDAPControl **server, LDAPControl **client,
                           int *msgid);
static unsigned n_busy;
int __wrap_ldap_modify_ext(LDAP *ld, const char *dn, LDAPMod **mods, LDAPControl **server, LDAPControl **client,
                           int *msgid)
{
  int status = __real_ldap_modify_ext(ld, dn, mods, server, client, msgid);
  n_busy += status == LDAP_BUSY;
  return status;
}

/* Does not read on before the socket is full. */
static bool answer_slowly(struct ldap_request *request)
{
  for (int n = 0; request->op == LDAP_SERVER_MODIFY && n_busy == 0 && n < 200; n++)
    usleep(1000);
  return answer_growing_usn(request);
}

static void more_than_the_socket_takes(void **state)
{
  (void)state;
  struct kcd_modify changes[MANY];
  KCD_AUTO_CHAR large = kcd_asprintf("cifs/%0*d", 500000, 0);
  samba = true;
  n_usns = n_modifies = n_busy = 0;
  value = large;
  limit_ms = 20000;
  modify_several(answer_slowly, changes, MANY);
  value = "cifs/2016GUI";
  limit_ms = 300;
  assert_true(n_busy > 0);
  assert_int_equal(n_modifies, MANY);
  assert_int_equal(n_usns, MANY); /* a question that was asked is not asked again */
  for (unsigned i = 0; i < MANY; i++) {
    assert_false(kcd_error_is_set(&changes[i].error));
    assert_true(changes[i].usn_before >= 1000 && changes[i].usn_before <= 1000 + i);
  }
}

static bool answer_seven(struct ldap_request *request)
{
  if (request->number == 0)
    return rootdse(request);
  if (n_modifies++ < 7)
    ldap_server_result(request, 0, "");
  return true;
}

static bool answer_seven_and_end(struct ldap_request *request)
{
  return answer_seven(request) && n_modifies <= 7;
}

/* What was answered is known; of the rest it is said that nobody knows. */
static void some_have_no_answer(void **state)
{
  (void)state;
  ldap_server_fn *const ends[] = {answer_seven, answer_seven_and_end};
  for (size_t end = 0; end < 2; end++) {
    struct kcd_modify changes[MANY];
    samba = false;
    n_modifies = 0;
    modify_several(ends[end], changes, MANY);
    /* a server that closes with requests unread takes back what it had sent */
    for (unsigned i = 0; i < 7; i++)
      assert_true(!kcd_error_is_set(&changes[i].error) || (end == 1 && changes[i].error.code == KCD_E_UNKNOWN_RESULT));
    for (unsigned i = 7; i < MANY; i++) /* the last may not have been sent any more */
      assert_true(changes[i].error.code == KCD_E_UNKNOWN_RESULT ||
                  (end == 1 && changes[i].error.code == KCD_E_UNREACHABLE));
  }
}

static void refusals(void **state)
{
  (void)state;
  static const struct {
    int result;
    const char *text;
    enum kcd_errc code;
  } rows[] = {
      {16, "no matching attribute value", KCD_E_CONFLICT},
      {20, "already exists", KCD_E_CONFLICT},
      {50, "", KCD_E_DENIED},
      {19, "0000202F: can only be modified as system", KCD_E_REJECTED},
      {19, "00002098: SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS)", KCD_E_DENIED},
      {53, "0000001F: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM)", KCD_E_REJECTED},
      {53, "not permitted without the SeEnableDelegationPrivilege", KCD_E_DENIED},
      {32, "", KCD_E_NOT_FOUND},
      {51, "busy", KCD_E_REJECTED},
      {80, "", KCD_E_REJECTED},
      {12345, "", KCD_E_REJECTED},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    next_result = rows[i].result;
    next_text = rows[i].text;
    assert_int_equal(modify_once(answer_next_result), -1);
    assert_int_equal(err.code, rows[i].code);
    assert_int_equal(err.kind, KCD_CODE_LDAP);
    assert_int_equal(err.foreign, rows[i].result);
    assert_string_equal(err.server_text, rows[i].text);
  }
}

static void no_answer(void **state)
{
  (void)state;
  samba = true;
  assert_int_equal(modify_once(answer_usn_alone), -1);
  assert_int_equal(err.code, KCD_E_UNKNOWN_RESULT);
  assert_int_equal(result.usn_before, 4062); /* who finds out what became of it needs this */
}

static void closed_instead_of_an_answer(void **state)
{
  (void)state;
  assert_int_equal(modify_once(answer_usn_and_end), -1);
  assert_int_equal(err.code, KCD_E_UNKNOWN_RESULT);
}

static bool answer_malformed(struct ldap_request *request)
{
  if (request->op == LDAP_SERVER_SEARCH)
    return answer_usn_alone(request);
  uint8_t answer[] = {0x30, 0x08, 0x02, 0x01, (uint8_t)request->id, 0x67, 0x03, 0x0a, 0x7f, 0x00};
  ldap_server_raw(request, answer, sizeof(answer));
  return true;
}

static void malformed_answer(void **state)
{
  (void)state;
  assert_int_equal(modify_once(answer_malformed), -1);
  assert_int_equal(err.code, KCD_E_UNKNOWN_RESULT);
}

int main(void)
{
  signal(SIGPIPE, SIG_IGN);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(success),
      cmocka_unit_test(only_samba_is_asked),
      cmocka_unit_test(answers_in_any_order),
      cmocka_unit_test(each_has_its_number),
      cmocka_unit_test(more_than_the_socket_takes),
      cmocka_unit_test(some_have_no_answer),
      cmocka_unit_test(refusals),
      cmocka_unit_test(no_answer),
      cmocka_unit_test(closed_instead_of_an_answer),
      cmocka_unit_test(malformed_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
