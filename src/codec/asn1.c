#include <kcdfix/kerberr.h>

#include "asn1.h"
#include "der.h"

/* Written by asn1Parser from kerberos.asn. */
extern const asn1_static_node kcd_kerberos_asn1_tab[];

bool kcd_asn1_decode(struct kcd_asn1 *ret, const char *type, const void *data, size_t len)
{
  struct kcd_asn1 asn1 = {0};
  if (len > KCD_KRB_MESSAGE_MAX)
    return false;
  int size = (int)len;
  bool good = asn1_array2tree(kcd_kerberos_asn1_tab, &asn1.definitions, NULL) == ASN1_SUCCESS &&
              asn1_create_element(asn1.definitions, type, &asn1.element) == ASN1_SUCCESS &&
              asn1_der_decoding2(&asn1.element, data, &size, ASN1_DECODE_FLAG_STRICT_DER, NULL) == ASN1_SUCCESS;
  if (!good) {
    kcd_asn1_done(&asn1);
    return false;
  }
  *ret = asn1;
  return true;
}

void kcd_asn1_done(struct kcd_asn1 *asn1)
{
  (void)asn1_delete_structure(&asn1->element);
  (void)asn1_delete_structure(&asn1->definitions);
}

bool kcd_asn1_bytes(const struct kcd_asn1 *asn1, const char *field, struct kcd_bytes *ret)
{
  int len = 0;
  *ret = (struct kcd_bytes){0};
  int result = asn1_read_value(asn1->element, field, NULL, &len);
  if ((result != ASN1_MEM_ERROR && result != ASN1_SUCCESS) || len < 0)
    return false;
  struct kcd_bytes bytes = {.data = kcd_calloc((size_t)len + 1, 1), .len = (size_t)len};
  if (len > 0 && asn1_read_value(asn1->element, field, bytes.data, &len) != ASN1_SUCCESS) {
    kcd_bytes_done(&bytes);
    return false;
  }
  *ret = bytes;
  return true;
}

bool kcd_asn1_int32(const struct kcd_asn1 *asn1, const char *field, int32_t *ret)
{
  struct kcd_bytes bytes;
  bool good = kcd_asn1_bytes(asn1, field, &bytes) && kcd_der_int32(bytes.data, bytes.len, ret);
  kcd_bytes_done(&bytes);
  return good;
}

bool kcd_asn1_uint32(const struct kcd_asn1 *asn1, const char *field, uint32_t *ret)
{
  struct kcd_bytes bytes;
  int32_t value = 0;
  bool good = kcd_asn1_bytes(asn1, field, &bytes);
  size_t sign = good && bytes.len == sizeof(value) + 1 && bytes.data[0] == 0 ? 1 : 0;
  good = good && kcd_der_int32(bytes.data + sign, bytes.len - sign, &value);
  kcd_bytes_done(&bytes);
  *ret = (uint32_t)value;
  return good;
}

/* libtasn1 tells the length of a BIT STRING in bits, so there is more room than bytes. */
bool kcd_asn1_flags(const struct kcd_asn1 *asn1, const char *field, uint32_t *ret)
{
  struct kcd_bytes bits;
  bool good = kcd_asn1_bytes(asn1, field, &bits);
  *ret = 0;
  for (size_t i = 0; i < 32 && i < bits.len; i++)
    *ret |= (bits.data[i / 8] & 0x80u >> i % 8) != 0 ? 0x80000000u >> i : 0;
  kcd_bytes_done(&bits);
  return good;
}

bool kcd_asn1_has(const struct kcd_asn1 *asn1, const char *field)
{
  struct kcd_bytes bytes;
  bool has = kcd_asn1_bytes(asn1, field, &bytes);
  kcd_bytes_done(&bytes);
  return has;
}
