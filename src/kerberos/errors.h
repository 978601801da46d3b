/* errors.h - libkrb5's codes as struct kcd_error. */
#ifndef KCDFIX_KERBEROS_ERRORS_H
#define KCDFIX_KERBEROS_ERRORS_H

#include <krb5.h>

#include <kcdfix/error.h>

#include "kdc_exchange.h"

/* The KDC's number inside a code of libkrb5 (0 to 127, RFC 4120 7.5.9), or -1: the client's own. */
int32_t kcd_krb5_number(krb5_error_code code);

/* "KRB5KDC_ERR_PREAUTH_FAILED", "KRB5_KDCREP_MODIFIED", or "" where it is not known. */
void kcd_krb5_name(krb5_error_code code, char out[48]);

/* libkrb5's sentence for CODE, terminal-safe; owned by the caller. */
char *kcd_krb5_text(krb5_context k5, krb5_error_code code);

/* kcd_fail with code, name and text of libkrb5: "MESSAGE: text". */
int kcd_krb5_fail(struct kcd_error *err, enum kcd_errc errc, krb5_context k5, krb5_error_code code, const char *format,
                  ...) __attribute__((format(printf, 5, 6)));

/* As kcd_krb5_fail, without libkrb5's text: the message says it better. */
int kcd_krb5_fail_as(struct kcd_error *err, enum kcd_errc errc, krb5_error_code code, const char *id,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* What no exchange can go on after, whatever it was for: no answer from the KDC, or clock skew. 0: neither of them. */
int kcd_krb5_fail_if_out_of_reach(struct kcd_error *err, krb5_context k5, const struct kcd_kdc *kdc,
                                  krb5_error_code code);

#endif
