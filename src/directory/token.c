/* Group membership as a KDC sees it. tokenGroups can be read from one object at a time only (MS-ADTS 3.1.1.4.5.19). */
#include "gathering.h"

#include <string.h>

#include <kcdfix/ldaptext.h>

static const char *const attributes[] = {"tokenGroups", NULL};

static void take_token(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  if (found->n == 1)
    kcd_account_set_token(g->set->accounts[index], kcd_entry_get(&found->v[0], "tokenGroups"), &g->dc->domain_sid);
}

static bool index_of(const struct kcd_facts_set *set, const struct kcd_account *account, size_t *ret)
{
  for (size_t i = 0; i < set->n_accounts; i++) {
    if (set->accounts[i] != account)
      continue;
    *ret = i;
    return true;
  }
  return false;
}

void token_search(struct gathering *g, const struct kcd_account *account)
{
  size_t index;
  if (account == NULL || account->token != NULL || !index_of(g->set, account, &index))
    return;
  for (size_t i = 0; i < g->wave.n; i++)
    if (g->wave.v[i].take == take_token && g->wave.v[i].index == index)
      return;
  struct kcd_search search = {.scope = KCD_BASE, .attributes = attributes, .missing_is_empty = true, .steady = true};
  wave_add(&g->wave, search, kcd_guid_dn(account->guid), NULL, take_token, index);
}
