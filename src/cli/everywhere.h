/* everywhere.h - the objects of a run on every domain controller, not only on the one that the session talks to. */
#ifndef KCDFIX_CLI_EVERYWHERE_H
#define KCDFIX_CLI_EVERYWHERE_H

#include <kcdfix/gather.h>
#include <kcdfix/report.h>
#include <kcdfix/rollcall.h>

#include "session.h"

struct kcd_everywhere {
  struct kcd_controllers controllers;
  struct kcd_rollcall *rollcall; /* NULL: not opened */
  char *domain;
};
/* Finds the domain controllers by DNS and directory, and reads the hosts, targets and the user of SET on each of them
 * but the session's own, within the time limit for each. Fails only where the list of them cannot be had. */
int kcd_everywhere_open(struct kcd_session *session, const struct kcd_options *options, int timeout_ms,
                        const struct kcd_facts_set *set, struct kcd_everywhere *ret, struct kcd_error *err);
void kcd_everywhere_done(struct kcd_everywhere *everywhere);
/* What was read; NULL where it was not opened. Borrowed. */
struct kcd_replicas *kcd_everywhere_replicas(const struct kcd_everywhere *everywhere);
/* Adds all DCs, with how each stands to SET, to the report; those out of reach as errors, shown with SHOW. Returns
 * KCD_EXIT_CANNOT_TELL if one was out of reach, else KCD_EXIT_OK. */
int kcd_everywhere_report(const struct kcd_everywhere *everywhere, const struct kcd_facts_set *set,
                          struct kcd_report *report, bool show);

#endif
