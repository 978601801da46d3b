/* Takes accounts and edges as they come, and notes what is wrong with each. */
#include <kcdfix/audit.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "auditing.h"
#include "words.h"

#define LIST_IS_LONG 1000u /* a value that is not linked ends near 1,200 values; observed limits, not specified */
#define ENCTYPES_AES 0x18u /* AES128 and AES256 (MS-KILE 2.2.7) */
#define ENCTYPES_RC4 0x4u

const char *kcd_edge_type_name(enum kcd_edge_type type)
{
  static const char *const names[] = {[KCD_EDGE_CONSTRAINED] = "constrained",
                                      [KCD_EDGE_UNCONSTRAINED] = "unconstrained",
                                      [KCD_EDGE_RESOURCE_BASED] = "resource-based"};
  return names[type];
}

const char *kcd_exposure_name(enum kcd_exposure exposure)
{
  static const char *const names[] = {[KCD_EXPOSES_NOBODY] = "nobody",
                                      [KCD_EXPOSES_VISITORS] = "visitors",
                                      [KCD_EXPOSES_ANYBODY] = "anybody",
                                      [KCD_EXPOSES_UNKNOWN] = "unknown"};
  return names[exposure];
}

struct kcd_audit *kcd_audit_new(const struct kcd_dc *dc, time_t now)
{
  struct kcd_audit *audit = kcd_calloc(1, sizeof *audit);
  audit->dc = dc;
  audit->now = now;
  return audit;
}

void kcd_audit_free(struct kcd_audit *audit)
{
  if (audit == NULL)
    return;
  audit_groups_free(audit);
  kcd_values_done(&audit->exposed);
  kcd_values_done(&audit->unread);
  free(audit);
}

const struct kcd_audit_counts *kcd_audit_counts(const struct kcd_audit *audit)
{
  return &audit->counts;
}

const struct kcd_values *kcd_audit_unread_objects(const struct kcd_audit *audit)
{
  return &audit->unread;
}

static const char *name_of(const struct kcd_account *account)
{
  return account->sam_account_name != NULL ? account->sam_account_name : kcd_account_subject(account, "");
}

/* ---- accounts ---- */

static bool speaks_old_only(const struct kcd_account *account)
{
  return (account->uac & KCD_UAC_USE_DES_KEY_ONLY) != 0 ||
         (account->has_enctypes && account->enctypes != 0 && (account->enctypes & ENCTYPES_AES) == 0);
}

bool audit_old_enctypes(struct kcd_audit *audit, const struct kcd_account *account)
{
  if (!speaks_old_only(account) || !kcd_account_is_enabled(account))
    return false;
  struct audit_group *group = audit_group(audit, KCD_F_TARGET_ETYPE_MISMATCH, account->dn);
  if (group != NULL)
    audit_group_set(&group->detail, (account->uac & KCD_UAC_USE_DES_KEY_ONLY) != 0 ? "DES"
                                    : (account->enctypes & ENCTYPES_RC4) != 0      ? "RC4"
                                                                                   : "DES");
  audit_group_add(group, name_of(account));
  return true;
}

static bool is_old_windows(const struct kcd_account *account)
{
  const char *system = account->operating_system;
  return system != NULL && (strstr(system, "2012") != NULL || strstr(system, "2008") != NULL);
}

/* For any other service "Use Kerberos only" is the stricter setting, and no fault. */
static void kerberos_only_hyperv(struct kcd_audit *audit, const struct kcd_account *account)
{
  if (account->delegate_to.n == 0 || (account->uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0 ||
      !kcd_account_is_hyperv(account))
    return;
  struct audit_group *group = audit_group(audit, KCD_F_PROTOCOL_TRANSITION_OFF, account->dn);
  if (group == NULL)
    return;
  if (is_old_windows(account))
    group->severity = KCD_NOTE;
  audit_group_set(&group->detail, account->operating_system);
  audit_group_add(group, name_of(account));
}

static void unconstrained(struct kcd_audit *audit, const struct kcd_account *account)
{
  if ((account->uac & KCD_UAC_TRUSTED_FOR_DELEGATION) != 0 && !kcd_account_is_dc(account))
    audit_group_add(audit_group(audit, KCD_F_UNCONSTRAINED_ALSO_SET, account->dn), name_of(account));
}

static void list_on_cluster_name(struct kcd_audit *audit, const struct kcd_account *account)
{
  if (account->is_cluster_name && account->delegate_to.n > 0)
    audit_group_add(audit_group(audit, KCD_F_WRONG_OBJECT, account->dn), name_of(account));
}

static void long_list(struct kcd_audit *audit, const struct kcd_account *account)
{
  if (account->delegate_to.n < LIST_IS_LONG)
    return;
  struct audit_group *group = audit_group(audit, KCD_F_LIST_TOO_LONG, account->dn);
  KCD_AUTO_CHAR number = kcd_asprintf("%zu", account->delegate_to.n);
  if (group != NULL)
    audit_group_set(&group->detail, number);
  audit_group_add(group, name_of(account));
}

static void note_unread(struct kcd_audit *audit, const struct kcd_account *account)
{
  if (!account->has_uac)
    kcd_audit_unread(audit, account->dn, "userAccountControl");
  if (account->sam_account_name == NULL)
    kcd_audit_unread(audit, account->dn, "sAMAccountName");
}

bool kcd_audit_account(struct kcd_audit *audit, const struct kcd_account *account)
{
  if (kcd_account_is_dc(account) && account->delegate_to.n == 0 && account->rbcd.len == 0)
    return false;
  const bool enabled = kcd_account_is_enabled(account);
  audit->counts.accounts++;
  audit->counts.without_effect += !enabled;
  audit->counts.impersonators +=
      enabled && account->delegate_to.n > 0 && (account->uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0;
  note_unread(audit, account);
  if (!enabled)
    return true;
  unconstrained(audit, account);
  kerberos_only_hyperv(audit, account);
  list_on_cluster_name(audit, account);
  long_list(audit, account);
  audit_old_enctypes(audit, account);
  return true;
}

/* ---- users, and the domain ---- */

void kcd_audit_privileged(struct kcd_audit *audit, const struct kcd_account *user, bool is_protected)
{
  if (!user->has_uac)
    kcd_audit_unread(audit, user->dn, "userAccountControl");
  if (!user->has_uac || !kcd_account_is_enabled(user) || kcd_account_is_kdc(user))
    return;
  audit->counts.privileged++;
  if (is_protected || (user->uac & KCD_UAC_NOT_DELEGATED) != 0)
    return;
  audit->counts.exposed++;
  if (audit->exposed.n < AUDIT_MAX_NAMES)
    kcd_values_add_text(&audit->exposed, name_of(user));
}

void kcd_audit_quota(struct kcd_audit *audit, uint32_t quota)
{
  audit->quota = quota;
}

void kcd_audit_unread(struct kcd_audit *audit, const char *dn, const char *attribute)
{
  audit->counts.unread++;
  if (audit->unread.n >= AUDIT_MAX_UNREAD)
    return;
  KCD_AUTO_CHAR text = kcd_asprintf("%s: %s", dn == NULL ? "" : dn, attribute);
  kcd_values_add_text(&audit->unread, text);
}
