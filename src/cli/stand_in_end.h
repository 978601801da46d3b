/* stand_in_end.h - how the record of a stand-in ends: what stand_in.c, which makes one, needs of it. */
#ifndef KCDFIX_CLI_STAND_IN_END_H
#define KCDFIX_CLI_STAND_IN_END_H

#include "stand_in.h"

/* Writes the record in this state. One that could not be closed stays open, which is said, and the next run finds the
 * account gone. */
void stand_in_save(const struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record,
                   enum kcd_stand_in_state state);

/* The account of the record; *ret_found false where the DC says that there is none. KCD_E_CONFLICT where another one
 * bears its name: that is a stranger. */
int stand_in_look(const struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record, bool *ret_found,
                  struct kcd_error *err);

/* An add whose answer was lost, with its error in ERR. 0: the account is there after all, and ERR is empty; -1: it was
 * never made, or may be left behind (id stand-in-left-behind). */
int stand_in_after_lost_answer(const struct kcd_stand_in_maker *maker, struct kcd_stand_in *stand_in,
                               struct kcd_error *err);

#endif
