/* Which hosts share a rehearsal, and what of it has to hold until the change is written. */
#include "rehearsal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pairs.h"

static void side_done(struct rehearsed_side *side, size_t n)
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
  r.has_spns = applying->planned.plans[plan].host->spns.n > 0;
  take_targets(applying, plan, &r);
  if (rc == 0)
    *ret = r;
  else
    rehearsal_done(&r);
  return rc;
}

/* The order of the targets is that of the set. */
static bool same(const struct apply_rehearsal *a, const struct apply_rehearsal *b)
{
  return kcd_stand_in_settings_equal(&a->before_settings, &b->before_settings) &&
         kcd_stand_in_settings_equal(&a->after_settings, &b->after_settings) && a->has_spns == b->has_spns &&
         a->n_targets == b->n_targets && memcmp(a->targets, b->targets, a->n_targets * sizeof *a->targets) == 0;
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

int apply_rehearsals_enlist(struct applying *applying, struct kcd_error *err)
{
  for (size_t i = 0; i < applying->planned.n; i++)
    if (kcd_object_plan_state(&applying->planned.plans[i]) == KCD_PLAN_CHANGE && enlist(applying, i, err) != 0)
      return -1;
  return 0;
}

/* The pair with HOST in the place of the account of one of the plans. */
void rehearsal_facts(const struct applying *applying, const struct apply_rehearsal *r, size_t plan, size_t target,
                     const struct kcd_account *host, struct kcd_facts *ret)
{
  kcd_facts_of_pair(&applying->planned.set, host_index(applying, r->plans[plan]), r->targets[target], time(NULL), ret);
  ret->host = host;
}

/* ---- when all is planned anew ---- */

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
