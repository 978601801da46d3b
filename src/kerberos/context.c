#include "context.h"

#include <stdlib.h>

#include "errors.h"

int kcd_new_context(krb5_context *ret, struct kcd_error *err)
{
  krb5_error_code code = krb5_init_context(ret);
  if (code == 0)
    return 0;
  const char *files = getenv("KRB5_CONFIG");
  kcd_krb5_fail(err, KCD_E_USAGE, NULL, code, "cannot read the Kerberos configuration %s",
                files == NULL ? "/etc/krb5.conf" : files);
  return kcd_error_id(err, "krb5-configuration");
}

int kcd_open_cache(krb5_context k5, const char *name, krb5_ccache *ret, struct kcd_error *err)
{
  krb5_error_code code = name == NULL ? krb5_cc_default(k5, ret) : krb5_cc_resolve(k5, name, ret);
  if (code == 0)
    return 0;
  kcd_krb5_fail(err, KCD_E_NOT_AUTHENTICATED, k5, code, "no Kerberos ticket: %s",
                name == NULL ? "the default credential cache" : name);
  kcd_error_next(err, "Write it as FILE:PATH, DIR:PATH, KEYRING:NAME or KCM:UID, as klist shows it.");
  return kcd_error_id(err, "no-ticket");
}
