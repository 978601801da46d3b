/* Keys that no KDC of today uses, and tickets without authorization data. */
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "case.h"
#include "words.h"

static void add_evidence(struct kcd_finding *f, const struct kcd_account *account)
{
  kcd_finding_uint(f, "userAccountControl", account->uac);
  if (account->has_enctypes)
    kcd_finding_uint(f, "msDS-SupportedEncryptionTypes", account->enctypes);
}

static const char *why(const struct kcd_account *account)
{
  return (account->uac & KCD_UAC_USE_DES_KEY_ONLY) != 0
             ? "is set to \"Use Kerberos DES encryption types for this account\""
             : "names in msDS-SupportedEncryptionTypes neither RC4 nor AES";
}

static void mismatch(struct kcd_case *c, const struct kcd_account *account, const char *name, uint64_t bits)
{
  struct kcd_prediction answer;
  bool fails = kcd_case_fails_with(c, bits, 0, &answer);
  KCD_AUTO_CHAR code = kcd_prediction_error(&answer);
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_TARGET_ETYPE_MISMATCH, fails ? KCD_FAULT : KCD_WARNING, kcd_account_subject(account, name));
  kcd_finding_say(f, "%s %s, so there is no encryption type left for a ticket%s%s.", name, why(account),
                  fails ? ": " : "", code);
  KCD_AUTO_CHAR word = kcd_windows_word(account->sam_account_name == NULL ? "" : account->sam_account_name);
  kcd_finding_remedy(f,
                     "Set-ADComputer %s -KerberosEncryptionType AES128,AES256, clear the DES mark if it is set, and "
                     "reset the account's password so that it gets AES keys.",
                     word);
  add_evidence(f, account);
}

static void no_auth_data(struct kcd_case *c)
{
  if (!kcd_case_has(c, KCD_C_TARGET_NO_AUTH_DATA) || c->target == NULL)
    return;
  enum kcd_severity severity = kcd_case_weigh(c, KCD_BIT(KCD_C_TARGET_NO_AUTH_DATA), 0);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_TARGET_NO_AUTH_DATA, severity, kcd_account_subject(c->target, c->spn));
  kcd_finding_say(f,
                  "%s takes tickets without authorization data (NO_AUTH_DATA_REQUIRED, 0x2000000)%s, and without it a "
                  "file server does not know the user's groups.",
                  c->target_name, severity == KCD_FAULT ? "; this KDC then refuses to delegate to it" : "");
  add_evidence(f, c->target);
}

void kcd_diagnose_enctype(struct kcd_case *c)
{
  const uint64_t host = KCD_BIT(KCD_C_HOST_NO_ETYPE) | KCD_BIT(KCD_C_HOST_DES_ONLY);
  if (c->facts->host != NULL && (c->bits & host) != 0)
    mismatch(c, c->facts->host, c->host_name, c->bits & host);
  if (c->target != NULL && kcd_case_has(c, KCD_C_TARGET_NO_ETYPE))
    mismatch(c, c->target, c->target_name, KCD_BIT(KCD_C_TARGET_NO_ETYPE));
  no_auth_data(c);
}
