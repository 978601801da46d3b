/* s4u.h - the two S4U exchanges by libkrb5, and what came of an exchange as a plain struct. */
#ifndef KCDFIX_KERBEROS_S4U_H
#define KCDFIX_KERBEROS_S4U_H

#include <krb5.h>

#include <kcdfix/observe.h>

#include "kdc_exchange.h"

/* Who asks: the host with its TGT in CCACHE. Nothing is stored there. */
struct kcd_s4u {
  krb5_context k5;
  krb5_ccache ccache;
  krb5_principal host;
};

/* An ordinary ticket to the host for the client of CCACHE, by its TGT there. Nothing is stored. RET: krb5_free_creds.
 */
krb5_error_code kcd_ticket_to_host(const struct kcd_s4u *s4u, krb5_ccache ccache, krb5_principal client,
                                   krb5_creds **ret);

/* A ticket for USER to the host itself. RET: krb5_free_creds. */
krb5_error_code kcd_s4u2self(const struct kcd_s4u *s4u, krb5_principal user, krb5_creds **ret);

/* A ticket for the client of EVIDENCE to SERVICE. KRB5_KDCREP_MODIFIED where the ticket is for another client. */
krb5_error_code kcd_s4u2proxy(const struct kcd_s4u *s4u, const krb5_creds *evidence, krb5_principal service,
                              krb5_creds **ret);

/* Fills the outcome of an exchange: of CREDS if CODE is 0, else of the KDC's refusal and of CODE. */
void kcd_exchange_conclude(struct kcd_exchange *exchange, krb5_context k5, const struct kcd_kdc *kdc,
                           krb5_error_code code, const krb5_creds *creds);

#endif
