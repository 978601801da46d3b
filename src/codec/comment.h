/* comment.h - "# " comment lines for text that somebody else may run. */
#ifndef KCDFIX_CODEC_COMMENT_H
#define KCDFIX_CODEC_COMMENT_H

#include <kcdfix/bytes.h>

/* One line "# TEXT" in printable ASCII. Everything else in TEXT, and the characters in ALSO, come out as \xNN. */
void kcd_comment_line(struct kcd_buf *out, const char *text, const char *also);

#endif
