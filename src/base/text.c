#include <locale.h>
#include <string.h>
#include <wchar.h>

#include <kcdfix/text.h>

#include "utf8.h"

static char ascii_lower(char c)
{
  if (c >= 'A' && c <= 'Z')
    return (char)(c - 'A' + 'a');
  return c;
}

static char ascii_upper(char c)
{
  if (c >= 'a' && c <= 'z')
    return (char)(c - 'a' + 'A');
  return c;
}

static bool is_ascii(const char *text)
{
  for (; *text != '\0'; text++)
    if ((unsigned char)*text >= 0x80)
      return false;
  return true;
}

static size_t width_in_locale(const char *text)
{
  size_t width = 0;
  for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
    uint32_t code_point;
    n = kcd_utf8_decode((const uint8_t *)text, left, &code_point);
    int columns = n == 0 ? 1 : wcwidth((wchar_t)code_point);
    if (n == 0)
      n = 1;
    width += columns < 0 ? 1 : (size_t)columns;
  }
  return width;
}

size_t kcd_text_width(const char *text)
{
  if (is_ascii(text))
    return strlen(text);
  /* The C library's widths, whatever locale the user runs in; where it lacks C.UTF-8 every character counts one. */
  locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  if (utf8 == (locale_t)0)
    return width_in_locale(text);
  locale_t old = uselocale(utf8);
  size_t width = width_in_locale(text);
  (void)uselocale(old);
  freelocale(utf8);
  return width;
}

bool kcd_equal_nocase(const char *a, const char *b)
{
  size_t len = strlen(a);
  return len == strlen(b) && kcd_equal_nocase_n(a, b, len);
}

bool kcd_equal_nocase_n(const char *a, const char *b, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (ascii_lower(a[i]) != ascii_lower(b[i]))
      return false;
  return true;
}

bool kcd_starts_nocase(const char *text, const char *prefix)
{
  size_t len = strlen(prefix);
  return strlen(text) >= len && kcd_equal_nocase_n(text, prefix, len);
}

bool kcd_ends_nocase(const char *text, const char *suffix)
{
  size_t len = strlen(suffix);
  size_t text_len = strlen(text);
  return text_len >= len && kcd_equal_nocase_n(text + text_len - len, suffix, len);
}

char *kcd_lower(const char *text)
{
  char *copy = kcd_strndup(text, strlen(text));
  for (char *p = copy; *p != '\0'; p++)
    *p = ascii_lower(*p);
  return copy;
}

char *kcd_upper(const char *text)
{
  char *copy = kcd_strndup(text, strlen(text));
  for (char *p = copy; *p != '\0'; p++)
    *p = ascii_upper(*p);
  return copy;
}

/* The value of a digit in BASE, or BASE itself for anything else. */
static unsigned digit_value(char c, unsigned base)
{
  unsigned value = base;
  if (c >= '0' && c <= '9')
    value = (unsigned)(c - '0');
  else if (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f')
    value = (unsigned)(ascii_lower(c) - 'a') + 10;
  return value < base ? value : base;
}

int kcd_parse_u64(const char *text, uint64_t max, uint64_t *ret)
{
  unsigned base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
  const char *p = base == 16 ? text + 2 : text;
  if (*p == '\0')
    return -1;
  uint64_t value = 0;
  for (; *p != '\0'; p++) {
    unsigned digit = digit_value(*p, base);
    if (digit == base || value > (UINT64_MAX - digit) / base)
      return -1;
    value = value * base + digit;
  }
  if (value > max)
    return -1;
  *ret = value;
  return 0;
}

char *kcd_join_words(const char *const *words, size_t n)
{
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < n; i++) {
    if (i > 0)
      kcd_buf_add_text(&buf, i + 1 == n ? " and " : ", ");
    kcd_buf_add_text(&buf, words[i]);
  }
  return kcd_buf_take_text(&buf);
}
