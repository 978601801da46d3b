/* test_predict.c - the rule table against the truth tables of the specifications, row by row and flavour by flavour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expectations.h"

static void test_rows_of_s4u2self(void **state)
{
  (void)state;
  assert_expectations(&expected_s4u2self);
}

static void test_rows_of_the_user_ticket(void **state)
{
  (void)state;
  assert_expectations(&expected_user_ticket);
}

static void test_rows_of_s4u2proxy(void **state)
{
  (void)state;
  assert_expectations(&expected_target);
  assert_expectations(&expected_right);
  assert_expectations(&expected_state);
  assert_expectations(&expected_enctype);
  assert_expectations(&expected_order);
  assert_expectations(&expected_denials);
}

static void test_short_table(void **state)
{
  (void)state;
  assert_expectations(&expected_short_table);
}

static void test_unknown_flavour_is_windows_without_certainty(void **state)
{
  (void)state;
  for (uint64_t bit = 0; bit < KCD_C_COUNT; bit++) {
    uint64_t bits = GRANTED ^ KCD_BIT(bit);
    struct kcd_prediction windows, unknown;
    kcd_predict(&(struct kcd_situation){KCD_FLAVOUR_WINDOWS, bits}, &windows);
    kcd_predict(&(struct kcd_situation){KCD_FLAVOUR_UNKNOWN, bits}, &unknown);
    assert_true(kcd_answer_agrees(&windows.s4u2proxy.answer, &unknown.s4u2proxy.answer));
    assert_string_equal(windows.s4u2proxy.row, unknown.s4u2proxy.row);
    assert_false(unknown.certain || unknown.as.certain || unknown.s4u2self.certain || unknown.s4u2proxy.certain ||
                 unknown.user_ticket.certain);
  }
}

static void test_certain_needs_every_exchange(void **state)
{
  (void)state;
  struct kcd_prediction prediction;
  kcd_predict(&(struct kcd_situation){KCD_FLAVOUR_WINDOWS, GRANTED}, &prediction);
  assert_true(prediction.certain);
  kcd_predict(&(struct kcd_situation){KCD_FLAVOUR_WINDOWS, GRANTED | B(TARGET_SENSITIVE)}, &prediction);
  assert_false(prediction.certain);
  kcd_predict(&(struct kcd_situation){KCD_FLAVOUR_WINDOWS, GRANTED | B(HOST_DISABLED)}, &prediction);
  assert_false(prediction.certain);
  assert_false(prediction.host_gets_tgt);
}

/* Whatever the situation: what is tried is decided by a row, and what follows from a failure is not tried. */
static void check_sanity(const struct kcd_prediction *p)
{
  const struct kcd_predicted *const all[] = {&p->as, &p->s4u2self, &p->s4u2proxy, &p->user_ticket};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    assert_int_equal(all[i]->answer.outcome == KCD_NOT_TRIED, all[i]->row[0] == '\0');
  assert_true(p->as.answer.outcome != KCD_NOT_TRIED);
  assert_int_equal(p->host_gets_tgt, p->as.answer.outcome == KCD_TICKET);
  assert_int_equal(p->s4u2self.answer.outcome != KCD_NOT_TRIED, p->host_gets_tgt);
  assert_int_equal(p->s4u2proxy.answer.outcome != KCD_NOT_TRIED, p->s4u2self.answer.outcome == KCD_TICKET);
}

static void test_every_situation_is_decided(void **state)
{
  (void)state;
  uint64_t random = 88172645463325252u; /* xorshift64, Marsaglia 2003: the same situations in every run */
  for (unsigned i = 0; i < 400000; i++) {
    struct kcd_prediction prediction;
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    /* few bits at a time on every second round: else a failing account hides the rest */
    uint64_t bits = (i % 2 == 0 ? random : random & (random >> 9) & (random << 5)) & EVERY;
    kcd_predict(&(struct kcd_situation){(enum kcd_flavour)(i % (KCD_FLAVOURS + 1)), bits}, &prediction);
    check_sanity(&prediction);
  }
}

static void test_rows_are_well_formed(void **state)
{
  (void)state;
  for (size_t i = 0; i < kcd_n_rules; i++) {
    const struct kcd_rule *rule = &kcd_rules[i];
    assert_true(rule->row[0] != '\0' && rule->what[0] != '\0' && rule->source[0] != '\0');
    assert_true((rule->set & rule->clear) == 0);
    assert_true(((rule->set | rule->clear) & ~EVERY) == 0);
    for (size_t k = 0; k < i; k++)
      assert_string_not_equal(kcd_rules[k].row, rule->row);
  }
}

static void test_agreement(void **state)
{
  (void)state;
  const struct kcd_answer none = {.outcome = KCD_NOT_TRIED};
  const struct kcd_answer plain = {.outcome = KCD_TICKET};
  const struct kcd_answer forwardable = {.outcome = KCD_TICKET, .forwardable = true};
  const struct kcd_answer badoption = {.outcome = KCD_ERROR, .code = 13};
  const struct kcd_answer reason = {.outcome = KCD_ERROR, .code = 13, .has_ntstatus = true, .ntstatus = 0xC0000225};
  const struct kcd_answer policy = {.outcome = KCD_ERROR, .code = 12};
  assert_true(kcd_answer_agrees(&none, &none));
  assert_true(kcd_answer_agrees(&plain, &plain));
  assert_true(kcd_answer_agrees(&reason, &badoption));
  assert_false(kcd_answer_agrees(&plain, &forwardable));
  assert_false(kcd_answer_agrees(&badoption, &policy));
  assert_false(kcd_answer_agrees(&plain, &badoption));
  assert_false(kcd_answer_agrees(&none, &plain));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rows_of_s4u2self),
      cmocka_unit_test(test_rows_of_the_user_ticket),
      cmocka_unit_test(test_rows_of_s4u2proxy),
      cmocka_unit_test(test_short_table),
      cmocka_unit_test(test_unknown_flavour_is_windows_without_certainty),
      cmocka_unit_test(test_certain_needs_every_exchange),
      cmocka_unit_test(test_every_situation_is_decided),
      cmocka_unit_test(test_rows_are_well_formed),
      cmocka_unit_test(test_agreement),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
