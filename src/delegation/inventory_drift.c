/* What a host has, held against what a file declares. */
#include <stdlib.h>

#include <kcdfix/inventory.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "case.h"
#include "inventory_parts.h"
#include "words.h"

#define NAMED 3 /* entries that a sentence names; the others are counted, and all are in the evidence */

void kcd_need_done(struct kcd_need *need)
{
  kcd_values_done(&need->spns);
  *need = (struct kcd_need){0};
}

void kcd_need_add(struct kcd_need *need, const struct kcd_target *target, enum kcd_scenario scenario)
{
  kcd_values_add_text(&need->spns, target->spn.text);
  if (target->sibling != NULL)
    kcd_values_add_text(&need->spns, target->sibling);
  need->manages_cifs = need->manages_cifs || scenario != KCD_SCENARIO_NONE;
  need->manages_migration = need->manages_migration || scenario == KCD_SCENARIO_LIVE_MIGRATION;
}

void kcd_beyond_done(struct kcd_beyond *beyond)
{
  kcd_values_done(&beyond->prunable);
  kcd_values_done(&beyond->kept);
  *beyond = (struct kcd_beyond){0};
}

/* An entry that is no SPN belongs to no service, so nothing here decides about it. */
static bool is_managed(const struct kcd_need *need, const struct kcd_bytes *entry)
{
  KCD_AUTO_VALUE(kcd_spn) spn = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_list_entry_defect(entry->data, entry->len) != NULL || kcd_spn_parse(kcd_text_of(entry), &spn, &ignored) != 0)
    return false;
  return (need->manages_cifs && kcd_equal_nocase(spn.service_class, "cifs")) ||
         (need->manages_migration && kcd_equal_nocase(spn.service_class, KCD_MIGRATION_SERVICE));
}

void kcd_beyond_of(const struct kcd_need *need, struct kcd_beyond *ret)
{
  const struct kcd_values *list = &need->host->delegate_to;
  const size_t n = need->spns.n;
  struct kcd_bytes *sorted = kcd_calloc(n + 1, sizeof *sorted); /* borrows the data */
  *ret = (struct kcd_beyond){0};
  for (size_t i = 0; i < n; i++)
    sorted[i] = need->spns.v[i];
  qsort(sorted, n, sizeof *sorted, kcd_bytes_by_fold);
  for (size_t i = 0; i < list->n; i++) {
    const struct kcd_bytes *entry = &list->v[i];
    if (entry->data == NULL || bsearch(entry, sorted, n, sizeof *sorted, kcd_bytes_by_fold) != NULL)
      continue;
    kcd_values_add(is_managed(need, entry) ? &ret->prunable : &ret->kept, entry->data, entry->len);
  }
  free(sorted);
  ret->transition =
      need->mode == KCD_MODE_KERBEROS_ONLY && (need->host->uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0;
}

/* ---- what is said about it ---- */

static struct kcd_finding *add(struct kcd_findings *all, const struct kcd_need *need, enum kcd_severity severity)
{
  all->v = kcd_reallocarray(all->v, all->n + 1, sizeof *all->v);
  struct kcd_finding *finding = &all->v[all->n++];
  *finding = (struct kcd_finding){.id = KCD_F_ENTRY_BEYOND_NEED,
                                  .severity = severity,
                                  .subject = kcd_strdup(need->host->dn),
                                  .remedy = kcd_strdup(kcd_finding_info(KCD_F_ENTRY_BEYOND_NEED)->remedy)};
  return finding;
}

static void about_entries(const struct kcd_need *need, const struct kcd_values *entries, const char *sentence,
                          struct kcd_finding *finding)
{
  KCD_AUTO_CHAR host = kcd_account_short_name(need->host);
  KCD_AUTO_CHAR names = kcd_value_names(entries, NAMED);
  kcd_finding_say(finding, "%s lists %s%s", host, names, sentence);
  kcd_finding_values(finding, "msDS-AllowedToDelegateTo", entries);
}

void kcd_beyond_findings(const struct kcd_need *need, const struct kcd_beyond *beyond, const char *command,
                         struct kcd_findings *ret)
{
  if (beyond->prunable.n > 0) {
    struct kcd_finding *finding = add(ret, need, KCD_WARNING);
    about_entries(need, &beyond->prunable, ", which the file does not ask for.", finding);
    kcd_finding_command(finding, kcd_asprintf("%s --prune", command));
  }
  if (beyond->transition) {
    struct kcd_finding *finding = add(ret, need, KCD_WARNING);
    KCD_AUTO_CHAR host = kcd_account_short_name(need->host);
    kcd_finding_say(finding,
                    "%s is set to \"Use any authentication protocol\", and the file declares it kerberos-only.", host);
    kcd_finding_uint(finding, "userAccountControl", need->host->uac);
    kcd_finding_command(finding, kcd_asprintf("%s --kerberos-only", command));
  }
  if (beyond->kept.n > 0)
    about_entries(need, &beyond->kept,
                  ", of which the file says nothing; it manages no such service, so that stays as it is.",
                  add(ret, need, KCD_NOTE));
}

void kcd_plan_prune(struct kcd_object_plan *plan, const struct kcd_beyond *beyond)
{
  if (plan->n_refusals == 0)
    kcd_values_copy(&plan->remove, &beyond->prunable);
}

void kcd_judge_kerberos_only(struct kcd_judgement *judgement)
{
  struct kcd_finding *off = NULL;
  if (judgement->verdict != KCD_FAILS || judgement->prediction.user_ticket.answer.outcome != KCD_TICKET)
    return;
  for (size_t i = 0; i < judgement->findings.n; i++) {
    struct kcd_finding *finding = &judgement->findings.v[i];
    if (finding->severity == KCD_FAULT && finding->id != KCD_F_PROTOCOL_TRANSITION_OFF)
      return;
    if (finding->severity == KCD_FAULT)
      off = finding;
  }
  if (off == NULL)
    return;
  off->severity = KCD_NOTE;
  free(off->command);
  off->command = NULL;
  kcd_finding_say(off,
                  "The host is set to \"Use Kerberos only\", as the file declares it: what counts here is the user's "
                  "own ticket as evidence, the way of Windows Server 2012 R2.");
  kcd_finding_remedy(off, "%s", "Declare mode = protocol-transition where the hosts run Windows Server 2016 or later.");
  judgement->verdict = KCD_WORKS;
}
