/* kcdfix audit: every delegation in the domain, who is exposed, what is stale. Read-only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/audit_dir.h>

#include "commands.h"
#include "exit_status.h"
#include "session.h"

#define SPOOL_BUFFER ((size_t)128 << 10) /* a row takes some hundred bytes, twice */

static int keep_edge(void *data, const struct kcd_edge *edge, struct kcd_error *err)
{
  struct kcd_run *run = data;
  return kcd_report_edge(run->report, edge, err);
}

/* What no audit of the directory can see, or what this one leaves out. */
static void tell_limits(struct kcd_report *report, const struct kcd_dc *dc)
{
  kcd_report_limit(report, "objects that this login may not see at all");
  kcd_report_limit(report,
                   "who holds the right to enable accounts for delegation (SeEnableDelegationPrivilege), and who "
                   "may write the objects themselves");
  kcd_report_limit(report,
                   "what the machines themselves hold: how hosts authenticate live migration (Set-VMHost), and the "
                   "permissions of shares and files");
  kcd_report_limit(report, "members of privileged groups that are of other domains");
  kcd_report_limit(report, "owners of names in other domains: an entry that leads there is shown as owned by nobody");
  if (dc->flavour == KCD_FLAVOUR_SAMBA_417)
    kcd_report_limit(report, "whether resource-based entries are used: this version of Samba does not heed them");
}

static int tell_unread(struct kcd_run *run, const struct kcd_audit *audit, const struct kcd_dc *dc)
{
  const size_t n = kcd_audit_counts(audit)->unread;
  if (n == 0)
    return KCD_EXIT_OK;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail(&err, KCD_E_NOT_FOUND, "%zu thing%s that decide%s could not be read, so the audit is not complete", n,
           n == 1 ? "" : "s", n == 1 ? "s" : "");
  kcd_error_id(&err, "audit-incomplete");
  kcd_error_on(&err, (const char *)kcd_audit_unread_objects(audit)->v[0].data, dc->name);
  kcd_error_next(&err, "log in as somebody who may read them: -U USER -W");
  return kcd_run_failed(run, &err);
}

static int report(struct kcd_run *run, const struct kcd_audit *audit, const struct kcd_dc *dc)
{
  KCD_AUTO_CHAR context = kcd_session_context(run->options);
  struct kcd_findings findings;
  struct kcd_values steps;
  kcd_audit_findings(audit, context, &findings);
  kcd_audit_steps(&findings, &steps);
  kcd_report_audit(run->report, audit, &findings);
  for (size_t i = 0; i < steps.n; i++)
    kcd_report_next_step(run->report, (const char *)steps.v[i].data);
  tell_limits(run->report, dc);
  const bool problem = kcd_findings_worst(&findings) >= (int)KCD_WARNING;
  kcd_values_done(&steps);
  kcd_findings_done(&findings);
  return kcd_exit_worse(problem ? KCD_EXIT_PROBLEM : KCD_EXIT_OK, tell_unread(run, audit, dc));
}

static int audit_domain(struct kcd_run *run, struct kcd_session *session, struct kcd_error *err)
{
  struct kcd_dc *dc = kcd_dir_dc(session->dir);
  KCD_AUTO(kcd_audit) audit = kcd_audit_new(dc, kcd_dc_time(dc, time(NULL)));
  const struct kcd_audit_visitor visitor = {keep_edge, run};
  kcd_session_reading(session, run->options);
  const int rc = kcd_audit_read(session->dir, audit, &visitor, err);
  kcd_session_read(session);
  kcd_session_report(session, run->report, dc->flavour);
  if (run->options->verbose > 1)
    kcd_message("%u LDAP requests", kcd_dir_requests(session->dir));
  return rc != 0 ? -1 : report(run, audit, dc);
}

static int audit(struct kcd_run *run, struct kcd_session *session, struct kcd_error *err)
{
  if (run->options->n_operands > 0) {
    kcd_fail(err, KCD_E_USAGE, "audit takes no operands; it is about the whole domain");
    return kcd_error_next(err, "one host and one service: kcdfix check HOST SPN");
  }
  if (kcd_session_login(run->options, session, err) != 0 || kcd_session_connect(session, run->options, NULL, err) != 0)
    return -1;
  return audit_domain(run, session, err);
}

int kcd_cmd_audit(struct kcd_run *run)
{
  struct kcd_session session = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  run->spool = tmpfile(); /* has no name, and goes with the program */
  if (run->spool == NULL) {
    kcd_fail_errno(&err, KCD_E_IO, errno, "there is no temporary file for the rows");
    return kcd_run_failed(run, &err);
  }
  setvbuf(run->spool, NULL, _IOFBF, SPOOL_BUFFER);
  kcd_report_edges(run->report, run->spool);
  const int status = audit(run, &session, &err);
  kcd_session_done(&session);
  return status < 0 ? kcd_run_failed(run, &err) : status;
}
