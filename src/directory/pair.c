#include "gathering.h"

#include <stdlib.h>

static void host_done(struct kcd_host_facts *host)
{
  for (size_t i = 0; i < host->matches; i++)
    free(host->match_dns[i]);
  for (size_t i = 0; i < host->n_reachable; i++)
    free(host->reachable[i].spn);
  free(host->match_dns);
  free(host->reachable);
  free(host->operand);
}

static void account_free(struct kcd_account *account)
{
  if (account == NULL)
    return;
  kcd_account_done(account);
  free(account);
}

void kcd_facts_set_done(struct kcd_facts_set *set)
{
  for (size_t i = 0; i < set->n_hosts; i++)
    host_done(&set->hosts[i]);
  for (size_t i = 0; i < set->n_targets; i++)
    kcd_target_done(&set->targets[i]);
  for (size_t i = 0; i < set->n_accounts; i++)
    account_free(set->accounts[i]);
  account_free(set->krbtgt);
  for (size_t i = 0; i < set->n_clusters; i++)
    kcd_cluster_facts_done(&set->clusters[i]);
  free(set->clusters);
  free(set->host_accounts);
  free(set->hosts);
  free(set->targets);
  free(set->accounts);
  free(set->holders);
  free(set->privileged);
  for (size_t i = 0; i < set->n_trustees; i++)
    free(set->trustees[i].name);
  free(set->trustees);
  free(set->acceptors);
  free(set->user_operand);
  free(set->user_realm);
  *set = (struct kcd_facts_set){0};
}

void kcd_facts_of_pair(const struct kcd_facts_set *set, size_t host, size_t target, time_t now, struct kcd_facts *ret)
{
  const struct kcd_host_facts *facts = &set->hosts[host];
  *ret = (struct kcd_facts){
      .dc = set->dc,
      .host_operand = facts->operand,
      .host = facts->account,
      .host_matches = facts->matches,
      .host_match_dns = facts->match_dns,
      .target = &set->targets[target],
      .user_operand = set->user_operand,
      .user = set->user,
      .user_matches = set->user_matches,
      .user_realm = set->user_realm,
      .krbtgt = set->krbtgt,
      .holders = set->holders,
      .n_holders = set->n_holders,
      .replicas = set->replicas,
      .forest_searched = set->forest_searched,
      .trustees = set->trustees,
      .n_trustees = set->n_trustees,
      .acceptors = set->acceptors,
      .n_acceptors = set->n_acceptors,
      .hosts = set->host_accounts,
      .n_hosts = set->n_hosts,
      .clusters = set->clusters,
      .n_clusters = set->n_clusters,
      .now = now,
  };
}
