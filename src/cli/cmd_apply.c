/* kcdfix apply: the smallest change that fixes the pairs, shown, confirmed, recorded, written, and checked again. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/emit.h>
#include <kcdfix/text.h>

#include "applying.h"
#include "change.h"
#include "commands.h"
#include "exit_status.h"
#include "interrupt.h"
#include "operands.h"
#include "output.h"
#include "pairs.h"
#include "session.h"
#include "state.h"
#include "terminal.h"

static void applying_done(struct applying *applying)
{
  apply_rehearsals_done(applying);
  kcd_everywhere_done(&applying->everywhere);
  apply_plans_done(&applying->planned);
  kcd_operands_done(&applying->operands);
  kcd_estate_done(&applying->estate);
  kcd_state_done(&applying->state);
  kcd_session_done(&applying->session);
  free(applying->user);
  free(applying->run_id);
  kcd_values_done(&applying->written);
  kcd_values_done(&applying->left);
}

static const struct kcd_options *options_of(const struct applying *applying)
{
  return applying->run->options;
}

static bool only_shows(const struct kcd_options *options)
{
  return options->dry_run || options->has_emit;
}

static int may_ask(const struct kcd_options *options, struct kcd_error *err)
{
  if (options->yes || only_shows(options) || kcd_terminal_can_ask())
    return 0;
  kcd_fail(err, KCD_E_USAGE, "apply asks before it changes anything, and there is no terminal to ask at");
  return kcd_error_next(err, "add --yes to change without a question, or -n to see the change");
}

/* What the plans of a dry run come to. */
struct counts {
  size_t services, removals, bits, entries, objects;
};

/* "2 services to list and 1 bit to change, on 1 object"; owned. */
static char *counts_text(const struct counts *counts)
{
  KCD_AUTO_CHAR removals = counts->removals > 0 ? kcd_asprintf(", %zu to take off", counts->removals) : kcd_strdup("");
  KCD_AUTO_CHAR list =
      kcd_asprintf("%zu service%s to list%s and %zu bit%s to change", counts->services,
                   counts->services == 1 ? "" : "s", removals, counts->bits, counts->bits == 1 ? "" : "s");
  KCD_AUTO_CHAR entries = kcd_asprintf("%zu host%s to accept", counts->entries, counts->entries == 1 ? "" : "s");
  bool both = counts->entries > 0 && counts->services + counts->removals + counts->bits > 0;
  return kcd_asprintf("%s%s%s, on %zu object%s", counts->entries > 0 ? entries : list, both ? ", " : "",
                      both ? list : "", counts->objects, counts->objects == 1 ? "" : "s");
}

static int dry_run(struct applying *applying)
{
  struct counts counts = {0};
  for (size_t i = 0; i < applying->planned.n; i++) {
    const struct kcd_object_plan *plan = &applying->planned.plans[i];
    enum kcd_plan_state state = kcd_object_plan_state(plan);
    if (state == KCD_PLAN_NOTHING)
      apply_report_object(applying, i, "unchanged", NULL, NULL);
    if (state != KCD_PLAN_CHANGE)
      continue;
    counts.services += plan->add.n;
    counts.removals += plan->remove.n;
    counts.bits += plan->uac_before != plan->uac_after;
    counts.entries += plan->n_accepted;
    counts.objects++;
    apply_report_object(applying, i, "planned", NULL, NULL);
  }
  if (!options_of(applying)->quiet)
    apply_show_plans(applying);
  KCD_AUTO_CHAR text = counts_text(&counts);
  kcd_message("dry run: %s; nothing was changed", text);
  if (counts.objects == 0 && applying->tally.denied > 0)
    return KCD_EXIT_DENIED;
  return counts.objects > 0 || applying->tally.declined > 0 ? KCD_EXIT_PROBLEM : KCD_EXIT_OK;
}

static int emit(struct applying *applying, struct kcd_error *err)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < applying->planned.n; i++)
    if (kcd_object_plan_state(&applying->planned.plans[i]) == KCD_PLAN_CHANGE)
      kcd_emit_plan(&out, options_of(applying)->emit, &applying->planned.plans[i], applying->planned.set.dc->name,
                    time(NULL));
  KCD_AUTO_CHAR text = kcd_buf_take_text(&out);
  if (!text)
    return kcd_fail(err, KCD_E_IO, "the script is too large");
  applying->run->raw_output = kcd_strdup(text);
  return 0;
}

/* ---- ask ---- */

static int nobody_to_confirm(const char *dc, struct kcd_error *err)
{
  kcd_fail(err, KCD_E_USAGE,
           "%s is a domain controller; that has to be confirmed at a terminal, --yes is not enough; nothing was "
           "changed",
           dc);
  kcd_error_id(err, "target-is-dc");
  return kcd_error_next(err, "repeat the command at a terminal and type %s when it asks", dc);
}

/* Each domain controller among the services that are added is confirmed by its name. */
static bool confirm_dcs(const struct kcd_object_plan *plan, struct kcd_error *err)
{
  for (size_t i = 0; i < plan->n_dc_targets; i++) {
    KCD_AUTO_CHAR name = kcd_safe(plan->dc_targets[i]);
    if (!kcd_terminal_can_ask())
      return nobody_to_confirm(name, err) == 0;
    KCD_AUTO_CHAR question = kcd_asprintf(
        "%s is a domain controller: whoever owns this host could own the domain. Type its name to go on: ", name);
    if (!kcd_ask_for(question, plan->dc_targets[i]))
      return false;
  }
  return true;
}

/* 1: go on; 0: the answer was not yes; -1: nobody can be asked. */
static int confirm(const struct applying *applying, struct kcd_error *err)
{
  for (size_t i = 0; i < applying->planned.n; i++) {
    const struct kcd_object_plan *plan = &applying->planned.plans[i];
    if (kcd_object_plan_state(plan) == KCD_PLAN_CHANGE && !confirm_dcs(plan, err))
      return kcd_error_is_set(err) ? -1 : 0;
  }
  if (options_of(applying)->yes)
    return 1;
  return kcd_ask_for("Type yes to change it: ", "yes") ? 1 : 0;
}

/* ---- afterwards ---- */

static int check_estate_again(struct applying *applying, const struct kcd_query *query, struct kcd_pairs_outcome *ret,
                              struct kcd_error *err)
{
  kcd_session_reading(&applying->session, options_of(applying));
  int rc = kcd_estate_gather(&applying->session, query, &applying->estate, err);
  kcd_session_read(&applying->session);
  if (rc != 0)
    return -1;
  const struct kcd_dc *dc = kcd_dir_dc(applying->session.dir);
  struct kcd_report *check = kcd_report_new("kcdfix.check/1", time(NULL));
  kcd_report_dc(check, dc, dc->flavour);
  kcd_estate_check(applying->run, check, &applying->session, &applying->estate, ret);
  kcd_report_check(applying->run->report, check);
  return 0;
}

/* The check anew, from the same DC, as part of the report. */
static int check_again(struct applying *applying, struct kcd_pairs_outcome *ret, struct kcd_error *err)
{
  struct kcd_facts_set after = {0};
  struct kcd_query query = applying->query;
  query.reachable_accounts = query.without_holders = false;
  if (applying->estate.file)
    return check_estate_again(applying, &query, ret, err);
  kcd_session_reading(&applying->session, options_of(applying));
  int rc = kcd_operands_gather(applying->session.dir, &applying->operands, &query, &after, err);
  kcd_session_read(&applying->session);
  if (rc != 0)
    return -1;
  struct kcd_report *check = kcd_report_new("kcdfix.check/1", time(NULL));
  kcd_report_dc(check, after.dc, after.dc->flavour);
  kcd_check_pairs(applying->run, check, &applying->session, &after, &applying->operands, ret);
  kcd_report_check(applying->run->report, check);
  kcd_facts_set_done(&after);
  return 0;
}

static int finish(struct applying *applying, struct kcd_error *err)
{
  kcd_report_change(applying->run->report, applying->run_id, "apply", applying->changed);
  apply_next_steps(applying);
  if (kcd_interrupted()) {
    apply_tell_interrupted(applying);
    return KCD_EXIT_INTERRUPTED;
  }
  int status = kcd_exit_of_tally(&applying->tally);
  if (status != KCD_EXIT_OK && !applying->changed)
    return status;
  struct kcd_pairs_outcome outcome = {0};
  if (check_again(applying, &outcome, err) != 0) {
    kcd_error_wrap(err, applying->changed ? "changed, but it cannot be checked again" : "cannot be checked");
    kcd_run_failed(applying->run, err);
    return status != KCD_EXIT_OK ? status : KCD_EXIT_CANNOT_TELL;
  }
  int waited = apply_wait(applying);
  if (kcd_interrupted())
    return KCD_EXIT_INTERRUPTED;
  if (status != KCD_EXIT_OK)
    return status;
  if (outcome.exit_status == KCD_EXIT_OK)
    return waited;
  if (outcome.exit_status == KCD_EXIT_PROBLEM)
    return applying->changed ? KCD_EXIT_STILL_FAILS : KCD_EXIT_PROBLEM;
  return outcome.exit_status;
}

static bool a_question_follows(const struct applying *applying)
{
  if (!options_of(applying)->yes)
    return true;
  for (size_t i = 0; i < applying->planned.n; i++)
    if (applying->planned.plans[i].n_dc_targets > 0)
      return true;
  return false;
}

/* ---- read and plan ---- */

/* What each group asks of its hosts, all of it together, which stays; the facts to plan with are read for that as a
 * whole. */
static int gather_estate(struct applying *applying, struct kcd_error *err)
{
  if (!applying->estate.file || applying->operands.n_hosts > 0)
    return 0;
  struct kcd_query query = applying->query;
  query.reachable_accounts = false;
  if (kcd_estate_gather(&applying->session, &query, &applying->estate, err) != 0)
    return -1;
  kcd_estate_merge(&applying->estate, &applying->operands);
  return 0;
}

/* What two groups or two plans ask for is read once, and is one state of the directory. */
static int read_and_plan(struct applying *applying, struct apply_plans *ret, struct kcd_error *err)
{
  struct kcd_session *session = &applying->session;
  kcd_session_reading(session, options_of(applying));
  kcd_dir_remember(session->dir);
  int rc = gather_estate(applying, err);
  if (rc == 0)
    rc = apply_plans_make(applying, ret, err);
  kcd_dir_forget(session->dir);
  kcd_session_read(session);
  return rc;
}

/* The question may have stood for hours, and another kcdfix may have been waited for: what is written is planned from
 * the directory as it is now, and it has to be what was shown. */
static int plan_again(struct applying *applying, struct kcd_error *err)
{
  struct apply_plans now = {0};
  if (read_and_plan(applying, &now, err) != 0)
    return -1;
  apply_rehearsals_refuse(applying, &now);
  bool holds = apply_plans_still_hold(&applying->planned, &now) && apply_rehearsals_still_hold(applying, &now);
  apply_plans_done(&applying->planned);
  applying->planned = now;
  apply_warn_of_replicas(applying, &applying->planned);
  if (holds)
    return 0;
  kcd_fail(err, KCD_E_CONFLICT, "the directory changed since the difference was shown; nothing was changed");
  kcd_error_id(err, "changed-meanwhile");
  kcd_error_on(err, NULL, applying->session.server);
  return kcd_error_next(err, "repeat the command and look at the difference again");
}

/* What nobody is asked about is planned under the lock that it is written under. */
static bool locks_at_once(const struct kcd_options *options)
{
  return options->yes && !only_shows(options) && !options->rehearse;
}

static int lock(struct applying *applying, struct kcd_error *err)
{
  return kcd_state_lock(&applying->state, options_of(applying)->timeout_ms, err);
}

/* 1: go on; 0: declined; -1: failed. */
static int show_and_confirm(struct applying *applying, struct kcd_error *err)
{
  const bool asks = a_question_follows(applying);
  if (!options_of(applying)->quiet || asks)
    apply_show_plans(applying);
  if (kcd_check_shown(apply_stream(applying), err) != 0)
    return -1;
  if (locks_at_once(options_of(applying)) && !asks)
    return 1;
  kcd_state_unlock(&applying->state);
  int answer = confirm(applying, err);
  if (answer <= 0)
    return answer;
  return lock(applying, err) == 0 && plan_again(applying, err) == 0 ? 1 : -1;
}

static int carry_out(struct applying *applying, struct kcd_error *err)
{
  int go_on = apply_plans_count(&applying->planned, KCD_PLAN_CHANGE) > 0 ? show_and_confirm(applying, err) : 1;
  if (go_on < 0)
    return -1;
  if (go_on == 0) {
    kcd_message("nothing was changed");
    kcd_report_change(applying->run->report, NULL, "apply", false);
    return KCD_EXIT_PROBLEM;
  }
  apply_write(applying);
  kcd_state_unlock(&applying->state); /* the check may take long, and --wait for minutes */
  return finish(applying, err);
}

/* Of an inventory the operands are known when its groups were read. */
static int take_operands(struct applying *applying, struct kcd_error *err)
{
  const struct kcd_options *options = options_of(applying);
  if (!options->inventory)
    return kcd_operands_and_login(options, "apply", &applying->session, &applying->operands, err);
  if (kcd_estate_read(applying->run, &applying->estate, err) != 0)
    return -1;
  applying->operands.typed = true;
  return kcd_session_login(options, &applying->session, err);
}

static int apply(struct applying *applying, struct kcd_error *err)
{
  struct kcd_run *run = applying->run;
  const struct kcd_options *options = run->options;
  if (may_ask(options, err) != 0 || take_operands(applying, err) != 0)
    return -1;
  if (kcd_state_open(&applying->state, err) != 0)
    return -1;
  if ((!only_shows(options) || options->rehearse) && kcd_state_prepare(&applying->state, err) != 0)
    return -1;
  if (locks_at_once(options) && lock(applying, err) != 0)
    return -1;
  struct kcd_operands *operands = &applying->operands;
  if (options->resource_based && operands->n_spns == 0 && operands->scenario == KCD_SCENARIO_NONE)
    return kcd_fail(err, KCD_E_USAGE, "--resource-based changes the account behind an SPN, so an SPN has to be named");
  kcd_operands_announce(operands);
  applying->session.writable = !only_shows(options) || options->rehearse;
  if (kcd_session_connect(&applying->session, options, kcd_operands_server(operands), err) != 0)
    return -1;
  applying->user = kcd_session_user(&applying->session, kcd_operands_as(operands, options));
  applying->query = (struct kcd_query){.user = applying->user,
                                       .resource_based = options->resource_based,
                                       .reachable_accounts = true,
                                       .without_holders = true};
  if (read_and_plan(applying, &applying->planned, err) != 0)
    return -1;
  if (applying->session.writable && kcd_session_refuse_read_only(&applying->session, err) != 0)
    return -1;
  kcd_session_report(&applying->session, run->report, applying->planned.set.dc->flavour);
  apply_look_around(applying);
  apply_warn_of_replicas(applying, &applying->planned);
  if (options->rehearse && apply_rehearse(applying, err) != 0)
    return -1;
  apply_report_refusals(applying);
  if (only_shows(options)) {
    if (options->has_emit && emit(applying, err) != 0)
      return -1;
    kcd_report_change(run->report, NULL, "apply", false);
    return dry_run(applying);
  }
  return carry_out(applying, err);
}

int kcd_cmd_apply(struct kcd_run *run)
{
  struct applying applying = {.run = run};
  applying.state.lock = -1;
  struct kcd_error err = KCD_ERROR_INIT;
  int status = apply(&applying, &err);
  applying_done(&applying);
  return status < 0 ? kcd_run_failed(run, &err) : status;
}
