/* How many objects are written together, and what is said where the rest is not begun. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "change.h"

static void more_only_as_writes_succeed(void **state)
{
  (void)state;
  static const size_t wanted[] = {1, 2, 4, 8, 16, 32, 32, 32};
  size_t written = 0;
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
    assert_int_equal(kcd_changes_together(written), wanted[i]);
    assert_int_equal(kcd_changes_together(written), wanted[i]); /* none of them was written */
    written += wanted[i];
  }
}

static void a_dc_that_is_gone(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail(&err, KCD_E_UNREACHABLE, "cannot connect");
  kcd_error_next(&err, "name another one");
  kcd_change_gone(&err, 5, "dc1.kcd.test");
  assert_string_equal(err.message, "5 objects were not begun: cannot connect");
  assert_string_equal(err.next, "when dc1.kcd.test answers again: the same command finishes it");
}

/* The way on is the one that the error names. */
static void a_ticket_that_ran_out(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail(&err, KCD_E_NOT_AUTHENTICATED, "the ticket has expired");
  kcd_error_next(&err, "kinit admin@KCD.TEST");
  kcd_change_gone(&err, 1, "dc1.kcd.test");
  assert_string_equal(err.message, "1 object was not begun: the ticket has expired");
  assert_string_equal(err.next, "kinit admin@KCD.TEST");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(more_only_as_writes_succeed),
      cmocka_unit_test(a_dc_that_is_gone),
      cmocka_unit_test(a_ticket_that_ran_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
