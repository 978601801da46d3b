#include <string.h>

#include <kcdfix/psh.h>
#include <kcdfix/text.h>

#include "comment.h"

/* Inside '...' PowerShell gives a meaning to quotes alone (about_Quoting_Rules); the others are kept out as well, so
 * that the value survives being pasted into another quoting. */
static bool is_literal(const char *text)
{
  for (; *text != '\0'; text++)
    if (*text < 0x20 || *text > 0x7e || strchr("'\"`", *text) != NULL)
      return false;
  return true;
}

char *kcd_psh_string(const char *text)
{
  size_t len = strlen(text);
  if (!kcd_is_utf8(text, len))
    return NULL;
  if (is_literal(text))
    return kcd_asprintf("'%s'", text);
  KCD_AUTO_CHAR base64 = kcd_base64(text, len);
  return kcd_asprintf("([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('%s')))", base64);
}

/* '#' would allow "# SIG # Begin signature block", which PowerShell reads in spite of its being a comment, and the
 * marks of block comments. */
void kcd_psh_comment(struct kcd_buf *out, const char *text)
{
  kcd_comment_line(out, text, "#");
}
