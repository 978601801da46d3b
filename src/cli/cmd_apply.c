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

/* One apply, from operands to the check afterwards. */
struct applying {
  struct kcd_run *run;
  struct kcd_session session;
  struct kcd_state state;
  struct kcd_operands operands;
  struct kcd_query query;
  char *user;
  struct kcd_facts_set set;
  struct kcd_object_plan *plans; /* one a host */
  char *run_id;
  struct kcd_change_tally tally;
  bool changed;
};

static void applying_done(struct applying *applying)
{
  for (size_t i = 0; applying->plans && i < applying->set.n_hosts; i++)
    kcd_object_plan_done(&applying->plans[i]);
  free(applying->plans);
  kcd_facts_set_done(&applying->set);
  kcd_operands_done(&applying->operands);
  kcd_state_done(&applying->state);
  kcd_session_done(&applying->session);
  free(applying->user);
  free(applying->run_id);
}

static const struct kcd_options *options_of(const struct applying *applying)
{
  return applying->run->options;
}

/* Where the plan and the question go: stdout belongs to the document or the script. */
static FILE *plan_stream(const struct applying *applying)
{
  const struct kcd_options *options = options_of(applying);
  return options->format == KCD_FORMAT_JSON || options->has_emit || options->output ? stderr : stdout;
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

/* ---- plan ---- */

/* The facts of all pairs of one host, for the planner. */
static size_t facts_of_host(const struct applying *applying, size_t host, struct kcd_facts **ret)
{
  const struct kcd_facts_set *set = &applying->set;
  struct kcd_facts *facts = kcd_calloc(set->n_targets + 1, sizeof *facts);
  size_t n = 0;
  for (size_t target = 0; target < set->n_targets; target++)
    if (kcd_pair_is_asked(set, &applying->operands, host, target))
      kcd_facts_of_pair(set, host, target, time(NULL), &facts[n++]);
  *ret = facts;
  return n;
}

/* A note about this DC's rule set alone: it does not make the change wrong for the KDC that counts. */
static bool is_artefact(enum kcd_finding_id id)
{
  return id == KCD_F_SPN_WITH_BLANK_ON_SAMBA;
}

/* Whether the pair works once the host is as PREVIEW; else the cause that stays, in ret_why (owned). */
static bool helps(const struct kcd_facts *facts, const struct kcd_account *preview, enum kcd_finding_id *ret_id,
                  char **ret_why)
{
  struct kcd_facts after = *facts;
  after.host = preview;
  struct kcd_judgement judgement = {0};
  kcd_judge(&after, facts->dc->flavour, NULL, "", &judgement);
  bool works = judgement.verdict == KCD_WORKS;
  for (size_t i = 0; !works && i < judgement.findings.n; i++) {
    const struct kcd_finding *finding = &judgement.findings.v[i];
    if (finding->severity != KCD_FAULT)
      continue;
    works = is_artefact(finding->id);
    if (!works) {
      *ret_id = finding->id;
      *ret_why = kcd_strdup(finding->message);
      break;
    }
  }
  kcd_judgement_done(&judgement);
  return works;
}

/* Takes MESSAGE. */
static void refuse(struct kcd_object_plan *plan, enum kcd_finding_id id, char *message)
{
  plan->refusals = kcd_reallocarray(plan->refusals, plan->n_refusals + 1, sizeof *plan->refusals);
  plan->refusals[plan->n_refusals++] = (struct kcd_refusal){.id = id, .message = message};
}

/* A host without SPN operands that lists nothing, or is not there: no pair, so there is nothing to plan with. */
static void plan_without_pairs(const struct kcd_host_facts *host, struct kcd_object_plan *plan)
{
  KCD_AUTO_CHAR name = kcd_safe(host->operand);
  *plan = (struct kcd_object_plan){0};
  if (host->account)
    refuse(plan, KCD_F_LIST_EMPTY, kcd_asprintf("%s lists no service, so an SPN has to be named.", name));
  else if (host->matches > 1)
    refuse(plan, KCD_F_HOST_OBJECT_DUPLICATE,
           kcd_asprintf("%s names %zu objects, and none of them is picked: name the host by its DN.", name,
                        host->matches));
  else
    refuse(plan, KCD_F_HOST_NOT_FOUND, kcd_asprintf("No computer named %s was found.", name));
}

/* A change that leaves every pair failing is not made: the cause is elsewhere and the grant would stay. Without a mode
 * option the caller asked for list entries alone, and with --kerberos-only for a restriction; these are made as asked.
 */
static void decline_if_useless(const struct kcd_facts *facts, size_t n, struct kcd_object_plan *plan)
{
  struct kcd_account preview = {0};
  kcd_plan_preview(plan, &preview);
  bool any = false;
  enum kcd_finding_id id = KCD_F_PREDICTION_DIFFERS;
  KCD_AUTO_CHAR why = NULL;
  for (size_t i = 0; i < n && !any; i++) {
    char *one = NULL;
    any = helps(&facts[i], &preview, &id, &one);
    if (why)
      free(one);
    else
      why = one;
  }
  if (!any && why)
    refuse(plan, id, kcd_asprintf("The change would not help: %s", why));
  kcd_account_done(&preview);
}

static void plan_host(struct applying *applying, size_t host)
{
  const struct kcd_options *options = options_of(applying);
  struct kcd_plan_options plan_options = {.mode = options->mode, .exact = options->exact};
  struct kcd_object_plan *plan = &applying->plans[host];
  struct kcd_facts *facts = NULL;
  size_t n = facts_of_host(applying, host, &facts);
  if (n > 0)
    kcd_plan_object(facts, n, &plan_options, plan);
  else
    plan_without_pairs(&applying->set.hosts[host], plan);
  plan->host = applying->set.hosts[host].account;
  plan->host_operand = applying->set.hosts[host].operand;
  if (options->mode == KCD_MODE_PROTOCOL_TRANSITION && kcd_object_plan_state(plan) == KCD_PLAN_CHANGE)
    decline_if_useless(facts, n, plan);
  free(facts);
}

static int make_plans(struct applying *applying, struct kcd_error *err)
{
  struct kcd_facts_set *set = &applying->set;
  if (kcd_gather(applying->session.dir, &applying->query, set, err) != 0)
    return -1;
  kcd_report_dc(applying->run->report, set->dc, set->dc->flavour);
  applying->plans = kcd_calloc(set->n_hosts + 1, sizeof *applying->plans);
  for (size_t host = 0; host < set->n_hosts; host++)
    plan_host(applying, host);
  return 0;
}

static size_t count_plans(const struct applying *applying, enum kcd_plan_state state)
{
  size_t n = 0;
  for (size_t host = 0; host < applying->set.n_hosts; host++)
    n += kcd_object_plan_state(&applying->plans[host]) == state;
  return n;
}

/* ---- show ---- */

static void show_plans(const struct applying *applying)
{
  const struct kcd_facts_set *set = &applying->set;
  for (size_t host = 0; host < set->n_hosts; host++)
    if (kcd_object_plan_state(&applying->plans[host]) == KCD_PLAN_CHANGE)
      kcd_show_plan(plan_stream(applying), &applying->plans[host], set, &set->hosts[host], &applying->run->style);
}

static void report_plan(struct applying *applying, size_t host, const char *state, const char *record_id,
                        const struct kcd_error *error)
{
  const struct kcd_object_plan *plan = &applying->plans[host];
  const struct kcd_account *account = plan->host;
  size_t n = plan->n_refusals + plan->n_left_out + plan->n_warnings;
  char **notes = kcd_calloc(n + 1, sizeof *notes);
  n = 0;
  for (size_t i = 0; i < plan->n_refusals; i++)
    notes[n++] = plan->refusals[i].message;
  for (size_t i = 0; i < plan->n_left_out; i++)
    notes[n++] = plan->left_out[i];
  for (size_t i = 0; i < plan->n_warnings; i++)
    notes[n++] = plan->warnings[i];
  struct kcd_object_report object = {.host = account ? account->sam_account_name : plan->host_operand,
                                     .dn = account ? account->dn : NULL,
                                     .guid = account ? account->guid : NULL,
                                     .dc = applying->set.dc->name,
                                     .record_id = record_id,
                                     .state = state,
                                     .add = &plan->add,
                                     .list_before = account ? &account->delegate_to : NULL,
                                     .uac_before = plan->uac_before,
                                     .uac_after = plan->uac_after,
                                     .notes = notes,
                                     .n_notes = n,
                                     .error = error && kcd_error_is_set(error) ? error : NULL};
  kcd_report_object(applying->run->report, &object);
  free(notes);
}

/* "kcdfix COMMAND HOST SPN..." with the options that reach the same domain as the same login; owned. */
static char *command_line(const struct applying *applying, const char *command, const char *host)
{
  const struct kcd_operands *operands = &applying->operands;
  KCD_AUTO_CHAR context = kcd_session_context(options_of(applying));
  KCD_AUTO_CHAR word = kcd_shell_word(host);
  struct kcd_buf line;
  kcd_buf_init(&line, KCD_BUF_DEFAULT_CAP);
  kcd_buf_addf(&line, "kcdfix %s%s%s %s", command, *context ? " " : "", context, word);
  for (size_t i = 0; i < operands->n_spns; i++) {
    KCD_AUTO_CHAR spn = kcd_shell_word(operands->spns[i]);
    kcd_buf_addf(&line, " %s", spn);
  }
  return kcd_buf_take_text(&line);
}

static void report_refusal(struct applying *applying, size_t host)
{
  const struct kcd_object_plan *plan = &applying->plans[host];
  const struct kcd_refusal *first = &plan->refusals[0];
  struct kcd_error error = KCD_ERROR_INIT;
  kcd_fail(&error, KCD_E_REJECTED, "%s", first->message);
  kcd_error_id(&error, kcd_finding_info(first->id)->id);
  kcd_error_on(&error, plan->host ? plan->host->dn : plan->host_operand, applying->set.dc->name);
  KCD_AUTO_CHAR check = command_line(applying, "check", plan->host_operand);
  kcd_error_next(&error, "look: %s", check);
  report_plan(applying, host, "refused", NULL, &error);
  kcd_report_next_step(applying->run->report, error.next);
  applying->tally.declined++;
}

static void report_refusals(struct applying *applying)
{
  for (size_t host = 0; host < applying->set.n_hosts; host++)
    if (kcd_object_plan_state(&applying->plans[host]) == KCD_PLAN_REFUSED)
      report_refusal(applying, host);
}

static int dry_run(struct applying *applying)
{
  const struct kcd_options *options = options_of(applying);
  size_t services = 0, bits = 0, changes = count_plans(applying, KCD_PLAN_CHANGE);
  for (size_t host = 0; host < applying->set.n_hosts; host++) {
    const struct kcd_object_plan *plan = &applying->plans[host];
    enum kcd_plan_state state = kcd_object_plan_state(plan);
    if (state == KCD_PLAN_NOTHING)
      report_plan(applying, host, "unchanged", NULL, NULL);
    if (state != KCD_PLAN_CHANGE)
      continue;
    services += plan->add.n;
    bits += plan->uac_before != plan->uac_after;
    report_plan(applying, host, "planned", NULL, NULL);
  }
  if (!options->has_emit && options->format == KCD_FORMAT_TEXT && !options->quiet)
    show_plans(applying);
  kcd_message("dry run: %zu service%s to list and %zu bit%s to change, on %zu object%s; nothing was changed", services,
              services == 1 ? "" : "s", bits, bits == 1 ? "" : "s", changes, changes == 1 ? "" : "s");
  return changes > 0 || applying->tally.declined > 0 ? KCD_EXIT_PROBLEM : KCD_EXIT_OK;
}

static int emit(struct applying *applying, struct kcd_error *err)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (size_t host = 0; host < applying->set.n_hosts; host++)
    if (kcd_object_plan_state(&applying->plans[host]) == KCD_PLAN_CHANGE)
      kcd_emit_plan(&out, options_of(applying)->emit, &applying->plans[host], applying->set.dc->name, time(NULL));
  KCD_AUTO_CHAR text = kcd_buf_take_text(&out);
  if (!text)
    return kcd_fail(err, KCD_E_IO, "the script is too large");
  applying->run->raw_output = kcd_strdup(text);
  return 0;
}

/* ---- ask ---- */

static bool confirm_dc(const struct kcd_object_plan *plan, struct kcd_error *err)
{
  if (!plan->target_is_dc)
    return true;
  KCD_AUTO_CHAR name = kcd_safe(plan->dc_target);
  if (!kcd_terminal_can_ask()) {
    kcd_fail(
        err, KCD_E_USAGE,
        "%s is a domain controller; that has to be confirmed at a terminal, --yes is not enough; nothing was changed",
        name);
    kcd_error_id(err, "target-is-dc");
    kcd_error_next(err, "repeat the command at a terminal and type %s when it asks", name);
    return false;
  }
  KCD_AUTO_CHAR question = kcd_asprintf(
      "%s is a domain controller: whoever owns this host could own the domain. Type its name to go on: ", name);
  return kcd_ask_for(question, plan->dc_target);
}

/* 1: go on; 0: the answer was not yes; -1: nobody can be asked. */
static int confirm(const struct applying *applying, struct kcd_error *err)
{
  for (size_t host = 0; host < applying->set.n_hosts; host++) {
    const struct kcd_object_plan *plan = &applying->plans[host];
    if (kcd_object_plan_state(plan) == KCD_PLAN_CHANGE && !confirm_dc(plan, err))
      return kcd_error_is_set(err) ? -1 : 0;
  }
  if (options_of(applying)->yes)
    return 1;
  return kcd_ask_for("Type yes to change it: ", "yes") ? 1 : 0;
}

/* ---- write ---- */

static void describe(const struct applying *applying, struct kcd_record *record)
{
  const struct kcd_options *options = options_of(applying);
  record->tool_version = kcd_strdup(KCDFIX_VERSION);
  record->created = time(NULL);
  record->run = kcd_strdup(applying->run_id);
  record->by = kcd_strdup(kcd_login_principal(applying->session.login));
  record->uid = (uint32_t)getuid();
  record->reason = kcd_strdup(options->reason);
  record->dc = kcd_strdup(applying->session.server);
  record->domain = kcd_strdup(applying->set.dc->domain ? applying->set.dc->domain : "");
  record->mode = options->mode;
  record->spns = kcd_calloc(applying->set.n_targets + 1, sizeof *record->spns);
  for (size_t i = 0; i < applying->set.n_targets; i++)
    record->spns[record->n_spns++] = kcd_strdup(applying->set.targets[i].spn.text);
}

/* Somebody else has to do it: the same change as a script. */
static void hand_over(const struct applying *applying, const struct kcd_object_plan *plan, struct kcd_error *err)
{
  const struct kcd_options *options = options_of(applying);
  const char *mode = kcd_mode_option(options->mode);
  KCD_AUTO_CHAR command =
      kcd_asprintf("apply -n --emit powershell%s%s%s", *mode ? " " : "", mode, options->exact ? " --exact" : "");
  KCD_AUTO_CHAR line = command_line(applying, command, plan->host_operand);
  kcd_error_next(err, "run it as a domain administrator, or hand it over: %s", line);
}

/* Should the report be lost, the caller still has to learn that something was changed. */
static void note_change(struct applying *applying)
{
  applying->changed = true;
  if (!applying->run->if_unwritten)
    applying->run->if_unwritten =
        kcd_asprintf("something was changed; look: kcdfix history; take it back: kcdfix undo %s", applying->run_id);
}

static void write_host(struct applying *applying, size_t host)
{
  const struct kcd_object_plan *plan = &applying->plans[host];
  KCD_AUTO_VALUE(kcd_record) record = {0};
  record.id = kcd_record_make_id(time(NULL), plan->host->sam_account_name);
  if (!applying->run_id)
    applying->run_id = kcd_strdup(record.id);
  describe(applying, &record);
  struct kcd_changer changer = {.run = applying->run, .session = &applying->session, .state = &applying->state};
  struct kcd_change_result result;
  kcd_change_apply(&changer, plan, &record, &result);
  free(applying->run_id); /* the first record may have got another name than it asked for */
  applying->run_id = kcd_strdup(record.run);
  if (result.error.code == KCD_E_DENIED)
    hand_over(applying, plan, &result.error);
  bool recorded = record.dn != NULL;
  report_plan(applying, host, result.state, recorded ? record.id : NULL, &result.error);
  if (kcd_error_is_set(&result.error))
    kcd_run_failed(applying->run, &result.error);
  kcd_tally(&applying->tally, &result);
  if (result.wrote)
    note_change(applying);
}

/* Writes host after host; a signal stops it behind the write in flight. */
static void write_all(struct applying *applying)
{
  for (size_t host = 0; host < applying->set.n_hosts; host++) {
    enum kcd_plan_state state = kcd_object_plan_state(&applying->plans[host]);
    if (state == KCD_PLAN_NOTHING) {
      report_plan(applying, host, "unchanged", NULL, NULL);
      applying->tally.already_right++;
    } else if (state == KCD_PLAN_CHANGE && kcd_interrupted()) {
      report_plan(applying, host, "planned", NULL, NULL);
    } else if (state == KCD_PLAN_CHANGE) {
      write_host(applying, host);
    }
  }
}

/* ---- afterwards ---- */

/* The check anew, from the same DC, as part of the report. */
static int check_again(struct applying *applying, struct kcd_pairs_outcome *ret, struct kcd_error *err)
{
  struct kcd_facts_set after = {0};
  struct kcd_query query = applying->query;
  query.reachable_accounts = false;
  if (kcd_gather(applying->session.dir, &query, &after, err) != 0)
    return -1;
  struct kcd_report *check = kcd_report_new("kcdfix.check/1", time(NULL));
  kcd_report_dc(check, after.dc, after.dc->flavour);
  kcd_check_pairs(applying->run, check, &applying->session, &after, &applying->operands, ret);
  kcd_report_check(applying->run->report, check);
  kcd_facts_set_done(&after);
  return 0;
}

static void next_steps(struct applying *applying)
{
  struct kcd_report *report = applying->run->report;
  if (!applying->changed)
    return;
  for (size_t host = 0; host < applying->set.n_hosts; host++) {
    const struct kcd_account *account = applying->plans[host].host;
    if (!account || kcd_object_plan_state(&applying->plans[host]) != KCD_PLAN_CHANGE)
      continue;
    KCD_AUTO_CHAR name = kcd_account_short_name(account);
    KCD_AUTO_CHAR safe = kcd_safe(name);
    KCD_AUTO_CHAR step = kcd_asprintf("next, on %s: klist purge -li 0x3e7 & klist purge -li 0x3e4     (or wait 15 "
                                      "minutes, or restart)",
                                      safe);
    kcd_report_next_step(report, step);
  }
  KCD_AUTO_CHAR by = kcd_safe(kcd_login_principal(applying->session.login));
  KCD_AUTO_CHAR dc = kcd_safe(applying->session.server);
  KCD_AUTO_CHAR events = kcd_asprintf("expect 4742 and 5136 by %s in the security log of %s", by, dc);
  kcd_report_next_step(report, events);
  KCD_AUTO_CHAR undo = kcd_asprintf("undo: kcdfix undo %s", applying->run_id);
  kcd_report_next_step(report, undo);
}

static int finish(struct applying *applying, struct kcd_error *err)
{
  kcd_report_change(applying->run->report, applying->run_id, "apply", applying->changed);
  next_steps(applying);
  if (kcd_interrupted())
    return KCD_EXIT_INTERRUPTED;
  int status = kcd_exit_of_tally(&applying->tally);
  if (status != KCD_EXIT_OK && !applying->changed)
    return status;
  struct kcd_pairs_outcome outcome = {0};
  if (check_again(applying, &outcome, err) != 0) {
    kcd_error_wrap(err, applying->changed ? "changed, but it cannot be checked again" : "cannot be checked");
    kcd_run_failed(applying->run, err);
    return KCD_EXIT_CANNOT_TELL;
  }
  if (kcd_interrupted())
    return KCD_EXIT_INTERRUPTED;
  if (status != KCD_EXIT_OK || outcome.exit_status == KCD_EXIT_OK)
    return status;
  if (outcome.exit_status == KCD_EXIT_PROBLEM)
    return applying->changed ? KCD_EXIT_STILL_FAILS : KCD_EXIT_PROBLEM;
  return outcome.exit_status;
}

static int carry_out(struct applying *applying, struct kcd_error *err)
{
  if (count_plans(applying, KCD_PLAN_CHANGE) > 0) {
    if (!options_of(applying)->quiet)
      show_plans(applying);
    int answer = kcd_check_shown(plan_stream(applying), err) == 0 ? confirm(applying, err) : -1;
    if (answer < 0)
      return -1;
    if (answer == 0) {
      kcd_message("nothing was changed");
      kcd_report_change(applying->run->report, NULL, "apply", false);
      return KCD_EXIT_PROBLEM;
    }
    if (kcd_state_lock(&applying->state, options_of(applying)->timeout_ms, err) != 0)
      return -1;
  }
  write_all(applying);
  return finish(applying, err);
}

static int apply(struct applying *applying, struct kcd_error *err)
{
  struct kcd_run *run = applying->run;
  const struct kcd_options *options = run->options;
  if (may_ask(options, err) != 0 || kcd_session_login(options, &applying->session, err) != 0 ||
      kcd_operands_take(options, applying->session.login, "apply", &applying->operands, err) != 0)
    return -1;
  if (kcd_state_open(&applying->state, err) != 0)
    return -1;
  if (!only_shows(options) && kcd_state_prepare(&applying->state, err) != 0)
    return -1;
  struct kcd_operands *operands = &applying->operands;
  kcd_operands_announce(operands);
  if (kcd_session_connect(&applying->session, options, kcd_operands_server(operands), err) != 0)
    return -1;
  applying->user = kcd_session_user(&applying->session, kcd_operands_as(operands, options));
  applying->query = (struct kcd_query){.hosts = operands->hosts,
                                       .n_hosts = operands->n_hosts,
                                       .spns = operands->spns,
                                       .n_spns = operands->n_spns,
                                       .user = applying->user,
                                       .reachable_accounts = !options->has_emit};
  if (make_plans(applying, err) != 0)
    return -1;
  report_refusals(applying);
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
