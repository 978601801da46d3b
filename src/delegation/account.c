/* account.c - what one entry says about an account. */
#include <kcdfix/facts.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#define RID_KRBTGT 502u                            /* MS-DTYP 2.4.2.4 */
#define RID_PROTECTED_USERS 525u                   /* MS-DTYP 2.4.2.4 */
#define ATTID_SUPPLEMENTAL_CREDENTIALS 0x0009007Du /* holds the Kerberos keys (MS-SAMR 2.2.10) */

const char *const kcd_account_attributes[] = {
    "objectClass",
    "objectGUID",
    "objectSid",
    "sAMAccountName",
    "dNSHostName",
    "userPrincipalName",
    "operatingSystem",
    "userAccountControl",
    "msDS-User-Account-Control-Computed",
    "primaryGroupID",
    "msDS-SupportedEncryptionTypes",
    "pwdLastSet",
    "accountExpires",
    "logonHours",
    "lastLogonTimestamp",
    "msDS-AllowedToDelegateTo",
    "servicePrincipalName",
    "msDS-AllowedToActOnBehalfOfOtherIdentity",
    "adminCount",
    "msDS-AssignedAuthNPolicy",
    "msDS-AssignedAuthNPolicySilo",
    "replPropertyMetaData",
    NULL,
};

const char *kcd_account_kind_name(enum kcd_account_kind kind)
{
  static const char *const names[] = {[KCD_KIND_USER] = "user",
                                      [KCD_KIND_COMPUTER] = "computer",
                                      [KCD_KIND_MANAGED_SERVICE] = "managed-service",
                                      [KCD_KIND_OTHER] = "other"};
  return names[kind];
}

void kcd_account_done(struct kcd_account *account)
{
  if (account == NULL)
    return;
  free(account->dn);
  free(account->sam_account_name);
  free(account->dns_host_name);
  free(account->user_principal_name);
  free(account->operating_system);
  kcd_values_done(&account->logon_hours);
  kcd_values_done(&account->delegate_to);
  kcd_values_done(&account->spns);
  kcd_bytes_done(&account->rbcd);
  free(account->token);
  *account = (struct kcd_account){0};
}

static void copy_values(const struct kcd_entry *entry, const char *name, struct kcd_values *ret)
{
  const struct kcd_values *values = kcd_entry_get(entry, name);
  if (values != NULL)
    kcd_values_copy(ret, values);
}

static enum kcd_account_kind kind_of(const struct kcd_values *classes)
{
  /* Managed service accounts are computers by class, so they are asked for first. */
  static const struct {
    const char *object_class;
    enum kcd_account_kind kind;
  } kinds[] = {
      {"msDS-GroupManagedServiceAccount", KCD_KIND_MANAGED_SERVICE},
      {"msDS-ManagedServiceAccount", KCD_KIND_MANAGED_SERVICE},
      {"msDS-DelegatedManagedServiceAccount", KCD_KIND_MANAGED_SERVICE},
      {"computer", KCD_KIND_COMPUTER},
      {"user", KCD_KIND_USER},
  };
  for (size_t i = 0; classes != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
    if (kcd_values_find_nocase(classes, kinds[i].object_class) >= 0)
      return kinds[i].kind;
  return KCD_KIND_OTHER;
}

static void read_names(const struct kcd_entry *entry, struct kcd_account *account)
{
  account->dn = kcd_strdup(entry->dn);
  account->sam_account_name = kcd_strdup(kcd_entry_text(entry, "sAMAccountName"));
  account->dns_host_name = kcd_strdup(kcd_entry_text(entry, "dNSHostName"));
  account->user_principal_name = kcd_strdup(kcd_entry_text(entry, "userPrincipalName"));
  account->operating_system = kcd_strdup(kcd_entry_text(entry, "operatingSystem"));
  account->kind = kind_of(kcd_entry_get(entry, "objectClass"));
  kcd_entry_guid(entry, "objectGUID", account->guid);
  kcd_entry_sid(entry, "objectSid", &account->sid);
}

static void read_numbers(const struct kcd_entry *entry, struct kcd_account *account)
{
  uint32_t admin_count = 0;
  account->has_uac = kcd_entry_u32(entry, "userAccountControl", &account->uac);
  kcd_entry_u32(entry, "msDS-User-Account-Control-Computed", &account->uac_computed);
  kcd_entry_u32(entry, "primaryGroupID", &account->primary_group_rid);
  account->has_enctypes = kcd_entry_u32(entry, "msDS-SupportedEncryptionTypes", &account->enctypes);
  account->has_pwd_last_set = kcd_entry_u64(entry, "pwdLastSet", &account->pwd_last_set);
  kcd_entry_u64(entry, "accountExpires", &account->account_expires);
  kcd_entry_u64(entry, "lastLogonTimestamp", &account->last_logon);
  kcd_entry_u32(entry, "adminCount", &admin_count);
  account->admin_count = admin_count == 1;
}

static bool find_meta(const struct kcd_bytes *blob, uint32_t attid, struct kcd_attr_meta *ret)
{
  struct kcd_attr_meta found;
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_replmeta_find(blob->data, blob->len, attid, &found, &ignored) != 0)
    return false;
  *ret = found;
  return true;
}

static void read_metadata(const struct kcd_entry *entry, struct kcd_account *account)
{
  const struct kcd_values *values = kcd_entry_get(entry, "replPropertyMetaData");
  struct kcd_attr_meta keys;
  if (values == NULL || !find_meta(&values->v[0], KCD_ATTID_USER_ACCOUNT_CONTROL, &account->uac_meta))
    return;
  find_meta(&values->v[0], KCD_ATTID_ALLOWED_TO_DELEGATE_TO, &account->list_meta);
  find_meta(&values->v[0], KCD_ATTID_ALLOWED_TO_ACT_ON_BEHALF, &account->rbcd_meta);
  account->has_keys = find_meta(&values->v[0], ATTID_SUPPLEMENTAL_CREDENTIALS, &keys) ? KCD_YES : KCD_NO;
}

static bool has_class(const struct kcd_values *spns, const char *class_and_slash)
{
  for (size_t i = 0; i < spns->n; i++)
    if (spns->v[i].data != NULL && kcd_starts_nocase((const char *)spns->v[i].data, class_and_slash))
      return true;
  return false;
}

void kcd_account_from_entry(const struct kcd_entry *entry, struct kcd_account *ret)
{
  struct kcd_account account = {0};
  read_names(entry, &account);
  read_numbers(entry, &account);
  read_metadata(entry, &account);
  copy_values(entry, "logonHours", &account.logon_hours);
  copy_values(entry, "msDS-AllowedToDelegateTo", &account.delegate_to);
  copy_values(entry, "servicePrincipalName", &account.spns);
  const struct kcd_values *rbcd = kcd_entry_get(entry, "msDS-AllowedToActOnBehalfOfOtherIdentity");
  if (rbcd != NULL)
    account.rbcd = kcd_bytes_copy(rbcd->v[0].data, rbcd->v[0].len);
  account.is_cluster_name = has_class(&account.spns, "MSClusterVirtualServer/");
  account.is_cluster_node =
      has_class(&account.spns, "MSServerClusterMgmtAPI/") || has_class(&account.spns, "MSServerCluster/");
  account.has_auth_policy = kcd_entry_get(entry, "msDS-AssignedAuthNPolicy") != NULL ||
                            kcd_entry_get(entry, "msDS-AssignedAuthNPolicySilo") != NULL;
  if (account.primary_group_rid == RID_PROTECTED_USERS)
    account.protected_user = KCD_YES;
  *ret = account;
}

static bool token_holds(const struct kcd_account *account, const struct kcd_sid *sid)
{
  for (size_t i = 0; i < account->n_token; i++)
    if (kcd_sid_equal(&account->token[i], sid))
      return true;
  return false;
}

static enum kcd_tri protected_by_token(const struct kcd_account *account, const struct kcd_sid *domain_sid)
{
  struct kcd_sid group;
  if (account->primary_group_rid == RID_PROTECTED_USERS)
    return KCD_YES;
  if (kcd_sid_child(domain_sid, RID_PROTECTED_USERS, &group) != 0)
    return KCD_UNKNOWN;
  return token_holds(account, &group) ? KCD_YES : KCD_NO;
}

void kcd_account_set_token(struct kcd_account *account, const struct kcd_values *token_groups,
                           const struct kcd_sid *domain_sid)
{
  size_t n_groups = token_groups == NULL ? 0 : token_groups->n;
  struct kcd_sid *token = kcd_calloc(n_groups + 2, sizeof *token);
  size_t n = 0;
  if (account->sid.revision != 0)
    token[n++] = account->sid;
  if (account->primary_group_rid != 0 && kcd_sid_child(domain_sid, account->primary_group_rid, &token[n]) == 0)
    n++;
  size_t n_own = n;
  for (size_t i = 0; i < n_groups; i++)
    if (kcd_sid_decode(token_groups->v[i].data, token_groups->v[i].len, &token[n]) == 0)
      n++;
  free(account->token);
  account->token = token;
  account->n_token = n;
  /* Every account has at least its primary group in tokenGroups: without any, the attribute was not readable. */
  account->protected_user = n == n_own && account->primary_group_rid != RID_PROTECTED_USERS
                                ? KCD_UNKNOWN
                                : protected_by_token(account, domain_sid);
}

bool kcd_account_is_dc(const struct kcd_account *account)
{
  return (account->uac & (KCD_UAC_SERVER_TRUST | KCD_UAC_PARTIAL_SECRETS)) != 0;
}

static bool is_krbtgt_sid(const struct kcd_sid *sid)
{
  return sid->revision != 0 && sid->authority == 5 && sid->count == 5 && sid->sub[0] == 21 &&
         kcd_sid_rid(sid) == RID_KRBTGT;
}

bool kcd_account_is_kdc(const struct kcd_account *account)
{
  const char *name = account->sam_account_name == NULL ? "" : account->sam_account_name;
  return is_krbtgt_sid(&account->sid) || kcd_equal_nocase(name, "krbtgt") || kcd_starts_nocase(name, "krbtgt_");
}

bool kcd_account_is_enabled(const struct kcd_account *account)
{
  return (account->uac & KCD_UAC_DISABLED) == 0;
}

bool kcd_account_is_expired(const struct kcd_account *account, time_t now)
{
  time_t expires;
  return kcd_time_from_filetime(account->account_expires, &expires) == 0 && expires <= now;
}

bool kcd_account_must_change_password(const struct kcd_account *account)
{
  /* Their password never expires: MS-ADTS, constructed attribute msDS-UserPasswordExpiryTimeComputed. */
  const uint32_t exempt = KCD_UAC_DONT_EXPIRE_PASSWD | KCD_UAC_SMARTCARD_REQUIRED | KCD_UAC_WORKSTATION |
                          KCD_UAC_SERVER_TRUST | KCD_UAC_INTERDOMAIN_TRUST;
  if (account->kind != KCD_KIND_USER || (account->uac & exempt) != 0)
    return false;
  return (account->has_pwd_last_set && account->pwd_last_set == 0) ||
         (account->uac_computed & KCD_UAC_PASSWORD_EXPIRED) != 0;
}

bool kcd_account_has_no_keys(const struct kcd_account *account)
{
  return account->kind == KCD_KIND_COMPUTER && account->has_pwd_last_set && account->pwd_last_set == 0 &&
         account->has_keys != KCD_YES;
}

char *kcd_account_short_name(const struct kcd_account *account)
{
  const char *name = account->sam_account_name != NULL ? account->sam_account_name : "";
  size_t len = strlen(name);
  return kcd_strndup(name, len > 0 && name[len - 1] == '$' ? len - 1 : len);
}
