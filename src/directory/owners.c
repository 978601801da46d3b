/* Who owns an SPN. A KDC looks for the name itself first; where nobody holds it, for the same name with the class host,
 * if sPNMappings says that host stands for the class (MS-DRSR 4.1.4.2.19, MapSPN). */
#include "gathering.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

bool dc_is_samba(const struct kcd_dc *dc)
{
  return dc->vendor != NULL && kcd_starts_nocase(dc->vendor, "Samba");
}

static bool stands_for_host(const struct gathering *g, const char *service_class)
{
  return kcd_equal_nocase(service_class, "host") || class_is_mapped_to_host(&g->mapping, service_class);
}

char *host_form(const char *text)
{
  KCD_AUTO_VALUE(kcd_spn) spn = {NULL, NULL, NULL, NULL, NULL, false, false, false};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_spn_parse(text, &spn, &ignored) < 0 || kcd_equal_nocase(spn.service_class, "host"))
    return NULL;
  return kcd_spn_with_class(&spn, "host");
}

/* ---- searching ---- */

/* In the first flight it is not yet known whether the class is mapped: then the form with host is looked for as well.
 */
static bool may_stand_for_host(const struct gathering *g, const char *service_class)
{
  return !g->mapping_known || stands_for_host(g, service_class);
}

static void add_forms(struct gathering *g, const char *text, bool with_host)
{
  terms_add(&g->terms, "servicePrincipalName", text);
  KCD_AUTO_CHAR mapped = with_host ? host_form(text) : NULL;
  if (mapped != NULL)
    terms_add(&g->terms, "servicePrincipalName", mapped);
}

void owners_search(struct gathering *g, const struct kcd_target *target)
{
  bool with_host = may_stand_for_host(g, target->spn.service_class);
  add_forms(g, target->spn.text, with_host);
  if (target->sibling != NULL)
    add_forms(g, target->sibling, with_host);
  if (target->spn.has_blank) {
    KCD_AUTO_CHAR escaped = kcd_spn_heimdal_escaped(target->spn.text);
    terms_add(&g->terms, "servicePrincipalName", escaped);
  }
  if (dc_is_samba(g->dc) && with_host && !target->spn.host_is_address) {
    KCD_AUTO_CHAR label = kcd_spn_short_host(&target->spn);
    terms_add(&g->terms, "cn", label);
  }
}

/* ---- assigning ---- */

static void add_owner(struct kcd_spn_owner **owners, size_t *n, struct kcd_account *account,
                      const struct kcd_bytes *value, bool direct)
{
  *owners = kcd_reallocarray(*owners, *n + 1, sizeof(struct kcd_spn_owner));
  (*owners)[(*n)++] = (struct kcd_spn_owner){account, kcd_strndup((const char *)value->data, value->len), direct};
}

static void add_holders_of(const struct kcd_facts_set *set, const char *text, bool direct,
                           struct kcd_spn_owner **owners, size_t *n)
{
  for (size_t i = 0; i < set->n_accounts; i++) {
    struct kcd_account *account = set->accounts[i];
    ptrdiff_t at = kcd_values_find_fold(&account->spns, text);
    if (at >= 0)
      add_owner(owners, n, account, &account->spns.v[at], direct);
  }
}

/* The direct ones first: they are what a KDC takes. One that holds the name through sPNMappings beside them is told
 * too, since the ticket may be meant for it. */
static void find_owners(struct gathering *g, const char *text, bool mapped, struct kcd_spn_owner **owners, size_t *n)
{
  add_holders_of(g->set, text, true, owners, n);
  KCD_AUTO_CHAR host = mapped ? host_form(text) : NULL;
  if (host != NULL)
    add_holders_of(g->set, host, false, owners, n);
}

static void forget_owners(struct kcd_spn_owner **owners, size_t *n)
{
  for (size_t i = 0; i < *n; i++)
    free((*owners)[i].value);
  free(*owners);
  *owners = NULL;
  *n = 0;
}

/* Samba's KDC looks for a name with blanks in its escaped form only: there its holder is the owner. */
static void find_escaped(struct gathering *g, struct kcd_target *target)
{
  KCD_AUTO_CHAR escaped = kcd_spn_heimdal_escaped(target->spn.text);
  struct kcd_spn_owner *owners = NULL;
  size_t n = 0;
  add_holders_of(g->set, escaped, true, &owners, &n);
  target->escaped_form_owned = n > 0;
  if (target->n_owners == 0 && dc_is_samba(g->dc)) {
    target->owners = owners;
    target->n_owners = n;
    return;
  }
  forget_owners(&owners, &n);
}

/* Samba goes on to the computer whose cn is the first label: where nobody holds the name, and where the name is host's,
 * so that a holder of another name makes two of them. */
static struct kcd_account *find_named(const struct gathering *g, const struct kcd_target *target)
{
  if (!dc_is_samba(g->dc) || target->spn.host_is_address || !stands_for_host(g, target->spn.service_class))
    return NULL;
  KCD_AUTO_CHAR label = kcd_spn_short_host(&target->spn);
  for (size_t i = 0; i < g->set->n_accounts; i++) {
    struct kcd_account *account = g->set->accounts[i];
    KCD_AUTO_CHAR cn = kcd_dn_first_value(account->dn);
    if (account->kind == KCD_KIND_COMPUTER && kcd_equal_fold(cn, label))
      return account;
  }
  return NULL;
}

void owners_assign(struct gathering *g)
{
  for (size_t i = 0; i < g->set->n_targets; i++) {
    struct kcd_target *target = &g->set->targets[i];
    forget_owners(&target->owners, &target->n_owners);
    forget_owners(&target->sibling_owners, &target->n_sibling_owners);
    target->class_is_mapped = class_is_mapped_to_host(&g->mapping, target->spn.service_class);
    find_owners(g, target->spn.text, target->class_is_mapped, &target->owners, &target->n_owners);
    if (target->sibling != NULL)
      find_owners(g, target->sibling, target->class_is_mapped, &target->sibling_owners, &target->n_sibling_owners);
    if (target->spn.has_blank)
      find_escaped(g, target);
    target->named = find_named(g, target);
  }
}

/* ---- any entry of a list ---- */

static struct kcd_account *first_holder(const struct kcd_facts_set *set, const char *text)
{
  for (size_t i = 0; i < set->n_accounts; i++)
    if (kcd_values_find_fold(&set->accounts[i]->spns, text) >= 0)
      return set->accounts[i];
  return NULL;
}

static struct kcd_account *account_named(const struct kcd_facts_set *set, const char *name)
{
  for (size_t i = 0; i < set->n_accounts; i++) {
    const char *own = set->accounts[i]->sam_account_name;
    if (own != NULL && kcd_equal_fold(own, name))
      return set->accounts[i];
  }
  return NULL;
}

struct kcd_account *owner_of_entry(const struct gathering *g, const char *entry)
{
  const char *slash = strchr(entry, '/');
  if (slash == NULL)
    return account_named(g->set, entry);
  struct kcd_account *owner = first_holder(g->set, entry);
  KCD_AUTO_CHAR service_class = kcd_strndup(entry, (size_t)(slash - entry));
  KCD_AUTO_CHAR mapped = class_is_mapped_to_host(&g->mapping, service_class) ? host_form(entry) : NULL;
  return owner == NULL && mapped != NULL ? first_holder(g->set, mapped) : owner;
}
