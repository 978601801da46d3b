#include <kcdfix/bytes.h>

void kcd_reader_init(struct kcd_reader *in, const void *data, size_t len)
{
  *in = (struct kcd_reader){.data = data, .left = len};
}

const uint8_t *kcd_read_bytes(struct kcd_reader *in, size_t len)
{
  if (in->failed || len > in->left || in->data == NULL) {
    in->failed = true;
    in->left = 0;
    return NULL;
  }
  const uint8_t *at = in->data;
  in->data += len;
  in->left -= len;
  return at;
}

static uint64_t read_le(struct kcd_reader *in, size_t bytes)
{
  const uint8_t *p = kcd_read_bytes(in, bytes);
  uint64_t value = 0;
  for (size_t i = bytes; p != NULL && i > 0; i--)
    value = value << 8 | p[i - 1];
  return value;
}

uint64_t kcd_read_be(struct kcd_reader *in, size_t bytes)
{
  if (bytes > sizeof(uint64_t)) {
    in->failed = true;
    return 0;
  }
  const uint8_t *p = kcd_read_bytes(in, bytes);
  uint64_t value = 0;
  for (size_t i = 0; p != NULL && i < bytes; i++)
    value = value << 8 | p[i];
  return value;
}

uint8_t kcd_read_u8(struct kcd_reader *in)
{
  return (uint8_t)read_le(in, 1);
}

uint16_t kcd_read_u16le(struct kcd_reader *in)
{
  return (uint16_t)read_le(in, 2);
}

uint32_t kcd_read_u32le(struct kcd_reader *in)
{
  return (uint32_t)read_le(in, 4);
}

uint64_t kcd_read_u64le(struct kcd_reader *in)
{
  return read_le(in, 8);
}
