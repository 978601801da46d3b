#include <kcdfix/facts.h>
#include <kcdfix/scenario.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

void kcd_cluster_done(struct kcd_cluster *cluster)
{
  kcd_free_texts(cluster->nodes, cluster->n_nodes);
  free(cluster->name);
  *cluster = (struct kcd_cluster){0};
}

void kcd_cluster_facts_done(struct kcd_cluster_facts *cluster)
{
  kcd_free_texts(cluster->nodes, cluster->n_nodes);
  free(cluster->node_accounts);
  free(cluster->name);
  *cluster = (struct kcd_cluster_facts){0};
}

/* Whether two operands name one machine, as far as their first labels tell: nodes of one cluster are of one domain. */
static bool same_machine(const char *a, const char *b)
{
  struct kcd_machine_name left, right;
  kcd_machine_name_of(a, NULL, &left);
  kcd_machine_name_of(b, NULL, &right);
  bool same = kcd_equal_nocase(left.label, right.label);
  kcd_machine_name_done(&left);
  kcd_machine_name_done(&right);
  return same;
}

static bool has_node(const struct kcd_cluster *cluster, const char *operand)
{
  for (size_t i = 0; i < cluster->n_nodes; i++)
    if (same_machine(cluster->nodes[i], operand))
      return true;
  return false;
}

static int add_node(struct kcd_cluster *cluster, const char *node, size_t len, struct kcd_error *err)
{
  KCD_AUTO_CHAR text = kcd_strndup(node, len);
  KCD_AUTO_CHAR safe = kcd_safe(text);
  KCD_AUTO_CHAR name = kcd_safe(cluster->name);
  if (len == 0)
    return kcd_fail(err, KCD_E_USAGE, "--cluster %s: the name of a node is empty", name);
  if (strpbrk(text, "/=") != NULL)
    return kcd_fail(err, KCD_E_USAGE, "--cluster %s: %s is no name of a node", name, safe);
  if (same_machine(cluster->name, text))
    return kcd_fail(err, KCD_E_USAGE, "--cluster %s: the cluster is no node of itself", name);
  if (has_node(cluster, text))
    return kcd_fail(err, KCD_E_USAGE, "--cluster %s: the node %s is named twice", name, safe);
  cluster->nodes = kcd_reallocarray(cluster->nodes, cluster->n_nodes + 1, sizeof *cluster->nodes);
  cluster->nodes[cluster->n_nodes++] = KCD_TAKE(text);
  return 0;
}

int kcd_cluster_parse(const char *text, struct kcd_cluster *ret, struct kcd_error *err)
{
  const size_t len = strcspn(text, "=");
  if (len == 0 || text[len] == '\0')
    return kcd_fail(err, KCD_E_USAGE, "--cluster takes NAME=NODE,NODE,..., for example HVCLU=HV1,HV2");
  struct kcd_cluster cluster = {.name = kcd_strndup(text, len)};
  const char *node = text + len + 1;
  for (;;) {
    const size_t n = strcspn(node, ",");
    if (add_node(&cluster, node, n, err) != 0) {
      kcd_cluster_done(&cluster);
      return -1;
    }
    if (node[n] == '\0')
      break;
    node += n + 1;
  }
  *ret = cluster;
  return 0;
}

const struct kcd_cluster *kcd_cluster_named(const struct kcd_cluster *clusters, size_t n, const char *operand)
{
  for (size_t i = 0; i < n; i++)
    if (same_machine(clusters[i].name, operand))
      return &clusters[i];
  return NULL;
}

const struct kcd_cluster *kcd_cluster_of_node(const struct kcd_cluster *clusters, size_t n, const char *operand)
{
  for (size_t i = 0; i < n; i++)
    if (has_node(&clusters[i], operand))
      return &clusters[i];
  return NULL;
}
