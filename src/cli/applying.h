/* applying.h - one apply, from operands to the check afterwards, as its parts share it. */
#ifndef KCDFIX_CLI_APPLYING_H
#define KCDFIX_CLI_APPLYING_H

#include <kcdfix/gather.h>
#include <kcdfix/plan.h>

#include "commands.h"
#include "estate.h"
#include "everywhere.h"
#include "exit_status.h"
#include "operands.h"
#include "progress.h"
#include "session.h"
#include "state.h"

/* What was read, and the change of each object that follows from it: of the targets (--resource-based), then of the
 * hosts. */
struct apply_plans {
  struct kcd_facts_set set;
  struct kcd_object_plan *plans;
  const struct kcd_host_facts **hosts; /* of the plan at the same place; NULL: it is a target's */
  size_t n;
};

/* What a rehearsal came to for hosts with equal settings (rehearsal.h). */
struct apply_rehearsal;

struct applying {
  struct kcd_run *run;
  struct kcd_session session;
  struct kcd_state state;
  struct kcd_estate estate; /* with --inventory: what the operands are made of */
  struct kcd_operands operands;
  struct kcd_query query;
  char *user;
  struct apply_plans planned;
  char *run_id; /* NULL until the first record is saved */
  struct kcd_change_tally tally;
  bool changed;
  struct kcd_progress progress;     /* of the writes */
  struct kcd_values written, left;  /* names of the objects that were changed, and of those not come to for a signal */
  struct kcd_everywhere everywhere; /* with --all-dcs and --wait */
  struct apply_rehearsal *rehearsals; /* with --rehearse */
  size_t n_rehearsals;
};

/* ---- apply_plan.c ---- */

/* Reads everything and plans each host. apply_plans_done frees; a zeroed one is empty. */
int apply_plans_make(struct applying *applying, struct apply_plans *ret, struct kcd_error *err);
void apply_plans_done(struct apply_plans *plans);
size_t apply_plans_count(const struct apply_plans *plans, enum kcd_plan_state state);
/* Whether NOW asks for nothing that was not shown: each object's plan is the same as before, or there is nothing left
 * to do for it. */
bool apply_plans_still_hold(const struct apply_plans *before, const struct apply_plans *now);

/* Adds the pairs of one host, or of one target account, as the planner wants them; RET is owned. */
size_t apply_facts_of(const struct applying *applying, const struct kcd_facts_set *set,
                      const struct kcd_host_facts *host, const struct kcd_account *target, struct kcd_facts **ret);
/* Takes MESSAGE. */
void apply_refuse(struct kcd_object_plan *plan, enum kcd_finding_id id, char *message);

/* ---- apply_resource.c ---- */

/* Plans the targets into PLANS, which has room for one a target. */
void apply_plan_targets(const struct applying *applying, struct apply_plans *plans);
/* Once all is planned: refuses what would not help, and what this DC does not take; and then the hosts that it was
 * for. */
void apply_decline_resources(const struct applying *applying, struct apply_plans *plans);
/* Whether the pair works at a KDC of this kind, with the accounts as they would be; else the cause that stays, in
 * ret_why (owned). */
bool apply_helps(const struct kcd_facts *after, enum kcd_flavour flavour, enum kcd_finding_id *ret_id, char **ret_why);

/* ---- apply_rehearse.c ---- */

/* Asks the KDC through stand-ins, with the settings of now and with those of each plan, shows and reports both, and
 * refuses the plans with which it gives no ticket. -1: a rehearsal could not be made, or would prove nothing for one of
 * the hosts, so nothing may be written. */
int apply_rehearse(struct applying *applying, struct kcd_error *err);

/* ---- rehearsal.c ---- */

/* Refuses in PLANS, made anew, what the rehearsals refused. */
void apply_rehearsals_refuse(const struct applying *applying, struct apply_plans *plans);
/* Whether each host that NOW changes has the settings with which its rehearsal began, so that what was proved is about
 * the host as it is. */
bool apply_rehearsals_still_hold(const struct applying *applying, const struct apply_plans *now);
void apply_rehearsals_done(struct applying *applying);

/* ---- apply_write.c ---- */

/* Writes what is planned, several objects at a time; a signal stops it behind the writes on their way. Reports each
 * object. */
void apply_write(struct applying *applying);

/* ---- apply_replicas.c ---- */

/* With --all-dcs or --wait: reads the hosts on the other DCs, and adds what they hold to the report. What cannot be had
 * is said and stops nothing. */
void apply_look_around(struct applying *applying);
/* Adds a warning to each plan for each DC that holds another list. */
void apply_warn_of_replicas(const struct applying *applying, struct apply_plans *plans);
/* With --wait: until every DC shows what the plans wanted and this DC has; adds what became of it to the report.
 * KCD_EXIT_OK, KCD_EXIT_STILL_FAILS, or KCD_EXIT_INTERRUPTED at a signal. */
int apply_wait(struct applying *applying);

/* ---- apply_report.c ---- */

/* Where the plan and the question go: stdout belongs to the document or the script. */
FILE *apply_stream(const struct applying *applying);
void apply_show_plans(const struct applying *applying);
/* Adds the object to the report. RECORD_ID and ERROR may be NULL. */
void apply_report_object(struct applying *applying, size_t index, const char *state, const char *record_id,
                         const struct kcd_error *error);
/* Adds the objects that may not be written, and counts them as declined, or as denied where the DC takes it from
 * nobody.
 */
void apply_report_refusals(struct applying *applying);
/* "kcdfix COMMAND HOST SPN..." with the options that reach the same domain as the same login and the same user; owned
 * by the caller. */
char *apply_command_line(const struct applying *applying, const char *command, const char *host);
/* " --resource-based --protocol-transition": the mode options as given, each with its blank; owned. */
char *apply_mode_options(const struct kcd_options *options);
/* The operand of a host, for commands about a target. */
const char *apply_first_host(const struct applying *applying);
/* A signal came: what was changed and what not, on stderr and in the report, and how to go on. */
void apply_tell_interrupted(struct applying *applying);
/* What remains to be done on the hosts and elsewhere. */
void apply_next_steps(struct applying *applying);

#endif
