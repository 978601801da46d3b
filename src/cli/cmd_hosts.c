/* kcdfix hosts: the Hyper-V hosts and clusters of a domain. */
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/hyperv_dir.h>
#include <kcdfix/text.h>

#include "commands.h"
#include "exit_status.h"
#include "operands.h"
#include "session.h"

#define CHECKED 3 /* hosts that the next command names */

/* A name that the command line would take for something else goes by its DN. */
static const char *operand_of(const struct kcd_account *account, const char *name)
{
  return name[0] == '\0' || name[0] == '-' || kcd_operand_is_spn(name) ? account->dn : name;
}

static bool may_migrate(const struct kcd_hyperv_account *host)
{
  return host->kind == KCD_HYPERV_HOST && kcd_account_is_enabled(&host->account) && !kcd_account_is_dc(&host->account);
}

/* One host has nowhere to go. */
static void say_check(struct kcd_run *run, const struct kcd_hyperv *hyperv, const char *context)
{
  struct kcd_buf line;
  kcd_buf_init(&line, KCD_BUF_DEFAULT_CAP);
  kcd_buf_addf(&line, "check: kcdfix check %s%s--for live-migration", context, *context ? " " : "");
  size_t n = 0;
  for (size_t i = 0; i < hyperv->n && n < CHECKED; i++) {
    if (!may_migrate(&hyperv->v[i]))
      continue;
    KCD_AUTO_CHAR name = kcd_account_short_name(&hyperv->v[i].account);
    KCD_AUTO_CHAR word = kcd_shell_word(operand_of(&hyperv->v[i].account, name));
    kcd_buf_addf(&line, " %s", word);
    n++;
  }
  KCD_AUTO_CHAR text = kcd_buf_take_text(&line);
  if (n > 1)
    kcd_report_next_step(run->report, text);
}

static void say_next(struct kcd_run *run, const struct kcd_hyperv *hyperv)
{
  if (hyperv->n == 0)
    return;
  KCD_AUTO_CHAR context = kcd_session_context(run->options);
  say_check(run, hyperv, context);
  KCD_AUTO_CHAR audit = kcd_asprintf("judge: kcdfix audit%s%s", *context ? " " : "", context);
  kcd_report_next_step(run->report, audit);
}

static int find(struct kcd_run *run, struct kcd_session *session, struct kcd_error *err)
{
  const struct kcd_options *options = run->options;
  if (options->n_operands > 0) {
    kcd_fail(err, KCD_E_USAGE, "hosts takes no operands; it lists all Hyper-V hosts of the domain");
    return kcd_error_next(err, "for one host: kcdfix check HOST");
  }
  if (kcd_session_login(options, session, err) != 0 || kcd_session_connect(session, options, NULL, err) != 0)
    return -1;
  struct kcd_hyperv hyperv = {0};
  kcd_session_reading(session, options);
  int rc = kcd_hyperv_search(session->dir, &hyperv, err);
  kcd_session_read(session);
  kcd_session_report(session, run->report, kcd_dir_dc(session->dir)->flavour);
  if (rc != 0)
    return -1;
  kcd_report_hyperv(run->report, &hyperv);
  say_next(run, &hyperv);
  kcd_hyperv_done(&hyperv);
  if (options->verbose > 1)
    kcd_message("%u requests to the directory", kcd_dir_requests(session->dir));
  return 0;
}

int kcd_cmd_hosts(struct kcd_run *run)
{
  struct kcd_session session = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  int rc = find(run, &session, &err);
  kcd_session_done(&session);
  return rc == 0 ? KCD_EXIT_OK : kcd_run_failed(run, &err);
}
