#include <string.h>

#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "planning.h"
#include "words.h"

#define LIST_GETS_LONG 1000 /* Active Directory holds about 1,200 values in an attribute of this kind */

static bool has_transition(uint32_t uac)
{
  return (uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0;
}

/* Works today although neither list nor bit would do: the target's descriptor does it. */
static bool lives_by_rbcd(const struct kcd_facts *facts)
{
  struct kcd_situation situation;
  struct kcd_prediction prediction;
  kcd_situation_of(facts, facts->dc->flavour, &situation);
  kcd_predict(&situation, &prediction);
  return (situation.bits & KCD_BIT(KCD_C_RBCD_GRANTS)) != 0 && prediction.s4u2proxy.answer.outcome == KCD_TICKET;
}

static void warn_first_entry(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts)
{
  if (plan->host->delegate_to.n > 0 || plan->add.n == 0 || has_transition(plan->uac_after))
    return;
  for (size_t i = 0; i < n_facts; i++) {
    if (!lives_by_rbcd(&facts[i]))
      continue;
    KCD_AUTO_CHAR target = kcd_account_label(kcd_target_account(facts[i].target), facts[i].target->spn.host);
    kcd_plan_warn(plan,
                  kcd_sentence("This would be the first entry of the list, and without --protocol-transition it breaks "
                               "the resource-based delegation to %s that works now.",
                               target));
    return;
  }
}

static void warn_still_fails(struct kcd_object_plan *plan, enum kcd_mode mode)
{
  if (mode == KCD_MODE_LIST_ONLY && !has_transition(plan->uac_after))
    kcd_plan_warn(
        plan, kcd_sentence("The list alone will not do: Hyper-V on Windows Server 2016 and later also needs \"Use any "
                           "authentication protocol\" (--protocol-transition)."));
}

static bool names(const struct kcd_bytes *entry, const char *spn)
{
  return spn != NULL && kcd_fold_compare(entry->data, entry->len, spn, strlen(spn)) == 0;
}

static bool is_asked_for(const struct kcd_bytes *entry, const struct kcd_facts *facts, size_t n_facts)
{
  for (size_t i = 0; i < n_facts; i++)
    if (names(entry, facts[i].target->spn.text) || names(entry, facts[i].target->sibling))
      return true;
  return false;
}

static void warn_others_stop(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts)
{
  const struct kcd_values *list = &plan->host->delegate_to;
  struct kcd_values others = {0};
  for (size_t i = 0; i < list->n; i++)
    if (!is_asked_for(&list->v[i], facts, n_facts))
      kcd_values_add(&others, list->v[i].data, list->v[i].len);
  if (others.n > 0) {
    KCD_AUTO_CHAR names = kcd_value_names(&others, 8);
    kcd_plan_warn(plan,
                  kcd_sentence("\"Use Kerberos only\" holds for the whole host: Hyper-V 2016 and later stops reaching "
                               "these other services as well: %s.",
                               names));
  }
  kcd_values_done(&others);
}

/* Whoever acts there as an administrator can issue certificates, and so become anybody. */
static void warn_authorities(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts)
{
  for (size_t i = 0; i < n_facts; i++) {
    const struct kcd_account *target = kcd_target_account(facts[i].target);
    if (target == NULL || !target->is_ca)
      continue;
    KCD_AUTO_CHAR name = kcd_account_label(target, "");
    kcd_plan_warn(plan,
                  kcd_sentence("%s is a certification authority: whoever controls this host could act there as an "
                               "administrator and issue certificates for anybody.",
                               name));
    return;
  }
}

static void warn_object(struct kcd_object_plan *plan)
{
  const struct kcd_account *host = plan->host;
  if ((host->uac & KCD_UAC_TRUSTED_FOR_DELEGATION) != 0)
    kcd_plan_warn(
        plan, kcd_sentence("%s is also trusted for delegation to any service (unconstrained); this change leaves that "
                           "as it is.",
                           host->sam_account_name));
  if (host->is_cluster_name)
    kcd_plan_warn(
        plan, kcd_sentence("%s is the name of a cluster; its nodes delegate, it does not.", host->sam_account_name));
  if (host->delegate_to.n + plan->add.n > LIST_GETS_LONG)
    kcd_plan_warn(plan, kcd_sentence("The list would hold %u values; Active Directory takes about 1200.",
                                     (unsigned)(host->delegate_to.n + plan->add.n)));
}

void kcd_plan_add_warnings(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts,
                           enum kcd_mode mode)
{
  warn_first_entry(plan, facts, n_facts);
  warn_still_fails(plan, mode);
  if (has_transition(plan->uac_before) && !has_transition(plan->uac_after))
    warn_others_stop(plan, facts, n_facts);
  warn_authorities(plan, facts, n_facts);
  warn_object(plan);
}
