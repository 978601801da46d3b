/* Many pairs as text: the matrix, each cause once with the cells that it explains, and what to do. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"
#include "table.h"

#define BLOCKS_MAX 4 /* a matrix that is cut into more pieces is read by nobody: the causes name the cells */
#define GAP 3        /* between the columns of a table */
#define INDENT 2
#define CORNER "from \\ to"

/* What the text is made from, taken out of the document once. */
struct grid {
  const json_t *scenario;
  size_t n_rows, n_columns;
  char **rows, **columns; /* names, terminal-safe */
  char **states;          /* of the hosts */
  const char **marks;     /* [row * n_columns + column]; borrowed from the document, or literals */
};

/* "any protocol, 4 of 4 listed" */
static char *state_of(const json_t *host)
{
  const char *tab = kcd_doc_str(host, "delegation_tab");
  const char *words = strstr(tab, "any authentication protocol") != NULL ? "any protocol"
                      : strstr(tab, "Kerberos only") != NULL             ? "Kerberos only"
                      : strstr(tab, "any service") != NULL               ? "unconstrained"
                      : tab[0] == '\0'                                   ? "not found"
                                                                         : "no delegation";
  if (tab[0] == '\0')
    return kcd_strdup(words);
  return kcd_asprintf("%s, %zu of %zu listed", words, (size_t)kcd_doc_num(host, "listed"),
                      (size_t)kcd_doc_num(host, "asked"));
}

static size_t place_of(char *const *names, size_t n, const json_t *name)
{
  KCD_AUTO_CHAR safe = kcd_doc_safe(name);
  for (size_t i = 0; i < n; i++)
    if (strcmp(names[i], safe) == 0)
      return i;
  return n;
}

static const char *mark_of(const json_t *cell)
{
  if (json_is_string(json_object_get(cell, "mark")))
    return kcd_doc_str(cell, "mark");
  const char *state = kcd_doc_str(cell, "state");
  return strcmp(state, "works") == 0 ? "ok" : strcmp(state, "fails") == 0 ? "X" : "?";
}

static void grid_init(struct grid *grid, const json_t *scenario)
{
  const json_t *hosts = json_object_get(scenario, "hosts");
  const json_t *columns = json_object_get(scenario, "columns");
  *grid = (struct grid){.scenario = scenario, .n_rows = json_array_size(hosts), .n_columns = json_array_size(columns)};
  grid->rows = kcd_calloc(grid->n_rows + 1, sizeof *grid->rows);
  grid->states = kcd_calloc(grid->n_rows + 1, sizeof *grid->states);
  grid->columns = kcd_calloc(grid->n_columns + 1, sizeof *grid->columns);
  grid->marks = kcd_calloc(grid->n_rows * grid->n_columns + 1, sizeof *grid->marks);
  for (size_t i = 0; i < grid->n_rows; i++) {
    grid->rows[i] = kcd_doc_safe_at(json_array_get(hosts, i), "name");
    grid->states[i] = state_of(json_array_get(hosts, i));
  }
  for (size_t i = 0; i < grid->n_columns; i++)
    grid->columns[i] = kcd_doc_safe(json_array_get(columns, i));
  size_t i;
  const json_t *cell;
  json_array_foreach(json_object_get(scenario, "cells"), i, cell)
  {
    size_t row = place_of(grid->rows, grid->n_rows, json_object_get(cell, "from"));
    size_t column = place_of(grid->columns, grid->n_columns, json_object_get(cell, "to"));
    if (row < grid->n_rows && column < grid->n_columns)
      grid->marks[row * grid->n_columns + column] = mark_of(cell);
  }
}

static void grid_done(struct grid *grid)
{
  kcd_free_texts(grid->rows, grid->n_rows);
  kcd_free_texts(grid->states, grid->n_rows);
  kcd_free_texts(grid->columns, grid->n_columns);
  free(grid->marks);
}

/* ---- the matrix ---- */

/* Columns FIRST to END of the grid; the states of the hosts stand behind the last one, where there is room. Else they
 * are listed for the hosts alone that lack something. */
struct block {
  size_t first, end;
  bool states;
};

static size_t widest(char *const *texts, size_t n, size_t at_least)
{
  for (size_t i = 0; i < n; i++) {
    size_t width = kcd_text_width(texts[i]);
    at_least = width > at_least ? width : at_least;
  }
  return at_least;
}

static size_t add_block(struct block *blocks, size_t n, size_t first, size_t end, bool states)
{
  if (n < BLOCKS_MAX)
    blocks[n] = (struct block){first, end, states};
  return n + 1;
}

/* As few blocks as fit; more than BLOCKS_MAX: the count alone is right. */
static size_t cut(const struct grid *grid, const struct kcd_textout *out, struct block *blocks)
{
  const size_t start = INDENT + widest(grid->rows, grid->n_rows, strlen(CORNER));
  const size_t states = GAP + widest(grid->states, grid->n_rows, 0);
  size_t n = 0;
  size_t first = 0;
  size_t width = start;
  for (size_t i = 0; i < grid->n_columns; i++) {
    size_t column = GAP + kcd_text_width(grid->columns[i]);
    column = column < GAP + 2 ? GAP + 2 : column;
    if (i > first && width + column > out->width) {
      n = add_block(blocks, n, first, i, false);
      first = i;
      width = start;
    }
    width += column;
  }
  return add_block(blocks, n, first, grid->n_columns, width + states <= out->width);
}

static const char *shown_mark(const struct grid *grid, size_t row, size_t column)
{
  const char *mark = grid->marks[row * grid->n_columns + column];
  return mark == NULL ? "." : mark;
}

static void show_block(const struct grid *grid, const struct block *block, struct kcd_textout *out)
{
  const size_t columns = 1 + block->end - block->first + (block->states ? 1 : 0);
  KCD_AUTO(kcd_table) table = kcd_table_new(columns);
  const char **cells = kcd_calloc(columns, sizeof *cells);
  cells[0] = CORNER;
  for (size_t i = block->first; i < block->end; i++)
    cells[1 + i - block->first] = grid->columns[i];
  kcd_table_row(table, cells);
  for (size_t row = 0; row < grid->n_rows; row++) {
    cells[0] = grid->rows[row];
    for (size_t i = block->first; i < block->end; i++)
      cells[1 + i - block->first] = shown_mark(grid, row, i);
    if (block->states)
      cells[columns - 1] = grid->states[row];
    kcd_table_row(table, cells);
  }
  kcd_table_write(table, INDENT, out);
  free(cells);
}

static void show_states(const struct grid *grid, struct kcd_textout *out)
{
  KCD_AUTO(kcd_table) table = kcd_table_new(2);
  const json_t *hosts = json_object_get(grid->scenario, "hosts");
  bool any = false;
  for (size_t row = 0; row < grid->n_rows; row++) {
    if (kcd_doc_num(json_array_get(hosts, row), "failing") == 0)
      continue;
    kcd_table_row(table, (const char *const[]){grid->rows[row], grid->states[row]});
    any = true;
  }
  if (!any)
    return;
  kcd_out_blank(out);
  kcd_table_write(table, INDENT, out);
}

static void show_grid(const struct grid *grid, struct kcd_textout *out)
{
  struct block blocks[BLOCKS_MAX];
  size_t n = cut(grid, out, blocks);
  for (size_t i = 0; n <= BLOCKS_MAX && i < n; i++) {
    if (i > 0)
      kcd_out_blank(out);
    show_block(grid, &blocks[i], out);
  }
  if (n > BLOCKS_MAX || !blocks[n - 1].states)
    show_states(grid, out);
}

/* ---- the cells of a cause ---- */

static bool *cells_of(const struct grid *grid, const json_t *cause)
{
  bool *has = kcd_calloc(grid->n_rows * grid->n_columns + 1, sizeof *has);
  size_t i;
  const json_t *way;
  json_array_foreach(json_object_get(cause, "cells"), i, way)
  {
    size_t row = place_of(grid->rows, grid->n_rows, json_array_get(way, 0));
    size_t column = place_of(grid->columns, grid->n_columns, json_array_get(way, 1));
    if (row < grid->n_rows && column < grid->n_columns)
      has[row * grid->n_columns + column] = true;
  }
  return has;
}

/* Whether the two rows have the cause in the same columns, and in one at least; what is not asked of one of them does
 * not count. */
static bool same_columns(const struct grid *grid, const bool *has, size_t a, size_t b)
{
  bool both = false;
  for (size_t i = 0; i < grid->n_columns; i++) {
    const size_t left = a * grid->n_columns + i;
    const size_t right = b * grid->n_columns + i;
    if (grid->marks[left] != NULL && grid->marks[right] != NULL && has[left] != has[right])
      return false;
    both = both || (has[left] && has[right]);
  }
  return both;
}

static bool any_in_row(const struct grid *grid, const bool *has, size_t row)
{
  for (size_t i = 0; i < grid->n_columns; i++)
    if (has[row * grid->n_columns + i])
      return true;
  return false;
}

#define FEW 2 /* names that "all but" is shorter for */

/* The chosen ones of N names; "all", or "all but HV7", where next to none of those that could be is left out. */
static char *names_text(char *const *names, size_t n, const bool *chosen, const bool *could_be)
{
  size_t taken = 0;
  size_t left = 0;
  for (size_t i = 0; i < n; i++) {
    taken += chosen[i];
    left += could_be[i] && !chosen[i];
  }
  const bool all_but = left <= FEW && taken > (size_t)2 * FEW;
  if (left == 0 && taken > FEW)
    return kcd_strdup("all");
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_text(&buf, all_but ? "all but " : "");
  bool first = true;
  for (size_t i = 0; i < n; i++) {
    if (all_but ? !could_be[i] || chosen[i] : !chosen[i])
      continue;
    kcd_buf_addf(&buf, "%s%s", first ? "" : ", ", names[i]);
    first = false;
  }
  return kcd_buf_take_text(&buf);
}

/* Names of the columns that one of the rows has the cause in, of those that are asked of one of them. */
static char *columns_text(const struct grid *grid, const bool *has, const bool *rows)
{
  bool *chosen = kcd_calloc(grid->n_columns + 1, sizeof *chosen);
  bool *asked = kcd_calloc(grid->n_columns + 1, sizeof *asked);
  for (size_t row = 0; row < grid->n_rows; row++)
    for (size_t i = 0; rows[row] && i < grid->n_columns; i++) {
      const size_t at = row * grid->n_columns + i;
      chosen[i] = chosen[i] || has[at];
      asked[i] = asked[i] || grid->marks[at] != NULL;
    }
  char *text = names_text(grid->columns, grid->n_columns, chosen, asked);
  free(chosen);
  free(asked);
  return text;
}

static char *rows_text(const struct grid *grid, const bool *rows)
{
  bool *every = kcd_calloc(grid->n_rows + 1, sizeof *every);
  for (size_t row = 0; row < grid->n_rows; row++)
    every[row] = true;
  char *text = names_text(grid->rows, grid->n_rows, rows, every);
  free(every);
  return text;
}

/* "HV2 -> HV4; HV3, HV4 -> all": rows with the same columns together. */
static char *ways_text(const struct grid *grid, const json_t *cause)
{
  bool *has = cells_of(grid, cause);
  bool *done = kcd_calloc(grid->n_rows + 1, sizeof *done);
  bool *rows = kcd_calloc(grid->n_rows + 1, sizeof *rows);
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  for (size_t row = 0; row < grid->n_rows; row++) {
    if (done[row] || !any_in_row(grid, has, row))
      continue;
    for (size_t other = 0; other < grid->n_rows; other++) {
      rows[other] = other == row || (other > row && !done[other] && any_in_row(grid, has, other) &&
                                     same_columns(grid, has, row, other));
      done[other] = done[other] || rows[other];
    }
    KCD_AUTO_CHAR from = rows_text(grid, rows);
    KCD_AUTO_CHAR to = columns_text(grid, has, rows);
    kcd_buf_addf(&buf, "%s%s -> %s", buf.len > 0 ? "; " : "", from, to);
  }
  free(rows);
  free(done);
  free(has);
  return kcd_buf_take_text(&buf);
}

/* ---- causes ---- */

static bool is_error(const json_t *cause)
{
  return strcmp(kcd_doc_str(cause, "severity"), "error") == 0;
}

/* Which service a message is about that does not say so itself. */
static const char *service_words(const json_t *cause)
{
  const json_t *services = json_object_get(cause, "services");
  bool said = strcmp(kcd_doc_str(cause, "id"), "service-class-missing") == 0;
  if (said || !kcd_doc_true(cause, "common") || json_array_size(services) != 1)
    return "";
  return strcmp(json_string_value(json_array_get(services, 0)), "cifs") == 0 ? " (cifs)" : " (migration service)";
}

static void show_cause(const struct grid *grid, const json_t *cause, struct kcd_textout *out)
{
  KCD_AUTO_CHAR prefix = is_error(cause) ? kcd_asprintf("  %s  ", kcd_doc_str(cause, "mark")) : kcd_strdup("  ");
  KCD_AUTO_CHAR text = kcd_asprintf("%s%s%s%s", is_error(cause) ? "" : kcd_doc_str(cause, "severity"),
                                    is_error(cause) ? "" : ": ", kcd_doc_str(cause, "message"), service_words(cause));
  kcd_out_wrap(out, prefix, text, kcd_doc_str(cause, "id"));
  KCD_AUTO_CHAR ways = ways_text(grid, cause);
  kcd_out_wrap(out, "     ", ways, NULL);
}

/* A change says itself what is to be done about the tickets that the hosts still have. */
static void show_causes(const struct grid *grid, bool after_change, struct kcd_textout *out)
{
  size_t i;
  const json_t *cause;
  json_array_foreach(json_object_get(grid->scenario, "causes"), i, cause)
  {
    if (!after_change || strcmp(kcd_doc_str(cause, "id"), "negative-cache") != 0)
      show_cause(grid, cause, out);
  }
}

static void show_not_visible(const struct grid *grid, struct kcd_textout *out)
{
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  size_t i;
  const json_t *id;
  json_array_foreach(json_object_get(grid->scenario, "not_visible"), i, id)
  {
    enum kcd_finding_id finding;
    if (kcd_finding_by_name(json_string_value(id), &finding) == 0)
      kcd_buf_addf(&buf, "%s%s [%s]", buf.len > 0 ? "; " : "", kcd_finding_info(finding)->title, json_string_value(id));
  }
  const bool any = buf.len > 0;
  KCD_AUTO_CHAR titles = kcd_buf_take_text(&buf);
  KCD_AUTO_CHAR text = kcd_asprintf("Not visible from here, and possible all the same: %s.", titles);
  if (any)
    kcd_out_wrap(out, "  ", text, NULL);
}

/* The one command first; then what no command does. A change says itself what comes next. */
static void show_fixes(const struct grid *grid, struct kcd_textout *out)
{
  const char *command = kcd_doc_str(grid->scenario, "command");
  bool first = true;
  if (command[0] != '\0') {
    kcd_out_blank(out);
    kcd_out_line(out, "  fix: %s", command);
    first = false;
  }
  size_t i;
  const json_t *cause;
  json_array_foreach(json_object_get(grid->scenario, "causes"), i, cause)
  {
    if (strcmp(kcd_doc_str(cause, "severity"), "note") == 0 || kcd_doc_true(cause, "fixable") ||
        kcd_doc_str(cause, "remedy")[0] == '\0')
      continue;
    if (first)
      kcd_out_blank(out);
    const char *word = !is_error(cause) ? "  also: " : first ? "  next: " : "  then: ";
    kcd_out_wrap(out, word, kcd_doc_str(cause, "remedy"), NULL);
    first = false;
  }
}

void kcd_text_matrix(const struct kcd_check_view *view, struct kcd_textout *out)
{
  struct grid grid;
  grid_init(&grid, view->scenario);
  show_grid(&grid, out);
  show_causes(&grid, view->after_change, out);
  if (!view->after_change)
    show_not_visible(&grid, out);
  show_fixes(&grid, out);
  grid_done(&grid);
}
