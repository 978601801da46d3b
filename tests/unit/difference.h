/* difference.h - whether two rule tables can be told apart by any situation at all. */
#ifndef DIFFERENCE_H
#define DIFFERENCE_H

#include <kcdfix/predict.h>

/* A set of situations: every bit is known to be one, known to be zero, or free. */
struct partial {
  uint64_t one, zero;
};

/* Two tables of N rows that differ in one row. */
struct change {
  const struct kcd_rule *real, *changed;
  size_t n, row;
};

/* Searches for a situation of FLAVOUR within SCOPE in which the two tables give another prediction (answer, certainty
 * or deciding row). False: there is none, which is a proof and not a sample. True: RET holds one such situation. */
bool tables_differ(const struct change *change, enum kcd_flavour flavour, struct partial scope, uint64_t *ret);

#endif
