/* kerberr.h - KRB-ERROR and the reasons inside it, decoded with libtasn1 (RFC 4120 5.9.1, MS-KILE 2.2.1, 2.2.2). */
#ifndef KCDFIX_KERBERR_H
#define KCDFIX_KERBERR_H

#include <stdbool.h>
#include <stdint.h>

#include <kcdfix/bytes.h>
#include <kcdfix/error.h>

#define KCD_KRB_MESSAGE_MAX ((size_t)1 << 20) /* larger messages are refused */

/* What e-data turned out to be. */
enum kcd_edata_kind {
  KCD_EDATA_NONE,     /* absent or empty: the KDC gave no reason */
  KCD_EDATA_NTSTATUS, /* an NTSTATUS in KERB-ERROR-DATA (3) or in a METHOD-DATA element of type 3 with 12 bytes */
  KCD_EDATA_ARMOURED, /* METHOD-DATA with PA-FX-FAST (136): the reason is inside the armour */
  KCD_EDATA_METHODS,  /* other METHOD-DATA: nothing about a reason */
  KCD_EDATA_OTHER     /* something else, or malformed */
};

struct kcd_krb_error {
  int32_t code;          /* error-code of the KRB-ERROR */
  char *text;            /* e-text, terminal-safe; NULL if absent */
  struct kcd_bytes data; /* e-data as sent; empty if absent */
  int64_t server_time;   /* stime, seconds since 1970; 0 if malformed */
  char *realm, *sname;   /* of the KDC's view of the service, terminal-safe */
  enum kcd_edata_kind edata;
  uint32_t ntstatus; /* with KCD_EDATA_NTSTATUS */
};

/* Whether the message is a KRB-ERROR ([APPLICATION 30]). */
bool kcd_is_krb_error(const void *message, size_t len);
/* Decodes a KRB-ERROR with nothing behind it. KCD_E_MALFORMED otherwise. */
int kcd_krb_error_decode(const void *message, size_t len, struct kcd_krb_error *ret, struct kcd_error *err);
void kcd_krb_error_done(struct kcd_krb_error *error);
/* Decodes e-data alone; fills ntstatus where the kind is KCD_EDATA_NTSTATUS. */
enum kcd_edata_kind kcd_edata_decode(const void *data, size_t len, uint32_t *ret_ntstatus);

/* A TGS-REQ ([APPLICATION 12]) without the outer padata of the given types (136 PA-FX-FAST, 167 PA-PAC-OPTIONS): the
 * body, over which the AP-REQ's checksum is taken, stays byte for byte. KCD_E_MALFORMED if it is no TGS-REQ.
 * Why: a KDC that answers inside FAST hides its NTSTATUS, and the request stays valid without FAST. */
int kcd_tgs_req_without_padata(const void *message, size_t len, const int32_t *types, size_t n_types,
                               struct kcd_bytes *ret, struct kcd_error *err);

/* "KDC_ERR_BADOPTION" (RFC 4120 7.5.9 name without the KRB5 prefix of libkrb5), or NULL. */
const char *kcd_kdc_code_name(int32_t code);
/* "STATUS_ACCOUNT_RESTRICTION" (MS-ERREF 2.3), or NULL. */
const char *kcd_ntstatus_name(uint32_t status);
/* "aes256-cts-hmac-sha1-96" as "aes256", "rc4", ... ; never NULL ("etype 99" is written into OUT of 16 bytes). */
const char *kcd_enctype_name(int enctype, char out[16]);

#endif
