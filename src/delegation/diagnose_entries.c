/* Entries of the host's list that are wrong whatever SPN was asked for. */
#include <stdlib.h>

#include <kcdfix/scenario.h>
#include <kcdfix/text.h>

#include "case.h"
#include "words.h"

static struct kcd_finding *add(struct kcd_case *c, enum kcd_finding_id id, const struct kcd_values *entries)
{
  struct kcd_finding *f = kcd_case_add(c, id, KCD_WARNING, kcd_account_subject(c->facts->host, c->facts->host_operand));
  kcd_finding_values(f, "msDS-AllowedToDelegateTo", entries);
  return f;
}

static void malformed(struct kcd_case *c, const struct kcd_values *broken)
{
  if (broken->n == 0 || kcd_findings_has(&c->judgement->findings, KCD_F_LIST_ENTRY_MALFORMED))
    return;
  KCD_AUTO_CHAR names = kcd_value_names(broken, 3);
  struct kcd_finding *f = add(c, KCD_F_LIST_ENTRY_MALFORMED, broken);
  kcd_finding_say(f, "%s lists %s, which can never match a request: %s %s.", c->host_name, names,
                  broken->n > 1 ? "the first one" : "it", kcd_list_entry_defect(broken->v[0].data, broken->v[0].len));
}

/* The entries that stand behind an equal one; sorted, since the list of a hostile object can be long. */
static void find_doubles(const struct kcd_values *list, struct kcd_values *ret)
{
  struct kcd_bytes *sorted = kcd_calloc(list->n + 1, sizeof *sorted); /* borrows the data */
  size_t n = 0;
  for (size_t i = 0; i < list->n; i++)
    if (list->v[i].data != NULL)
      sorted[n++] = list->v[i];
  qsort(sorted, n, sizeof *sorted, kcd_bytes_by_fold);
  for (size_t i = 1; i < n; i++)
    if (kcd_bytes_by_fold(&sorted[i - 1], &sorted[i]) == 0)
      kcd_values_add(ret, sorted[i].data, sorted[i].len);
  free(sorted);
}

static void doubles(struct kcd_case *c, const struct kcd_values *again)
{
  if (again->n == 0)
    return;
  KCD_AUTO_CHAR names = kcd_value_names(again, 3);
  struct kcd_finding *f = add(c, KCD_F_LIST_ENTRY_DUPLICATE_CASE, again);
  kcd_finding_say(f,
                  "%s lists %s twice, in different case. The directory makes no difference between them, so tools "
                  "that remove one may remove the other.",
                  c->host_name, names);
}

static void krbtgt(struct kcd_case *c, const struct kcd_values *found)
{
  if (found->n == 0)
    return;
  KCD_AUTO_CHAR names = kcd_value_names(found, 3);
  struct kcd_finding *f = add(c, KCD_F_KRBTGT_LISTED, found);
  kcd_finding_say(f, "%s lists %s: whoever controls this host can become anybody in the domain.", c->host_name, names);
}

void kcd_list_defects_of(const struct kcd_account *host, const struct kcd_account *krbtgt, struct kcd_list_defects *ret)
{
  const struct kcd_values *list = &host->delegate_to;
  *ret = (struct kcd_list_defects){0};
  for (size_t i = 0; i < list->n; i++) {
    const struct kcd_bytes *entry = &list->v[i];
    if (kcd_list_entry_defect(entry->data, entry->len) != NULL)
      kcd_values_add(&ret->malformed, entry->data, entry->len);
    if (kcd_entry_leads_to_kdc(entry, krbtgt))
      kcd_values_add(&ret->kdc, entry->data, entry->len);
  }
  find_doubles(list, &ret->doubles);
}

void kcd_list_defects_done(struct kcd_list_defects *defects)
{
  kcd_values_done(&defects->malformed);
  kcd_values_done(&defects->doubles);
  kcd_values_done(&defects->kdc);
}

/* The entry asked for leads to nobody, or to an account that is out of use. */
static void stale(struct kcd_case *c)
{
  bool nobody = kcd_case_has(c, KCD_C_SPN_UNKNOWN) && !kcd_case_has(c, KCD_C_SPN_BY_NAME);
  bool off = c->target != NULL && !kcd_account_is_enabled(c->target) && !kcd_target_is_kdc(c->facts->target);
  if (!kcd_list_matches(&c->facts->host->delegate_to, c->spn) || (!nobody && !off))
    return;
  struct kcd_values entry = {0};
  kcd_values_add_text(&entry, c->spn);
  struct kcd_finding *f = add(c, KCD_F_STALE_TARGET_ENTRY, &entry);
  kcd_values_done(&entry);
  if (nobody)
    kcd_finding_say(f, "%s lists %s, and no account holds that name: whoever registers it inherits the delegation.",
                    c->host_name, c->spn);
  else
    kcd_finding_say(f, "%s lists %s, which leads to the disabled account %s.", c->host_name, c->spn, c->target_name);
}

static void too_long(struct kcd_case *c)
{
  const size_t n = c->facts->host->delegate_to.n;
  if (n < KCD_LIST_IS_LONG)
    return;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_LIST_TOO_LONG, KCD_WARNING, kcd_account_subject(c->facts->host, c->facts->host_operand));
  kcd_finding_say(f,
                  "%s lists %u services; Active Directory holds about 1,200 in such a list and then refuses another "
                  "one.",
                  c->host_name, (unsigned)n);
  kcd_finding_uint(f, "entries", n);
}

void kcd_diagnose_entries(struct kcd_case *c)
{
  if (c->facts->host == NULL)
    return;
  struct kcd_list_defects own = {0};
  const struct kcd_list_defects *defects = c->facts->defects;
  if (defects == NULL) {
    kcd_list_defects_of(c->facts->host, c->facts->krbtgt, &own);
    defects = &own;
  }
  malformed(c, &defects->malformed);
  doubles(c, &defects->doubles);
  krbtgt(c, &defects->kdc);
  stale(c);
  too_long(c);
  kcd_list_defects_done(&own);
}
