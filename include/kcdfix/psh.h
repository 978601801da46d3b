/* psh.h - PowerShell text that means exactly one string.
 *
 * What is emitted is run by domain administrators, so nothing that a directory holds may become code.
 */
#ifndef KCDFIX_PSH_H
#define KCDFIX_PSH_H

#include <kcdfix/bytes.h>

/* A PowerShell expression for the UTF-8 string TEXT: 'text' where it is printable ASCII without any quote; else
 * ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('...'))). U+2018 to U+201B are quotes to PowerShell.
 * Owned by the caller; NULL if TEXT is not UTF-8, for which there is no PowerShell string. */
char *kcd_psh_string(const char *text);
/* A "# " comment in printable ASCII that cannot end, or become a block comment or a signature block. */
void kcd_psh_comment(struct kcd_buf *out, const char *text);

#endif
