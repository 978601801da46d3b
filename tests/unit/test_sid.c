#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <kcdfix/sid.h>

#include "fixture.h"

/* From MS-DTYP 2.4.2.4 and from objects of a Samba domain. */
static const struct {
  const char *hex;
  const char *text;
  const char *well_known;
} SIDS[] = {
    {"010100000000000100000000", "S-1-1-0", "Everyone"},
    {"01020000000000052000000020020000", "S-1-5-32-544", "BUILTIN\\Administrators"},
    {"01010000000000050b000000", "S-1-5-11", "Authenticated Users"},
    {"010100000000001201000000", "S-1-18-1", "Authentication authority asserted identity"},
    {"01050000000000051500000001000000020000000300000051040000", "S-1-5-21-1-2-3-1105", NULL},
    {"010500000000000515000000813e2e25d99b80d06c11209251040000", "S-1-5-21-623787649-3498089433-2451575148-1105", NULL},
    {"0100000000000005", "S-1-5", NULL},
    {"01010000ffffffff01000000", "S-1-4294967295-1", NULL},
    {"010100010000000001000000", "S-1-0x000100000000-1", NULL},
    {"0101ffffffffffffffffffff", "S-1-0xffffffffffff-4294967295", NULL},
    {"010f000000000005"
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "S-1-5-4294967295-4294967295-4294967295-4294967295-4294967295-4294967295-4294967295-4294967295-4294967295-"
     "4294967295-4294967295-4294967295-4294967295-4294967295-4294967295",
     NULL},
};

static void check_sid(const char *hex, const char *text, const char *well_known)
{
  struct kcd_bytes bytes = from_hex(hex);
  struct kcd_sid sid;
  struct kcd_sid parsed;
  struct kcd_buf encoded;
  char out[KCD_SID_TEXT_MAX];
  kcd_buf_init(&encoded, 100);
  assert_int_equal(kcd_sid_decode(bytes.data, bytes.len, &sid), 0);
  assert_string_equal(kcd_sid_text(&sid, out), text);
  assert_int_equal(kcd_sid_parse(text, &parsed), 0);
  assert_true(kcd_sid_equal(&sid, &parsed));
  kcd_sid_write(&encoded, &parsed);
  assert_int_equal(encoded.len, bytes.len);
  assert_memory_equal(encoded.data, bytes.data, bytes.len);
  if (well_known == NULL)
    assert_null(kcd_sid_well_known(&sid));
  else
    assert_string_equal(kcd_sid_well_known(&sid), well_known);
  kcd_buf_done(&encoded);
  kcd_bytes_done(&bytes);
}

static void both_forms(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(SIDS) / sizeof(SIDS[0]); i++)
    check_sid(SIDS[i].hex, SIDS[i].text, SIDS[i].well_known);
}

static void decode_fails(const void *data, size_t len)
{
  struct kcd_sid sid;
  assert_int_equal(kcd_sid_decode(data, len, &sid), -1);
}

static void truncation(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(SIDS) / sizeof(SIDS[0]); i++) {
    struct kcd_bytes bytes = from_hex(SIDS[i].hex);
    each_truncation(&bytes, decode_fails);
    kcd_bytes_done(&bytes);
  }
}

static void malformed_bytes(void **state)
{
  static const char *const BAD[] = {
      "020100000000000100000000",   /* revision */
      "01010000000000010000000000", /* one byte more */
      "0102000000000001000000",     /* count larger than the rest */
      "0110000000000005"
      "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000000000000000000000000000", /* sixteen */
  };
  (void)state;
  for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
    struct kcd_bytes bytes = from_hex(BAD[i]);
    decode_fails(bytes.data, bytes.len);
    kcd_bytes_done(&bytes);
  }
}

static void malformed_text(void **state)
{
  static const char *const BAD[] = {
      "",
      "S",
      "S-1",
      "S-1-",
      "S-2-5-1",
      "s-1-5-1",
      "S-1-5-",
      "S-1-5--1",
      "S-1-5-1 ",
      " S-1-5-1",
      "S-1-5-0x1",
      "S-1-5-1x",
      "S-1-5-4294967296",
      "S-1-5-+1",
      "S-1-0x1000000000000-1",
      "S-1-281474976710656-1",
      "S-1-5-000000000000000000000000001",
      "S-1-5-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
  };
  struct kcd_sid sid;
  (void)state;
  for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
    assert_int_equal(kcd_sid_parse(BAD[i], &sid), -1);
}

static void domain_and_account(void **state)
{
  struct kcd_sid domain;
  struct kcd_sid account;
  struct kcd_sid other;
  (void)state;
  assert_int_equal(kcd_sid_parse("S-1-5-21-1-2-3", &domain), 0);
  assert_int_equal(kcd_sid_child(&domain, 515, &account), 0);
  assert_int_equal(kcd_sid_rid(&account), 515);
  assert_true(kcd_sid_in_domain(&account, &domain));
  assert_false(kcd_sid_in_domain(&domain, &domain));
  assert_int_equal(kcd_sid_parse("S-1-5-21-1-2-4-515", &other), 0);
  assert_false(kcd_sid_in_domain(&other, &domain));
  assert_false(kcd_sid_equal(&other, &account));
  assert_int_equal(kcd_sid_parse("S-1-5", &other), 0);
  assert_int_equal(kcd_sid_rid(&other), 0);
  assert_int_equal(kcd_sid_parse("S-1-5-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", &other), 0);
  assert_int_equal(kcd_sid_child(&other, 1, &account), -1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_forms),     cmocka_unit_test(truncation),         cmocka_unit_test(malformed_bytes),
      cmocka_unit_test(malformed_text), cmocka_unit_test(domain_and_account),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
