/* The exit status: which one an error means, and which one wins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <kcdfix/error.h>

#include "exit_status.h"

static void each_error_has_its_status(void **state)
{
  (void)state;
  static const struct {
    enum kcd_errc code;
    int status;
  } rows[] = {
      {KCD_OK, 0},
      {KCD_E_USAGE, 2},
      {KCD_E_NOT_FOUND, 3},
      {KCD_E_AMBIGUOUS, 3},
      {KCD_E_UNREACHABLE, 3},
      {KCD_E_DENIED, 4},
      {KCD_E_NOT_AUTHENTICATED, 3},
      {KCD_E_CONFLICT, 6},
      {KCD_E_REJECTED, 3},
      {KCD_E_MALFORMED, 3},
      {KCD_E_UNKNOWN_RESULT, 3},
      {KCD_E_UNSUPPORTED, 3},
      {KCD_E_IO, 3},
      {KCD_E_INTERRUPTED, 130},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct kcd_error err = {.code = rows[i].code};
    assert_int_equal(kcd_exit_of_error(&err), rows[i].status);
  }
}

static void interrupted_wins_then_usage_then_cannot_tell_then_problem(void **state)
{
  (void)state;
  static const int order[] = {0, 1, 3, 2, 130};
  for (size_t i = 0; i < 5; i++)
    for (size_t j = 0; j < 5; j++)
      assert_int_equal(kcd_exit_worse(order[i], order[j]), order[i > j ? i : j]);
}

static void a_tally_becomes_a_status(void **state)
{
  (void)state;
  static const struct {
    struct kcd_change_tally tally;
    int status;
  } rows[] = {
      {{0}, 0},
      {{.applied = 2}, 0},
      {{.already_right = 2}, 0},
      {{.applied = 1, .already_right = 1}, 0},
      {{.applied = 1, .denied = 1}, 7},
      {{.applied = 1, .declined = 1}, 7},
      {{.already_right = 1, .denied = 1}, 4},
      {{.denied = 1, .conflict = 1, .failed = 1, .declined = 1}, 4},
      {{.conflict = 1, .failed = 1, .declined = 1}, 6},
      {{.failed = 1, .declined = 1}, 3},
      {{.declined = 1}, 1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_int_equal(kcd_exit_of_tally(&rows[i].tally), rows[i].status);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_error_has_its_status),
      cmocka_unit_test(interrupted_wins_then_usage_then_cannot_tell_then_problem),
      cmocka_unit_test(a_tally_becomes_a_status),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
