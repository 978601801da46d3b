/* test_mutation.c - changes the rule table in every place and demands that an expectation notices.
 *
 * A change that no expectation notices survives, unless it is shown that no situation at all can tell the changed table
 * from the real one (difference.h): a condition may be asked for twice, for the reader's sake.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "difference.h"
#include "expectations.h"

struct counts {
  size_t killed, equivalent, survived;
};

/* One changed table: row `row` differs, and if only one cell does, `flavour` is its column. */
struct mutant {
  struct kcd_rule *rules;
  size_t row;
  int flavour; /* -1: all */
  char what[80];
};

/* How many flavours a mutant concerns, and which they are. */
static int n_flavours(const struct mutant *mutant)
{
  return mutant->flavour >= 0 ? 1 : KCD_FLAVOURS;
}

static enum kcd_flavour nth_flavour(const struct mutant *mutant, int n)
{
  return (enum kcd_flavour)(mutant->flavour >= 0 ? mutant->flavour : n);
}

static bool is_unexpected(const struct mutant *mutant, const struct expectation *expected)
{
  char why[WHY_MAX];
  for (int i = 0; i < n_flavours(mutant); i++)
    if (!expectation_holds(mutant->rules, kcd_n_rules, expected, nth_flavour(mutant, i), why))
      return true;
  return false;
}

/* By the expectations that name the changed row, or by those that do not. */
static bool is_noticed_by(const struct mutant *mutant, bool naming)
{
  for (const struct expectation_table *const *table = all_expectations; *table != NULL; table++) {
    for (size_t i = 0; i < (*table)->n; i++) {
      const struct expectation *expected = &(*table)->v[i];
      bool names = expected->row != NULL && strcmp(expected->row, kcd_rules[mutant->row].row) == 0;
      if (names == naming && is_unexpected(mutant, expected))
        return true;
    }
  }
  return false;
}

/* Where the tables can differ at all: the changed row matches in one of them. What the walk sets itself stays open. */
static struct partial scope_of(const struct mutant *mutant)
{
  const struct kcd_rule *changed = &mutant->rules[mutant->row], *real = &kcd_rules[mutant->row];
  uint64_t derived = B(TGT_NOT_FORWARDABLE) | B(EVIDENCE_FORWARDABLE);
  return (struct partial){.one = changed->set & real->set & ~derived, .zero = changed->clear & real->clear & ~derived};
}

static bool is_equivalent(const struct mutant *mutant, char *witness)
{
  const struct change change = {kcd_rules, mutant->rules, kcd_n_rules, mutant->row};
  for (int i = 0; i < n_flavours(mutant); i++) {
    enum kcd_flavour flavour = nth_flavour(mutant, i);
    uint64_t bits;
    if (tables_differ(&change, flavour, scope_of(mutant), &bits)) {
      snprintf(witness, WHY_MAX, "%s, conditions %llx", kcd_flavour_name(flavour), (unsigned long long)bits);
      return false;
    }
  }
  return true;
}

/* The expectations that name the row notice nearly everything, so they are asked first; the rest is asked last, because
 * it takes longest where nothing is to be noticed. */
static void judge(const struct mutant *mutant, struct counts *counts)
{
  char witness[WHY_MAX];
  if (is_noticed_by(mutant, true)) {
    counts->killed++;
  } else if (is_equivalent(mutant, witness)) {
    counts->equivalent++;
  } else if (is_noticed_by(mutant, false)) {
    counts->killed++;
  } else {
    counts->survived++;
    print_error("survived: row %s, %s, %s; noticed only by: %s\n", kcd_rules[mutant->row].row,
                mutant->flavour >= 0 ? kcd_flavour_name((enum kcd_flavour)mutant->flavour) : "all flavours",
                mutant->what, witness);
  }
}

static void judge_cell(struct mutant *mutant, struct kcd_cell changed, struct counts *counts)
{
  struct kcd_cell *cell = &mutant->rules[mutant->row].cell[mutant->flavour];
  const struct kcd_cell real = *cell;
  *cell = changed;
  snprintf(mutant->what, sizeof mutant->what, "kind %d code %d ntstatus %x inferred %d", changed.kind, changed.code,
           (unsigned)changed.ntstatus, changed.inferred);
  judge(mutant, counts);
  *cell = real;
}

static void mutate_cell(struct mutant *mutant, struct counts *counts)
{
  const struct kcd_cell real = mutant->rules[mutant->row].cell[mutant->flavour];
  struct kcd_cell changed = real;
  for (int kind = KCD_CELL_NONE; kind <= KCD_CELL_ERROR; kind++) {
    changed.kind = (enum kcd_cell_kind)kind;
    changed.code = 13;
    if (changed.kind != real.kind)
      judge_cell(mutant, changed, counts);
  }
  changed = real;
  changed.inferred = !real.inferred;
  judge_cell(mutant, changed, counts);
  if (real.kind != KCD_CELL_ERROR)
    return;
  changed = real;
  changed.code = real.code == 13 ? 12 : 13;
  judge_cell(mutant, changed, counts);
  changed = real;
  changed.ntstatus = real.ntstatus == 0 ? 0xC000006E : 0;
  judge_cell(mutant, changed, counts);
  changed.ntstatus = real.ntstatus ^ 1;
  judge_cell(mutant, changed, counts);
}

static void mutate_cells(struct mutant *mutant, struct counts *counts)
{
  for (mutant->flavour = 0; mutant->flavour < KCD_FLAVOURS; mutant->flavour++)
    mutate_cell(mutant, counts);
  mutant->flavour = -1;
}

static void judge_conditions(struct mutant *mutant, uint64_t set, uint64_t clear, const char *how, unsigned condition,
                             struct counts *counts)
{
  struct kcd_rule *rule = &mutant->rules[mutant->row];
  if (set == rule->set && clear == rule->clear)
    return;
  const struct kcd_rule real = *rule;
  rule->set = set;
  rule->clear = clear;
  snprintf(mutant->what, sizeof mutant->what, "condition %u %s", condition, how);
  judge(mutant, counts);
  *rule = real;
}

static void mutate_conditions(struct mutant *mutant, struct counts *counts)
{
  const struct kcd_rule rule = mutant->rules[mutant->row];
  for (unsigned i = 0; i < KCD_C_COUNT; i++) {
    uint64_t bit = KCD_BIT(i);
    judge_conditions(mutant, rule.set & ~bit, rule.clear & ~bit, "not asked for", i, counts);
    judge_conditions(mutant, rule.set | bit, rule.clear & ~bit, "must hold", i, counts);
    judge_conditions(mutant, rule.set & ~bit, rule.clear | bit, "must not hold", i, counts);
  }
}

static void test_every_change_is_noticed(void **state)
{
  (void)state;
  struct counts cells = {0}, conditions = {0};
  struct mutant mutant = {.rules = malloc(kcd_n_rules * sizeof *kcd_rules), .flavour = -1};
  assert_non_null(mutant.rules);
  memcpy(mutant.rules, kcd_rules, kcd_n_rules * sizeof *kcd_rules);
  assert_false(is_noticed_by(&mutant, true) || is_noticed_by(&mutant, false));
  for (mutant.row = 0; mutant.row < kcd_n_rules; mutant.row++) {
    mutate_cells(&mutant, &cells);
    mutate_conditions(&mutant, &conditions);
  }
  free(mutant.rules);
  print_message("%zu rows; cells: %zu noticed, %zu equivalent; conditions: %zu noticed, %zu equivalent; %zu survived\n",
                kcd_n_rules, cells.killed, cells.equivalent, conditions.killed, conditions.equivalent,
                cells.survived + conditions.survived);
  assert_int_equal(cells.survived + conditions.survived, 0);
}

/* The proof of equivalence must itself find differences where there are some, and none where there is none. */
static void test_differences_are_found(void **state)
{
  (void)state;
  const size_t last = kcd_n_rules - 1;
  struct kcd_rule *rules = malloc(kcd_n_rules * sizeof *rules);
  assert_non_null(rules);
  memcpy(rules, kcd_rules, kcd_n_rules * sizeof *rules);
  const struct change change = {kcd_rules, rules, kcd_n_rules, last};
  const struct partial scope = {.one = kcd_rules[last].set & ~B(EVIDENCE_FORWARDABLE)};
  uint64_t bits = 0;
  assert_false(tables_differ(&change, KCD_FLAVOUR_SAMBA_419, scope, &bits));
  rules[last].cell[KCD_FLAVOUR_SAMBA_419].kind = KCD_CELL_TICKET;
  assert_true(tables_differ(&change, KCD_FLAVOUR_SAMBA_419, scope, &bits));

  struct kcd_prediction real, changed;
  const struct kcd_situation situation = {KCD_FLAVOUR_SAMBA_419, bits};
  kcd_predict(&situation, &real);
  kcd_predict_with(rules, kcd_n_rules, &situation, &changed);
  assert_true(real.s4u2proxy.answer.forwardable != changed.s4u2proxy.answer.forwardable ||
              real.user_ticket.answer.forwardable != changed.user_ticket.answer.forwardable);
  free(rules);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_differences_are_found),
      cmocka_unit_test(test_every_change_is_noticed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
