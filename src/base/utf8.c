#include "utf8.h"

#include <kcdfix/text.h>

/* Table 3-7 of the Unicode standard, which is the grammar in RFC 3629 section 4: the range of the first byte, the range
 * of the second, and how many follow the first. All further bytes are 80..BF. */
static const struct {
  uint8_t first_low, first_high;
  uint8_t second_low, second_high;
  uint8_t following;
} FORMS[] = {
    {0x00, 0x7f, 0x00, 0x00, 0}, {0xc2, 0xdf, 0x80, 0xbf, 1}, {0xe0, 0xe0, 0xa0, 0xbf, 2},
    {0xe1, 0xec, 0x80, 0xbf, 2}, {0xed, 0xed, 0x80, 0x9f, 2}, {0xee, 0xef, 0x80, 0xbf, 2},
    {0xf0, 0xf0, 0x90, 0xbf, 3}, {0xf1, 0xf3, 0x80, 0xbf, 3}, {0xf4, 0xf4, 0x80, 0x8f, 3},
};

/* Characters beyond U+00A0 that change how other text is shown or do not show at all. */
static const struct {
  uint32_t low, high;
} HIDDEN[] = {
    {0xad, 0xad},       /* soft hyphen */
    {0x61c, 0x61c},     /* Arabic letter mark (bidirectional) */
    {0x180e, 0x180e},   /* Mongolian vowel separator */
    {0x200b, 0x200f},   /* zero width characters, left-to-right and right-to-left marks */
    {0x2028, 0x202e},   /* line and paragraph separator, bidirectional embeddings and overrides */
    {0x2060, 0x206f},   /* word joiner, invisible operators, bidirectional isolates, deprecated format characters */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xfff9, 0xfffb},   /* interlinear annotation */
    {0xe0000, 0xe007f}, /* tags */
};

static size_t form_of(uint8_t first)
{
  size_t i = 0;
  while (i < sizeof(FORMS) / sizeof(FORMS[0]) && (first < FORMS[i].first_low || first > FORMS[i].first_high))
    i++;
  return i;
}

size_t kcd_utf8_decode(const uint8_t *p, size_t left, uint32_t *ret)
{
  if (left == 0)
    return 0;
  size_t form = form_of(p[0]);
  if (form == sizeof(FORMS) / sizeof(FORMS[0]) || FORMS[form].following >= left)
    return 0;
  size_t following = FORMS[form].following;
  if (following > 0 && (p[1] < FORMS[form].second_low || p[1] > FORMS[form].second_high))
    return 0;
  uint32_t code_point = following == 0 ? p[0] : p[0] & (0x3fu >> following);
  for (size_t i = 1; i <= following; i++) {
    if ((p[i] & 0xc0) != 0x80)
      return 0;
    code_point = code_point << 6 | (p[i] & 0x3fu);
  }
  *ret = code_point;
  return following + 1;
}

bool kcd_code_point_is_displayable(uint32_t code_point)
{
  if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0))
    return false;
  for (size_t i = 0; i < sizeof(HIDDEN) / sizeof(HIDDEN[0]); i++)
    if (code_point >= HIDDEN[i].low && code_point <= HIDDEN[i].high)
      return false;
  return true;
}

bool kcd_is_utf8(const void *data, size_t len)
{
  const uint8_t *p = data;
  for (size_t n; len > 0; p += n, len -= n) {
    uint32_t code_point = p[0];
    n = code_point < 0x80 ? 1 : kcd_utf8_decode(p, len, &code_point);
    if (n == 0 || code_point == 0)
      return false;
  }
  return true;
}
