/* asn1.h - one decoded value of a type in kerberos.asn. */
#ifndef KCDFIX_CODEC_ASN1_H
#define KCDFIX_CODEC_ASN1_H

#include <libtasn1.h>

#include <kcdfix/bytes.h>

struct kcd_asn1 {
  asn1_node definitions;
  asn1_node element;
};

/* Decodes strict DER with nothing behind it. False if the bytes are no such value; nothing is left to free then. */
bool kcd_asn1_decode(struct kcd_asn1 *ret, const char *type, const void *data, size_t len);
void kcd_asn1_done(struct kcd_asn1 *asn1);

/* The bytes of a string, or the DER of an ANY. False, and RET empty, where the field is absent. */
bool kcd_asn1_bytes(const struct kcd_asn1 *asn1, const char *field, struct kcd_bytes *ret);
/* False where the field is absent or is no Int32 (RFC 4120 5.2.4). */
bool kcd_asn1_int32(const struct kcd_asn1 *asn1, const char *field, int32_t *ret);
/* As it is put in by those who take an UInt32 for an Int32, too: the high bit as a sign. */
bool kcd_asn1_uint32(const struct kcd_asn1 *asn1, const char *field, uint32_t *ret);
/* The first 32 bits of a BIT STRING, bit 0 the highest; bits that were not sent are 0. */
bool kcd_asn1_flags(const struct kcd_asn1 *asn1, const char *field, uint32_t *ret);
bool kcd_asn1_has(const struct kcd_asn1 *asn1, const char *field);

#endif
