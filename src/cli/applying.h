/* applying.h - one apply, from operands to the check afterwards, as its parts share it. */
#ifndef KCDFIX_CLI_APPLYING_H
#define KCDFIX_CLI_APPLYING_H

#include <kcdfix/gather.h>
#include <kcdfix/plan.h>

#include "commands.h"
#include "exit_status.h"
#include "operands.h"
#include "session.h"
#include "state.h"

/* What was read, and the change of each host that follows from it. */
struct apply_plans {
  struct kcd_facts_set set;
  struct kcd_object_plan *plans; /* one a host of the set */
};

struct applying {
  struct kcd_run *run;
  struct kcd_session session;
  struct kcd_state state;
  struct kcd_operands operands;
  struct kcd_query query;
  char *user;
  struct apply_plans planned;
  char *run_id; /* NULL until the first record is saved */
  struct kcd_change_tally tally;
  bool changed;
};

/* ---- apply_plan.c ---- */

/* Reads everything and plans each host. apply_plans_done frees; a zeroed one is empty. */
int apply_plans_make(const struct applying *applying, struct apply_plans *ret, struct kcd_error *err);
void apply_plans_done(struct apply_plans *plans);
size_t apply_plans_count(const struct apply_plans *plans, enum kcd_plan_state state);
/* Whether NOW asks for nothing that was not shown: each host's plan is the same as before, or there is nothing left to
 * do for it. */
bool apply_plans_still_hold(const struct apply_plans *before, const struct apply_plans *now);

/* ---- apply_report.c ---- */

/* Where the plan and the question go: stdout belongs to the document or the script. */
FILE *apply_stream(const struct applying *applying);
void apply_show_plans(const struct applying *applying);
/* Adds the object to the report. RECORD_ID and ERROR may be NULL. */
void apply_report_host(struct applying *applying, size_t host, const char *state, const char *record_id,
                       const struct kcd_error *error);
/* Adds the hosts for which nothing may be written, and counts them as declined. */
void apply_report_refusals(struct applying *applying);
/* "kcdfix COMMAND HOST SPN..." with the options that reach the same domain as the same login and the same user; owned
 * by the caller. */
char *apply_command_line(const struct applying *applying, const char *command, const char *host);
/* What remains to be done on the hosts and elsewhere. */
void apply_next_steps(struct applying *applying);

#endif
