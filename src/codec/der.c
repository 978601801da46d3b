#include <limits.h>

#include <libtasn1.h>

#include "der.h"

uint8_t kcd_der_tag(const struct kcd_reader *in)
{
  return in->failed || in->left == 0 ? 0 : in->data[0];
}

bool kcd_der_enter(struct kcd_reader *in, uint8_t tag, struct kcd_reader *content)
{
  if (kcd_read_u8(in) != tag || in->failed || in->left == 0 || in->left > INT_MAX)
    return false;
  int length_bytes = 0;
  long length = asn1_get_length_der(in->data, (int)in->left, &length_bytes);
  if (length < 0 || kcd_read_bytes(in, (size_t)length_bytes) == NULL)
    return false;
  const uint8_t *data = kcd_read_bytes(in, (size_t)length);
  if (data == NULL)
    return false;
  kcd_reader_init(content, data, (size_t)length);
  return true;
}

bool kcd_der_int32(const uint8_t *content, size_t len, int32_t *ret)
{
  if (len == 0 || len > sizeof(int32_t))
    return false;
  uint32_t value = content[0] & 0x80 ? UINT32_MAX : 0;
  for (size_t i = 0; i < len; i++)
    value = value << 8 | content[i];
  *ret = (int32_t)value;
  return true;
}

bool kcd_der_read_int32(struct kcd_reader *in, int32_t *ret)
{
  struct kcd_reader content;
  return kcd_der_enter(in, KCD_DER_INTEGER, &content) && in->left == 0 &&
         kcd_der_int32(content.data, content.left, ret);
}

void kcd_der_write(struct kcd_buf *out, uint8_t tag, const void *content, size_t len)
{
  unsigned char length[ASN1_MAX_LENGTH_SIZE];
  int length_bytes = 0;
  asn1_length_der(len, length, &length_bytes);
  kcd_buf_add_u8(out, tag);
  kcd_buf_add(out, length, (size_t)length_bytes);
  kcd_buf_add(out, content, len);
}
