/* The order that the barycentre method begins with: a walk along the lines, from the worst account on and always to the
 * best connected neighbour next, so that what belongs together is together from the beginning. From an order by name
 * the method ends with a quarter more crossings, and pulls apart what stands together here. */
#include "picturing.h"

#include <stdlib.h>

struct visit {
  struct kcd_picture_node *node;
  enum kcd_side side;
};

/* The neighbours of each node of a column, one after the other. */
struct neighbours {
  struct kcd_picture_node **v;
  size_t *first; /* by row; one more than there are rows */
  bool *seen;
};

struct walk {
  struct neighbours of[KCD_SIDES];
  struct visit *stack;
  size_t depth, next[KCD_SIDES]; /* the next free row */
};

static struct neighbours neighbours_of(const struct kcd_picture *picture, enum kcd_side side)
{
  const size_t rows = picture->side[side].shown;
  struct neighbours all = {.v = kcd_calloc(picture->lines_shown + 1, sizeof(struct kcd_picture_node *)),
                           .first = kcd_calloc(rows + 2, sizeof(size_t)),
                           .seen = kcd_calloc(rows + 1, sizeof(bool))};
  for (size_t i = 0; i < picture->n_lines; i++)
    if (picture->lines[i].shown)
      all.first[(side == KCD_LEFT ? picture->lines[i].from : picture->lines[i].to)->row + 2]++;
  for (size_t i = 2; i < rows + 2; i++)
    all.first[i] += all.first[i - 1];
  for (size_t i = 0; i < picture->n_lines; i++) { /* moves each beginning to its end, which is the next beginning */
    const struct kcd_picture_line *line = &picture->lines[i];
    if (line->shown)
      all.v[all.first[(side == KCD_LEFT ? line->from : line->to)->row + 1]++] =
          side == KCD_LEFT ? line->to : line->from;
  }
  return all;
}

/* The last one is visited first. */
static int by_degree(const void *left, const void *right)
{
  const struct kcd_picture_node *a = ((const struct visit *)left)->node, *b = ((const struct visit *)right)->node;
  if (a->lines != b->lines)
    return a->lines < b->lines ? -1 : 1;
  return a->row > b->row ? -1 : a->row < b->row;
}

static void push(struct walk *walk, struct kcd_picture_node *node, enum kcd_side side)
{
  if (walk->of[side].seen[node->row])
    return;
  walk->of[side].seen[node->row] = true;
  walk->stack[walk->depth++] = (struct visit){node, side};
}

static void walk_from(struct walk *walk, struct kcd_picture_node *node, size_t *rows[KCD_SIDES])
{
  push(walk, node, KCD_LEFT);
  while (walk->depth > 0) {
    const struct visit visit = walk->stack[--walk->depth];
    const struct neighbours *near = &walk->of[visit.side];
    const size_t before = walk->depth;
    rows[visit.side][visit.node->row] = walk->next[visit.side]++;
    for (size_t i = near->first[visit.node->row]; i < near->first[visit.node->row + 1]; i++)
      push(walk, near->v[i], visit.side == KCD_LEFT ? KCD_RIGHT : KCD_LEFT);
    qsort(&walk->stack[before], walk->depth - before, sizeof *walk->stack, by_degree);
  }
}

static void renumber(struct kcd_picture *picture, enum kcd_side side, const size_t *rows)
{
  for (size_t i = 0; i < picture->side[side].n; i++)
    if (picture->side[side].v[i]->shown)
      picture->side[side].v[i]->row = rows[picture->side[side].v[i]->row];
}

void picture_walk(struct kcd_picture *picture)
{
  struct walk walk = {.of = {neighbours_of(picture, KCD_LEFT), neighbours_of(picture, KCD_RIGHT)}};
  size_t *rows[KCD_SIDES];
  walk.stack = kcd_calloc(picture->side[KCD_LEFT].shown + picture->side[KCD_RIGHT].shown + 1, sizeof *walk.stack);
  for (int side = 0; side < KCD_SIDES; side++)
    rows[side] = kcd_calloc(picture->side[side].shown + 1, sizeof(size_t));
  for (size_t i = 0; i < picture->side[KCD_LEFT].n; i++)
    if (picture->side[KCD_LEFT].v[i]->shown)
      walk_from(&walk, picture->side[KCD_LEFT].v[i], rows);
  for (int side = 0; side < KCD_SIDES; side++) {
    renumber(picture, (enum kcd_side)side, rows[side]);
    free(rows[side]);
    free(walk.of[side].v);
    free(walk.of[side].first);
    free(walk.of[side].seen);
  }
  free(walk.stack);
}
