/* What an audit found, in order. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "auditing.h"
#include "case.h"
#include "words.h"

#define NAMED 3

static void exposed_users(const struct kcd_audit *audit, struct kcd_findings *ret)
{
  const struct kcd_audit_counts *counts = &audit->counts;
  if (counts->exposed == 0 || counts->impersonators + counts->accepted == 0)
    return;
  struct kcd_values shown = {0};
  for (size_t i = 0; i < audit->exposed.n && i < NAMED; i++)
    kcd_values_add(&shown, audit->exposed.v[i].data, audit->exposed.v[i].len);
  KCD_AUTO_CHAR names = kcd_value_names(&shown, NAMED);
  KCD_AUTO_CHAR more = counts->exposed > shown.n ? kcd_asprintf(" and %zu more", counts->exposed - shown.n) : NULL;
  KCD_AUTO_CHAR entries = counts->accepted == 0
                              ? NULL
                              : kcd_asprintf("%s%zu resource-based %s", counts->impersonators == 0 ? "" : " and ",
                                             counts->accepted, counts->accepted == 1 ? "entry" : "entries");
  KCD_AUTO_CHAR hosts = counts->impersonators == 0
                            ? NULL
                            : kcd_asprintf("%zu %s with \"Use any authentication protocol\"", counts->impersonators,
                                           counts->impersonators == 1 ? "account" : "accounts");
  struct kcd_finding *f =
      kcd_findings_add(ret, KCD_F_PRIVILEGED_USERS_EXPOSED, kcd_finding_info(KCD_F_PRIVILEGED_USERS_EXPOSED)->audit,
                       audit->dc->domain_nc);
  kcd_finding_say(f, "%u privileged %s can be impersonated by %s%s: %s%s.", (unsigned)counts->exposed,
                  counts->exposed == 1 ? "user" : "users", hosts == NULL ? "" : hosts, entries == NULL ? "" : entries,
                  names, more == NULL ? "" : more);
  if (counts->exposed == 1)
    kcd_finding_remedy(f, "Mark that user \"Account is sensitive and cannot be delegated\" and put it into Protected "
                          "Users.");
  else
    kcd_finding_remedy(f,
                       "Mark the %u users \"Account is sensitive and cannot be delegated\" and put them into "
                       "Protected Users.",
                       (unsigned)counts->exposed);
  kcd_finding_values(f, "users", &audit->exposed);
  kcd_finding_uint(f, "count", counts->exposed);
  kcd_values_done(&shown);
}

static void quota(const struct kcd_audit *audit, struct kcd_findings *ret)
{
  if (audit->quota == 0)
    return;
  struct kcd_finding *f = kcd_findings_add(ret, KCD_F_MACHINE_ACCOUNT_QUOTA,
                                           kcd_finding_info(KCD_F_MACHINE_ACCOUNT_QUOTA)->audit, audit->dc->domain_nc);
  kcd_finding_say(f,
                  "Every user may make %u computer accounts, which is all that resource-based delegation takes where a "
                  "target can be written.",
                  (unsigned)audit->quota);
  kcd_finding_uint(f, "ms-DS-MachineAccountQuota", audit->quota);
}

/* twalk_r hands over the node that holds the pointer. */
struct walk {
  const struct audit_group **v;
  size_t n;
};

static void collect(const void *node, VISIT visit, void *data)
{
  struct walk *walk = data;
  if (visit == postorder || visit == leaf)
    walk->v[walk->n++] = *(const struct audit_group *const *)node;
}

/* Worst first, then in order of repair, then who concerns most. */
static int by_weight(const void *left, const void *right)
{
  const struct kcd_finding *a = left, *b = right;
  if (a->severity != b->severity)
    return a->severity > b->severity ? -1 : 1;
  if (a->id != b->id)
    return a->id < b->id ? -1 : 1;
  const uint64_t many_a = a->n_evidence > 1 ? a->evidence[1].number : 0;
  const uint64_t many_b = b->n_evidence > 1 ? b->evidence[1].number : 0;
  if (many_a != many_b)
    return many_a > many_b ? -1 : 1;
  return strcmp(a->subject, b->subject);
}

void kcd_audit_findings(const struct kcd_audit *audit, const char *context, struct kcd_findings *ret)
{
  struct walk walk = {.v = kcd_calloc(audit->n_groups + 1, sizeof(struct audit_group *))};
  *ret = (struct kcd_findings){0};
  twalk_r(audit->groups, collect, &walk);
  for (size_t i = 0; i < walk.n; i++) {
    const struct audit_group *group = walk.v[i];
    audit_word(group, context, kcd_findings_add(ret, group->id, group->severity, group->subject));
  }
  free(walk.v);
  exposed_users(audit, ret);
  quota(audit, ret);
  if (ret->n > 1)
    qsort(ret->v, ret->n, sizeof *ret->v, by_weight);
}

/* ---- what to do first ---- */

static const struct kcd_finding *first_of(const struct kcd_findings *findings, enum kcd_finding_id id)
{
  for (size_t i = 0; i < findings->n; i++)
    if (findings->v[i].id == id)
      return &findings->v[i];
  return NULL;
}

static void add_step(struct kcd_values *ret, const char *step)
{
  KCD_AUTO_CHAR line = kcd_asprintf("%s %s", ret->n == 0 ? "first:" : "then:", step);
  kcd_values_add_text(ret, line);
}

/* The remedy as a step: small at its beginning, without its full stop; owned. */
static char *step_of(const struct kcd_finding *finding)
{
  char *text = kcd_strdup(finding->remedy);
  const size_t len = strlen(text);
  if (len > 0 && text[len - 1] == '.')
    text[len - 1] = '\0';
  if (text[0] >= 'A' && text[0] <= 'Z')
    text[0] = (char)(text[0] + 'a' - 'A');
  return text;
}

/* Protecting the users takes most of the weight off everything else; then the worst. */
void kcd_audit_steps(const struct kcd_findings *findings, struct kcd_values *ret)
{
  const struct kcd_finding *exposed = first_of(findings, KCD_F_PRIVILEGED_USERS_EXPOSED);
  *ret = (struct kcd_values){0};
  KCD_AUTO_CHAR protect = exposed == NULL ? NULL : step_of(exposed);
  if (protect != NULL)
    add_step(ret, protect);
  const struct kcd_finding *worst = findings->n > 0 ? &findings->v[0] : NULL;
  if (worst == NULL || worst == exposed || worst->severity < KCD_WARNING)
    return;
  KCD_AUTO_CHAR remedy =
      worst->command != NULL ? kcd_asprintf("%s     for the first of the accounts", worst->command) : step_of(worst);
  add_step(ret, remedy);
}
