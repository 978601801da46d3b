/* decode.h - the way back from each encoder, for fuzz targets and unit tests. Every function aborts on output that the
 * encoder must never write, so a decoder here is also a check of the shape. */
#ifndef KCDFIX_FUZZ_DECODE_H
#define KCDFIX_FUZZ_DECODE_H

#include <kcdfix/bytes.h>

/* As assert(3), but in every kind of build. */
#define REQUIRE(condition) ((condition) ? (void)0 : require_failed(__FILE__, __LINE__, #condition))
_Noreturn void require_failed(const char *file, int line, const char *condition);

/* Input as a string of its own: up to the first NUL, in a block of exactly its size. */
char *string_of(const uint8_t *data, size_t len);

void decode_safe(const char *text, struct kcd_buf *out);
void decode_shell_word(const char *word, struct kcd_buf *out);
void decode_filter(const char *filter, struct kcd_buf *out);
void decode_psh_string(const char *expression, struct kcd_buf *out);
/* One folded "ATTRIBUTE: value" or "ATTRIBUTE:: base64" line. */
void decode_ldif_line(const char *line, const char *attribute, struct kcd_buf *out);
/* One "# " line in printable ASCII. */
void check_comment(const char *line);

#endif
