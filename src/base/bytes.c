#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/bytes.h>
#include <kcdfix/text.h>

struct kcd_bytes kcd_bytes_copy(const void *data, size_t len)
{
  return (struct kcd_bytes){.data = (uint8_t *)kcd_strndup(data, len), .len = len};
}

struct kcd_bytes kcd_bytes_of(const char *text)
{
  return kcd_bytes_copy(text, strlen(text));
}

void kcd_bytes_done(struct kcd_bytes *bytes)
{
  if (bytes == NULL)
    return;
  free(bytes->data);
  *bytes = (struct kcd_bytes){0};
}

static bool same(const struct kcd_bytes *value, const void *data, size_t len)
{
  return value->len == len && (len == 0 || memcmp(value->data, data, len) == 0);
}

bool kcd_bytes_equal(const struct kcd_bytes *a, const struct kcd_bytes *b)
{
  return same(a, b->data, b->len);
}

int kcd_bytes_compare(const struct kcd_bytes *a, const struct kcd_bytes *b)
{
  if (a->len != b->len)
    return a->len < b->len ? -1 : 1;
  return a->len == 0 ? 0 : memcmp(a->data, b->data, a->len);
}

void kcd_values_done(struct kcd_values *values)
{
  if (values == NULL)
    return;
  for (size_t i = 0; i < values->n; i++)
    kcd_bytes_done(&values->v[i]);
  free(values->v);
  *values = (struct kcd_values){0};
}

void kcd_values_add(struct kcd_values *values, const void *data, size_t len)
{
  values->v = kcd_reallocarray(values->v, values->n + 1, sizeof(*values->v));
  values->v[values->n] = kcd_bytes_copy(data, len);
  values->n++;
}

void kcd_values_add_text(struct kcd_values *values, const char *text)
{
  kcd_values_add(values, text, strlen(text));
}

void kcd_values_add_u32(struct kcd_values *values, uint32_t number)
{
  char text[16];
  snprintf(text, sizeof text, "%" PRId32, (int32_t)number);
  kcd_values_add_text(values, text);
}

void kcd_values_copy(struct kcd_values *to, const struct kcd_values *from)
{
  for (size_t i = 0; i < from->n; i++)
    kcd_values_add(to, from->v[i].data, from->v[i].len);
}

ptrdiff_t kcd_values_find(const struct kcd_values *values, const void *data, size_t len)
{
  for (size_t i = 0; i < values->n; i++)
    if (same(&values->v[i], data, len))
      return (ptrdiff_t)i;
  return -1;
}

ptrdiff_t kcd_values_find_nocase(const struct kcd_values *values, const char *text)
{
  size_t len = strlen(text);
  for (size_t i = 0; i < values->n; i++) {
    const struct kcd_bytes *value = &values->v[i];
    if (value->len == len && (len == 0 || kcd_equal_nocase_n((const char *)value->data, text, len)))
      return (ptrdiff_t)i;
  }
  return -1;
}

ptrdiff_t kcd_values_find_fold(const struct kcd_values *values, const char *text)
{
  size_t len = strlen(text);
  for (size_t i = 0; i < values->n; i++)
    if (kcd_fold_compare(values->v[i].data, values->v[i].len, text, len) == 0)
      return (ptrdiff_t)i;
  return -1;
}

int kcd_bytes_by_fold(const void *a, const void *b)
{
  const struct kcd_bytes *left = a;
  const struct kcd_bytes *right = b;
  return kcd_fold_compare(left->data, left->len, right->data, right->len);
}
