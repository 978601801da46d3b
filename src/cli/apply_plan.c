/* What apply would write: the planner's word for each host, and the refusal of changes that would not help. */
#include "applying.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "catalog.h"
#include "pairs.h"

size_t apply_facts_of(const struct applying *applying, const struct kcd_facts_set *set,
                      const struct kcd_host_facts *host, const struct kcd_account *target, struct kcd_facts **ret)
{
  const size_t first = host ? (size_t)(host - set->hosts) : 0;
  const size_t end = host ? first + 1 : set->n_hosts;
  struct kcd_facts *facts = kcd_calloc((end - first) * set->n_targets + 1, sizeof *facts);
  size_t n = 0;
  for (size_t h = first; h < end; h++)
    for (size_t t = 0; t < set->n_targets; t++) {
      bool ours = !target || target == kcd_target_account(&set->targets[t]);
      if (ours && kcd_pair_is_asked(set, &applying->operands, h, t))
        kcd_facts_of_pair(set, h, t, time(NULL), &facts[n++]);
    }
  *ret = facts;
  return n;
}

/* A note about this DC's rule set alone: it does not make the change wrong for the KDC that counts. */
static bool is_artefact(enum kcd_finding_id id)
{
  return id == KCD_F_SPN_WITH_BLANK_ON_SAMBA;
}

bool apply_helps(const struct kcd_facts *after, enum kcd_flavour flavour, enum kcd_finding_id *ret_id, char **ret_why)
{
  struct kcd_judgement judgement = {0};
  kcd_judge(after, flavour, NULL, "", &judgement);
  bool works = judgement.verdict == KCD_WORKS;
  for (size_t i = 0; !works && i < judgement.findings.n; i++) {
    const struct kcd_finding *finding = &judgement.findings.v[i];
    if (finding->severity != KCD_FAULT)
      continue;
    works = is_artefact(finding->id);
    if (!works) {
      *ret_id = finding->id;
      *ret_why = kcd_strdup(finding->message);
      break;
    }
  }
  kcd_judgement_done(&judgement);
  return works;
}

void apply_refuse(struct kcd_object_plan *plan, enum kcd_finding_id id, char *message)
{
  plan->refusals = kcd_reallocarray(plan->refusals, plan->n_refusals + 1, sizeof *plan->refusals);
  plan->refusals[plan->n_refusals++] = (struct kcd_refusal){.id = id, .message = message};
}

/* "Use Kerberos only" takes a right away, so it needs no pair: a host that lists nothing can lose the bit as well. */
static bool takes_bit_away(const struct kcd_host_facts *host, enum kcd_mode mode)
{
  const struct kcd_account *account = host->account;
  return mode == KCD_MODE_KERBEROS_ONLY && account && account->has_uac && account->kind == KCD_KIND_COMPUTER &&
         !kcd_account_is_dc(account) && (account->uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION);
}

/* A host without SPN operands that lists nothing, or is not there: no pair, so there is nothing to plan with. */
static void plan_without_pairs(const struct kcd_host_facts *host, enum kcd_mode mode, struct kcd_object_plan *plan)
{
  KCD_AUTO_CHAR name = kcd_safe(host->operand);
  *plan = (struct kcd_object_plan){0};
  if (takes_bit_away(host, mode)) {
    plan->uac_before = host->account->uac;
    plan->uac_after = plan->uac_before & ~KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
  } else if (host->account) {
    apply_refuse(plan, KCD_F_LIST_EMPTY, kcd_asprintf("%s lists no service, so an SPN has to be named.", name));
  } else if (host->matches > 1) {
    apply_refuse(plan, KCD_F_HOST_OBJECT_DUPLICATE,
                 kcd_asprintf("%s names %zu objects, and none of them is picked: name the host by its DN.", name,
                              host->matches));
  } else {
    apply_refuse(plan, KCD_F_HOST_NOT_FOUND, kcd_asprintf("No computer named %s was found.", name));
  }
}

/* A change that leaves every pair failing is not made: the cause is elsewhere and the grant would stay. Without a mode
 * option the caller asked for list entries alone, and with --kerberos-only for a restriction; these are made as asked.
 */
static void decline_if_useless(const struct kcd_facts *facts, size_t n, struct kcd_object_plan *plan)
{
  struct kcd_account preview = {0};
  kcd_plan_preview(plan, &preview);
  bool any = false;
  enum kcd_finding_id id = KCD_F_PREDICTION_DIFFERS;
  KCD_AUTO_CHAR why = NULL;
  for (size_t i = 0; i < n && !any; i++) {
    enum kcd_finding_id one_id = id;
    KCD_AUTO_CHAR one = NULL;
    struct kcd_facts after = facts[i];
    after.host = &preview;
    any = apply_helps(&after, after.dc->flavour, &one_id, &one);
    if (!why) {
      why = KCD_TAKE(one);
      id = one_id;
    }
  }
  if (!any && why)
    apply_refuse(plan, id, kcd_asprintf("The change would not help: %s", why));
  kcd_account_done(&preview);
}

/* The same object under two names is planned once. */
static bool is_named_twice(const struct kcd_facts_set *set, size_t host)
{
  for (size_t i = 0; i < host; i++)
    if (set->hosts[host].account && set->hosts[i].account == set->hosts[host].account)
      return true;
  return false;
}

/* The needs are those of the file; the list is as it was read for this plan. */
static void prune(const struct kcd_need *declared, const struct kcd_account *now, struct kcd_object_plan *plan)
{
  struct kcd_need need = *declared;
  KCD_AUTO_VALUE(kcd_beyond) beyond = {0};
  need.host = now;
  kcd_beyond_of(&need, &beyond);
  kcd_plan_prune(plan, &beyond);
}

/* Of a file that declares modes the option moves the hosts alone that are declared so; the others get entries. */
static enum kcd_mode mode_of(const struct applying *applying, const struct kcd_need *need)
{
  const enum kcd_mode mode = applying->run->options->mode;
  return applying->estate.file && (!need || need->mode != mode) ? KCD_MODE_LIST_ONLY : mode;
}

static void plan_host(const struct applying *applying, struct apply_plans *plans, size_t host)
{
  const struct kcd_options *options = applying->run->options;
  const struct kcd_host_facts *found = &plans->set.hosts[host];
  const struct kcd_need *need = found->account ? kcd_estate_need(&applying->estate, found->account) : NULL;
  const enum kcd_mode mode = mode_of(applying, need);
  struct kcd_plan_options plan_options = {
      .mode = mode, .exact = options->exact, .resource_based = options->resource_based};
  struct kcd_object_plan *plan = &plans->plans[plans->n];
  plans->hosts[plans->n++] = found;
  struct kcd_facts *facts = NULL;
  size_t n = apply_facts_of(applying, &plans->set, found, NULL, &facts);
  if (is_named_twice(&plans->set, host))
    *plan = (struct kcd_object_plan){0};
  else if (n > 0)
    kcd_plan_object(facts, n, &plan_options, plan);
  else
    plan_without_pairs(found, mode, plan);
  plan->host = found->account;
  plan->host_operand = found->operand;
  if (mode == KCD_MODE_PROTOCOL_TRANSITION && !options->resource_based &&
      kcd_object_plan_state(plan) == KCD_PLAN_CHANGE)
    decline_if_useless(facts, n, plan);
  if (need && options->prune)
    prune(need, found->account, plan);
  free(facts);
}

static void make(const struct applying *applying, struct apply_plans *plans)
{
  const struct kcd_options *options = applying->run->options;
  const size_t room = plans->set.n_hosts + plans->set.n_targets + 1;
  plans->plans = kcd_calloc(room, sizeof *plans->plans);
  plans->hosts = kcd_calloc(room, sizeof(const struct kcd_host_facts *));
  if (options->resource_based)
    apply_plan_targets(applying, plans);
  if (!options->resource_based || options->mode == KCD_MODE_PROTOCOL_TRANSITION)
    for (size_t host = 0; host < plans->set.n_hosts; host++)
      plan_host(applying, plans, host);
  if (options->resource_based)
    apply_decline_resources(applying, plans);
}

int apply_plans_make(struct applying *applying, struct apply_plans *ret, struct kcd_error *err)
{
  struct apply_plans plans = {0};
  if (kcd_operands_gather(applying->session.dir, &applying->operands, &applying->query, &plans.set, err) != 0)
    return -1;
  kcd_catalog_look(&applying->session, applying->run->options, &plans.set, applying->run->report);
  make(applying, &plans); /* plans point into the set: what stays in place there are its arrays */
  *ret = plans;
  return 0;
}

void apply_plans_done(struct apply_plans *plans)
{
  for (size_t i = 0; i < plans->n; i++)
    kcd_object_plan_done(&plans->plans[i]);
  free(plans->plans);
  free(plans->hosts);
  kcd_facts_set_done(&plans->set);
  *plans = (struct apply_plans){0};
}

size_t apply_plans_count(const struct apply_plans *plans, enum kcd_plan_state state)
{
  size_t n = 0;
  for (size_t i = 0; i < plans->n; i++)
    n += kcd_object_plan_state(&plans->plans[i]) == state;
  return n;
}

static bool same_values(const struct kcd_values *a, const struct kcd_values *b)
{
  bool same = a->n == b->n;
  for (size_t i = 0; same && i < a->n; i++)
    same = kcd_values_find(b, a->v[i].data, a->v[i].len) >= 0;
  return same;
}

static bool same_object(const struct kcd_object_plan *a, const struct kcd_object_plan *b)
{
  return !a->host == !b->host && (!a->host || memcmp(a->host->guid, b->host->guid, sizeof a->host->guid) == 0);
}

static bool same_plan(const struct kcd_object_plan *a, const struct kcd_object_plan *b)
{
  return same_object(a, b) && kcd_object_plan_state(a) == kcd_object_plan_state(b) && same_values(&a->add, &b->add) &&
         same_values(&a->remove, &b->remove) && a->uac_before == b->uac_before && a->uac_after == b->uac_after &&
         kcd_bytes_equal(&a->rbcd_before, &b->rbcd_before) && kcd_bytes_equal(&a->rbcd_after, &b->rbcd_after) &&
         a->n_dc_targets == b->n_dc_targets;
}

bool apply_plans_still_hold(const struct apply_plans *before, const struct apply_plans *now)
{
  for (size_t i = 0; i < now->n; i++)
    if (kcd_object_plan_state(&now->plans[i]) != KCD_PLAN_NOTHING &&
        (i >= before->n || !same_plan(&before->plans[i], &now->plans[i])))
      return false;
  return true;
}
