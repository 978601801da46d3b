/* The Hyper-V hosts of a domain. Two questions go out together, for SPNs and for service connection points; neither the
 * number of hosts nor that of virtual machines is bounded, so both are asked in pages. */
#include <stdlib.h>

#include <kcdfix/hyperv_dir.h>

#include "gathering.h"

#include "dir.h"

#define ACCOUNT_FILTER                                                                                                 \
  "(&(objectCategory=computer)(|(servicePrincipalName=" KCD_MIGRATION_CLASS "/*)"                                      \
  "(servicePrincipalName=" KCD_CLUSTER_CLASS "/*)))"
#define POINT_FILTER "(&(objectClass=serviceConnectionPoint)(|(cn=" KCD_HOST_POINT ")(cn=" KCD_GUEST_POINT ")))"

static struct kcd_mapped_classes mapped_of(const struct gathering *g)
{
  return (struct kcd_mapped_classes){g->mapping.classes, g->mapping.n};
}

static void take_by_spn(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  kcd_hyperv_add_accounts(g->hyperv, found);
}

static void take_points(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  kcd_hyperv_add_points(g->hyperv, found);
}

static void take_parents(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  kcd_hyperv_add_parents(g->hyperv, found);
}

static void take_owners(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  kcd_hyperv_add_owners(g->hyperv, found);
}

/* Answers are taken in this order, whatever order they come in: the points want the accounts. */
static int find_hosts(struct gathering *g, struct kcd_error *err)
{
  static const char *const point_attributes[] = {"cn", NULL};
  struct kcd_search accounts = {.scope = KCD_SUBTREE, .attributes = kcd_hyperv_attributes};
  struct kcd_search points = {.scope = KCD_SUBTREE, .attributes = point_attributes};
  dc_search(g);
  mappings_search(g);
  wave_add(&g->wave, accounts, kcd_strdup(g->dc->domain_nc), kcd_strdup(ACCOUNT_FILTER), take_by_spn, 0);
  wave_add(&g->wave, points, kcd_strdup(g->dc->domain_nc), kcd_strdup(POINT_FILTER), take_points, 0);
  return wave_run(&g->wave, g, err) < 0 ? -1 : mappings_check(g, err);
}

static int find_parents(struct gathering *g, struct kcd_error *err)
{
  for (size_t i = 0; i < g->hyperv->n_parents; i++)
    terms_add(&g->terms, "distinguishedName", g->hyperv->parents[i]);
  wave_add_terms(&g->wave, g, &g->terms, kcd_hyperv_attributes, take_parents);
  return wave_run(&g->wave, g, err);
}

static int find_owners(struct gathering *g, struct kcd_error *err)
{
  static const char *const attributes[] = {"objectClass", "sAMAccountName", "userAccountControl",
                                           "servicePrincipalName", NULL};
  const struct kcd_mapped_classes mapped = mapped_of(g);
  struct kcd_values unowned;
  kcd_hyperv_unowned(g->hyperv, &mapped, &unowned);
  for (size_t i = 0; i < unowned.n; i++)
    entry_search(g, (const char *)unowned.v[i].data);
  kcd_values_done(&unowned);
  wave_add_terms(&g->wave, g, &g->terms, attributes, take_owners);
  return wave_run(&g->wave, g, err);
}

int kcd_hyperv_search(struct kcd_dir *dir, struct kcd_hyperv *ret, struct kcd_error *err)
{
  struct kcd_hyperv hyperv = {0};
  struct kcd_facts_set set = {.dc = kcd_dir_dc(dir)};
  const struct kcd_query no_operands = {.n_hosts = 0};
  struct gathering g = {.dir = dir, .dc = set.dc, .query = &no_operands, .set = &set, .hyperv = &hyperv};
  int status = find_hosts(&g, err);
  if (status == 0)
    status = find_parents(&g, err);
  if (status == 0)
    status = find_owners(&g, err);
  const struct kcd_mapped_classes mapped = mapped_of(&g);
  if (status == 0)
    kcd_hyperv_judge(&hyperv, &mapped);
  gathering_done(&g);
  kcd_facts_set_done(&set);
  if (status < 0) {
    kcd_hyperv_done(&hyperv);
    return kcd_error_wrap(err, "cannot look for Hyper-V hosts");
  }
  *ret = hyperv;
  return 0;
}
