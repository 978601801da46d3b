#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#include "recordform.h"

/* jansson fails to make a value only when memory runs out, and then kcdfix ends, as everywhere (alloc.h). */
json_t *kcd_json_made(json_t *value)
{
  if (value == NULL)
    kcd_no_memory();
  return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
  if (json_object_set_new(object, key, kcd_json_made(value)) != 0)
    kcd_no_memory();
}

void kcd_json_append(json_t *array, json_t *value)
{
  if (json_array_append_new(array, kcd_json_made(value)) != 0)
    kcd_no_memory();
}

static json_t *bytes_value(const void *data, size_t len)
{
  if (kcd_is_utf8(data, len))
    return kcd_json_made(json_stringn(len == 0 ? "" : data, len));
  KCD_AUTO_CHAR base64 = kcd_base64(data, len);
  json_t *object = kcd_json_made(json_object());
  set(object, "base64", json_string(base64));
  return object;
}

json_t *kcd_json_text(const char *text)
{
  return text == NULL ? json_null() : bytes_value(text, strlen(text));
}

static json_t *time_value(time_t when)
{
  KCD_AUTO_CHAR text = when == 0 ? NULL : kcd_time_rfc3339(when);
  return kcd_json_text(text);
}

static json_t *u64_value(uint64_t number)
{
  KCD_AUTO_CHAR text = kcd_asprintf("%llu", (unsigned long long)number);
  return json_string(text);
}

json_t *kcd_json_guid(const uint8_t guid[16])
{
  KCD_AUTO_CHAR text = kcd_guid_text(guid);
  return kcd_json_made(json_string(text));
}

static json_t *list_value(const struct kcd_values *values)
{
  json_t *array = kcd_json_made(json_array());
  for (size_t i = 0; i < values->n; i++)
    kcd_json_append(array, bytes_value(values->v[i].data, values->v[i].len));
  return array;
}

/* NULL for a member of an own kind. */
static json_t *field_value(const void *record, const struct kcd_field *field)
{
  const void *member = (const char *)record + field->offset;
  switch (field->kind) {
  case KCD_FIELD_TEXT:
    return *(char *const *)member == NULL ? json_string("") : kcd_json_text(*(char *const *)member);
  case KCD_FIELD_ID:
  case KCD_FIELD_OPTIONAL:
    return kcd_json_text(*(char *const *)member);
  case KCD_FIELD_TIME:
    return time_value(*(const time_t *)member);
  case KCD_FIELD_U32:
    return json_integer(*(const uint32_t *)member);
  case KCD_FIELD_U64:
    return u64_value(*(const uint64_t *)member);
  case KCD_FIELD_BOOL:
    return json_boolean(*(const bool *)member);
  case KCD_FIELD_GUID:
    return kcd_json_guid(member);
  case KCD_FIELD_VALUES:
    return list_value(member);
  case KCD_FIELD_BYTES: {
    const struct kcd_bytes *bytes = member;
    return bytes->len == 0 ? json_null() : bytes_value(bytes->data, bytes->len);
  }
  default:
    return NULL;
  }
}

char *kcd_form_encode(const struct kcd_record_form *form, kcd_put_own_fn *put_own, const void *record)
{
  KCD_AUTO_CHAR schema = kcd_asprintf("%s%d", form->schema_stem, form->newest);
  json_t *object = kcd_json_made(json_object());
  set(object, "schema", json_string(schema));
  for (size_t i = 0; i < form->n_fields; i++) {
    const struct kcd_field *field = &form->fields[i];
    set(object, field->key, field->kind >= KCD_FIELD_OWN ? put_own(record, field) : field_value(record, field));
  }
  char *text = json_dumps(object, JSON_INDENT(2));
  json_decref(object);
  if (text == NULL)
    kcd_no_memory();
  char *lines = kcd_asprintf("%s\n", text);
  free(text);
  return lines;
}
