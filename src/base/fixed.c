#include <stdint.h>
#include <string.h>

#include "fixed.h"
#include "utf8.h"

static const char ELLIPSIS[] = "...";

void kcd_fixed_init(struct kcd_fixed *fixed, char *out, size_t size)
{
  *fixed = (struct kcd_fixed){.out = out, .size = size};
  if (size > 0)
    out[0] = '\0';
}

static void cut(struct kcd_fixed *fixed)
{
  fixed->cut = true;
  if (fixed->size < sizeof(ELLIPSIS))
    return;
  memcpy(fixed->out + fixed->mark, ELLIPSIS, sizeof(ELLIPSIS));
  fixed->len = fixed->mark + sizeof(ELLIPSIS) - 1;
}

bool kcd_fixed_add(struct kcd_fixed *fixed, const char *unit, size_t len)
{
  if (fixed->cut)
    return false;
  if (fixed->size == 0 || len > fixed->size - 1 - fixed->len) {
    cut(fixed);
    return false;
  }
  memcpy(fixed->out + fixed->len, unit, len);
  fixed->len += len;
  fixed->out[fixed->len] = '\0';
  if (fixed->len + sizeof(ELLIPSIS) <= fixed->size)
    fixed->mark = fixed->len;
  return true;
}

void kcd_fixed_copy(char *out, size_t size, const char *text)
{
  struct kcd_fixed fixed;
  kcd_fixed_init(&fixed, out, size);
  for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
    uint32_t code_point;
    n = kcd_utf8_decode((const uint8_t *)text, left, &code_point);
    if (n == 0)
      n = 1;
    if (!kcd_fixed_add(&fixed, text, n))
      return;
  }
}
