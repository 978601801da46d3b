/* Settings that stand on the wrong object, or on one of two. */
#include <string.h>

#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "case.h"
#include "words.h"

/* A conflict object of replication carries its GUID behind "\0ACNF:" (MS-ADTS 3.1.1.5.1.2). */
static void conflict_object(struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  if (host->dn == NULL || strstr(host->dn, "\\0ACNF:") == NULL)
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_HOST_OBJECT_DUPLICATE, KCD_WARNING, host->dn);
  kcd_finding_say(
      f, "The object found for %s is the losing half of a replication conflict; the host may be using the other.",
      c->host_name);
  kcd_finding_text(f, "distinguishedName", host->dn);
}

static const struct kcd_cluster_facts *cluster_of(const struct kcd_case *c, const struct kcd_account *account)
{
  for (size_t i = 0; i < c->facts->n_clusters; i++)
    if (account != NULL && c->facts->clusters[i].account == account)
      return &c->facts->clusters[i];
  return NULL;
}

static void cluster_name(struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  if (!kcd_is_cluster_name(c->facts, host))
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_WRONG_OBJECT, KCD_WARNING, host->dn);
  kcd_finding_say(f, "%s is the name of a cluster, not a host: its nodes delegate, it does not.", c->host_name);
  const struct kcd_cluster_facts *cluster = cluster_of(c, host);
  KCD_AUTO_CHAR nodes = cluster == NULL ? NULL : kcd_join_words((const char *const *)cluster->nodes, cluster->n_nodes);
  if (nodes != NULL && cluster->guessed_by != NULL)
    kcd_finding_remedy(f,
                       "Check and change the computer object of each node. Which they are the directory does not say; "
                       "a guess, by %s: %s. Name them: --cluster %s=NODE,...",
                       cluster->guessed_by, nodes, c->host_name);
  else
    kcd_finding_remedy(f, "Check and change the computer object of each node: --cluster %s=NODE,...", c->host_name);
  kcd_finding_values(f, "servicePrincipalName", &host->spns);
  if (nodes != NULL && cluster->guessed_by != NULL)
    kcd_finding_text(f, "guessedNodes", nodes);
}

/* The name of a cluster of which the host is said to be a node. */
static bool is_of_host(const struct kcd_case *c, const struct kcd_cluster_facts *cluster)
{
  for (size_t i = 0; i < cluster->n_nodes; i++)
    if (cluster->guessed_by == NULL && cluster->node_accounts[i] == c->facts->host)
      return true;
  return false;
}

/* Set on the name of the host's own cluster without an entry for this SPN, the bit opens what else is listed there. */
static void cluster_is_set(struct kcd_case *c)
{
  for (size_t i = 0; i < c->facts->n_clusters; i++) {
    const struct kcd_account *account = c->facts->clusters[i].account;
    if (account == NULL || account == c->facts->host || !is_of_host(c, &c->facts->clusters[i]))
      continue;
    const bool listed = kcd_list_matches(&account->delegate_to, c->spn);
    if (!listed && (account->uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) == 0)
      continue;
    KCD_AUTO_CHAR state = kcd_delegation_state(account);
    struct kcd_finding *f = kcd_case_add(c, KCD_F_WRONG_OBJECT, KCD_WARNING, account->dn);
    kcd_finding_say(f, "%s, the name of the cluster, has %s; its nodes delegate, it does not.",
                    account->sam_account_name, state);
    kcd_finding_values(f, "msDS-AllowedToDelegateTo", &account->delegate_to);
  }
}

/* Other hosts may list the same SPN: they can be nodes of one cluster, or another service in front of the same server.
 * A cluster name delegates nothing, and the target does not delegate to itself. */
static const char *why_wrong(const struct kcd_case *c, const struct kcd_account *holder)
{
  if (kcd_is_cluster_name(c->facts, holder))
    return "the name of a cluster; its nodes delegate, it does not";
  if (kcd_case_has(c, KCD_C_SPN_LISTED))
    return NULL;
  if (holder == c->target)
    return "the target; the list belongs on the host that opens it";
  return holder->kind == KCD_KIND_USER ? "a user; the list belongs on the computer object of the host" : NULL;
}

static void other_holders(struct kcd_case *c)
{
  for (size_t i = 0; i < c->facts->n_holders; i++) {
    const struct kcd_account *holder = c->facts->holders[i];
    const char *why = why_wrong(c, holder);
    const struct kcd_cluster_facts *cluster = cluster_of(c, holder);
    if (cluster != NULL && is_of_host(c, cluster))
      continue; /* told already */
    if (holder == c->facts->host || why == NULL || !kcd_list_matches(&holder->delegate_to, c->spn))
      continue;
    struct kcd_finding *f = kcd_case_add(c, KCD_F_WRONG_OBJECT, KCD_WARNING, holder->dn);
    kcd_finding_say(f, "%s is %slisted on %s, %s.", c->spn, kcd_case_has(c, KCD_C_SPN_LISTED) ? "also " : "",
                    holder->sam_account_name, why);
    kcd_finding_values(f, "msDS-AllowedToDelegateTo", &holder->delegate_to);
  }
}

void kcd_diagnose_host_object(struct kcd_case *c)
{
  if (c->facts->host == NULL)
    return;
  conflict_object(c);
  cluster_name(c);
  cluster_is_set(c);
  other_holders(c);
}
