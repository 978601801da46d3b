#include <stddef.h>

#include <kcdfix/codes.h>
#include <kcdfix/text.h>

/* lib/krb5/error_tables/krb5_err.et of MIT krb5: those beyond the KDC's own that an S4U exchange can end with. */
static const struct {
  int64_t code;
  const char *name;
} NAMES[] = {
    {-1765328243, "KRB5_CC_NOTFOUND"},        {-1765328240, "KRB5KRB_AP_WRONG_PRINC"},
    {-1765328238, "KRB5_PRINC_NOMATCH"},      {-1765328237, "KRB5_KDCREP_MODIFIED"},
    {-1765328236, "KRB5_KDCREP_SKEW"},        {-1765328230, "KRB5_REALM_UNKNOWN"},
    {-1765328228, "KRB5_KDC_UNREACH"},        {-1765328203, "KRB5_KT_NOTFOUND"},
    {-1765328196, "KRB5_BAD_ENCTYPE"},        {-1765328184, "KRB5_CC_NOT_KTYPE"},
    {-1765328182, "KRB5_NO_2ND_TKT"},         {-1765328167, "KRB5_ERR_HOST_REALM_UNKNOWN"},
    {-1765328164, "KRB5_REALM_CANT_RESOLVE"}, {-1765328163, "KRB5_TKT_NOT_FORWARDABLE"},
    {-1765328154, "KRB5_KT_KVNONOTFOUND"},    {-1765328132, "KRB5_ERR_FAST_REQUIRED"},
};

const char *kcd_krb5_code_name(int64_t code)
{
  for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
    if (NAMES[i].code == code)
      return NAMES[i].name;
  return NULL;
}

int kcd_krb5_code_by_name(const char *name, int64_t *ret)
{
  for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
    if (kcd_equal_nocase(NAMES[i].name, name)) {
      *ret = NAMES[i].code;
      return 0;
    }
  }
  return -1;
}
