#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/spn.h>
#include <kcdfix/text.h>

static const struct {
  const char *text;
  const char *service_class, *host, *port, *service_name;
  bool fqdn, address, blank;
  const char *short_host;
} GOOD[] = {
    {"cifs/2016GUI", "cifs", "2016GUI", NULL, NULL, false, false, false, "2016GUI"},
    {"cifs/2016gui.contoso.com", "cifs", "2016gui.contoso.com", NULL, NULL, true, false, false, "2016gui"},
    {"Microsoft Virtual System Migration Service/HV2", "Microsoft Virtual System Migration Service", "HV2", NULL, NULL,
     false, false, true, "HV2"},
    {"Microsoft\\ Virtual\\ Console\\ Service/HV2", "Microsoft\\ Virtual\\ Console\\ Service", "HV2", NULL, NULL, false,
     false, true, "HV2"},
    {"MSSQLSvc/sql.kcd.test:1433", "MSSQLSvc", "sql.kcd.test", "1433", NULL, true, false, false, "sql"},
    {"MSSQLSvc/sql:INST", "MSSQLSvc", "sql", "INST", NULL, false, false, false, "sql"},
    {"ldap/dc1.kcd.test/kcd.test", "ldap", "dc1.kcd.test", NULL, "kcd.test", true, false, false, "dc1"},
    {"ldap/dc1:389/KCD", "ldap", "dc1", "389", "KCD", false, false, false, "dc1"},
    {"cifs/192.0.2.1", "cifs", "192.0.2.1", NULL, NULL, false, true, false, "192.0.2.1"},
    {"cifs/192.0.2.1:445", "cifs", "192.0.2.1", "445", NULL, false, true, false, "192.0.2.1"},
    {"cifs/fe80::1", "cifs", "fe80::1", NULL, NULL, false, true, false, "fe80::1"},
    {"cifs/[fe80::1]", "cifs", "[fe80::1]", NULL, NULL, false, true, false, "[fe80::1]"},
    {"cifs/[fe80::1]:445", "cifs", "[fe80::1]", "445", NULL, false, true, false, "[fe80::1]"},
    {"E3514235-4B06-11D1-AB04-00C04FC2D682/1bd0eab8-9d4e-4a5d-8f50-0123456789ab/kcd.test",
     "E3514235-4B06-11D1-AB04-00C04FC2D682", "1bd0eab8-9d4e-4a5d-8f50-0123456789ab", NULL, "kcd.test", false, false,
     false, "1bd0eab8-9d4e-4a5d-8f50-0123456789ab"},
    {"cifs/J\xc3\xb6rg", "cifs", "J\xc3\xb6rg", NULL, NULL, false, false, false, "J\xc3\xb6rg"},
};

static void assert_same_text(const char *a, const char *b)
{
  if (a == NULL || b == NULL)
    assert_ptr_equal(a, b);
  else
    assert_string_equal(a, b);
}

static void parts(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
    struct kcd_error err = KCD_ERROR_INIT;
    struct kcd_spn spn;
    assert_int_equal(kcd_spn_parse(GOOD[i].text, &spn, &err), 0);
    KCD_AUTO_CHAR short_host = kcd_spn_short_host(&spn);
    KCD_AUTO_CHAR again = kcd_spn_with_host(&spn, spn.host);
    assert_string_equal(spn.text, GOOD[i].text);
    assert_string_equal(again, GOOD[i].text);
    assert_same_text(spn.service_class, GOOD[i].service_class);
    assert_same_text(spn.host, GOOD[i].host);
    assert_same_text(spn.port, GOOD[i].port);
    assert_same_text(spn.service_name, GOOD[i].service_name);
    assert_int_equal(spn.host_is_fqdn, GOOD[i].fqdn);
    assert_int_equal(spn.host_is_address, GOOD[i].address);
    assert_int_equal(spn.has_blank, GOOD[i].blank);
    assert_string_equal(short_host, GOOD[i].short_host);
    kcd_spn_done(&spn);
  }
}

static const struct {
  const char *text;
  const char *why;
} BAD[] = {
    {"", "class/host"},
    {"2016GUI", "class/host, for example cifs/2016GUI"},
    {"/2016GUI", "no service class"},
    {"cifs/", "no host"},
    {"cifs/:445", "no host"},
    {"cifs/2016GUI:", "no port or instance"},
    {"cifs/a:b:c", "one ':'"},
    {"cifs/[fe80::1", "one ':'"},
    {"cifs/[fe80::1]x:1:2", "one ':'"},
    {"a/b/", "class/host/service"},
    {"a/b/c/d", "class/host/service"},
    {"cifs//x", "no host"},
    {"cifs/2016GUI@KCD.TEST", "realm"},
    {" cifs/2016GUI", "blank"},
    {"cifs/2016GUI ", "blank"},
    {"cifs/a\nb", "control"},
    {"cifs/a\x1b[31m", "control"},
    {"cifs/\xe2\x80\xae", "control or invisible"},
    {"cifs/\xff", "UTF-8"},
};

static void refusals_say_why(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
    struct kcd_error err = KCD_ERROR_INIT;
    struct kcd_spn spn;
    assert_int_equal(kcd_spn_parse(BAD[i].text, &spn, &err), -1);
    assert_int_equal(err.code, KCD_E_USAGE);
    assert_non_null(strstr(err.message, BAD[i].why));
    assert_true(kcd_is_displayable(err.message));
  }
}

static void length_limit(void **state)
{
  (void)state;
  char text[KCD_SPN_MAX + 2] = "cifs/";
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_spn spn;
  memset(text + 5, 'a', KCD_SPN_MAX - 5);
  assert_int_equal(kcd_spn_parse(text, &spn, &err), 0);
  kcd_spn_done(&spn);
  kcd_spn_done(NULL);
  text[KCD_SPN_MAX] = 'a';
  assert_int_equal(kcd_spn_parse(text, &spn, &err), -1);
  assert_non_null(strstr(err.message, "1024"));
}

static void rewritten(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_spn spn;
  assert_int_equal(kcd_spn_parse("ldap/dc1:389/KCD", &spn, &err), 0);
  KCD_AUTO_CHAR host = kcd_spn_with_host(&spn, "dc1.kcd.test");
  KCD_AUTO_CHAR class = kcd_spn_with_class(&spn, "gc");
  KCD_AUTO_CHAR escaped = kcd_spn_heimdal_escaped("Hyper-V Replica Service/HV2");
  assert_string_equal(host, "ldap/dc1.kcd.test:389/KCD");
  assert_string_equal(class, "gc/dc1:389/KCD");
  assert_string_equal(escaped, "Hyper-V\\ Replica\\ Service/HV2");
  kcd_spn_done(&spn);
}

static const struct {
  const char *text;
  const char *defect;
} ENTRIES[] = {
    {"cifs/2016GUI", NULL},
    {"Microsoft Virtual System Migration Service/HV2", NULL},
    {"SQL$", NULL},
    {"MSSQLSvc/sql:1433", NULL},
    {"", "is empty"},
    {"cifs/2016GUI@KCD.TEST", "ends in a realm"},
    {"/2016GUI", "has no service class"},
    {"cifs\\2016GUI", "is written with backslashes"},
    {"\\\\2016GUI\\share", "is written with backslashes"},
    {"Hyper-V\\ Replica\\ Service/HV2", NULL},
    {"cifs/2016GUI/", "ends in a slash"},
    {"2016GUI", "is neither class/host nor the name of an account"},
    {"cifs/2016GUI/kcd.test", NULL},
    {"cifs/", "has no host"},
    {"cifs/:445", "has no host"},
    {" cifs/2016GUI", "has stray blanks"},
    {"cifs/2016GUI\t", "has stray blanks"},
    {"cifs /2016GUI", "has stray blanks"},
    {"cifs/ 2016GUI", "has stray blanks"},
    {"cifs/2016GUI :1", "has stray blanks"},
    {"cifs/a\x01", "is not text"},
    {"cifs/\xff", "is not text"},
};

static void entries_that_never_match(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(ENTRIES) / sizeof(ENTRIES[0]); i++)
    assert_same_text(kcd_list_entry_defect(ENTRIES[i].text, strlen(ENTRIES[i].text)), ENTRIES[i].defect);
  assert_string_equal(kcd_list_entry_defect("a\0b", 3), "is not text");
}

static void the_kdcs_own_names(void **state)
{
  (void)state;
  static const char *const OWN[] = {"krbtgt/KCD.TEST", "KrbTgt/x", "krbtgt/",         "kadmin/changepw", "KADMIN/ADMIN",
                                    "krbtgt",          "KRBTGT",   "krbtgt@KCD.TEST", "krbtgt_4711"};
  static const char *const OTHERS[] = {"",        "cifs/krbtgt", "krbtgt2/x", "krbtgt_1/x", "kadmin",
                                       "krbtgts", "krbtg",       "kadmin2/x", "/krbtgt"};
  for (size_t i = 0; i < sizeof(OWN) / sizeof(OWN[0]); i++)
    assert_true(kcd_list_entry_is_kdc_service(OWN[i], strlen(OWN[i])));
  for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
    assert_false(kcd_list_entry_is_kdc_service(OTHERS[i], strlen(OTHERS[i])));
  assert_true(kcd_list_entry_is_kdc_service("krbtgt/x\0y", 10));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts),     cmocka_unit_test(refusals_say_why),         cmocka_unit_test(length_limit),
      cmocka_unit_test(rewritten), cmocka_unit_test(entries_that_never_match), cmocka_unit_test(the_kdcs_own_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
