/* SPNs that nobody in the domain owns, looked for in the whole forest. A global catalogue holds servicePrincipalName of
 * every domain (isMemberOfPartialAttributeSet, MS-ADTS 3.1.1.2.3). */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/gather.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#include "dir.h"

#define MOST_FOUND 10 /* two are one too many already */

static const char *const attributes[] = {"sAMAccountName", NULL};

static bool lacks_owner(const struct kcd_target *target)
{
  return target->n_owners == 0 && target->named == NULL && !target->escaped_form_owned;
}

bool kcd_gather_lacks_owner(const struct kcd_facts_set *set)
{
  for (size_t i = 0; i < set->n_targets; i++)
    if (lacks_owner(&set->targets[i]))
      return true;
  return false;
}

static char *filter_of(const struct kcd_target *target)
{
  KCD_AUTO_CHAR text = kcd_filter_text(target->spn.text);
  if (!target->class_is_mapped)
    return kcd_asprintf("(servicePrincipalName=%s)", text);
  KCD_AUTO_CHAR host = kcd_spn_with_class(&target->spn, "host");
  KCD_AUTO_CHAR mapped = kcd_filter_text(host);
  return kcd_asprintf("(|(servicePrincipalName=%s)(servicePrincipalName=%s))", text, mapped);
}

/* "corp.contoso.com" of "CN=FS1,OU=Files,DC=corp,DC=contoso,DC=com"; NULL where there is none; owned by the caller. */
static char *domain_of(const char *dn)
{
  for (const char *at = dn; at != NULL; at = dir_next_component(at))
    if (kcd_starts_nocase(at, "DC="))
      return kcd_dn_to_domain(at);
  return NULL;
}

static void take(const struct kcd_dc *dc, const struct kcd_entries *found, struct kcd_target *target)
{
  for (size_t i = 0; i < found->n && target->foreign_domain == NULL; i++) {
    const char *dn = found->v[i].dn, *name = kcd_entry_text(&found->v[i], "sAMAccountName");
    KCD_AUTO_CHAR domain = domain_of(dn);
    if (domain == NULL || name == NULL || (dc->domain != NULL && kcd_equal_nocase(domain, dc->domain)))
      continue;
    target->foreign_domain = KCD_TAKE(domain);
    target->foreign_account = kcd_strdup(name);
    target->foreign_dn = kcd_strdup(dn);
  }
}

/* The empty base is the whole forest on that port. */
int kcd_gather_catalog(struct kcd_dir *catalog, struct kcd_facts_set *set, struct kcd_error *err)
{
  struct kcd_search *searches = kcd_calloc(set->n_targets + 1, sizeof(*searches));
  struct kcd_entries *found = kcd_calloc(set->n_targets + 1, sizeof(*found));
  struct kcd_target **targets = kcd_calloc(set->n_targets + 1, sizeof(struct kcd_target *));
  char **filters = kcd_calloc(set->n_targets + 1, sizeof(*filters));
  size_t n = 0;
  for (size_t i = 0; i < set->n_targets; i++) {
    if (!lacks_owner(&set->targets[i]))
      continue;
    targets[n] = &set->targets[i];
    filters[n] = filter_of(targets[n]);
    searches[n] = (struct kcd_search){
        .base = "", .scope = KCD_SUBTREE, .filter = filters[n], .attributes = attributes, .limit = MOST_FOUND};
    n++;
  }
  int status = kcd_dir_search(catalog, searches, n, found, err);
  for (size_t i = 0; i < n; i++) {
    if (status == 0)
      take(set->dc, &found[i], targets[i]);
    kcd_entries_done(&found[i]);
    free(filters[i]);
  }
  free(filters);
  free(targets);
  free(found);
  free(searches);
  return status;
}
