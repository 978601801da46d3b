/* Every form in which a host is named, and names made to break a filter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/gather.h>

static char domain[] = "kcd.test", realm[] = "KCD.TEST";
static const struct kcd_dc dc = {.domain = domain, .realm = realm};

static void is(const char *operand, const char *filter)
{
  struct kcd_error err = KCD_ERROR_INIT;
  KCD_AUTO_CHAR made = kcd_host_filter(operand, &dc, &err);
  if (made == NULL)
    fail_msg("%s: %s", operand, err.message);
  assert_string_equal(made, filter);
}

static void is_usage(const char *operand)
{
  struct kcd_error err = KCD_ERROR_INIT;
  assert_null(kcd_host_filter(operand, &dc, &err));
  assert_int_equal(err.code, KCD_E_USAGE);
}

static void forms(void **state)
{
  (void)state;
  is("CORE2016", "(|(sAMAccountName=CORE2016)(sAMAccountName=CORE2016$))");
  is("CORE2016$", "(|(sAMAccountName=CORE2016$))");
  is("KCD\\CORE2016", "(|(sAMAccountName=CORE2016)(sAMAccountName=CORE2016$))");
  is("kcd.TEST\\CORE2016$", "(|(sAMAccountName=CORE2016$))");
  is("CN=CORE2016,CN=Computers,DC=kcd,DC=test",
     "(|(distinguishedName=CN\\3dCORE2016\\2cCN\\3dComputers\\2cDC\\3dkcd\\2cDC\\3dtest))");
}

/* A second account may bear the name: no index knows it, so dNSHostName is asked for as well. */
static void fqdn(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  KCD_AUTO_CHAR made = kcd_host_filter("core2016.kcd.test", &dc, &err);
  assert_non_null(strstr(made, "(sAMAccountName=core2016$)"));
  assert_non_null(strstr(made, "(servicePrincipalName=host/core2016.kcd.test)"));
  assert_non_null(strstr(made, "(dNSHostName=core2016.kcd.test)"));
  KCD_AUTO_CHAR dotted = kcd_host_filter("core2016.kcd.test.", &dc, &err);
  assert_string_equal(made, dotted);
}

static void refused(void **state)
{
  (void)state;
  is_usage("");
  is_usage("$");
  is_usage("\\CORE2016");
  is_usage("KCD\\");
  is_usage("other.test\\CORE2016");
  char *endless = malloc(70000);
  memset(endless, 'a', 69999);
  endless[69999] = '\0';
  is_usage(endless);
  free(endless);
}

/* A NetBIOS name cannot be told from another without asking: the filter is made, kcd_gather asks. */
static void unknown_prefix(void **state)
{
  (void)state;
  is("WHATEVER\\CORE2016", "(|(sAMAccountName=CORE2016)(sAMAccountName=CORE2016$))");
}

/* Only what RFC 4515 allows bare may stand in a value, and the parentheses are the three of the frame. */
static void is_sound(const char *operand)
{
  struct kcd_error err = KCD_ERROR_INIT;
  KCD_AUTO_CHAR made = kcd_host_filter(operand, &dc, &err);
  assert_non_null(made);
  int open = 0, terms = 0;
  for (const char *c = made; *c != '\0'; c++) {
    assert_true((unsigned char)*c >= 0x20 && (unsigned char)*c < 0x7f);
    assert_int_not_equal(*c, '*');
    open += *c == '(' ? 1 : *c == ')' ? -1 : 0;
    terms += *c == '(';
    assert_true(open >= 0 && open <= 2);
    if (*c == '\\')
      assert_true(strspn(c + 1, "0123456789abcdefABCDEF") >= 2);
  }
  assert_int_equal(open, 0);
  assert_in_range(terms, 2, 6);
}

static void hostile_names(void **state)
{
  (void)state;
  static const char *const names[] = {
      "*",
      "*)(objectClass=*",
      "CORE2016)(userAccountControl=*",
      "a(b)c",
      "KCD\\a\\b",
      "a\nb\rc\td",
      "\x1b[31mred",
      "a\x7f\xc2\x85",
      ("\xe2\x80\xae"
       "6102EROC"),
      "J\xc3\xb6rg",
      "not\xffutf8\xc0\x80",
      "a\"b'c`d$(e)",
      "CN=a*b(c)\\\\d,DC=kcd,DC=test",
      "*.*)(|(cn=*",
      "..",
      ".a",
      "a..b",
      "<GUID=00000000-0000-0000-0000-000000000000>",
  };
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    is_sound(names[i]);
}

static void escapes(void **state)
{
  (void)state;
  is("a*b", "(|(sAMAccountName=a\\2ab)(sAMAccountName=a\\2ab$))");
  is("J\xc3\xb6rg$", "(|(sAMAccountName=J\\c3\\b6rg$))");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forms),          cmocka_unit_test(fqdn),          cmocka_unit_test(refused),
      cmocka_unit_test(unknown_prefix), cmocka_unit_test(hostile_names), cmocka_unit_test(escapes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
