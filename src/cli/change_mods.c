/* From what is to be different to the elements of one Modify. */
#include <stdlib.h>

#include <kcdfix/alloc.h>
#include <kcdfix/rbcd.h>

#include "changing.h"

#define ATTR_LIST "msDS-AllowedToDelegateTo"
#define ATTR_UAC "userAccountControl"

/* The elements of one modify, never more than three times old and new. */
struct mods {
  struct kcd_mod v[6];
  size_t n;
  struct kcd_values old_uac, new_uac;
  struct kcd_bytes rbcd_old, rbcd_new; /* borrowed: the only values of their elements */
};

static void mods_done(struct mods *mods)
{
  kcd_values_done(&mods->old_uac);
  kcd_values_done(&mods->new_uac);
}

static void add_swap(struct mods *mods, enum kcd_mod_op op, const char *attribute, struct kcd_values values)
{
  if (values.n > 0 && values.v[0].len > 0)
    mods->v[mods->n++] = (struct kcd_mod){.op = op, .attribute = attribute, .values = values};
}

/* Delete-old and add-new in the same modify as the list values: a stale old value fails the whole of it (16), and so
 * does a value where there was none (20). MODS stays where it is: its elements point into it, and into what the
 * difference names. */
static void mods_init(struct mods *mods, const struct difference *d)
{
  *mods = (struct mods){.rbcd_old = d->rbcd_old, .rbcd_new = d->rbcd_new};
  if (d->remove->n > 0)
    mods->v[mods->n++] = (struct kcd_mod){.op = KCD_MOD_DELETE, .attribute = ATTR_LIST, .values = *d->remove};
  if (d->add->n > 0)
    mods->v[mods->n++] = (struct kcd_mod){.op = KCD_MOD_ADD, .attribute = ATTR_LIST, .values = *d->add};
  if (d->uac_before != d->uac_after) {
    kcd_values_add_u32(&mods->old_uac, d->uac_before);
    kcd_values_add_u32(&mods->new_uac, d->uac_after);
  }
  add_swap(mods, KCD_MOD_DELETE, ATTR_UAC, mods->old_uac);
  add_swap(mods, KCD_MOD_ADD, ATTR_UAC, mods->new_uac);
  add_swap(mods, KCD_MOD_DELETE, KCD_ATTR_RBCD, (struct kcd_values){.v = &mods->rbcd_old, .n = 1});
  add_swap(mods, KCD_MOD_ADD, KCD_ATTR_RBCD, (struct kcd_values){.v = &mods->rbcd_new, .n = 1});
}

void send_intents(struct kcd_dir *dir, const struct intent *intents, size_t n, struct kcd_modify *ret)
{
  struct mods *mods = kcd_calloc(n, sizeof *mods);
  for (size_t i = 0; i < n; i++) {
    mods_init(&mods[i], &intents[i].difference);
    ret[i] = (struct kcd_modify){.guid = intents[i].guid, .mods = mods[i].v, .n = mods[i].n};
  }
  kcd_dir_modify(dir, ret, n);
  for (size_t i = 0; i < n; i++) {
    mods_done(&mods[i]);
    ret[i].mods = NULL;
  }
  free(mods);
}

bool values_are(const struct kcd_account *account, const struct kcd_values *values, bool listed)
{
  for (size_t i = 0; i < values->n; i++)
    if (listed != (kcd_values_find(&account->delegate_to, values->v[i].data, values->v[i].len) >= 0))
      return false;
  return true;
}

bool difference_is_made(const struct difference *d, const struct kcd_account *account)
{
  if (!values_are(account, d->add, true) || !values_are(account, d->remove, false))
    return false;
  if (d->rbcd_new.len > 0 && !kcd_bytes_equal(&account->rbcd, &d->rbcd_new))
    return false;
  return d->uac_before == d->uac_after || account->uac == d->uac_after;
}

struct difference difference_of_record(const struct kcd_record *record)
{
  return (struct difference){.add = &record->list_added,
                             .remove = &record->list_removed,
                             .uac_before = record->uac_before,
                             .uac_after = record->uac_after,
                             .rbcd_old = record->rbcd_before,
                             .rbcd_new = record->rbcd_after};
}

struct difference difference_of_plan(const struct kcd_object_plan *plan)
{
  return (struct difference){.add = &plan->add,
                             .remove = &plan->remove,
                             .uac_before = plan->uac_before,
                             .uac_after = plan->uac_after,
                             .rbcd_old = plan->rbcd_before,
                             .rbcd_new = plan->rbcd_after};
}
