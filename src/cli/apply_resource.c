/* Resource-based delegation: the targets are planned, and with them whether it would help and whether the DC takes it.
 */
#include "applying.h"

#include <stdlib.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>

#include "pairs.h"

/* ---- the targets ---- */

/* Whether an SPN before T belongs to the same account, whose object is changed once. */
static bool is_planned_already(const struct kcd_facts_set *set, size_t t)
{
  const struct kcd_account *account = kcd_target_account(&set->targets[t]);
  for (size_t i = 0; account && i < t; i++)
    if (kcd_target_account(&set->targets[i]) == account)
      return true;
  return false;
}

/* The pairs of an SPN that nobody holds: they share no account with others. */
static size_t facts_of_orphan(const struct applying *applying, const struct kcd_facts_set *set, size_t t,
                              struct kcd_facts **ret)
{
  struct kcd_facts *facts = kcd_calloc(set->n_hosts + 1, sizeof *facts);
  size_t n = 0;
  for (size_t h = 0; h < set->n_hosts; h++)
    if (kcd_pair_is_asked(set, &applying->operands, h, t))
      kcd_facts_of_pair(set, h, t, time(NULL), &facts[n++]);
  *ret = facts;
  return n;
}

void apply_plan_targets(const struct applying *applying, struct apply_plans *plans)
{
  const struct kcd_facts_set *set = &plans->set;
  for (size_t t = 0; t < set->n_targets; t++) {
    const struct kcd_account *account = kcd_target_account(&set->targets[t]);
    struct kcd_facts *facts = NULL;
    if (is_planned_already(set, t))
      continue;
    size_t n =
        account ? apply_facts_of(applying, set, NULL, account, &facts) : facts_of_orphan(applying, set, t, &facts);
    if (n > 0)
      kcd_plan_target(facts, n, &plans->plans[plans->n++]);
    free(facts);
  }
}

/* ---- does the DC take it? ---- */

static bool takes_descriptors(const struct kcd_facts_set *set)
{
  return !kcd_flavour_is_samba(set->dc->flavour) || set->rbcd_system_only == KCD_NO;
}

/* ---- would it help? ---- */

/* Each account that a plan changes, as it would be; at the plan's place. */
struct previews {
  const struct apply_plans *plans;
  struct kcd_account *v;
};

static const struct kcd_account *preview_of(const struct previews *previews, const struct kcd_account *account,
                                            bool as_target)
{
  for (size_t i = 0; account && i < previews->plans->n; i++)
    if (previews->plans->plans[i].host == account && !previews->plans->hosts[i] == as_target)
      return &previews->v[i];
  return account;
}

/* Whether the change would be right is a question to a KDC that knows resource-based delegation: that this one is too
 * old is said beside it, but another DC may be newer. */
static enum kcd_flavour judging_flavour(const struct kcd_dc *dc)
{
  return dc->flavour == KCD_FLAVOUR_SAMBA_417 ? KCD_FLAVOUR_SAMBA_419 : dc->flavour;
}

/* One pair after all plans; the target is a copy that borrows all but its owners. */
static bool pair_helps(const struct previews *previews, const struct kcd_facts *facts, enum kcd_finding_id *ret_id,
                       char **ret_why)
{
  struct kcd_facts after = *facts;
  struct kcd_target target = *facts->target;
  target.owners = kcd_calloc(target.n_owners + 1, sizeof *target.owners);
  for (size_t i = 0; i < target.n_owners; i++) {
    target.owners[i] = facts->target->owners[i];
    target.owners[i].account = (struct kcd_account *)preview_of(previews, target.owners[i].account, true);
  }
  target.named = (struct kcd_account *)preview_of(previews, target.named, true);
  after.target = &target;
  after.host = preview_of(previews, facts->host, false);
  bool works = apply_helps(&after, judging_flavour(facts->dc), ret_id, ret_why);
  free(target.owners);
  return works;
}

/* Where the DC does not take the change anyway, only what no KDC would heed is a better answer than that. */
static bool is_better_said(const struct apply_plans *plans, const struct kcd_object_plan *plan, enum kcd_finding_id id)
{
  return plan->rbcd_after.len == 0 || takes_descriptors(&plans->set) || id != KCD_F_RBCD_NEEDS_TRANSITION_ON_SAMBA;
}

/* The two traps of resource-based delegation, as they stand before the entry; else the cause that stays. Owned. */
static char *why_useless(const struct kcd_facts *facts, enum kcd_finding_id id, const char *cause)
{
  const struct kcd_account *target = kcd_target_account(facts->target);
  if (!facts->host || !target || (id != KCD_F_LIST_BREAKS_RBCD && id != KCD_F_RBCD_NEEDS_TRANSITION_ON_SAMBA))
    return kcd_asprintf("The change would not help: %s", cause);
  KCD_AUTO_CHAR host = kcd_safe(facts->host->sam_account_name);
  KCD_AUTO_CHAR name = kcd_safe(target->sam_account_name);
  if (id == KCD_F_LIST_BREAKS_RBCD)
    return kcd_asprintf(
        "An entry for %s on %s would not help: %s lists %zu service%s under \"Use Kerberos only\", so its "
        "S4U2Self tickets are not forwardable, and resource-based delegation refuses them too.",
        host, name, host, facts->host->delegate_to.n, facts->host->delegate_to.n == 1 ? "" : "s");
  return kcd_asprintf(
      "An entry for %s on %s alone would not help: Samba's KDC wants \"Use any authentication protocol\" "
      "on the host as well; a Windows KDC does not.",
      host, name);
}

/* Refuses a plan after which none of its pairs works. */
static void decline_if_useless(const struct applying *applying, struct apply_plans *plans, size_t index,
                               const struct previews *previews)
{
  struct kcd_object_plan *plan = &plans->plans[index];
  const struct kcd_account *target = plans->hosts[index] ? NULL : plan->host;
  struct kcd_facts *facts = NULL;
  size_t n = apply_facts_of(applying, &plans->set, plans->hosts[index], target, &facts);
  enum kcd_finding_id id = KCD_F_PREDICTION_DIFFERS;
  KCD_AUTO_CHAR why = NULL;
  bool any = false;
  for (size_t i = 0; i < n && !any; i++) {
    enum kcd_finding_id one_id = id;
    KCD_AUTO_CHAR one = NULL;
    any = pair_helps(previews, &facts[i], &one_id, &one);
    if (!why) {
      why = KCD_TAKE(one);
      id = one_id;
    }
  }
  if (!any && why && is_better_said(plans, plan, id))
    apply_refuse(plan, id, why_useless(&facts[0], id, why));
  free(facts);
}

static void decline_useless(const struct applying *applying, struct apply_plans *plans)
{
  struct previews previews = {.plans = plans, .v = kcd_calloc(plans->n + 1, sizeof *previews.v)};
  for (size_t i = 0; i < plans->n; i++)
    kcd_plan_preview(&plans->plans[i], &previews.v[i]);
  for (size_t i = 0; i < plans->n; i++)
    if (kcd_object_plan_state(&plans->plans[i]) == KCD_PLAN_CHANGE)
      decline_if_useless(applying, plans, i, &previews);
  for (size_t i = 0; i < plans->n; i++)
    kcd_account_done(&previews.v[i]);
  free(previews.v);
}

static char *never_granted(void)
{
  return kcd_asprintf("The KDC of Samba before 4.19 never grants by it [%s].",
                      kcd_finding_info(KCD_F_RBCD_UNSUPPORTED_SAMBA_417)->id);
}

static void not_taken(struct kcd_object_plan *plan, const struct kcd_facts_set *set)
{
  KCD_AUTO_CHAR dc = kcd_safe(set->dc->name);
  apply_refuse(plan, KCD_F_NO_DELEGATION_PRIVILEGE,
               kcd_asprintf("%s is a Samba domain controller, which takes %s over LDAP from nobody (systemOnly).", dc,
                            KCD_ATTR_RBCD));
  plan->refusals[plan->n_refusals - 1].not_taken = true;
  if (set->dc->flavour == KCD_FLAVOUR_SAMBA_417)
    apply_refuse(plan, KCD_F_RBCD_UNSUPPORTED_SAMBA_417, never_granted());
}

/* samba-tool on the DC itself is the one script that works there, so that one is still emitted. */
static void decline_not_taken(const struct applying *applying, struct apply_plans *plans)
{
  const struct kcd_options *options = applying->run->options;
  if (takes_descriptors(&plans->set))
    return;
  for (size_t i = 0; i < plans->n; i++) {
    struct kcd_object_plan *plan = &plans->plans[i];
    if (plan->rbcd_after.len == 0 || kcd_object_plan_state(plan) != KCD_PLAN_CHANGE)
      continue;
    plan->local_only = true;
    if (!options->has_emit || options->emit != KCD_EMIT_SAMBA_TOOL)
      not_taken(plan, &plans->set);
  }
}

static void warn_of_old_kdc(struct apply_plans *plans)
{
  for (size_t i = 0; i < plans->n; i++) {
    struct kcd_object_plan *plan = &plans->plans[i];
    if (plan->rbcd_after.len == 0 || kcd_object_plan_state(plan) != KCD_PLAN_CHANGE)
      continue;
    plan->warnings = kcd_reallocarray(plan->warnings, plan->n_warnings + 1, sizeof *plan->warnings);
    plan->warnings[plan->n_warnings++] = never_granted();
  }
}

/* ---- what goes together ---- */

/* A target that the host was to be accepted by and that is refused; NULL: none. */
static const struct kcd_object_plan *refused_target(const struct applying *applying, const struct apply_plans *plans,
                                                    size_t host)
{
  for (size_t i = 0; i < plans->n; i++) {
    struct kcd_facts *facts = NULL;
    const struct kcd_object_plan *plan = &plans->plans[i];
    if (plans->hosts[i] || kcd_object_plan_state(plan) != KCD_PLAN_REFUSED || !plan->host)
      continue;
    size_t n = apply_facts_of(applying, &plans->set, plans->hosts[host], plan->host, &facts);
    free(facts);
    if (n > 0)
      return plan;
  }
  return NULL;
}

/* Protocol transition alone would open the host's list and leave what was asked for undone. */
static void decline_hosts_of_refused(const struct applying *applying, struct apply_plans *plans)
{
  for (size_t i = 0; i < plans->n; i++) {
    if (!plans->hosts[i] || kcd_object_plan_state(&plans->plans[i]) != KCD_PLAN_CHANGE)
      continue;
    const struct kcd_object_plan *target = refused_target(applying, plans, i);
    if (!target)
      continue;
    KCD_AUTO_CHAR name = kcd_safe(target->host->sam_account_name);
    apply_refuse(&plans->plans[i], target->refusals[0].id,
                 kcd_asprintf("It goes together with the change of %s, which is not made.", name));
    plans->plans[i].refusals[plans->plans[i].n_refusals - 1].not_taken = target->refusals[0].not_taken;
  }
}

void apply_decline_resources(const struct applying *applying, struct apply_plans *plans)
{
  decline_useless(applying, plans);
  decline_not_taken(applying, plans);
  if (plans->set.dc->flavour == KCD_FLAVOUR_SAMBA_417)
    warn_of_old_kdc(plans);
  decline_hosts_of_refused(applying, plans);
}
