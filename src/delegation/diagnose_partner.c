/* What the other machines of the pair list: the way back, the other nodes of a cluster, the next hop. */
#include <string.h>

#include <kcdfix/scenario.h>
#include <kcdfix/text.h>

#include "case.h"
#include "nearmiss.h"
#include "words.h"

static bool lists_migration_to(const struct kcd_account *from, const char *host)
{
  KCD_AUTO_CHAR plain = kcd_asprintf(KCD_MIGRATION_SERVICE "/%s", host);
  KCD_AUTO_CHAR escaped = kcd_spn_heimdal_escaped(plain);
  return kcd_list_find(&from->delegate_to, plain) >= 0 || kcd_list_find(&from->delegate_to, escaped) >= 0;
}

static bool lists_way_back(const struct kcd_account *from, const struct kcd_account *to)
{
  KCD_AUTO_CHAR name = kcd_account_short_name(to);
  return lists_migration_to(from, name) || (to->dns_host_name != NULL && lists_migration_to(from, to->dns_host_name));
}

static void one_direction(struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  bool asked = kcd_equal_nocase(c->facts->target->spn.service_class, KCD_MIGRATION_SERVICE) &&
               kcd_list_matches(&host->delegate_to, c->spn);
  if (!asked || c->target == NULL || c->target == host || lists_way_back(c->target, host))
    return;
  KCD_AUTO_CHAR back = kcd_asprintf(KCD_MIGRATION_SERVICE "/%s", c->host_name);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_ONE_DIRECTION_ONLY, KCD_NOTE, kcd_account_subject(c->target, c->spn));
  kcd_finding_say(f, "%s does not list %s: machines can move from %s to %s, and not back.", c->target_name, back,
                  c->host_name, c->target_name);
  kcd_finding_remedy(f, "List %s on %s as well, if machines are to move back.", back, c->target_name);
  if (c->target->kind == KCD_KIND_COMPUTER && !kcd_account_is_dc(c->target))
    kcd_finding_command(f, kcd_apply_command(c->context, KCD_MODE_PROTOCOL_TRANSITION, c->target_name, back));
  kcd_finding_values(f, "msDS-AllowedToDelegateTo", &c->target->delegate_to);
}

static bool has_node(const struct kcd_cluster_facts *cluster, const struct kcd_account *account)
{
  for (size_t i = 0; i < cluster->n_nodes; i++)
    if (cluster->node_accounts[i] == account)
      return true;
  return false;
}

static struct kcd_finding *forgotten(struct kcd_case *c, const struct kcd_account *other)
{
  struct kcd_finding *f = kcd_case_add(c, KCD_F_CLUSTER_NODE_FORGOTTEN, KCD_WARNING, c->facts->host->dn);
  kcd_finding_command(f, kcd_case_apply(c));
  kcd_finding_values(f, "msDS-AllowedToDelegateTo", &other->delegate_to);
  return f;
}

/* A node of the same cluster, as the user says, that lists it. */
static bool forgotten_in(struct kcd_case *c, const struct kcd_cluster_facts *cluster)
{
  const struct kcd_account *host = c->facts->host;
  for (size_t i = 0; cluster->guessed_by == NULL && has_node(cluster, host) && i < cluster->n_nodes; i++) {
    const struct kcd_account *node = cluster->node_accounts[i];
    if (node == NULL || node == host || !kcd_list_matches(&node->delegate_to, c->spn))
      continue;
    KCD_AUTO_CHAR other = kcd_account_short_name(node);
    struct kcd_finding *f = forgotten(c, node);
    kcd_finding_say(f, "%s lists %s and %s does not; both are nodes of %s, so it works on some nodes only.", other,
                    c->spn, c->host_name, cluster->name);
    return true;
  }
  return false;
}

/* AD holds no link from a node to its cluster, so that both are nodes of the same one is for people to know. */
static bool forgotten_beside(struct kcd_case *c, struct kcd_account *const *others, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    const struct kcd_account *node = others[i];
    if (node == NULL || node == c->facts->host || !node->is_cluster_node || node->is_cluster_name ||
        !kcd_list_matches(&node->delegate_to, c->spn))
      continue;
    KCD_AUTO_CHAR other = kcd_account_short_name(node);
    struct kcd_finding *f = forgotten(c, node);
    kcd_finding_say(f,
                    "%s lists %s and %s does not; both are cluster nodes. If they are nodes of one cluster, this one "
                    "was forgotten.",
                    other, c->spn, c->host_name);
    return true;
  }
  return false;
}

static void forgotten_node(struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  if (kcd_list_matches(&host->delegate_to, c->spn))
    return;
  for (size_t i = 0; i < c->facts->n_clusters; i++)
    if (forgotten_in(c, &c->facts->clusters[i]))
      return;
  if (host->is_cluster_node && !forgotten_beside(c, c->facts->hosts, c->facts->n_hosts))
    forgotten_beside(c, c->facts->holders, c->facts->n_holders);
}

static bool is_asked_host(const struct kcd_case *c, const struct kcd_account *account)
{
  for (size_t i = 0; i < c->facts->n_hosts; i++)
    if (c->facts->hosts[i] == account)
      return true;
  return false;
}

/* The server named is a node of a file server; between hosts of one estate that is what storage moves to. */
static void node_of_file_server(struct kcd_case *c)
{
  bool share = c->target != NULL && kcd_equal_nocase(c->facts->target->spn.service_class, "cifs");
  for (size_t i = 0; share && i < c->facts->n_clusters; i++) {
    const struct kcd_cluster_facts *cluster = &c->facts->clusters[i];
    if (cluster->guessed_by != NULL || !has_node(cluster, c->target) || has_node(cluster, c->facts->host) ||
        is_asked_host(c, c->target))
      continue;
    KCD_AUTO_CHAR spn = kcd_spn_with_host(&c->facts->target->spn, cluster->name);
    struct kcd_finding *f =
        kcd_case_add(c, KCD_F_ALIAS_OR_SOFS_NOT_LISTED, KCD_WARNING, kcd_account_subject(c->target, c->spn));
    kcd_finding_say(f,
                    "%s is a node of %s. A share of the cluster is opened by the cluster's name, and so %s is what "
                    "counts.",
                    c->target_name, cluster->name, spn);
    kcd_finding_remedy(f, "Ask for %s in its place, unless the path names the node.", spn);
    kcd_finding_text(f, "cluster", cluster->name);
    return;
  }
}

static bool is_hyperv_host(const struct kcd_account *account)
{
  for (size_t i = 0; i < account->spns.n; i++)
    if (account->spns.v[i].data != NULL &&
        kcd_starts_nocase((const char *)account->spns.v[i].data, KCD_MIGRATION_SERVICE "/"))
      return true;
  return false;
}

/* A gateway that reaches a Hyper-V host: what that host then opens is a delegation of its own. */
static void next_hop(struct kcd_case *c)
{
  bool gateway = kcd_case_has(c, KCD_C_RBCD_GRANTS) && c->judgement->verdict == KCD_WORKS;
  if (!gateway || c->target == NULL || !is_hyperv_host(c->target) ||
      kcd_equal_nocase(c->facts->target->spn.service_class, KCD_MIGRATION_SERVICE))
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_SECOND_HOP_CHAIN, KCD_NOTE, kcd_account_subject(c->target, c->spn));
  kcd_finding_say(f,
                  "%s may act at %s, a Hyper-V host. What %s opens from there, a share or another host, is a second "
                  "delegation of its own.",
                  c->host_name, c->target_name, c->target_name);
  KCD_AUTO_CHAR check = kcd_check_command(c->context, c->target_name, "cifs/FILESERVER");
  kcd_finding_remedy(f, "Check the second one too: %s", check);
}

void kcd_diagnose_partner(struct kcd_case *c)
{
  if (c->facts->host == NULL)
    return;
  one_direction(c);
  forgotten_node(c);
  node_of_file_server(c);
  next_hop(c);
}
