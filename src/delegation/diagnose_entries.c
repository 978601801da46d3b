/* Entries of the host's list that are wrong whatever SPN was asked for. */
#include <stdlib.h>

#include <kcdfix/text.h>

#include "case.h"
#include "words.h"

static struct kcd_finding *add(struct kcd_case *c, enum kcd_finding_id id, struct kcd_values *entries)
{
  struct kcd_finding *f = kcd_case_add(c, id, KCD_WARNING, kcd_account_subject(c->facts->host, c->facts->host_operand));
  kcd_finding_values(f, "msDS-AllowedToDelegateTo", entries);
  return f;
}

static void malformed(struct kcd_case *c)
{
  struct kcd_values broken = {0};
  const struct kcd_values *list = &c->facts->host->delegate_to;
  for (size_t i = 0; i < list->n; i++)
    if (kcd_list_entry_defect(list->v[i].data, list->v[i].len) != NULL)
      kcd_values_add(&broken, list->v[i].data, list->v[i].len);
  if (broken.n > 0 && !kcd_findings_has(&c->judgement->findings, KCD_F_LIST_ENTRY_MALFORMED)) {
    KCD_AUTO_CHAR names = kcd_value_names(&broken, 3);
    struct kcd_finding *f = add(c, KCD_F_LIST_ENTRY_MALFORMED, &broken);
    kcd_finding_say(f, "%s lists %s, which can never match a request: %s %s.", c->host_name, names,
                    broken.n > 1 ? "the first one" : "it", kcd_list_entry_defect(broken.v[0].data, broken.v[0].len));
  }
  kcd_values_done(&broken);
}

static int by_text(const void *a, const void *b)
{
  const struct kcd_bytes *left = a;
  const struct kcd_bytes *right = b;
  return kcd_fold_compare(left->data, left->len, right->data, right->len);
}

/* The entries that stand behind an equal one; sorted, since the list of a hostile object can be long. */
static void find_doubles(const struct kcd_values *list, struct kcd_values *ret)
{
  struct kcd_bytes *sorted = kcd_calloc(list->n + 1, sizeof *sorted); /* borrows the data */
  size_t n = 0;
  for (size_t i = 0; i < list->n; i++)
    if (list->v[i].data != NULL)
      sorted[n++] = list->v[i];
  qsort(sorted, n, sizeof *sorted, by_text);
  for (size_t i = 1; i < n; i++)
    if (by_text(&sorted[i - 1], &sorted[i]) == 0)
      kcd_values_add(ret, sorted[i].data, sorted[i].len);
  free(sorted);
}

static void doubles(struct kcd_case *c)
{
  struct kcd_values again = {0};
  find_doubles(&c->facts->host->delegate_to, &again);
  if (again.n > 0) {
    KCD_AUTO_CHAR names = kcd_value_names(&again, 3);
    struct kcd_finding *f = add(c, KCD_F_LIST_ENTRY_DUPLICATE_CASE, &again);
    kcd_finding_say(f,
                    "%s lists %s twice, in different case. The directory makes no difference between them, so tools "
                    "that remove one may remove the other.",
                    c->host_name, names);
  }
  kcd_values_done(&again);
}

static void krbtgt(struct kcd_case *c)
{
  struct kcd_values found = {0};
  const struct kcd_values *list = &c->facts->host->delegate_to;
  for (size_t i = 0; i < list->n; i++)
    if (kcd_entry_leads_to_kdc(&list->v[i], c->facts->krbtgt))
      kcd_values_add(&found, list->v[i].data, list->v[i].len);
  if (found.n > 0) {
    KCD_AUTO_CHAR names = kcd_value_names(&found, 3);
    struct kcd_finding *f = add(c, KCD_F_KRBTGT_LISTED, &found);
    kcd_finding_say(f, "%s lists %s: whoever controls this host can become anybody in the domain.", c->host_name,
                    names);
  }
  kcd_values_done(&found);
}

void kcd_diagnose_entries(struct kcd_case *c)
{
  if (c->facts->host == NULL)
    return;
  malformed(c);
  doubles(c);
  krbtgt(c);
}
