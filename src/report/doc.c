#include "doc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

static json_t *made(json_t *value)
{
  if (value == NULL)
    kcd_no_memory();
  return value;
}

void kcd_doc_set(json_t *object, const char *key, json_t *value)
{
  if (json_object_set_new(object, key, made(value)) != 0)
    kcd_no_memory();
}

void kcd_doc_add(json_t *array, json_t *value)
{
  if (json_array_append_new(array, made(value)) != 0)
    kcd_no_memory();
}

json_t *kcd_doc_object(void)
{
  return made(json_object());
}

json_t *kcd_doc_array(void)
{
  return made(json_array());
}

static json_t *text_of(const void *data, size_t len)
{
  if (kcd_is_utf8(data, len))
    return made(json_stringn(data, len));
  KCD_AUTO_CHAR base64 = kcd_base64(data, len);
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "base64", json_string(base64));
  return object;
}

json_t *kcd_doc_text(const char *text)
{
  return text == NULL ? json_null() : text_of(text, strlen(text));
}

json_t *kcd_doc_text_or_null(const char *text)
{
  return text == NULL || text[0] == '\0' ? json_null() : kcd_doc_text(text);
}

json_t *kcd_doc_texts(char *const *texts, size_t n)
{
  json_t *array = kcd_doc_array();
  for (size_t i = 0; i < n; i++)
    kcd_doc_add(array, kcd_doc_text(texts[i]));
  return array;
}

json_t *kcd_doc_bytes(const struct kcd_bytes *bytes)
{
  return bytes->len == 0 ? made(json_string("")) : text_of(bytes->data, bytes->len);
}

json_t *kcd_doc_values(const struct kcd_values *values)
{
  json_t *array = kcd_doc_array();
  for (size_t i = 0; values != NULL && i < values->n; i++)
    kcd_doc_add(array, kcd_doc_bytes(&values->v[i]));
  return array;
}

json_t *kcd_doc_uint(uint64_t number)
{
  if (number <= INT64_MAX)
    return made(json_integer((json_int_t)number));
  KCD_AUTO_CHAR digits = kcd_asprintf("%" PRIu64, number);
  return made(json_string(digits));
}

json_t *kcd_doc_int(int64_t number)
{
  return made(json_integer(number));
}

json_t *kcd_doc_time(time_t when)
{
  if (when == 0)
    return json_null();
  KCD_AUTO_CHAR text = kcd_time_rfc3339(when);
  return kcd_doc_text(text);
}

json_t *kcd_doc_filetime(uint64_t filetime)
{
  time_t when = 0;
  return kcd_time_from_filetime(filetime, &when) == 0 ? kcd_doc_time(when) : json_null();
}

json_t *kcd_doc_guid(const uint8_t *guid)
{
  if (guid == NULL)
    return json_null();
  KCD_AUTO_CHAR text = kcd_guid_text(guid);
  return kcd_doc_text(text);
}

json_t *kcd_doc_tri(enum kcd_tri tri)
{
  return tri == KCD_UNKNOWN ? json_null() : json_boolean(tri == KCD_YES);
}

const char *kcd_doc_str(const json_t *object, const char *key)
{
  const char *text = json_string_value(json_object_get(object, key));
  return text == NULL ? "" : text;
}

bool kcd_doc_true(const json_t *object, const char *key)
{
  return json_is_true(json_object_get(object, key));
}

uint64_t kcd_doc_num(const json_t *object, const char *key)
{
  return (uint64_t)json_integer_value(json_object_get(object, key));
}

size_t kcd_doc_count(const json_t *array, const char *key, const char *value)
{
  size_t n = 0, i;
  const json_t *object;
  json_array_foreach(array, i, object)
  {
    n += strcmp(kcd_doc_str(object, key), value) == 0;
  }
  return n;
}

static char *safe_base64(const json_t *object)
{
  struct kcd_bytes bytes = {0};
  if (kcd_base64_decode(kcd_doc_str(object, "base64"), &bytes) != 0)
    return kcd_strdup("");
  char *text = kcd_safe_text(bytes.data, bytes.len);
  kcd_bytes_done(&bytes);
  return text;
}

static char *safe_scalar(const json_t *value)
{
  switch (value == NULL ? JSON_NULL : json_typeof(value)) {
  case JSON_STRING:
    return kcd_safe(json_string_value(value));
  case JSON_INTEGER:
    return kcd_asprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
  case JSON_TRUE:
    return kcd_strdup("yes");
  case JSON_FALSE:
    return kcd_strdup("no");
  case JSON_OBJECT:
    return safe_base64(value);
  case JSON_ARRAY:
  case JSON_REAL:
  case JSON_NULL:
    break;
  }
  return kcd_strdup("");
}

char *kcd_doc_safe(const json_t *value)
{
  if (!json_is_array(value))
    return safe_scalar(value);
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  size_t i;
  const json_t *element;
  json_array_foreach(value, i, element)
  {
    KCD_AUTO_CHAR text = safe_scalar(element);
    kcd_buf_addf(&buf, "%s%s", i == 0 ? "" : ", ", text);
  }
  char *joined = kcd_buf_take_text(&buf);
  return joined == NULL ? kcd_strdup("") : joined;
}

char *kcd_doc_safe_at(const json_t *object, const char *key)
{
  return kcd_doc_safe(json_object_get(object, key));
}
