/* der.h - a bounded walk through DER (X.690 section 8) where libtasn1's trees cost too much or lose the exact bytes. */
#ifndef KCDFIX_CODEC_DER_H
#define KCDFIX_CODEC_DER_H

#include <kcdfix/bytes.h>

#define KCD_DER_INTEGER 0x02
#define KCD_DER_OCTET_STRING 0x04
#define KCD_DER_GENERAL_STRING 0x1b
#define KCD_DER_SEQUENCE 0x30
#define KCD_DER_CONTEXT(n) (0xa0 | (n))     /* constructed, n below 31 */
#define KCD_DER_APPLICATION(n) (0x60 | (n)) /* constructed, n below 31 */

/* The tag byte of the next value, 0 at the end. */
uint8_t kcd_der_tag(const struct kcd_reader *in);

/* Steps over the next value, which must have TAG and a definite length; CONTENT reads what is inside it. */
bool kcd_der_enter(struct kcd_reader *in, uint8_t tag, struct kcd_reader *content);

/* [n] INTEGER or a bare INTEGER that is all of IN. */
bool kcd_der_read_int32(struct kcd_reader *in, int32_t *ret);
/* The content bytes of an INTEGER as an Int32 (RFC 4120 5.2.4). */
bool kcd_der_int32(const uint8_t *content, size_t len, int32_t *ret);

/* Writes one value. */
void kcd_der_write(struct kcd_buf *out, uint8_t tag, const void *content, size_t len);

#endif
