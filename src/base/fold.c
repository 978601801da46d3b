/* Comparison without regard to case as a directory does it: by characters, not by ASCII bytes. */
#include <locale.h>
#include <string.h>
#include <threads.h>
#include <wctype.h>

#include <kcdfix/text.h>

#include "utf8.h"

#define NO_CHARACTER 0x110000u /* beyond Unicode: a byte that belongs to no character stands for itself */

/* The C library's case tables, whatever locale the user runs in. Made once and kept: making it costs a thousand
 * comparisons. */
static locale_t case_tables;
static once_flag case_tables_made = ONCE_FLAG_INIT;

static void make_case_tables(void)
{
  case_tables = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/* An ASCII letter equals ASCII letters alone, as in a directory: no long s and no Kelvin sign. By way of the upper
 * case, so that both forms of the small sigma are one. Where the C library lacks C.UTF-8 only ASCII is folded. */
static uint32_t folded(uint32_t c)
{
  if (c < 0x80)
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  call_once(&case_tables_made, make_case_tables);
  if (c >= NO_CHARACTER || case_tables == (locale_t)0)
    return c;
  uint32_t lower = towlower_l(towupper_l(c, case_tables), case_tables);
  return lower < 0x80 ? c : lower;
}

/* The next character of the LEFT bytes at *P, folded; moves on. */
static uint32_t next(const uint8_t **p, size_t *left)
{
  uint32_t c = 0;
  size_t n = kcd_utf8_decode(*p, *left, &c);
  if (n == 0) {
    c = NO_CHARACTER + **p;
    n = 1;
  }
  *p += n;
  *left -= n;
  return folded(c);
}

int kcd_fold_compare(const void *a, size_t a_len, const void *b, size_t b_len)
{
  const uint8_t *p = a;
  const uint8_t *q = b;
  /* Nearly every name is ASCII, and long lists of them are compared. */
  while (a_len > 0 && b_len > 0 && *p < 0x80 && *q < 0x80 && (*p == *q || folded(*p) == folded(*q))) {
    p++;
    q++;
    a_len--;
    b_len--;
  }
  while (a_len > 0 && b_len > 0) {
    uint32_t left = next(&p, &a_len);
    uint32_t right = next(&q, &b_len);
    if (left != right)
      return left < right ? -1 : 1;
  }
  return (a_len > 0) - (b_len > 0);
}

bool kcd_equal_fold(const char *a, const char *b)
{
  return kcd_fold_compare(a, strlen(a), b, strlen(b)) == 0;
}
