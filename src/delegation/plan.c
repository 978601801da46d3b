#include <stdlib.h>
#include <string.h>

#include <kcdfix/plan.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "planning.h"
#include "words.h"

static const char *const mode_names[] = {[KCD_MODE_LIST_ONLY] = "list-only",
                                         [KCD_MODE_PROTOCOL_TRANSITION] = "protocol-transition",
                                         [KCD_MODE_KERBEROS_ONLY] = "kerberos-only"};

const char *kcd_mode_name(enum kcd_mode mode)
{
  return mode_names[mode];
}

int kcd_mode_parse(const char *name, enum kcd_mode *ret)
{
  for (int mode = KCD_MODE_LIST_ONLY; mode <= KCD_MODE_KERBEROS_ONLY; mode++)
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
                                        [KCD_MODE_KERBEROS_ONLY] = "--kerberos-only"};
  return options[mode];
}

static void free_sentences(char **sentences, size_t n)
{
  for (size_t i = 0; i < n; i++)
    free(sentences[i]);
  free(sentences);
}

void kcd_object_plan_done(struct kcd_object_plan *plan)
{
  if (plan == NULL)
    return;
  kcd_values_done(&plan->add);
  for (size_t i = 0; i < plan->n_refusals; i++) {
    free(plan->refusals[i].spn);
    free(plan->refusals[i].message);
  }
  free(plan->refusals);
  free_sentences(plan->left_out, plan->n_left_out);
  free_sentences(plan->warnings, plan->n_warnings);
  free(plan->dc_target);
  *plan = (struct kcd_object_plan){0};
}

enum kcd_plan_state kcd_object_plan_state(const struct kcd_object_plan *plan)
{
  if (plan->n_refusals > 0)
    return KCD_PLAN_REFUSED;
  return plan->add.n > 0 || plan->uac_before != plan->uac_after ? KCD_PLAN_CHANGE : KCD_PLAN_NOTHING;
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

/* Present as it is or in another case: to the KDC that is the same entry. */
static bool is_present(const struct kcd_object_plan *plan, const char *spn)
{
  return kcd_values_find_nocase(&plan->host->delegate_to, spn) >= 0 || kcd_values_find_nocase(&plan->add, spn) >= 0;
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

static void add_entries(struct kcd_object_plan *plan, const struct kcd_target *target, bool exact)
{
  if (!is_present(plan, target->spn.text))
    kcd_values_add_text(&plan->add, target->spn.text);
  if (exact || target->sibling == NULL || is_present(plan, target->sibling))
    return;
  char *why = why_not_sibling(target);
  if (why == NULL)
    kcd_values_add_text(&plan->add, target->sibling);
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

static void find_dc_target(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts)
{
  for (size_t i = 0; i < n_facts && !plan->target_is_dc; i++) {
    const struct kcd_account *account = kcd_target_account(facts[i].target);
    if (account == NULL || !kcd_account_is_dc(account))
      continue;
    plan->target_is_dc = true;
    plan->dc_target = kcd_account_label(account, facts[i].target->spn.host);
  }
}

void kcd_plan_object(const struct kcd_facts *facts, size_t n_facts, const struct kcd_plan_options *options,
                     struct kcd_object_plan *ret)
{
  *ret = (struct kcd_object_plan){.host = facts[0].host, .host_operand = facts[0].host_operand};
  if (ret->host != NULL)
    ret->uac_before = ret->uac_after = ret->host->uac;
  find_dc_target(ret, facts, n_facts);
  kcd_plan_refuse(ret, facts, n_facts);
  if (ret->n_refusals > 0)
    return;
  for (size_t i = 0; i < n_facts; i++)
    add_entries(ret, facts[i].target, options->exact);
  ret->uac_after = uac_after(ret->uac_before, options->mode);
  kcd_plan_add_warnings(ret, facts, n_facts, options->mode);
}
