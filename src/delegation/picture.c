/* What a picture is of: its nodes and lines, and which of them are shown. */
#include "picturing.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/audit.h>
#include <kcdfix/text.h>

struct kcd_picture *kcd_picture_new(void)
{
  return kcd_calloc(1, sizeof(struct kcd_picture));
}

/* The array owns the nodes. */
static void forget(void *node)
{
  (void)node;
}

void kcd_picture_free(struct kcd_picture *picture)
{
  if (picture == NULL)
    return;
  for (int side = 0; side < KCD_SIDES; side++) {
    tdestroy(picture->side[side].tree, forget);
    for (size_t i = 0; i < picture->side[side].n; i++) {
      free(picture->side[side].v[i]->key);
      free(picture->side[side].v[i]->name);
      free(picture->side[side].v[i]);
    }
    free(picture->side[side].v);
  }
  free(picture->lines);
  free(picture);
}

static int by_key(const void *left, const void *right)
{
  const struct kcd_picture_node *a = left, *b = right;
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  return kcd_fold_compare(a->key, strlen(a->key), b->key, strlen(b->key));
}

static struct kcd_picture_node *node_of(struct kcd_picture *picture, enum kcd_side side,
                                        const struct kcd_picture_end *end)
{
  struct kcd_picture_node *node = kcd_calloc(1, sizeof *node);
  node->kind = end->kind;
  node->key = kcd_strdup(end->key);
  void *const *found = tsearch(node, &picture->side[side].tree, by_key);
  if (found == NULL)
    kcd_no_memory();
  if (*found != node) {
    free(node->key);
    free(node);
    node = *found;
    node->roles |= end->roles;
    return node;
  }
  node->name = kcd_strdup(end->name);
  node->roles = end->roles;
  const size_t n = picture->side[side].n++;
  if ((n & (n + 1)) == 0) /* 0, 1, 3, 7: room for as many again, and one */
    picture->side[side].v = kcd_reallocarray(picture->side[side].v, 2 * n + 1, sizeof(struct kcd_picture_node *));
  picture->side[side].v[n] = node;
  return node;
}

/* What somebody who takes over the source gains by it. */
static unsigned rank_of(const struct kcd_picture_line *line)
{
  static const unsigned by_kind[] = {
      [KCD_LINE_UNCONSTRAINED] = 40,  [KCD_LINE_TRANSITION] = 30,    [KCD_LINE_NOT_KNOWN] = 30,
      [KCD_LINE_RESOURCE_BASED] = 30, [KCD_LINE_KERBEROS_ONLY] = 20,
  };
  const unsigned prize = KCD_ROLE_BIT(KCD_ROLE_DC) | KCD_ROLE_BIT(KCD_ROLE_KDC) | KCD_ROLE_BIT(KCD_ROLE_CA) |
                         KCD_ROLE_BIT(KCD_ROLE_ENTRA_SSO);
  if (line->idle == line->entries)
    return 0;
  if ((line->to->roles & prize) != 0)
    return by_kind[line->kind] + 40;
  return by_kind[line->kind] + ((line->to->roles & KCD_ROLE_BIT(KCD_ROLE_HYPERV)) != 0 ? 5 : 0);
}

void kcd_picture_add(struct kcd_picture *picture, const struct kcd_picture_end *from, const struct kcd_picture_end *to,
                     enum kcd_line_kind kind, bool idle)
{
  const size_t n = picture->n_lines++;
  if ((n & (n + 1)) == 0)
    picture->lines = kcd_reallocarray(picture->lines, 2 * n + 1, sizeof *picture->lines);
  picture->lines[n] = (struct kcd_picture_line){.from = node_of(picture, KCD_LEFT, from),
                                                .to = node_of(picture, KCD_RIGHT, to),
                                                .kind = kind,
                                                .entries = 1,
                                                .idle = idle ? 1 : 0};
  picture->entries++;
}

static int by_ends(const void *left, const void *right)
{
  const struct kcd_picture_line *a = left, *b = right;
  if (a->from->row != b->from->row)
    return a->from->row < b->from->row ? -1 : 1;
  if (a->to->row != b->to->row)
    return a->to->row < b->to->row ? -1 : 1;
  return a->kind < b->kind ? -1 : a->kind > b->kind;
}

static bool joins(const struct kcd_picture_line *a, const struct kcd_picture_line *b)
{
  return a->from == b->from && a->to == b->to && a->kind == b->kind;
}

/* Rows stand for the places of the nodes in their columns as long as none is shown. */
static void number(struct kcd_picture *picture)
{
  for (int side = 0; side < KCD_SIDES; side++)
    for (size_t i = 0; i < picture->side[side].n; i++)
      picture->side[side].v[i]->row = i;
  if (picture->n_lines > 1)
    qsort(picture->lines, picture->n_lines, sizeof *picture->lines, by_ends);
}

static void join(struct kcd_picture *picture)
{
  size_t n = 0;
  for (size_t i = 0; i < picture->n_lines; i++) {
    struct kcd_picture_line *last = n == 0 ? NULL : &picture->lines[n - 1];
    if (last != NULL && joins(last, &picture->lines[i])) {
      last->entries += picture->lines[i].entries;
      last->idle += picture->lines[i].idle;
    } else {
      picture->lines[n++] = picture->lines[i];
    }
  }
  picture->n_lines = n;
}

static void weigh(struct kcd_picture *picture)
{
  for (size_t i = 0; i < picture->n_lines; i++) {
    struct kcd_picture_line *line = &picture->lines[i];
    line->rank = rank_of(line);
    struct kcd_picture_node *const ends[] = {line->from, line->to};
    for (size_t j = 0; j < 2; j++) {
      ends[j]->lines++;
      if (line->rank > ends[j]->rank)
        ends[j]->rank = line->rank;
    }
  }
}

static int by_weight(const void *left, const void *right)
{
  const struct kcd_picture_node *a = *(struct kcd_picture_node *const *)left;
  const struct kcd_picture_node *b = *(struct kcd_picture_node *const *)right;
  if (a->rank != b->rank)
    return a->rank > b->rank ? -1 : 1;
  const int names = kcd_fold_compare(a->name, strlen(a->name), b->name, strlen(b->name));
  return names != 0 ? names : by_key(a, b);
}

static int by_rank(const void *left, const void *right)
{
  const struct kcd_picture_line *a = *(struct kcd_picture_line *const *)left;
  const struct kcd_picture_line *b = *(struct kcd_picture_line *const *)right;
  if (a->rank != b->rank)
    return a->rank > b->rank ? -1 : 1;
  return a < b ? -1 : a > b;
}

static bool has_room(const struct kcd_picture *picture, enum kcd_side side, const struct kcd_picture_node *node,
                     size_t max_nodes)
{
  return node->shown || picture->side[side].shown < max_nodes;
}

static void show(struct kcd_picture *picture, enum kcd_side side, struct kcd_picture_node *node)
{
  picture->side[side].shown += node->shown ? 0 : 1;
  node->shown = true;
}

/* Worst line first, as long as there is room for its ends. */
static void choose(struct kcd_picture *picture, size_t max_nodes, size_t max_lines)
{
  struct kcd_picture_line **order = kcd_calloc(picture->n_lines + 1, sizeof(struct kcd_picture_line *));
  for (size_t i = 0; i < picture->n_lines; i++)
    order[i] = &picture->lines[i];
  qsort(order, picture->n_lines, sizeof(struct kcd_picture_line *), by_rank);
  for (size_t i = 0; i < picture->n_lines && picture->lines_shown < max_lines; i++) {
    struct kcd_picture_line *line = order[i];
    if (!has_room(picture, KCD_LEFT, line->from, max_nodes) || !has_room(picture, KCD_RIGHT, line->to, max_nodes))
      continue;
    show(picture, KCD_LEFT, line->from);
    show(picture, KCD_RIGHT, line->to);
    line->shown = true;
    picture->lines_shown++;
    picture->entries_shown += line->entries;
  }
  free(order);
}

void kcd_picture_arrange(struct kcd_picture *picture, size_t max_nodes, size_t max_lines)
{
  number(picture);
  join(picture);
  weigh(picture);
  for (int side = 0; side < KCD_SIDES; side++)
    if (picture->side[side].n > 1)
      qsort(picture->side[side].v, picture->side[side].n, sizeof(struct kcd_picture_node *), by_weight);
  number(picture);
  choose(picture, max_nodes, max_lines);
  picture_order(picture);
}
