/* stand_in_store.h - the records of stand-ins on this machine.
 *
 * $XDG_STATE_HOME/kcdfix/stand-ins holds the open ones, stand-ins/closed those whose account is gone. The process that
 * has a stand-in holds a lock on ID.lock as long as it lives: an open record whose lock is free was left behind.
 */
#ifndef KCDFIX_CLI_STAND_IN_STORE_H
#define KCDFIX_CLI_STAND_IN_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include <kcdfix/error.h>
#include <kcdfix/stand_in_record.h>

struct kcd_stand_in_store {
  char *open, *closed; /* the two directories */
};
/* Finds the directories; makes nothing. */
int kcd_stand_in_store_open(struct kcd_stand_in_store *ret, struct kcd_error *err);
/* Makes them where they are missing. Fails with id state-not-writable, before anything is sent to a server. */
int kcd_stand_in_store_prepare(const struct kcd_stand_in_store *store, struct kcd_error *err);
void kcd_stand_in_store_done(struct kcd_stand_in_store *store);

/* Takes the lock of a record that is about to be written, or of one that was left behind: a descriptor for
 * kcd_stand_in_unlock, -1 with KCD_E_CONFLICT where a living process has it. */
int kcd_stand_in_lock(const struct kcd_stand_in_store *store, const char *id, struct kcd_error *err);
void kcd_stand_in_unlock(int lock);
/* Whether somebody else closed the record before this process got its lock. */
bool kcd_stand_in_is_closed(const struct kcd_stand_in_store *store, const char *id);
/* Whether there is a record of that name, open or closed: a new one may not have it. */
bool kcd_stand_in_is_recorded_as(const struct kcd_stand_in_store *store, const char *id);
/* Takes back a new record for which nothing was sent, or what is left of one that is closed, and its lock with it. */
void kcd_stand_in_discard(const struct kcd_stand_in_store *store, const char *id);

/* Writes the record, as durably as those of changes; a NEW one never over an existing file. One whose state is closed
 * moves to the closed ones. */
int kcd_stand_in_save(const struct kcd_stand_in_store *store, const struct kcd_stand_in_record *record, bool is_new,
                      struct kcd_error *err);

struct kcd_stored_stand_in {
  char *file;
  bool readable;
  bool in_use;                       /* a living process has its lock */
  struct kcd_stand_in_record record; /* if readable */
  struct kcd_error error;            /* else why not */
};
struct kcd_stored_stand_ins {
  struct kcd_stored_stand_in *v; /* oldest first */
  size_t n;
};
/* The open records; a missing directory gives none. */
int kcd_stand_in_load_open(const struct kcd_stand_in_store *store, struct kcd_stored_stand_ins *ret,
                           struct kcd_error *err);
/* The closed ones. */
int kcd_stand_in_load_closed(const struct kcd_stand_in_store *store, struct kcd_stored_stand_ins *ret,
                             struct kcd_error *err);
void kcd_stored_stand_ins_done(struct kcd_stored_stand_ins *stored);

/* Says on stderr which accounts an earlier run left behind, and how to remove them; nothing where there are none. */
void kcd_stand_in_remind(void);

#endif
