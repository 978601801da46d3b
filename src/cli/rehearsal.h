/* rehearsal.h - what a rehearsal of apply is about and came to, as its parts share it. */
#ifndef KCDFIX_CLI_REHEARSAL_H
#define KCDFIX_CLI_REHEARSAL_H

#include <kcdfix/stand_in.h>

#include "applying.h"

/* What one stand-in was answered, pair by pair. */
struct rehearsed_side {
  char *name;
  struct kcd_observation *observations; /* one a target */
};

/* One for all hosts whose settings are equal, now and as planned, and that are asked for the same services. */
struct apply_rehearsal {
  size_t *plans; /* places in applying->planned; good until that is planned anew */
  size_t n_plans;
  char **hosts;         /* their names */
  uint8_t (*guids)[16]; /* and what plans made anew are known by */
  size_t *targets;      /* places in the set */
  size_t n_targets;
  bool has_spns; /* a Windows KDC asks for one, and a stand-in has one if its host has */
  struct kcd_stand_in_settings before_settings, after_settings;
  struct rehearsed_side before, after;
  char **limits;
  size_t n_limits;
  bool proved;
  enum kcd_finding_id why_id;
  char *why; /* unless proved */
};

/* ---- rehearsal.c ---- */

/* Puts the host of each plan that changes something with its like, into applying->rehearsals. -1: no stand-in can be
 * made for one of them (as kcd_stand_in_settings_of). A plan that changes something has a pair to ask about: without
 * one it would be refused. */
int apply_rehearsals_enlist(struct applying *applying, struct kcd_error *err);
/* The pair of a plan of R (by its place there) and a target of R, with HOST in the place of the host. All borrowed. */
void rehearsal_facts(const struct applying *applying, const struct apply_rehearsal *r, size_t plan, size_t target,
                     const struct kcd_account *host, struct kcd_facts *ret);

/* ---- rehearsal_covers.c ---- */

/* -1 (id stand-in-not-possible) where the rehearsals would prove nothing for one of the hosts; what they do not copy
 * of the others is noted. */
int apply_rehearsals_cover(struct applying *applying, struct kcd_error *err);
/* Notes what the stand-in of FACTS does not copy, each sentence once. */
void rehearsal_note_limits(struct apply_rehearsal *r, const struct kcd_facts *facts);

#endif
