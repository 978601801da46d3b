/* ccache.h - what a credential cache holds, before any packet is sent. */
#ifndef KCDFIX_KERBEROS_CCACHE_H
#define KCDFIX_KERBEROS_CCACHE_H

#include <krb5.h>

#include <kcdfix/error.h>

/* The principal of CCACHE, with at least one ticket that has not expired. Fails with KCD_E_NOT_AUTHENTICATED (id
 * no-ticket, ticket-expired) or KCD_E_IO (id no-ticket: unreadable or damaged), and says what to type. */
int kcd_ccache_check(krb5_context k5, krb5_ccache ccache, krb5_principal *ret, struct kcd_error *err);

/* Its full name, "FILE:/tmp/krb5cc_0", as libkrb5 takes it; owned by the caller. */
char *kcd_ccache_name(krb5_context k5, krb5_ccache ccache);

#endif
