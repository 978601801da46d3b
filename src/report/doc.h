/* doc.h - values of the document: made so that nothing can get lost, and read back for the text. */
#ifndef KCDFIX_REPORT_DOC_H
#define KCDFIX_REPORT_DOC_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <jansson.h>

#include <kcdfix/bytes.h>
#include <kcdfix/facts.h>

/* Both take VALUE over. Running out of memory aborts, as everywhere (alloc.h). */
void kcd_doc_set(json_t *object, const char *key, json_t *value);
void kcd_doc_add(json_t *array, json_t *value);

json_t *kcd_doc_object(void);
json_t *kcd_doc_array(void);
/* null for NULL; {"base64": ...} for what is not UTF-8. */
json_t *kcd_doc_text(const char *text);
/* As kcd_doc_text, and null for "". */
json_t *kcd_doc_text_or_null(const char *text);
/* An array of kcd_doc_text. */
json_t *kcd_doc_texts(char *const *texts, size_t n);
json_t *kcd_doc_bytes(const struct kcd_bytes *bytes);
json_t *kcd_doc_values(const struct kcd_values *values);
/* A number beyond 2^63 - 1, which jansson cannot hold, becomes its decimal digits as a string. */
json_t *kcd_doc_uint(uint64_t number);
json_t *kcd_doc_int(int64_t number);
/* RFC 3339, null for 0. */
json_t *kcd_doc_time(time_t when);
/* FILETIME; null for never. */
json_t *kcd_doc_filetime(uint64_t filetime);
/* The text form of the 16 bytes of objectGUID; null for NULL. */
json_t *kcd_doc_guid(const uint8_t *guid);
/* true, false, or null for unknown. */
json_t *kcd_doc_tri(enum kcd_tri tri);

/* The string under KEY, "" when there is none. */
const char *kcd_doc_str(const json_t *object, const char *key);
bool kcd_doc_true(const json_t *object, const char *key);
uint64_t kcd_doc_num(const json_t *object, const char *key);
/* How many objects of ARRAY have the string VALUE under KEY. */
size_t kcd_doc_count(const json_t *array, const char *key, const char *value);

/* What stands in the document as it came from outside, harmless to a terminal; owned by the caller. Arrays are joined
 * with commas. */
char *kcd_doc_safe(const json_t *value);
char *kcd_doc_safe_at(const json_t *object, const char *key);

#endif
