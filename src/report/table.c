#include "table.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#define WIDE 100
#define SLACK 32

struct kcd_table {
  struct libscols_table *table;
  size_t columns;
};

static void must(int rc)
{
  if (rc != 0) /* libsmartcols fails here for lack of memory only */
    kcd_no_memory();
}

struct kcd_table *kcd_table_new(size_t columns)
{
  struct kcd_table *table = kcd_calloc(1, sizeof(*table));
  table->columns = columns;
  table->table = scols_new_table();
  if (table->table == NULL)
    kcd_no_memory();
  must(scols_table_enable_noheadings(table->table, 1));
  must(scols_table_enable_noencoding(table->table, 1)); /* the cells are safe already */
  must(scols_table_set_termforce(table->table, SCOLS_TERMFORCE_NEVER));
  must(scols_table_set_column_separator(table->table, "   "));
  for (size_t i = 0; i < columns; i++)
    if (scols_table_new_column(table->table, "", 0, 0) == NULL)
      kcd_no_memory();
  return table;
}

void kcd_table_free(struct kcd_table *table)
{
  if (table == NULL)
    return;
  scols_unref_table(table->table);
  free(table);
}

void kcd_table_row(struct kcd_table *table, const char *const *cells)
{
  struct libscols_line *line = scols_table_new_line(table->table, NULL);
  if (line == NULL)
    kcd_no_memory();
  for (size_t i = 0; i < table->columns; i++)
    if (cells[i] != NULL)
      must(scols_line_set_data(line, i, cells[i]));
}

/* Widths are counted in UTF-8 whatever locale the user runs in, as kcd_text_width does. */
static char *printed(struct kcd_table *table)
{
  locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  locale_t old = utf8 == (locale_t)0 ? (locale_t)0 : uselocale(utf8);
  char *text = NULL;
  must(scols_print_table_to_string(table->table, &text));
  if (utf8 != (locale_t)0) {
    (void)uselocale(old);
    freelocale(utf8);
  }
  return text;
}

static void rstrip(char *line)
{
  size_t len = strlen(line);
  while (len > 0 && line[len - 1] == ' ')
    line[--len] = '\0';
}

/* A table is looked at, not read: on a wide screen it may go beyond the width of prose before its rows are broken up.
 */
static size_t table_width(const struct kcd_textout *out)
{
  return out->width < WIDE ? out->width : out->width + SLACK;
}

bool kcd_table_fits(struct kcd_table *table, size_t indent, const struct kcd_textout *out)
{
  KCD_AUTO_CHAR text = printed(table);
  char *rest = text;
  for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
    rstrip(line);
    if (indent + kcd_text_width(line) > table_width(out))
      return false;
  }
  return true;
}

void kcd_table_write(struct kcd_table *table, size_t indent, struct kcd_textout *out)
{
  KCD_AUTO_CHAR text = printed(table);
  char *rest = text;
  for (char *line; (line = strsep(&rest, "\n")) != NULL;)
    if (line[0] != '\0')
      kcd_out_line(out, "%*s%s", (int)indent, "", line);
}
