/* Who holds the services that the hosts list. Most are other hosts, which are known already. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "hyperv_hosts.h"

static int compare_names(const void *a, const void *b)
{
  const struct kcd_holder *x = a, *y = b;
  return kcd_fold_compare(x->name, x->len, y->name, y->len);
}

static void add_name(struct kcd_holders *holders, const void *name, size_t len, const struct kcd_account *account)
{
  holders->v[holders->n++] = (struct kcd_holder){name, len, account};
}

/* An entry without class is the name of an account. */
static void add_names(struct kcd_holders *holders, const struct kcd_account *account)
{
  for (size_t i = 0; i < account->spns.n; i++)
    if (account->spns.v[i].len > 0)
      add_name(holders, account->spns.v[i].data, account->spns.v[i].len, account);
  if (account->sam_account_name != NULL)
    add_name(holders, account->sam_account_name, strlen(account->sam_account_name), account);
}

void kcd_holders_init(const struct kcd_hyperv *hyperv, struct kcd_holders *ret)
{
  size_t n = hyperv->n + hyperv->n_owners;
  for (size_t i = 0; i < hyperv->n; i++)
    n += hyperv->v[i].account.spns.n;
  for (size_t i = 0; i < hyperv->n_owners; i++)
    n += hyperv->owners[i].spns.n;
  *ret = (struct kcd_holders){kcd_calloc(n + 1, sizeof(*ret->v)), 0};
  for (size_t i = 0; i < hyperv->n; i++)
    add_names(ret, &hyperv->v[i].account);
  for (size_t i = 0; i < hyperv->n_owners; i++)
    add_names(ret, &hyperv->owners[i]);
  qsort(ret->v, ret->n, sizeof(*ret->v), compare_names);
}

void kcd_holders_done(struct kcd_holders *holders)
{
  free(holders->v);
  *holders = (struct kcd_holders){NULL, 0};
}

static const struct kcd_holder *holders_of_name(const struct kcd_holders *holders, const void *name, size_t len,
                                                size_t *ret_n)
{
  const struct kcd_holder key = {name, len, NULL};
  const struct kcd_holder *end = holders->v + holders->n;
  const struct kcd_holder *first = bsearch(&key, holders->v, holders->n, sizeof(key), compare_names);
  *ret_n = 0;
  if (first == NULL)
    return NULL;
  while (first > holders->v && compare_names(first - 1, &key) == 0)
    first--;
  while (first + *ret_n < end && compare_names(first + *ret_n, &key) == 0)
    ++*ret_n;
  return first;
}

static bool is_mapped(const struct kcd_mapped_classes *mapped, const char *class, size_t len)
{
  for (size_t i = 0; i < mapped->n; i++)
    if (strlen(mapped->v[i]) == len && kcd_equal_nocase_n(mapped->v[i], class, len))
      return true;
  return false;
}

/* As a KDC looks: for the name itself, and where nobody holds it for the same name with the class host (MS-DRSR
 * 4.1.4.2.19). */
const struct kcd_holder *kcd_holders_of(const struct kcd_holders *holders, const struct kcd_bytes *entry,
                                        const struct kcd_mapped_classes *mapped, size_t *ret_n)
{
  const struct kcd_holder *found = holders_of_name(holders, entry->data, entry->len, ret_n);
  const char *text = (const char *)entry->data, *slash = memchr(text, '/', entry->len);
  if (found != NULL || slash == NULL || !is_mapped(mapped, text, (size_t)(slash - text)))
    return found;
  KCD_AUTO_CHAR host = kcd_asprintf("host%.*s", (int)(entry->len - (size_t)(slash - text)), slash);
  return holders_of_name(holders, host, strlen(host), ret_n);
}

bool kcd_entry_can_lead(const struct kcd_bytes *entry)
{
  return entry->len > 0 && entry->len <= KCD_SPN_MAX && kcd_list_entry_defect(entry->data, entry->len) == NULL &&
         !kcd_list_entry_is_kdc_service(entry->data, entry->len);
}

/* ---- those that are not known ---- */

static int compare_entries(const void *a, const void *b)
{
  const struct kcd_bytes *x = a, *y = b;
  return kcd_fold_compare(x->data, x->len, y->data, y->len);
}

static void drop_repeated(struct kcd_values *values)
{
  if (values->n == 0)
    return;
  qsort(values->v, values->n, sizeof(*values->v), compare_entries);
  size_t kept = 0;
  for (size_t i = 0; i < values->n; i++) {
    if (kept > 0 && compare_entries(&values->v[kept - 1], &values->v[i]) == 0)
      kcd_bytes_done(&values->v[i]);
    else
      values->v[kept++] = values->v[i];
  }
  values->n = kept;
}

void kcd_hyperv_unowned(const struct kcd_hyperv *hyperv, const struct kcd_mapped_classes *mapped,
                        struct kcd_values *ret)
{
  struct kcd_holders holders;
  kcd_holders_init(hyperv, &holders);
  struct kcd_values unowned = {NULL, 0};
  for (size_t i = 0; i < hyperv->n; i++) {
    const struct kcd_values *list = &hyperv->v[i].account.delegate_to;
    bool counts = hyperv->v[i].kind == KCD_HYPERV_HOST && kcd_account_is_enabled(&hyperv->v[i].account);
    for (size_t j = 0; counts && j < list->n; j++) {
      size_t n;
      if (kcd_entry_can_lead(&list->v[j]) && kcd_holders_of(&holders, &list->v[j], mapped, &n) == NULL)
        kcd_values_add(&unowned, list->v[j].data, list->v[j].len);
    }
  }
  kcd_holders_done(&holders);
  drop_repeated(&unowned);
  *ret = unowned;
}

void kcd_hyperv_add_owners(struct kcd_hyperv *hyperv, const struct kcd_entries *found)
{
  for (size_t i = 0; i < found->n; i++) {
    hyperv->owners = kcd_reallocarray(hyperv->owners, hyperv->n_owners + 1, sizeof(*hyperv->owners));
    kcd_account_from_entry(&found->v[i], &hyperv->owners[hyperv->n_owners++]);
  }
}
