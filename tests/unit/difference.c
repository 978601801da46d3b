/* difference.c - the walk of predict.c over sets of situations instead of one.
 *
 * A set is split on a condition only where a rule asks for it, so the search visits as many sets as there are ways
 * through the table, not 2^conditions.
 */
#include "difference.h"

#include <string.h>

/* What cannot be in a directory: an entry in an empty list, a computer found by name where the SPN is known, DES
 * alone and yet a type in use. */
static bool possible(struct partial set)
{
  static const struct {
    enum kcd_condition condition, needs;
  } implications[] = {
      {KCD_C_SPN_LISTED, KCD_C_LIST_NONEMPTY},
      {KCD_C_SPN_BY_NAME, KCD_C_SPN_UNKNOWN},
      {KCD_C_HOST_DES_ONLY, KCD_C_HOST_NO_ETYPE},
  };
  for (size_t i = 0; i < sizeof implications / sizeof implications[0]; i++)
    if ((set.one & KCD_BIT(implications[i].condition)) != 0 && (set.zero & KCD_BIT(implications[i].needs)) != 0)
      return false;
  return (set.one & set.zero) == 0;
}

#define DECIDED (-1)

/* The walk over one table. `ask` is DECIDED, or the condition that has to be known to go on. */
struct symbolic {
  const struct kcd_rule *rules;
  size_t n;
  enum kcd_flavour flavour;
  int ask;
};

static struct partial fixed(struct partial set, enum kcd_condition condition, bool value)
{
  uint64_t bit = KCD_BIT(condition);
  set.one = value ? set.one | bit : set.one & ~bit;
  set.zero = value ? set.zero & ~bit : set.zero | bit;
  return set;
}

/* -1: does not match; 1: does; 0: depends on walk->ask. */
static int matches(struct symbolic *walk, const struct kcd_rule *rule, struct partial set)
{
  uint64_t open = (rule->set & ~set.one) | (rule->clear & ~set.zero);
  if ((rule->set & set.zero) != 0 || (rule->clear & set.one) != 0)
    return -1;
  if (open == 0)
    return 1;
  walk->ask = __builtin_ctzll(open);
  return 0;
}

static struct kcd_predicted decide(struct symbolic *walk, enum kcd_step step, struct partial set, bool certain)
{
  struct kcd_predicted ret = {.row = ""};
  for (size_t i = 0; i < walk->n && walk->ask == DECIDED; i++) {
    const struct kcd_rule *rule = &walk->rules[i];
    const struct kcd_cell *cell = &rule->cell[walk->flavour];
    if (rule->step != step || (cell->kind == KCD_CELL_NONE && !cell->inferred) || matches(walk, rule, set) <= 0)
      continue;
    certain = certain && !cell->inferred;
    if (cell->kind == KCD_CELL_NONE)
      continue;
    bool error = cell->kind == KCD_CELL_ERROR;
    ret.row = rule->row;
    ret.certain = certain;
    ret.answer = (struct kcd_answer){.outcome = error ? KCD_ERROR : KCD_TICKET,
                                     .forwardable = cell->kind == KCD_CELL_TICKET_FORWARDABLE,
                                     .code = error ? cell->code : 0,
                                     .ntstatus = error ? cell->ntstatus : 0};
    break;
  }
  return ret;
}

/* What a walk found out until it had to ask, or as far as the changed row's step reaches: later exchanges follow. */
struct symbolic_prediction {
  struct kcd_predicted as, self, proxy, evidence, user;
  bool has_evidence;
};

static struct kcd_predicted proxy_with(struct symbolic *walk, struct partial set, const struct kcd_predicted *evidence)
{
  set = fixed(set, KCD_C_EVIDENCE_FORWARDABLE, evidence->answer.forwardable);
  return decide(walk, KCD_STEP_S4U2PROXY, set, evidence->certain);
}

static void user_part(struct symbolic *walk, struct partial set, struct partial behind_as,
                      struct symbolic_prediction *ret)
{
  uint64_t gone = KCD_BIT(KCD_C_USER_UNKNOWN) | KCD_BIT(KCD_C_USER_FOREIGN);
  if ((set.one & gone) != 0)
    return;
  if ((gone & ~set.zero) != 0) {
    walk->ask = __builtin_ctzll(gone & ~set.zero);
    return;
  }
  ret->evidence = decide(walk, KCD_STEP_USER_TICKET, set, ret->as.certain);
  ret->has_evidence = walk->ask == DECIDED;
  if (!ret->has_evidence)
    return;
  ret->user = (struct kcd_predicted){.certain = ret->evidence.certain, .row = ""};
  if (ret->evidence.answer.outcome == KCD_TICKET)
    ret->user = proxy_with(walk, behind_as, &ret->evidence);
}

/* The two ways to S4U2Proxy share no decision behind the TGT, so each is searched by itself. */
enum way { BY_S4U2SELF, BY_USER_TICKET };

static struct symbolic_prediction predict(struct symbolic *walk, struct partial set, enum way way,
                                          enum kcd_step changed)
{
  const struct kcd_predicted none = {.row = ""};
  struct symbolic_prediction ret = {none, none, none, none, none, false};
  ret.as = decide(walk, KCD_STEP_AS, set, true);
  if (walk->ask != DECIDED || ret.as.answer.outcome != KCD_TICKET || changed == KCD_STEP_AS)
    return ret;
  struct partial behind_as = fixed(set, KCD_C_TGT_NOT_FORWARDABLE, !ret.as.answer.forwardable);
  if (way == BY_USER_TICKET) {
    user_part(walk, set, behind_as, &ret);
    return ret;
  }
  ret.self = decide(walk, KCD_STEP_S4U2SELF, behind_as, ret.as.certain);
  if (changed == KCD_STEP_S4U2PROXY && walk->ask == DECIDED && ret.self.answer.outcome == KCD_TICKET)
    ret.proxy = proxy_with(walk, behind_as, &ret.self);
  return ret;
}

static bool same(const struct kcd_predicted *a, const struct kcd_predicted *b)
{
  return a->answer.outcome == b->answer.outcome && a->answer.forwardable == b->answer.forwardable &&
         a->answer.code == b->answer.code && a->answer.ntstatus == b->answer.ntstatus && a->certain == b->certain &&
         strcmp(a->row, b->row) == 0;
}

static bool same_prediction(const struct symbolic_prediction *a, const struct symbolic_prediction *b)
{
  return same(&a->as, &b->as) && same(&a->self, &b->self) && same(&a->proxy, &b->proxy) && same(&a->user, &b->user);
}

static bool search(const struct change *change, enum kcd_flavour flavour, enum way way, struct partial scope,
                   uint64_t *ret)
{
  enum kcd_step step = change->real[change->row].step;
  struct symbolic walk_a = {change->real, change->n, flavour, DECIDED};
  struct symbolic walk_b = {change->changed, change->n, flavour, DECIDED};
  if (!possible(scope))
    return false;
  struct symbolic_prediction a = predict(&walk_a, scope, way, step), b = predict(&walk_b, scope, way, step);
  if (step == KCD_STEP_USER_TICKET && a.has_evidence && b.has_evidence && same(&a.evidence, &b.evidence))
    return false;
  int ask = walk_a.ask != DECIDED ? walk_a.ask : walk_b.ask;
  if (ask != DECIDED)
    return search(change, flavour, way, fixed(scope, (enum kcd_condition)ask, false), ret) ||
           search(change, flavour, way, fixed(scope, (enum kcd_condition)ask, true), ret);
  *ret = scope.one;
  return !same_prediction(&a, &b);
}

/* The walk itself sets these for the later steps, so nothing may be said of them beforehand. */
static struct partial without_derived(struct partial set, enum kcd_step step)
{
  uint64_t derived = KCD_BIT(KCD_C_TGT_NOT_FORWARDABLE) | KCD_BIT(KCD_C_EVIDENCE_FORWARDABLE);
  if (step == KCD_STEP_S4U2SELF || step == KCD_STEP_S4U2PROXY)
    set = (struct partial){set.one & ~derived, set.zero & ~derived};
  return set;
}

/* First the changed step alone, which rules out nearly everything; then, where it differs, whether a whole walk gets
 * there. */
static bool step_differs(const struct change *change, enum kcd_flavour flavour, enum way way, struct partial scope,
                         uint64_t *ret)
{
  enum kcd_step step = change->real[change->row].step;
  struct symbolic walk_a = {change->real, change->n, flavour, DECIDED};
  struct symbolic walk_b = {change->changed, change->n, flavour, DECIDED};
  struct kcd_predicted a = decide(&walk_a, step, scope, true), b = decide(&walk_b, step, scope, true);
  int ask = walk_a.ask != DECIDED ? walk_a.ask : walk_b.ask;
  if (!possible(scope))
    return false;
  if (ask != DECIDED)
    return step_differs(change, flavour, way, fixed(scope, (enum kcd_condition)ask, false), ret) ||
           step_differs(change, flavour, way, fixed(scope, (enum kcd_condition)ask, true), ret);
  return !same(&a, &b) && search(change, flavour, way, without_derived(scope, step), ret);
}

bool tables_differ(const struct change *change, enum kcd_flavour flavour, struct partial scope, uint64_t *ret)
{
  enum kcd_step step = change->real[change->row].step;
  return (step != KCD_STEP_USER_TICKET && step_differs(change, flavour, BY_S4U2SELF, scope, ret)) ||
         (step != KCD_STEP_S4U2SELF && step_differs(change, flavour, BY_USER_TICKET, scope, ret));
}
