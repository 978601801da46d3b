/* What an account is that a delegation reaches. */
#include <kcdfix/audit.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#define DAY 86400

const char *kcd_role_name(enum kcd_role role)
{
  static const char *const names[] = {
      [KCD_ROLE_DC] = "domain-controller", [KCD_ROLE_KDC] = "kdc",        [KCD_ROLE_CA] = "certification-authority",
      [KCD_ROLE_ENTRA_SSO] = "entra-sso",  [KCD_ROLE_HYPERV] = "hyper-v", [KCD_ROLE_CLUSTER] = "cluster-name",
      [KCD_ROLE_DISABLED] = "disabled",    [KCD_ROLE_UNSEEN] = "unseen",
  };
  _Static_assert(sizeof names / sizeof names[0] == KCD_ROLES, "one name for each role");
  return names[role];
}

bool kcd_is_hyperv_class(const char *service_class)
{
  static const char *const classes[] = {"Microsoft Virtual System Migration Service",
                                        "Microsoft Virtual Console Service", "Hyper-V Replica Service"};
  for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
    if (kcd_equal_nocase(service_class, classes[i]))
      return true;
  return false;
}

/* The class of an SPN without the backslashes that Samba's KDC wants before its blanks; owned. */
static char *class_of(const struct kcd_bytes *spn)
{
  const char *text = (const char *)spn->data;
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < spn->len && text[i] != '/'; i++)
    if (text[i] != '\\')
      kcd_buf_add(&out, &text[i], 1);
  return kcd_buf_take_text(&out);
}

bool kcd_account_is_hyperv(const struct kcd_account *account)
{
  for (size_t i = 0; i < account->spns.n; i++) {
    KCD_AUTO_CHAR service_class = class_of(&account->spns.v[i]);
    if (kcd_is_hyperv_class(service_class))
      return true;
  }
  return false;
}

time_t kcd_account_last_seen(const struct kcd_account *account)
{
  time_t logon = 0, password = 0;
  if (kcd_time_from_filetime(account->last_logon, &logon) != 0)
    logon = 0;
  if (kcd_time_from_filetime(account->pwd_last_set, &password) != 0)
    password = 0;
  return logon > password ? logon : password;
}

static bool is_unseen(const struct kcd_account *account, time_t now)
{
  const time_t seen = kcd_account_last_seen(account);
  return seen > 0 && seen < now - (time_t)KCD_UNSEEN_DAYS * DAY;
}

unsigned kcd_roles_of(const struct kcd_account *account, time_t now)
{
  const char *name = account->sam_account_name == NULL ? "" : account->sam_account_name;
  const bool is_kdc = kcd_account_is_kdc(account);
  const bool disabled = account->has_uac && !kcd_account_is_enabled(account) && !is_kdc; /* krbtgt always is */
  const struct {
    bool holds;
    enum kcd_role role;
  } all[] = {
      {kcd_account_is_dc(account), KCD_ROLE_DC},
      {is_kdc, KCD_ROLE_KDC},
      {account->is_ca, KCD_ROLE_CA},
      {kcd_equal_nocase(name, "AZUREADSSOACC$"), KCD_ROLE_ENTRA_SSO},
      {kcd_account_is_hyperv(account), KCD_ROLE_HYPERV},
      {account->is_cluster_name, KCD_ROLE_CLUSTER},
      {disabled, KCD_ROLE_DISABLED},
      {!disabled && !is_kdc && is_unseen(account, now), KCD_ROLE_UNSEEN},
  };
  unsigned roles = 0;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    if (all[i].holds)
      roles |= KCD_ROLE_BIT(all[i].role);
  return roles;
}

bool kcd_flavour_heeds_protected_users(enum kcd_flavour flavour)
{
  return flavour != KCD_FLAVOUR_SAMBA_417 && flavour != KCD_FLAVOUR_SAMBA_419 && flavour != KCD_FLAVOUR_WINDOWS_2008;
}
