#include <string.h>

#include <kcdfix/text.h>

static const char DIGITS[] = "0123456789abcdef";

char *kcd_hex(const void *data, size_t len)
{
  const uint8_t *p = data;
  char *out = kcd_calloc(len + 1, 2);
  for (size_t i = 0; i < len; i++) {
    out[2 * i] = DIGITS[p[i] >> 4];
    out[2 * i + 1] = DIGITS[p[i] & 0xf];
  }
  return out;
}

static int value_of(char c)
{
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  const char *at = c == '\0' ? NULL : strchr(DIGITS, c);
  return at == NULL ? -1 : (int)(at - DIGITS);
}

int kcd_hex_decode(const char *text, struct kcd_bytes *ret)
{
  size_t len = strlen(text);
  if (len % 2 != 0)
    return -1;
  struct kcd_bytes out = {.data = kcd_calloc(len / 2 + 1, 1), .len = len / 2};
  for (size_t i = 0; i < out.len; i++) {
    int high = value_of(text[2 * i]);
    int low = value_of(text[2 * i + 1]);
    if (high < 0 || low < 0) {
      kcd_bytes_done(&out);
      return -1;
    }
    out.data[i] = (uint8_t)(high << 4 | low);
  }
  *ret = out;
  return 0;
}
