#include "csv.h"

#include <string.h>

#include "doc.h"

static bool is_formula(const char *cell)
{
  return cell[0] != '\0' && strchr("=+-@\t\r", cell[0]) != NULL;
}

/* Some readers trim what stands there unquoted. */
static bool has_outer_space(const char *cell)
{
  return cell[0] == ' ' || (cell[0] != '\0' && cell[strlen(cell) - 1] == ' ');
}

static void add_quoted(struct kcd_buf *out, const char *cell)
{
  kcd_buf_add_text(out, "\"");
  for (; *cell != '\0'; cell++) {
    if (*cell == '"')
      kcd_buf_add_text(out, "\"");
    kcd_buf_add(out, cell, 1);
  }
  kcd_buf_add_text(out, "\"");
}

static void add_cell(struct kcd_buf *out, const char *text)
{
  KCD_AUTO_CHAR cell = kcd_asprintf("%s%s", is_formula(text) ? "'" : "", text);
  if (strpbrk(cell, "\",\r\n") != NULL || has_outer_space(cell))
    add_quoted(out, cell);
  else
    kcd_buf_add_text(out, cell);
}

void kcd_csv_row(struct kcd_buf *out, const char *const *cells, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    if (i > 0)
      kcd_buf_add_text(out, ",");
    add_cell(out, cells[i]);
  }
  kcd_buf_add_text(out, "\r\n");
}

char *kcd_csv_text(const json_t *value, const char *between)
{
  if (!json_is_array(value))
    return kcd_doc_safe(value);
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  size_t i;
  const json_t *element;
  json_array_foreach(value, i, element)
  {
    KCD_AUTO_CHAR text = kcd_doc_safe(element);
    kcd_buf_addf(&out, "%s%s", i == 0 ? "" : between, text);
  }
  return kcd_buf_take_text(&out);
}
