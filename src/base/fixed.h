/* fixed.h - text into a buffer of fixed size, cut between characters with "..." where it does not fit. */
#ifndef KCDFIX_BASE_FIXED_H
#define KCDFIX_BASE_FIXED_H

#include <stdbool.h>
#include <stddef.h>

struct kcd_fixed {
  char *out;
  size_t size;
  size_t len;
  size_t mark; /* the last unit's end that leaves room for "..." */
  bool cut;
};

void kcd_fixed_init(struct kcd_fixed *fixed, char *out, size_t size);

/* Adds a unit that is never split: one character or one escape. False when the text is full and has been cut. */
bool kcd_fixed_add(struct kcd_fixed *fixed, const char *unit, size_t len);

/* Copies text that is terminal-safe already. */
void kcd_fixed_copy(char *out, size_t size, const char *text);

#endif
