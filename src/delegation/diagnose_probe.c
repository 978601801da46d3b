#include <string.h>

#include <kcdfix/kerberr.h>
#include <kcdfix/pattern.h>
#include <kcdfix/text.h>

#include "case.h"
#include "words.h"

bool kcd_probe_tgt_is_to_blame(const struct kcd_judgement *judgement)
{
  const struct kcd_observation *observation = judgement->observation;
  if (observation == NULL || kcd_error_is_set(&observation->error) || observation->tgt_forwardable ||
      observation->s4u2proxy.outcome == KCD_TICKET)
    return false;
  const struct kcd_exchange *as = kcd_observation_exchange(observation, KCD_EXCHANGE_AS);
  bool expected = judgement->prediction.host_gets_tgt && judgement->prediction.as.answer.forwardable;
  return as != NULL && as->answer.outcome == KCD_TICKET && expected;
}

static void not_forwardable(struct kcd_case *c)
{
  struct kcd_finding *f = kcd_case_add(c, KCD_F_PROBE_TGT_NOT_FORWARDABLE, KCD_WARNING,
                                       kcd_account_subject(c->facts->host, c->facts->host_operand));
  kcd_finding_say(
      f, "The KDC gave the probe a ticket-granting ticket that is not forwardable, though nothing in the directory "
         "says why. What followed proves nothing about the delegation.");
  kcd_finding_bool(f, "forwardable", false);
}

/* What was answered, in a few words; owned. */
static char *answer_words(const struct kcd_answer *answer)
{
  if (answer->outcome == KCD_TICKET)
    return kcd_asprintf("a %sforwardable ticket", answer->forwardable ? "" : "not ");
  if (answer->outcome == KCD_NOT_TRIED)
    return kcd_strdup("nothing");
  if (answer->code < 0)
    return kcd_strdup("a refusal of the client library");
  const char *name = kcd_kdc_code_name(answer->code);
  return kcd_asprintf("%s (%d)", name == NULL ? "error" : name, (int)answer->code);
}

/* Where the two part: the first step that differs. */
static const char *first_difference(const struct kcd_case *c, const struct kcd_answer **predicted,
                                    const struct kcd_answer **observed)
{
  const struct kcd_prediction *prediction = &c->judgement->prediction;
  const struct kcd_observation *observation = c->judgement->observation;
  static const struct kcd_answer NOT_TRIED = {.outcome = KCD_NOT_TRIED};
  const struct kcd_answer *as = &NOT_TRIED;
  if (kcd_observation_host_refused(observation))
    as = &kcd_observation_exchange(observation, KCD_EXCHANGE_AS)->answer;
  const struct {
    const char *name;
    const struct kcd_answer *predicted, *observed;
  } steps[] = {{"AS", &prediction->as.answer, as},
               {"S4U2Self", &prediction->s4u2self.answer, &observation->s4u2self},
               {"S4U2Proxy", &prediction->s4u2proxy.answer, &observation->s4u2proxy},
               {"S4U2Proxy with the user's own ticket", &prediction->user_ticket.answer, &observation->user_ticket}};
  size_t at = 0;
  while (at + 1 < sizeof steps / sizeof steps[0] &&
         (steps[at].observed->outcome == KCD_NOT_TRIED || kcd_answer_agrees(steps[at].predicted, steps[at].observed)))
    at++;
  *predicted = steps[at].predicted;
  *observed = steps[at].observed;
  return steps[at].name;
}

static const char *explanation(const struct kcd_case *c)
{
  const struct kcd_observation *observation = c->judgement->observation;
  const char *dc = c->facts->dc->name;
  if (kcd_findings_has(&c->judgement->findings, KCD_F_CHANGE_NOT_REPLICATED))
    return "The domain controllers do not hold the same: the KDC answered with what another one has.";
  if (observation->kdc != NULL && dc != NULL && !kcd_equal_nocase(observation->kdc, dc))
    return "The directory was read from another DC than the one that answered: a change may not have reached both.";
  if (!c->judgement->prediction.certain)
    return "The rule behind the prediction is inferred for this kind of KDC; the answer holds.";
  return "The answer holds. Something that this check does not read decides there, such as an authentication policy, "
         "or "
         "the object was changed meanwhile.";
}

static enum kcd_severity weight_of_difference(const struct kcd_case *c)
{
  bool unexplained = c->judgement->verdict == KCD_FAILS && kcd_findings_worst(&c->judgement->findings) < KCD_FAULT;
  if (unexplained)
    return KCD_FAULT;
  return c->judgement->prediction.certain ? KCD_WARNING : KCD_NOTE;
}

/* Where the directory and the KDC part, the answers alone say where to look. */
static void add_pattern(struct kcd_finding *f, const struct kcd_judgement *judgement)
{
  const struct kcd_observation *observation = judgement->observation;
  KCD_AUTO_CHAR reason = kcd_reason_given(kcd_deciding_exchange(observation));
  const struct kcd_class *class = kcd_judgement_class(judgement);
  if (reason != NULL)
    kcd_finding_text(f, "reason", reason);
  if (class == NULL || observation->s4u2proxy.outcome == KCD_TICKET)
    return;
  kcd_finding_text(f, "class", class->name);
  KCD_AUTO_CHAR said = KCD_TAKE(f->message);
  kcd_finding_say(f, "%s The answers by themselves say: %s", said, class->sentence);
}

/* Code -1: the KDC's answer is not known, since libkrb5 did not ask or did not take it. */
static void say_difference(const struct kcd_case *c, struct kcd_finding *f, const char *step, const char *expected,
                           const char *answered, bool by_client)
{
  if (by_client)
    kcd_finding_say(f, "%s: predicted was %s, and the client library refused. What the KDC would say was not seen.",
                    step, expected);
  else
    kcd_finding_say(f, "%s: predicted was %s, the KDC answered with %s. %s", step, expected, answered, explanation(c));
}

static void differs(struct kcd_case *c)
{
  const struct kcd_answer *predicted = NULL;
  const struct kcd_answer *observed = NULL;
  const char *step = first_difference(c, &predicted, &observed);
  KCD_AUTO_CHAR expected = answer_words(predicted);
  KCD_AUTO_CHAR answered = answer_words(observed);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_PREDICTION_DIFFERS, weight_of_difference(c),
                                       kcd_account_subject(c->facts->host, c->facts->host_operand));
  say_difference(c, f, step, expected, answered, observed->outcome == KCD_ERROR && observed->code < 0);
  kcd_finding_text(f, "predicted", expected);
  kcd_finding_text(f, "observed", answered);
  add_pattern(f, c->judgement);
}

void kcd_diagnose_probe(struct kcd_case *c)
{
  if (c->judgement->observation == NULL)
    return;
  if (kcd_probe_tgt_is_to_blame(c->judgement))
    not_forwardable(c);
  else if (!c->judgement->agree)
    differs(c);
}
