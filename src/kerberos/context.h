/* context.h - a libkrb5 context with the machine's configuration. */
#ifndef KCDFIX_KERBEROS_CONTEXT_H
#define KCDFIX_KERBEROS_CONTEXT_H

#include <krb5.h>

#include <kcdfix/error.h>

/* Fails with KCD_E_USAGE, id krb5-configuration, and names the files. */
int kcd_new_context(krb5_context *ret, struct kcd_error *err);
/* The cache NAME, or the default one for NULL; krb5_cc_close. Fails with KCD_E_NOT_AUTHENTICATED, id no-ticket. */
int kcd_open_cache(krb5_context k5, const char *name, krb5_ccache *ret, struct kcd_error *err);

#endif
