/* Which account a host operand names. */
#include "gathering.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#define SAME_NAME 20 /* more objects of one name need not be told apart */

static void take_hosts(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  struct host_search *host = &g->hosts[index];
  for (size_t i = 0; i < found->n; i++) {
    struct kcd_account *account = accounts_add(g->set, &found->v[i]);
    if (!pointer_list_has(host->found, host->n, account))
      pointer_list_add(&host->found, &host->n, account);
  }
}

static void search(struct gathering *g, size_t index, char *filter)
{
  struct kcd_search search = {.scope = KCD_SUBTREE, .attributes = kcd_account_attributes, .limit = SAME_NAME};
  wave_add(&g->wave, search, kcd_strdup(g->dc->domain_nc), filter, take_hosts, index);
}

int hosts_begin(struct gathering *g, struct kcd_error *err)
{
  for (size_t i = 0; i < g->query->n_hosts; i++) {
    struct account_name *name = &g->hosts[i].name;
    if (host_name_parse(g->query->hosts[i], name, err) < 0)
      return -1;
    if (name->prefix != NULL && prefix_is_domain(name->prefix, g->dc) == KCD_NO)
      return fail_other_domain(g->query->hosts[i], g->dc, err);
    g->set->hosts[i].operand = kcd_strdup(g->query->hosts[i]);
    search(g, i, host_name_filter(name));
  }
  return 0;
}

/* ---- what the answer means ---- */

static bool is_host_kind(const struct kcd_account *account)
{
  return account->kind == KCD_KIND_COMPUTER || account->kind == KCD_KIND_MANAGED_SERVICE;
}

static bool has_account_name(const struct kcd_account *account, const char *name)
{
  const char *own = account->sam_account_name;
  size_t len = strlen(name);
  return own != NULL && kcd_equal_nocase_n(own, name, len) &&
         (own[len] == '\0' || (own[len] == '$' && own[len + 1] == '\0'));
}

/* An account of the first label may be that of another DNS domain: its own DNS name decides where it has one. */
static bool bears_dns_name(const struct gathering *g, const struct kcd_account *account, const char *fqdn)
{
  if (has_account_name(account, fqdn))
    return true;
  if (account->dns_host_name != NULL)
    return kcd_equal_nocase(account->dns_host_name, fqdn);
  const char *domain = strchr(fqdn, '.') + 1;
  return kcd_equal_nocase(domain, g->dc->domain);
}

static bool is_candidate(const struct gathering *g, const struct host_search *host, size_t i)
{
  return host->name.form != NAME_FQDN || bears_dns_name(g, host->found[i], host->name.name);
}

static bool any_host_kind(const struct gathering *g, const struct host_search *host)
{
  for (size_t i = 0; i < host->n; i++)
    if (is_candidate(g, host, i) && is_host_kind(host->found[i]))
      return true;
  return false;
}

static void add_match(struct kcd_host_facts *facts, struct kcd_account *account)
{
  facts->match_dns = kcd_reallocarray(facts->match_dns, facts->matches + 1, sizeof(char *));
  facts->match_dns[facts->matches++] = kcd_strdup(account->dn != NULL ? account->dn : "");
  facts->account = facts->matches == 1 ? account : NULL;
}

static void forget_matches(struct kcd_host_facts *facts)
{
  for (size_t i = 0; i < facts->matches; i++)
    free(facts->match_dns[i]);
  free(facts->match_dns);
  facts->match_dns = NULL;
  facts->matches = 0;
  facts->account = NULL;
}

/* Computers and managed service accounts come first: only where there is none is another object of that name told. */
static void pick(struct gathering *g, size_t index)
{
  struct host_search *host = &g->hosts[index];
  struct kcd_host_facts *facts = &g->set->hosts[index];
  forget_matches(facts);
  bool hosts_only = any_host_kind(g, host);
  for (size_t i = 0; i < host->n; i++)
    if (is_candidate(g, host, i) && (!hosts_only || is_host_kind(host->found[i])))
      add_match(facts, host->found[i]);
}

int hosts_pick(struct gathering *g, struct kcd_error *err)
{
  for (size_t i = 0; i < g->query->n_hosts; i++) {
    const char *prefix = g->hosts[i].name.prefix;
    if (prefix != NULL && prefix_is_domain(prefix, g->dc) == KCD_UNKNOWN &&
        (g->netbios_name == NULL || !kcd_equal_nocase(prefix, g->netbios_name)))
      return fail_other_domain(g->query->hosts[i], g->dc, err);
    pick(g, i);
    g->set->host_accounts[i] = g->set->hosts[i].account;
  }
  return 0;
}
