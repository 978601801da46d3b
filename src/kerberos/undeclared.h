/* undeclared.h - the one function of libkrb5 that is exported and used by others, but stands in no public header.
 *
 * src/include/k5-int.h of MIT krb5 declares it (libkrb5.exports, symbol version krb5_3_MIT); CMakeLists.txt checks that
 * it links. Samba declares it itself too (lib/krb5_wrap/krb5_samba.c).
 */
#ifndef KCDFIX_KERBEROS_UNDECLARED_H
#define KCDFIX_KERBEROS_UNDECLARED_H

#include <krb5.h>

/* S4U2Self (MS-SFU 3.1.5.1.1): IN has the user as client and the requester's own account as server. */
krb5_error_code KRB5_CALLCONV krb5_get_credentials_for_user(krb5_context context, krb5_flags options,
                                                            krb5_ccache ccache, krb5_creds *in, krb5_data *subject_cert,
                                                            krb5_creds **out);

#endif
