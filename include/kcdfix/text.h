/* text.h - text that may be shown, compared and encoded. */
#ifndef KCDFIX_TEXT_H
#define KCDFIX_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/bytes.h>

/* Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without NUL. */
bool kcd_is_utf8(const void *data, size_t len);

/* A string that can do nothing to a terminal: control characters (C0, DEL, C1), the bidirectional and invisible format
 * characters (soft hyphen, U+061C, U+200B..U+200F, U+202A..U+202E, U+2060..U+206F, U+FEFF, tags ...) and the line and
 * paragraph separators come out as \xNN (ASCII) or \u{NNNN}, bytes that are not UTF-8 as \xNN. Backslashes are doubled
 * only where one of these escapes, or text that reads like one, follows: DOM\user and CN=a\2C b stay as they are, and
 * no two inputs come out alike. NULL gives "". Owned by the caller. At most KCD_SAFE_MAX bytes of input are shown; a
 * longer input ends in "... (N bytes)". */
#define KCD_SAFE_MAX 4096
char *kcd_safe_text(const void *data, size_t len);
char *kcd_safe(const char *text);

/* As kcd_safe, into a buffer of SIZE bytes, cut at a character boundary with "..." where it does not fit. */
void kcd_safe_into(char *out, size_t size, const char *text);

/* Whether the text is UTF-8 and holds nothing that kcd_safe would escape. */
bool kcd_is_displayable(const char *text);

/* Columns that a terminal-safe string takes (wide characters count two, combining ones none). */
size_t kcd_text_width(const char *text);

/* Text out of a file that somebody exported or pasted: UTF-16 (with a byte order mark, or known by its NULs) becomes
 * UTF-8, a UTF-8 mark goes, NULs become blanks, and every other byte stays as it is. So the result need not be UTF-8;
 * owned by the caller. */
char *kcd_decode_text(const void *data, size_t len);
/* The same of bytes that are known to be UTF-16, little endian, without a mark. */
char *kcd_utf16le_text(const void *data, size_t len);

/* Comparison without regard to ASCII case, whatever the locale: what Samba's KDC does for SPNs. */
bool kcd_equal_nocase(const char *a, const char *b);
bool kcd_equal_nocase_n(const char *a, const char *b, size_t n);
bool kcd_starts_nocase(const char *text, const char *prefix);
bool kcd_ends_nocase(const char *text, const char *suffix);

/* Comparison without regard to case as a directory does it: by simple case folding of the characters, whatever the
 * locale. The lengths may differ. A byte that is not UTF-8 equals only itself, an ASCII letter only ASCII letters. */
bool kcd_equal_fold(const char *a, const char *b);
/* The same as an order, for sorting: negative, 0 (equal) or positive. */
int kcd_fold_compare(const void *a, size_t a_len, const void *b, size_t b_len);

/* An order for people: without regard to ASCII case, and numbers by their value, HV2 before HV10. Negative, 0 or
 * positive; 0 for texts that differ in case or in leading zeros alone, too. */
int kcd_natural_compare(const char *a, const char *b);

/* ASCII lower case copy; owned by the caller. */
char *kcd_lower(const char *text);
char *kcd_upper(const char *text);

/* RFC 4648 base64 without line breaks; owned by the caller. */
char *kcd_base64(const void *data, size_t len);
/* 0 and RET filled, or -1 on anything but canonical base64. */
int kcd_base64_decode(const char *text, struct kcd_bytes *ret);

/* Lower-case hexadecimal; owned by the caller. */
char *kcd_hex(const void *data, size_t len);
int kcd_hex_decode(const char *text, struct kcd_bytes *ret);

/* Unsigned decimal or 0x hexadecimal number, whole string, no sign, no blanks; -1 if it is none or exceeds MAX. */
int kcd_parse_u64(const char *text, uint64_t max, uint64_t *ret);

/* One POSIX shell word that stands for TEXT exactly: bare where nothing needs quoting, else in single quotes. Text with
 * control, invisible or non-UTF-8 bytes becomes "$(printf '...')" with octal escapes ($'...' is not known to every sh),
 * so that the word is safe to show and a pasted command means what it shows; newlines at the very end follow in quotes.
 * Owned by the caller. */
char *kcd_shell_word(const char *text);

/* "a, b and c" from N words; owned by the caller. */
char *kcd_join_words(const char *const *words, size_t n);

#endif
