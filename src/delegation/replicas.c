/* What a domain controller holds of an object, held against what another one holds. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/replicas.h>
#include <kcdfix/uac.h>

void kcd_replica_forget(struct kcd_replica *replica)
{
  for (size_t i = 0; i < replica->n; i++)
    kcd_account_done(&replica->copies[i].account);
  free(replica->copies);
  replica->copies = NULL;
  replica->n = 0;
}

const struct kcd_copy *kcd_replica_copy(const struct kcd_replica *replica, const uint8_t guid[16])
{
  for (size_t i = 0; i < replica->n; i++)
    if (memcmp(replica->copies[i].guid, guid, sizeof replica->copies[i].guid) == 0)
      return &replica->copies[i];
  return NULL;
}

const char *kcd_standing_name(enum kcd_standing standing)
{
  static const char *const names[] = {[KCD_STANDS_SAME] = "same",
                                      [KCD_STANDS_BEHIND] = "behind",
                                      [KCD_STANDS_AHEAD] = "ahead",
                                      [KCD_STANDS_APART] = "apart"};
  return names[standing];
}

static bool same_list(const struct kcd_values *a, const struct kcd_values *b)
{
  if (a->n != b->n)
    return false;
  for (size_t i = 0; i < a->n; i++)
    if (kcd_values_find(b, a->v[i].data, a->v[i].len) < 0)
      return false;
  return true;
}

static enum kcd_standing by_version(const struct kcd_attr_meta *object, const struct kcd_attr_meta *copy)
{
  if (copy->version == object->version)
    return KCD_STANDS_APART;
  return copy->version < object->version ? KCD_STANDS_BEHIND : KCD_STANDS_AHEAD;
}

/* Two attributes that say different things: each DC has a write that the other lacks. */
static enum kcd_standing join(enum kcd_standing a, enum kcd_standing b)
{
  if (a == KCD_STANDS_SAME || a == b)
    return b;
  return b == KCD_STANDS_SAME ? a : KCD_STANDS_APART;
}

enum kcd_standing kcd_copy_standing(const struct kcd_account *object, const struct kcd_copy *copy)
{
  const struct kcd_account *there = &copy->account;
  if (!copy->there)
    return KCD_STANDS_BEHIND;
  enum kcd_standing standing = KCD_STANDS_SAME;
  if (object->uac != there->uac)
    standing = join(standing, by_version(&object->uac_meta, &there->uac_meta));
  if (!same_list(&object->delegate_to, &there->delegate_to))
    standing = join(standing, by_version(&object->list_meta, &there->list_meta));
  if (!kcd_bytes_equal(&object->rbcd, &there->rbcd))
    standing = join(standing, by_version(&object->rbcd_meta, &there->rbcd_meta));
  return standing;
}

enum kcd_standing kcd_replica_standing(const struct kcd_replica *replica, struct kcd_account *const *objects, size_t n)
{
  enum kcd_standing standing = KCD_STANDS_SAME;
  for (size_t i = 0; i < n; i++) {
    const struct kcd_copy *copy = kcd_replica_copy(replica, objects[i]->guid);
    if (copy != NULL)
      standing = join(standing, kcd_copy_standing(objects[i], copy));
  }
  return standing;
}

bool kcd_copy_shows(const struct kcd_copy *copy, const struct kcd_values *wanted, const struct kcd_values *gone,
                    uint32_t uac, const struct kcd_bytes *rbcd)
{
  if (rbcd != NULL && !kcd_bytes_equal(&copy->account.rbcd, rbcd))
    return false;
  if (!copy->there || ((copy->account.uac ^ uac) & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0)
    return false;
  for (size_t i = 0; i < wanted->n; i++)
    if (kcd_values_find(&copy->account.delegate_to, wanted->v[i].data, wanted->v[i].len) < 0)
      return false;
  for (size_t i = 0; gone != NULL && i < gone->n; i++)
    if (kcd_values_find(&copy->account.delegate_to, gone->v[i].data, gone->v[i].len) >= 0)
      return false;
  return true;
}
