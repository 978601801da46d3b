#include <stddef.h>

#include <kcdfix/codes.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/text.h>

/* MS-ERREF 2.3.1, those that a KDC or a DC puts into Kerberos errors. */
static const struct {
  uint32_t status;
  const char *name;
} NAMES[] = {
    {0x00000000, "STATUS_SUCCESS"},
    {0xC0000001, "STATUS_UNSUCCESSFUL"},
    {0xC000000D, "STATUS_INVALID_PARAMETER"},
    {0xC0000017, "STATUS_NO_MEMORY"},
    {0xC0000022, "STATUS_ACCESS_DENIED"},
    {0xC000005E, "STATUS_NO_LOGON_SERVERS"},
    {0xC0000064, "STATUS_NO_SUCH_USER"},
    {0xC000006A, "STATUS_WRONG_PASSWORD"},
    {0xC000006C, "STATUS_PASSWORD_RESTRICTION"},
    {0xC000006D, "STATUS_LOGON_FAILURE"},
    {0xC000006E, "STATUS_ACCOUNT_RESTRICTION"},
    {0xC000006F, "STATUS_INVALID_LOGON_HOURS"},
    {0xC0000070, "STATUS_INVALID_WORKSTATION"},
    {0xC0000071, "STATUS_PASSWORD_EXPIRED"},
    {0xC0000072, "STATUS_ACCOUNT_DISABLED"},
    {0xC000009A, "STATUS_INSUFFICIENT_RESOURCES"},
    {0xC00000BB, "STATUS_NOT_SUPPORTED"},
    {0xC00000DC, "STATUS_INVALID_SERVER_STATE"},
    {0xC00000DF, "STATUS_NO_SUCH_DOMAIN"},
    {0xC00000E5, "STATUS_INTERNAL_ERROR"},
    {0xC0000133, "STATUS_TIME_DIFFERENCE_AT_DC"},
    {0xC000015B, "STATUS_LOGON_TYPE_NOT_GRANTED"},
    {0xC000018B, "STATUS_NO_TRUST_SAM_ACCOUNT"},
    {0xC0000192, "STATUS_NETLOGON_NOT_STARTED"},
    {0xC0000193, "STATUS_ACCOUNT_EXPIRED"},
    {0xC0000224, "STATUS_PASSWORD_MUST_CHANGE"},
    {0xC0000225, "STATUS_NOT_FOUND"},
    {0xC0000234, "STATUS_ACCOUNT_LOCKED_OUT"},
    {0xC0000272, "STATUS_NO_MATCH"},
    {0xC0000371, "STATUS_NO_SECRETS"},
    {0xC0000388, "STATUS_DOWNGRADE_DETECTED"},
    {0xC000040B, "STATUS_CROSSREALM_DELEGATION_FAILURE"},
    {0xC0000413, "STATUS_AUTHENTICATION_FIREWALL_FAILED"},
};

const char *kcd_ntstatus_name(uint32_t status)
{
  for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
    if (NAMES[i].status == status)
      return NAMES[i].name;
  return NULL;
}

int kcd_ntstatus_by_name(const char *name, uint32_t *ret)
{
  for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
    if (kcd_equal_nocase(NAMES[i].name, name)) {
      *ret = NAMES[i].status;
      return 0;
    }
  }
  return -1;
}
