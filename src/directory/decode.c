/* From libldap's messages to plain entries. Everything in a message is the server's choice. */
#include <stdlib.h>

#include "dir.h"

static int add_value(struct kcd_dir *dir, const struct berval *value, struct kcd_values *to, size_t *budget,
                     struct kcd_error *err)
{
  if (to->n >= DIR_MAX_VALUES)
    return dir_fail_answer(dir, err, "an attribute with too many values");
  size_t cost = value->bv_len + sizeof(struct kcd_bytes);
  if (cost > *budget)
    return dir_fail_answer(dir, err, "more than fits into the memory set aside for an answer");
  *budget -= cost;
  kcd_values_add(to, value->bv_val, value->bv_len);
  return 0;
}

static void free_values(struct berval **values)
{
  ber_memfree(*values);
}

/* Windows sends the bare name without values beside the one with a range: an empty attribute is not kept. */
static int add_attribute(struct kcd_dir *dir, const struct berval *type, const struct berval *values,
                         struct kcd_entry *to, size_t *budget, dir_ranged_fn *ranged, void *data, struct kcd_error *err)
{
  if (values == NULL || values[0].bv_val == NULL)
    return 0;
  if (to->n >= DIR_MAX_ATTRIBUTES)
    return dir_fail_answer(dir, err, "an entry with too many attributes");
  KCD_AUTO_CHAR name = kcd_strndup(type->bv_val, type->bv_len);
  uint64_t next = 0;
  bool is_part = dir_range_split(name, &next);
  struct kcd_values *list = kcd_entry_attribute(to, name);
  for (const struct berval *value = values; value->bv_val != NULL; value++)
    if (add_value(dir, value, list, budget, err) < 0)
      return -1;
  if (is_part && next != 0)
    ranged(data, name, next);
  return 0;
}

static void free_ber(BerElement **ber)
{
  if (*ber != NULL)
    ber_free(*ber, 0);
}

int dir_decode_entry(struct kcd_dir *dir, LDAPMessage *message, struct kcd_entry *to, size_t *budget,
                     dir_ranged_fn *ranged, void *data, struct kcd_error *err)
{
  __attribute__((cleanup(free_ber))) BerElement *ber = NULL;
  struct berval dn;
  if (ldap_get_dn_ber(dir->ld, message, &ber, &dn) != LDAP_SUCCESS || ber == NULL)
    return dir_fail_answer(dir, err, "an entry that cannot be decoded");
  for (;;) {
    struct berval type = {0, NULL};
    __attribute__((cleanup(free_values))) struct berval *values = NULL;
    if (ldap_get_attribute_ber(dir->ld, message, ber, &type, &values) != LDAP_SUCCESS)
      return dir_fail_answer(dir, err, "an entry that cannot be decoded");
    if (type.bv_val == NULL)
      return 0;
    if (add_attribute(dir, &type, values, to, budget, ranged, data, err) < 0)
      return -1;
  }
}

char *dir_entry_dn(struct kcd_dir *dir, LDAPMessage *message)
{
  __attribute__((cleanup(free_ber))) BerElement *ber = NULL;
  struct berval dn;
  if (ldap_get_dn_ber(dir->ld, message, &ber, &dn) != LDAP_SUCCESS || dn.bv_val == NULL)
    return NULL;
  return kcd_strndup(dn.bv_val, dn.bv_len);
}
