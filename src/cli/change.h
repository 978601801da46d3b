/* change.h - one recorded write of one object: record, compare-and-swap, read back, and tell whose write it was. */
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
  const char *state; /* "applied", "already", "unchanged", "refused", "conflict", "unknown" */
  struct kcd_error error;
  bool wrote; /* the directory was changed by us */
};

/* Counts RESULT under the status that it means. */
void kcd_tally(struct kcd_change_tally *tally, const struct kcd_change_result *result);

/* What all changes of one run share. */
struct kcd_changer {
  struct kcd_run *run;
  struct kcd_session *session;
  struct kcd_state *state;
};

/* Carries out PLAN: reads the object anew, writes RECORD (filled by the caller but for what only the directory knows),
 * sends one Modify, reads back from the same DC, completes the record. */
void kcd_change_apply(struct kcd_changer *changer, const struct kcd_object_plan *plan, struct kcd_record *record,
                      struct kcd_change_result *ret);

/* Takes RECORD back as PLAN (of kcd_undo_plan, made from the object as it is NOW) says, and completes the record. */
void kcd_change_undo(struct kcd_changer *changer, struct kcd_record *record, const struct kcd_account *now,
                     const struct kcd_undo_plan *plan, struct kcd_change_result *ret);

#endif
