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
  const struct kcd_facts_set *set = &applying->planned.set;
  for (size_t host = 0; host < set->n_hosts; host++)
    if (kcd_object_plan_state(&applying->planned.plans[host]) == KCD_PLAN_CHANGE)
      kcd_show_plan(apply_stream(applying), &applying->planned.plans[host], set, &set->hosts[host],
                    &applying->run->style);
}

void apply_report_host(struct applying *applying, size_t host, const char *state, const char *record_id,
                       const struct kcd_error *error)
{
  const struct kcd_object_plan *plan = &applying->planned.plans[host];
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
                                     .dc = applying->planned.set.dc->name,
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

static void report_refusal(struct applying *applying, size_t host)
{
  const struct kcd_object_plan *plan = &applying->planned.plans[host];
  const struct kcd_refusal *first = &plan->refusals[0];
  struct kcd_error error = KCD_ERROR_INIT;
  kcd_fail(&error, KCD_E_REJECTED, "%s", first->message);
  kcd_error_id(&error, kcd_finding_info(first->id)->id);
  kcd_error_on(&error, plan->host ? plan->host->dn : plan->host_operand, applying->planned.set.dc->name);
  KCD_AUTO_CHAR check = apply_command_line(applying, "check", plan->host_operand);
  kcd_error_next(&error, "look: %s", check);
  apply_report_host(applying, host, "refused", NULL, &error);
  kcd_report_next_step(applying->run->report, error.next);
  if (applying->run->options->has_emit) /* the report is not rendered: stdout is the script's */
    kcd_show_error(&error);
  applying->tally.declined++;
}

void apply_report_refusals(struct applying *applying)
{
  for (size_t host = 0; host < applying->planned.set.n_hosts; host++)
    if (kcd_object_plan_state(&applying->planned.plans[host]) == KCD_PLAN_REFUSED)
      report_refusal(applying, host);
}

void apply_next_steps(struct applying *applying)
{
  struct kcd_report *report = applying->run->report;
  if (!applying->changed)
    return;
  for (size_t host = 0; host < applying->planned.set.n_hosts; host++) {
    const struct kcd_account *account = applying->planned.plans[host].host;
    if (!account || kcd_object_plan_state(&applying->planned.plans[host]) != KCD_PLAN_CHANGE)
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
