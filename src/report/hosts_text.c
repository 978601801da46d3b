/* The Hyper-V hosts of a domain, one row each. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "doc.h"
#include "document.h"
#include "table.h"

enum { COLUMNS = 8 };

/* "HV1" of HV1$; owned by the caller. */
static char *short_name(const json_t *entry)
{
  char *name = kcd_doc_safe_at(entry, "host");
  size_t len = strlen(name);
  if (len > 0 && name[len - 1] == '$')
    name[len - 1] = '\0';
  return name;
}

/* "2012 R2" of Windows Server 2012 R2 Datacenter, else the whole; owned by the caller. */
static char *system_words(const json_t *host)
{
  char *system = kcd_doc_safe_at(host, "operating_system");
  const char *server = strstr(system, "Server 20");
  if (server == NULL)
    return system;
  const char *year = server + strlen("Server ");
  size_t len = strspn(year, "0123456789");
  char *words = kcd_asprintf("%.*s%s", (int)len, year, strncmp(year + len, " R2", 3) == 0 ? " R2" : "");
  free(system);
  return words;
}

static const char *delegation_words(const json_t *host)
{
  uint64_t uac = kcd_doc_num(host, "userAccountControl");
  if (json_is_null(json_object_get(host, "userAccountControl")))
    return "not readable";
  if ((uac & KCD_UAC_TRUSTED_FOR_DELEGATION) != 0)
    return "to any service";
  if ((uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0)
    return "any protocol";
  return kcd_doc_num(host, "listed") > 0 ? "Kerberos only" : "none";
}

static const char *found_words(const json_t *host)
{
  bool spn = kcd_doc_true(host, "migration_spn"), point = kcd_doc_true(host, "service_connection_point");
  return spn && point ? "SPN SCP" : spn ? "SPN" : "SCP";
}

/* The remark, and the ids of the findings behind it; owned by the caller. */
static char *remark_words(const json_t *entry)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  KCD_AUTO_CHAR remark = kcd_doc_safe_at(entry, "remark");
  kcd_buf_add_text(&out, remark);
  size_t i;
  const json_t *finding;
  json_array_foreach(json_object_get(entry, "findings"), i, finding)
  {
    kcd_buf_addf(&out, "%s%s", i == 0 ? "   [" : ", ", kcd_doc_str(finding, "id"));
  }
  if (i > 0)
    kcd_buf_add_text(&out, "]");
  return kcd_buf_take_text(&out);
}

static const char *enabled_words(const json_t *entry)
{
  const json_t *enabled = json_object_get(entry, "enabled");
  return json_is_null(enabled) ? "?" : json_is_true(enabled) ? "yes" : "no";
}

static void add_host(struct kcd_table *table, const json_t *host)
{
  const char *logon = kcd_doc_str(host, "last_logon");
  KCD_AUTO_CHAR name = short_name(host);
  KCD_AUTO_CHAR system = system_words(host);
  KCD_AUTO_CHAR listed = kcd_asprintf("%6" JSON_INTEGER_FORMAT, (json_int_t)kcd_doc_num(host, "listed"));
  KCD_AUTO_CHAR seen = logon[0] == '\0' ? kcd_strdup("-") : kcd_asprintf("%.10s", logon);
  KCD_AUTO_CHAR remark = remark_words(host);
  const char *const cells[COLUMNS] = {name,
                                      system[0] == '\0' ? "-" : system,
                                      enabled_words(host),
                                      delegation_words(host),
                                      listed,
                                      seen,
                                      found_words(host),
                                      remark};
  kcd_table_row(table, cells);
}

static void show_hosts(const json_t *hosts, struct kcd_textout *out)
{
  static const char *const headings[COLUMNS] = {"HOST",   "SYSTEM",     "ENABLED",  "DELEGATION",
                                                "LISTED", "LAST LOGON", "FOUND BY", "REMARK"};
  KCD_AUTO(kcd_table) table = kcd_table_new(COLUMNS);
  kcd_table_row(table, headings);
  size_t i;
  const json_t *host;
  json_array_foreach(hosts, i, host)
  {
    add_host(table, host);
  }
  kcd_table_write(table, 2, out);
}

static void show_clusters(const json_t *clusters, struct kcd_textout *out)
{
  struct kcd_buf names;
  kcd_buf_init(&names, KCD_BUF_DEFAULT_CAP);
  size_t i;
  const json_t *cluster;
  json_array_foreach(clusters, i, cluster)
  {
    KCD_AUTO_CHAR name = short_name(cluster);
    kcd_buf_addf(&names, "%s%s", i == 0 ? "" : ", ", name);
  }
  KCD_AUTO_CHAR list = kcd_buf_take_text(&names);
  KCD_AUTO_CHAR line =
      kcd_asprintf("%s: %s; %s nodes are not in the directory", list,
                   i == 1 ? "cluster or virtual name" : "cluster and virtual names", i == 1 ? "its" : "their");
  kcd_out_wrap(out, "  ", line, NULL);
  json_array_foreach(clusters, i, cluster)
  {
    KCD_AUTO_CHAR name = short_name(cluster);
    KCD_AUTO_CHAR remark = remark_words(cluster);
    KCD_AUTO_CHAR text = kcd_asprintf("%s: %s", name, remark);
    if (remark[0] != '\0')
      kcd_out_wrap(out, "  ", text, NULL);
  }
}

static void show_strays(const json_t *doc, struct kcd_textout *out)
{
  const json_t *strays = json_object_get(doc, "stray_points");
  if (json_array_size(strays) == 0)
    return;
  KCD_AUTO_CHAR names = kcd_text_list(strays, out->style->verbose > 0 ? 0 : 3);
  KCD_AUTO_CHAR text = kcd_asprintf("a service connection point of Hyper-V is below what is no computer, or cannot be "
                                    "read: %s",
                                    names);
  kcd_out_wrap(out, "  ", text, NULL);
}

static void show_summary(const json_t *doc, size_t hosts, size_t clusters, struct kcd_textout *out)
{
  KCD_AUTO_CHAR domain = kcd_doc_safe_at(doc, "domain");
  KCD_AUTO_CHAR dc = kcd_doc_safe_at(doc, "dc");
  KCD_AUTO_CHAR found =
      hosts == 0 ? kcd_strdup("no Hyper-V host found") : kcd_text_count(hosts, "Hyper-V host", "Hyper-V hosts");
  KCD_AUTO_CHAR names = kcd_text_count(clusters, "cluster or virtual name", "cluster and virtual names");
  size_t n_guests = (size_t)kcd_doc_num(doc, "virtual_machines");
  KCD_AUTO_CHAR guests = kcd_text_count(n_guests, "virtual machine", "virtual machines");
  kcd_out_line(out, "%s: %s%s%s     (%s%s%s%s)", domain, found, clusters == 0 ? "" : ", ", clusters == 0 ? "" : names,
               dc, n_guests == 0 ? "" : "; ", n_guests == 0 ? "" : guests, n_guests == 0 ? "" : " left out");
}

/* Where the run ended in an error, that is on stderr, and nothing is known. */
void kcd_text_hosts(const json_t *doc, struct kcd_textout *out)
{
  const json_t *hosts = json_object_get(doc, "hosts"), *clusters = json_object_get(doc, "clusters");
  if (json_array_size(json_object_get(doc, "errors")) > 0)
    return;
  show_summary(doc, json_array_size(hosts), json_array_size(clusters), out);
  if (out->style->quiet)
    return;
  if (json_array_size(hosts) > 0)
    show_hosts(hosts, out);
  if (json_array_size(clusters) > 0)
    show_clusters(clusters, out);
  show_strays(doc, out);
  kcd_text_next_steps(doc, out);
}
