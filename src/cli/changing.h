/* changing.h - the parts that a change and its undo share; change.h is for everybody else. */
#ifndef KCDFIX_CLI_CHANGING_H
#define KCDFIX_CLI_CHANGING_H

#include "change.h"

/* ---- change_mods.c: what one Modify is made of ---- */

/* What one modify changes: values of the list, and old and new value of the others. Borrowed. */
struct difference {
  const struct kcd_values *add, *remove; /* of the list */
  uint32_t uac_before, uac_after;        /* equal: not touched */
  struct kcd_bytes rbcd_old, rbcd_new;   /* empty: no value; both empty: not touched */
};
struct difference difference_of_record(const struct kcd_record *record);
struct difference difference_of_plan(const struct kcd_object_plan *plan);
/* Whether each of the values is listed, or none is. */
bool values_are(const struct kcd_account *account, const struct kcd_values *values, bool listed);
/* Whether everything that the difference wants is there. */
bool difference_is_made(const struct difference *difference, const struct kcd_account *account);

/* One object and what is to be different; borrowed. */
struct intent {
  const uint8_t *guid;
  struct difference difference;
};
/* One Modify for each intent, all sent together; what became of them is in RET (N of them), whose `mods` are gone. */
void send_intents(struct kcd_dir *dir, const struct intent *intents, size_t n, struct kcd_modify *ret);

/* ---- change.c: what becomes of it ---- */

/* RET becomes a conflict about the object, which WHAT says of it. */
void change_conflict(struct kcd_change_result *ret, const char *dn, const char *dc, const char *what);
/* People know an object by its DN. */
void change_name(struct kcd_error *err, const char *dn);
/* The same, and rights by their names. */
void change_explain(const struct kcd_changer *changer, const struct kcd_record *record, struct kcd_error *err);
/* Writes the records in the state that they are in; what fails is said, and the records stay as they were on disk, to
 * be resolved from the directory later. */
void change_save(const struct kcd_changer *changer, struct kcd_record **records, size_t n);
/* A new connection to the same DC; where none can be had, the DC is noted as gone. */
bool change_reconnect(struct kcd_changer *changer);
/* After writes that were made, or may have been, a signal must not say that nothing was changed. */
void change_end_of_writes(bool any);
bool change_may_be_made(const struct kcd_change_result *result);

#endif
