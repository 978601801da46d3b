/* One delegation: where it leads, as whom, and what is wrong with it. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "auditing.h"
#include "words.h"

#define RID_DOMAIN_USERS 513u /* MS-DTYP 2.4.2.4 */
#define RID_DOMAIN_COMPUTERS 515u

char *kcd_edge_source_name(const struct kcd_edge *edge)
{
  char text[KCD_SID_TEXT_MAX];
  if (edge->source != NULL)
    return kcd_strdup(edge->source->sam_account_name != NULL ? edge->source->sam_account_name
                                                             : kcd_account_subject(edge->source, ""));
  if (edge->source_sid == NULL)
    return kcd_strdup("");
  const char *name = kcd_sid_well_known(edge->source_sid);
  return kcd_strdup(name != NULL ? name : kcd_sid_text(edge->source_sid, text));
}

static const char *label_of(const struct kcd_account *account)
{
  return account == NULL || account->sam_account_name == NULL ? kcd_account_subject(account, "")
                                                              : account->sam_account_name;
}

/* ---- judging ---- */

/* Notes the finding on the edge and in the group of SUBJECT. */
static struct audit_group *note(struct kcd_audit *audit, struct kcd_edge *edge, enum kcd_finding_id id,
                                const char *subject)
{
  if (edge->n_findings < KCD_EDGE_FINDINGS)
    edge->findings[edge->n_findings++] = id;
  struct audit_group *group = audit_group(audit, id, subject);
  KCD_AUTO_CHAR name = kcd_edge_source_name(edge);
  audit_group_add(group, name);
  if (group == NULL)
    return NULL;
  group->anybody |= edge->exposure == KCD_EXPOSES_ANYBODY || edge->exposure == KCD_EXPOSES_UNKNOWN;
  audit_group_set(&group->spn, edge->spn == NULL ? NULL : (const char *)edge->spn->data);
  return group;
}

static struct audit_group *note_target(struct kcd_audit *audit, struct kcd_edge *edge, enum kcd_finding_id id)
{
  if (edge->target == NULL)
    return NULL;
  struct audit_group *group = note(audit, edge, id, edge->target->dn);
  if (group != NULL)
    audit_group_set(&group->about, label_of(edge->target));
  return group;
}

static void prized_target(struct kcd_audit *audit, struct kcd_edge *edge)
{
  static const struct {
    enum kcd_role role;
    enum kcd_finding_id id;
  } table[] = {{KCD_ROLE_DC, KCD_F_TARGET_IS_DC},
               {KCD_ROLE_CA, KCD_F_TARGET_IS_CA},
               {KCD_ROLE_ENTRA_SSO, KCD_F_TARGET_IS_ENTRA_SSO}};
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if ((edge->roles & KCD_ROLE_BIT(table[i].role)) != 0)
      note_target(audit, edge, table[i].id);
}

static void kdc_target(struct kcd_audit *audit, struct kcd_edge *edge)
{
  if ((edge->roles & KCD_ROLE_BIT(KCD_ROLE_KDC)) == 0)
    return;
  if (edge->target != NULL)
    note_target(audit, edge, KCD_F_KRBTGT_LISTED);
  else
    note(audit, edge, KCD_F_KRBTGT_LISTED, (const char *)edge->spn->data);
}

/* Whoever is told of a disabled target need not be told that it was not seen either. */
static void idle_target(struct kcd_audit *audit, struct kcd_edge *edge)
{
  if (edge->type == KCD_EDGE_RESOURCE_BASED)
    return;
  struct audit_group *group = NULL;
  if ((edge->roles & KCD_ROLE_BIT(KCD_ROLE_DISABLED)) != 0)
    group = note_target(audit, edge, KCD_F_STALE_TARGET_ENTRY);
  else if ((edge->roles & KCD_ROLE_BIT(KCD_ROLE_UNSEEN)) != 0)
    group = note_target(audit, edge, KCD_F_TARGET_UNSEEN);
  const time_t seen = kcd_account_last_seen(edge->target);
  KCD_AUTO_CHAR when = kcd_time_people(seen);
  if (group != NULL && (edge->roles & KCD_ROLE_BIT(KCD_ROLE_UNSEEN)) != 0)
    audit_group_set(&group->detail, when);
}

static void note_on_edge(struct kcd_edge *edge, enum kcd_finding_id id)
{
  if (edge->n_findings < KCD_EDGE_FINDINGS)
    edge->findings[edge->n_findings++] = id;
}

static void reached(struct kcd_audit *audit, struct kcd_edge *edge)
{
  kdc_target(audit, edge);
  if (edge->target == NULL)
    return;
  prized_target(audit, edge);
  idle_target(audit, edge);
  if (audit_old_enctypes(audit, edge->target))
    note_on_edge(edge, KCD_F_TARGET_ETYPE_MISMATCH);
}

/* ---- entries of a list ---- */

static void list_entry(struct kcd_audit *audit, struct kcd_edge *edge)
{
  const char *entry = (const char *)edge->spn->data;
  const char *defect = kcd_list_entry_defect(edge->spn->data, edge->spn->len);
  if (defect != NULL) {
    struct audit_group *group = note(audit, edge, KCD_F_LIST_ENTRY_MALFORMED, entry);
    if (group != NULL)
      audit_group_set(&group->detail, defect);
  } else if (edge->n_owners == 0 && edge->roles == 0) {
    note(audit, edge, KCD_F_STALE_TARGET_ENTRY, entry);
  } else if (edge->n_owners > 1) {
    struct audit_group *group = note(audit, edge, KCD_F_DUPLICATE_SPN, entry);
    KCD_AUTO_CHAR both = kcd_sentence("%s and %s", label_of(edge->owners[0]), label_of(edge->owners[1]));
    if (group != NULL)
      audit_group_set(&group->detail, both);
  }
}

static enum kcd_tri has_transition(const struct kcd_account *source)
{
  if (source == NULL || !source->has_uac)
    return KCD_UNKNOWN;
  return (source->uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0 ? KCD_YES : KCD_NO;
}

static enum kcd_exposure exposure_of(const struct kcd_edge *edge)
{
  static const enum kcd_exposure by_transition[] = {
      [KCD_UNKNOWN] = KCD_EXPOSES_UNKNOWN, [KCD_NO] = KCD_EXPOSES_VISITORS, [KCD_YES] = KCD_EXPOSES_ANYBODY};
  return edge->without_effect != NULL ? KCD_EXPOSES_NOBODY : by_transition[edge->transition];
}

static void constrained(struct kcd_audit *audit, struct kcd_edge *edge)
{
  audit->counts.constrained++;
  edge->transition = has_transition(edge->source);
  audit->counts.transition += edge->transition == KCD_YES;
  if (edge->spn == NULL) {
    edge->without_effect = "it lists nothing";
    return;
  }
  const bool kdc_name = kcd_list_entry_is_kdc_service(edge->spn->data, edge->spn->len);
  if (edge->n_owners > 0)
    edge->target = edge->owners[0];
  edge->roles = edge->target != NULL ? kcd_roles_of(edge->target, audit->now) : 0;
  if (kdc_name)
    edge->roles |= KCD_ROLE_BIT(KCD_ROLE_KDC);
  if (kcd_list_entry_defect(edge->spn->data, edge->spn->len) != NULL)
    edge->without_effect = "the entry can never match";
  else if (edge->target == NULL && !kdc_name)
    edge->without_effect = "no account owns the name";
  edge->exposure = exposure_of(edge);
  list_entry(audit, edge);
  reached(audit, edge);
}

/* ---- entries of a descriptor ---- */

/* "Use Kerberos only" and a list: S4U2Self then gives no forwardable ticket, for any target (MS-SFU 3.2.5.1.2). */
static bool is_mixed(const struct kcd_account *source)
{
  return source != NULL && source->delegate_to.n > 0 && (source->uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) == 0;
}

/* Whether an entry of the list is a name of that account, by its registered names or by those of the machine. */
static bool lists(const struct kcd_account *source, const struct kcd_account *target)
{
  KCD_AUTO_CHAR label = kcd_account_short_name(target);
  for (size_t i = 0; i < source->delegate_to.n; i++) {
    const struct kcd_bytes *entry = &source->delegate_to.v[i];
    const char *text = entry->data == NULL ? "" : (const char *)entry->data;
    if (kcd_values_find_fold(&target->spns, text) >= 0)
      return true;
    const char *slash = strchr(text, '/');
    if (slash != NULL && (kcd_equal_nocase(slash + 1, label) ||
                          (target->dns_host_name != NULL && kcd_equal_nocase(slash + 1, target->dns_host_name))))
      return true;
  }
  return false;
}

static bool is_everybody(const struct kcd_audit *audit, const struct kcd_sid *sid)
{
  const struct kcd_sid everyone = {.revision = 1, .count = 1, .authority = 1};
  const struct kcd_sid authenticated = {.revision = 1, .count = 1, .authority = 5, .sub = {11}};
  if (kcd_sid_equal(sid, &everyone) || kcd_sid_equal(sid, &authenticated))
    return true;
  const uint32_t rid = kcd_sid_rid(sid);
  return kcd_sid_in_domain(sid, &audit->dc->domain_sid) && (rid == RID_DOMAIN_USERS || rid == RID_DOMAIN_COMPUTERS);
}

static void judge_trustee(struct kcd_audit *audit, struct kcd_edge *edge)
{
  if (is_everybody(audit, edge->source_sid))
    note_target(audit, edge, KCD_F_RBCD_TOO_WIDE);
  if (edge->source == NULL)
    return;
  if (is_mixed(edge->source)) {
    edge->exposure = KCD_EXPOSES_VISITORS;
    struct audit_group *group = note(audit, edge, KCD_F_LIST_BREAKS_RBCD, edge->source->dn);
    if (group != NULL)
      audit_group_set(&group->detail, label_of(edge->target));
  }
  if (lists(edge->source, edge->target))
    note_target(audit, edge, KCD_F_KCD_AND_RBCD_BOTH);
}

static void dead_entry(struct kcd_audit *audit, struct kcd_edge *edge, const char *why)
{
  edge->without_effect = why;
  struct audit_group *group = note_target(audit, edge, KCD_F_RBCD_ACE_DEAD);
  if (group != NULL)
    audit_group_set(&group->detail, why);
}

static void resource_based(struct kcd_audit *audit, struct kcd_edge *edge)
{
  audit->counts.resource_based++;
  edge->target = edge->owners[0];
  edge->roles = kcd_roles_of(edge->target, audit->now);
  edge->transition = KCD_YES; /* it always behaves so */
  if (edge->unread) {
    dead_entry(audit, edge, "its descriptor cannot be decoded");
    return;
  }
  const bool ours = kcd_sid_in_domain(edge->source_sid, &audit->dc->domain_sid);
  if (edge->source == NULL && ours) {
    dead_entry(audit, edge, "no account bears the SID");
    return;
  }
  edge->exposure = KCD_EXPOSES_ANYBODY;
  judge_trustee(audit, edge);
  audit->counts.accepted += edge->exposure == KCD_EXPOSES_ANYBODY;
  reached(audit, edge);
}

static void unconstrained(struct kcd_audit *audit, struct kcd_edge *edge)
{
  audit->counts.unconstrained++;
  edge->transition = has_transition(edge->source);
  edge->exposure = KCD_EXPOSES_VISITORS;
  note_on_edge(edge, KCD_F_UNCONSTRAINED_ALSO_SET);
}

/* Nothing is wrong with what a disabled account lists: it gets no ticket. */
static void disabled_source(struct kcd_audit *audit, struct kcd_edge *edge)
{
  edge->without_effect = "the account is disabled";
  if (edge->n_owners > 0)
    edge->target = edge->owners[0];
  edge->roles = edge->target != NULL ? kcd_roles_of(edge->target, audit->now) : 0;
  edge->transition = edge->type == KCD_EDGE_RESOURCE_BASED ? KCD_YES : has_transition(edge->source);
  audit->counts.constrained += edge->type == KCD_EDGE_CONSTRAINED;
  audit->counts.transition += edge->type == KCD_EDGE_CONSTRAINED && edge->transition == KCD_YES;
  audit->counts.unconstrained += edge->type == KCD_EDGE_UNCONSTRAINED;
  audit->counts.resource_based += edge->type == KCD_EDGE_RESOURCE_BASED;
}

void kcd_audit_edge(struct kcd_audit *audit, struct kcd_edge *edge)
{
  audit->counts.edges++;
  edge->exposure = KCD_EXPOSES_NOBODY;
  if (edge->source != NULL && !kcd_account_is_enabled(edge->source))
    disabled_source(audit, edge);
  else if (edge->type == KCD_EDGE_CONSTRAINED && edge->source != NULL)
    constrained(audit, edge);
  else if (edge->type == KCD_EDGE_UNCONSTRAINED)
    unconstrained(audit, edge);
  else if (edge->n_owners > 0)
    resource_based(audit, edge);
}
