/* Which accounts are Hyper-V hosts: by SPN, and by the service connection points below them. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#include "hyperv_hosts.h"

const char *const kcd_hyperv_attributes[] = {
    "objectClass",        "objectGUID",         "sAMAccountName",           "dNSHostName",          "operatingSystem",
    "userAccountControl", "lastLogonTimestamp", "msDS-AllowedToDelegateTo", "servicePrincipalName", NULL,
};

static void account_done(struct kcd_hyperv_account *host)
{
  kcd_account_done(&host->account);
  kcd_values_done(&host->missing_spns);
  kcd_values_done(&host->stale_entries);
  free(host->remark);
  kcd_findings_done(&host->findings);
}

void kcd_hyperv_done(struct kcd_hyperv *hyperv)
{
  for (size_t i = 0; i < hyperv->n; i++)
    account_done(&hyperv->v[i]);
  free(hyperv->v);
  kcd_free_texts(hyperv->strays, hyperv->n_strays);
  kcd_free_texts(hyperv->parents, hyperv->n_parents);
  kcd_free_texts(hyperv->guests, hyperv->n_guest_points);
  for (size_t i = 0; i < hyperv->n_owners; i++)
    kcd_account_done(&hyperv->owners[i]);
  free(hyperv->owners);
  *hyperv = (struct kcd_hyperv){0};
}

/* ---- accounts ---- */

static bool has_migration_spn(const struct kcd_account *account)
{
  for (size_t i = 0; i < account->spns.n; i++)
    if (account->spns.v[i].data != NULL &&
        kcd_starts_nocase((const char *)account->spns.v[i].data, KCD_MIGRATION_CLASS "/"))
      return true;
  return false;
}

static enum kcd_hyperv_kind kind_of(const struct kcd_account *account)
{
  if (!account->is_cluster_name)
    return KCD_HYPERV_HOST;
  return account->is_cluster_node ? KCD_HYPERV_CLUSTER : KCD_HYPERV_ROLE;
}

static struct kcd_hyperv_account *add_account(struct kcd_hyperv *hyperv, const struct kcd_entry *entry)
{
  hyperv->v = kcd_reallocarray(hyperv->v, hyperv->n + 1, sizeof(*hyperv->v));
  struct kcd_hyperv_account *host = &hyperv->v[hyperv->n++];
  *host = (struct kcd_hyperv_account){.kind = KCD_HYPERV_HOST};
  kcd_account_from_entry(entry, &host->account);
  host->kind = kind_of(&host->account);
  host->has_spn = has_migration_spn(&host->account);
  return host;
}

void kcd_hyperv_add_accounts(struct kcd_hyperv *hyperv, const struct kcd_entries *found)
{
  for (size_t i = 0; i < found->n; i++)
    add_account(hyperv, &found->v[i]);
}

/* ---- DNs, in a list that is sorted once ---- */

struct place {
  const char *dn;
  size_t at;
};
struct places {
  struct place *v;
  size_t n;
};

static int compare_places(const void *a, const void *b)
{
  const struct place *x = a, *y = b;
  return kcd_fold_compare(x->dn, strlen(x->dn), y->dn, strlen(y->dn));
}

/* Borrows the DNs. */
static struct places places_of(const struct kcd_hyperv *hyperv)
{
  struct places places = {kcd_calloc(hyperv->n + 1, sizeof(struct place)), hyperv->n};
  for (size_t i = 0; i < hyperv->n; i++)
    places.v[i] = (struct place){hyperv->v[i].account.dn, i};
  qsort(places.v, places.n, sizeof(*places.v), compare_places);
  return places;
}

static struct kcd_hyperv_account *account_at(const struct kcd_hyperv *hyperv, const struct places *places,
                                             const char *dn)
{
  const struct place key = {dn, 0};
  const struct place *found = bsearch(&key, places->v, places->n, sizeof(key), compare_places);
  return found == NULL ? NULL : &hyperv->v[found->at];
}

static void add_text(char ***texts, size_t *n, char *text)
{
  *texts = kcd_reallocarray(*texts, *n + 1, sizeof(char *));
  (*texts)[(*n)++] = text;
}

/* ---- service connection points ---- */

static void take_point(struct kcd_hyperv *hyperv, const struct places *places, const struct kcd_entry *point)
{
  const char *cn = kcd_entry_text(point, "cn");
  KCD_AUTO_CHAR parent = kcd_dn_parent(point->dn);
  if (cn == NULL || parent == NULL)
    return;
  if (kcd_equal_fold(cn, KCD_GUEST_POINT)) {
    add_text(&hyperv->guests, &hyperv->n_guest_points, KCD_TAKE(parent));
    return;
  }
  if (!kcd_equal_fold(cn, KCD_HOST_POINT))
    return;
  struct kcd_hyperv_account *host = account_at(hyperv, places, parent);
  if (host != NULL)
    host->has_point = true;
  else
    add_text(&hyperv->parents, &hyperv->n_parents, KCD_TAKE(parent));
}

void kcd_hyperv_add_points(struct kcd_hyperv *hyperv, const struct kcd_entries *found)
{
  struct places places = places_of(hyperv);
  for (size_t i = 0; i < found->n; i++)
    take_point(hyperv, &places, &found->v[i]);
  free(places.v);
}

/* The server may write the DN of a parent and that of the object itself in two ways: it is one account all the same. */
static void add_parent(struct kcd_hyperv *hyperv, const struct places *places, const struct kcd_entry *entry)
{
  struct kcd_hyperv_account *host = account_at(hyperv, places, entry->dn);
  if (host != NULL) {
    host->has_point = true;
    return;
  }
  host = add_account(hyperv, entry);
  host->has_point = true;
  if (host->account.kind == KCD_KIND_COMPUTER)
    return;
  account_done(host);
  hyperv->n--;
}

void kcd_hyperv_add_parents(struct kcd_hyperv *hyperv, const struct kcd_entries *found)
{
  struct places known = places_of(hyperv);
  for (size_t i = 0; i < found->n; i++)
    add_parent(hyperv, &known, &found->v[i]);
  free(known.v);
  struct places places = places_of(hyperv);
  size_t kept = 0;
  for (size_t i = 0; i < hyperv->n_parents; i++) {
    if (account_at(hyperv, &places, hyperv->parents[i]) == NULL)
      hyperv->parents[kept++] = hyperv->parents[i];
    else
      free(hyperv->parents[i]);
  }
  hyperv->n_parents = kept;
  free(places.v);
}
