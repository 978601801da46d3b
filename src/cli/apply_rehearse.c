/* The rehearsal of apply --rehearse: two stand-ins for each kind of host, one as it is and one as the plan leaves it.
 */
#include "applying.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/probe.h>
#include <kcdfix/text.h>

#include "interrupt.h"
#include "pairs.h"
#include "prober.h"

/* What one stand-in was answered, pair by pair. */
struct side {
  char *name;
  struct kcd_observation *observations; /* one a target */
};

/* One for all hosts whose settings are equal, now and as planned, and that are asked for the same services. */
struct apply_rehearsal {
  size_t *plans; /* places in applying->planned; good until that is planned anew */
  size_t n_plans;
  char **hosts;         /* their names */
  uint8_t (*guids)[16]; /* and what plans made anew are known by */
  size_t *targets;      /* places in the set */
  size_t n_targets;
  struct kcd_stand_in_settings before_settings, after_settings;
  struct side before, after;
  char **limits;
  size_t n_limits;
  bool proved;
  enum kcd_finding_id why_id;
  char *why; /* unless proved */
};

static void side_done(struct side *side, size_t n)
{
  for (size_t i = 0; side->observations && i < n; i++)
    kcd_observation_done(&side->observations[i]);
  free(side->observations);
  free(side->name);
}

static void rehearsal_done(struct apply_rehearsal *r)
{
  side_done(&r->before, r->n_targets);
  side_done(&r->after, r->n_targets);
  for (size_t i = 0; i < r->n_plans; i++)
    free(r->hosts[i]);
  for (size_t i = 0; i < r->n_limits; i++)
    free(r->limits[i]);
  kcd_stand_in_settings_done(&r->before_settings);
  kcd_stand_in_settings_done(&r->after_settings);
  free(r->plans);
  free(r->hosts);
  free(r->guids);
  free(r->targets);
  free(r->limits);
  free(r->why);
}

void apply_rehearsals_done(struct applying *applying)
{
  for (size_t i = 0; i < applying->n_rehearsals; i++)
    rehearsal_done(&applying->rehearsals[i]);
  free(applying->rehearsals);
  applying->rehearsals = NULL;
  applying->n_rehearsals = 0;
}

/* ---- which hosts share one ---- */

static size_t host_index(const struct applying *applying, size_t plan)
{
  return (size_t)(applying->planned.hosts[plan] - applying->planned.set.hosts);
}

static void take_targets(const struct applying *applying, size_t plan, struct apply_rehearsal *r)
{
  const struct kcd_facts_set *set = &applying->planned.set;
  r->targets = kcd_calloc(set->n_targets + 1, sizeof *r->targets);
  for (size_t t = 0; t < set->n_targets; t++)
    if (kcd_pair_is_asked(set, &applying->operands, host_index(applying, plan), t))
      r->targets[r->n_targets++] = t;
}

static void add_plan(const struct applying *applying, size_t plan, struct apply_rehearsal *r)
{
  const struct kcd_account *host = applying->planned.plans[plan].host;
  r->plans = kcd_reallocarray(r->plans, r->n_plans + 1, sizeof *r->plans);
  r->hosts = kcd_reallocarray(r->hosts, r->n_plans + 1, sizeof *r->hosts);
  r->guids = kcd_reallocarray(r->guids, r->n_plans + 1, sizeof *r->guids);
  r->plans[r->n_plans] = plan;
  r->hosts[r->n_plans] = kcd_strdup(host->sam_account_name);
  memcpy(r->guids[r->n_plans++], host->guid, sizeof host->guid);
}

static int begin(const struct applying *applying, size_t plan, struct apply_rehearsal *ret, struct kcd_error *err)
{
  struct apply_rehearsal r = {0};
  struct kcd_account planned = {0};
  kcd_plan_preview(&applying->planned.plans[plan], &planned);
  int rc = kcd_stand_in_settings_of(applying->planned.plans[plan].host, &r.before_settings, err);
  if (rc == 0)
    rc = kcd_stand_in_settings_of(&planned, &r.after_settings, err);
  kcd_account_done(&planned);
  take_targets(applying, plan, &r);
  if (rc == 0)
    *ret = r;
  else
    rehearsal_done(&r);
  return rc;
}

static bool same(const struct apply_rehearsal *a, const struct apply_rehearsal *b)
{
  return kcd_stand_in_settings_equal(&a->before_settings, &b->before_settings) &&
         kcd_stand_in_settings_equal(&a->after_settings, &b->after_settings) && a->n_targets == b->n_targets &&
         memcmp(a->targets, b->targets, a->n_targets * sizeof *a->targets) == 0;
}

/* Puts the plan with its like. */
static int enlist(struct applying *applying, size_t plan, struct kcd_error *err)
{
  struct apply_rehearsal r;
  if (begin(applying, plan, &r, err) != 0)
    return -1;
  for (size_t i = 0; i < applying->n_rehearsals; i++)
    if (same(&applying->rehearsals[i], &r)) {
      add_plan(applying, plan, &applying->rehearsals[i]);
      rehearsal_done(&r);
      return 0;
    }
  add_plan(applying, plan, &r);
  applying->rehearsals =
      kcd_reallocarray(applying->rehearsals, applying->n_rehearsals + 1, sizeof *applying->rehearsals);
  applying->rehearsals[applying->n_rehearsals++] = r;
  return 0;
}

/* The pair with HOST in the place of the account of one of the plans. */
static void facts_of(const struct applying *applying, const struct apply_rehearsal *r, size_t plan, size_t target,
                     const struct kcd_account *host, struct kcd_facts *ret)
{
  kcd_facts_of_pair(&applying->planned.set, host_index(applying, r->plans[plan]), r->targets[target], time(NULL), ret);
  ret->host = host;
}

/* ---- whether it would prove anything ---- */

static int uncovered(const struct kcd_account *host, const struct kcd_stand_in_limits *limits, const char *dc,
                     struct kcd_error *err)
{
  KCD_AUTO_CHAR short_name = kcd_account_short_name(host);
  KCD_AUTO_CHAR name = kcd_safe(short_name);
  KCD_AUTO_CHAR why = kcd_join_words((const char *const *)limits->sentences, limits->n);
  kcd_fail(err, KCD_E_UNSUPPORTED, "the change of %s cannot be rehearsed, and nothing was made: %s", name, why);
  kcd_error_id(err, "stand-in-not-possible");
  kcd_error_on(err, host->dn, dc);
  return kcd_error_next(err, "without --rehearse the change rests on the prediction alone");
}

/* The account that the rehearsal of a planned host would make, before there is one. */
static void imagine(const struct kcd_account *planned, const struct kcd_stand_in_settings *settings,
                    enum kcd_flavour flavour, struct kcd_account *ret)
{
  static const uint8_t NONCE[KCD_STAND_IN_NONCE];
  KCD_AUTO_CHAR spn = planned->spns.n > 0 ? kcd_stand_in_spn(flavour, NONCE) : NULL;
  kcd_stand_in_account(planned, settings, KCD_STAND_IN_PREFIX "0000$", spn, ret);
}

/* Hosts with equal settings may differ in what no stand-in copies, so each is asked about. */
static int refuse_uncovered(const struct applying *applying, const struct apply_rehearsal *r, size_t plan,
                            struct kcd_error *err)
{
  const struct kcd_dc *dc = applying->planned.set.dc;
  struct kcd_account planned = {0}, stand_in = {0};
  kcd_plan_preview(&applying->planned.plans[r->plans[plan]], &planned);
  imagine(&planned, &r->after_settings, dc->flavour, &stand_in);
  int rc = 0;
  for (size_t i = 0; rc == 0 && i < r->n_targets; i++) {
    struct kcd_facts facts;
    struct kcd_stand_in_limits limits = {0};
    facts_of(applying, r, plan, i, &planned, &facts);
    kcd_stand_in_limits(&facts, dc->flavour, &stand_in, &limits);
    if (!limits.covers)
      rc = uncovered(&planned, &limits, dc->name, err);
    kcd_stand_in_limits_done(&limits);
  }
  kcd_account_done(&stand_in);
  kcd_account_done(&planned);
  return rc;
}

static int refuse_all_uncovered(const struct applying *applying, struct kcd_error *err)
{
  for (size_t i = 0; i < applying->n_rehearsals; i++)
    for (size_t plan = 0; plan < applying->rehearsals[i].n_plans; plan++)
      if (refuse_uncovered(applying, &applying->rehearsals[i], plan, err) != 0)
        return -1;
  return 0;
}

/* ---- asking ---- */

static void note_limits(struct apply_rehearsal *r, const struct kcd_facts *facts)
{
  struct kcd_stand_in_limits limits = {0};
  kcd_stand_in_limits(facts, facts->dc->flavour, facts->stand_in, &limits);
  for (size_t i = 0; i < limits.n; i++) {
    bool known = false;
    for (size_t j = 0; j < r->n_limits && !known; j++)
      known = strcmp(r->limits[j], limits.sentences[i]) == 0;
    if (known)
      continue;
    r->limits = kcd_reallocarray(r->limits, r->n_limits + 1, sizeof *r->limits);
    r->limits[r->n_limits++] = KCD_TAKE(limits.sentences[i]);
  }
  kcd_stand_in_limits_done(&limits);
}

/* All pairs with one stand-in; stops at a KDC that does not answer, and at a signal. */
static int ask(const struct applying *applying, struct apply_rehearsal *r, const struct kcd_account *host,
               struct kcd_prober *prober, struct side *side, struct kcd_error *err)
{
  for (size_t i = 0; i < r->n_targets && !kcd_interrupted(); i++) {
    struct kcd_facts facts;
    facts_of(applying, r, 0, i, host, &facts);
    facts.stand_in = &prober->stand_in.account;
    const char *user = facts.user ? facts.user->sam_account_name : facts.user_operand;
    struct kcd_observation *observation = &side->observations[i];
    kcd_probe_run(prober->probe, user, facts.target->spn.text, 0, observation);
    note_limits(r, &facts);
    /* A TGT that is not forwardable is an answer about these settings. */
    if (kcd_error_is_set(&observation->error) && strcmp(observation->error.id, "probe-tgt-not-forwardable") != 0) {
      *err = observation->error;
      return kcd_error_wrap(err, "rehearsal");
    }
  }
  return 0;
}

static int interrupted(struct kcd_error *err)
{
  kcd_fail(err, KCD_E_INTERRUPTED, "interrupted; nothing was changed");
  return kcd_error_id(err, "interrupted");
}

/* Makes one, asks, removes it. An account that may be left behind is worse than whatever went wrong before. */
static int play(struct applying *applying, struct kcd_stand_in_maker *maker, struct apply_rehearsal *r,
                const struct kcd_account *host, struct side *side, struct kcd_error *err)
{
  struct kcd_prober prober;
  if (kcd_prober_by_stand_in(maker, host, &prober, err) != 0)
    return -1;
  side->name = kcd_strdup(prober.stand_in.record.name);
  side->observations = kcd_calloc(r->n_targets + 1, sizeof *side->observations);
  int rc = ask(applying, r, host, &prober, side, err);
  struct kcd_error trouble = KCD_ERROR_INIT;
  if (kcd_prober_end(&prober, maker, &trouble) != 0) {
    *err = trouble;
    rc = -1;
  }
  kcd_report_stand_in(applying->run->report, &prober.stand_in.record, prober.stand_in.dynamic, prober.stand_in.end);
  kcd_prober_done(&prober);
  return rc == 0 && kcd_interrupted() ? interrupted(err) : rc;
}

/* ---- what follows ---- */

static bool is_proved(const struct apply_rehearsal *r, size_t *ret_failed)
{
  for (size_t i = 0; i < r->n_targets; i++)
    if (r->after.observations[i].s4u2proxy.outcome != KCD_TICKET) {
      *ret_failed = i;
      return false;
    }
  return true;
}

static char *answer_words(const struct kcd_answer *answer)
{
  const char *name = answer->code >= 0 ? kcd_kdc_code_name(answer->code) : NULL;
  if (answer->outcome == KCD_NOT_TRIED)
    return kcd_strdup("there is no ticket to go on with");
  return name ? kcd_asprintf("the KDC answers %s (%d)", name, (int)answer->code) : kcd_strdup("it is refused");
}

/* The cause that the rules see with the change made, else that they see none. */
static void say_why(const struct applying *applying, struct apply_rehearsal *r, const struct kcd_account *planned,
                    size_t failed)
{
  struct kcd_facts facts;
  facts_of(applying, r, 0, failed, planned, &facts);
  KCD_AUTO_CHAR cause = NULL;
  r->why_id = KCD_F_PREDICTION_DIFFERS;
  bool helps = apply_helps(&facts, facts.dc->flavour, &r->why_id, &cause);
  KCD_AUTO_CHAR answer = answer_words(&r->after.observations[failed].s4u2proxy);
  KCD_AUTO_CHAR spn = kcd_safe(facts.target->spn.text);
  r->why = kcd_asprintf("In the rehearsal the change did not help: for %s %s.%s%s", spn, answer,
                        !helps && cause ? " " : "", !helps && cause ? cause : "");
}

static void show(const struct applying *applying, const struct apply_rehearsal *r)
{
  const struct kcd_facts_set *set = &applying->planned.set;
  struct kcd_rehearsed_pair *pairs = kcd_calloc(r->n_targets + 1, sizeof *pairs);
  for (size_t i = 0; i < r->n_targets; i++)
    pairs[i] = (struct kcd_rehearsed_pair){.spn = set->targets[r->targets[i]].spn.text,
                                           .before = &r->before.observations[i],
                                           .after = &r->after.observations[i]};
  const struct kcd_rehearsal rehearsal = {.hosts = r->hosts,
                                          .n_hosts = r->n_plans,
                                          .dc = applying->session.server,
                                          .user = set->user ? set->user->sam_account_name : set->user_operand,
                                          .before_name = r->before.name,
                                          .after_name = r->after.name,
                                          .pairs = pairs,
                                          .n_pairs = r->n_targets,
                                          .limits = r->limits,
                                          .n_limits = r->n_limits,
                                          .proved = r->proved};
  kcd_report_rehearsal(applying->run->report, &rehearsal);
  if (!applying->run->options->quiet)
    kcd_show_rehearsal(apply_stream(applying), &rehearsal, &applying->run->style);
  free(pairs);
}

/* The planned settings go first: they need the most rights, and where these are missing nothing is made at all. */
static int rehearse(struct applying *applying, struct kcd_stand_in_maker *maker, struct apply_rehearsal *r,
                    struct kcd_error *err)
{
  const struct kcd_object_plan *plan = &applying->planned.plans[r->plans[0]];
  struct kcd_account planned = {0};
  kcd_plan_preview(plan, &planned);
  maker->as_planned = true;
  int rc = play(applying, maker, r, &planned, &r->after, err);
  maker->as_planned = false;
  if (rc == 0)
    rc = play(applying, maker, r, plan->host, &r->before, err);
  size_t failed = 0;
  if (rc == 0) {
    r->proved = is_proved(r, &failed);
    if (!r->proved)
      say_why(applying, r, &planned, failed);
    show(applying, r);
  }
  kcd_account_done(&planned);
  return rc;
}

/* The plan that changes this object; NULL: none does. */
static struct kcd_object_plan *plan_of(const struct apply_plans *plans, const uint8_t guid[16])
{
  for (size_t i = 0; i < plans->n; i++) {
    struct kcd_object_plan *plan = &plans->plans[i];
    if (plan->host && memcmp(plan->host->guid, guid, sizeof plan->host->guid) == 0 &&
        kcd_object_plan_state(plan) == KCD_PLAN_CHANGE)
      return plan;
  }
  return NULL;
}

void apply_rehearsals_refuse(const struct applying *applying, struct apply_plans *plans)
{
  for (size_t i = 0; i < applying->n_rehearsals; i++) {
    const struct apply_rehearsal *r = &applying->rehearsals[i];
    for (size_t h = 0; !r->proved && h < r->n_plans; h++) {
      struct kcd_object_plan *plan = plan_of(plans, r->guids[h]);
      if (plan)
        apply_refuse(plan, r->why_id, kcd_strdup(r->why));
    }
  }
}

static bool has_settings(const struct kcd_account *host, const struct kcd_stand_in_settings *rehearsed)
{
  struct kcd_stand_in_settings settings = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  bool same =
      kcd_stand_in_settings_of(host, &settings, &ignored) == 0 && kcd_stand_in_settings_equal(&settings, rehearsed);
  kcd_stand_in_settings_done(&settings);
  return same;
}

bool apply_rehearsals_still_hold(const struct applying *applying, const struct apply_plans *now)
{
  for (size_t i = 0; i < applying->n_rehearsals; i++) {
    const struct apply_rehearsal *r = &applying->rehearsals[i];
    for (size_t h = 0; h < r->n_plans; h++) {
      const struct kcd_object_plan *plan = plan_of(now, r->guids[h]);
      if (plan && !has_settings(plan->host, &r->before_settings))
        return false;
    }
  }
  return true;
}

int apply_rehearse(struct applying *applying, struct kcd_error *err)
{
  struct kcd_stand_in_maker maker;
  for (size_t i = 0; i < applying->planned.n; i++)
    if (kcd_object_plan_state(&applying->planned.plans[i]) == KCD_PLAN_CHANGE && enlist(applying, i, err) != 0)
      return -1;
  if (refuse_all_uncovered(applying, err) != 0)
    return -1;
  if (kcd_stand_in_maker_open(applying->run, &applying->session, applying->planned.set.dc, "rehearsal", &maker, err) !=
      0)
    return -1;
  int rc = 0;
  for (size_t i = 0; rc == 0 && i < applying->n_rehearsals; i++)
    rc = rehearse(applying, &maker, &applying->rehearsals[i], err);
  kcd_stand_in_maker_done(&maker);
  if (rc == 0)
    apply_rehearsals_refuse(applying, &applying->planned);
  return rc;
}
