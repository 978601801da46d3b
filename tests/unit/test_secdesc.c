#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <kcdfix/secdesc.h>
#include <kcdfix/text.h>

#include "fixture.h"

/* Header of a self-relative descriptor with a DACL behind it and nothing else. */
#define HEADER "0100048000000000000000000000000014000000"

static struct kcd_secdesc decoded(const struct kcd_bytes *bytes)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_secdesc sd;
  assert_int_equal(kcd_secdesc_decode(bytes->data, bytes->len, &sd, &err), 0);
  assert_false(kcd_error_is_set(&err));
  return sd;
}

static struct kcd_bytes encoded(const struct kcd_secdesc *sd)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_bytes bytes;
  assert_int_equal(kcd_secdesc_encode(sd, &bytes, &err), 0);
  return bytes;
}

static void check_identity(const char *name)
{
  struct kcd_bytes bytes = fixture(name);
  struct kcd_secdesc sd = decoded(&bytes);
  struct kcd_bytes again = encoded(&sd);
  assert_true(kcd_bytes_equal(&bytes, &again));
  kcd_bytes_done(&again);
  kcd_secdesc_done(&sd);
  kcd_bytes_done(&bytes);
}

static void identity(void **state)
{
  (void)state;
  check_identity("secdesc-rbcd-one.bin");
  check_identity("secdesc-rbcd-order.bin");
}

static void one_trustee(void **state)
{
  (void)state;
  struct kcd_bytes bytes = fixture("secdesc-rbcd-one.bin");
  struct kcd_secdesc sd = decoded(&bytes);
  char text[KCD_SID_TEXT_MAX];
  assert_int_equal(bytes.len, 80);
  assert_true(sd.has_owner);
  assert_false(sd.has_group);
  assert_true(sd.has_dacl);
  assert_string_equal(kcd_sid_text(&sd.owner, text), "S-1-5-32-544");
  assert_int_equal(sd.n_aces, 1);
  assert_int_equal(sd.aces[0].kind, KCD_ACE_ALLOW);
  assert_int_equal(sd.aces[0].mask, KCD_RIGHT_RBCD_FULL);
  assert_string_equal(kcd_sid_text(&sd.aces[0].sid, text), "S-1-5-21-1-2-3-1105");
  kcd_secdesc_done(&sd);
  kcd_bytes_done(&bytes);
}

static void made_from_nothing(void **state)
{
  (void)state;
  struct kcd_bytes expected = fixture("secdesc-rbcd-one.bin");
  struct kcd_secdesc sd = {.has_owner = true};
  struct kcd_sid trustee;
  assert_int_equal(kcd_sid_parse("S-1-5-32-544", &sd.owner), 0);
  assert_int_equal(kcd_sid_parse("S-1-5-21-1-2-3-1105", &trustee), 0);
  kcd_secdesc_add_allow(&sd, &trustee, KCD_RIGHT_RBCD_FULL);
  struct kcd_bytes bytes = encoded(&sd);
  assert_true(kcd_bytes_equal(&bytes, &expected));
  kcd_bytes_done(&bytes);
  kcd_bytes_done(&expected);
  kcd_secdesc_done(&sd);
}

/* The SACL of an ordinary object's descriptor is left out; all that is kept stays as it was. */
static void ordinary_object(void **state)
{
  (void)state;
  struct kcd_bytes bytes = fixture("secdesc-computer.bin");
  struct kcd_secdesc sd = decoded(&bytes);
  struct kcd_bytes without_sacl = encoded(&sd);
  struct kcd_secdesc again = decoded(&without_sacl);
  assert_int_equal(sd.n_aces, again.n_aces);
  assert_in_range(sd.n_aces, 10, 200);
  for (size_t i = 0; i < sd.n_aces; i++)
    assert_true(kcd_bytes_equal(&sd.aces[i].raw, &again.aces[i].raw));
  assert_true(sd.has_group && again.has_group);
  assert_true(kcd_sid_equal(&sd.group, &again.group));
  assert_true(without_sacl.len < bytes.len);
  kcd_secdesc_done(&again);
  kcd_bytes_done(&without_sacl);
  kcd_secdesc_done(&sd);
  kcd_bytes_done(&bytes);
}

static void decode_any(const void *data, size_t len)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_secdesc sd;
  assert_int_equal(kcd_secdesc_decode(data, len, &sd, &err), -1);
  assert_int_equal(err.code, KCD_E_MALFORMED);
}

static void truncation(void **state)
{
  static const char *const NAMES[] = {"secdesc-rbcd-one.bin", "secdesc-rbcd-order.bin"};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct kcd_bytes bytes = fixture(NAMES[i]);
    each_truncation(&bytes, decode_any);
    kcd_bytes_done(&bytes);
  }
}

static const struct {
  const char *hex;
  const char *message;
} MALFORMED[] = {
    {"", "shorter than its header"},
    {"0200048000000000000000000000000014000000", "unknown revision"},
    {"0100040000000000000000000000000014000000", "not self-relative"},
    {"0100008004000000000000000000000000000000", "owner"},
    {"01000080ffffffff000000000000000000000000", "owner"},
    {"0100008000000000ffffff7f0000000000000000", "group"},
    {"01000480000000000000000000000000ffffffff", "DACL outside of it"},
    {"0100048000000000000000000000000013000000", "DACL outside of it"},
    {HEADER "0400", "DACL longer than it"},
    {HEADER "0400070000000000", "DACL longer than it"},
    {HEADER "0400090000000000", "DACL longer than it"},
    {HEADER "04000800ffff0000", "more entries than its DACL holds"},
    {HEADER "04000c000200000000000400", "more entries than its DACL holds"},
    {HEADER "04000c000100000000000400", "entry 1 of its DACL"},
    {HEADER "04000c000100000000000300", "entry 1 of its DACL"},
    {HEADER "04000c0001000000ff000500", "entry 1 of its DACL"},
    /* an allow entry whose SID claims more sub-authorities than the entry holds */
    {HEADER "04001c00010000000000140000010000"
            "0102000000000005"
            "20000000",
     "entry 1 of its DACL"},
};

static void malformed(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(MALFORMED) / sizeof(MALFORMED[0]); i++) {
    struct kcd_bytes bytes = from_hex(MALFORMED[i].hex);
    struct kcd_error err = KCD_ERROR_INIT;
    struct kcd_secdesc sd;
    assert_int_equal(kcd_secdesc_decode(bytes.data, bytes.len, &sd, &err), -1);
    assert_int_equal(err.code, KCD_E_MALFORMED);
    assert_true(kcd_ends_nocase(err.message, MALFORMED[i].message));
    kcd_bytes_done(&bytes);
  }
}

static void longer_than_the_schema_allows(void **state)
{
  (void)state;
  struct kcd_bytes start = from_hex(HEADER "0400080000000000");
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_secdesc sd;
  uint8_t *padded = kcd_calloc(132097, 1);
  memcpy(padded, start.data, start.len);
  assert_int_equal(kcd_secdesc_decode(padded, 132096, &sd, &err), 0);
  kcd_secdesc_done(&sd);
  decode_any(padded, 132097);
  kcd_free_charp((char **)&padded);
  kcd_bytes_done(&start);
}

static void too_many_entries(void **state)
{
  (void)state;
  struct kcd_secdesc sd = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_sid trustee;
  struct kcd_bytes bytes;
  assert_int_equal(kcd_sid_parse("S-1-5-21-1-2-3-1105", &trustee), 0);
  for (size_t i = 0; i < 1820; i++) /* 8 + 1820 * 36 bytes = 65528 */
    kcd_secdesc_add_allow(&sd, &trustee, KCD_RIGHT_RBCD_FULL);
  assert_int_equal(kcd_secdesc_encode(&sd, &bytes, &err), 0);
  kcd_bytes_done(&bytes);
  kcd_secdesc_add_allow(&sd, &trustee, KCD_RIGHT_RBCD_FULL);
  assert_int_equal(kcd_secdesc_encode(&sd, &bytes, &err), -1);
  assert_int_equal(err.code, KCD_E_MALFORMED);
  kcd_secdesc_done(&sd);
}

/* No DACL and a NULL DACL grant nothing to a KDC; both survive the way through. */
static void without_dacl(void **state)
{
  static const char *const HEX[] = {"0100008000000000000000000000000000000000",
                                    "0100048000000000000000000000000000000000"};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct kcd_bytes bytes = from_hex(HEX[i]);
    struct kcd_secdesc sd = decoded(&bytes);
    assert_false(sd.has_dacl);
    assert_false(kcd_secdesc_grants(&sd, NULL, 0, KCD_RIGHT_CONTROL_ACCESS));
    struct kcd_bytes again = encoded(&sd);
    assert_int_equal(again.len, 20);
    kcd_bytes_done(&again);
    kcd_secdesc_done(&sd);
    kcd_bytes_done(&bytes);
  }
}

/* O:BAG:SY D:(D;;CR;;;1106)(A;;0xf01ff;;;1106)(A;IO;CR;;;1107)(OA;;CR;<a right>;;1108)(OA;;CR;;;1109), where a number
 * is the RID in S-1-5-21-1-2-3. */
static const struct {
  uint32_t rid;
  uint32_t mask;
  bool granted;
} GRANTS[] = {
    {1106, KCD_RIGHT_CONTROL_ACCESS, false}, /* denied before it is allowed */
    {1106, 0x10, true},                      /* another right: the denial does not name it */
    {1106, 0x110, false},
    {1107, KCD_RIGHT_CONTROL_ACCESS, false}, /* inherit-only */
    {1108, KCD_RIGHT_CONTROL_ACCESS, false}, /* that one extended right only */
    {1109, KCD_RIGHT_CONTROL_ACCESS, true},  /* object entry without an object type */
    {1110, KCD_RIGHT_CONTROL_ACCESS, false}, /* nobody named it */
};

static void access_check(void **state)
{
  (void)state;
  struct kcd_bytes bytes = fixture("secdesc-rbcd-order.bin");
  struct kcd_secdesc sd = decoded(&bytes);
  struct kcd_sid domain;
  assert_int_equal(kcd_sid_parse("S-1-5-21-1-2-3", &domain), 0);
  for (size_t i = 0; i < sizeof(GRANTS) / sizeof(GRANTS[0]); i++) {
    struct kcd_sid token[2];
    assert_int_equal(kcd_sid_parse("S-1-1-0", &token[0]), 0);
    assert_int_equal(kcd_sid_child(&domain, GRANTS[i].rid, &token[1]), 0);
    assert_int_equal(kcd_secdesc_grants(&sd, token, 2, GRANTS[i].mask), GRANTS[i].granted);
  }
  kcd_secdesc_done(&sd);
  kcd_bytes_done(&bytes);
}

static void raw_generic_all_is_not_control_access(void **state)
{
  (void)state;
  struct kcd_secdesc sd = {0};
  struct kcd_sid trustee;
  assert_int_equal(kcd_sid_parse("S-1-5-21-1-2-3-1105", &trustee), 0);
  kcd_secdesc_add_allow(&sd, &trustee, KCD_RIGHT_GENERIC_ALL);
  assert_false(kcd_secdesc_grants(&sd, &trustee, 1, KCD_RIGHT_CONTROL_ACCESS));
  kcd_secdesc_add_allow(&sd, &trustee, KCD_RIGHT_RBCD_FULL);
  assert_true(kcd_secdesc_grants(&sd, &trustee, 1, KCD_RIGHT_CONTROL_ACCESS));
  kcd_secdesc_done(&sd);
}

/* A callback entry (0x09) carries a condition, an unknown type (0xff) anything: kept, and neither grants. */
static void conditional_and_unknown_entries(void **state)
{
  (void)state;
  struct kcd_bytes bytes = from_hex(HEADER "0400280002000000" /* two entries */
                                           "0900180000010000"
                                           "010100000000000100000000"
                                           "61727478" /* Everyone, "artx" */
                                           "ff000800deadbeef");
  struct kcd_secdesc sd = decoded(&bytes);
  struct kcd_bytes again = encoded(&sd);
  assert_int_equal(sd.n_aces, 2);
  assert_int_equal(sd.aces[0].kind, KCD_ACE_OTHER);
  assert_int_equal(sd.aces[0].mask, KCD_RIGHT_CONTROL_ACCESS);
  assert_int_equal(sd.aces[1].kind, KCD_ACE_OTHER);
  assert_int_equal(sd.aces[1].mask, 0);
  assert_false(kcd_secdesc_grants(&sd, &sd.aces[0].sid, 1, KCD_RIGHT_CONTROL_ACCESS));
  assert_true(kcd_bytes_equal(&bytes, &again));
  kcd_bytes_done(&again);
  kcd_secdesc_done(&sd);
  kcd_bytes_done(&bytes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(identity),
      cmocka_unit_test(one_trustee),
      cmocka_unit_test(made_from_nothing),
      cmocka_unit_test(ordinary_object),
      cmocka_unit_test(truncation),
      cmocka_unit_test(malformed),
      cmocka_unit_test(longer_than_the_schema_allows),
      cmocka_unit_test(too_many_entries),
      cmocka_unit_test(without_dacl),
      cmocka_unit_test(access_check),
      cmocka_unit_test(raw_generic_all_is_not_control_access),
      cmocka_unit_test(conditional_and_unknown_entries),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
