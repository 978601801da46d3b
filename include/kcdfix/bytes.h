/* bytes.h - byte strings, a bounded reader with a sticky error, and a writer with a cap.
 *
 * A value from a directory is bytes, not text: it may hold NUL and need not be UTF-8. kcd_bytes always has a NUL behind
 * its last byte, so that a value known to be text can be used as a string.
 */
#ifndef KCDFIX_BYTES_H
#define KCDFIX_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/alloc.h>

struct kcd_bytes {
  uint8_t *data; /* owned; NULL for the empty value that was never set; data[len] is 0 otherwise */
  size_t len;
};

/* A copy of LEN bytes at DATA. */
struct kcd_bytes kcd_bytes_copy(const void *data, size_t len);
struct kcd_bytes kcd_bytes_of(const char *text);
void kcd_bytes_done(struct kcd_bytes *bytes);
bool kcd_bytes_equal(const struct kcd_bytes *a, const struct kcd_bytes *b);
/* An order for sorting, shorter ones first: negative, 0 (equal) or positive. */
int kcd_bytes_compare(const struct kcd_bytes *a, const struct kcd_bytes *b);

/* The values of one attribute, in the server's order. */
struct kcd_values {
  struct kcd_bytes *v;
  size_t n;
};
void kcd_values_done(struct kcd_values *values);
void kcd_values_add(struct kcd_values *values, const void *data, size_t len);
void kcd_values_add_text(struct kcd_values *values, const char *text);
/* As a directory writes an Integer (userAccountControl, msDS-SupportedEncryptionTypes): signed, of 32 bits, decimal. */
void kcd_values_add_u32(struct kcd_values *values, uint32_t number);
void kcd_values_copy(struct kcd_values *to, const struct kcd_values *from); /* appends copies */
/* The order of two struct kcd_bytes by kcd_fold_compare, for qsort(3) and bsearch(3). */
int kcd_bytes_by_fold(const void *a, const void *b);
/* Index of the byte-identical value, or -1. */
ptrdiff_t kcd_values_find(const struct kcd_values *values, const void *data, size_t len);
/* Index of the value equal to TEXT without regard to ASCII case, or -1. */
ptrdiff_t kcd_values_find_nocase(const struct kcd_values *values, const char *text);
/* Index of the value that a directory takes for TEXT (kcd_equal_fold), or -1. */
ptrdiff_t kcd_values_find_fold(const struct kcd_values *values, const char *text);

/* Reader: after the first read past the end every read gives zero and `failed` stays true; check once, at the end. */
struct kcd_reader {
  const uint8_t *data;
  size_t left;
  bool failed;
};
void kcd_reader_init(struct kcd_reader *in, const void *data, size_t len);
uint8_t kcd_read_u8(struct kcd_reader *in);
uint16_t kcd_read_u16le(struct kcd_reader *in);
uint32_t kcd_read_u32le(struct kcd_reader *in);
uint64_t kcd_read_u64le(struct kcd_reader *in);
uint64_t kcd_read_be(struct kcd_reader *in, size_t bytes); /* up to 8 bytes, big endian */
/* Points at LEN bytes inside the input, or NULL (and failed). */
const uint8_t *kcd_read_bytes(struct kcd_reader *in, size_t len);

/* Writer: grows up to CAP bytes; beyond that `failed` is set and nothing more is written. A SECRET buffer is wiped when
 * it moves and when it is done. */
struct kcd_buf {
  uint8_t *data; /* owned; a NUL stands behind the last byte */
  size_t len;
  size_t size;
  size_t cap;
  bool failed;
  bool secret;
};
#define KCD_BUF_DEFAULT_CAP ((size_t)64 << 20)
void kcd_buf_init(struct kcd_buf *buf, size_t cap);
void kcd_buf_done(struct kcd_buf *buf);
void kcd_buf_add(struct kcd_buf *buf, const void *data, size_t len);
void kcd_buf_add_text(struct kcd_buf *buf, const char *text);
void kcd_buf_addf(struct kcd_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kcd_buf_add_u8(struct kcd_buf *buf, uint8_t value);
void kcd_buf_add_u16le(struct kcd_buf *buf, uint16_t value);
void kcd_buf_add_u32le(struct kcd_buf *buf, uint32_t value);
/* Hands the text over, owned by the caller ("" where nothing was written); NULL if the writer failed. Nothing is left
 * to be done afterwards. */
char *kcd_buf_take_text(struct kcd_buf *buf);

#endif
