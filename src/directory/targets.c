/* The SPNs asked for, and the other form of each. */
#include "gathering.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#define MAX_HOLDERS 10
#define HOLDER_SPNS 20

/* ---- the sibling: short form and FQDN of the same service ---- */

static char *sibling_of(const struct kcd_spn *spn, const char *fqdn)
{
  if (spn->host_is_address)
    return NULL;
  if (!spn->host_is_fqdn)
    return kcd_spn_with_host(spn, fqdn);
  KCD_AUTO_CHAR host = kcd_spn_short_host(spn);
  return kcd_spn_with_host(spn, host);
}

static char *first_sibling(const struct gathering *g, const struct kcd_spn *spn)
{
  KCD_AUTO_CHAR fqdn = kcd_asprintf("%s.%s", spn->host, g->dc->domain);
  return sibling_of(spn, fqdn);
}

static void add_target(struct gathering *g, struct kcd_spn *spn)
{
  struct kcd_facts_set *set = g->set;
  set->targets = kcd_reallocarray(set->targets, set->n_targets + 1, sizeof(*set->targets));
  struct kcd_target *target = &set->targets[set->n_targets++];
  *target = (struct kcd_target){.spn = *spn};
  target->sibling = first_sibling(g, spn);
  owners_search(g, target);
}

int targets_begin(struct gathering *g, struct kcd_error *err)
{
  for (size_t i = 0; i < g->query->n_spns; i++) {
    struct kcd_spn spn;
    if (kcd_spn_parse(g->query->spns[i], &spn, err) < 0)
      return -1;
    add_target(g, &spn);
  }
  return 0;
}

static bool has_target(const struct kcd_facts_set *set, const char *text)
{
  for (size_t i = 0; i < set->n_targets; i++)
    if (kcd_equal_nocase(set->targets[i].spn.text, text))
      return true;
  return false;
}

/* An entry that is no SPN has no target: the findings about the host's list tell of it. */
static void targets_from_list(struct gathering *g, const struct kcd_values *list)
{
  for (size_t i = 0; i < list->n; i++) {
    const char *text = (const char *)list->v[i].data;
    struct kcd_spn spn;
    struct kcd_error ignored = KCD_ERROR_INIT;
    if (kcd_list_entry_defect(text, list->v[i].len) != NULL || has_target(g->set, text) ||
        kcd_spn_parse(text, &spn, &ignored) < 0)
      continue;
    add_target(g, &spn);
  }
}

void targets_from_lists(struct gathering *g)
{
  if (g->query->n_spns > 0)
    return;
  for (size_t i = 0; i < g->set->n_hosts; i++)
    if (g->set->hosts[i].account != NULL)
      targets_from_list(g, &g->set->hosts[i].account->delegate_to);
}

/* "2016gui.other.example" for the short name "2016GUI"; NULL if the owner's DNS name starts otherwise. */
static const char *owner_dns_name(const struct kcd_target *target)
{
  const struct kcd_account *owner = kcd_target_account(target);
  const char *name = owner != NULL ? owner->dns_host_name : NULL;
  size_t len = strlen(target->spn.host);
  bool is_same = name != NULL && kcd_equal_nocase_n(name, target->spn.host, len) && name[len] == '.';
  return is_same ? name : NULL;
}

void targets_refine_siblings(struct gathering *g)
{
  for (size_t i = 0; i < g->set->n_targets; i++) {
    struct kcd_target *target = &g->set->targets[i];
    const char *name = owner_dns_name(target);
    if (name == NULL || target->spn.host_is_fqdn || target->spn.host_is_address)
      continue;
    KCD_AUTO_CHAR sibling = sibling_of(&target->spn, name);
    if (target->sibling != NULL && kcd_equal_nocase(sibling, target->sibling))
      continue;
    free(target->sibling);
    target->sibling = KCD_TAKE(sibling);
    owners_search(g, target);
  }
}

/* ---- accounts that list the SPN in the host's place ---- */

static void take_holders(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  for (size_t i = 0; i < found->n; i++) {
    struct kcd_account *account = accounts_add(g->set, &found->v[i]);
    bool is_host = false;
    for (size_t h = 0; h < g->set->n_hosts; h++)
      is_host = is_host || g->set->hosts[h].account == account;
    if (!is_host && !pointer_list_has(g->set->holders, g->set->n_holders, account))
      pointer_list_add(&g->set->holders, &g->set->n_holders, account);
  }
}

static bool is_missing_somewhere(const struct gathering *g, size_t spn)
{
  const struct kcd_facts_set *set = g->set;
  const char *text = set->targets[spn].spn.text;
  for (size_t i = 0; i < set->n_hosts; i++) {
    const struct kcd_account *host = set->hosts[i].account;
    const bool asked = g->query->asked == NULL || g->query->asked[i * g->query->n_spns + spn];
    if (asked && host != NULL && kcd_values_find_fold(&host->delegate_to, text) < 0)
      return true;
  }
  return false;
}

/* Where a cluster is on either side the entry may stand on its name besides. */
static bool is_about_cluster(const struct gathering *g, size_t spn)
{
  const struct kcd_account *account = kcd_target_account(&g->set->targets[spn]);
  bool cluster = account != NULL && account->is_cluster_name;
  for (size_t i = 0; i < g->set->n_hosts && !cluster; i++)
    cluster = g->set->host_accounts[i] != NULL && g->set->host_accounts[i]->is_cluster_node;
  return cluster;
}

/* msDS-AllowedToDelegateTo has no index, so the DC reads all its objects. Who lacks no entry needs no such answer, and
 * nobody waits for it for long. */
void targets_search_holders(struct gathering *g)
{
  struct terms terms = {NULL, NULL, 0};
  if (g->query->without_holders)
    return;
  for (size_t i = 0; i < g->query->n_spns && terms.n < HOLDER_SPNS; i++)
    if (is_missing_somewhere(g, i) || is_about_cluster(g, i))
      terms_add(&terms, "msDS-AllowedToDelegateTo", g->set->targets[i].spn.text);
  size_t first = g->wave.n;
  wave_add_terms(&g->wave, g, &terms, kcd_account_attributes, take_holders);
  for (size_t i = first; i < g->wave.n; i++) {
    g->wave.v[i].search.limit = MAX_HOLDERS;
    g->wave.v[i].search.best_effort = true;
  }
}
