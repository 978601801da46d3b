/* codes.h - numbers and symbolic names of the errors that people paste; those of the KDC and NTSTATUS by number are in
 * kerberr.h. A name is compared without regard to case. */
#ifndef KCDFIX_CODES_H
#define KCDFIX_CODES_H

#include <stdint.h>

/* libkrb5's codes begin here; the KDC's code N is KCD_KRB5_BASE + N (krb5_err.et). */
#define KCD_KRB5_BASE INT64_C(-1765328384)

/* "SEC_E_NO_CREDENTIALS" (MS-ERREF 2.1.1), or NULL. */
const char *kcd_hresult_name(uint32_t value);
/* "KRB5_KDCREP_MODIFIED" of libkrb5's own codes, those beyond the KDC's; or NULL. */
const char *kcd_krb5_code_name(int64_t code);

/* The way back: 0, or -1 for a name that no table has. The KDC's codes are found in RFC 4120's spelling and in
 * libkrb5's (KRB5KDC_ERR_BADOPTION, KRB5KRB_AP_ERR_MODIFIED). */
int kcd_kdc_code_by_name(const char *name, int32_t *ret);
int kcd_ntstatus_by_name(const char *name, uint32_t *ret);
int kcd_hresult_by_name(const char *name, uint32_t *ret);
int kcd_krb5_code_by_name(const char *name, int64_t *ret);

#endif
