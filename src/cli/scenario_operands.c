/* Hosts and servers of a scenario: the pairs that they come to once the domain is known, and once more where the
 * directory knows a host by another name than was typed. */
#include "operands.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

static struct kcd_machine_name *names_new(const char *const *operands, size_t n, const char *domain)
{
  struct kcd_machine_name *names = kcd_calloc(n + 1, sizeof *names);
  for (size_t i = 0; i < n; i++)
    kcd_machine_name_of(operands[i], domain, &names[i]);
  return names;
}

static void names_free(struct kcd_machine_name *names, size_t n)
{
  for (size_t i = 0; i < n; i++)
    kcd_machine_name_done(&names[i]);
  free(names);
}

static void group_names(const struct kcd_operands *operands, struct kcd_machine_name *hosts)
{
  for (size_t i = 0; i < operands->n_hosts; i++) {
    const struct kcd_cluster *cluster =
        kcd_cluster_of_node(operands->clusters, operands->n_clusters, operands->hosts[i]);
    hosts[i].group = cluster ? cluster->name : NULL;
  }
}

/* HV1 and HV1.contoso.com are one host, which is asked about once. */
static void drop_repeated(const char **operands, size_t *n, struct kcd_machine_name *names)
{
  size_t kept = 0;
  for (size_t i = 0; i < *n; i++) {
    bool known = false;
    for (size_t k = 0; k < kept && !known; k++)
      known = kcd_machine_name_equal(&names[k], &names[i]);
    if (known) {
      kcd_machine_name_done(&names[i]);
      continue;
    }
    operands[kept] = operands[i];
    names[kept++] = names[i];
  }
  *n = kept;
}

static int make(struct kcd_operands *operands, const char *domain, struct kcd_machine_name *hosts,
                struct kcd_error *err)
{
  struct kcd_machine_name *servers = names_new(operands->servers, operands->n_servers, domain);
  group_names(operands, hosts);
  drop_repeated(operands->servers, &operands->n_servers, servers);
  kcd_scenario_pairs_done(&operands->pairs);
  kcd_scenario_make(operands->scenario, hosts, operands->n_hosts, servers, operands->n_servers, &operands->pairs);
  names_free(servers, operands->n_servers);
  operands->n_spns = operands->pairs.n_spns;
  operands->spns = kcd_reallocarray(operands->spns, operands->n_spns + 1, sizeof *operands->spns);
  for (size_t i = 0; i < operands->n_spns; i++)
    operands->spns[i] = operands->pairs.spns[i];
  if (kcd_scenario_count(&operands->pairs) > 0)
    return 0;
  return kcd_fail(err, KCD_E_USAGE,
                  operands->n_clusters > 0
                      ? "there is no pair to ask about: inside one cluster machines migrate as the cluster itself, "
                        "which takes no delegation"
                      : "there is no pair to ask about: a host does not delegate to itself");
}

static int resolve(struct kcd_operands *operands, const char *domain, struct kcd_error *err)
{
  struct kcd_machine_name *hosts = names_new(operands->hosts, operands->n_hosts, domain);
  drop_repeated(operands->hosts, &operands->n_hosts, hosts);
  int rc = kcd_scenario_check(operands->scenario, operands->n_hosts, operands->n_servers, err);
  if (rc == 0)
    rc = make(operands, domain, hosts, err);
  names_free(hosts, operands->n_hosts);
  return rc;
}

/* A DN or the prefix of a longer name says nothing about the account; and an account has the DNS name that it has. */
static bool takes_account_name(struct kcd_machine_name *name, const struct kcd_account *account, const char *domain)
{
  if (!account || !account->sam_account_name)
    return false;
  KCD_AUTO_CHAR label = kcd_account_short_name(account);
  KCD_AUTO_CHAR fqdn =
      account->dns_host_name ? kcd_strdup(account->dns_host_name) : kcd_asprintf("%s.%s", label, domain);
  if (kcd_equal_nocase(label, name->label) && kcd_equal_nocase(fqdn, name->fqdn))
    return false;
  free(name->label);
  free(name->fqdn);
  name->label = KCD_TAKE(label);
  name->fqdn = KCD_TAKE(fqdn);
  return true;
}

/* 1: the pairs are others now; 0: they hold; -1: there is none left. */
static int settle(struct kcd_operands *operands, const struct kcd_facts_set *set, struct kcd_error *err)
{
  const char *domain = set->dc->domain;
  struct kcd_machine_name *hosts = names_new(operands->hosts, operands->n_hosts, domain);
  bool others = false;
  for (size_t i = 0; i < operands->n_hosts; i++)
    others = takes_account_name(&hosts[i], set->hosts[i].account, domain) || others;
  int rc = others && operands->pairs.mesh ? 1 : 0;
  if (rc == 1 && make(operands, domain, hosts, err) != 0)
    rc = -1;
  names_free(hosts, operands->n_hosts);
  return rc;
}

static int gather(struct kcd_dir *dir, const struct kcd_operands *operands, const struct kcd_query *rest,
                  struct kcd_facts_set *ret, struct kcd_error *err)
{
  struct kcd_query query = *rest;
  query.hosts = operands->hosts;
  query.n_hosts = operands->n_hosts;
  query.spns = operands->spns;
  query.n_spns = operands->n_spns;
  query.asked = operands->pairs.asked;
  query.clusters = operands->clusters;
  query.n_clusters = operands->n_clusters;
  return kcd_gather(dir, &query, ret, err);
}

int kcd_operands_gather(struct kcd_dir *dir, struct kcd_operands *operands, const struct kcd_query *rest,
                        struct kcd_facts_set *ret, struct kcd_error *err)
{
  const bool scenario = operands->scenario != KCD_SCENARIO_NONE;
  const bool first = scenario && !operands->pairs.asked;
  if (first && resolve(operands, kcd_dir_dc(dir)->domain, err) != 0)
    return -1;
  struct kcd_facts_set set = {0};
  if (gather(dir, operands, rest, &set, err) != 0)
    return -1;
  int again = first ? settle(operands, &set, err) : 0;
  if (again == 0) {
    *ret = set;
    return 0;
  }
  kcd_facts_set_done(&set);
  return again > 0 ? gather(dir, operands, rest, ret, err) : -1;
}

static void add_words(struct kcd_buf *line, const char *const *words, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    KCD_AUTO_CHAR word = kcd_shell_word(words[i]);
    kcd_buf_addf(line, " %s", word);
  }
}

/* With the node in the place of the cluster the command means the same without --cluster, but for what the tool then
 * knows of it. */
static void add_clusters(struct kcd_buf *line, const struct kcd_operands *operands)
{
  for (size_t i = 0; i < operands->n_clusters; i++) {
    const struct kcd_cluster *cluster = &operands->clusters[i];
    struct kcd_buf value;
    kcd_buf_init(&value, KCD_BUF_DEFAULT_CAP);
    kcd_buf_addf(&value, "%s=", cluster->name);
    for (size_t k = 0; k < cluster->n_nodes; k++)
      kcd_buf_addf(&value, "%s%s", k > 0 ? "," : "", cluster->nodes[k]);
    KCD_AUTO_CHAR text = kcd_buf_take_text(&value);
    KCD_AUTO_CHAR word = kcd_shell_word(text);
    kcd_buf_addf(line, " --cluster %s", word);
  }
}

char *kcd_operands_scenario_command(const struct kcd_operands *operands, const char *command, const char *context)
{
  struct kcd_buf line;
  kcd_buf_init(&line, KCD_BUF_DEFAULT_CAP);
  kcd_buf_addf(&line, "kcdfix %s%s%s", command, *context ? " " : "", context);
  if (operands->inventory) {
    KCD_AUTO_CHAR file = kcd_shell_word(operands->inventory);
    kcd_buf_addf(&line, " -f %s", file);
    return kcd_buf_take_text(&line);
  }
  kcd_buf_addf(&line, " --for %s", kcd_scenario_name(operands->scenario));
  add_clusters(&line, operands);
  add_words(&line, operands->hosts, operands->n_hosts);
  if (operands->n_servers > 0)
    kcd_buf_add_text(&line, " --");
  add_words(&line, operands->servers, operands->n_servers);
  return kcd_buf_take_text(&line);
}
