/* picture.h - who may reach what as a drawing in two columns: accounts that may act on the left, accounts that are
 * reached on the right, one line for each pair and kind of delegation.
 *
 * No I/O, and no measure but rows: who draws decides how high a row is.
 */
#ifndef KCDFIX_PICTURE_H
#define KCDFIX_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include <kcdfix/alloc.h>

/* Worst first. */
enum kcd_line_kind {
  KCD_LINE_UNCONSTRAINED,
  KCD_LINE_TRANSITION, /* "any authentication protocol" */
  KCD_LINE_NOT_KNOWN,  /* constrained, and the bit that tells which way could not be read */
  KCD_LINE_RESOURCE_BASED,
  KCD_LINE_KERBEROS_ONLY,
  KCD_LINE_KINDS
};

enum kcd_node_kind {
  KCD_NODE_ACCOUNT,
  KCD_NODE_NOBODY,    /* a name or a SID that no account of the domain bears */
  KCD_NODE_EVERYTHING /* what unconstrained delegation reaches */
};

struct kcd_picture_node {
  enum kcd_node_kind kind;
  char *key;      /* DN, SID or SPN; with `kind` it tells nodes apart; owned, as is `name` */
  char *name;     /* for people, as the directory has it */
  unsigned roles; /* kcd_role */
  size_t lines;   /* that begin or end here */
  unsigned rank;  /* of the worst line; higher is worse, 0: none has an effect */
  bool shown;
  size_t row; /* where it is shown: 0 is the uppermost; one node a row and side */
};

struct kcd_picture_line {
  struct kcd_picture_node *from, *to;
  enum kcd_line_kind kind;
  size_t entries; /* delegations that it stands for */
  size_t idle;    /* those of them without effect */
  unsigned rank;
  bool shown;
};

enum kcd_side { KCD_LEFT, KCD_RIGHT, KCD_SIDES };

struct kcd_picture {
  struct {
    struct kcd_picture_node **v; /* worst first, then by name */
    size_t n, shown;
    void *tree; /* the same by kind and key (tsearch) */
  } side[KCD_SIDES];
  struct kcd_picture_line *lines; /* by the place of `from` in its column, then of `to`, then by kind */
  size_t n_lines, lines_shown;
  size_t entries, entries_shown;
  size_t rows;
};

struct kcd_picture *kcd_picture_new(void);
void kcd_picture_free(struct kcd_picture *picture);
KCD_DEFINE_AUTO(kcd_picture)

/* One end of a delegation; all is copied. */
struct kcd_picture_end {
  enum kcd_node_kind kind;
  const char *key, *name;
  unsigned roles;
};
/* One more delegation. IDLE: it has no effect. */
void kcd_picture_add(struct kcd_picture *picture, const struct kcd_picture_end *from, const struct kcd_picture_end *to,
                     enum kcd_line_kind kind, bool idle);

/* When all are there: joins what is between the same two nodes, chooses what is shown (the worst, where there are more
 * than MAX_NODES a side or MAX_LINES), and gives every node that is shown its row, so that few lines cross. */
void kcd_picture_arrange(struct kcd_picture *picture, size_t max_nodes, size_t max_lines);

/* Pairs of shown lines that cross. */
size_t kcd_picture_crossings(const struct kcd_picture *picture);

#endif
