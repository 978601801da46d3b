/* progress.h - how far a long piece of work is: one line on stderr that is written over, where a person looks at it. */
#ifndef KCDFIX_CLI_PROGRESS_H
#define KCDFIX_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "options.h"

/* Nothing is shown before a second has gone by, without a terminal, or with -q; nor where each step says a line of its
 * own (-vv, --stand-in). */
struct kcd_progress {
  const char *what;   /* "hosts checked" */
  size_t total, done; /* total 0: nobody knows how many there will be */
  struct timespec began, shown;
  bool wanted, visible;
};

void kcd_progress_begin(struct kcd_progress *progress, const struct kcd_options *options, const char *what,
                        size_t total);
/* One more is done. */
void kcd_progress_step(struct kcd_progress *progress);
/* Takes the line away: before something else is said on stderr, and at the end. */
void kcd_progress_clear(struct kcd_progress *progress);

/* "12 of 500 hosts checked, 24/s, 20 s left" after so many milliseconds, or "1250 objects read, 400/s"; owned by the
 * caller. */
char *kcd_progress_text(const char *what, size_t done, size_t total, long elapsed_ms);

#endif
