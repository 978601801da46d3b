/* kcdfix undo: takes a recorded change back, as far as it was ours and is still as it was left. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/gather.h>
#include <kcdfix/text.h>

#include "change.h"
#include "commands.h"
#include "exit_status.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "session.h"
#include "state.h"
#include "terminal.h"

/* One record that is to be taken back. */
struct undoing_one {
  struct kcd_record *record; /* borrowed from the loaded records */
  struct kcd_account now;
  bool found; /* the object is there */
  struct kcd_undo_plan plan;
  struct kcd_error error;
};

struct undoing {
  struct kcd_run *run;
  struct kcd_session session;
  struct kcd_state state;
  struct kcd_stored_records records;
  struct undoing_one *v; /* newest first: a later change of a run is taken back before an earlier one */
  size_t n;
  struct kcd_change_tally tally;
  struct kcd_progress progress;
  size_t taken, left; /* objects that were taken back, and those that were not begun */
  bool changed;
};

static void undoing_done(struct undoing *undoing)
{
  for (size_t i = 0; i < undoing->n; i++) {
    kcd_account_done(&undoing->v[i].now);
    kcd_undo_plan_done(&undoing->v[i].plan);
  }
  free(undoing->v);
  kcd_stored_records_done(&undoing->records);
  kcd_state_done(&undoing->state);
  kcd_session_done(&undoing->session);
}

/* A record that stands for a write that was made, or may have been. */
static bool is_open(const struct kcd_record *record)
{
  switch (record->state) {
  case KCD_RECORD_PLANNED:
  case KCD_RECORD_APPLIED:
  case KCD_RECORD_UNKNOWN:
  case KCD_RECORD_UNDOING:
    return true;
  case KCD_RECORD_ALREADY:
  case KCD_RECORD_REFUSED:
  case KCD_RECORD_CONFLICT:
  case KCD_RECORD_UNDONE:
    break;
  }
  return false;
}

/* The record of that name, if it is there and cannot be read: what else its run changed is not taken for the whole. */
static int refuse_unreadable(const struct undoing *undoing, const char *name, struct kcd_error *err)
{
  for (size_t i = 0; i < undoing->records.n; i++) {
    const struct kcd_stored_record *stored = &undoing->records.v[i];
    size_t len = strlen(name);
    if (!stored->readable && strncmp(stored->file, name, len) == 0 && strcmp(stored->file + len, ".json") == 0) {
      *err = stored->error;
      kcd_error_wrap(err, "nothing was taken back");
      return kcd_error_next(err, "look at the host with kcdfix check, and at the file");
    }
  }
  return 0;
}

static int fail_unknown(const char *name, struct kcd_error *err)
{
  KCD_AUTO_CHAR safe = kcd_safe(name);
  kcd_fail(err, KCD_E_USAGE, "there is no record of a change named %s", safe);
  return kcd_error_next(err, "kcdfix history");
}

static void choose(struct undoing *undoing, struct kcd_record *record)
{
  undoing->v = kcd_reallocarray(undoing->v, undoing->n + 1, sizeof *undoing->v);
  undoing->v[undoing->n++] = (struct undoing_one){.record = record};
}

/* The records of a change or a run by name; newest first. */
static int choose_by_name(struct undoing *undoing, const char *name, struct kcd_error *err)
{
  if (!kcd_record_id_is_valid(name)) {
    KCD_AUTO_CHAR safe = kcd_safe(name);
    kcd_fail(err, KCD_E_USAGE, "%s is no name of a change", safe);
    return kcd_error_next(err, "kcdfix history");
  }
  if (refuse_unreadable(undoing, name, err) != 0)
    return -1;
  /* A run has the name of its first record, so that name alone would be ambiguous: it means the whole run. */
  for (size_t i = undoing->records.n; i-- > 0;)
    if (undoing->records.v[i].readable && strcmp(undoing->records.v[i].record.run, name) == 0)
      choose(undoing, &undoing->records.v[i].record);
  for (size_t i = undoing->records.n; undoing->n == 0 && i-- > 0;)
    if (undoing->records.v[i].readable && strcmp(undoing->records.v[i].record.id, name) == 0)
      choose(undoing, &undoing->records.v[i].record);
  return undoing->v ? 0 : fail_unknown(name, err);
}

#define STAMP_LEN 16 /* "20261121T201403Z" */

/* The run that came next after RUN among the records that can be read; NULL: it is the newest. */
static const char *next_run(const struct undoing *undoing, const char *run)
{
  const char *next = NULL;
  for (size_t i = 0; i < undoing->records.n; i++) {
    const struct kcd_stored_record *stored = &undoing->records.v[i];
    if (stored->readable && strncmp(stored->record.run, run, STAMP_LEN) > 0 &&
        (next == NULL || strcmp(stored->record.run, next) < 0))
      next = stored->record.run;
  }
  return next;
}

/* A file from the time of the chosen run that cannot be read may be the rest of it: it is told, and the run does not
 * count as taken back whole. */
static void tell_unreadable(struct undoing *undoing)
{
  const char *run = undoing->v[0].record->run;
  const char *next = next_run(undoing, run);
  for (size_t i = 0; i < undoing->records.n; i++) {
    const struct kcd_stored_record *stored = &undoing->records.v[i];
    if (stored->readable || strncmp(stored->file, run, STAMP_LEN) < 0 ||
        (next != NULL && strncmp(stored->file, next, STAMP_LEN) >= 0))
      continue;
    struct kcd_error err = stored->error;
    kcd_error_wrap(&err, "a record that may belong to this change cannot be read, and what it says is not taken back");
    kcd_error_next(&err, "look at the object that its name tells with kcdfix check");
    kcd_run_failed(undoing->run, &err);
    undoing->tally.failed++;
  }
}

/* The run with an open record that began last. A run of many objects takes longer than a second, so that its last
 * records may be as old as the first of the next run: what counts is the time in the name of the run. */
static const char *newest_open_run(const struct undoing *undoing)
{
  const char *run = NULL;
  for (size_t i = 0; i < undoing->records.n; i++) {
    const struct kcd_stored_record *stored = &undoing->records.v[i];
    if (stored->readable && is_open(&stored->record) && (!run || strncmp(stored->record.run, run, STAMP_LEN) >= 0))
      run = stored->record.run;
  }
  return run;
}

/* Without a name: the newest run with a record that is still open. */
static void choose_newest(struct undoing *undoing)
{
  const char *run = newest_open_run(undoing);
  for (size_t i = undoing->records.n; run && i-- > 0;) {
    struct kcd_stored_record *stored = &undoing->records.v[i];
    if (stored->readable && is_open(&stored->record) && strcmp(run, stored->record.run) == 0)
      choose(undoing, &stored->record);
  }
}

/* All records of one run name one DC; undo goes there, since another may not have the change yet. */
static int check_dc(const struct undoing *undoing, struct kcd_error *err)
{
  const struct kcd_options *options = undoing->run->options;
  assert(undoing->v && undoing->v[0].record); /* load() has chosen at least one */
  const char *dc = undoing->v[0].record->dc;
  if (options->server && !kcd_equal_nocase(options->server, dc)) {
    kcd_fail(err, KCD_E_USAGE, "the change was made on %s and is taken back there; leave --server away", dc);
    return -1;
  }
  if (options->uri)
    return kcd_fail(err, KCD_E_USAGE, "the change was made on %s and is taken back there; leave --uri away", dc);
  return 0;
}

/* A later kcdfix change of the same object has to go first. */
static const struct kcd_record *later_change(const struct undoing *undoing, const struct kcd_record *record)
{
  bool later = false; /* they are sorted by age; two of them may be of one second */
  for (size_t i = 0; i < undoing->records.n; i++) {
    const struct kcd_stored_record *stored = &undoing->records.v[i];
    if (&stored->record == record)
      later = true;
    else if (!later || !stored->readable || !is_open(&stored->record))
      continue;
    if (memcmp(stored->record.guid, record->guid, sizeof record->guid) == 0 &&
        strcmp(stored->record.run, record->run) != 0)
      return &stored->record;
  }
  return NULL;
}

static void cannot(struct undoing_one *one, enum kcd_errc code, const char *dc, const char *why)
{
  KCD_AUTO_CHAR dn = kcd_safe(one->found ? one->now.dn : one->record->dn);
  kcd_fail(&one->error, code, "%s was not taken back on %s: %s", one->record->id, dn, why);
  kcd_error_id(&one->error, code == KCD_E_CONFLICT ? "changed-meanwhile" : "undo-failed");
  kcd_error_on(&one->error, one->found ? one->now.dn : one->record->dn, dc);
}

static void conflict_with(struct undoing_one *one, const struct kcd_record *later)
{
  KCD_AUTO_CHAR why = kcd_asprintf("the later change %s of the same object stands", later->id);
  cannot(one, KCD_E_CONFLICT, one->record->dc, why);
  kcd_error_next(&one->error, "kcdfix undo %s", later->id);
}

static void conflict_at(struct undoing_one *one)
{
  cannot(one, KCD_E_CONFLICT, one->record->dc, one->plan.why ? one->plan.why : "it is no longer as it was left");
  const struct kcd_values *accepted = &one->record->rbcd_added;
  KCD_AUTO_CHAR host = kcd_shell_word(accepted->n ? (const char *)accepted->v[0].data : one->record->host);
  KCD_AUTO_CHAR spn = one->record->n_spns ? kcd_shell_word(one->record->spns[0]) : kcd_strdup("SPN");
  KCD_AUTO_CHAR dc = kcd_shell_word(one->record->dc);
  kcd_error_next(&one->error, "look: kcdfix check -S %s %s %s", dc, host, spn);
}

/* Works out what undoing comes to, from the object as it was read. */
static void plan_one(struct undoing *undoing, struct undoing_one *one, const struct kcd_again *again)
{
  const struct kcd_record *record = one->record;
  const struct kcd_record *later = later_change(undoing, record);
  one->now = again->account;
  one->found = !kcd_error_is_set(&again->error);
  if (again->error.code == KCD_E_NOT_FOUND)
    cannot(one, KCD_E_CONFLICT, record->dc, "the object is gone");
  else
    one->error = again->error;
  if (!one->found)
    return;
  kcd_undo_plan(record, &one->now, &one->plan);
  if (one->plan.verdict == KCD_UNDO_CONFLICT)
    conflict_at(one);
  else if (later && one->plan.verdict == KCD_UNDO_CHANGE)
    conflict_with(one, later);
}

static void plan_all(struct undoing *undoing)
{
  struct kcd_again *again = kcd_calloc(undoing->n, sizeof *again);
  for (size_t i = 0; i < undoing->n; i++)
    again[i] = (struct kcd_again){.guid = undoing->v[i].record->guid, .name = undoing->v[i].record->host};
  kcd_gather_again(undoing->session.dir, again, undoing->n, NULL);
  for (size_t i = 0; i < undoing->n; i++)
    plan_one(undoing, &undoing->v[i], &again[i]);
  free(again);
}

static bool is_planned(const struct undoing_one *one)
{
  return one->found && !kcd_error_is_set(&one->error) && one->plan.verdict == KCD_UNDO_CHANGE;
}

static void report_one(struct undoing *undoing, const struct undoing_one *one, const char *state,
                       const struct kcd_error *error)
{
  struct kcd_object_report object = {.host = one->record->host,
                                     .dn = one->found ? one->now.dn : one->record->dn,
                                     .guid = one->record->guid,
                                     .dc = one->record->dc,
                                     .record_id = one->record->id,
                                     .state = state,
                                     .add = &one->plan.restore,
                                     .remove = &one->plan.remove,
                                     .list_before = one->found ? &one->now.delegate_to : NULL,
                                     .uac_before = one->plan.uac_before,
                                     .uac_after = one->plan.uac_after,
                                     .rbcd_before = &one->plan.rbcd_now,
                                     .rbcd_after = &one->plan.rbcd_then,
                                     .error = error && kcd_error_is_set(error) ? error : NULL};
  kcd_report_object(undoing->run->report, &object);
  if (error && kcd_error_is_set(error))
    kcd_run_failed(undoing->run, error);
}

#define MAY_STILL_COME 600 /* seconds in which a server that never answered may carry a write out after all */

/* What was never made is closed as such; only a write whose answer was lost a moment ago may still come. */
static void close_record(struct undoing *undoing, struct undoing_one *one, struct kcd_error *err)
{
  struct kcd_record *record = one->record;
  if (!is_open(record) || undoing->run->options->dry_run)
    return;
  if (record->state == KCD_RECORD_UNKNOWN && time(NULL) - record->changed < MAY_STILL_COME)
    return;
  bool never_made = record->state == KCD_RECORD_PLANNED || record->state == KCD_RECORD_UNKNOWN;
  record->state = never_made ? KCD_RECORD_CONFLICT : KCD_RECORD_UNDONE;
  if (!never_made)
    record->undone = time(NULL);
  kcd_state_save_record(&undoing->state, record, false, err);
}

/* Already as before: somebody took it back by hand, or it was never made. */
static void nothing_to_take_back(struct undoing *undoing, struct undoing_one *one)
{
  bool never_made = one->record->state == KCD_RECORD_PLANNED || one->record->state == KCD_RECORD_UNKNOWN;
  KCD_AUTO_CHAR dn = kcd_safe(one->found ? one->now.dn : one->record->dn);
  KCD_AUTO_CHAR dc = kcd_safe(one->record->dc);
  kcd_message(never_made ? "%s was never made: nothing of it is on %s (%s)"
                         : "%s is gone already: somebody else took it back on %s (%s)",
              one->record->id, dn, dc);
  struct kcd_error err = KCD_ERROR_INIT;
  close_record(undoing, one, &err);
  report_one(undoing, one, "unchanged", &err);
  undoing->tally.already_right++;
}

static int show_plan(const struct undoing *undoing, struct kcd_error *err)
{
  const struct kcd_options *options = undoing->run->options;
  FILE *out = options->format == KCD_FORMAT_JSON || options->output ? stderr : stdout;
  for (size_t i = 0; i < undoing->n; i++)
    if (is_planned(&undoing->v[i]) && !options->quiet)
      kcd_show_undo(out, undoing->v[i].record, &undoing->v[i].now, &undoing->v[i].plan, &undoing->run->style);
  return kcd_check_shown(out, err);
}

static void not_begun(struct undoing *undoing, struct undoing_one *one)
{
  report_one(undoing, one, "planned", NULL);
  undoing->left++;
}

static void report_undoing(struct undoing *undoing, struct undoing_one *one, const struct kcd_change_result *result)
{
  if (strcmp(result->state, "planned") == 0) {
    not_begun(undoing, one);
    return;
  }
  if (kcd_error_is_set(&result->error))
    kcd_progress_clear(&undoing->progress);
  report_one(undoing, one, result->state, &result->error);
  kcd_tally(&undoing->tally, result);
  if (result->wrote && !undoing->run->if_unwritten)
    undoing->run->if_unwritten = kcd_strdup("something was taken back; look: kcdfix history");
  undoing->changed = undoing->changed || result->wrote;
  undoing->taken += result->wrote;
  kcd_progress_step(&undoing->progress);
}

/* Whether one of the objects from FIRST up to, and without, END is that of ONE. */
static bool is_among(const struct undoing *undoing, size_t first, size_t end, const struct undoing_one *one)
{
  for (size_t i = first; i < end; i++)
    if (memcmp(undoing->v[i].record->guid, one->record->guid, sizeof one->record->guid) == 0)
      return true;
  return false;
}

/* From FIRST on, as many as go together. Returns where it stopped. */
static size_t take_back(struct undoing *undoing, struct kcd_changer *changer, size_t first, size_t most)
{
  struct kcd_undoing *some = kcd_calloc(most, sizeof *some);
  size_t n = 0;
  for (size_t i = first; i < undoing->n && n < most; i++) {
    struct undoing_one *one = &undoing->v[i];
    if (!is_planned(one) || is_among(undoing, first, i, one))
      break;
    some[n++] = (struct kcd_undoing){.record = one->record, .now = &one->now, .plan = &one->plan};
  }
  kcd_change_undo(changer, some, n);
  for (size_t i = 0; i < n; i++)
    report_undoing(undoing, &undoing->v[first + i], &some[i].result);
  free(some);
  return first + n;
}

static void failed_one(struct undoing *undoing, struct undoing_one *one)
{
  bool conflict = one->error.code == KCD_E_CONFLICT;
  report_one(undoing, one, conflict ? "conflict" : "unknown", &one->error);
  if (conflict)
    undoing->tally.conflict++;
  else
    undoing->tally.failed++;
}

static size_t count_planned(const struct undoing *undoing)
{
  size_t n = 0;
  for (size_t i = 0; i < undoing->n; i++)
    n += is_planned(&undoing->v[i]);
  return n;
}

/* One line for all that were not begun. */
static void tell_gone(struct undoing *undoing, const struct kcd_error *gone)
{
  struct kcd_error err = *gone;
  if (undoing->left == 0)
    return;
  kcd_change_gone(&err, undoing->left, undoing->session.server);
  kcd_run_failed(undoing->run, &err);
  undoing->tally.failed++;
}

static void leave_one(struct undoing *undoing, struct undoing_one *one)
{
  kcd_progress_clear(&undoing->progress);
  if (kcd_error_is_set(&one->error))
    failed_one(undoing, one);
  else if (one->plan.verdict != KCD_UNDO_CHANGE)
    nothing_to_take_back(undoing, one);
  else
    not_begun(undoing, one);
}

static void carry_out(struct undoing *undoing)
{
  struct kcd_changer changer = {
      .run = undoing->run, .session = &undoing->session, .state = &undoing->state, .progress = &undoing->progress};
  kcd_progress_begin(&undoing->progress, undoing->run->options, "objects taken back", count_planned(undoing));
  for (size_t i = 0; i < undoing->n;) {
    const bool stops = undoing->run->options->dry_run || kcd_interrupted() || kcd_error_is_set(&changer.gone);
    if (!stops && is_planned(&undoing->v[i]))
      i = take_back(undoing, &changer, i, kcd_changes_together(undoing->taken));
    else
      leave_one(undoing, &undoing->v[i++]);
  }
  kcd_progress_clear(&undoing->progress);
  if (kcd_error_is_set(&changer.gone))
    tell_gone(undoing, &changer.gone);
}

static int status_of(const struct undoing *undoing, size_t planned)
{
  if (kcd_interrupted())
    return KCD_EXIT_INTERRUPTED;
  int status = kcd_exit_of_tally(&undoing->tally);
  if (status == KCD_EXIT_OK && planned > 0 && undoing->run->options->dry_run)
    return KCD_EXIT_PROBLEM;
  return status;
}

/* No record is open; one that cannot be read may be. */
static int nothing_open(const struct undoing *undoing, struct kcd_error *err)
{
  for (size_t i = undoing->records.n; i-- > 0;)
    if (!undoing->records.v[i].readable) {
      *err = undoing->records.v[i].error;
      kcd_error_wrap(err, "nothing was taken back");
      return kcd_error_next(err,
                            "look at the host with kcdfix check, and at the file; kcdfix history lists the others");
    }
  kcd_fail(err, KCD_E_USAGE, "there is no change to take back");
  return kcd_error_next(err, "kcdfix history");
}

/* The records are read under the lock, so that no other kcdfix changes them meanwhile. */
static int load(struct undoing *undoing, struct kcd_error *err)
{
  const struct kcd_options *options = undoing->run->options;
  if (options->n_operands > 1)
    return kcd_fail(err, KCD_E_USAGE, "undo takes one change; see kcdfix history");
  if (!options->yes && !options->dry_run && !kcd_terminal_can_ask()) {
    kcd_fail(err, KCD_E_USAGE, "undo asks before it changes anything, and there is no terminal to ask at");
    return kcd_error_next(err, "add --yes to take it back without a question, or -n to see what would be done");
  }
  if (kcd_state_open(&undoing->state, err) != 0)
    return -1;
  if (!options->dry_run &&
      (kcd_state_prepare(&undoing->state, err) != 0 || kcd_state_lock(&undoing->state, options->timeout_ms, err) != 0))
    return -1;
  if (kcd_state_load_records(&undoing->state, &undoing->records, err) != 0)
    return -1;
  if (options->n_operands == 1)
    return choose_by_name(undoing, options->operands[0], err);
  choose_newest(undoing);
  return undoing->v ? 0 : nothing_open(undoing, err);
}

/* Records that need no server: taken back already, refused, or never ours. */
static bool all_closed(const struct undoing *undoing)
{
  for (size_t i = 0; i < undoing->n; i++)
    if (is_open(undoing->v[i].record))
      return false;
  return true;
}

static void report_closed(struct undoing *undoing)
{
  for (size_t i = 0; i < undoing->n; i++) {
    const struct kcd_record *record = undoing->v[i].record;
    bool undone = record->state == KCD_RECORD_UNDONE;
    KCD_AUTO_CHAR when = kcd_time_people(record->undone);
    kcd_message(undone ? "%s was taken back already, %s" : "%s changed nothing, so there is nothing to take back",
                record->id, when);
    report_one(undoing, &undoing->v[i], "unchanged", NULL);
  }
}

static int undo(struct undoing *undoing, struct kcd_error *err)
{
  struct kcd_run *run = undoing->run;
  if (load(undoing, err) != 0 || check_dc(undoing, err) != 0)
    return -1;
  tell_unreadable(undoing);
  if (all_closed(undoing)) {
    report_closed(undoing);
    kcd_report_change(run->report, undoing->v[0].record->run, "undo", false);
    return kcd_exit_of_tally(&undoing->tally);
  }
  if (kcd_session_login(run->options, &undoing->session, err) != 0 ||
      kcd_session_connect(&undoing->session, run->options, undoing->v[0].record->dc, err) != 0)
    return -1;
  if (!run->options->dry_run && kcd_session_refuse_read_only(&undoing->session, err) != 0)
    return -1;
  kcd_session_report(&undoing->session, run->report, kcd_dir_dc(undoing->session.dir)->flavour);
  plan_all(undoing);
  size_t planned = count_planned(undoing);
  if (show_plan(undoing, err) != 0)
    return -1;
  if (planned > 0 && !run->options->yes && !run->options->dry_run &&
      !kcd_ask_for("Type yes to take it back: ", "yes")) {
    kcd_message("nothing was taken back");
    kcd_report_change(run->report, undoing->v[0].record->run, "undo", false);
    return KCD_EXIT_PROBLEM;
  }
  carry_out(undoing);
  kcd_report_change(run->report, undoing->v[0].record->run, "undo", undoing->changed);
  return status_of(undoing, planned);
}

int kcd_cmd_undo(struct kcd_run *run)
{
  struct undoing undoing = {.run = run};
  undoing.state.lock = -1;
  struct kcd_error err = KCD_ERROR_INIT;
  int status = undo(&undoing, &err);
  undoing_done(&undoing);
  return status < 0 ? kcd_run_failed(run, &err) : status;
}
