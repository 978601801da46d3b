/* initial.h - the AS exchange: a TGT by key or by password. */
#ifndef KCDFIX_KERBEROS_INITIAL_H
#define KCDFIX_KERBEROS_INITIAL_H

#include <stdbool.h>

#include <krb5.h>

struct kcd_initial {
  krb5_principal client;
  krb5_keytab keytab; /* or NULL: */
  const char *password;
  bool canonicalize; /* the KDC may answer with another client name */
};

/* A forwardable TGT (whatever krb5.conf says) in CCACHE, which is initialised for its client. RET, unless NULL, gets a
 * copy (krb5_free_cred_contents). Asks once: unlike krb5_get_init_creds_password there is no second server and no
 * password change. */
krb5_error_code kcd_initial_ticket(krb5_context k5, const struct kcd_initial *how, krb5_ccache ccache, krb5_creds *ret);

#endif
