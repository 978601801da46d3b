/* exit_status.h - what the number means (design: "Exit status"), and which one wins. */
#ifndef KCDFIX_CLI_EXIT_STATUS_H
#define KCDFIX_CLI_EXIT_STATUS_H

#include <kcdfix/error.h>

enum kcd_exit {
  KCD_EXIT_OK = 0,
  KCD_EXIT_PROBLEM = 1,
  KCD_EXIT_USAGE = 2,
  KCD_EXIT_CANNOT_TELL = 3,
  KCD_EXIT_DENIED = 4,
  KCD_EXIT_STILL_FAILS = 5,
  KCD_EXIT_CONFLICT = 6,
  KCD_EXIT_PARTIAL = 7,
  KCD_EXIT_INTERRUPTED = 130
};

/* The status that an error means on its own. */
int kcd_exit_of_error(const struct kcd_error *err);
/* For commands that only look: the one of the two that is reported: 130, then 2, 3, 1, 0. */
int kcd_exit_worse(int a, int b);

/* Counts of what became of the objects of a change. */
struct kcd_change_tally {
  unsigned applied, already_right, denied, conflict, failed, declined;
};
/* For apply and undo: some applied and some not 7; none applied: 4, else 6, else 3, else 1; all applied or right: 0. */
int kcd_exit_of_tally(const struct kcd_change_tally *tally);

#endif
