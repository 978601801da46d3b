/* The edges of an audit for a spreadsheet: UTF-8 without a byte order mark, one record an edge. */
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "doc.h"
#include "edges.h"
#include "stream.h"

#define TARGET_IS_DC "target_is_dc"

/* The headings, which are keys of the edge too: but for TARGET_IS_DC, and for spn_owners, which is `owners`. */
static const char *const COLUMNS[] = {
    "source", "source_dn", "source_enabled", "type",       "protocol_transition", "spn",
    "target", "target_dn", TARGET_IS_DC,     "spn_owners", "user_exposure",       "finding_ids",
};
enum { N_COLUMNS = sizeof(COLUMNS) / sizeof(COLUMNS[0]) };

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

static const json_t *value_of(const json_t *edge, const char *column)
{
  if (strcmp(column, TARGET_IS_DC) == 0)
    return role_of_dc(edge);
  return json_object_get(edge, strcmp(column, "spn_owners") == 0 ? "owners" : column);
}

/* Programs read them, so a truth is as in JSON; nothing where it is not known. Owned. */
static char *cell_of(const json_t *value)
{
  return json_is_boolean(value) ? kcd_strdup(json_is_true(value) ? "true" : "false") : kcd_csv_text(value, ";");
}

static void write_record(FILE *out, const char *const *cells)
{
  struct kcd_buf record;
  kcd_buf_init(&record, KCD_BUF_DEFAULT_CAP);
  kcd_csv_row(&record, cells, N_COLUMNS);
  KCD_AUTO_CHAR text = kcd_buf_take_text(&record);
  fputs(text, out);
}

static void write_row(void *data, const json_t *edge)
{
  char *cells[N_COLUMNS];
  for (size_t i = 0; i < N_COLUMNS; i++)
    cells[i] = cell_of(value_of(edge, COLUMNS[i]));
  write_record(data, (const char *const *)cells);
  for (size_t i = 0; i < N_COLUMNS; i++)
    free(cells[i]);
}

int kcd_edges_csv(const json_t *doc, FILE *spool, FILE *out, struct kcd_error *err)
{
  (void)doc;
  write_record(out, COLUMNS);
  if (kcd_edges_each(spool, write_row, out, err) != 0)
    return -1;
  return kcd_stream_end(out, err);
}
