#include <kcdfix/text.h>

#include "case.h"
#include "planning.h"
#include "words.h"

void kcd_plan_refuse(struct kcd_object_plan *plan, enum kcd_finding_id id, const char *spn, char *message)
{
  plan->refusals = kcd_reallocarray(plan->refusals, plan->n_refusals + 1, sizeof *plan->refusals);
  plan->refusals[plan->n_refusals++] = (struct kcd_refusal){.id = id, .spn = kcd_strdup(spn), .message = message};
}

static void refuse_missing_host(struct kcd_object_plan *plan, const struct kcd_facts *facts)
{
  if (facts->host_matches > 1)
    kcd_plan_refuse(plan, KCD_F_HOST_OBJECT_DUPLICATE, NULL,
                    kcd_sentence("%s names %u objects, and none of them is picked: name the host by its DN.",
                                 facts->host_operand, (unsigned)facts->host_matches));
  else
    kcd_plan_refuse(plan, KCD_F_HOST_NOT_FOUND, NULL,
                    kcd_sentence("No computer named %s was found.", facts->host_operand));
}

void kcd_plan_refuse_host(struct kcd_object_plan *plan, const struct kcd_facts *facts)
{
  const struct kcd_account *host = facts->host;
  if (host == NULL)
    refuse_missing_host(plan, facts);
  else if (host->kind != KCD_KIND_COMPUTER)
    kcd_plan_refuse(
        plan, KCD_F_WRONG_OBJECT, NULL,
        kcd_sentence("%s is no computer; kcdfix changes the delegation of computers alone.", host->sam_account_name));
  else if (!host->has_uac)
    kcd_plan_refuse(plan, KCD_F_HOST_ACCOUNT_UNUSABLE, NULL,
                    kcd_sentence("userAccountControl of %s cannot be read, so nothing can be changed safely.",
                                 host->sam_account_name));
  else if (kcd_account_is_dc(host))
    kcd_plan_refuse(plan, KCD_F_WRONG_OBJECT, NULL,
                    kcd_sentence("%s is a domain controller; kcdfix does not change those.", host->sam_account_name));
}

void kcd_plan_refuse_cluster(struct kcd_object_plan *plan, const struct kcd_facts *facts)
{
  const struct kcd_account *host = facts->host;
  if (host == NULL || host->kind != KCD_KIND_COMPUTER || !kcd_is_cluster_name(facts, host))
    return;
  KCD_AUTO_CHAR name = kcd_account_short_name(host);
  kcd_plan_refuse(plan, KCD_F_WRONG_OBJECT, NULL,
                  kcd_sentence("%s is the name of a cluster; its nodes delegate, it does not. Name them: "
                               "--cluster %s=NODE,...",
                               host->sam_account_name, name));
}

static bool is_foreign(const struct kcd_facts *facts, const struct kcd_account *target)
{
  return facts->dc->domain_sid.revision != 0 && target->sid.revision != 0 &&
         !kcd_sid_in_domain(&target->sid, &facts->dc->domain_sid);
}

static void refuse_duplicate(struct kcd_object_plan *plan, const struct kcd_target *target)
{
  struct kcd_values names = {0};
  for (size_t i = 0; i < target->n_owners; i++) {
    const char *name = target->owners[i].account->sam_account_name;
    if (name != NULL && kcd_values_find_nocase(&names, name) < 0)
      kcd_values_add_text(&names, name);
  }
  KCD_AUTO_CHAR joined = kcd_value_names(&names, 4);
  kcd_plan_refuse(plan, KCD_F_DUPLICATE_SPN, target->spn.text,
                  kcd_sentence("%s belongs to more than one account (%s), so it is not certain who would be reached.",
                               target->spn.text, joined));
  kcd_values_done(&names);
}

static void refuse_kdc(struct kcd_object_plan *plan, const struct kcd_target *target)
{
  const char *spn = target->spn.text;
  const struct kcd_account *owner = kcd_target_kdc_owner(target);
  if (owner == NULL || kcd_spn_is_kdc_service(&target->spn))
    kcd_plan_refuse(
        plan, KCD_F_KRBTGT_LISTED, spn,
        kcd_sentence("%s is a service of the KDC itself: a host that may delegate to it owns the domain.", spn));
  else
    kcd_plan_refuse(
        plan, KCD_F_KRBTGT_LISTED, spn,
        kcd_sentence("%s is registered on %s, the account of the KDC itself: a host that may delegate to it owns "
                     "the domain.",
                     spn, owner->sam_account_name == NULL ? "krbtgt" : owner->sam_account_name));
}

void kcd_plan_refuse_listed(struct kcd_object_plan *plan, const struct kcd_facts *facts)
{
  const struct kcd_bytes *entry = kcd_listed_kdc_entry(facts);
  if (entry == NULL)
    return;
  const char *text = (const char *)entry->data;
  kcd_plan_refuse(
      plan, KCD_F_KRBTGT_LISTED, text,
      kcd_sentence("%s is listed, a service of the KDC itself: with \"Use any authentication protocol\" the host "
                   "would own the domain. Take that entry off the list first.",
                   text));
}

void kcd_plan_refuse_principal(struct kcd_object_plan *plan, const struct kcd_facts *facts)
{
  const struct kcd_account *host = facts->host;
  if (host == NULL)
    refuse_missing_host(plan, facts);
  else if (host->kind != KCD_KIND_COMPUTER && host->kind != KCD_KIND_MANAGED_SERVICE)
    kcd_plan_refuse(plan, KCD_F_WRONG_OBJECT, NULL,
                    kcd_sentence("%s is neither a computer nor a managed service account; kcdfix lets no other account "
                                 "delegate.",
                                 host->sam_account_name));
  else if (kcd_account_is_dc(host))
    kcd_plan_refuse(
        plan, KCD_F_WRONG_OBJECT, NULL,
        kcd_sentence("%s is a domain controller; kcdfix does not let those delegate.", host->sam_account_name));
  else if (host->sid.revision == 0)
    kcd_plan_refuse(plan, KCD_F_HOST_ACCOUNT_UNUSABLE, NULL,
                    kcd_sentence("objectSid of %s cannot be read, so it cannot be named.", host->sam_account_name));
}

/* Nobody, two accounts, or the KDC behind the SPN: true, and refused. */
static bool refuse_owner(struct kcd_object_plan *plan, const struct kcd_target *target)
{
  const char *spn = target->spn.text;
  const size_t owners = kcd_target_distinct_owners(target);
  if (kcd_target_is_kdc(target))
    refuse_kdc(plan, target);
  else if (owners == 0 && target->foreign_domain != NULL)
    kcd_plan_refuse(
        plan, KCD_F_TARGET_OTHER_DOMAIN, spn,
        kcd_sentence("%s belongs to %s of %s: list entries cannot cross domains; resource-based delegation, "
                     "written there, can.",
                     spn, target->foreign_account, target->foreign_domain));
  else if (owners == 0)
    kcd_plan_refuse(plan, KCD_F_TARGET_SPN_MISSING, spn,
                    kcd_sentence("No account holds %s; whoever registers it later would get the delegation.", spn));
  else if (owners > 1)
    refuse_duplicate(plan, target);
  else
    return false;
  return true;
}

void kcd_plan_refuse_target(struct kcd_object_plan *plan, const struct kcd_facts *facts)
{
  const struct kcd_target *target = facts->target;
  const char *spn = target->spn.text;
  if (!refuse_owner(plan, target) && is_foreign(facts, kcd_target_account(target)))
    kcd_plan_refuse(
        plan, KCD_F_TARGET_OTHER_DOMAIN, spn,
        kcd_sentence("%s belongs to an account of another domain, and entries of a list end at the domain.", spn));
}

void kcd_plan_refuse_accepting(struct kcd_object_plan *plan, const struct kcd_facts *facts)
{
  const struct kcd_target *target = facts->target;
  const char *spn = target->spn.text;
  if (!refuse_owner(plan, target) && is_foreign(facts, kcd_target_account(target)))
    kcd_plan_refuse(plan, KCD_F_TARGET_OTHER_DOMAIN, spn,
                    kcd_sentence("%s belongs to an account of another domain, and its descriptor is written there: ask "
                                 "a domain controller of that domain (-D or -S).",
                                 spn));
}
