/* Where the nodes of a picture stand.
 *
 * The order within a column comes from the barycentre method (Sugiyama, Tagawa, Toda 1981): each node goes to the mean
 * place of those that it is joined to, one column after the other, and the best order that was seen is kept. The column
 * with fewer nodes is then spread along the other one, each as near to its mean as its neighbours allow.
 */
#include "picturing.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SWEEPS 60

/* A node, and the sum of the rows that its lines lead to. */
struct place {
  struct kcd_picture_node *node;
  size_t row; /* in the best order */
  uint64_t sum, n;
};

struct column {
  struct place *v;
  size_t n;
};

/* Numbers the nodes that are shown in the order of their column. */
static void number(struct kcd_picture *picture, enum kcd_side side)
{
  size_t row = 0;
  for (size_t i = 0; i < picture->side[side].n; i++)
    if (picture->side[side].v[i]->shown)
      picture->side[side].v[i]->row = row++;
}

static struct column column_of(const struct kcd_picture *picture, enum kcd_side side)
{
  struct column column = {.v = kcd_calloc(picture->side[side].n + 1, sizeof *column.v)};
  for (size_t i = 0; i < picture->side[side].n; i++) {
    struct kcd_picture_node *node = picture->side[side].v[i];
    if (!node->shown)
      continue;
    column.v[node->row] = (struct place){.node = node, .row = node->row};
    column.n++;
  }
  return column;
}

/* The rows number the elements of the column while this runs. */
static void measure(const struct kcd_picture *picture, enum kcd_side side, struct column *column)
{
  for (size_t i = 0; i < column->n; i++)
    column->v[i].sum = column->v[i].n = 0;
  for (size_t i = 0; i < picture->n_lines; i++) {
    const struct kcd_picture_line *line = &picture->lines[i];
    if (!line->shown)
      continue;
    struct place *place = &column->v[side == KCD_LEFT ? line->from->row : line->to->row];
    place->sum += side == KCD_LEFT ? line->to->row : line->from->row;
    place->n++;
  }
}

/* Every node that is shown has a line, so that no mean is without one. */
static int by_mean(const void *left, const void *right)
{
  const struct place *a = left, *b = right;
  const uint64_t mean_a = a->sum * b->n, mean_b = b->sum * a->n;
  if (mean_a != mean_b)
    return mean_a < mean_b ? -1 : 1;
  return a->node->row < b->node->row ? -1 : a->node->row > b->node->row;
}

static void sweep(const struct kcd_picture *picture, enum kcd_side side, struct column *column)
{
  measure(picture, side, column);
  qsort(column->v, column->n, sizeof *column->v, by_mean);
  for (size_t i = 0; i < column->n; i++)
    column->v[i].node->row = i;
}

static int by_best(const void *left, const void *right)
{
  const struct place *a = left, *b = right;
  return a->row < b->row ? -1 : a->row > b->row;
}

static void remember(struct column *column)
{
  for (size_t i = 0; i < column->n; i++)
    column->v[i].row = column->v[i].node->row;
}

static void restore(struct column *column)
{
  qsort(column->v, column->n, sizeof *column->v, by_best);
  for (size_t i = 0; i < column->n; i++)
    column->v[i].node->row = i;
}

static void untangle(const struct kcd_picture *picture, struct column columns[KCD_SIDES])
{
  size_t best = kcd_picture_crossings(picture);
  for (int i = 0; i < SWEEPS && best > 0; i++) {
    const enum kcd_side side = i % 2 == 0 ? KCD_RIGHT : KCD_LEFT;
    sweep(picture, side, &columns[side]);
    const size_t crossings = kcd_picture_crossings(picture);
    if (crossings >= best)
      continue;
    best = crossings;
    remember(&columns[KCD_LEFT]);
    remember(&columns[KCD_RIGHT]);
  }
  restore(&columns[KCD_LEFT]);
  restore(&columns[KCD_RIGHT]);
}

/* A run of nodes without a gap between them: how far all of them are moved down, as a mean. */
struct run {
  int64_t sum;
  size_t n;
};

static bool is_above(const struct run *upper, const struct run *lower)
{
  return upper->sum * (int64_t)lower->n <= lower->sum * (int64_t)upper->n;
}

/* Rows that are nearest to the means in sum of squares, in this order and none twice (pool adjacent violators). */
static void spread(struct column *column, size_t rows)
{
  struct run *runs = kcd_calloc(column->n + 1, sizeof *runs);
  size_t n = 0, at = 0;
  for (size_t i = 0; i < column->n; i++) {
    runs[n++] = (struct run){(int64_t)(column->v[i].sum / column->v[i].n) - (int64_t)i, 1};
    while (n > 1 && !is_above(&runs[n - 2], &runs[n - 1])) {
      runs[n - 2].sum += runs[n - 1].sum;
      runs[n - 2].n += runs[n - 1].n;
      n--;
    }
  }
  const int64_t most = (int64_t)(rows - column->n);
  for (size_t i = 0; i < n; i++) {
    int64_t down = runs[i].sum / (int64_t)runs[i].n;
    down = down < 0 ? 0 : down > most ? most : down;
    for (size_t j = 0; j < runs[i].n; j++, at++)
      column->v[at].node->row = at + (size_t)down;
  }
  free(runs);
}

void picture_order(struct kcd_picture *picture)
{
  number(picture, KCD_LEFT);
  number(picture, KCD_RIGHT);
  picture_walk(picture);
  struct column columns[KCD_SIDES] = {column_of(picture, KCD_LEFT), column_of(picture, KCD_RIGHT)};
  const enum kcd_side shorter = columns[KCD_LEFT].n < columns[KCD_RIGHT].n ? KCD_LEFT : KCD_RIGHT;
  picture->rows = columns[shorter == KCD_LEFT ? KCD_RIGHT : KCD_LEFT].n;
  untangle(picture, columns);
  measure(picture, shorter, &columns[shorter]);
  spread(&columns[shorter], picture->rows);
  free(columns[KCD_LEFT].v);
  free(columns[KCD_RIGHT].v);
}

/* ---- crossings ---- */

struct ends {
  size_t from, to;
};

static int by_from(const void *left, const void *right)
{
  const struct ends *a = left, *b = right;
  if (a->from != b->from)
    return a->from < b->from ? -1 : 1;
  return a->to < b->to ? -1 : a->to > b->to;
}

/* Lines in the order of their left ends cross where their right ends are in another order: inversions, counted by
 * sums over a Fenwick tree. */
size_t kcd_picture_crossings(const struct kcd_picture *picture)
{
  struct ends *ends = kcd_calloc(picture->n_lines + 1, sizeof *ends);
  size_t n = 0, crossings = 0, size = 0;
  for (size_t i = 0; i < picture->n_lines; i++)
    if (picture->lines[i].shown) {
      ends[n++] = (struct ends){picture->lines[i].from->row, picture->lines[i].to->row};
      size = ends[n - 1].to + 1 > size ? ends[n - 1].to + 1 : size;
    }
  qsort(ends, n, sizeof *ends, by_from);
  size_t *tree = kcd_calloc(size + 1, sizeof *tree);
  for (size_t i = 0; i < n; i++) {
    size_t not_below = 0;
    for (size_t at = ends[i].to + 1; at > 0; at &= at - 1)
      not_below += tree[at];
    crossings += i - not_below;
    for (size_t at = ends[i].to + 1; at <= size; at += at & -at)
      tree[at]++;
  }
  free(tree);
  free(ends);
  return crossings;
}
