/* Which account the user operand names. */
#include "gathering.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#define SAME_NAME 20

static void take_users(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  for (size_t i = 0; i < found->n; i++) {
    struct kcd_account *account = accounts_add(g->set, &found->v[i]);
    if (account->kind != KCD_KIND_OTHER && !pointer_list_has(g->users, g->n_users, account))
      pointer_list_add(&g->users, &g->n_users, account);
  }
}

int user_begin(struct gathering *g, struct kcd_error *err)
{
  if (g->query->user == NULL)
    return 0;
  if (user_name_parse(g->query->user, &g->user, err) < 0)
    return -1;
  g->set->user_operand = kcd_strdup(g->query->user);
  struct kcd_search search = {.scope = KCD_SUBTREE, .attributes = kcd_account_attributes, .limit = SAME_NAME};
  wave_add(&g->wave, search, kcd_strdup(g->dc->domain_nc), user_name_filter(&g->user, g->dc), take_users, 0);
  return 0;
}

/* The account name in the operand: the whole of it, or what stands before the '@' of this domain's realm. */
static bool has_account_name(const struct gathering *g, const struct kcd_account *account)
{
  const struct account_name *name = &g->user;
  if (account->sam_account_name == NULL)
    return false;
  if (name->form == NAME_PLAIN)
    return kcd_equal_nocase(account->sam_account_name, name->name);
  if (name->form != NAME_UPN || !realm_is_domain(name->realm, g->dc))
    return false;
  size_t len = strlen(name->name) - strlen(name->realm) - 1;
  return strlen(account->sam_account_name) == len && kcd_equal_nocase_n(account->sam_account_name, name->name, len);
}

static bool prefix_is_ours(const struct gathering *g)
{
  const char *prefix = g->user.prefix;
  if (prefix == NULL)
    return true;
  enum kcd_tri known = prefix_is_domain(prefix, g->dc);
  return known == KCD_YES ||
         (known == KCD_UNKNOWN && g->netbios_name != NULL && kcd_equal_nocase(prefix, g->netbios_name));
}

static void take_match(struct kcd_facts_set *set, struct kcd_account *account)
{
  set->user_matches++;
  set->user = set->user_matches == 1 ? account : NULL;
}

/* Account names are unique and win over the name that is shown; where none is the same in ASCII, the server's idea of
 * equality holds. */
static void pick(struct gathering *g)
{
  for (size_t i = 0; i < g->n_users && g->set->user == NULL; i++)
    if (has_account_name(g, g->users[i]))
      take_match(g->set, g->users[i]);
  if (g->set->user_matches > 0)
    return;
  for (size_t i = 0; i < g->n_users; i++)
    take_match(g->set, g->users[i]);
}

void user_pick(struct gathering *g)
{
  if (g->query->user == NULL)
    return;
  if (!prefix_is_ours(g)) {
    g->set->user_realm = kcd_strdup(g->user.prefix);
    return;
  }
  pick(g);
  if (g->set->user_matches == 0 && g->user.form == NAME_UPN && !realm_is_domain(g->user.realm, g->dc))
    g->set->user_realm = kcd_strdup(g->user.realm);
}
