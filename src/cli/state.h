/* state.h - what kcdfix keeps on this machine: the records of its changes, and the operands of the last check.
 *
 * $XDG_STATE_HOME/kcdfix (default ~/.local/state/kcdfix), directories 0700, files 0600. A file is written under another
 * name, fsynced, renamed, and its directory is fsynced: after a power cut it is there whole, old or new.
 */
#ifndef KCDFIX_CLI_STATE_H
#define KCDFIX_CLI_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include <kcdfix/error.h>
#include <kcdfix/record.h>

struct kcd_state {
  char *root;    /* .../kcdfix */
  char *changes; /* .../kcdfix/changes */
  int lock;      /* descriptor of the lock; -1: not held */
};

/* Finds the directories; makes nothing. */
int kcd_state_open(struct kcd_state *ret, struct kcd_error *err);
void kcd_state_done(struct kcd_state *state);

/* Makes the directories where they are missing and proves that a file can be written there. KCD_E_IO (id
 * state-not-writable) otherwise: to be asked before anything is sent to a server. */
int kcd_state_prepare(struct kcd_state *state, struct kcd_error *err);
/* Whether kcd_state_prepare is likely to succeed, without making anything: the directories belong to this user, or
 * could be made. Fails alike. */
int kcd_state_could_prepare(const struct kcd_state *state, struct kcd_error *err);
/* Takes the lock that keeps two changing runs of one user from each other, waiting at most TIMEOUT_MS; KCD_E_CONFLICT
 * where it stays taken. kcd_state_done gives it back, and so does the end of the process. */
int kcd_state_lock(struct kcd_state *state, int timeout_ms, struct kcd_error *err);

/* Gives it back before something that may take long. */
void kcd_state_unlock(struct kcd_state *state);

/* Writes a record; a new one never over an existing file: its id gets a number behind it then. A record without a run
 * begins one, which gets its id. What could not be read again is refused before anything is written. */
int kcd_state_save_record(const struct kcd_state *state, struct kcd_record *record, bool is_new, struct kcd_error *err);
/* The same for several, which the disk is waited for once. Each succeeds or fails for itself, which ERRORS (N of them)
 * tell. Where the first has no run, the others without one join the run that begins. */
void kcd_state_save_records(const struct kcd_state *state, struct kcd_record **records, size_t n, bool is_new,
                            struct kcd_error *errors);

/* One file of the changes directory. */
struct kcd_stored_record {
  char *file; /* name in the directory */
  bool readable;
  struct kcd_record record; /* if readable */
  struct kcd_error error;   /* else why not: cut off, foreign owner, writable by others */
};
struct kcd_stored_records {
  struct kcd_stored_record *v; /* oldest first */
  size_t n;
};
/* All records. A missing directory gives none. */
int kcd_state_load_records(const struct kcd_state *state, struct kcd_stored_records *ret, struct kcd_error *err);
void kcd_stored_records_done(struct kcd_stored_records *records);

/* The operands of a check, for the command that comes without any. */
struct kcd_last_check {
  time_t when;
  char *login, *domain, *dc, *as; /* as: NULL where none was typed */
  char **hosts, **spns;
  size_t n_hosts, n_spns;
};
#define KCD_LAST_CHECK_LIFETIME 3600 /* seconds */
void kcd_last_check_done(struct kcd_last_check *last);
/* Best effort: a check does not fail because it cannot be remembered. */
void kcd_state_save_last_check(struct kcd_state *state, const struct kcd_last_check *last);
/* KCD_E_NOT_FOUND where there is none, or none that can be used. */
int kcd_state_load_last_check(const struct kcd_state *state, struct kcd_last_check *ret, struct kcd_error *err);

#endif
