/* What apply shows and reports: the plan, the refusals, and what remains to be done. */
#include "applying.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

FILE *apply_stream(const struct applying *applying)
{
  const struct kcd_options *options = applying->run->options;
  return options->format == KCD_FORMAT_JSON || options->has_emit || options->output ? stderr : stdout;
}

void apply_show_plans(const struct applying *applying)
{
  const struct apply_plans *plans = &applying->planned;
  for (size_t i = 0; i < plans->n; i++)
    if (kcd_object_plan_state(&plans->plans[i]) == KCD_PLAN_CHANGE)
      kcd_show_plan(apply_stream(applying), &plans->plans[i], &plans->set, plans->hosts[i], &applying->run->style);
}

/* Names of the accounts that the target is to accept; freed with free. */
static char **accepted_names(const struct kcd_object_plan *plan)
{
  char **names = kcd_calloc(plan->n_accepted + 1, sizeof *names);
  for (size_t i = 0; i < plan->n_accepted; i++)
    names[i] = plan->accepted[i]->sam_account_name;
  return names;
}

void apply_report_object(struct applying *applying, size_t index, const char *state, const char *record_id,
                         const struct kcd_error *error)
{
  const struct kcd_object_plan *plan = &applying->planned.plans[index];
  const struct kcd_account *account = plan->host;
  size_t n = plan->n_refusals + plan->n_left_out + plan->n_warnings;
  char **notes = kcd_calloc(n + 1, sizeof *notes);
  char **accepted = accepted_names(plan);
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
                                     .dc = applying->planned.set.dc->name,
                                     .record_id = record_id,
                                     .state = state,
                                     .add = &plan->add,
                                     .remove = &plan->remove,
                                     .list_before = account ? &account->delegate_to : NULL,
                                     .uac_before = plan->uac_before,
                                     .uac_after = plan->uac_after,
                                     .rbcd_before = &plan->rbcd_before,
                                     .rbcd_after = &plan->rbcd_after,
                                     .accepted = accepted,
                                     .n_accepted = plan->n_accepted,
                                     .notes = notes,
                                     .n_notes = n,
                                     .error = error && kcd_error_is_set(error) ? error : NULL};
  kcd_report_object(applying->run->report, &object);
  free(accepted);
  free(notes);
}

/* The options that reach the same DC as the same login; what came from the last check is not on the command line. */
static char *context_of(const struct applying *applying)
{
  char *context = kcd_session_context(applying->run->options);
  const char *dc = kcd_operands_server(&applying->operands);
  if (*context || !dc)
    return context;
  free(context);
  KCD_AUTO_CHAR word = kcd_shell_word(dc);
  return kcd_asprintf("-S %s", word);
}

char *apply_command_line(const struct applying *applying, const char *command, const char *host)
{
  const struct kcd_operands *operands = &applying->operands;
  const char *as = kcd_operands_as(operands, applying->run->options);
  KCD_AUTO_CHAR context = context_of(applying);
  KCD_AUTO_CHAR user = as ? kcd_shell_word(as) : NULL;
  KCD_AUTO_CHAR word = kcd_shell_word(host);
  if (operands->scenario != KCD_SCENARIO_NONE || operands->inventory) {
    KCD_AUTO_CHAR all =
        kcd_asprintf("%s%s%s%s", context, *context && user ? " " : "", user ? "--as " : "", user ? user : "");
    return kcd_operands_scenario_command(operands, command, all);
  }
  struct kcd_buf line;
  kcd_buf_init(&line, KCD_BUF_DEFAULT_CAP);
  kcd_buf_addf(&line, "kcdfix %s%s%s", command, *context ? " " : "", context);
  if (user)
    kcd_buf_addf(&line, " --as %s", user);
  kcd_buf_addf(&line, " %s", word);
  for (size_t i = 0; i < operands->n_spns; i++) {
    KCD_AUTO_CHAR spn = kcd_shell_word(operands->spns[i]);
    kcd_buf_addf(&line, " %s", spn);
  }
  return kcd_buf_take_text(&line);
}

char *apply_mode_options(const struct kcd_options *options)
{
  const char *mode = kcd_mode_option(options->mode);
  return kcd_asprintf("%s%s%s", options->resource_based ? " --resource-based" : "", *mode ? " " : "", mode);
}

/* Whether protocol transition beside the entry is what is missing. */
static bool wants_both(const struct applying *applying, const struct kcd_refusal *refusal)
{
  const struct kcd_options *options = applying->run->options;
  return options->resource_based && options->mode == KCD_MODE_LIST_ONLY &&
         (refusal->id == KCD_F_LIST_BREAKS_RBCD || refusal->id == KCD_F_RBCD_NEEDS_TRANSITION_ON_SAMBA);
}

const char *apply_first_host(const struct applying *applying)
{
  return applying->planned.set.n_hosts > 0 ? applying->planned.set.hosts[0].operand : "HOST";
}

/* What to do instead. */
static void advise(const struct applying *applying, size_t index, struct kcd_error *err)
{
  const struct kcd_object_plan *plan = &applying->planned.plans[index];
  const char *host = applying->planned.hosts[index] ? plan->host_operand : apply_first_host(applying);
  if (plan->refusals[0].not_taken && plan->n_accepted > 0) {
    KCD_AUTO_CHAR lines = kcd_plan_samba_lines(plan);
    bool fits = strlen(lines) < sizeof err->next - 64; /* half a command is worse than none */
    kcd_error_next(err, "on the domain controller itself, as root: %s",
                   fits ? lines : "what the same command prints with --emit samba-tool");
  } else if (wants_both(applying, &plan->refusals[0])) {
    KCD_AUTO_CHAR both = apply_command_line(applying, "apply --resource-based --protocol-transition", host);
    kcd_error_next(err, "do both: %s", both);
  } else {
    KCD_AUTO_CHAR check = apply_command_line(applying, "check", host);
    kcd_error_next(err, "look: %s", check);
  }
}

/* "HV1 and HV2", terminal-safe; owned. */
static char *names_of(const struct kcd_values *names)
{
  const char **words = kcd_calloc(names->n + 1, sizeof *words);
  for (size_t i = 0; i < names->n; i++)
    words[i] = (const char *)names->v[i].data;
  KCD_AUTO_CHAR joined = kcd_join_words(words, names->n);
  free(words);
  return kcd_safe(joined);
}

void apply_tell_interrupted(struct applying *applying)
{
  struct kcd_error err = KCD_ERROR_INIT;
  KCD_AUTO_CHAR changed = names_of(&applying->written);
  KCD_AUTO_CHAR left = names_of(&applying->left);
  KCD_AUTO_CHAR done = applying->changed ? kcd_asprintf("%s changed (run %s)", changed, applying->run_id)
                                         : kcd_strdup("nothing was changed");
  kcd_fail(&err, KCD_E_INTERRUPTED, "interrupted: %s%s%s%s", done, applying->left.n > 0 ? ", " : "", left,
           applying->left.n > 0 ? " not" : "");
  kcd_error_id(&err, "interrupted");
  if (applying->changed)
    kcd_error_next(&err, "finish: the same command again     take back: kcdfix undo %s", applying->run_id);
  kcd_run_failed(applying->run, &err);
}

static void report_refusal(struct applying *applying, size_t index)
{
  const struct kcd_object_plan *plan = &applying->planned.plans[index];
  const struct kcd_refusal *first = &plan->refusals[0];
  struct kcd_error error = KCD_ERROR_INIT;
  kcd_fail(&error, first->not_taken ? KCD_E_DENIED : KCD_E_REJECTED, "%s", first->message);
  kcd_error_id(&error, first->not_taken ? "not-over-ldap" : kcd_finding_info(first->id)->id);
  kcd_error_on(&error, plan->host ? plan->host->dn : plan->host_operand, applying->planned.set.dc->name);
  advise(applying, index, &error);
  apply_report_object(applying, index, "refused", NULL, &error);
  kcd_report_next_step(applying->run->report, error.next);
  if (applying->run->options->has_emit) /* the report is not rendered: stdout is the script's */
    kcd_show_error(&error);
  if (first->not_taken)
    applying->tally.denied++;
  else
    applying->tally.declined++;
}

void apply_report_refusals(struct applying *applying)
{
  for (size_t i = 0; i < applying->planned.n; i++)
    if (kcd_object_plan_state(&applying->planned.plans[i]) == KCD_PLAN_REFUSED)
      report_refusal(applying, i);
}

/* Each host that has to ask anew, once. */
static void purge_step(struct applying *applying, const struct kcd_account *host, struct kcd_values *said)
{
  KCD_AUTO_CHAR name = kcd_account_short_name(host);
  KCD_AUTO_CHAR safe = kcd_safe(name);
  if (kcd_values_find_nocase(said, name) >= 0)
    return;
  kcd_values_add_text(said, name);
  KCD_AUTO_CHAR step = kcd_asprintf("next, on %s: klist purge -li 0x3e7 & klist purge -li 0x3e4     (or wait 15 "
                                    "minutes, or restart)",
                                    safe);
  kcd_report_next_step(applying->run->report, step);
}

static void purge_steps(struct applying *applying)
{
  struct kcd_values said = {0};
  for (size_t i = 0; i < applying->planned.n; i++) {
    const struct kcd_object_plan *plan = &applying->planned.plans[i];
    if (kcd_object_plan_state(plan) != KCD_PLAN_CHANGE)
      continue;
    for (size_t k = 0; k < plan->n_accepted; k++)
      purge_step(applying, plan->accepted[k], &said);
    if (applying->planned.hosts[i] && plan->host)
      purge_step(applying, plan->host, &said);
  }
  kcd_values_done(&said);
}

void apply_next_steps(struct applying *applying)
{
  struct kcd_report *report = applying->run->report;
  if (!applying->changed)
    return;
  purge_steps(applying);
  KCD_AUTO_CHAR by = kcd_safe(kcd_login_principal(applying->session.login));
  KCD_AUTO_CHAR dc = kcd_safe(applying->session.server);
  KCD_AUTO_CHAR events = kcd_asprintf("expect 4742 and 5136 by %s in the security log of %s", by, dc);
  kcd_report_next_step(report, events);
  KCD_AUTO_CHAR undo = kcd_asprintf("undo: kcdfix undo %s", applying->run_id);
  kcd_report_next_step(report, undo);
}
