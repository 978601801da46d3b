/* An audit as text: what is wrong, worst first, and with -v every edge. */
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "edges.h"

#define SHOWN 8 /* findings that are shown without -v */

enum { SEVERITY_COLUMNS = 7, COLUMNS = 4, WIDEST = 48 };

char *kcd_audit_summary(const json_t *doc)
{
  const json_t *counts = json_object_get(doc, "counts");
  const json_t *findings = json_object_get(doc, "findings");
  const size_t accounts = kcd_doc_num(counts, "accounts"), idle = kcd_doc_num(counts, "without_effect");
  if (accounts == 0)
    return kcd_strdup("no account may delegate");
  KCD_AUTO_CHAR who = kcd_text_count(accounts, "account may delegate", "accounts may delegate");
  KCD_AUTO_CHAR but = idle == 0 ? kcd_strdup("") : kcd_asprintf(", %zu of them without effect", idle);
  KCD_AUTO_CHAR errors = kcd_text_count(kcd_doc_count(findings, "severity", "error"), "error", "errors");
  KCD_AUTO_CHAR warnings = kcd_text_count(kcd_doc_count(findings, "severity", "warning"), "warning", "warnings");
  return kcd_asprintf("%s%s; %s, %s", who, but, errors, warnings);
}

static void show_finding(const json_t *finding, const char *last_id, struct kcd_textout *out)
{
  KCD_AUTO_CHAR prefix = kcd_out_label(2, kcd_doc_str(finding, "severity"), SEVERITY_COLUMNS);
  KCD_AUTO_CHAR below = kcd_asprintf("%*s", (int)strlen(prefix), "");
  const char *id = kcd_doc_str(finding, "id");
  kcd_out_wrap(out, prefix, kcd_doc_str(finding, "message"), id);
  if (out->style->verbose > 0 && strcmp(id, last_id) != 0)
    kcd_out_wrap(out, below, kcd_doc_str(finding, "remedy"), NULL);
}

static void show_findings(const json_t *doc, struct kcd_textout *out)
{
  const json_t *findings = json_object_get(doc, "findings");
  const char *last_id = "";
  size_t i, shown = 0;
  const json_t *finding;
  json_array_foreach(findings, i, finding)
  {
    const bool is_note = strcmp(kcd_doc_str(finding, "severity"), "note") == 0;
    if (out->style->verbose == 0 && (shown == SHOWN || is_note))
      break;
    show_finding(finding, last_id, out);
    last_id = kcd_doc_str(finding, "id");
    shown++;
  }
  if (shown < json_array_size(findings))
    kcd_out_line(out, "  ... %zu more (-v)", json_array_size(findings) - shown);
  const uint64_t omitted = kcd_doc_num(json_object_get(doc, "counts"), "findings_omitted");
  if (omitted > 0)
    kcd_out_line(out, "  ... and %llu that are too many to keep: --format csv has every row",
                 (unsigned long long)omitted);
}

static void show_list(const json_t *doc, const char *key, const char *prefix, size_t limit, struct kcd_textout *out)
{
  const json_t *list = json_object_get(doc, key);
  size_t i;
  const json_t *element;
  json_array_foreach(list, i, element)
  {
    KCD_AUTO_CHAR text = kcd_doc_safe(element);
    if (i == limit)
      break;
    kcd_out_wrap(out, prefix, text, NULL);
  }
}

void kcd_text_audit(const json_t *doc, struct kcd_textout *out)
{
  const json_t *counts = json_object_get(doc, "counts");
  if (json_is_null(counts))
    return; /* the error is on stderr */
  KCD_AUTO_CHAR domain = kcd_doc_safe_at(doc, "domain");
  KCD_AUTO_CHAR dc = kcd_doc_safe_at(doc, "dc");
  KCD_AUTO_CHAR text = kcd_audit_summary(doc);
  kcd_out_line(out, "%s: %s     (%s, read only)", domain, text, dc);
  if (out->style->quiet)
    return;
  show_list(doc, "unread", "  could not be read: ", out->style->verbose > 0 ? SIZE_MAX : 3, out);
  if (kcd_doc_num(counts, "accounts") == 0)
    return;
  show_findings(doc, out);
  kcd_out_wrap(out, "  ",
               "A ticket for one service of an account opens every service of that account; impact is counted per "
               "account.",
               NULL);
  kcd_text_next_steps(doc, out);
  if (out->style->verbose > 0)
    show_list(doc, "limits", "  not seen: ", SIZE_MAX, out);
}

/* ---- the table of edges ---- */

const char *kcd_edge_words(const json_t *edge)
{
  const char *type = kcd_doc_str(edge, "type");
  if (strcmp(type, "unconstrained") == 0)
    return "any service";
  if (strcmp(type, "resource-based") == 0)
    return "resource-based";
  if (json_is_null(json_object_get(edge, "protocol_transition")))
    return "not known";
  return kcd_doc_true(edge, "protocol_transition") ? "any authentication protocol" : "Kerberos only";
}

/* The cells of one edge, safe and owned. */
static void cells_of(const json_t *edge, char *ret[COLUMNS])
{
  KCD_AUTO_CHAR target = kcd_doc_safe_at(edge, "target");
  KCD_AUTO_CHAR roles = kcd_doc_safe_at(edge, "target_roles");
  ret[0] = kcd_doc_safe_at(edge, "source");
  ret[1] = kcd_strdup(kcd_edge_words(edge));
  ret[2] = kcd_doc_safe_at(edge, "spn");
  ret[3] = kcd_asprintf("%s%s%s%s", target[0] == '\0' ? "-" : target, roles[0] == '\0' ? "" : " (", roles,
                        roles[0] == '\0' ? "" : ")");
}

struct table {
  struct kcd_textout *out;
  size_t widths[COLUMNS];
};

static void measure(void *data, const json_t *edge)
{
  struct table *table = data;
  char *cells[COLUMNS];
  cells_of(edge, cells);
  for (size_t i = 0; i < COLUMNS; i++) {
    const size_t width = kcd_text_width(cells[i]);
    if (width > table->widths[i])
      table->widths[i] = width < WIDEST ? width : WIDEST;
    kcd_free_charp(&cells[i]);
  }
}

static void add_row(void *data, const json_t *edge)
{
  struct table *table = data;
  char *cells[COLUMNS];
  cells_of(edge, cells);
  struct kcd_buf row;
  kcd_buf_init(&row, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < COLUMNS; i++) {
    KCD_AUTO_CHAR cell = kcd_out_label(0, cells[i], table->widths[i]);
    kcd_buf_add_text(&row, cell);
    kcd_free_charp(&cells[i]);
  }
  KCD_AUTO_CHAR why = kcd_doc_safe_at(edge, "without_effect");
  KCD_AUTO_CHAR ids = kcd_doc_safe_at(edge, "finding_ids");
  if (why[0] != '\0')
    kcd_buf_addf(&row, " without effect: %s", why);
  if (ids[0] != '\0')
    kcd_buf_addf(&row, " [%s]", ids);
  KCD_AUTO_CHAR text = kcd_buf_take_text(&row);
  kcd_out_line(table->out, "  %s", text);
}

int kcd_text_edges(FILE *spool, struct kcd_textout *out, struct kcd_error *err)
{
  struct table table = {.out = out};
  if (kcd_edges_each(spool, measure, &table, err) != 0)
    return -1;
  if (table.widths[0] > 0)
    kcd_out_blank(out);
  return kcd_edges_each(spool, add_row, &table, err);
}
