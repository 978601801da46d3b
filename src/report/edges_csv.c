/* The edges of an audit for a spreadsheet: RFC 4180, UTF-8 without a byte order mark, lines that end in CR LF. */
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "edges.h"
#include "stream.h"

/* A cell that a spreadsheet would take for a formula gets an apostrophe before it. */
static bool is_formula(const char *text)
{
  return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

/* Nothing that a terminal or a reader could be deceived with is left in SAFE, line breaks neither. */
static void write_cell(FILE *out, const char *raw, const char *safe, const char *between)
{
  const bool quoted =
      strpbrk(safe, "\",") != NULL || safe[0] == ' ' || (safe[0] != '\0' && safe[strlen(safe) - 1] == ' ');
  fprintf(out, "%s%s%s", between, quoted ? "\"" : "", is_formula(raw) ? "'" : "");
  for (const char *at = safe; *at != '\0'; at++)
    fprintf(out, *at == '"' ? "\"\"" : "%c", *at);
  if (quoted)
    fputc('"', out);
}

static void write_value(FILE *out, const json_t *value, const char *between)
{
  KCD_AUTO_CHAR safe = kcd_doc_safe(value);
  const char *raw = json_is_string(value) ? json_string_value(value) : safe;
  write_cell(out, raw, safe, between);
}

/* Several of them in one cell; none of the names can hold a semicolon. */
static void write_list(FILE *out, const json_t *array)
{
  struct kcd_buf joined;
  kcd_buf_init(&joined, KCD_BUF_DEFAULT_CAP);
  size_t i;
  const json_t *element;
  json_array_foreach(array, i, element)
  {
    KCD_AUTO_CHAR safe = kcd_doc_safe(element);
    kcd_buf_addf(&joined, "%s%s", i == 0 ? "" : ";", safe);
  }
  KCD_AUTO_CHAR text = kcd_buf_take_text(&joined);
  write_cell(out, text, text, ",");
}

static void write_truth(FILE *out, const json_t *value)
{
  fprintf(out, ",%s", json_is_true(value) ? "true" : json_is_false(value) ? "false" : "");
}

static json_t *role_of_dc(const json_t *edge)
{
  size_t i;
  const json_t *role;
  json_array_foreach(json_object_get(edge, "target_roles"), i, role)
  {
    if (strcmp(json_string_value(role), "domain-controller") == 0)
      return json_true();
  }
  return json_is_null(json_object_get(edge, "target")) ? json_null() : json_false();
}

static void write_row(void *data, const json_t *edge)
{
  FILE *out = data;
  write_value(out, json_object_get(edge, "source"), "");
  write_value(out, json_object_get(edge, "source_dn"), ",");
  write_truth(out, json_object_get(edge, "source_enabled"));
  write_value(out, json_object_get(edge, "type"), ",");
  write_truth(out, json_object_get(edge, "protocol_transition"));
  write_value(out, json_object_get(edge, "spn"), ",");
  write_value(out, json_object_get(edge, "target"), ",");
  write_value(out, json_object_get(edge, "target_dn"), ",");
  write_truth(out, role_of_dc(edge));
  write_list(out, json_object_get(edge, "owners"));
  write_value(out, json_object_get(edge, "user_exposure"), ",");
  write_list(out, json_object_get(edge, "finding_ids"));
  fputs("\r\n", out);
}

int kcd_edges_csv(const json_t *doc, FILE *spool, FILE *out, struct kcd_error *err)
{
  (void)doc;
  fputs("source,source_dn,source_enabled,type,protocol_transition,spn,target,target_dn,target_is_dc,spn_owners,"
        "user_exposure,finding_ids\r\n",
        out);
  if (kcd_edges_each(spool, write_row, out, err) != 0)
    return -1;
  return kcd_stream_end(out, err);
}
