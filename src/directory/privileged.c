/* Users whose tickets are worth most and that nothing protects: members of the groups that own the domain, enabled, not
 * "sensitive", and not in Protected Users where the KDC heeds that group. Windows marks them with adminCount = 1,
 * nested members too (MS-ADTS 3.1.1.6.1); Samba marks the built-in ones alone, so there the membership itself is asked
 * for. */
#include "gathering.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/audit.h>
#include <kcdfix/text.h>

#define MAX_GROUP_SEARCHES 500 /* beyond that the membership stays unknown, and the user is told of */

/* Administrators, which Domain, Enterprise and Schema Admins belong to; Account, Server, Print and Backup Operators. A
 * primary group is in no memberOf: Domain Admins is RID 512. */
#define MEMBERS                                                                                                        \
  MEMBER_OF("544") MEMBER_OF("548") MEMBER_OF("549") MEMBER_OF("550") MEMBER_OF("551") "(primaryGroupID=512)"
#define MEMBER_OF(rid) "(memberOf:1.2.840.113556.1.4.1941:=<SID=S-1-5-32-" rid ">)"

static void take_candidates(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  for (size_t i = 0; i < found->n; i++)
    pointer_list_add(&g->candidates, &g->n_candidates, accounts_add(g->set, &found->v[i]));
}

void privileged_search(struct gathering *g)
{
  if (!g->query->reachable_accounts)
    return;
  struct kcd_search search = {.scope = KCD_SUBTREE, .attributes = kcd_account_attributes};
  /* objectCategory has an index, adminCount has none; disabled is 0x2, sensitive 0x100000 (MS-ADTS 2.2.16) */
  char *filter = kcd_asprintf("(&(objectCategory=person)(objectClass=user)(|(adminCount=1)%s)"
                              "(!(userAccountControl:1.2.840.113556.1.4.804:=1048578)))",
                              dc_is_samba(g->dc) ? MEMBERS : "");
  wave_add(&g->wave, search, kcd_strdup(g->dc->domain_nc), filter, take_candidates, 0);
}

void privileged_search_groups(struct gathering *g)
{
  for (size_t i = 0; kcd_flavour_heeds_protected_users(g->dc->flavour) && i < g->n_candidates && i < MAX_GROUP_SEARCHES;
       i++)
    token_search(g, g->candidates[i]);
}

/* By name: the order in which a server finds them changes from one day to the next. */
static int by_name(const void *left, const void *right)
{
  const struct kcd_account *a = *(struct kcd_account *const *)left;
  const struct kcd_account *b = *(struct kcd_account *const *)right;
  const char *a_name = a->sam_account_name == NULL ? "" : a->sam_account_name;
  const char *b_name = b->sam_account_name == NULL ? "" : b->sam_account_name;
  return kcd_fold_compare(a_name, strlen(a_name), b_name, strlen(b_name));
}

void privileged_pick(struct gathering *g)
{
  for (size_t i = 0; i < g->n_candidates; i++)
    if (!kcd_flavour_heeds_protected_users(g->dc->flavour) || g->candidates[i]->protected_user != KCD_YES)
      pointer_list_add(&g->set->privileged, &g->set->n_privileged, g->candidates[i]);
  if (g->set->n_privileged > 1)
    qsort(g->set->privileged, g->set->n_privileged, sizeof(struct kcd_account *), by_name);
}
