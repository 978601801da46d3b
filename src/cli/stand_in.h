/* stand_in.h - the life of one stand-in: recorded, made, seen, deleted, seen to be gone.
 *
 * Between kcd_stand_in_make and kcd_stand_in_remove signals are only noted (interrupt.h), and whoever made one removes
 * it on every way out. Everything is done on the session's one DC.
 */
#ifndef KCDFIX_CLI_STAND_IN_H
#define KCDFIX_CLI_STAND_IN_H

#include <kcdfix/stand_in.h>
#include <kcdfix/stand_in_dir.h>
#include <kcdfix/stand_in_record.h>

#include "commands.h"
#include "session.h"
#include "stand_in_store.h"

/* What all stand-ins of one run share. */
struct kcd_stand_in_maker {
  struct kcd_run *run;
  struct kcd_session *session;
  const struct kcd_dc *dc;
  const char *purpose; /* "check" or "rehearsal" */
  struct kcd_stand_in_store store;
  bool as_planned; /* what is made carries settings that the host does not have yet */
  bool may_create; /* the container was asked for its rights */
  char *container; /* the one asked last */
};
/* Finds the records' place; makes nothing. */
int kcd_stand_in_maker_open(struct kcd_run *run, struct kcd_session *session, const struct kcd_dc *dc,
                            const char *purpose, struct kcd_stand_in_maker *ret, struct kcd_error *err);
void kcd_stand_in_maker_done(struct kcd_stand_in_maker *maker);

/* One that exists. */
struct kcd_stand_in {
  struct kcd_stand_in_record record;
  struct kcd_stand_in_settings settings;
  struct kcd_account account; /* as facts: what its answers are predicted from */
  char *password;             /* wiped by kcd_stand_in_done; to be forgotten earlier: kcd_stand_in_forget */
  bool dynamic;               /* the directory itself removes it, should nobody else */
  int lock;
  const char *end; /* after kcd_stand_in_remove: "deleted", or "left" where it may still be there */
};

/* Makes a stand-in for HOST (as it is, or as a plan would leave it) and says so on stderr before. Fails with nothing
 * left behind, or with id stand-in-left-behind and the command that removes it: KCD_E_DENIED where rights are missing
 * (id stand-in-denied, or no-delegation-privilege); KCD_E_IO where it cannot be recorded; KCD_E_UNKNOWN_RESULT where
 * the answer was lost and the account could not be looked for. */
int kcd_stand_in_make(struct kcd_stand_in_maker *maker, const struct kcd_account *host, struct kcd_stand_in *ret,
                      struct kcd_error *err);

/* Deletes it, waits until its DC says that it is gone, and closes the record. Where the DC does not answer, it is asked
 * again until the time limit is over. -1 with id stand-in-left-behind where the account may still be there. */
int kcd_stand_in_remove(struct kcd_stand_in_maker *maker, struct kcd_stand_in *stand_in, struct kcd_error *err);

void kcd_stand_in_forget(struct kcd_stand_in *stand_in);
void kcd_stand_in_done(struct kcd_stand_in *stand_in);

/* What becomes of a recorded account that may be there: deletes it if it is the one, over the maker's session, and
 * closes the record or says why not. For kcdfix stand-in --clean; RECORD is completed. `found` tells whether it was
 * there. */
int kcd_stand_in_clear(struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record, bool *ret_found,
                       struct kcd_error *err);

#endif
