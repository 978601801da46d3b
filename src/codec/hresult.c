#include <stddef.h>

#include <kcdfix/codes.h>
#include <kcdfix/text.h>

/* MS-ERREF 2.1.1, those that Hyper-V and its security packages return; 0x8007NNNN is the Win32 code NNNN (2.1.2). */
static const struct {
  uint32_t value;
  const char *name;
} NAMES[] = {
    {0x80070005, "E_ACCESSDENIED"},
    {0x80070534, "ERROR_NONE_MAPPED"},
    {0x80070569, "ERROR_LOGON_TYPE_NOT_GRANTED"},
    {0x800705AA, "ERROR_NO_SYSTEM_RESOURCES"},
    {0x80071398, "ERROR_HOST_NODE_NOT_GROUP_OWNER"},
    {0x8007271D, "WSAEACCES"},
    {0x80072746, "WSAECONNRESET"},
    {0x8007274C, "WSAETIMEDOUT"},
    {0x8007274D, "WSAECONNREFUSED"},
    {0x80090303, "SEC_E_TARGET_UNKNOWN"},
    {0x8009030D, "SEC_E_UNKNOWN_CREDENTIALS"},
    {0x8009030E, "SEC_E_NO_CREDENTIALS"},
    {0x80090311, "SEC_E_NO_AUTHENTICATING_AUTHORITY"},
    {0x80090322, "SEC_E_WRONG_PRINCIPAL"},
    {0x80090324, "SEC_E_TIME_SKEW"},
};

const char *kcd_hresult_name(uint32_t value)
{
  for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
    if (NAMES[i].value == value)
      return NAMES[i].name;
  return NULL;
}

int kcd_hresult_by_name(const char *name, uint32_t *ret)
{
  for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
    if (kcd_equal_nocase(NAMES[i].name, name)) {
      *ret = NAMES[i].value;
      return 0;
    }
  }
  return -1;
}
