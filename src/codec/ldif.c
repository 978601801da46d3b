#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#include "comment.h"

#define FOLD_COLUMNS 76

/* SAFE-STRING of RFC 2849, without the control characters it allows (LDIF is shown on terminals) and without a blank at
 * the end (note 8 there). */
static bool is_safe_string(const uint8_t *p, size_t len)
{
  if (len == 0)
    return true;
  if (p[0] == ' ' || p[0] == ':' || p[0] == '<' || p[len - 1] == ' ')
    return false;
  for (size_t i = 0; i < len; i++)
    if (p[i] < 0x20 || p[i] >= 0x7f)
      return false;
  return true;
}

/* A line that goes on starts with a blank, which counts as a column. */
static void add_folded(struct kcd_buf *out, const char *line)
{
  size_t left = strlen(line);
  size_t room = FOLD_COLUMNS;
  while (left > room) {
    kcd_buf_add(out, line, room);
    kcd_buf_add_text(out, "\n ");
    line += room;
    left -= room;
    room = FOLD_COLUMNS - 1;
  }
  kcd_buf_add(out, line, left);
  kcd_buf_add_u8(out, '\n');
}

void kcd_ldif_line(struct kcd_buf *out, const char *attribute, const void *value, size_t len)
{
  bool safe = is_safe_string(value, len);
  KCD_AUTO_CHAR text = safe ? kcd_strndup(value, len) : kcd_base64(value, len);
  KCD_AUTO_CHAR line = kcd_asprintf("%s:%s%s%s", attribute, safe ? "" : ":", len == 0 ? "" : " ", text);
  add_folded(out, line);
}

void kcd_ldif_comment(struct kcd_buf *out, const char *text)
{
  kcd_comment_line(out, text, "");
}
