/* kcdfix check: why does it fail, and what does the KDC say. Read-only. */
#include <stdlib.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#include "catalog.h"
#include "commands.h"
#include "estate.h"
#include "everywhere.h"
#include "exit_status.h"
#include "operands.h"
#include "pairs.h"
#include "session.h"
#include "state.h"
#include "trace_file.h"

static char **copy_strings(const char *const *strings, size_t n)
{
  char **copy = kcd_calloc(n + 1, sizeof *copy);
  for (size_t i = 0; i < n; i++)
    copy[i] = kcd_strdup(strings[i]);
  return copy;
}

/* So that `kcdfix apply --protocol-transition` may follow without operands. */
static void remember(const struct kcd_run *run, const struct kcd_session *session, const struct kcd_facts_set *set,
                     const struct kcd_operands *operands)
{
  struct kcd_state state;
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_state_open(&state, &ignored) != 0)
    return;
  const char *as = kcd_operands_as(operands, run->options);
  struct kcd_last_check last = {.when = time(NULL),
                                .login = kcd_strdup(kcd_login_principal(session->login)),
                                .domain = kcd_strdup(set->dc->domain ? set->dc->domain : ""),
                                .dc = kcd_strdup(session->server),
                                .as = kcd_strdup(as),
                                .hosts = copy_strings(operands->hosts, operands->n_hosts),
                                .n_hosts = operands->n_hosts,
                                .spns = copy_strings(operands->spns, operands->n_spns),
                                .n_spns = operands->n_spns};
  kcd_state_save_last_check(&state, &last);
  kcd_last_check_done(&last);
  kcd_state_done(&state);
}

static void tell_cost(const struct kcd_run *run, const struct kcd_session *session)
{
  if (run->options->verbose > 1)
    kcd_message("%u LDAP requests, %u requests to the KDC for the login", kcd_dir_requests(session->dir),
                kcd_login_requests(session->login));
}

/* Judges and reports what was gathered; the exit status. With --all-dcs every DC is held against the session's. */
static int judge(struct kcd_run *run, struct kcd_session *session, struct kcd_facts_set *set,
                 const struct kcd_operands *operands, struct kcd_error *err)
{
  const struct kcd_options *options = run->options;
  KCD_AUTO_VALUE(kcd_everywhere) everywhere = {0};
  kcd_catalog_look(session, options, set, run->report);
  kcd_session_report(session, run->report, options->has_flavour ? options->flavour : set->dc->flavour);
  if (options->all_dcs && kcd_everywhere_open(session, options, options->timeout_ms, set, &everywhere, err) != 0)
    return -1;
  set->replicas = kcd_everywhere_replicas(&everywhere);
  struct kcd_pairs_outcome outcome;
  kcd_check_pairs(run, run->report, session, set, operands, &outcome);
  int status = kcd_everywhere_report(&everywhere, set, run->report, run->style.format == KCD_FORMAT_TEXT);
  return kcd_exit_worse(outcome.exit_status, status);
}

/* One user's pairs of a trace. */
static int check_traced_user(struct kcd_run *run, struct kcd_session *session, const struct kcd_traced_pairs *pairs,
                             const char *user, struct kcd_error *err)
{
  struct kcd_operands operands = {.traced = pairs, .traced_user = run->options->as ? NULL : user};
  kcd_trace_operands(pairs, operands.traced_user, &operands);
  KCD_AUTO_CHAR whom = kcd_session_user(session, run->options->as ? run->options->as : user);
  struct kcd_query query = {.hosts = operands.hosts,
                            .n_hosts = operands.n_hosts,
                            .spns = operands.spns,
                            .n_spns = operands.n_spns,
                            .user = whom};
  struct kcd_facts_set set = {0};
  kcd_session_reading(session, run->options);
  int status = kcd_gather(session->dir, &query, &set, err);
  kcd_session_read(session);
  if (status == 0)
    status = judge(run, session, &set, &operands, err);
  kcd_facts_set_done(&set);
  kcd_operands_done(&operands);
  return status;
}

static bool is_first_of_user(const struct kcd_traced_pairs *pairs, size_t index)
{
  for (size_t i = 0; i < index; i++)
    if (!pairs->v[i].user == !pairs->v[index].user &&
        (!pairs->v[i].user || kcd_equal_nocase(pairs->v[i].user, pairs->v[index].user)))
      return false;
  return true;
}

static int check_traced(struct kcd_run *run, struct kcd_session *session, const struct kcd_traced_pairs *pairs,
                        struct kcd_error *err)
{
  int worst = KCD_EXIT_OK;
  for (size_t i = 0; i < pairs->n && (i == 0 || !run->options->as); i++) {
    if (!is_first_of_user(pairs, i))
      continue;
    int status = check_traced_user(run, session, pairs, pairs->v[i].user, err);
    if (status < 0)
      return -1;
    worst = kcd_exit_worse(worst, status);
  }
  tell_cost(run, session);
  return worst;
}

/* The pairs and users of a network trace, looked at in the directory. */
static int check_trace(struct kcd_run *run, struct kcd_session *session, struct kcd_error *err)
{
  struct kcd_trace_result trace = {0};
  struct kcd_traced_pairs pairs = {0};
  int status = kcd_read_trace(run, &trace, err);
  if (status >= 0) {
    kcd_report_trace(run->report, run->options->trace, kcd_trace_port(run->options), &trace);
    kcd_trace_pairs(&trace, &pairs);
    status = pairs.n > 0 ? 0 : kcd_fail_no_pairs(run->options, err);
  }
  if (status == 0)
    status = kcd_session_login(run->options, session, err);
  if (status == 0)
    status = kcd_session_connect(session, run->options, NULL, err);
  if (status == 0)
    status = check_traced(run, session, &pairs, err);
  kcd_traced_pairs_done(&pairs);
  kcd_trace_result_done(&trace);
  return status;
}

static int check(struct kcd_run *run, struct kcd_session *session, struct kcd_error *err)
{
  struct kcd_operands operands = {0};
  if (kcd_operands_and_login(run->options, "check", session, &operands, err) != 0)
    return -1;
  kcd_operands_announce(&operands);
  struct kcd_facts_set set = {0};
  int status = kcd_session_connect(session, run->options, kcd_operands_server(&operands), err);
  if (status == 0) {
    KCD_AUTO_CHAR user = kcd_session_user(session, kcd_operands_as(&operands, run->options));
    struct kcd_query query = {.user = user};
    kcd_session_reading(session, run->options);
    status = kcd_operands_gather(session->dir, &operands, &query, &set, err);
    kcd_session_read(session);
  }
  if (status == 0) {
    status = judge(run, session, &set, &operands, err);
    if (status >= 0 && operands.typed && operands.scenario == KCD_SCENARIO_NONE)
      remember(run, session, &set, &operands);
    tell_cost(run, session);
    kcd_facts_set_done(&set);
  }
  kcd_operands_done(&operands);
  return status;
}

static int check_estate(struct kcd_run *run, struct kcd_session *session, struct kcd_estate *estate,
                        struct kcd_error *err)
{
  if (kcd_estate_read(run, estate, err) != 0 || kcd_session_login(run->options, session, err) != 0 ||
      kcd_session_connect(session, run->options, NULL, err) != 0)
    return -1;
  KCD_AUTO_CHAR user = kcd_session_user(session, run->options->as);
  struct kcd_query query = {.user = user};
  kcd_session_reading(session, run->options);
  kcd_dir_remember(session->dir); /* a host in two groups is one state */
  int status = kcd_estate_gather(session, &query, estate, err);
  kcd_dir_forget(session->dir);
  kcd_session_read(session);
  if (status != 0)
    return -1;
  const struct kcd_dc *dc = kcd_dir_dc(session->dir);
  kcd_session_report(session, run->report, run->options->has_flavour ? run->options->flavour : dc->flavour);
  for (size_t i = 0; i < estate->n_groups; i++)
    kcd_catalog_look(session, run->options, &estate->groups[i].set, run->report);
  struct kcd_pairs_outcome outcome;
  kcd_estate_check(run, run->report, session, estate, &outcome);
  tell_cost(run, session);
  return outcome.exit_status;
}

static int check_inventory(struct kcd_run *run, struct kcd_session *session, struct kcd_error *err)
{
  struct kcd_estate estate = {0};
  int status = check_estate(run, session, &estate, err);
  kcd_estate_done(&estate);
  return status;
}

int kcd_cmd_check(struct kcd_run *run)
{
  struct kcd_session session = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  int status = run->options->trace       ? check_trace(run, &session, &err)
               : run->options->inventory ? check_inventory(run, &session, &err)
                                         : check(run, &session, &err);
  kcd_session_done(&session);
  return status < 0 ? kcd_run_failed(run, &err) : status;
}
