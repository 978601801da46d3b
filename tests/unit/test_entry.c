/* test_entry.c - directory objects as bytes, hostile ones included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/entry.h>

static struct kcd_entries entries;

static int set_up(void **state)
{
  *state = kcd_entries_add(&entries, "CN=CORE2016,DC=kcd,DC=test");
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  kcd_entries_done(&entries);
  return 0;
}

static void add(struct kcd_entry *entry, const char *name, const char *text)
{
  kcd_values_add_text(kcd_entry_attribute(entry, name), text);
}

static void test_names_without_regard_to_case(void **state)
{
  struct kcd_entry *entry = *state;
  add(entry, "servicePrincipalName", "HOST/a");
  add(entry, "SERVICEPRINCIPALNAME", "HOST/b");
  assert_int_equal(entry->n, 1);
  assert_int_equal(kcd_entry_get(entry, "serviceprincipalname")->n, 2);
  assert_string_equal(kcd_entry_text(entry, "servicePrincipalName"), "HOST/a");
}

static void test_absent_and_empty_are_the_same(void **state)
{
  struct kcd_entry *entry = *state;
  uint32_t number;
  kcd_entry_attribute(entry, "description");
  assert_null(kcd_entry_get(entry, "description"));
  assert_null(kcd_entry_get(entry, "cn"));
  assert_null(kcd_entry_text(entry, "description"));
  assert_false(kcd_entry_u32(entry, "description", &number));
}

static void test_text_is_text(void **state)
{
  struct kcd_entry *entry = *state;
  kcd_values_add(kcd_entry_attribute(entry, "nul"), "a\0b", 3);
  kcd_values_add(kcd_entry_attribute(entry, "latin"), "M\xfcller", 6);
  kcd_values_add(kcd_entry_attribute(entry, "empty"), "", 0);
  add(entry, "utf8", "M\xc3\xbcller");
  assert_null(kcd_entry_text(entry, "nul"));
  assert_null(kcd_entry_text(entry, "latin"));
  assert_string_equal(kcd_entry_text(entry, "empty"), "");
  assert_string_equal(kcd_entry_text(entry, "utf8"), "M\xc3\xbcller");
}

static void test_numbers(void **state)
{
  static const struct {
    const char *text;
    bool is_u64, is_u32;
    uint64_t value;
  } cases[] = {
      {"0", true, true, 0},
      {"4096", true, true, 4096},
      {"007", true, true, 7},
      {"-2147483648", true, true, UINT64_C(0xFFFFFFFF80000000)},
      {"-1", true, true, UINT64_MAX},
      {"4294967295", true, true, UINT32_MAX},
      {"4294967296", true, false, UINT64_C(4294967296)},
      {"-2147483649", true, false, UINT64_C(0xFFFFFFFF7FFFFFFF)},
      {"9223372036854775807", true, false, INT64_MAX},
      {"-9223372036854775808", true, false, UINT64_C(1) << 63},
      {"18446744073709551615", true, true, UINT64_MAX}, /* the same 64 bits as -1 */
      {"18446744073709551616", false, false, 0},
      {"-9223372036854775809", false, false, 0},
      {"99999999999999999999999999", false, false, 0},
      {"", false, false, 0},
      {"-", false, false, 0},
      {"+1", false, false, 0},
      {" 1", false, false, 0},
      {"1 ", false, false, 0},
      {"0x10", false, false, 0},
      {"1e3", false, false, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char name[16];
    uint64_t u64 = 77;
    uint32_t u32 = 77;
    snprintf(name, sizeof name, "n%zu", i);
    add(*state, name, cases[i].text);
    assert_int_equal(kcd_entry_u64(*state, name, &u64), cases[i].is_u64);
    assert_int_equal(u64, cases[i].is_u64 ? cases[i].value : 77);
    assert_int_equal(kcd_entry_u32(*state, name, &u32), cases[i].is_u32);
    assert_int_equal(u32, cases[i].is_u32 ? (uint32_t)cases[i].value : 77);
  }
}

static void test_sid_and_guid(void **state)
{
  static const uint8_t everyone[] = {1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
  struct kcd_entry *entry = *state;
  struct kcd_sid sid;
  uint8_t guid[16];
  kcd_values_add(kcd_entry_attribute(entry, "objectSid"), everyone, sizeof everyone);
  kcd_values_add(kcd_entry_attribute(entry, "short"), everyone, sizeof everyone - 1);
  kcd_values_add(kcd_entry_attribute(entry, "objectGUID"), "0123456789abcdef", 16);
  assert_true(kcd_entry_sid(entry, "objectSid", &sid));
  assert_int_equal(sid.authority, 1);
  assert_false(kcd_entry_sid(entry, "short", &sid));
  assert_false(kcd_entry_sid(entry, "absent", &sid));
  assert_true(kcd_entry_guid(entry, "objectGUID", guid));
  assert_memory_equal(guid, "0123456789abcdef", 16);
  assert_false(kcd_entry_guid(entry, "objectSid", guid));
}

static void test_many(void **state)
{
  (void)state;
  for (unsigned i = 0; i < 1000; i++) {
    char name[24];
    snprintf(name, sizeof name, "attribute%u", i);
    struct kcd_entry *entry = kcd_entries_add(&entries, name);
    add(entry, name, "x");
    add(kcd_entries_add(&entries, "same"), name, "x");
    add(&entries.v[0], name, name);
  }
  assert_int_equal(entries.n, 2001);
  assert_int_equal(entries.v[0].n, 1000);
  assert_string_equal(kcd_entry_text(&entries.v[0], "attribute999"), "attribute999");
  assert_string_equal(entries.v[1999].dn, "attribute999");
}

static void test_a_copy_is_its_own(void **state)
{
  struct kcd_entry *entry = *state;
  add(entry, "servicePrincipalName", "HOST/a");
  add(entry, "servicePrincipalName", "HOST/b");
  kcd_values_add(kcd_entry_attribute(entry, "objectGUID"), "\0\1", 2);
  struct kcd_entries copy;
  kcd_entries_copy(&copy, &entries);
  add(&entries.v[0], "servicePrincipalName", "HOST/c");
  add(&copy.v[0], "cn", "CORE2016");
  assert_int_equal(copy.n, 1);
  assert_string_equal(copy.v[0].dn, "CN=CORE2016,DC=kcd,DC=test");
  assert_int_equal(kcd_entry_get(&copy.v[0], "servicePrincipalName")->n, 2);
  assert_memory_equal(kcd_entry_get(&copy.v[0], "objectGUID")->v[0].data, "\0\1", 2);
  assert_null(kcd_entry_get(&entries.v[0], "cn"));
  kcd_entries_done(&copy);
}

static void test_done_accepts_nothing(void **state)
{
  (void)state;
  kcd_entry_done(NULL);
  kcd_entries_done(NULL);
  kcd_entry_done(&(struct kcd_entry){0});
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_names_without_regard_to_case, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_absent_and_empty_are_the_same, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_text_is_text, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_numbers, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_sid_and_guid, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_copy_is_its_own, set_up, tear_down),
      cmocka_unit_test(test_done_accepts_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
