/* matrix.h - many pairs at once: rows from, columns to, one mark a cell, and each distinct cause once with the cells
 * that it explains. No I/O.
 */
#ifndef KCDFIX_MATRIX_H
#define KCDFIX_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include <kcdfix/findings.h>
#include <kcdfix/scenario.h>

enum kcd_cell_state { KCD_CELL_NOT_ASKED, KCD_CELL_WORKS, KCD_CELL_UNKNOWN, KCD_CELL_FAILS };
/* "not-asked", "works", "unknown", "fails" */
const char *kcd_cell_state_name(enum kcd_cell_state state);

/* Service classes that a cause is about, as bits. */
enum { KCD_ABOUT_MIGRATION = 1, KCD_ABOUT_CIFS = 2, KCD_ABOUT_OTHER = 4 };

/* One finding of the pairs of a cell, seen once. */
struct kcd_cell_finding {
  enum kcd_finding_id id;
  enum kcd_severity severity;
  unsigned about;
  char *message, *remedy; /* NULL: the pairs of the cell do not say the same. The remedy is "" where there is none */
  bool fixable;           /* a command mends it */
};

struct kcd_matrix_cell {
  enum kcd_cell_state state; /* the worst of its pairs */
  size_t pairs, failing, unknown, listed;
  char mark; /* of its first error; 0: it has none */
  struct kcd_cell_finding *findings;
  size_t n_findings;
};

/* The same finding, whatever the names; that a class of a service is missing is one cause for each class. */
struct kcd_matrix_cause {
  enum kcd_finding_id id;
  enum kcd_severity severity;
  unsigned about;
  char mark;                    /* of an error; 0 otherwise */
  const char *message, *remedy; /* where all cells say the same, else those of the catalogue; borrowed */
  bool fixable;                 /* a command mends it, in one cell at least */
  bool is_common;               /* the message is a general one, since the cells differ in names */
  size_t *cells;                /* [row * n_columns + column], ascending */
  size_t n_cells;
};

/* A host, and how far its object is from what is asked of it. */
struct kcd_matrix_row {
  char *label;     /* owned */
  const char *tab; /* words of the delegation tab; NULL: the host was not found */
  size_t asked, listed;
  size_t failing; /* pairs */
  size_t entries; /* that the list would hold with all that is asked */
};

struct kcd_matrix {
  struct kcd_matrix_row *rows;
  char **columns; /* labels; owned */
  size_t n_rows, n_columns;
  bool mesh; /* the first columns are the rows */
  struct kcd_matrix_cell *cells;
  struct kcd_matrix_cause *causes; /* errors before warnings before notes, each in the order of repair */
  size_t n_causes;
  size_t pairs, failing, unknown;
  size_t faulty;                /* pairs that work, with an error beside it */
  bool suspected[KCD_FINDINGS]; /* what nobody can see from here, of a pair that works */
  bool fixable;                 /* a command mends an error of a pair */
  bool transition;              /* ... and one of those hosts is not set to "Use any authentication protocol" */
};

/* ROWS are labels of the hosts; columns as in PAIRS. */
void kcd_matrix_init(struct kcd_matrix *matrix, const struct kcd_scenario_pairs *pairs, const char *const *rows);
void kcd_matrix_done(struct kcd_matrix *matrix);
/* Adds one judged pair to its cell. */
void kcd_matrix_add(struct kcd_matrix *matrix, size_t row, size_t column, const struct kcd_judgement *judgement);
/* Once all pairs are there: names the causes and marks the cells. Where a host lists nothing for another one that lists
 * it, the cause is that the entries are there in one direction only, and the note on the way there goes. */
void kcd_matrix_finish(struct kcd_matrix *matrix);

/* The finding about lists that would get too long for the directory; false: none would. kcd_finding_done frees it. */
bool kcd_matrix_too_long(const struct kcd_matrix *matrix, struct kcd_finding *ret);

#endif
