/* record.h - the record of one change of one object: written before the change, complete enough to take it back
 * exactly.
 *
 * Encoded as one JSON object (schema kcdfix.record/3; read as well are /2, without what was taken off the list, and /1,
 * without the members of resource-based delegation). Decoding is strict and bounded: the file may have been cut off,
 * or written by somebody else. Reading and writing the file is the caller's (src/cli/state.c).
 */
#ifndef KCDFIX_RECORD_H
#define KCDFIX_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <kcdfix/bytes.h>
#include <kcdfix/error.h>
#include <kcdfix/plan.h>

#define KCD_RECORD_MAX ((size_t)8 << 20) /* bytes of an encoded record: the only bound of its lists */
#define KCD_RECORD_ID_MAX 96

/* Where the change stands. `planned` on disk means: written before the modify; if the program died then, the directory
 * alone tells whether it was made. */
enum kcd_record_state {
  KCD_RECORD_PLANNED,  /* about to be sent */
  KCD_RECORD_APPLIED,  /* made by us and read back */
  KCD_RECORD_ALREADY,  /* all of it was there already: somebody else's, nothing to undo */
  KCD_RECORD_REFUSED,  /* the server refused: nothing was changed */
  KCD_RECORD_CONFLICT, /* the object was not as planned: nothing was changed */
  KCD_RECORD_UNKNOWN,  /* sent, the answer was lost and the object could not be read */
  KCD_RECORD_UNDOING,  /* undo is about to be sent */
  KCD_RECORD_UNDONE    /* taken back */
};
const char *kcd_record_state_name(enum kcd_record_state state);

struct kcd_record {
  char *id;  /* "20261121T201403Z-CORE2016": time and host, file-name safe, also the file name's stem */
  char *run; /* id of the run that made it: all records of one apply share it */
  enum kcd_record_state state;
  char *tool_version;
  time_t created, changed, undone; /* 0: not yet */
  char *by;                        /* login principal */
  uint32_t uid;                    /* local user */
  char *reason;                    /* --reason, NULL if none */
  char *dc;                        /* the DC that was written to, and that undo writes to */
  char *domain;
  char *host; /* the account that was changed: "CORE2016$", or a target, "2016GUI$" */
  char *dn;   /* at the time of the change; the object is addressed by guid */
  uint8_t guid[16];
  enum kcd_mode mode;
  char **spns; /* as asked for */
  size_t n_spns;
  struct kcd_values list_before;  /* whole list before */
  struct kcd_values list_added;   /* values that this change brought */
  struct kcd_values list_removed; /* ... and that it took away; all of them in list_before */
  bool list_ours;                 /* false: found to be somebody else's, undo leaves it */
  uint32_t uac_before, uac_after; /* equal: not part of the change */
  bool uac_ours;
  struct kcd_bytes rbcd_before, rbcd_after; /* the whole descriptor; rbcd_after empty: not part of the change */
  struct kcd_values rbcd_added;             /* names of the hosts that rbcd_after lets in anew */
  bool rbcd_ours;
  uint64_t usn_before; /* highestCommittedUSN just before the modify */
};
void kcd_record_done(struct kcd_record *record);

/* "20261121T201403Z-CORE2016" from time and account name, other characters than A-Z a-z 0-9 . _ - replaced; short
 * enough for "-NNNN" behind it to leave a valid id; owned. */
char *kcd_record_make_id(time_t when, const char *sam_account_name);
/* Whether TEXT has the form of an id: safe as a file name, no path. */
bool kcd_record_id_is_valid(const char *text);

/* The JSON text, owned by the caller. Texts that are NULL, but for the reason, come back empty. It decodes again unless
 * a text is longer than any command line argument, or the whole larger than KCD_RECORD_MAX. */
char *kcd_record_encode(const struct kcd_record *record);
/* KCD_E_MALFORMED with what is missing or wrong; a record of a newer schema is KCD_E_UNSUPPORTED. Since undoing writes
 * rbcd_before, rbcd_after has to be that with entries added, and nothing else may be changed beside it. */
int kcd_record_decode(const void *data, size_t len, struct kcd_record *ret, struct kcd_error *err);

/* What undoing comes to, against the object as it is now. */
enum kcd_undo_verdict {
  KCD_UNDO_CHANGE,  /* values to delete and to add and/or userAccountControl to swap are in ret */
  KCD_UNDO_NOTHING, /* already as before: taken back by hand, or never made */
  KCD_UNDO_CONFLICT /* the bit or a value named in the record is no longer as left: `why` says which */
};
struct kcd_undo_plan {
  enum kcd_undo_verdict verdict;
  struct kcd_values remove;       /* exactly as stored now */
  struct kcd_values restore;      /* exactly as they were */
  uint32_t uac_before, uac_after; /* as of now -> with only bit 0x1000000 put back; equal: not touched */
  bool restores_rbcd;             /* the descriptor: from rbcd_now, what the change left, to rbcd_then (empty: none) */
  struct kcd_bytes rbcd_now, rbcd_then;
  char *why; /* terminal-safe; with CONFLICT */
};
void kcd_undo_plan_done(struct kcd_undo_plan *plan);
/* Names only values and the one bit that the record says were ours; everything else that others did is kept. For a
 * record that is PLANNED or UNKNOWN the object itself tells (kcd_record_resolve): where it cannot, that is a conflict.
 */
void kcd_undo_plan(const struct kcd_record *record, const struct kcd_account *now, struct kcd_undo_plan *ret);

/* What became of a PLANNED or UNKNOWN record, from the object as it is now: APPLIED when every named value is there and
 * the metadata says that it was written after usn_before, within minutes of the record's own times and, where list and
 * bit are named, by one write (or one of them was there before: kcd_record_claim tells which); ALREADY when all of it
 * is there but older (somebody else's); CONFLICT ("not made") when nothing of it is; UNKNOWN when it cannot be told:
 * only a part, another time, two writes, no metadata. Never guesses. */
enum kcd_record_state kcd_record_resolve(const struct kcd_record *record, const struct kcd_account *now);

/* Sets list_ours, uac_ours and rbcd_ours from the object as it was read back: an attribute whose local USN is not above
 * usn_before was not written by this change, whatever the server answered, and neither was one that was written at
 * another time. */
void kcd_record_claim(struct kcd_record *record, const struct kcd_account *now);

#endif
