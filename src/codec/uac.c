#include <kcdfix/bytes.h>
#include <kcdfix/uac.h>

/* MS-ADTS 2.2.16 without the ADS_UF_ prefix; the two bits that the tools name otherwise carry the tools' names. */
static const struct {
  uint32_t bit;
  const char *name;
} NAMES[] = {
    {0x1, "SCRIPT"},
    {KCD_UAC_DISABLED, "ACCOUNTDISABLE"},
    {0x8, "HOMEDIR_REQUIRED"},
    {KCD_UAC_LOCKED, "LOCKOUT"},
    {KCD_UAC_PASSWD_NOTREQD, "PASSWD_NOTREQD"},
    {0x40, "PASSWD_CANT_CHANGE"},
    {0x80, "ENCRYPTED_TEXT_PWD_ALLOWED"},
    {0x100, "TEMP_DUPLICATE_ACCOUNT"},
    {KCD_UAC_NORMAL, "NORMAL_ACCOUNT"},
    {KCD_UAC_INTERDOMAIN_TRUST, "INTERDOMAIN_TRUST_ACCOUNT"},
    {KCD_UAC_WORKSTATION, "WORKSTATION_TRUST_ACCOUNT"},
    {KCD_UAC_SERVER_TRUST, "SERVER_TRUST_ACCOUNT"},
    {KCD_UAC_DONT_EXPIRE_PASSWD, "DONT_EXPIRE_PASSWORD"},
    {0x20000, "MNS_LOGON_ACCOUNT"},
    {KCD_UAC_SMARTCARD_REQUIRED, "SMARTCARD_REQUIRED"},
    {KCD_UAC_TRUSTED_FOR_DELEGATION, "TRUSTED_FOR_DELEGATION"},
    {KCD_UAC_NOT_DELEGATED, "NOT_DELEGATED"},
    {KCD_UAC_USE_DES_KEY_ONLY, "USE_DES_KEY_ONLY"},
    {KCD_UAC_DONT_REQUIRE_PREAUTH, "DONT_REQ_PREAUTH"},
    {KCD_UAC_PASSWORD_EXPIRED, "PASSWORD_EXPIRED"},
    {KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION, "TRUSTED_TO_AUTH_FOR_DELEGATION"},
    {KCD_UAC_NO_AUTH_DATA_REQUIRED, "NO_AUTH_DATA_REQUIRED"},
    {KCD_UAC_PARTIAL_SECRETS, "PARTIAL_SECRETS_ACCOUNT"},
    {0x8000000, "USE_AES_KEYS"},
};

static void add_separator(struct kcd_buf *out)
{
  if (out->len > 0)
    kcd_buf_add_text(out, " | ");
}

char *kcd_uac_names(uint32_t uac)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  uint32_t rest = uac;
  for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
    if ((uac & NAMES[i].bit) == 0)
      continue;
    add_separator(&out);
    kcd_buf_add_text(&out, NAMES[i].name);
    rest &= ~NAMES[i].bit;
  }
  if (rest != 0) {
    add_separator(&out);
    kcd_buf_addf(&out, "0x%x", rest);
  }
  if (uac == 0)
    kcd_buf_add_text(&out, "0");
  return kcd_buf_take_text(&out);
}

const char *kcd_uac_delegation_words(uint32_t uac, unsigned listed)
{
  if (uac & KCD_UAC_TRUSTED_FOR_DELEGATION)
    return "Trust this computer for delegation to any service";
  if (uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION)
    return "Use any authentication protocol";
  return listed > 0 ? "Use Kerberos only" : "Do not trust this computer for delegation";
}
