/* expectations.c - reads a cell of an expectation and holds a prediction against it. */
#include "expectations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct expectation_table *const all_expectations[] = {
    &expected_s4u2self,    &expected_user_ticket, &expected_target,   &expected_right,
    &expected_state,       &expected_enctype,     &expected_order,    &expected_denials,
    &expected_short_table, &expected_samba_tests, &expected_fixtures, NULL};

static uint32_t ntstatus_of(const char *name)
{
  static const struct {
    const char *name;
    uint32_t value;
  } known[] = {
      {"NOT_SUPPORTED", 0xC00000BB},   {"NO_MATCH", 0xC0000272},    {"NOT_FOUND", 0xC0000225},
      {"RESTRICTION", 0xC000006E},     {"CROSSREALM", 0xC000040B},  {"ACCOUNT_DISABLED", 0xC0000072},
      {"ACCOUNT_EXPIRED", 0xC0000193}, {"MUST_CHANGE", 0xC0000224},
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strcmp(known[i].name, name) == 0)
      return known[i].value;
  fail_msg("no such NTSTATUS in a cell: %s", name);
  return 0;
}

/* "13 NOT_FOUND?@P10b" taken apart. */
static struct kcd_predicted parse_cell(const char *text, char row[16])
{
  struct kcd_predicted expected = {.certain = true, .row = row};
  char body[64] = "", status[32] = "";
  if (sscanf(text, "%63[^@]@%15s", body, row) < 1)
    fail_msg("empty cell");
  size_t len = strlen(body);
  if (len > 0 && body[len - 1] == '?') {
    expected.certain = false;
    body[len - 1] = '\0';
  }
  if (strcmp(body, "fwd") == 0 || strcmp(body, "plain") == 0) {
    expected.answer = (struct kcd_answer){.outcome = KCD_TICKET, .forwardable = body[0] == 'f'};
  } else if (strcmp(body, "-") != 0) {
    expected.answer.outcome = KCD_ERROR;
    if (sscanf(body, "%d %31s", &expected.answer.code, status) == 2) {
      expected.answer.has_ntstatus = true;
      expected.answer.ntstatus = ntstatus_of(status);
    }
  }
  return expected;
}

static const struct kcd_predicted *part(const struct kcd_prediction *prediction, enum exchange of)
{
  const struct kcd_predicted *const parts[] = {[OF_AS] = &prediction->as,
                                               [OF_S4U2SELF] = &prediction->s4u2self,
                                               [OF_S4U2PROXY] = &prediction->s4u2proxy,
                                               [OF_USER_TICKET] = &prediction->user_ticket};
  return parts[of];
}

static bool same_answer(const struct kcd_answer *a, const struct kcd_answer *b)
{
  return a->outcome == b->outcome && a->forwardable == b->forwardable && a->code == b->code &&
         a->has_ntstatus == b->has_ntstatus && a->ntstatus == b->ntstatus;
}

static void describe(const struct kcd_predicted *predicted, char *out, size_t size)
{
  const struct kcd_answer *answer = &predicted->answer;
  const char *unsure = predicted->certain ? "" : "?";
  if (answer->outcome == KCD_ERROR)
    snprintf(out, size, "%d %x%s@%s", answer->code, (unsigned)answer->ntstatus, unsure, predicted->row);
  else
    snprintf(out, size, "%s%s@%s",
             answer->outcome == KCD_NOT_TRIED ? "-"
             : answer->forwardable            ? "fwd"
                                              : "plain",
             unsure, predicted->row);
}

/* One cell taken apart once, to be held against many predictions. */
struct check {
  const struct kcd_rule *rules;
  size_t n_rules;
  const struct expectation *expected;
  enum kcd_flavour flavour;
  struct kcd_predicted wanted;
  const char *wanted_row; /* NULL: not stated */
};

static void explain(const struct check *check, uint64_t bits, const struct kcd_predicted *predicted, char *why)
{
  char got[80];
  const struct expectation *expected = check->expected;
  describe(predicted, got, sizeof got);
  snprintf(why, WHY_MAX, "%s (row %s), %s, also set %llx: expected %s, predicted %s", expected->name,
           expected->row == NULL ? "-" : expected->row, kcd_flavour_name(check->flavour),
           (unsigned long long)(bits & ~expected->set), expected->cell[check->flavour], got);
}

static bool holds(const struct check *check, uint64_t bits, char *why)
{
  struct kcd_prediction prediction;
  kcd_predict_with(check->rules, check->n_rules, &(struct kcd_situation){check->flavour, bits}, &prediction);
  const struct kcd_predicted *predicted = part(&prediction, check->expected->of);
  bool row_holds = check->wanted_row == NULL || strcmp(check->wanted_row, predicted->row) == 0;
  if (same_answer(&check->wanted.answer, &predicted->answer) && check->wanted.certain == predicted->certain &&
      row_holds)
    return true;
  explain(check, bits, predicted, why);
  return false;
}

static bool all_variants_hold(const struct check *check, char *why)
{
  const struct expectation *expected = check->expected;
  if (!holds(check, expected->set, why) || !holds(check, expected->set | expected->any, why))
    return false;
  for (unsigned i = 0; i < KCD_C_COUNT; i++)
    if ((expected->any & KCD_BIT(i)) != 0 && !holds(check, expected->set | KCD_BIT(i), why))
      return false;
  return true;
}

static bool cell_holds(struct check *check, char *why)
{
  char row[16] = "";
  check->wanted = parse_cell(check->expected->cell[check->flavour], row);
  check->wanted_row = row[0] != '\0' ? row : check->expected->row;
  if (check->wanted.answer.outcome == KCD_NOT_TRIED)
    check->wanted_row = "";
  return all_variants_hold(check, why);
}

bool expectation_holds(const struct kcd_rule *rules, size_t n_rules, const struct expectation *expected,
                       enum kcd_flavour flavour, char *why)
{
  struct check check = {.rules = rules, .n_rules = n_rules, .expected = expected, .flavour = flavour};
  return expected->cell[flavour] == NULL || cell_holds(&check, why);
}

void assert_expectations(const struct expectation_table *table)
{
  size_t failed = 0;
  char why[WHY_MAX];
  for (size_t i = 0; i < table->n * KCD_FLAVOURS; i++) {
    enum kcd_flavour flavour = (enum kcd_flavour)(i % KCD_FLAVOURS);
    if (!expectation_holds(kcd_rules, kcd_n_rules, &table->v[i / KCD_FLAVOURS], flavour, why)) {
      print_error("%s: %s\n", table->name, why);
      failed++;
    }
  }
  assert_int_equal(failed, 0);
}
