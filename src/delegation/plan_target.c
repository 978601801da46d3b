/* The descriptor of a target with hosts added to it (resource-based delegation). */
#include <stdlib.h>

#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>

#include "planning.h"
#include "words.h"

#define STAYING_NAMED 8

/* What Windows tools and samba-tool give a descriptor that is new: BUILTIN\Administrators as its owner. */
static const struct kcd_sid administrators = {.revision = 1, .count = 2, .authority = 5, .sub = {32, 544}};

static bool is_seen(const struct kcd_facts *facts, size_t i, bool same_host)
{
  for (size_t k = 0; k < i; k++)
    if (same_host ? facts[k].host == facts[i].host && facts[k].host_operand == facts[i].host_operand
                  : facts[k].target == facts[i].target)
      return true;
  return false;
}

static void examine(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts)
{
  for (size_t i = 0; i < n_facts; i++) {
    if (!is_seen(facts, i, false))
      kcd_plan_refuse_accepting(plan, &facts[i]);
    if (!is_seen(facts, i, true))
      kcd_plan_refuse_principal(plan, &facts[i]);
  }
}

/* -1: it cannot be kept, and that is said. */
static int decode(struct kcd_object_plan *plan, struct kcd_secdesc *ret)
{
  const struct kcd_bytes *before = &plan->host->rbcd;
  struct kcd_error err = KCD_ERROR_INIT;
  if (before->len == 0) {
    *ret = (struct kcd_secdesc){.has_owner = true, .owner = administrators};
    return 0;
  }
  if (kcd_secdesc_decode(before->data, before->len, ret, &err) != 0) {
    kcd_plan_refuse(plan, KCD_F_RBCD_ACE_DEAD, NULL,
                    kcd_sentence("The descriptor of %s cannot be decoded, so it cannot be kept: %s.",
                                 plan->host->sam_account_name, err.message));
    return -1;
  }
  if (!ret->has_dacl) {
    kcd_plan_refuse(
        plan, KCD_F_RBCD_ACE_DEAD, NULL,
        kcd_sentence("The descriptor of %s has no list of entries (DACL); kcdfix adds none, since that would "
                     "change what it means for everybody.",
                     plan->host->sam_account_name));
    return -1;
  }
  return 0;
}

static void accept(struct kcd_object_plan *plan, const struct kcd_account *host, struct kcd_secdesc *sd)
{
  for (size_t i = 0; i < plan->n_accepted; i++)
    if (plan->accepted[i] == host)
      return;
  kcd_secdesc_add_allow(sd, &host->sid, KCD_RIGHT_RBCD_FULL);
  plan->accepted = kcd_reallocarray(plan->accepted, plan->n_accepted + 1, sizeof(struct kcd_account *));
  plan->accepted[plan->n_accepted++] = host;
}

/* An entry behind one that denies has no effect, and kcdfix takes none away. */
static void refuse_denied(struct kcd_object_plan *plan, const struct kcd_facts *facts)
{
  struct kcd_account after;
  kcd_plan_preview(plan, &after);
  for (size_t i = 0; i < plan->n_accepted; i++)
    if (!kcd_rbcd_grants(&after, plan->accepted[i]))
      kcd_plan_refuse(
          plan, KCD_F_RBCD_ACE_DEAD, facts->target->spn.text,
          kcd_sentence("An entry in the descriptor of %s denies %s, itself or by a group, ahead of any that "
                       "is added; kcdfix takes no entry away.",
                       plan->host->sam_account_name, plan->accepted[i]->sam_account_name));
  kcd_account_done(&after);
}

/* Who is named now, for the person who is asked; and whether the cmdlet that rewrites the whole list would lose any. */
static void describe_staying(struct kcd_object_plan *plan, const struct kcd_facts *facts)
{
  struct kcd_rbcd rbcd;
  struct kcd_values names = {0};
  kcd_rbcd_read(facts, plan->host, NULL, &rbcd);
  plan->has_special_entries = rbcd.has_unknown;
  for (size_t i = 0; i < rbcd.n; i++) {
    const struct kcd_rbcd_entry *entry = &rbcd.entries[i];
    kcd_values_add_text(&names, entry->name);
    if (entry->effect != KCD_RBCD_ACCEPTS || entry->exists != KCD_YES)
      plan->has_special_entries = true;
  }
  if (names.n > 0)
    plan->staying = kcd_value_names(&names, STAYING_NAMED);
  kcd_values_done(&names);
  kcd_rbcd_done(&rbcd);
}

static void encode(struct kcd_object_plan *plan, const struct kcd_secdesc *sd)
{
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_secdesc_encode(sd, &plan->rbcd_after, &err) != 0)
    kcd_plan_refuse(plan, KCD_F_LIST_TOO_LONG, NULL,
                    kcd_sentence("The descriptor of %s is full: %s.", plan->host->sam_account_name, err.message));
  else
    plan->rbcd_before = kcd_bytes_copy(plan->host->rbcd.data, plan->host->rbcd.len);
}

void kcd_plan_target(const struct kcd_facts *facts, size_t n_facts, struct kcd_object_plan *ret)
{
  KCD_AUTO_VALUE(kcd_secdesc) sd = {0};
  *ret =
      (struct kcd_object_plan){.host = kcd_target_account(facts[0].target), .host_operand = facts[0].target->spn.text};
  examine(ret, facts, n_facts);
  if (ret->n_refusals > 0)
    return;
  ret->uac_before = ret->uac_after = ret->host->uac;
  if (decode(ret, &sd) != 0)
    return;
  for (size_t i = 0; i < n_facts; i++)
    if (!kcd_rbcd_grants(ret->host, facts[i].host))
      accept(ret, facts[i].host, &sd);
  if (ret->n_accepted == 0)
    return;
  encode(ret, &sd);
  describe_staying(ret, &facts[0]);
  refuse_denied(ret, &facts[0]);
  kcd_plan_ask_for_dc(ret, facts[0].target);
  kcd_plan_warn_of_authority(ret, facts, 1);
}
