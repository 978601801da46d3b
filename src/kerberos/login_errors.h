/* login_errors.h - what a failed login means, and what to do. */
#ifndef KCDFIX_KERBEROS_LOGIN_ERRORS_H
#define KCDFIX_KERBEROS_LOGIN_ERRORS_H

#include <krb5.h>

#include <kcdfix/error.h>

#include "kdc_exchange.h"

/* No TGT for PRINCIPAL by password. */
int kcd_fail_password_login(struct kcd_error *err, krb5_context k5, const struct kcd_kdc *kdc, krb5_error_code code,
                            const char *principal);

struct kcd_service_login {
  const char *principal;
  const char *ccache;
};

/* No ticket for ldap/HOST. */
int kcd_fail_service_ticket(struct kcd_error *err, krb5_context k5, const struct kcd_kdc *kdc, krb5_error_code code,
                            const struct kcd_service_login *who);

#endif
