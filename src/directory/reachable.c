/* The accounts behind every entry of a host's list: protocol transition opens all of them. */
#include "gathering.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

static bool is_text(const struct kcd_bytes *value)
{
  return value->len > 0 && value->len <= KCD_SPN_MAX && kcd_is_utf8(value->data, value->len);
}

void entry_search(struct gathering *g, const char *entry)
{
  if (strchr(entry, '/') == NULL) {
    terms_add(&g->terms, "sAMAccountName", entry);
    return;
  }
  terms_add(&g->terms, "servicePrincipalName", entry);
  struct kcd_spn spn;
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_spn_parse(entry, &spn, &ignored) < 0)
    return;
  if (class_is_mapped_to_host(&g->mapping, spn.service_class)) {
    KCD_AUTO_CHAR mapped = kcd_spn_with_class(&spn, "host");
    terms_add(&g->terms, "servicePrincipalName", mapped);
  }
  kcd_spn_done(&spn);
}

static void search_list(struct gathering *g, const struct kcd_values *list)
{
  for (size_t i = 0; i < list->n; i++)
    if (is_text(&list->v[i]) && owner_of_entry(g, (const char *)list->v[i].data) == NULL)
      entry_search(g, (const char *)list->v[i].data);
}

void reachable_search(struct gathering *g)
{
  if (!g->query->reachable_accounts)
    return;
  for (size_t i = 0; i < g->set->n_hosts; i++)
    if (g->set->hosts[i].account != NULL)
      search_list(g, &g->set->hosts[i].account->delegate_to);
}

static void assign_host(struct gathering *g, struct kcd_host_facts *host)
{
  const struct kcd_values *list = &host->account->delegate_to;
  host->reachable = kcd_calloc(list->n, sizeof(*host->reachable));
  host->n_reachable = list->n;
  for (size_t i = 0; i < list->n; i++) {
    struct kcd_reachable *row = &host->reachable[i];
    row->spn = kcd_strndup((const char *)list->v[i].data, list->v[i].len);
    row->account = is_text(&list->v[i]) ? owner_of_entry(g, row->spn) : NULL;
  }
}

void reachable_assign(struct gathering *g)
{
  if (!g->query->reachable_accounts)
    return;
  for (size_t i = 0; i < g->set->n_hosts; i++)
    if (g->set->hosts[i].account != NULL)
      assign_host(g, &g->set->hosts[i]);
}
