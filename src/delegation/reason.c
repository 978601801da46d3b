/* The KDC's own reason in words: NTSTATUS (MS-SFU 3.2.5.2, MS-KILE 3.3.5.7) or e-text (krb5 1.20 kdc/tgs_policy.c). */
#include <string.h>

#include <kcdfix/pattern.h>
#include <kcdfix/text.h>

static const struct {
  uint32_t status;
  const char *words;
} statuses[] = {
    {0xC0000022, "the host may not read what the KDC has to look up for it"},
    {0xC0000064, "there is no such user"},
    {0xC000006A, "the PAC of the host's ticket is not signed as it should be"},
    {0xC000006D, "the PAC of the host's ticket is not signed as it should be"},
    {0xC000006E,
     "delegation is configured, but the ticket for the user is not forwardable: protocol transition is off, "
     "or the user may not be delegated"},
    {0xC000006F, "outside the user's logon hours"},
    {0xC0000070, "the user may not log on from this workstation"},
    {0xC0000071, "the password has expired"},
    {0xC0000072, "the account is disabled"},
    {0xC000009A, "the PAC of the host's ticket is malformed"},
    {0xC00000BB, "the host's list is empty"},
    {0xC0000193, "the account has expired"},
    {0xC0000224, "the password must be changed first"},
    {0xC0000225, "neither the host's list nor the target's resource-based delegation grants this"},
    {0xC0000234, "the account is locked"},
    {0xC0000272, "the list does not hold this SPN"},
    {0xC0000371, "this read-only domain controller does not hold the target's key"},
    {0xC000040B, "the target is of another domain, which a list cannot reach"},
    {0xC0000413, "an authentication policy, a silo or selective authentication forbids it"},
};

static const struct {
  const char *text, *words;
} texts[] = {
    {"EVIDENCE_TKT_NOT_FORWARDABLE", "the ticket for the user is not forwardable"},
    {"NOT_ALLOWED_TO_DELEGATE", "neither the host's list nor the target's resource-based delegation grants this"},
    {"UNSUPPORTED_S4U2PROXY_REQUEST", "this KDC's database knows no such delegation"},
    {"EVIDENCE_TICKET_MISMATCH", "the ticket for the user is not one for this host"},
    {"UNKNOWN_S4U2SELF_PRINCIPAL", "there is no such user"},
    {"S4U2SELF_CLIENT_NOT_OURS", "the user is of another realm"},
};

static const char *status_words(uint32_t status)
{
  for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
    if (statuses[i].status == status)
      return statuses[i].words;
  return NULL;
}

static char *by_status(uint32_t status)
{
  const char *name = kcd_ntstatus_name(status);
  const char *words = status_words(status);
  KCD_AUTO_CHAR label = name == NULL ? kcd_asprintf("NTSTATUS 0x%08x", (unsigned)status) : kcd_strdup(name);
  return kcd_asprintf("%s%s%s", label, words == NULL ? "" : ": ", words == NULL ? "" : words);
}

static char *by_text(const char *text)
{
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    if (strcmp(texts[i].text, text) == 0)
      return kcd_asprintf("%s: %s", text, texts[i].words);
  return kcd_asprintf("\"%s\"", text);
}

char *kcd_reason_given(const struct kcd_exchange *exchange)
{
  if (exchange == NULL || exchange->answer.outcome != KCD_ERROR || !exchange->has_krb_error)
    return NULL;
  if (exchange->answer.has_ntstatus)
    return by_status(exchange->answer.ntstatus);
  const struct kcd_krb_error *error = &exchange->krb_error;
  if (error->text != NULL && error->text[0] != '\0')
    return by_text(error->text);
  return kcd_strdup(error->edata == KCD_EDATA_ARMOURED ? "hidden inside the FAST armour" : "none");
}
