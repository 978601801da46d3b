/* What a Modify turns out to be, against a FAKE server: each result code, and answers that never come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/directory.h>

#include "ldap_server.h"

static const uint8_t guid[16] = {0x28, 0x3f, 0x03, 0xe3, 0x6c, 0xe4, 0x47, 0x65,
                                 0x82, 0x90, 0x52, 0x26, 0xa5, 0xe9, 0x25, 0xcb};
static int next_result;
static const char *next_text;
static char target[512];
static unsigned modify_number;
static struct kcd_error err;
static struct kcd_modify_result result;

static void answer_usn(struct ldap_request *request)
{
  ldap_server_entry(request, "", "highestCommittedUSN", "1", "4062", NULL);
  ldap_server_result(request, 0, "");
}

static bool answer_next_result(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
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
    return ldap_server_rootdse(request);
  if (request->op == LDAP_SERVER_SEARCH)
    answer_usn(request);
  return true;
}

static bool answer_usn_and_end(struct ldap_request *request)
{
  return request->op != LDAP_SERVER_MODIFY && answer_usn_alone(request);
}

static int modify_once(ldap_server_fn *answer)
{
  uint16_t port = ldap_server_start(answer);
  struct kcd_dir_options options = {.host = "127.0.0.1", .port = port, .timeout_ms = 300};
  struct kcd_dir *dir = NULL;
  err = KCD_ERROR_INIT;
  result = (struct kcd_modify_result){0};
  assert_int_equal(kcd_dir_open(&options, &dir, &err), 0);
  struct kcd_values values = {NULL, 0};
  kcd_values_add_text(&values, "cifs/2016GUI");
  struct kcd_mod mods[] = {{KCD_MOD_DELETE, "msDS-AllowedToDelegateTo", {NULL, 0}},
                           {KCD_MOD_ADD, "msDS-AllowedToDelegateTo", values}};
  int status = kcd_dir_modify(dir, guid, mods, 2, &result, &err);
  kcd_values_done(&values);
  kcd_dir_close(dir);
  ldap_server_stop();
  return status;
}

static void success(void **state)
{
  (void)state;
  next_result = 0;
  next_text = "";
  assert_int_equal(modify_once(answer_next_result), 0);
  assert_int_equal(result.usn_before, 4062);
  assert_int_equal(modify_number, 2); /* the question for the USN came before it */
  assert_string_equal(target, "<GUID=e3033f28-e46c-6547-8290-5226a5e925cb>");
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
      cmocka_unit_test(success),          cmocka_unit_test(refusals),
      cmocka_unit_test(no_answer),        cmocka_unit_test(closed_instead_of_an_answer),
      cmocka_unit_test(malformed_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
