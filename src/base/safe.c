#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <kcdfix/text.h>

#include "fixed.h"
#include "utf8.h"

/* The longest unit of output: \u{10ffff} or a character. */
#define UNIT_MAX 16

/* One step through the input: a character or a byte that is none, and what stands for it in the output. */
struct unit {
  size_t in_len;
  bool escaped;
  char out[UNIT_MAX];
  size_t out_len;
};

static void unit_at(const uint8_t *p, size_t left, struct unit *ret)
{
  uint32_t code_point = 0;
  size_t n = kcd_utf8_decode(p, left, &code_point);
  ret->in_len = n == 0 ? 1 : n;
  ret->escaped = n == 0 || !kcd_code_point_is_displayable(code_point);
  ret->out_len = ret->in_len;
  if (!ret->escaped)
    memcpy(ret->out, p, n);
  else if (n > 1)
    ret->out_len = (size_t)snprintf(ret->out, UNIT_MAX, "\\u{%04x}", code_point);
  else
    ret->out_len = (size_t)snprintf(ret->out, UNIT_MAX, "\\x%02x", p[0]);
}

/* Whether text that follows a backslash makes it read as one of our escapes: xNN or u{. */
static bool reads_as_escape(const uint8_t *p, size_t left)
{
  if (left >= 2 && p[0] == 'u' && p[1] == '{')
    return true;
  return left >= 3 && p[0] == 'x' && isxdigit(p[1]) && isxdigit(p[2]);
}

/* A run of backslashes is doubled when an escape follows it, ours or a literal look-alike, and stays as it is before
 * anything else. So an odd number of backslashes before xNN or u{ is always an escape, an even number never, no two
 * inputs look the same, and DOM\user and CN=a\2C b stay readable. */
static bool run_is_doubled(const uint8_t *p, size_t left)
{
  while (left > 0 && *p == '\\') {
    p++;
    left--;
  }
  if (left == 0)
    return false;
  struct unit next;
  unit_at(p, left, &next);
  return next.escaped || reads_as_escape(p, left);
}

/* Called for each unit of output; false ends the walk. */
typedef bool unit_sink(void *context, const char *unit, size_t len);

static void walk(const uint8_t *p, size_t left, unit_sink *sink, void *context)
{
  bool in_run = false;
  bool doubled = false;
  while (left > 0) {
    struct unit unit;
    unit_at(p, left, &unit);
    bool backslash = p[0] == '\\';
    if (backslash && !in_run)
      doubled = run_is_doubled(p, left);
    in_run = backslash;
    bool more = backslash && doubled ? sink(context, "\\\\", 2) : sink(context, unit.out, unit.out_len);
    if (!more)
      return;
    p += unit.in_len;
    left -= unit.in_len;
  }
}

static bool add_to_buf(void *context, const char *unit, size_t len)
{
  struct kcd_buf *buf = context;
  kcd_buf_add(buf, unit, len);
  return true;
}

static bool add_to_fixed(void *context, const char *unit, size_t len)
{
  return kcd_fixed_add(context, unit, len);
}

/* KCD_SAFE_MAX, or up to three bytes less so that no character is torn. */
static size_t shown_len(const uint8_t *p, size_t len)
{
  if (len <= KCD_SAFE_MAX)
    return len;
  size_t shown = 0;
  while (shown < KCD_SAFE_MAX) {
    uint32_t code_point;
    size_t n = kcd_utf8_decode(p + shown, len - shown, &code_point);
    if (n == 0)
      n = 1;
    if (shown + n > KCD_SAFE_MAX)
      break;
    shown += n;
  }
  return shown;
}

char *kcd_safe_text(const void *data, size_t len)
{
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  size_t shown = shown_len(data, len);
  walk(data, shown, add_to_buf, &buf);
  if (shown < len)
    kcd_buf_addf(&buf, "... (%zu bytes)", len);
  return kcd_buf_take_text(&buf);
}

char *kcd_safe(const char *text)
{
  return kcd_safe_text(text, text == NULL ? 0 : strlen(text));
}

void kcd_safe_into(char *out, size_t size, const char *text)
{
  struct kcd_fixed fixed;
  kcd_fixed_init(&fixed, out, size);
  if (text != NULL)
    walk((const uint8_t *)text, strlen(text), add_to_fixed, &fixed);
}

bool kcd_is_displayable(const char *text)
{
  for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
    uint32_t code_point;
    n = kcd_utf8_decode((const uint8_t *)text, left, &code_point);
    if (n == 0 || !kcd_code_point_is_displayable(code_point))
      return false;
  }
  return true;
}
