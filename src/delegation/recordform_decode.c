/* The file may be cut off, old, or somebody else's: every member is there once, has its type and keeps within bounds,
 * or the whole record is refused. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/record.h>
#include <kcdfix/text.h>

#include "recordform.h"

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

int kcd_json_take_text(const json_t *value, size_t max, char **ret)
{
  struct kcd_bytes bytes = {0};
  if (take_bytes(value, &bytes) != 0 || bytes.len > max || memchr(bytes.data, '\0', bytes.len) != NULL) {
    kcd_bytes_done(&bytes);
    return -1;
  }
  *ret = (char *)bytes.data;
  return 0;
}

const char *kcd_json_plain(const json_t *value)
{
  const char *text = json_string_value(value);
  return text != NULL && strlen(text) == json_string_length(value) ? text : NULL;
}

int kcd_word_index(const char *const *words, size_t n, const char *text)
{
  for (size_t i = 0; i < n; i++)
    if (strcmp(words[i], text) == 0)
      return (int)i;
  return -1;
}

static int take_id(const json_t *value, char **ret)
{
  const char *text = kcd_json_plain(value);
  if (text == NULL || !kcd_record_id_is_valid(text))
    return -1;
  *ret = kcd_strdup(text);
  return 0;
}

static int take_time(const json_t *value, time_t *ret)
{
  const char *text = kcd_json_plain(value);
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
  const char *text = kcd_json_plain(value);
  return text != NULL && kcd_parse_u64(text, UINT64_MAX, ret) == 0 ? 0 : -1;
}

static int take_bool(const json_t *value, bool *ret)
{
  if (!json_is_boolean(value))
    return -1;
  *ret = json_is_true(value);
  return 0;
}

static int take_guid(const json_t *value, uint8_t ret[16])
{
  const char *text = kcd_json_plain(value);
  return text == NULL ? -1 : kcd_guid_parse(text, ret);
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

static int take_field(const json_t *value, const struct kcd_record_form *form, const struct kcd_field *field,
                      void *member)
{
  switch (field->kind) {
  case KCD_FIELD_ID:
    return take_id(value, member);
  case KCD_FIELD_OPTIONAL:
    return json_is_null(value) ? 0 : kcd_json_take_text(value, form->text_max, member);
  case KCD_FIELD_TEXT:
    return kcd_json_take_text(value, form->text_max, member);
  case KCD_FIELD_TIME:
    return take_time(value, member);
  case KCD_FIELD_U32:
    return take_u32(value, member);
  case KCD_FIELD_U64:
    return take_u64(value, member);
  case KCD_FIELD_BOOL:
    return take_bool(value, member);
  case KCD_FIELD_GUID:
    return take_guid(value, member);
  case KCD_FIELD_VALUES:
    return take_values(value, member);
  case KCD_FIELD_BYTES:
    return take_optional_bytes(value, member);
  default:
    return -1;
  }
}

static int take_schema(const json_t *object, const struct kcd_record_form *form, int *ret, struct kcd_error *err)
{
  const char *schema = kcd_json_plain(json_object_get(object, "schema"));
  const size_t stem = strlen(form->schema_stem);
  if (schema == NULL || strncmp(schema, form->schema_stem, stem) != 0)
    return kcd_fail(err, KCD_E_MALFORMED, "not a %s: member schema is missing or another one", form->what);
  for (*ret = form->newest; *ret > 0; --*ret) {
    KCD_AUTO_CHAR number = kcd_asprintf("%d", *ret);
    if (strcmp(schema + stem, number) == 0)
      return 0;
  }
  return kcd_fail(err, KCD_E_UNSUPPORTED, "%s of another version: %s", form->what, schema);
}

static int take_fields(const json_t *object, const struct kcd_record_form *form, kcd_take_own_fn *take_own, int schema,
                       void *record, struct kcd_error *err)
{
  size_t taken = 1; /* the schema itself */
  for (size_t i = 0; i < form->n_fields; i++) {
    const struct kcd_field *field = &form->fields[i];
    if (field->since > schema)
      continue;
    taken++;
    const json_t *value = json_object_get(object, field->key);
    if (value == NULL)
      return kcd_fail(err, KCD_E_MALFORMED, "%s: member %s is missing", form->what, field->key);
    const int result = field->kind >= KCD_FIELD_OWN ? take_own(value, form, field, record)
                                                    : take_field(value, form, field, (char *)record + field->offset);
    if (result != 0)
      return kcd_fail(err, KCD_E_MALFORMED, "%s: member %s is not of its form", form->what, field->key);
  }
  if (json_object_size(object) != taken)
    return kcd_fail(err, KCD_E_MALFORMED, "%s: a member is unknown", form->what);
  return 0;
}

int kcd_form_decode(const struct kcd_record_form *form, kcd_take_own_fn *take_own, const void *data, size_t len,
                    void *record, struct kcd_error *err)
{
  json_error_t reason = {0};
  if (len > form->size_max)
    return kcd_fail(err, KCD_E_MALFORMED, "%s: larger than %zu bytes", form->what, form->size_max);
  json_t *object = json_loadb(data, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &reason);
  if (object == NULL)
    return kcd_fail(err, KCD_E_MALFORMED, "%s: %s in line %d", form->what, reason.text, reason.line);
  int schema = 0, result;
  if (!json_is_object(object))
    result = kcd_fail(err, KCD_E_MALFORMED, "%s: no JSON object", form->what);
  else if (take_schema(object, form, &schema, err) != 0)
    result = -1;
  else
    result = take_fields(object, form, take_own, schema, record, err);
  json_decref(object);
  return result;
}
