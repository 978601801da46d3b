/* test_flavour.c - which rule set a DC follows, by what it says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <kcdfix/facts.h>

#define SAMBA "Samba Team (https://www.samba.org)"

static void test_names_there_and_back(void **state)
{
  (void)state;
  for (int i = KCD_FLAVOUR_WINDOWS; i <= KCD_FLAVOUR_UNKNOWN; i++) {
    enum kcd_flavour parsed = KCD_FLAVOUR_WINDOWS;
    assert_int_equal(kcd_flavour_parse(kcd_flavour_name((enum kcd_flavour)i), &parsed), 0);
    assert_int_equal(parsed, i);
  }
}

static void test_unknown_names(void **state)
{
  (void)state;
  static const char *const wrong[] = {"", "Windows", "samba", "samba-heimdal-4.1", "windows "};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    enum kcd_flavour parsed = KCD_FLAVOUR_SAMBA_MIT;
    assert_int_equal(kcd_flavour_parse(wrong[i], &parsed), -1);
    assert_int_equal(parsed, KCD_FLAVOUR_SAMBA_MIT);
  }
}

static void test_flavours(void **state)
{
  (void)state;
  static const struct {
    const char *vendor, *operating_system, *version;
    unsigned level;
    enum kcd_flavour expected;
  } cases[] = {
      /* as they describe themselves */
      {SAMBA, "Samba", "4.17.12-Debian", 4, KCD_FLAVOUR_SAMBA_417},
      {SAMBA, "Samba-4.22.11-Debian-4.22.11+dfsg-0+deb13u1", "10.0 (14393)", 7, KCD_FLAVOUR_SAMBA_419},
      {SAMBA, "Samba-4.22.11-Debian-4.22.11+dfsg-0+deb13u1", "6.1 (7601)", 4, KCD_FLAVOUR_SAMBA_419},
      {SAMBA, "Samba", "4.18.6", 4, KCD_FLAVOUR_SAMBA_417},
      {SAMBA, "Samba", "4.19.0rc1", 4, KCD_FLAVOUR_SAMBA_419},
      {SAMBA, "Samba", "4.9.5-Debian", 4, KCD_FLAVOUR_SAMBA_417},
      {SAMBA, "Samba-5.0.0", NULL, 4, KCD_FLAVOUR_SAMBA_419},
      {"SAMBA", "Samba", "4.17.12", 7, KCD_FLAVOUR_SAMBA_417},
      {NULL, "Windows Server 2019 Standard", "10.0 (17763)", 7, KCD_FLAVOUR_WINDOWS},
      {NULL, "Windows Server 2012 Datacenter", "6.2 (9200)", 5, KCD_FLAVOUR_WINDOWS},
      {NULL, "Windows Server 2025", "10.0 (26100)", 10, KCD_FLAVOUR_WINDOWS},
      {NULL, "Windows Server 2008 R2", "6.1 (7601)", 4, KCD_FLAVOUR_WINDOWS_2008},
      /* before the computer object is read, or where it cannot be read */
      {SAMBA, NULL, NULL, 4, KCD_FLAVOUR_SAMBA_417},
      {SAMBA, NULL, NULL, 7, KCD_FLAVOUR_SAMBA_419},
      {SAMBA, "Samba", "10.0 (14393)", 4, KCD_FLAVOUR_SAMBA_417},
      {SAMBA, "Samba-", "", 4, KCD_FLAVOUR_SAMBA_417},
      {NULL, NULL, NULL, 7, KCD_FLAVOUR_WINDOWS},
      {NULL, NULL, NULL, 0, KCD_FLAVOUR_UNKNOWN},
      {"389 Project", NULL, NULL, 0, KCD_FLAVOUR_UNKNOWN},
      {"The OpenLDAP Project", NULL, NULL, 7, KCD_FLAVOUR_UNKNOWN},
      /* nonsense */
      {SAMBA, "Samba-99999999999999999999.1.1", "-1.-1.-1", 4, KCD_FLAVOUR_SAMBA_417},
      {SAMBA, "\xff\xfe-\x01", "4..19", 4, KCD_FLAVOUR_SAMBA_417},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_int_equal(kcd_flavour_of(cases[i].vendor, cases[i].operating_system, cases[i].version, cases[i].level),
                     cases[i].expected);
}

static void test_dc_done(void **state)
{
  (void)state;
  struct kcd_dc dc = {.name = kcd_strdup("dc1.kcd.test"), .vendor = kcd_strdup(SAMBA)};
  kcd_dc_done(&dc);
  assert_null(dc.name);
  kcd_dc_done(&dc);
  kcd_dc_done(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names_there_and_back),
      cmocka_unit_test(test_unknown_names),
      cmocka_unit_test(test_flavours),
      cmocka_unit_test(test_dc_done),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
