/* change.h - recorded writes of objects: record, compare-and-swap, read back, and tell whose write it was. Several
 * objects at a time, each with a record and a result of its own: one that fails takes none of the others with it. */
#ifndef KCDFIX_CLI_CHANGE_H
#define KCDFIX_CLI_CHANGE_H

#include <kcdfix/directory.h>
#include <kcdfix/plan.h>
#include <kcdfix/record.h>

#include "commands.h"
#include "exit_status.h"
#include "session.h"
#include "state.h"

/* What a change or an undo came to for one object. `state` is a word of the JSON contract. */
struct kcd_change_result {
  const char *state; /* "applied", "already", "unchanged", "refused", "conflict", "unknown"; "planned": not begun, since
                      * the DC is gone */
  struct kcd_error error;
  bool recorded; /* of a change: its record is on disk */
  bool wrote;    /* the directory was changed by us */
};

/* Counts RESULT under the status that it means. */
void kcd_tally(struct kcd_change_tally *tally, const struct kcd_change_result *result);

/* What all changes of one run share. */
struct kcd_changer {
  struct kcd_run *run;
  struct kcd_session *session;
  struct kcd_state *state;
  struct kcd_progress *progress; /* taken away before something is said */
  struct kcd_error gone;         /* set once the DC cannot be reached any more: nothing else need be tried */
};

/* How many objects are written next, at most, when WRITTEN of them were: 1, 2, 4, ... The first goes alone, and others
 * follow in greater numbers only as writes succeed. */
size_t kcd_changes_together(size_t written);

/* Makes ERR, why the DC is gone, the line about the N objects that were therefore not begun. */
void kcd_change_gone(struct kcd_error *err, size_t n, const char *dc);

/* One plan to be carried out. All borrowed. */
struct kcd_change {
  const struct kcd_object_plan *plan;
  struct kcd_record *record; /* filled by the caller but for what only the directory knows */
  struct kcd_change_result result;
};
/* Carries out plans of N different objects: reads them anew, writes the records, sends the Modifies together, reads
 * back from the same DC, completes the records. */
void kcd_change_apply(struct kcd_changer *changer, struct kcd_change *changes, size_t n);

/* One record to be taken back. All borrowed. */
struct kcd_undoing {
  struct kcd_record *record;
  const struct kcd_account *now;    /* what PLAN was made from */
  const struct kcd_undo_plan *plan; /* of kcd_undo_plan, with something to change */
  struct kcd_change_result result;
};
/* Takes back the records of N different objects, and completes them. */
void kcd_change_undo(struct kcd_changer *changer, struct kcd_undoing *undoings, size_t n);

#endif
