/* names.h - what was typed, as Kerberos principals: component by component, so that no character needs an escape. */
#ifndef KCDFIX_KERBEROS_NAMES_H
#define KCDFIX_KERBEROS_NAMES_H

#include <krb5.h>

/* The SPN in REALM, exactly as typed: blanks, case and ':' stay, each '/' parts two components. Type NT-SRV-INST. */
krb5_error_code kcd_principal_of_spn(krb5_context k5, const char *spn, const char *realm, krb5_principal *ret);

/* "alice" and "alice@REALM" (whatever its case) are alice of REALM, type NT-PRINCIPAL. Any other name with an '@' goes
 * whole, as an enterprise name (RFC 6806 5): a user principal name with a suffix of its own, or a user of another
 * realm; the KDC says which. */
krb5_error_code kcd_principal_of_user(krb5_context k5, const char *user, const char *realm, krb5_principal *ret);

/* One component, "CORE2016$". */
krb5_error_code kcd_principal_of_account(krb5_context k5, const char *account, const char *realm, krb5_principal *ret);

/* "alice@KCD.TEST", terminal-safe, owned by the caller; an enterprise name without the realm behind it. */
char *kcd_principal_text(krb5_context k5, krb5_const_principal principal);

/* One component, unescaped; owned by the caller, NULL if there is no such component. */
char *kcd_principal_component(krb5_const_principal principal, int index);

#endif
