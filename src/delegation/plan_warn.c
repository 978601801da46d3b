#include <string.h>

#include <kcdfix/rbcd.h>
#include <kcdfix/scenario.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "planning.h"
#include "words.h"

static bool has_transition(uint32_t uac)
{
  return (uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0;
}

/* Whether the pair, as BITS and nothing else describes it, gets its ticket by the target's descriptor. */
static bool works_by_rbcd(enum kcd_flavour flavour, uint64_t bits)
{
  const struct kcd_situation situation = {.flavour = flavour, .bits = bits};
  struct kcd_prediction prediction;
  kcd_predict(&situation, &prediction);
  return (bits & KCD_BIT(KCD_C_RBCD_GRANTS)) != 0 && prediction.s4u2proxy.answer.outcome == KCD_TICKET;
}

/* The host as the plan leaves it. The list may or may not hold the service afterwards: without protocol transition that
 * makes no difference. */
static uint64_t bits_after(const struct kcd_object_plan *plan, uint64_t bits)
{
  if (plan->host->delegate_to.n + plan->add.n > 0)
    bits |= KCD_BIT(KCD_C_LIST_NONEMPTY);
  const uint64_t transition = KCD_BIT(KCD_C_HOST_TRANSITION);
  return has_transition(plan->uac_after) ? bits | transition : bits & ~transition;
}

static bool breaks(const struct kcd_object_plan *plan, enum kcd_flavour flavour, uint64_t bits)
{
  return works_by_rbcd(flavour, bits) && !works_by_rbcd(flavour, bits_after(plan, bits));
}

static void add_broken_pair(const struct kcd_object_plan *plan, const struct kcd_facts *facts, struct kcd_values *names)
{
  struct kcd_situation situation;
  kcd_situation_of(facts, facts->dc->flavour, &situation);
  if ((situation.bits & KCD_BIT(KCD_C_SPN_LISTED)) != 0 || !breaks(plan, facts->dc->flavour, situation.bits))
    return;
  KCD_AUTO_CHAR target = kcd_account_label(kcd_target_account(facts->target), facts->target->spn.host);
  if (kcd_values_find_nocase(names, target) < 0)
    kcd_values_add_text(names, target);
}

/* Targets that were not asked for: nothing of theirs but the descriptor counts here. */
static void add_broken_acceptors(const struct kcd_object_plan *plan, const struct kcd_facts *facts,
                                 struct kcd_values *names)
{
  const uint64_t target_bits = KCD_BIT(KCD_C_SPN_UNKNOWN) | KCD_BIT(KCD_C_SPN_BY_NAME) | KCD_BIT(KCD_C_SPN_DUPLICATE) |
                               KCD_BIT(KCD_C_SPN_BLANK) | KCD_BIT(KCD_C_SPN_BLANK_UNLISTED) |
                               KCD_BIT(KCD_C_SPN_LISTED) | KCD_BIT(KCD_C_TARGET_KRBTGT) |
                               KCD_BIT(KCD_C_TARGET_NO_KEYS) | KCD_BIT(KCD_C_TARGET_DISABLED) |
                               KCD_BIT(KCD_C_TARGET_LOCKED) | KCD_BIT(KCD_C_TARGET_OTHER_DOMAIN);
  struct kcd_situation situation;
  kcd_situation_of(facts, facts->dc->flavour, &situation);
  const uint64_t bits = (situation.bits & ~target_bits) | KCD_BIT(KCD_C_RBCD_GRANTS);
  if (!breaks(plan, facts->dc->flavour, bits))
    return;
  for (size_t i = 0; i < facts->n_acceptors; i++) {
    KCD_AUTO_CHAR target = kcd_account_label(facts->acceptors[i], "");
    if (kcd_values_find_nocase(names, target) < 0 && kcd_rbcd_grants(facts->acceptors[i], plan->host))
      kcd_values_add_text(names, target);
  }
}

/* A list without protocol transition makes the host's S4U2Self tickets not forwardable, for every target that has let
 * it in by itself (MS-SFU 3.2.5.1.2): so does a first entry, and so does taking the bit away. */
static void warn_rbcd_breaks(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts)
{
  struct kcd_values broken = {0};
  for (size_t i = 0; i < n_facts; i++)
    add_broken_pair(plan, &facts[i], &broken);
  add_broken_acceptors(plan, &facts[0], &broken);
  if (broken.n > 0) {
    const bool first = plan->host->delegate_to.n == 0 && plan->add.n > 0 && !has_transition(plan->uac_before);
    KCD_AUTO_CHAR targets = kcd_value_names(&broken, 8);
    kcd_plan_warn(plan, kcd_sentence("%s breaks the resource-based delegation to %s that works now.",
                                     first ? "This would be the first entry of the list, and without "
                                             "--protocol-transition it"
                                           : "A list with \"Use Kerberos only\"",
                                     targets));
  }
  kcd_values_done(&broken);
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
void kcd_plan_warn_of_authority(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts)
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
  if (host->delegate_to.n + plan->add.n > KCD_LIST_IS_LONG)
    kcd_plan_warn(plan,
                  kcd_sentence("The list would hold %u values; Active Directory takes about 1,200. A group of hosts "
                               "that the targets accept (resource-based delegation) needs none of them.",
                               (unsigned)(host->delegate_to.n + plan->add.n)));
}

void kcd_plan_add_warnings(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts,
                           enum kcd_mode mode)
{
  warn_rbcd_breaks(plan, facts, n_facts);
  warn_still_fails(plan, mode);
  if (has_transition(plan->uac_before) && !has_transition(plan->uac_after))
    warn_others_stop(plan, facts, n_facts);
  kcd_plan_warn_of_authority(plan, facts, n_facts);
  warn_object(plan);
}
