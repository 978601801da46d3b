/* From operands to facts, in two flights (three where the second brings up something new).
 *
 * First what the operands name: hosts, user, owners of the SPNs in every form, the DC's own account and krbtgt, and
 * sPNMappings. Then what depends on it: group membership, entries of lists, owners' other names. */
#include "gathering.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#include "dir.h"

static void gathering_done(struct gathering *g)
{
  for (size_t i = 0; i < g->query->n_hosts; i++) {
    account_name_done(&g->hosts[i].name);
    free(g->hosts[i].found);
  }
  free(g->hosts);
  account_name_done(&g->user);
  class_mapping_done(&g->mapping);
  terms_done(&g->terms);
  wave_done(&g->wave);
  free(g->users);
  kcd_values_done(&g->authorities);
  free(g->candidates);
  free(g->netbios_name);
}

/* ---- the DC, krbtgt, the domain ---- */

static const char *const dc_attributes[] = {"objectClass",
                                            "objectGUID",
                                            "objectSid",
                                            "sAMAccountName",
                                            "userAccountControl",
                                            "operatingSystem",
                                            "primaryGroupID",
                                            "operatingSystemVersion",
                                            "servicePrincipalName",
                                            NULL};

static void read_dc(struct kcd_dc *dc, const struct kcd_entry *entry)
{
  free(dc->operating_system);
  free(dc->operating_system_version);
  dc->operating_system = kcd_strdup(kcd_entry_text(entry, "operatingSystem"));
  dc->operating_system_version = kcd_strdup(kcd_entry_text(entry, "operatingSystemVersion"));
  dc->flavour = kcd_flavour_of(dc->vendor, dc->operating_system, dc->operating_system_version, dc->dc_level);
  struct kcd_account account;
  kcd_account_from_entry(entry, &account);
  if (account.has_uac)
    dc->read_only = (account.uac & 0x4000000u) != 0 ? KCD_YES : KCD_NO;
  kcd_account_done(&account);
}

/* The SID of the domain is that of any of its accounts without the last number: no search of its own. */
static void read_domain_sid(struct kcd_dc *dc, const struct kcd_entry *entry)
{
  struct kcd_sid sid;
  if (!kcd_entry_sid(entry, "objectSid", &sid) || sid.count < 2)
    return;
  sid.count--;
  sid.sub[sid.count] = 0;
  dc->domain_sid = sid;
}

/* These have few attributes, so they are no account of the set, which may meet the DC as a host or target. */
static void read_krbtgt(struct kcd_facts_set *set, const struct kcd_entry *entry)
{
  if (set->krbtgt != NULL)
    return;
  set->krbtgt = kcd_calloc(1, sizeof(*set->krbtgt));
  kcd_account_from_entry(entry, set->krbtgt);
}

static void take_dc(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  for (size_t i = 0; i < found->n; i++) {
    const struct kcd_entry *entry = &found->v[i];
    const char *name = kcd_entry_text(entry, "sAMAccountName");
    read_domain_sid(g->dc, entry);
    if (name != NULL && kcd_equal_nocase(name, "krbtgt"))
      read_krbtgt(g->set, entry);
    else
      read_dc(g->dc, entry);
  }
}

static void search_dc(struct gathering *g)
{
  KCD_AUTO_CHAR name = kcd_filter_text(g->dir->dc_account);
  struct kcd_search search = {.scope = KCD_SUBTREE, .attributes = dc_attributes, .limit = 2};
  wave_add(&g->wave, search, kcd_strdup(g->dc->domain_nc),
           kcd_asprintf("(|(sAMAccountName=%s)(sAMAccountName=krbtgt))", name), take_dc, 0);
}

static void take_mappings(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  g->mapping_seen = found->n > 0;
  for (size_t i = 0; i < found->n; i++)
    class_mapping_read(kcd_entry_get(&found->v[i], "sPNMappings"), &g->mapping);
}

#define MAPPINGS_RDN "CN=Directory Service,CN=Windows NT,CN=Services"

static void search_mappings(struct gathering *g)
{
  static const char *const attributes[] = {"sPNMappings", NULL};
  struct kcd_search search = {.scope = KCD_BASE, .attributes = attributes, .missing_is_empty = true};
  wave_add(&g->wave, search, kcd_asprintf(MAPPINGS_RDN ",%s", g->dc->config_nc), NULL, take_mappings, 0);
}

/* Every forest has that object. Without it cifs/ would seem to be on no account. */
static int fail_without_mappings(const struct gathering *g, struct kcd_error *err)
{
  KCD_AUTO_CHAR dn = kcd_asprintf(MAPPINGS_RDN ",%s", g->dc->config_nc);
  kcd_fail(err, KCD_E_NOT_FOUND,
           "%s shows no object %s, so it is not known which service classes host/ stands for (sPNMappings)",
           g->dc->name, dn);
  kcd_error_id(err, "spn-mappings-missing");
  kcd_error_on(err, dn, g->dc->name);
  return kcd_error_next(err, "see whether the login may read it: ldapsearch -H ldap://%s -s base -b '%s' sPNMappings",
                        g->dc->name, dn);
}

static void take_netbios_name(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  if (found->n > 0 && g->netbios_name == NULL)
    g->netbios_name = kcd_strdup(kcd_entry_text(&found->v[0], "nETBIOSName"));
}

static bool needs_netbios_name(const struct gathering *g)
{
  const char *prefix = g->user.prefix;
  bool needs = prefix != NULL && prefix_is_domain(prefix, g->dc) == KCD_UNKNOWN;
  for (size_t i = 0; i < g->query->n_hosts && !needs; i++) {
    prefix = g->hosts[i].name.prefix;
    needs = prefix != NULL && prefix_is_domain(prefix, g->dc) == KCD_UNKNOWN;
  }
  return needs;
}

static void search_netbios_name(struct gathering *g)
{
  static const char *const attributes[] = {"nETBIOSName", NULL};
  if (!needs_netbios_name(g))
    return;
  KCD_AUTO_CHAR nc = kcd_filter_text(g->dc->domain_nc);
  struct kcd_search search = {.scope = KCD_ONE, .attributes = attributes, .limit = 1, .missing_is_empty = true};
  wave_add(&g->wave, search, kcd_asprintf("CN=Partitions,%s", g->dc->config_nc),
           kcd_asprintf("(&(objectClass=crossRef)(nCName=%s))", nc), take_netbios_name, 0);
}

/* ---- the flights ---- */

static int run(struct gathering *g, struct kcd_error *err)
{
  wave_add_terms(&g->wave, g, &g->terms, take_accounts);
  return wave_run(&g->wave, g, err);
}

static int first_flight(struct gathering *g, struct kcd_error *err)
{
  search_dc(g);
  search_mappings(g);
  authorities_search(g);
  if (hosts_begin(g, err) < 0 || user_begin(g, err) < 0 || targets_begin(g, err) < 0)
    return -1;
  search_netbios_name(g);
  clusters_search(g);
  if (run(g, err) < 0 || hosts_pick(g, err) < 0)
    return -1;
  if (!g->mapping_seen)
    return fail_without_mappings(g, err);
  g->mapping_known = true;
  user_pick(g);
  owners_assign(g);
  clusters_assign(g);
  return 0;
}

static void search_tokens(struct gathering *g)
{
  for (size_t i = 0; i < g->set->n_hosts; i++)
    token_search(g, g->set->hosts[i].account);
  token_search(g, g->set->user);
}

/* The searches for acceptors and holders are the slow ones: they go last, and nothing that is needed stands behind. */
static int second_flight(struct gathering *g, struct kcd_error *err)
{
  search_tokens(g);
  targets_from_lists(g);
  targets_refine_siblings(g);
  reachable_search(g);
  privileged_search(g);
  trustees_search(g);
  writability_search(g);
  wave_add_terms(&g->wave, g, &g->terms, take_accounts);
  acceptors_search(g);
  clusters_search_nodes(g);
  targets_search_holders(g);
  return wave_run(&g->wave, g, err);
}

/* What the second flight brought up. */
static int third_flight(struct gathering *g, struct kcd_error *err)
{
  owners_assign(g);
  targets_refine_siblings(g);
  trustees_search(g);
  reachable_search(g);
  privileged_search_groups(g);
  return run(g, err);
}

static int gather(struct gathering *g, struct kcd_error *err)
{
  if (first_flight(g, err) < 0 || second_flight(g, err) < 0 || third_flight(g, err) < 0)
    return -1;
  owners_assign(g);
  reachable_assign(g);
  privileged_pick(g);
  authorities_assign(g);
  aliases_look_up(g);
  clusters_guess(g);
  return 0;
}

int kcd_gather(struct kcd_dir *dir, const struct kcd_query *query, struct kcd_facts_set *ret, struct kcd_error *err)
{
  struct kcd_facts_set set = {.dc = kcd_dir_dc(dir), .n_hosts = query->n_hosts};
  set.hosts = kcd_calloc(query->n_hosts, sizeof(*set.hosts));
  set.host_accounts = kcd_calloc(query->n_hosts + 1, sizeof(struct kcd_account *));
  __attribute__((cleanup(gathering_done))) struct gathering g = {
      .dir = dir,
      .dc = set.dc,
      .query = query,
      .set = &set,
      .hosts = kcd_calloc(query->n_hosts, sizeof(struct host_search))};
  if (gather(&g, err) < 0) {
    kcd_facts_set_done(&set);
    return -1;
  }
  *ret = set;
  return 0;
}
