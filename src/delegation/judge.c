#include <stdlib.h>

#include <kcdfix/uac.h>

#include "case.h"
#include "words.h"

/* Without a host the target and the user can still be judged: as if any computer had asked. */
static void situation_of(const struct kcd_facts *facts, enum kcd_flavour flavour, struct kcd_situation *ret)
{
  struct kcd_account anyone = {.kind = KCD_KIND_COMPUTER, .has_uac = true, .uac = KCD_UAC_WORKSTATION};
  struct kcd_facts complete = *facts;
  if (complete.host == NULL)
    complete.host = &anyone;
  kcd_situation_of(&complete, flavour, ret);
}

static bool agrees(const struct kcd_predicted *predicted, const struct kcd_answer *observed)
{
  return observed->outcome == KCD_NOT_TRIED || kcd_answer_agrees(&predicted->answer, observed);
}

/* Of the host's own ticket only a refusal counts: one that is not forwardable is the probe's trouble. */
static bool agrees_on_host(const struct kcd_judgement *judgement)
{
  const struct kcd_observation *observation = judgement->observation;
  return !kcd_observation_host_refused(observation) ||
         agrees(&judgement->prediction.as, &kcd_observation_exchange(observation, KCD_EXCHANGE_AS)->answer);
}

static bool prediction_agrees(const struct kcd_judgement *judgement)
{
  const struct kcd_observation *observation = judgement->observation;
  const struct kcd_prediction *prediction = &judgement->prediction;
  if (observation == NULL || kcd_error_is_set(&observation->error) || !judgement->predicted_at_all)
    return true;
  return agrees_on_host(judgement) && agrees(&prediction->s4u2self, &observation->s4u2self) &&
         agrees(&prediction->s4u2proxy, &observation->s4u2proxy) &&
         agrees(&prediction->user_ticket, &observation->user_ticket);
}

static enum kcd_verdict predicted_verdict(const struct kcd_judgement *judgement)
{
  bool works = judgement->predicted_at_all && judgement->prediction.s4u2proxy.answer.outcome == KCD_TICKET;
  return works ? KCD_WORKS : KCD_FAILS;
}

static enum kcd_verdict verdict_of(const struct kcd_judgement *judgement)
{
  const struct kcd_observation *observation = judgement->observation;
  enum kcd_verdict predicted = predicted_verdict(judgement);
  if (observation == NULL || kcd_error_is_set(&observation->error))
    return predicted;
  if (observation->s4u2proxy.outcome == KCD_TICKET)
    return KCD_WORKS;
  if (kcd_probe_tgt_is_to_blame(judgement))
    return predicted == KCD_WORKS ? KCD_CANNOT_TELL : predicted;
  return kcd_observation_refused(observation) ? KCD_FAILS : predicted;
}

/* What stays an error beside a ticket: that it is for the wrong account, and that another DC would not give it. */
static bool outlives_ticket(enum kcd_finding_id id)
{
  return id == KCD_F_DUPLICATE_SPN || id == KCD_F_CHANGE_NOT_REPLICATED;
}

/* A pair that works has no error but one that the KDC asked cannot see. */
static void spare_working_pair(struct kcd_judgement *judgement)
{
  if (judgement->verdict != KCD_WORKS)
    return;
  for (size_t i = 0; i < judgement->findings.n; i++) {
    struct kcd_finding *finding = &judgement->findings.v[i];
    if (finding->severity == KCD_FAULT && !outlives_ticket(finding->id))
      finding->severity = KCD_WARNING;
  }
}

/* Where another DC has what this one lacks, waiting is the whole repair: it comes before all causes. */
int kcd_finding_rank(enum kcd_finding_id id)
{
  return id == KCD_F_CHANGE_NOT_REPLICATED ? -1 : (int)id;
}

static bool comes_before(const struct kcd_finding *a, const struct kcd_finding *b)
{
  return a->severity != b->severity ? a->severity > b->severity : kcd_finding_rank(a->id) < kcd_finding_rank(b->id);
}

/* Errors before warnings before notes, each in the order of repair. Stable, and the list is short. */
static void sort(struct kcd_findings *findings)
{
  for (size_t i = 1; i < findings->n; i++) {
    struct kcd_finding moving = findings->v[i];
    size_t at = i;
    for (; at > 0 && comes_before(&moving, &findings->v[at - 1]); at--)
      findings->v[at] = findings->v[at - 1];
    findings->v[at] = moving;
  }
}

static void diagnose(struct kcd_case *c)
{
  kcd_diagnose_host(c);
  kcd_diagnose_host_object(c);
  kcd_diagnose_target(c);
  kcd_diagnose_duplicate(c);
  kcd_diagnose_user(c);
  kcd_diagnose_list(c);
  kcd_diagnose_rbcd(c);
  kcd_diagnose_entries(c);
  kcd_diagnose_enctype(c);
  kcd_diagnose_partner(c);
  kcd_diagnose_domain(c);
  kcd_diagnose_answer(c);
  kcd_diagnose_replicas(c);
  kcd_diagnose_probe(c);
  kcd_diagnose_cache(c);
}

/* A listed SPN is granted by the list, whatever the target says. */
static const char *granted_by(const struct kcd_judgement *judgement, const struct kcd_situation *situation)
{
  if (predicted_verdict(judgement) != KCD_WORKS)
    return NULL;
  return (situation->bits & KCD_BIT(KCD_C_SPN_LISTED)) != 0 ? "list" : "resource-based";
}

/* Whether what was observed is the answer to a stand-in that differs from the host where it counts. */
static bool proves_nothing(const struct kcd_facts *facts, enum kcd_flavour flavour,
                           const struct kcd_observation *observation, struct kcd_stand_in_limits *ret)
{
  if (observation == NULL || facts->stand_in == NULL || facts->host == NULL)
    return false;
  kcd_stand_in_limits(facts, flavour, facts->stand_in, ret);
  return !ret->covers;
}

void kcd_judge(const struct kcd_facts *facts, enum kcd_flavour flavour, const struct kcd_observation *observation,
               const char *context, struct kcd_judgement *ret)
{
  struct kcd_situation situation;
  situation_of(facts, flavour, &situation);
  *ret = (struct kcd_judgement){.facts = *facts, .spn = facts->target->spn.text, .observation = observation};
  ret->predicted_at_all = facts->host != NULL;
  if (ret->predicted_at_all)
    kcd_predict(&situation, &ret->prediction);
  ret->granted_by = granted_by(ret, &situation);
  if (proves_nothing(facts, flavour, observation, &ret->limits))
    ret->observation = NULL; /* until all is judged */
  ret->agree = prediction_agrees(ret);
  ret->verdict = verdict_of(ret);

  const struct kcd_account *target = kcd_target_served(facts->target);
  KCD_AUTO_CHAR host_name = kcd_account_label(facts->host, facts->host_operand);
  KCD_AUTO_CHAR target_name = kcd_account_label(target, facts->target->spn.host);
  struct kcd_case c = {.facts = facts,
                       .target = target,
                       .spn = ret->spn,
                       .host_name = host_name,
                       .target_name = target_name,
                       .user_name = facts->user_operand == NULL ? "" : facts->user_operand,
                       .context = context,
                       .bits = situation.bits,
                       .judgement = ret,
                       .flavour = flavour};
  diagnose(&c);
  spare_working_pair(ret);
  kcd_name_suspects(&c);
  sort(&ret->findings);
  ret->observation = observation;
}

void kcd_judgement_done(struct kcd_judgement *judgement)
{
  if (judgement == NULL)
    return;
  kcd_stand_in_limits_done(&judgement->limits);
  kcd_findings_done(&judgement->findings);
  kcd_suspects_done(&judgement->suspects);
  *judgement = (struct kcd_judgement){0};
}
