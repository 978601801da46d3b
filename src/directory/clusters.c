/* Clusters: the accounts of those that the user named, and guesses about the nodes of others, which no object links to
 * their cluster. */
#include "gathering.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#define MANY_NODES 20 /* a guess that names more says nothing */

static void search_name(struct gathering *g, const char *operand)
{
  struct kcd_machine_name name;
  kcd_machine_name_of(operand, g->dc->domain, &name);
  KCD_AUTO_CHAR account = kcd_asprintf("%s$", name.label);
  terms_add(&g->terms, "sAMAccountName", account);
  kcd_machine_name_done(&name);
}

void clusters_search(struct gathering *g)
{
  for (size_t i = 0; i < g->query->n_clusters; i++) {
    const struct kcd_cluster *cluster = &g->query->clusters[i];
    search_name(g, cluster->name);
    for (size_t k = 0; k < cluster->n_nodes; k++)
      search_name(g, cluster->nodes[k]);
  }
}

static struct kcd_account *account_of(const struct kcd_facts_set *set, const char *operand)
{
  struct kcd_machine_name name;
  kcd_machine_name_of(operand, NULL, &name);
  KCD_AUTO_CHAR wanted = kcd_asprintf("%s$", name.label);
  kcd_machine_name_done(&name);
  for (size_t i = 0; i < set->n_accounts; i++)
    if (set->accounts[i]->sam_account_name != NULL && kcd_equal_fold(set->accounts[i]->sam_account_name, wanted))
      return set->accounts[i];
  return NULL;
}

static struct kcd_cluster_facts *add_cluster(struct kcd_facts_set *set, const char *name)
{
  set->clusters = kcd_reallocarray(set->clusters, set->n_clusters + 1, sizeof *set->clusters);
  struct kcd_cluster_facts *cluster = &set->clusters[set->n_clusters++];
  *cluster = (struct kcd_cluster_facts){.name = kcd_strdup(name)};
  return cluster;
}

static void add_node(struct kcd_cluster_facts *cluster, const char *name, struct kcd_account *account)
{
  cluster->nodes = kcd_reallocarray(cluster->nodes, cluster->n_nodes + 1, sizeof *cluster->nodes);
  cluster->node_accounts = kcd_reallocarray(cluster->node_accounts, cluster->n_nodes + 1, sizeof(struct kcd_account *));
  cluster->nodes[cluster->n_nodes] = kcd_strdup(name);
  cluster->node_accounts[cluster->n_nodes++] = account;
}

void clusters_assign(struct gathering *g)
{
  struct kcd_facts_set *set = g->set;
  for (size_t i = 0; i < g->query->n_clusters; i++) {
    const struct kcd_cluster *named = &g->query->clusters[i];
    struct kcd_cluster_facts *cluster = add_cluster(set, named->name);
    cluster->account = account_of(set, named->name);
    for (size_t k = 0; k < named->n_nodes; k++)
      add_node(cluster, named->nodes[k], account_of(set, named->nodes[k]));
  }
}

static bool is_known(const struct kcd_facts_set *set, const struct kcd_account *account)
{
  for (size_t i = 0; i < set->n_clusters; i++)
    if (set->clusters[i].account == account)
      return true;
  return false;
}

/* ---- a host that is the name of a cluster: which nodes there are in the domain ---- */

static void take_nodes(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  const struct kcd_account *account = g->set->host_accounts[index];
  if (found->n == 0 || found->n > MANY_NODES)
    return;
  KCD_AUTO_CHAR name = kcd_account_short_name(account);
  struct kcd_cluster_facts *cluster = add_cluster(g->set, name);
  cluster->account = g->set->host_accounts[index];
  cluster->guessed_by = "their MSServerClusterMgmtAPI names";
  for (size_t i = 0; i < found->n; i++) {
    struct kcd_account *node = accounts_add(g->set, &found->v[i]);
    KCD_AUTO_CHAR label = kcd_account_short_name(node);
    add_node(cluster, label, node);
  }
}

void clusters_search_nodes(struct gathering *g)
{
  static const char filter[] =
      "(&(servicePrincipalName=MSServerClusterMgmtAPI/*)(!(servicePrincipalName=MSClusterVirtualServer/*)))";
  for (size_t i = 0; i < g->set->n_hosts; i++) {
    const struct kcd_account *host = g->set->host_accounts[i];
    if (host == NULL || !host->is_cluster_name || is_known(g->set, host))
      continue;
    struct kcd_search search = {
        .scope = KCD_SUBTREE, .attributes = kcd_account_attributes, .limit = MANY_NODES + 1, .best_effort = true};
    wave_add(&g->wave, search, kcd_strdup(g->dc->domain_nc), kcd_strdup(filter), take_nodes, i);
  }
}

/* ---- a server that is the name of a role: whether DNS gives it the addresses of what is listed in its place ---- */

static bool lists(const struct kcd_account *host, const struct kcd_target *target)
{
  return kcd_values_find_fold(&host->delegate_to, target->spn.text) >= 0;
}

/* The hosts of entries of the same class, as they may be nodes of the role. */
static void collect_entries(const struct kcd_account *host, const struct kcd_target *target, struct kcd_values *names)
{
  for (size_t i = 0; i < host->delegate_to.n && names->n < ALIAS_MAX_NAMES; i++) {
    struct kcd_spn spn;
    struct kcd_error ignored = KCD_ERROR_INIT;
    const char *text = (const char *)host->delegate_to.v[i].data;
    if (text == NULL || kcd_spn_parse(text, &spn, &ignored) != 0)
      continue;
    KCD_AUTO_CHAR label = kcd_spn_short_host(&spn);
    KCD_AUTO_CHAR own = kcd_spn_short_host(&target->spn);
    if (kcd_equal_nocase(spn.service_class, target->spn.service_class) && !kcd_equal_nocase(label, own) &&
        kcd_values_find_nocase(names, label) < 0)
      kcd_values_add_text(names, label);
    kcd_spn_done(&spn);
  }
}

static void guess_nodes(struct gathering *g, const struct kcd_target *target, struct kcd_account *account)
{
  struct kcd_values names = {0};
  for (size_t i = 0; i < g->set->n_hosts; i++)
    if (g->set->host_accounts[i] != NULL && !lists(g->set->host_accounts[i], target))
      collect_entries(g->set->host_accounts[i], target, &names);
  struct kcd_values nodes = {0};
  KCD_AUTO_CHAR role = kcd_spn_short_host(&target->spn);
  if (names.n > 0)
    addresses_in_common(g, role, &names, &nodes);
  if (nodes.n > 0) {
    struct kcd_cluster_facts *cluster = add_cluster(g->set, role);
    cluster->account = account;
    cluster->guessed_by = "their addresses, which DNS gives the role as well";
    for (size_t i = 0; i < nodes.n; i++)
      add_node(cluster, (const char *)nodes.v[i].data, account_of(g->set, (const char *)nodes.v[i].data));
  }
  kcd_values_done(&names);
  kcd_values_done(&nodes);
}

void clusters_guess(struct gathering *g)
{
  for (size_t i = 0; i < g->set->n_targets; i++) {
    struct kcd_account *account = kcd_target_account(&g->set->targets[i]);
    if (account != NULL && account->is_cluster_name && !is_known(g->set, account))
      guess_nodes(g, &g->set->targets[i], account);
  }
}
