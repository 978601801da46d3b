#include <arpa/inet.h>
#include <stdbool.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#include "errors.h"
#include "login_errors.h"

struct reason {
  krb5_error_code code;
  const char *id;
  const char *before, *after; /* the principal stands between them */
  const char *next;           /* NULL: nothing general */
};

#define CHECK_PASSWORD "Try the password elsewhere before the next try here: each wrong one counts."
#define ANOTHER_ACCOUNT "Have it enabled or unlocked, or log in as another account."

/* RFC 4120 7.5.9; what a DC means by them: MS-KILE 3.3.5.7.1, and observed (kdc-rules 8.9). */
static const struct reason password_reasons[] = {
    {KRB5KDC_ERR_PREAUTH_FAILED, "wrong-password", "wrong password for ", " (tried once; it counts towards lockout)",
     CHECK_PASSWORD},
    {KRB5_PREAUTH_FAILED, "wrong-password", "wrong password for ", " (tried once; it counts towards lockout)",
     CHECK_PASSWORD},
    {KRB5KRB_AP_ERR_BAD_INTEGRITY, "wrong-password", "wrong password for ", "", CHECK_PASSWORD},
    {KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, "login-unknown", "the domain has no account ", "",
     "Write USER@REALM as the account is called in the directory."},
    {KRB5KDC_ERR_CLIENT_REVOKED, "login-disabled", "the account ", " is disabled, locked out or expired",
     ANOTHER_ACCOUNT},
    {KRB5KDC_ERR_NAME_EXP, "login-disabled", "the account ", " has expired", ANOTHER_ACCOUNT},
    {KRB5KDC_ERR_KEY_EXP, "password-expired", "the password of ", " has expired or must be changed",
     "Change it with kpasswd."},
    {KRB5KDC_ERR_POLICY, "login-disabled", "the domain's policy forbids this login to ", "", ANOTHER_ACCOUNT},
};

static const struct reason *find_reason(krb5_error_code code)
{
  for (size_t i = 0; i < sizeof(password_reasons) / sizeof(password_reasons[0]); i++)
    if (password_reasons[i].code == code)
      return &password_reasons[i];
  return NULL;
}

int kcd_fail_password_login(struct kcd_error *err, krb5_context k5, const struct kcd_kdc *kdc, krb5_error_code code,
                            const char *principal)
{
  if (kcd_krb5_fail_if_out_of_reach(err, k5, kdc, code) != 0)
    return -1;
  const struct reason *reason = find_reason(code);
  if (reason == NULL) {
    kcd_krb5_fail(err, KCD_E_NOT_AUTHENTICATED, k5, code, "cannot log in as %s", principal);
    kcd_error_id(err, "login-failed");
  } else {
    kcd_krb5_fail_as(err, KCD_E_NOT_AUTHENTICATED, code, reason->id, "%s%s%s", reason->before, principal,
                     reason->after);
    if (reason->next != NULL)
      kcd_error_next(err, "%s", reason->next);
  }
  return kcd_error_on(err, principal, kdc->host);
}

static bool is_address(const char *host)
{
  unsigned char bytes[16];
  return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static int fail_unknown_service(struct kcd_error *err, const struct kcd_kdc *kdc, krb5_error_code code)
{
  kcd_krb5_fail_as(err, KCD_E_NOT_AUTHENTICATED, code, "dc-name-unknown", "the domain knows no service ldap/%s",
                   kdc->host);
  kcd_error_on(err, NULL, kdc->host);
  if (is_address(kdc->host))
    return kcd_error_next(err, "Name the DC by its DNS name; Kerberos knows no addresses.");
  return kcd_error_next(err, "Is %s the DC's own DNS name, and not an alias?", kdc->host);
}

static int fail_old_ticket(struct kcd_error *err, krb5_error_code code, const struct kcd_service_login *who)
{
  bool expired = code == KRB5KRB_AP_ERR_TKT_EXPIRED;
  kcd_krb5_fail_as(err, KCD_E_NOT_AUTHENTICATED, code, expired ? "ticket-expired" : "no-ticket",
                   expired ? "the Kerberos ticket of %s in %s has expired" : "no ticket-granting ticket of %s in %s",
                   who->principal, who->ccache);
  kcd_error_on(err, who->ccache, NULL);
  KCD_AUTO_CHAR word = kcd_shell_word(who->principal);
  return kcd_error_next(err, "kinit %s", word);
}

int kcd_fail_service_ticket(struct kcd_error *err, krb5_context k5, const struct kcd_kdc *kdc, krb5_error_code code,
                            const struct kcd_service_login *who)
{
  if (kcd_krb5_fail_if_out_of_reach(err, k5, kdc, code) != 0)
    return -1;
  if (code == KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN)
    return fail_unknown_service(err, kdc, code);
  if (code == KRB5KRB_AP_ERR_TKT_EXPIRED || code == KRB5_CC_NOTFOUND)
    return fail_old_ticket(err, code, who);
  bool unknown_realm = code == KRB5_REALM_UNKNOWN;
  kcd_krb5_fail(err, unknown_realm ? KCD_E_UNREACHABLE : KCD_E_NOT_AUTHENTICATED, k5, code,
                "no ticket of %s for ldap/%s", who->principal, kdc->host);
  kcd_error_on(err, NULL, kdc->host);
  return kcd_error_id(err, unknown_realm ? "kdc-unreachable" : "login-failed");
}
