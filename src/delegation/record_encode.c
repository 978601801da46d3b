#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#include "recordfields.h"

/* jansson fails to make a value only when memory runs out, and then kcdfix ends, as everywhere (alloc.h). */
static json_t *made(json_t *value)
{
  if (value == NULL)
    kcd_no_memory();
  return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
  if (json_object_set_new(object, key, made(value)) != 0)
    kcd_no_memory();
}

static void append(json_t *array, json_t *value)
{
  if (json_array_append_new(array, made(value)) != 0)
    kcd_no_memory();
}

static json_t *bytes_value(const void *data, size_t len)
{
  if (kcd_is_utf8(data, len))
    return made(json_stringn(len == 0 ? "" : data, len));
  KCD_AUTO_CHAR base64 = kcd_base64(data, len);
  json_t *object = made(json_object());
  set(object, "base64", json_string(base64));
  return object;
}

static json_t *text_value(const char *text)
{
  return text == NULL ? json_null() : bytes_value(text, strlen(text));
}

static json_t *time_value(time_t when)
{
  KCD_AUTO_CHAR text = when == 0 ? NULL : kcd_time_rfc3339(when);
  return text_value(text);
}

static json_t *u64_value(uint64_t number)
{
  KCD_AUTO_CHAR text = kcd_asprintf("%llu", (unsigned long long)number);
  return json_string(text);
}

static json_t *guid_value(const uint8_t *guid)
{
  KCD_AUTO_CHAR text = kcd_guid_text(guid);
  return json_string(text);
}

static json_t *list_value(const struct kcd_values *values)
{
  json_t *array = made(json_array());
  for (size_t i = 0; i < values->n; i++)
    append(array, bytes_value(values->v[i].data, values->v[i].len));
  return array;
}

static json_t *spns_value(const struct kcd_record *record)
{
  json_t *array = made(json_array());
  for (size_t i = 0; i < record->n_spns; i++)
    append(array, text_value(record->spns[i]));
  return array;
}

static json_t *field_value(const struct kcd_record *record, const struct kcd_record_field *field)
{
  const void *member = (const char *)record + field->offset;
  switch (field->kind) {
  case KCD_FIELD_TEXT:
    return *(char *const *)member == NULL ? json_string("") : text_value(*(char *const *)member);
  case KCD_FIELD_ID:
  case KCD_FIELD_OPTIONAL:
    return text_value(*(char *const *)member);
  case KCD_FIELD_TIME:
    return time_value(*(const time_t *)member);
  case KCD_FIELD_U32:
    return json_integer(*(const uint32_t *)member);
  case KCD_FIELD_U64:
    return u64_value(*(const uint64_t *)member);
  case KCD_FIELD_BOOL:
    return json_boolean(*(const bool *)member);
  case KCD_FIELD_GUID:
    return guid_value(member);
  case KCD_FIELD_STATE:
    return json_string(kcd_record_state_name(*(const enum kcd_record_state *)member));
  case KCD_FIELD_MODE:
    return json_string(kcd_mode_name(*(const enum kcd_mode *)member));
  case KCD_FIELD_SPNS:
    return spns_value(record);
  case KCD_FIELD_VALUES:
    return list_value(member);
  case KCD_FIELD_BYTES: {
    const struct kcd_bytes *bytes = member;
    return bytes->len == 0 ? json_null() : bytes_value(bytes->data, bytes->len);
  }
  }
  return NULL;
}

char *kcd_record_encode(const struct kcd_record *record)
{
  json_t *object = made(json_object());
  set(object, "schema", json_string(KCD_RECORD_SCHEMA));
  for (size_t i = 0; i < kcd_n_record_fields; i++)
    set(object, kcd_record_fields[i].key, field_value(record, &kcd_record_fields[i]));
  char *text = json_dumps(object, JSON_INDENT(2));
  json_decref(object);
  if (text == NULL)
    kcd_no_memory();
  char *lines = kcd_asprintf("%s\n", text);
  free(text);
  return lines;
}
