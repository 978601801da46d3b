#include <string.h>

#include <kcdfix/text.h>

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static char digit(uint32_t group, unsigned shift, bool present)
{
  if (!present)
    return '=';
  return ALPHABET[group >> shift & 0x3f];
}

char *kcd_base64(const void *data, size_t len)
{
  const uint8_t *p = data;
  char *out = kcd_calloc(len / 3 + 2, 4);
  size_t o = 0;
  for (size_t i = 0; i < len; i += 3) {
    size_t left = len - i;
    uint32_t group = (uint32_t)p[i] << 16;
    if (left > 1)
      group |= (uint32_t)p[i + 1] << 8;
    if (left > 2)
      group |= p[i + 2];
    out[o++] = digit(group, 18, true);
    out[o++] = digit(group, 12, true);
    out[o++] = digit(group, 6, left > 1);
    out[o++] = digit(group, 0, left > 2);
  }
  return out;
}

static int value_of(char c)
{
  const char *at = c == '\0' ? NULL : strchr(ALPHABET, c);
  return at == NULL ? -1 : (int)(at - ALPHABET);
}

/* Number of '=' that end the text, at most two. */
static size_t padding_of(const char *text, size_t len)
{
  size_t padding = 0;
  while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
    padding++;
  return padding;
}

/* Canonical (RFC 4648 section 3.5): full groups, padding only at the end, unused bits zero. */
int kcd_base64_decode(const char *text, struct kcd_bytes *ret)
{
  size_t len = strlen(text);
  size_t digits = len - padding_of(text, len);
  if (len % 4 != 0)
    return -1;
  struct kcd_bytes out = {.data = kcd_calloc(len / 4 * 3 + 1, 1)};
  uint32_t bits = 0;
  bool good = true;
  for (size_t i = 0; i < digits && good; i++) {
    int value = value_of(text[i]);
    good = value >= 0;
    bits = bits << 6 | (uint32_t)value;
    if (good && i % 4 != 0)
      out.data[out.len++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
  }
  uint32_t unused = digits % 4 == 2 ? 0xfu : digits % 4 == 3 ? 0x3u : 0;
  if (!good || (bits & unused) != 0) {
    kcd_bytes_done(&out);
    return -1;
  }
  *ret = out;
  return 0;
}
