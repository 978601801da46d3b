/* stand_in_record.h - the record of one stand-in: on disk before the account exists, closed when it is gone for
 * certain.
 *
 * Encoded as one JSON object (schema kcdfix.stand-in-record/1), decoded strictly and bounded, as the records of changes
 * are (record.h). Reading and writing the file is the caller's (src/cli/stand_in_store.c).
 */
#ifndef KCDFIX_STAND_IN_RECORD_H
#define KCDFIX_STAND_IN_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <kcdfix/error.h>
#include <kcdfix/stand_in.h>

#define KCD_STAND_IN_RECORD_MAX ((size_t)64 << 10) /* bytes of an encoded record */
#define KCD_STAND_IN_TEXT_MAX ((size_t)4096)       /* bytes of one text in it */

enum kcd_stand_in_state {
  KCD_STAND_IN_PLANNED, /* about to be made: if the program died then, the directory alone tells whether it was */
  KCD_STAND_IN_MADE,    /* the server said so, or it was seen */
  KCD_STAND_IN_UNKNOWN, /* sent, and the answer was lost */
  KCD_STAND_IN_REFUSED, /* closed: the server refused, nothing was made */
  KCD_STAND_IN_DELETED, /* closed: deleted by kcdfix and seen to be gone */
  KCD_STAND_IN_ABSENT   /* closed: not there, twice, over connections of their own; somebody else deleted it, or it was
                         * never made */
};
/* "planned", "made", "unknown", "refused", "deleted", "absent". */
const char *kcd_stand_in_state_name(enum kcd_stand_in_state state);
/* Back from its name; -1 for another word. */
int kcd_stand_in_state_parse(const char *name, enum kcd_stand_in_state *ret);
bool kcd_stand_in_is_open(enum kcd_stand_in_state state); /* PLANNED, MADE or UNKNOWN */

struct kcd_stand_in_record {
  char *id; /* "20261121T201403Z-KCDFIX-4F21": file-name safe, also the file name's stem (kcd_record_id_is_valid) */
  enum kcd_stand_in_state state;
  char *tool_version;
  time_t created; /* this machine's clock */
  time_t dc_time; /* the DC's clock at that moment: the account is not older */
  time_t closed;  /* 0: open */
  time_t absent;  /* when it was first seen not to be there; 0: never */
  char *purpose;  /* "check" or "rehearsal" */
  char *by;       /* login principal */
  uint32_t uid;   /* local user */
  char *reason;   /* --reason, NULL if none */
  char *dc;       /* the DC where it was made, and where it is deleted */
  char *domain;
  char *host;    /* whose settings it carries: "CORE2016$" */
  char *name;    /* "KCDFIX-4F21$" */
  char *dn;      /* where it was to be made */
  bool has_guid; /* known once the server answered */
  uint8_t guid[16];
  uint8_t nonce[KCD_STAND_IN_NONCE];
};
void kcd_stand_in_record_done(struct kcd_stand_in_record *record);

/* The JSON text, owned by the caller. Texts that are NULL, but for the reason, come back empty; a reason longer than
 * KCD_STAND_IN_TEXT_MAX is cut, since it must not cost the record. It decodes again unless another text is longer, or
 * the whole larger than KCD_STAND_IN_RECORD_MAX. */
char *kcd_stand_in_record_encode(const struct kcd_stand_in_record *record);
/* KCD_E_MALFORMED with what is missing or wrong; a record of a newer schema is KCD_E_UNSUPPORTED. Unknown members,
 * members twice, a name without the prefix of a stand-in, a wrong state and texts beyond their bounds are refused. */
int kcd_stand_in_record_decode(const void *data, size_t len, struct kcd_stand_in_record *ret, struct kcd_error *err);

#endif
