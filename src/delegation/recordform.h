/* recordform.h - a record as one JSON object: a table of members, written and strictly read again. */
#ifndef KCDFIX_DELEGATION_RECORDFORM_H
#define KCDFIX_DELEGATION_RECORDFORM_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <jansson.h>

#include <kcdfix/bytes.h>
#include <kcdfix/error.h>

/* How a member of a record's struct is written. */
enum kcd_field_kind {
  KCD_FIELD_ID,       /* char *: kcd_record_id_is_valid */
  KCD_FIELD_TEXT,     /* char *: a string, "" for NULL, or {"base64": ...} where it is not UTF-8 */
  KCD_FIELD_OPTIONAL, /* char *: the same, or null for NULL */
  KCD_FIELD_TIME,     /* time_t: RFC 3339, or null for 0 */
  KCD_FIELD_U32,      /* uint32_t */
  KCD_FIELD_U64,      /* uint64_t: a decimal string, since JSON integers end at 2^63 for many readers */
  KCD_FIELD_BOOL,     /* bool */
  KCD_FIELD_GUID,     /* uint8_t[16] */
  KCD_FIELD_VALUES,   /* struct kcd_values: strings, or {"base64": ...} where not UTF-8 */
  KCD_FIELD_BYTES,    /* struct kcd_bytes: one such value, or null where it is empty */
  KCD_FIELD_OWN       /* this one and what a form counts from it on: by the form's own functions */
};

struct kcd_field {
  const char *key;
  int kind; /* enum kcd_field_kind, or KCD_FIELD_OWN + n */
  size_t offset;
  int since; /* the number of the first schema that has it */
};

struct kcd_record_form {
  const char *what;        /* in errors: "change record" */
  const char *schema_stem; /* "kcdfix.record/" */
  int newest;              /* the schema that is written; all from 1 on are read */
  size_t size_max;         /* bytes of an encoded record */
  size_t text_max;         /* bytes of one text */
  const struct kcd_field *fields;
  size_t n_fields;
};

/* Gives the value of a member of an own kind; never NULL. */
typedef json_t *kcd_put_own_fn(const void *record, const struct kcd_field *field);
/* Reads it. -1 where the value is not of its form. */
typedef int kcd_take_own_fn(const json_t *value, const struct kcd_record_form *form, const struct kcd_field *field,
                            void *record);

/* The JSON text with a newline behind it; owned by the caller. */
char *kcd_form_encode(const struct kcd_record_form *form, kcd_put_own_fn *put_own, const void *record);
/* Fills RECORD, which is all zero before. KCD_E_MALFORMED or KCD_E_UNSUPPORTED; what was filled until then stays in
 * RECORD, to be freed by the caller. */
int kcd_form_decode(const struct kcd_record_form *form, kcd_take_own_fn *take_own, const void *data, size_t len,
                    void *record, struct kcd_error *err);

/* ---- values, for members of an own kind ---- */

/* The value itself; where there is none, memory ran out and the program ends (alloc.h). */
json_t *kcd_json_made(json_t *value);
void kcd_json_append(json_t *array, json_t *value);
json_t *kcd_json_text(const char *text); /* NULL gives null */
json_t *kcd_json_guid(const uint8_t guid[16]);

/* A plain string without NUL, borrowed; NULL otherwise. */
const char *kcd_json_plain(const json_t *value);
/* The index of TEXT among N words; -1 where it is none of them. */
int kcd_word_index(const char *const *words, size_t n, const char *text);
/* -1 where the value is not of its form. */
int kcd_json_take_text(const json_t *value, size_t max, char **ret);

#endif
