#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/replmeta.h>

#include "fixture.h"

static void real_rows(void **state)
{
  (void)state;
  struct kcd_bytes blob = fixture("replmeta-computer.bin");
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_attr_meta meta;
  assert_int_equal(kcd_replmeta_find(blob.data, blob.len, KCD_ATTID_ALLOWED_TO_DELEGATE_TO, &meta, &err), 0);
  KCD_AUTO_CHAR dsa = kcd_guid_text(meta.originating_dsa);
  assert_int_equal(meta.attid, KCD_ATTID_ALLOWED_TO_DELEGATE_TO);
  assert_int_equal(meta.version, 1);
  assert_int_equal(meta.originating_time, 1795345537);
  assert_string_equal(dsa, "b94bb495-3b35-4a49-aee0-750965a9698c");
  assert_int_equal(meta.originating_usn, 4047);
  assert_int_equal(meta.local_usn, 4047);
  assert_int_equal(kcd_replmeta_find(blob.data, blob.len, KCD_ATTID_USER_ACCOUNT_CONTROL, &meta, &err), 0);
  assert_int_equal(kcd_replmeta_find(blob.data, blob.len, KCD_ATTID_ALLOWED_TO_ACT_ON_BEHALF, &meta, &err), 1);
  assert_false(kcd_error_is_set(&err));
  kcd_bytes_done(&blob);
}

static void find_fails(const void *data, size_t len)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_attr_meta meta;
  assert_int_equal(kcd_replmeta_find(data, len, KCD_ATTID_USER_ACCOUNT_CONTROL, &meta, &err), -1);
  assert_int_equal(err.code, KCD_E_MALFORMED);
}

static void truncation(void **state)
{
  (void)state;
  struct kcd_bytes blob = fixture("replmeta-computer.bin");
  each_truncation(&blob, find_fails);
  kcd_bytes_done(&blob);
}

static void malformed(void **state)
{
  static const char *const BAD[] = {
      "",
      "02000000000000000000000000000000",   /* version */
      "0100000000000000ffffffff00000000",   /* more rows than bytes */
      "0100000000000000000000000000000000", /* bytes behind the rows */
      /* one row whose time lies beyond year 9999 */
      "01000000000000000100000000000000"
      "0100000001000000"
      "ffffffffffffffff"
      "00000000000000000000000000000000"
      "0000000000000000"
      "0000000000000000",
  };
  (void)state;
  for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
    struct kcd_bytes bytes = from_hex(BAD[i]);
    find_fails(bytes.data, bytes.len);
    kcd_bytes_done(&bytes);
  }
}

static void no_rows(void **state)
{
  (void)state;
  struct kcd_bytes bytes = from_hex("01000000000000000000000000000000");
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_attr_meta meta;
  assert_int_equal(kcd_replmeta_find(bytes.data, bytes.len, KCD_ATTID_USER_ACCOUNT_CONTROL, &meta, &err), 1);
  kcd_bytes_done(&bytes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(real_rows),
      cmocka_unit_test(truncation),
      cmocka_unit_test(malformed),
      cmocka_unit_test(no_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
