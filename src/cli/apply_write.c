/* The plans of one apply carried out, several objects at a time. */
#include "applying.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <kcdfix/alloc.h>

#include "change.h"
#include "interrupt.h"

/* What the change is for: the SPNs that were named, and of a scenario or an inventory those that this host is to reach.
 */
static bool is_for(const struct applying *applying, const struct kcd_host_facts *host, size_t target)
{
  const struct kcd_facts_set *set = &applying->planned.set;
  return !applying->operands.pairs.asked || !host ||
         kcd_pair_is_asked(set, &applying->operands, (size_t)(host - set->hosts), target);
}

/* HOST: NULL for the change of a target. */
static void describe(const struct applying *applying, const struct kcd_host_facts *host, struct kcd_record *record)
{
  const struct kcd_options *options = applying->run->options;
  record->tool_version = kcd_strdup(KCDFIX_VERSION);
  record->created = time(NULL);
  record->run = kcd_strdup(applying->run_id);
  record->by = kcd_strdup(kcd_login_principal(applying->session.login));
  record->uid = (uint32_t)getuid();
  record->reason = kcd_strdup(options->reason);
  record->dc = kcd_strdup(applying->session.server);
  record->domain = kcd_strdup(applying->planned.set.dc->domain ? applying->planned.set.dc->domain : "");
  record->mode = !host ? KCD_MODE_RESOURCE_BASED : options->mode;
  record->spns = kcd_calloc(applying->planned.set.n_targets + 1, sizeof *record->spns);
  for (size_t i = 0; i < applying->planned.set.n_targets; i++)
    if (is_for(applying, host, i))
      record->spns[record->n_spns++] = kcd_strdup(applying->planned.set.targets[i].spn.text);
}

/* Somebody else has to do it: the same change as a script. */
static void hand_over(const struct applying *applying, const struct kcd_object_plan *plan, struct kcd_error *err)
{
  const struct kcd_options *options = applying->run->options;
  KCD_AUTO_CHAR mode = apply_mode_options(options);
  KCD_AUTO_CHAR command = kcd_asprintf("apply -n --emit powershell%s%s", mode, options->exact ? " --exact" : "");
  KCD_AUTO_CHAR line =
      apply_command_line(applying, command, plan->n_accepted > 0 ? apply_first_host(applying) : plan->host_operand);
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

static void note_name(struct kcd_values *names, const struct kcd_account *account)
{
  KCD_AUTO_CHAR name = kcd_account_short_name(account);
  kcd_values_add_text(names, name);
}

/* ---- some of the objects ---- */

/* Plans from FIRST up to, and without, END: those that change something are written together. */
struct stretch {
  size_t first, end;
  struct kcd_change *changes; /* n of them; each with a record of its own */
  size_t n;
};

static void stretch_done(struct stretch *stretch)
{
  for (size_t i = 0; i < stretch->n; i++) {
    kcd_record_done(stretch->changes[i].record);
    free(stretch->changes[i].record);
  }
  free(stretch->changes);
}

static bool is_target(const struct applying *applying, size_t index)
{
  return !applying->planned.hosts[index];
}

static bool is_change(const struct applying *applying, size_t index)
{
  return kcd_object_plan_state(&applying->planned.plans[index]) == KCD_PLAN_CHANGE;
}

/* A target goes alone: a host that it was not made to accept is not opened further. */
static void stretch_init(const struct applying *applying, size_t first, size_t most, struct stretch *ret)
{
  *ret = (struct stretch){.first = first, .end = first, .changes = kcd_calloc(most, sizeof *ret->changes)};
  for (; ret->end < applying->planned.n && ret->n < most; ret->end++) {
    if (!is_change(applying, ret->end))
      continue;
    if (is_target(applying, ret->end) && ret->n > 0)
      break;
    const struct kcd_object_plan *plan = &applying->planned.plans[ret->end];
    struct kcd_record *record = kcd_calloc(1, sizeof *record);
    record->id = kcd_record_make_id(time(NULL), plan->host->sam_account_name);
    describe(applying, applying->planned.hosts[ret->end], record);
    ret->changes[ret->n++] = (struct kcd_change){.plan = plan, .record = record};
    if (is_target(applying, ret->end)) {
      ret->end++;
      break;
    }
  }
}

static void not_begun(struct applying *applying, size_t index)
{
  apply_report_object(applying, index, "planned", NULL, NULL);
  note_name(&applying->left, applying->planned.plans[index].host);
}

static void report_change(struct applying *applying, size_t index, struct kcd_change *change)
{
  struct kcd_change_result *result = &change->result;
  if (strcmp(result->state, "planned") == 0) {
    not_begun(applying, index);
    return;
  }
  if (!applying->run_id && result->recorded)
    applying->run_id = kcd_strdup(change->record->run);
  if (result->error.code == KCD_E_DENIED)
    hand_over(applying, change->plan, &result->error);
  apply_report_object(applying, index, result->state, result->recorded ? change->record->id : NULL, &result->error);
  if (kcd_error_is_set(&result->error)) {
    kcd_progress_clear(&applying->progress);
    kcd_run_failed(applying->run, &result->error);
  }
  kcd_tally(&applying->tally, result);
  if (result->wrote) {
    note_change(applying);
    note_name(&applying->written, change->plan->host);
  }
  kcd_progress_step(&applying->progress);
}

static void report_unchanged(struct applying *applying, size_t index)
{
  if (kcd_object_plan_state(&applying->planned.plans[index]) != KCD_PLAN_NOTHING)
    return;
  apply_report_object(applying, index, "unchanged", NULL, NULL);
  applying->tally.already_right++;
}

/* Whether to go on. */
static bool write_stretch(struct applying *applying, struct kcd_changer *changer, struct stretch *stretch)
{
  bool go_on = true;
  size_t n = 0;
  if (stretch->n > 0)
    kcd_change_apply(changer, stretch->changes, stretch->n);
  for (size_t i = stretch->first; i < stretch->end; i++) {
    if (!is_change(applying, i)) {
      report_unchanged(applying, i);
      continue;
    }
    struct kcd_change *change = &stretch->changes[n++];
    report_change(applying, i, change);
    go_on = go_on && !(is_target(applying, i) && kcd_error_is_set(&change->result.error));
  }
  return go_on && !kcd_error_is_set(&changer->gone);
}

/* ---- all of them ---- */

static void leave(struct applying *applying, size_t first)
{
  for (size_t i = first; i < applying->planned.n; i++) {
    report_unchanged(applying, i);
    if (is_change(applying, i))
      not_begun(applying, i);
  }
}

/* One line for all that were not begun. */
static void tell_gone(struct applying *applying, const struct kcd_error *gone)
{
  struct kcd_error err = *gone;
  if (applying->left.n == 0)
    return;
  kcd_change_gone(&err, applying->left.n, applying->session.server);
  kcd_run_failed(applying->run, &err);
  applying->tally.failed++;
}

void apply_write(struct applying *applying)
{
  struct kcd_changer changer = {
      .run = applying->run, .session = &applying->session, .state = &applying->state, .progress = &applying->progress};
  size_t next = 0;
  bool go_on = true;
  kcd_progress_begin(&applying->progress, applying->run->options, "objects changed",
                     apply_plans_count(&applying->planned, KCD_PLAN_CHANGE));
  while (next < applying->planned.n && go_on && !kcd_interrupted()) {
    __attribute__((cleanup(stretch_done))) struct stretch stretch;
    stretch_init(applying, next, kcd_changes_together(applying->written.n), &stretch);
    go_on = write_stretch(applying, &changer, &stretch);
    next = stretch.end;
  }
  leave(applying, next);
  kcd_progress_clear(&applying->progress);
  if (kcd_error_is_set(&changer.gone))
    tell_gone(applying, &changer.gone);
}
