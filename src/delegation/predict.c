/* predict.c - walks the rule table. What the rules are stands in rules.c alone. */
#include <kcdfix/predict.h>

static size_t column(enum kcd_flavour flavour)
{
  return flavour == KCD_FLAVOUR_UNKNOWN ? KCD_FLAVOUR_WINDOWS : flavour;
}

static bool holds(const struct kcd_rule *rule, enum kcd_step step, uint64_t bits)
{
  return rule->step == step && (bits & rule->set) == rule->set && (bits & rule->clear) == 0;
}

static struct kcd_answer answer_of(const struct kcd_cell *cell)
{
  if (cell->kind != KCD_CELL_ERROR)
    return (struct kcd_answer){.outcome = KCD_TICKET, .forwardable = cell->kind == KCD_CELL_TICKET_FORWARDABLE};
  return (struct kcd_answer){
      .outcome = KCD_ERROR, .code = cell->code, .has_ntstatus = cell->ntstatus != 0, .ntstatus = cell->ntstatus};
}

/* The table of the walk, and which column of it is read. */
struct walk {
  const struct kcd_rule *rules;
  size_t n_rules;
  size_t column;
};

static struct kcd_predicted not_tried(bool certain)
{
  return (struct kcd_predicted){.certain = certain, .row = ""};
}

/* What is decided after something uncertain is uncertain too. */
static struct kcd_predicted decide(const struct walk *walk, enum kcd_step step, uint64_t bits, bool certain)
{
  for (size_t i = 0; i < walk->n_rules; i++) {
    const struct kcd_rule *rule = &walk->rules[i];
    const struct kcd_cell *cell = &rule->cell[walk->column];
    if (!holds(rule, step, bits))
      continue;
    certain = certain && !cell->inferred;
    if (cell->kind != KCD_CELL_NONE)
      return (struct kcd_predicted){.answer = answer_of(cell), .certain = certain, .row = rule->row};
  }
  return (struct kcd_predicted){.certain = false, .row = ""};
}

static uint64_t with(uint64_t bits, enum kcd_condition condition, bool value)
{
  return value ? bits | KCD_BIT(condition) : bits & ~KCD_BIT(condition);
}

static struct kcd_predicted proxy(const struct walk *walk, uint64_t bits, const struct kcd_predicted *evidence)
{
  bits = with(bits, KCD_C_EVIDENCE_FORWARDABLE, evidence->answer.forwardable);
  return decide(walk, KCD_STEP_S4U2PROXY, bits, evidence->certain);
}

/* BITS are those of the directory, BEHIND_AS those with the host's TGT. */
static struct kcd_predicted proxy_with_user_ticket(const struct walk *walk, uint64_t bits, uint64_t behind_as,
                                                   bool certain)
{
  if ((bits & (KCD_BIT(KCD_C_USER_UNKNOWN) | KCD_BIT(KCD_C_USER_FOREIGN))) != 0)
    return not_tried(certain); /* nothing is known of such a ticket */
  struct kcd_predicted evidence = decide(walk, KCD_STEP_USER_TICKET, bits, certain);
  if (evidence.answer.outcome != KCD_TICKET)
    return not_tried(evidence.certain);
  return proxy(walk, behind_as, &evidence);
}

void kcd_predict_with(const struct kcd_rule *rules, size_t n_rules, const struct kcd_situation *situation,
                      struct kcd_prediction *ret)
{
  const struct walk walk = {rules, n_rules, column(situation->flavour)};
  struct kcd_prediction prediction = {0};
  prediction.as = decide(&walk, KCD_STEP_AS, situation->bits, situation->flavour != KCD_FLAVOUR_UNKNOWN);
  prediction.host_gets_tgt = prediction.as.answer.outcome == KCD_TICKET;
  bool certain = prediction.as.certain;
  prediction.s4u2self = prediction.s4u2proxy = prediction.user_ticket = not_tried(certain);
  if (prediction.host_gets_tgt) {
    uint64_t bits = with(situation->bits, KCD_C_TGT_NOT_FORWARDABLE, !prediction.as.answer.forwardable);
    prediction.s4u2self = decide(&walk, KCD_STEP_S4U2SELF, bits, certain);
    prediction.s4u2proxy = prediction.s4u2self.answer.outcome == KCD_TICKET ? proxy(&walk, bits, &prediction.s4u2self)
                                                                            : not_tried(prediction.s4u2self.certain);
    prediction.user_ticket = proxy_with_user_ticket(&walk, situation->bits, bits, certain);
  }
  prediction.certain = prediction.s4u2proxy.certain && prediction.user_ticket.certain;
  *ret = prediction;
}

void kcd_predict(const struct kcd_situation *situation, struct kcd_prediction *ret)
{
  kcd_predict_with(kcd_rules, kcd_n_rules, situation, ret);
}

bool kcd_answer_agrees(const struct kcd_answer *predicted, const struct kcd_answer *observed)
{
  if (predicted->outcome != observed->outcome)
    return false;
  return observed->outcome == KCD_ERROR ? predicted->code == observed->code
                                        : predicted->forwardable == observed->forwardable;
}
