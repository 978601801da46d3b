/* test_conformance.c - the rule table against Samba's own Kerberos tests, and against what two Samba DCs answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "expectations.h"

static void test_samba_tests(void **state)
{
  (void)state;
  assert_expectations(&expected_samba_tests);
}

static void test_observed_fixtures(void **state)
{
  (void)state;
  assert_expectations(&expected_fixtures);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_samba_tests),
      cmocka_unit_test(test_observed_fixtures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
