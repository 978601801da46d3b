/* The file may be cut off, old, or somebody else's: every member is there once, has its type and keeps within bounds,
 * or the whole record is refused. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <kcdfix/clock.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/secdesc.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "recordfields.h"

#define TEXT_MAX ((size_t)256 << 10) /* twice what Linux takes as one argument: a reason can be long */

static bool is_bytes_object(const json_t *value)
{
  return json_is_object(value) && json_object_size(value) == 1 && json_is_string(json_object_get(value, "base64"));
}

/* A string, or {"base64": ...} for what is not UTF-8 and for nothing else, so that each value has one form. */
static int take_bytes(const json_t *value, struct kcd_bytes *ret)
{
  if (json_is_string(value)) {
    *ret = kcd_bytes_copy(json_string_value(value), json_string_length(value));
    return kcd_is_utf8(ret->data, ret->len) ? 0 : -1;
  }
  if (!is_bytes_object(value))
    return -1;
  const json_t *text = json_object_get(value, "base64");
  if (strlen(json_string_value(text)) != json_string_length(text) ||
      kcd_base64_decode(json_string_value(text), ret) != 0)
    return -1;
  return kcd_is_utf8(ret->data, ret->len) ? -1 : 0;
}

static int take_text(const json_t *value, char **ret)
{
  struct kcd_bytes bytes = {0};
  if (take_bytes(value, &bytes) != 0 || bytes.len > TEXT_MAX || memchr(bytes.data, '\0', bytes.len) != NULL) {
    kcd_bytes_done(&bytes);
    return -1;
  }
  *ret = (char *)bytes.data;
  return 0;
}

/* A plain string without NUL, borrowed; NULL otherwise. */
static const char *plain(const json_t *value)
{
  const char *text = json_string_value(value);
  return text != NULL && strlen(text) == json_string_length(value) ? text : NULL;
}

static int take_id(const json_t *value, char **ret)
{
  const char *text = plain(value);
  if (text == NULL || !kcd_record_id_is_valid(text))
    return -1;
  *ret = kcd_strdup(text);
  return 0;
}

static int take_time(const json_t *value, time_t *ret)
{
  const char *text = plain(value);
  if (json_is_null(value))
    return 0;
  return text != NULL && kcd_time_parse_rfc3339(text, ret) == 0 ? 0 : -1;
}

static int take_u32(const json_t *value, uint32_t *ret)
{
  json_int_t number = json_integer_value(value);
  if (!json_is_integer(value) || number < 0 || number > (json_int_t)UINT32_MAX)
    return -1;
  *ret = (uint32_t)number;
  return 0;
}

static int take_u64(const json_t *value, uint64_t *ret)
{
  const char *text = plain(value);
  return text != NULL && kcd_parse_u64(text, UINT64_MAX, ret) == 0 ? 0 : -1;
}

static int take_bool(const json_t *value, bool *ret)
{
  if (!json_is_boolean(value))
    return -1;
  *ret = json_is_true(value);
  return 0;
}

/* Null for the empty value, and an empty one in no other form. */
static int take_optional_bytes(const json_t *value, struct kcd_bytes *ret)
{
  if (json_is_null(value))
    return 0;
  return take_bytes(value, ret) == 0 && ret->len > 0 ? 0 : -1;
}

static int take_values(const json_t *array, struct kcd_values *ret)
{
  if (!json_is_array(array))
    return -1;
  ret->v = kcd_calloc(json_array_size(array) + 1, sizeof *ret->v);
  for (size_t i = 0; i < json_array_size(array); i++) {
    struct kcd_bytes *value = &ret->v[ret->n++];
    if (take_bytes(json_array_get(array, i), value) != 0)
      return -1;
  }
  return 0;
}

static int take_spns(const json_t *array, struct kcd_record *record)
{
  if (!json_is_array(array))
    return -1;
  record->spns = kcd_calloc(json_array_size(array) + 1, sizeof *record->spns);
  for (size_t i = 0; i < json_array_size(array); i++) {
    if (take_text(json_array_get(array, i), &record->spns[i]) != 0)
      return -1;
    record->n_spns++;
  }
  return 0;
}

static int take_name(const json_t *value, const struct kcd_record_field *field, void *member)
{
  const char *text = plain(value);
  if (text == NULL)
    return -1;
  if (field->kind == KCD_FIELD_GUID)
    return kcd_guid_parse(text, member);
  return field->kind == KCD_FIELD_STATE ? kcd_record_state_parse(text, member) : kcd_mode_parse(text, member);
}

static int take_field(const json_t *value, const struct kcd_record_field *field, struct kcd_record *record)
{
  void *member = (char *)record + field->offset;
  switch (field->kind) {
  case KCD_FIELD_ID:
    return take_id(value, member);
  case KCD_FIELD_OPTIONAL:
    return json_is_null(value) ? 0 : take_text(value, member);
  case KCD_FIELD_TEXT:
    return take_text(value, member);
  case KCD_FIELD_TIME:
    return take_time(value, member);
  case KCD_FIELD_U32:
    return take_u32(value, member);
  case KCD_FIELD_U64:
    return take_u64(value, member);
  case KCD_FIELD_BOOL:
    return take_bool(value, member);
  case KCD_FIELD_GUID:
  case KCD_FIELD_STATE:
  case KCD_FIELD_MODE:
    return take_name(value, field, member);
  case KCD_FIELD_SPNS:
    return take_spns(value, record);
  case KCD_FIELD_VALUES:
    return take_values(value, member);
  case KCD_FIELD_BYTES:
    return take_optional_bytes(value, member);
  }
  return -1;
}

static int take_schema(const json_t *object, int *ret, struct kcd_error *err)
{
  const char *schema = plain(json_object_get(object, "schema"));
  if (schema == NULL || strncmp(schema, KCD_RECORD_SCHEMA_STEM, strlen(KCD_RECORD_SCHEMA_STEM)) != 0)
    return kcd_fail(err, KCD_E_MALFORMED, "not a change record: member schema is missing or another one");
  *ret = strcmp(schema, KCD_RECORD_SCHEMA) == 0 ? 2 : 1;
  if (*ret == 1 && strcmp(schema, KCD_RECORD_SCHEMA_1) != 0)
    return kcd_fail(err, KCD_E_UNSUPPORTED, "change record of another version: %s", schema);
  return 0;
}

static int take_fields(const json_t *object, int schema, struct kcd_record *record, struct kcd_error *err)
{
  size_t taken = 1; /* the schema itself */
  for (size_t i = 0; i < kcd_n_record_fields; i++) {
    const struct kcd_record_field *field = &kcd_record_fields[i];
    if (field->since > schema)
      continue;
    taken++;
    const json_t *value = json_object_get(object, field->key);
    if (value == NULL)
      return kcd_fail(err, KCD_E_MALFORMED, "change record: member %s is missing", field->key);
    if (take_field(value, field, record) != 0)
      return kcd_fail(err, KCD_E_MALFORMED, "change record: member %s is not of its form", field->key);
  }
  if (json_object_size(object) != taken)
    return kcd_fail(err, KCD_E_MALFORMED, "change record: a member is unknown");
  return 0;
}

/* A value of one of the two lists, for sorting. */
struct listed {
  const struct kcd_bytes *value;
  bool added;
};

static int by_value(const void *a, const void *b)
{
  const struct kcd_bytes *left = ((const struct listed *)a)->value;
  const struct kcd_bytes *right = ((const struct listed *)b)->value;
  if (left->len != right->len)
    return left->len < right->len ? -1 : 1;
  return left->len == 0 ? 0 : memcmp(left->data, right->data, left->len);
}

static void collect(struct listed *to, const struct kcd_values *values, bool added)
{
  for (size_t i = 0; i < values->n; i++)
    to[i] = (struct listed){.value = &values->v[i], .added = added};
}

/* Whether an added value is there twice, or was there before. Sorted, since the lists of a hostile file can be long. */
static bool has_double(const struct kcd_values *before, const struct kcd_values *added)
{
  const size_t n = before->n + added->n;
  struct listed *all = kcd_calloc(n + 1, sizeof *all);
  collect(all, before, false);
  collect(all + before->n, added, true);
  qsort(all, n, sizeof *all, by_value);
  bool found = false;
  for (size_t i = 1; i < n && !found; i++)
    found = (all[i - 1].added || all[i].added) && by_value(&all[i - 1], &all[i]) == 0;
  free(all);
  return found;
}

static bool same_sid(bool has_a, const struct kcd_sid *a, bool has_b, const struct kcd_sid *b)
{
  return has_a == has_b && (!has_a || kcd_sid_equal(a, b));
}

static bool begins_with(const struct kcd_secdesc *after, const struct kcd_secdesc *before)
{
  bool same = after->n_aces > before->n_aces &&
              same_sid(after->has_owner, &after->owner, before->has_owner, &before->owner) &&
              same_sid(after->has_group, &after->group, before->has_group, &before->group);
  for (size_t i = 0; same && i < before->n_aces; i++)
    same = kcd_bytes_equal(&after->aces[i].raw, &before->aces[i].raw);
  return same;
}

/* Undoing writes rbcd_before as it stands in the file: it may only take entries away, never bring any. */
static bool only_adds_entries(const struct kcd_record *record)
{
  KCD_AUTO_VALUE(kcd_secdesc) before = {0};
  KCD_AUTO_VALUE(kcd_secdesc) after = {0};
  const struct kcd_bytes *old = &record->rbcd_before, *new = &record->rbcd_after;
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_secdesc_decode(new->data, new->len, &after, &ignored) != 0)
    return false;
  return old->len == 0 ||
         (kcd_secdesc_decode(old->data, old->len, &before, &ignored) == 0 && begins_with(&after, &before));
}

static int check_descriptor(const struct kcd_record *record, struct kcd_error *err)
{
  if (record->rbcd_after.len == 0 && (record->rbcd_before.len > 0 || record->rbcd_added.n > 0 || record->rbcd_ours))
    return kcd_fail(err, KCD_E_MALFORMED, "change record: rbcd_after is missing beside other members of rbcd");
  if (record->rbcd_after.len == 0)
    return 0;
  if (record->list_added.n > 0 || record->uac_before != record->uac_after)
    return kcd_fail(err, KCD_E_MALFORMED, "change record: rbcd_after stands beside a change of the list or the bit");
  if (!only_adds_entries(record))
    return kcd_fail(err, KCD_E_MALFORMED, "change record: rbcd_after is not rbcd_before with entries added");
  return 0;
}

/* What no kcdfix writes: then somebody else did. */
static int check_sense(const struct kcd_record *record, struct kcd_error *err)
{
  if (((record->uac_before ^ record->uac_after) & ~KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0)
    return kcd_fail(err, KCD_E_MALFORMED, "change record: uac_before and uac_after differ in more than one bit");
  if (has_double(&record->list_before, &record->list_added))
    return kcd_fail(err, KCD_E_MALFORMED, "change record: a value of list_added is there twice, or in list_before");
  return check_descriptor(record, err);
}

static int decode(const json_t *object, struct kcd_record *record, struct kcd_error *err)
{
  if (!json_is_object(object))
    return kcd_fail(err, KCD_E_MALFORMED, "change record: no JSON object");
  int schema = 0;
  if (take_schema(object, &schema, err) != 0 || take_fields(object, schema, record, err) != 0)
    return -1;
  return check_sense(record, err);
}

int kcd_record_decode(const void *data, size_t len, struct kcd_record *ret, struct kcd_error *err)
{
  json_error_t reason = {0};
  if (len > KCD_RECORD_MAX)
    return kcd_fail(err, KCD_E_MALFORMED, "change record: larger than %zu bytes", KCD_RECORD_MAX);
  json_t *object = json_loadb(data, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &reason);
  if (object == NULL)
    return kcd_fail(err, KCD_E_MALFORMED, "change record: %s in line %d", reason.text, reason.line);
  struct kcd_record record = {0};
  int result = decode(object, &record, err);
  json_decref(object);
  if (result == 0)
    *ret = record;
  else
    kcd_record_done(&record);
  return result;
}
