#include <stdlib.h>
#include <string.h>

#include <kcdfix/plan.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "planning.h"
#include "words.h"

static const char *const mode_names[] = {[KCD_MODE_LIST_ONLY] = "list-only",
                                         [KCD_MODE_PROTOCOL_TRANSITION] = "protocol-transition",
                                         [KCD_MODE_KERBEROS_ONLY] = "kerberos-only",
                                         [KCD_MODE_RESOURCE_BASED] = "resource-based"};

const char *kcd_mode_name(enum kcd_mode mode)
{
  return mode_names[mode];
}

int kcd_mode_parse(const char *name, enum kcd_mode *ret)
{
  for (int mode = KCD_MODE_LIST_ONLY; mode <= KCD_MODE_RESOURCE_BASED; mode++)
    if (strcmp(mode_names[mode], name) == 0) {
      *ret = (enum kcd_mode)mode;
      return 0;
    }
  return -1;
}

const char *kcd_mode_option(enum kcd_mode mode)
{
  static const char *const options[] = {[KCD_MODE_LIST_ONLY] = "",
                                        [KCD_MODE_PROTOCOL_TRANSITION] = "--protocol-transition",
                                        [KCD_MODE_KERBEROS_ONLY] = "--kerberos-only",
                                        [KCD_MODE_RESOURCE_BASED] = "--resource-based"};
  return options[mode];
}

void kcd_object_plan_done(struct kcd_object_plan *plan)
{
  if (plan == NULL)
    return;
  kcd_values_done(&plan->add);
  kcd_values_done(&plan->remove);
  for (size_t i = 0; i < plan->n_refusals; i++) {
    free(plan->refusals[i].spn);
    free(plan->refusals[i].message);
  }
  free(plan->refusals);
  kcd_bytes_done(&plan->rbcd_before);
  kcd_bytes_done(&plan->rbcd_after);
  free(plan->accepted);
  free(plan->staying);
  kcd_free_texts(plan->left_out, plan->n_left_out);
  kcd_free_texts(plan->warnings, plan->n_warnings);
  kcd_free_texts(plan->dc_targets, plan->n_dc_targets);
  *plan = (struct kcd_object_plan){0};
}

enum kcd_plan_state kcd_object_plan_state(const struct kcd_object_plan *plan)
{
  if (plan->n_refusals > 0)
    return KCD_PLAN_REFUSED;
  bool changes = plan->add.n + plan->remove.n > 0 || plan->uac_before != plan->uac_after || plan->rbcd_after.len > 0;
  return changes ? KCD_PLAN_CHANGE : KCD_PLAN_NOTHING;
}

void kcd_plan_warn(struct kcd_object_plan *plan, char *sentence)
{
  plan->warnings = kcd_reallocarray(plan->warnings, plan->n_warnings + 1, sizeof *plan->warnings);
  plan->warnings[plan->n_warnings++] = sentence;
}

static void leave_out(struct kcd_object_plan *plan, char *sentence)
{
  plan->left_out = kcd_reallocarray(plan->left_out, plan->n_left_out + 1, sizeof *plan->left_out);
  plan->left_out[plan->n_left_out++] = sentence;
}

/* Listed as it is or in another case: to the directory that is the same value. */
static bool is_listed(const struct kcd_object_plan *plan, const char *spn)
{
  return plan->host != NULL && kcd_values_find_fold(&plan->host->delegate_to, spn) >= 0;
}

/* Why the sibling form stays out, or NULL when the account behind the SPN owns it, and nobody else does. */
static char *why_not_sibling(const struct kcd_target *target)
{
  const struct kcd_account *account = kcd_target_account(target);
  if (target->n_sibling_owners == 0)
    return kcd_sentence("%s was left out: no account holds it.", target->sibling);
  for (size_t i = 0; i < target->n_sibling_owners; i++) {
    const struct kcd_account *owner = target->sibling_owners[i].account;
    if (owner != account)
      return kcd_sentence("%s was left out: it belongs to another account, %s.", target->sibling,
                          owner->sam_account_name);
  }
  return NULL;
}

/* A restriction adds no form to what is listed already. */
static bool wants_sibling(const struct kcd_object_plan *plan, const struct kcd_target *target,
                          const struct kcd_plan_options *options)
{
  return !options->exact && target->sibling != NULL && !is_listed(plan, target->sibling) &&
         (options->mode != KCD_MODE_KERBEROS_ONLY || !is_listed(plan, target->spn.text));
}

/* Whether the pair brings the list anything that it does not hold. */
static bool adds_entries(const struct kcd_object_plan *plan, const struct kcd_target *target,
                         const struct kcd_plan_options *options)
{
  if (options->resource_based)
    return false;
  if (!is_listed(plan, target->spn.text))
    return true;
  if (!wants_sibling(plan, target, options))
    return false;
  KCD_AUTO_CHAR why = why_not_sibling(target);
  return why == NULL;
}

/* The directory would take a second spelling for the first, though a KDC may compare only ASCII without regard to
 * case. */
static void add_entry(struct kcd_object_plan *plan, const char *spn)
{
  const struct kcd_values *list = &plan->host->delegate_to;
  const ptrdiff_t at = kcd_values_find_fold(list, spn);
  if (at >= 0 && kcd_values_find_nocase(list, spn) < 0)
    leave_out(plan, kcd_sentence("%s was left out: the directory takes it for %s, which is listed, although not every "
                                 "KDC does.",
                                 spn, (const char *)list->v[at].data));
  if (at < 0 && kcd_values_find_fold(&plan->add, spn) < 0)
    kcd_values_add_text(&plan->add, spn);
}

static void add_entries(struct kcd_object_plan *plan, const struct kcd_target *target,
                        const struct kcd_plan_options *options)
{
  const bool with_sibling = wants_sibling(plan, target, options);
  add_entry(plan, target->spn.text);
  if (!with_sibling)
    return;
  char *why = why_not_sibling(target);
  if (why == NULL)
    add_entry(plan, target->sibling);
  else
    leave_out(plan, why);
}

static uint32_t uac_after(uint32_t before, enum kcd_mode mode)
{
  if (mode == KCD_MODE_PROTOCOL_TRANSITION)
    return before | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
  if (mode == KCD_MODE_KERBEROS_ONLY)
    return before & ~KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
  return before;
}

static bool sets_bit(uint32_t before, uint32_t after)
{
  return (~before & after & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0;
}

void kcd_plan_ask_for_dc(struct kcd_object_plan *plan, const struct kcd_target *target)
{
  const struct kcd_account *account = kcd_target_account(target);
  if (account == NULL || !kcd_account_is_dc(account))
    return;
  KCD_AUTO_CHAR name = kcd_account_label(account, target->spn.host);
  for (size_t i = 0; i < plan->n_dc_targets; i++)
    if (kcd_equal_fold(plan->dc_targets[i], name))
      return;
  plan->dc_targets = kcd_reallocarray(plan->dc_targets, plan->n_dc_targets + 1, sizeof *plan->dc_targets);
  plan->dc_targets[plan->n_dc_targets++] = KCD_TAKE(name);
}

/* A plan that neither adds the entry of a pair nor sets the bit gives the host nothing new there, so there is nothing
 * to forbid and nothing to ask. */
static void examine(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts,
                    const struct kcd_plan_options *options)
{
  const bool opens_all = sets_bit(plan->uac_before, uac_after(plan->uac_before, options->mode));
  kcd_plan_refuse_host(plan, &facts[0]);
  if (options->mode != KCD_MODE_KERBEROS_ONLY)
    kcd_plan_refuse_cluster(plan, &facts[0]);
  if (opens_all)
    kcd_plan_refuse_listed(plan, &facts[0]);
  for (size_t i = 0; i < n_facts; i++) {
    if (!opens_all && !adds_entries(plan, facts[i].target, options))
      continue;
    kcd_plan_refuse_target(plan, &facts[i]);
    kcd_plan_ask_for_dc(plan, facts[i].target);
  }
}

void kcd_plan_object(const struct kcd_facts *facts, size_t n_facts, const struct kcd_plan_options *options,
                     struct kcd_object_plan *ret)
{
  *ret = (struct kcd_object_plan){.host = facts[0].host, .host_operand = facts[0].host_operand};
  if (ret->host != NULL)
    ret->uac_before = ret->uac_after = ret->host->uac;
  examine(ret, facts, n_facts, options);
  if (ret->n_refusals > 0)
    return;
  for (size_t i = 0; !options->resource_based && i < n_facts; i++)
    add_entries(ret, facts[i].target, options);
  ret->uac_after = uac_after(ret->uac_before, options->mode);
  kcd_plan_add_warnings(ret, facts, n_facts, options->mode);
}
