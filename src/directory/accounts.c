#include "gathering.h"

#include <stdlib.h>
#include <string.h>

static bool has_guid(const struct kcd_account *account)
{
  static const uint8_t none[16];
  return memcmp(account->guid, none, sizeof(none)) != 0;
}

static bool is_same(const struct kcd_account *a, const struct kcd_account *b)
{
  if (has_guid(a) && has_guid(b))
    return memcmp(a->guid, b->guid, sizeof(a->guid)) == 0;
  return a->dn != NULL && b->dn != NULL && strcmp(a->dn, b->dn) == 0;
}

static struct kcd_account *find(const struct kcd_facts_set *set, const struct kcd_account *account)
{
  for (size_t i = 0; i < set->n_accounts; i++)
    if (is_same(set->accounts[i], account))
      return set->accounts[i];
  return NULL;
}

void pointer_list_add(struct kcd_account ***list, size_t *n, struct kcd_account *account)
{
  *list = kcd_reallocarray(*list, *n + 1, sizeof(struct kcd_account *));
  (*list)[(*n)++] = account;
}

bool pointer_list_has(struct kcd_account *const *list, size_t n, const struct kcd_account *account)
{
  for (size_t i = 0; i < n; i++)
    if (list[i] == account)
      return true;
  return false;
}

struct kcd_account *accounts_add(struct kcd_facts_set *set, const struct kcd_entry *entry)
{
  struct kcd_account read;
  kcd_account_from_entry(entry, &read);
  struct kcd_account *known = find(set, &read);
  if (known != NULL) {
    kcd_account_done(&read);
    return known;
  }
  struct kcd_account *account = kcd_calloc(1, sizeof(*account));
  *account = read;
  pointer_list_add(&set->accounts, &set->n_accounts, account);
  return account;
}

void take_accounts(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  for (size_t i = 0; i < found->n; i++)
    accounts_add(g->set, &found->v[i]);
}
