/* entry.c - directory objects as plain bytes. */
#include <kcdfix/entry.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

void kcd_entry_done(struct kcd_entry *entry)
{
  if (entry == NULL)
    return;
  for (size_t i = 0; i < entry->n; i++) {
    free(entry->attributes[i].name);
    kcd_values_done(&entry->attributes[i].values);
  }
  free(entry->attributes);
  free(entry->dn);
  *entry = (struct kcd_entry){0};
}

void kcd_entries_done(struct kcd_entries *entries)
{
  if (entries == NULL)
    return;
  for (size_t i = 0; i < entries->n; i++)
    kcd_entry_done(&entries->v[i]);
  free(entries->v);
  *entries = (struct kcd_entries){0};
}

/* Room for one element more in an array of N: arrays here keep no capacity, it is the next power of two. */
static void *grown(void *array, size_t n, size_t size)
{
  if ((n & (n - 1)) != 0)
    return array;
  return kcd_reallocarray(array, n == 0 ? 1 : 2 * n, size);
}

struct kcd_entry *kcd_entries_add(struct kcd_entries *entries, const char *dn)
{
  entries->v = grown(entries->v, entries->n, sizeof *entries->v);
  struct kcd_entry *added = &entries->v[entries->n++];
  *added = (struct kcd_entry){.dn = kcd_strdup(dn)};
  return added;
}

static struct kcd_attribute *find(const struct kcd_entry *entry, const char *name)
{
  for (size_t i = 0; i < entry->n; i++)
    if (kcd_equal_nocase(entry->attributes[i].name, name))
      return &entry->attributes[i];
  return NULL;
}

struct kcd_values *kcd_entry_attribute(struct kcd_entry *entry, const char *name)
{
  struct kcd_attribute *attribute = find(entry, name);
  if (attribute == NULL) {
    entry->attributes = grown(entry->attributes, entry->n, sizeof *entry->attributes);
    attribute = &entry->attributes[entry->n++];
    *attribute = (struct kcd_attribute){.name = kcd_strdup(name)};
  }
  return &attribute->values;
}

void kcd_entries_copy(struct kcd_entries *ret, const struct kcd_entries *from)
{
  *ret = (struct kcd_entries){0};
  for (size_t i = 0; i < from->n; i++) {
    struct kcd_entry *entry = kcd_entries_add(ret, from->v[i].dn);
    for (size_t k = 0; k < from->v[i].n; k++)
      kcd_values_copy(kcd_entry_attribute(entry, from->v[i].attributes[k].name), &from->v[i].attributes[k].values);
  }
}

const struct kcd_values *kcd_entry_get(const struct kcd_entry *entry, const char *name)
{
  const struct kcd_attribute *attribute = find(entry, name);
  return attribute != NULL && attribute->values.n > 0 ? &attribute->values : NULL;
}

static const struct kcd_bytes *first_value(const struct kcd_entry *entry, const char *name)
{
  const struct kcd_values *values = kcd_entry_get(entry, name);
  return values == NULL ? NULL : &values->v[0];
}

const char *kcd_entry_text(const struct kcd_entry *entry, const char *name)
{
  const struct kcd_bytes *value = first_value(entry, name);
  if (value == NULL || value->data == NULL || !kcd_is_utf8(value->data, value->len))
    return NULL;
  return (const char *)value->data;
}

/* LDAP INTEGER (RFC 4517 3.3.16): no sign but '-', no blanks, no other base. */
static bool parse_integer(const char *text, uint64_t *ret)
{
  bool negative = text[0] == '-';
  uint64_t number = 0;
  const char *digit = text + (negative ? 1 : 0);
  if (*digit == '\0')
    return false;
  for (; *digit != '\0'; digit++) {
    if (*digit < '0' || *digit > '9' || __builtin_mul_overflow(number, UINT64_C(10), &number) ||
        __builtin_add_overflow(number, (uint64_t)(*digit - '0'), &number))
      return false;
  }
  if (negative && number > (uint64_t)INT64_MAX + 1)
    return false;
  *ret = negative ? UINT64_C(0) - number : number;
  return true;
}

bool kcd_entry_u64(const struct kcd_entry *entry, const char *name, uint64_t *ret)
{
  const char *text = kcd_entry_text(entry, name);
  return text != NULL && parse_integer(text, ret);
}

bool kcd_entry_u32(const struct kcd_entry *entry, const char *name, uint32_t *ret)
{
  uint64_t number;
  if (!kcd_entry_u64(entry, name, &number))
    return false;
  if (number > UINT32_MAX && number < (uint64_t)(int64_t)INT32_MIN)
    return false;
  *ret = (uint32_t)number;
  return true;
}

bool kcd_entry_sid(const struct kcd_entry *entry, const char *name, struct kcd_sid *ret)
{
  const struct kcd_bytes *value = first_value(entry, name);
  return value != NULL && kcd_sid_decode(value->data, value->len, ret) == 0;
}

bool kcd_entry_guid(const struct kcd_entry *entry, const char *name, uint8_t ret[16])
{
  const struct kcd_bytes *value = first_value(entry, name);
  if (value == NULL || value->len != 16)
    return false;
  memcpy(ret, value->data, 16);
  return true;
}
