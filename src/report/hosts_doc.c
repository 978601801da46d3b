/* The Hyper-V hosts of a domain in the document. */
#include <kcdfix/uac.h>

#include "doc.h"
#include "document.h"

static const char *kind_name(enum kcd_hyperv_kind kind)
{
  static const char *const names[] = {
      [KCD_HYPERV_HOST] = "host", [KCD_HYPERV_CLUSTER] = "cluster", [KCD_HYPERV_ROLE] = "role"};
  return names[kind];
}

/* What hosts and names of clusters have in common. */
static json_t *account_of(const struct kcd_hyperv_account *found)
{
  const struct kcd_account *account = &found->account;
  json_t *entry = kcd_doc_object();
  kcd_doc_set(entry, "kind", kcd_doc_text(kind_name(found->kind)));
  kcd_doc_set(entry, "host", kcd_doc_text(account->sam_account_name));
  kcd_doc_set(entry, "dn", kcd_doc_text(account->dn));
  kcd_doc_set(entry, "guid", kcd_doc_guid(account->guid));
  kcd_doc_set(entry, "dns_host_name", kcd_doc_text(account->dns_host_name));
  kcd_doc_set(entry, "enabled", account->has_uac ? json_boolean(kcd_account_is_enabled(account)) : json_null());
  kcd_doc_set(entry, "userAccountControl", account->has_uac ? kcd_doc_uint(account->uac) : json_null());
  kcd_doc_set(entry, "delegation_tab",
              account->has_uac ? kcd_doc_text(kcd_uac_delegation_words(account->uac, (unsigned)account->delegate_to.n))
                               : json_null());
  kcd_doc_set(entry, "listed", kcd_doc_uint(account->delegate_to.n));
  return entry;
}

static void end_account(json_t *entry, const struct kcd_hyperv_account *found, json_t *array)
{
  kcd_doc_set(entry, "remark", kcd_doc_text_or_null(found->remark));
  kcd_doc_set(entry, "findings", kcd_doc_findings(&found->findings));
  kcd_doc_add(array, entry);
}

static void add_host(json_t *hosts, const struct kcd_hyperv_account *found)
{
  const struct kcd_account *account = &found->account;
  json_t *entry = account_of(found);
  kcd_doc_set(entry, "operating_system", kcd_doc_text(account->operating_system));
  kcd_doc_set(entry, "last_logon", kcd_doc_filetime(account->last_logon));
  kcd_doc_set(entry, "migration_spn", json_boolean(found->has_spn));
  kcd_doc_set(entry, "service_connection_point", json_boolean(found->has_point));
  kcd_doc_set(entry, "missing_spns", kcd_doc_values(&found->missing_spns));
  kcd_doc_set(entry, "stale_entries", kcd_doc_values(&found->stale_entries));
  kcd_doc_set(entry, "domain_controller", json_boolean(kcd_account_is_dc(account)));
  kcd_doc_set(entry, "cluster_node", json_boolean(account->is_cluster_node));
  kcd_doc_set(entry, "virtual_machine", json_boolean(found->is_guest));
  end_account(entry, found, hosts);
}

void kcd_report_hyperv(struct kcd_report *report, const struct kcd_hyperv *hyperv)
{
  json_t *hosts = json_object_get(report->doc, "hosts"), *clusters = json_object_get(report->doc, "clusters");
  for (size_t i = 0; i < hyperv->n; i++) {
    if (hyperv->v[i].kind == KCD_HYPERV_HOST)
      add_host(hosts, &hyperv->v[i]);
    else
      end_account(account_of(&hyperv->v[i]), &hyperv->v[i], clusters);
  }
  kcd_doc_set(report->doc, "virtual_machines", kcd_doc_uint(hyperv->n_guests));
  kcd_doc_set(report->doc, "stray_points", kcd_doc_texts(hyperv->strays, hyperv->n_strays));
}
