/* The record names an account to be deleted: what is decoded is whole and of its form, or refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <kcdfix/text.h>

#include "facts_fixture.h"
#include "stand_in_fixture.h"

static int decode(const char *text, struct kcd_stand_in_record *ret)
{
  struct kcd_error err = KCD_ERROR_INIT;
  int result = kcd_stand_in_record_decode(text, strlen(text), ret, &err);
  assert_int_equal(kcd_error_is_set(&err), result != 0);
  return result;
}

static enum kcd_errc refusal(const char *text, size_t len)
{
  struct kcd_stand_in_record record = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  int result = kcd_stand_in_record_decode(text, len, &record, &err);
  kcd_stand_in_record_done(&record);
  return result == 0 ? KCD_OK : err.code;
}

static void every_member_comes_back(void **state)
{
  (void)state;
  struct kcd_stand_in_record record, again = {0};
  stand_in_record_init(&record);
  record.closed = NOW + 60;
  record.absent = NOW + 50;
  record.reason = kcd_strdup("ticket 4711");
  KCD_AUTO_CHAR text = kcd_stand_in_record_encode(&record);
  assert_non_null(strstr(text, "\"kcdfix.stand-in-record/1\""));
  assert_non_null(strstr(text, "\"" NONCE_DIGITS "\""));
  assert_int_equal(decode(text, &again), 0);
  assert_string_equal(again.id, record.id);
  assert_int_equal(again.state, KCD_STAND_IN_MADE);
  assert_string_equal(again.tool_version, "0.1.0");
  assert_int_equal(again.created, NOW);
  assert_int_equal(again.dc_time, NOW + 5);
  assert_int_equal(again.closed, NOW + 60);
  assert_int_equal(again.absent, NOW + 50);
  assert_string_equal(again.purpose, "check");
  assert_string_equal(again.by, record.by);
  assert_int_equal(again.uid, 1000);
  assert_string_equal(again.reason, "ticket 4711");
  assert_string_equal(again.dc, record.dc);
  assert_string_equal(again.domain, record.domain);
  assert_string_equal(again.host, record.host);
  assert_string_equal(again.name, record.name);
  assert_string_equal(again.dn, record.dn);
  assert_true(again.has_guid);
  assert_memory_equal(again.guid, record.guid, sizeof record.guid);
  assert_memory_equal(again.nonce, fixture_nonce, sizeof fixture_nonce);
  kcd_stand_in_record_done(&again);
  kcd_stand_in_record_done(&record);
}

static void check_round_trip(const struct kcd_stand_in_record *record)
{
  struct kcd_stand_in_record again = {0};
  KCD_AUTO_CHAR text = kcd_stand_in_record_encode(record);
  assert_int_equal(decode(text, &again), 0);
  KCD_AUTO_CHAR second = kcd_stand_in_record_encode(&again);
  assert_string_equal(text, second);
  assert_int_equal(again.state, record->state);
  assert_int_equal(again.has_guid, record->has_guid);
  kcd_stand_in_record_done(&again);
}

static void every_state_comes_back(void **state)
{
  (void)state;
  static const char *const names[] = {"planned", "made", "unknown", "refused", "deleted", "absent"};
  for (int i = KCD_STAND_IN_PLANNED; i <= KCD_STAND_IN_ABSENT; i++) {
    struct kcd_stand_in_record record;
    stand_in_record_init(&record);
    record.state = (enum kcd_stand_in_state)i;
    record.has_guid = i % 2 == 0;
    assert_string_equal(kcd_stand_in_state_name(record.state), names[i]);
    assert_int_equal(kcd_stand_in_is_open(record.state), i <= KCD_STAND_IN_UNKNOWN);
    check_round_trip(&record);
    kcd_stand_in_record_done(&record);
  }
}

static void hostile_texts_come_back(void **state)
{
  (void)state;
  static const char *const texts[] = {"", "\xff", "a\nb", "\xe2\x80\xae", "'\"`$()", "\x1b]0;x\x07"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct kcd_stand_in_record record;
    stand_in_record_init(&record);
    set_string(&record.dn, texts[i]);
    set_string(&record.host, texts[i]);
    set_string(&record.by, texts[i]);
    set_string(&record.reason, texts[i]);
    check_round_trip(&record);
    kcd_stand_in_record_done(&record);
  }
}

static void texts_that_are_not_known_come_back_empty(void **state)
{
  (void)state;
  struct kcd_stand_in_record record, again = {0};
  stand_in_record_init(&record);
  set_string(&record.domain, NULL);
  set_string(&record.purpose, NULL);
  KCD_AUTO_CHAR text = kcd_stand_in_record_encode(&record);
  assert_int_equal(decode(text, &again), 0);
  assert_string_equal(again.domain, "");
  assert_string_equal(again.purpose, "");
  assert_null(again.reason);
  kcd_stand_in_record_done(&again);
  kcd_stand_in_record_done(&record);
}

/* UNIT again and again, LEN bytes of it; owned. */
static char *repeated(const char *unit, size_t len)
{
  char *text = kcd_calloc(len + 1, 1);
  for (size_t i = 0; i < len; i++)
    text[i] = unit[i % strlen(unit)];
  return text;
}

/* The account may be there already when its record is written again. */
static void a_long_reason_does_not_cost_the_record(void **state)
{
  (void)state;
  static const char *const units[] = {"x", "\x01", "\xe2\x82\xac", "\xff", "\x80", "\xf0\x9f\x98\x80"};
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    struct kcd_stand_in_record record, again = {0};
    stand_in_record_init(&record);
    record.reason = repeated(units[i], 131072); /* the longest argument on Linux */
    KCD_AUTO_CHAR text = kcd_stand_in_record_encode(&record);
    assert_int_equal(decode(text, &again), 0);
    const size_t kept = strlen(again.reason);
    assert_in_range(kept, KCD_STAND_IN_TEXT_MAX - 3, KCD_STAND_IN_TEXT_MAX);
    assert_memory_equal(again.reason, record.reason, kept);
    assert_int_equal(kcd_is_utf8(again.reason, kept), i != 3 && i != 4);
    kcd_stand_in_record_done(&again);
    kcd_stand_in_record_done(&record);
  }
}

static void cut_off_anywhere_is_refused(void **state)
{
  (void)state;
  struct kcd_stand_in_record record;
  stand_in_record_init(&record);
  KCD_AUTO_CHAR text = kcd_stand_in_record_encode(&record);
  const size_t len = strlen(text);
  assert_true(text[len - 1] == '\n');
  for (size_t cut = 0; cut + 1 < len; cut++) {
    KCD_AUTO_CHAR piece = kcd_strndup(text, cut);
    assert_int_equal(refusal(piece, cut), KCD_E_MALFORMED);
  }
  assert_int_equal(refusal(text, len - 1), KCD_OK); /* only the newline is missing */
  kcd_stand_in_record_done(&record);
}

/* The encoded record with one member set to VALUE (taken), or dropped for NULL. */
static char *with_member(const char *key, json_t *value)
{
  struct kcd_stand_in_record record;
  stand_in_record_init(&record);
  KCD_AUTO_CHAR text = kcd_stand_in_record_encode(&record);
  kcd_stand_in_record_done(&record);
  json_t *object = json_loads(text, 0, NULL);
  if (value == NULL)
    assert_int_equal(json_object_del(object, key), 0);
  else
    json_object_set_new(object, key, value);
  char *changed = json_dumps(object, 0);
  json_decref(object);
  return changed;
}

static enum kcd_errc refusal_with(const char *key, json_t *value)
{
  KCD_AUTO_CHAR text = with_member(key, value);
  return refusal(text, strlen(text));
}

static const char *const keys[] = {"schema", "id", "state", "tool_version", "created", "dc_time", "closed",
                                   "absent", "by", "uid",   "purpose",      "reason",  "dc",      "domain",
                                   "host",   "dn", "name",  "guid",         "nonce"};

static void every_member_is_needed_and_has_its_type(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    assert_int_equal(refusal_with(keys[i], NULL), KCD_E_MALFORMED);
    assert_int_equal(refusal_with(keys[i], json_real(1.5)), KCD_E_MALFORMED);
    assert_int_equal(refusal_with(keys[i], json_pack("{s:s}", "base32", "x")), KCD_E_MALFORMED);
    assert_int_equal(refusal_with(keys[i], json_pack("[i]", 1)), KCD_E_MALFORMED);
    assert_int_equal(refusal_with(keys[i], json_integer(-1)), KCD_E_MALFORMED);
  }
}

static void no_member_but_those_and_none_twice(void **state)
{
  (void)state;
  struct kcd_stand_in_record record;
  stand_in_record_init(&record);
  KCD_AUTO_CHAR text = kcd_stand_in_record_encode(&record);
  KCD_AUTO_CHAR doubled = kcd_asprintf("{\"name\": \"KCDFIX-4F21$\", %s", text + 1);
  assert_int_equal(refusal(doubled, strlen(doubled)), KCD_E_MALFORMED);
  assert_int_equal(refusal_with("password", json_string("x")), KCD_E_MALFORMED);
  kcd_stand_in_record_done(&record);
}

static void another_schema_is_said_to_be_one(void **state)
{
  (void)state;
  assert_int_equal(refusal_with("schema", json_string("kcdfix.stand-in-record/1")), KCD_OK);
  assert_int_equal(refusal_with("schema", json_string("kcdfix.stand-in-record/2")), KCD_E_UNSUPPORTED);
  assert_int_equal(refusal_with("schema", json_string("kcdfix.record/1")), KCD_E_MALFORMED);
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_stand_in_record record;
  KCD_AUTO_CHAR text = with_member("schema", json_string("kcdfix.stand-in-record/2"));
  assert_int_equal(kcd_stand_in_record_decode(text, strlen(text), &record, &err), -1);
  assert_string_equal(err.message, "stand-in record of another version: kcdfix.stand-in-record/2");
}

static void wrong_values_are_refused(void **state)
{
  (void)state;
  KCD_AUTO_CHAR long_text = repeated("x", KCD_STAND_IN_TEXT_MAX + 1);
  const struct {
    const char *key;
    json_t *value;
  } cases[] = {{"id", json_string("../../etc/passwd")},
               {"id", json_string("20261121T201403Z-a/b")},
               {"id", json_null()},
               {"state", json_string("applied")},
               {"state", json_string("")},
               {"state", json_null()},
               {"created", json_string("yesterday")},
               {"dc_time", json_string("2026-02-30T00:00:00Z")},
               {"uid", json_integer(INT64_C(4294967296))},
               {"guid", json_string("04030201-0605-0807-090a-0b0c0d0e0f1")},
               {"guid", json_false()},
               {"nonce", json_null()},
               {"nonce", json_string("")},
               {"nonce", json_string("0F1E2D3C4B5A69788796A5B4C3D2E1F0")},
               {"nonce", json_string(NONCE_DIGITS "00")},
               {"nonce", json_string("0f1e2d3c4b5a69788796a5b4c3d2e1fg")},
               {"name", json_string("CORE2016$")},
               {"name", json_string("")},
               {"name", json_string("kcdfix-4F21$")},
               {"name", json_string("KCDFIX")},
               {"name", json_stringn("KCDFIX-1\0$", 10)},
               {"host", json_null()},
               {"dn", json_pack("{s:s}", "base64", "YWI=")}, /* is UTF-8, and so no base64 */
               {"dn", json_string(long_text)},
               {"reason", json_string(long_text)}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (refusal_with(cases[i].key, cases[i].value) != KCD_E_MALFORMED)
      fail_msg("case %zu, %s, was taken", i, cases[i].key);
}

static void huge_input_is_refused(void **state)
{
  (void)state;
  struct kcd_stand_in_record record;
  stand_in_record_init(&record);
  KCD_AUTO_CHAR text = kcd_stand_in_record_encode(&record);
  KCD_AUTO_CHAR largest = repeated(" ", KCD_STAND_IN_RECORD_MAX + 1);
  memcpy(largest, text, strlen(text));
  assert_int_equal(refusal(largest, KCD_STAND_IN_RECORD_MAX), KCD_OK);
  assert_int_equal(refusal(largest, KCD_STAND_IN_RECORD_MAX + 1), KCD_E_MALFORMED);
  memset(largest, '[', KCD_STAND_IN_RECORD_MAX);
  assert_int_equal(refusal(largest, KCD_STAND_IN_RECORD_MAX), KCD_E_MALFORMED);
  kcd_stand_in_record_done(&record);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_member_comes_back),
      cmocka_unit_test(every_state_comes_back),
      cmocka_unit_test(hostile_texts_come_back),
      cmocka_unit_test(texts_that_are_not_known_come_back_empty),
      cmocka_unit_test(a_long_reason_does_not_cost_the_record),
      cmocka_unit_test(cut_off_anywhere_is_refused),
      cmocka_unit_test(every_member_is_needed_and_has_its_type),
      cmocka_unit_test(no_member_but_those_and_none_twice),
      cmocka_unit_test(another_schema_is_said_to_be_one),
      cmocka_unit_test(wrong_values_are_refused),
      cmocka_unit_test(huge_input_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
