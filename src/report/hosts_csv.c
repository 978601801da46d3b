/* The Hyper-V hosts and names of clusters of a domain, one record each. */
#include <stdlib.h>

#include "csv.h"
#include "doc.h"
#include "document.h"

/* The keys of the document, which are the headings too; the ids of the findings stand behind them. */
static const char *const COLUMNS[] = {
    "kind",
    "host",
    "dn",
    "dns_host_name",
    "operating_system",
    "enabled",
    "delegation_tab",
    "listed",
    "last_logon",
    "migration_spn",
    "service_connection_point",
    "missing_spns",
    "stale_entries",
    "cluster_node",
    "virtual_machine",
    "remark",
};
enum { N_COLUMNS = sizeof(COLUMNS) / sizeof(COLUMNS[0]) };

static char *ids_of(const json_t *entry)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  size_t i;
  const json_t *finding;
  json_array_foreach(json_object_get(entry, "findings"), i, finding)
  {
    kcd_buf_addf(&out, "%s%s", i == 0 ? "" : "; ", kcd_doc_str(finding, "id"));
  }
  return kcd_buf_take_text(&out);
}

static void add_record(struct kcd_buf *out, const json_t *entry)
{
  char *cells[N_COLUMNS + 1];
  for (size_t i = 0; i < N_COLUMNS; i++)
    cells[i] = kcd_csv_text(json_object_get(entry, COLUMNS[i]), "; ");
  cells[N_COLUMNS] = ids_of(entry);
  kcd_csv_row(out, (const char *const *)cells, N_COLUMNS + 1);
  for (size_t i = 0; i <= N_COLUMNS; i++)
    free(cells[i]);
}

static void add_records(struct kcd_buf *out, const json_t *array)
{
  size_t i;
  const json_t *entry;
  json_array_foreach(array, i, entry)
  {
    add_record(out, entry);
  }
}

void kcd_csv_hosts(const json_t *doc, struct kcd_buf *out)
{
  const char *headings[N_COLUMNS + 1];
  for (size_t i = 0; i < N_COLUMNS; i++)
    headings[i] = COLUMNS[i];
  headings[N_COLUMNS] = "finding_ids";
  kcd_csv_row(out, headings, N_COLUMNS + 1);
  add_records(out, json_object_get(doc, "hosts"));
  add_records(out, json_object_get(doc, "clusters"));
}
