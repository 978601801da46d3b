#include <stdint.h>
#include <string.h>

#include <kcdfix/text.h>

enum encoding { AS_IT_IS, UTF16_LITTLE, UTF16_BIG };

/* UTF-16 without a mark is known by its NULs: Western text has one in nearly every character. */
static enum encoding guess(const uint8_t *data, size_t len)
{
  enum { SAMPLE = 512 };
  size_t even = 0, odd = 0, n = len < SAMPLE ? len : SAMPLE;
  for (size_t i = 0; i + 1 < n; i += 2) {
    even += data[i] == 0;
    odd += data[i + 1] == 0;
  }
  if (n >= 4 && odd > n / 4 && even == 0)
    return UTF16_LITTLE;
  return n >= 4 && even > n / 4 && odd == 0 ? UTF16_BIG : AS_IT_IS;
}

static enum encoding encoding_of(const uint8_t *data, size_t len, size_t *mark)
{
  *mark = 2;
  if (len >= 2 && data[0] == 0xff && data[1] == 0xfe)
    return UTF16_LITTLE;
  if (len >= 2 && data[0] == 0xfe && data[1] == 0xff)
    return UTF16_BIG;
  *mark = len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  return *mark > 0 ? AS_IT_IS : guess(data, len);
}

static void add_utf8(struct kcd_buf *out, uint32_t c)
{
  if (c < 0x80) {
    kcd_buf_add_u8(out, (uint8_t)c);
    return;
  }
  if (c < 0x800) {
    kcd_buf_add_u8(out, (uint8_t)(0xc0 | c >> 6));
  } else {
    if (c < 0x10000) {
      kcd_buf_add_u8(out, (uint8_t)(0xe0 | c >> 12));
    } else {
      kcd_buf_add_u8(out, (uint8_t)(0xf0 | c >> 18));
      kcd_buf_add_u8(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
    }
    kcd_buf_add_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
  }
  kcd_buf_add_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
}

static uint32_t unit_at(const uint8_t *p, enum encoding encoding)
{
  return encoding == UTF16_LITTLE ? (uint32_t)p[0] | (uint32_t)p[1] << 8 : (uint32_t)p[1] | (uint32_t)p[0] << 8;
}

/* RFC 2781 2.2; half of a pair becomes U+FFFD. */
static void add_utf16(struct kcd_buf *out, const uint8_t *data, size_t len, enum encoding encoding)
{
  for (size_t i = 0; i + 1 < len; i += 2) {
    uint32_t c = unit_at(data + i, encoding);
    if (c >= 0xd800 && c < 0xe000) {
      uint32_t low = i + 3 < len && c < 0xdc00 ? unit_at(data + i + 2, encoding) : 0;
      bool pair = low >= 0xdc00 && low < 0xe000;
      c = pair ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
      i += pair ? 2 : 0;
    }
    add_utf8(out, c == 0 ? ' ' : c);
  }
}

char *kcd_decode_text(const void *data, size_t len)
{
  const uint8_t *p = data;
  size_t mark = 0;
  enum encoding encoding = encoding_of(p, len, &mark);
  struct kcd_buf out;
  kcd_buf_init(&out, SIZE_MAX);
  if (encoding != AS_IT_IS) {
    add_utf16(&out, p + mark, len - mark, encoding);
    return kcd_buf_take_text(&out);
  }
  kcd_buf_add(&out, p + mark, len - mark);
  for (size_t i = 0; i < out.len; i++)
    if (out.data[i] == '\0')
      out.data[i] = ' ';
  return kcd_buf_take_text(&out);
}

char *kcd_utf16le_text(const void *data, size_t len)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  add_utf16(&out, data, len, UTF16_LITTLE);
  return kcd_buf_take_text(&out);
}
