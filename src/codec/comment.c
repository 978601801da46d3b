#include <string.h>

#include <kcdfix/text.h>

#include "comment.h"

void kcd_comment_line(struct kcd_buf *out, const char *text, const char *also)
{
  KCD_AUTO_CHAR safe = kcd_safe(text);
  kcd_buf_add_text(out, "# ");
  for (const char *p = safe; *p != '\0'; p++)
    if ((unsigned char)*p >= 0x80 || strchr(also, *p) != NULL)
      kcd_buf_addf(out, "\\x%02x", (unsigned char)*p);
    else
      kcd_buf_add(out, p, 1);
  kcd_buf_add_u8(out, '\n');
}
