#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/text.h>

#include "errors.h"

#define ROW(code)                                                                                                      \
  {                                                                                                                    \
    code, #code                                                                                                        \
  }

/* The client's own codes that a login or a probe can meet, and codes of the KDC that libkrb5 calls otherwise. */
static const struct {
  krb5_error_code code;
  const char *name;
} own_names[] = {
    ROW(KRB5KDC_ERR_KEY_EXP),
    ROW(KRB5_CC_BADNAME),
    ROW(KRB5_CC_UNKNOWN_TYPE),
    ROW(KRB5_CC_NOTFOUND),
    ROW(KRB5_CC_END),
    ROW(KRB5_CC_IO),
    ROW(KRB5_CC_FORMAT),
    ROW(KRB5_CC_NOT_KTYPE),
    ROW(KRB5_FCC_PERM),
    ROW(KRB5_FCC_NOFILE),
    ROW(KRB5_KCM_NO_SERVER),
    ROW(KRB5_KCM_RPC_ERROR),
    ROW(KRB5_KDCREP_MODIFIED),
    ROW(KRB5_KDCREP_SKEW),
    ROW(KRB5_KDC_UNREACH),
    ROW(KRB5_REALM_UNKNOWN),
    ROW(KRB5_REALM_CANT_RESOLVE),
    ROW(KRB5_ERR_HOST_REALM_UNKNOWN),
    ROW(KRB5_PREAUTH_FAILED),
    ROW(KRB5_PREAUTH_BAD_TYPE),
    ROW(KRB5_PRINC_NOMATCH),
    ROW(KRB5KRB_AP_WRONG_PRINC),
    ROW(KRB5_BAD_ENCTYPE),
    ROW(KRB5_PROG_ETYPE_NOSUPP),
    ROW(KRB5_KEYTAB_BADVNO),
    ROW(KRB5_KT_NOTFOUND),
    ROW(KRB5_KT_KVNONOTFOUND),
    ROW(KRB5_KT_FORMAT),
    ROW(KRB5_NO_2ND_TKT),
    ROW(KRB5_TKT_NOT_FORWARDABLE),
    ROW(KRB5_CONFIG_BADFORMAT),
    ROW(KRB5_CONFIG_NODEFREALM),
    ROW(KRB5_CONFIG_ETYPE_NOSUPP),
    ROW(KRB5_PARSE_MALFORMED),
    ROW(KRB5_CONFIG_CANTOPEN),
    ROW(KRB5_GET_IN_TKT_LOOP),
    ROW(KRB5_ERR_FAST_REQUIRED),
};

int32_t kcd_krb5_number(krb5_error_code code)
{
  int64_t number = (int64_t)code - ERROR_TABLE_BASE_krb5;
  return number > 0 && number < 128 ? (int32_t)number : -1;
}

/* libkrb5 puts its prefix before the names of RFC 4120 7.5.9, those in own_names excepted. */
void kcd_krb5_name(krb5_error_code code, char out[48])
{
  out[0] = '\0';
  int32_t number = kcd_krb5_number(code);
  const char *name = number < 0 ? NULL : kcd_kdc_code_name(number);
  if (name != NULL)
    snprintf(out, 48, "KRB5%s", name);
  for (size_t i = 0; i < sizeof(own_names) / sizeof(own_names[0]); i++)
    if (own_names[i].code == code)
      snprintf(out, 48, "%s", own_names[i].name);
}

char *kcd_krb5_text(krb5_context k5, krb5_error_code code)
{
  const char *text = krb5_get_error_message(k5, code);
  char *safe = kcd_safe(text);
  krb5_free_error_message(k5, text);
  return safe;
}

int kcd_krb5_fail(struct kcd_error *err, enum kcd_errc errc, krb5_context k5, krb5_error_code code, const char *format,
                  ...)
{
  va_list args;
  va_start(args, format);
  KCD_AUTO_CHAR what = kcd_vasprintf(format, args);
  va_end(args);
  KCD_AUTO_CHAR text = kcd_krb5_text(k5, code);
  char name[48];
  kcd_krb5_name(code, name);
  return kcd_fail_foreign(err, errc, KCD_CODE_KRB5, code, name, "%s: %s", what, text);
}

int kcd_krb5_fail_as(struct kcd_error *err, enum kcd_errc errc, krb5_error_code code, const char *id,
                     const char *format, ...)
{
  va_list args;
  va_start(args, format);
  KCD_AUTO_CHAR what = kcd_vasprintf(format, args);
  va_end(args);
  char name[48];
  kcd_krb5_name(code, name);
  kcd_fail_foreign(err, errc, KCD_CODE_KRB5, code, name, "%s", what);
  return kcd_error_id(err, id);
}

static int fail_skew(struct kcd_error *err, const struct kcd_kdc *kdc, krb5_error_code code)
{
  struct kcd_krb_error refusal = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kdc->refusal.len != 0)
    kcd_krb_error_decode(kdc->refusal.data, kdc->refusal.len, &refusal, &ignored);
  int64_t server_time = refusal.server_time;
  kcd_krb_error_done(&refusal);
  if (server_time == 0) {
    kcd_krb5_fail_as(err, KCD_E_NOT_AUTHENTICATED, code, "clock-skew",
                     "this machine's clock differs too much from that of %s", kdc->host);
  } else {
    KCD_AUTO_CHAR offset = kcd_clock_offset((int64_t)time(NULL) - server_time);
    kcd_krb5_fail_as(err, KCD_E_NOT_AUTHENTICATED, code, "clock-skew",
                     "this machine's clock is %s that of %s; Kerberos allows 5 min", offset, kdc->host);
  }
  KCD_AUTO_CHAR remedy = kcd_clock_remedy(kdc->host);
  kcd_error_next(err, "%s", remedy);
  return kcd_error_on(err, NULL, kdc->host);
}

int kcd_krb5_fail_if_out_of_reach(struct kcd_error *err, krb5_context k5, const struct kcd_kdc *kdc,
                                  krb5_error_code code)
{
  if (kcd_error_is_set(&kdc->failure)) {
    *err = kdc->failure;
    return -1;
  }
  if (code == KRB5KRB_AP_ERR_SKEW || code == KRB5_KDCREP_SKEW)
    return fail_skew(err, kdc, code);
  if (code == KRB5_KDC_UNREACH || code == KRB5_REALM_CANT_RESOLVE) {
    kcd_krb5_fail(err, KCD_E_UNREACHABLE, k5, code, "no KDC can be asked");
    return kcd_error_id(err, "kdc-unreachable");
  }
  return 0;
}
