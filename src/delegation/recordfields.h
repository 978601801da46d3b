/* recordfields.h - the members of an encoded record, for the encoder and the decoder. */
#ifndef KCDFIX_DELEGATION_RECORDFIELDS_H
#define KCDFIX_DELEGATION_RECORDFIELDS_H

#include <stddef.h>

#include <kcdfix/record.h>

#define KCD_RECORD_SCHEMA_1 "kcdfix.record/1"
#define KCD_RECORD_SCHEMA "kcdfix.record/2"
#define KCD_RECORD_SCHEMA_STEM "kcdfix.record/"

/* How a member of struct kcd_record is written. */
enum kcd_record_field_kind {
  KCD_FIELD_ID,       /* char *: kcd_record_id_is_valid */
  KCD_FIELD_TEXT,     /* char *: a string, "" for NULL, or {"base64": ...} where it is not UTF-8 */
  KCD_FIELD_OPTIONAL, /* char *: the same, or null for NULL */
  KCD_FIELD_TIME,     /* time_t: RFC 3339, or null for 0 */
  KCD_FIELD_U32,      /* uint32_t */
  KCD_FIELD_U64,      /* uint64_t: a decimal string, since JSON integers end at 2^63 for many readers */
  KCD_FIELD_BOOL,     /* bool */
  KCD_FIELD_GUID,     /* uint8_t[16] */
  KCD_FIELD_STATE,    /* enum kcd_record_state */
  KCD_FIELD_MODE,     /* enum kcd_mode */
  KCD_FIELD_SPNS,     /* spns and n_spns */
  KCD_FIELD_VALUES,   /* struct kcd_values: strings, or {"base64": ...} where not UTF-8 */
  KCD_FIELD_BYTES     /* struct kcd_bytes: one such value, or null where it is empty */
};

struct kcd_record_field {
  const char *key;
  enum kcd_record_field_kind kind;
  size_t offset;
  int since; /* the number of the first schema that has it */
};
extern const struct kcd_record_field kcd_record_fields[];
extern const size_t kcd_n_record_fields;

int kcd_record_state_parse(const char *name, enum kcd_record_state *ret);

#endif
