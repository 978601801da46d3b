/* kcdfix probe: only ask the KDC, show each exchange. No directory is read. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/locate.h>
#include <kcdfix/probe.h>
#include <kcdfix/text.h>

#include "commands.h"
#include "exit_status.h"
#include "operands.h"
#include "own_ticket.h"
#include "session.h"

/* What is asked, made from operands and options alone. */
struct probing {
  char *host; /* "CORE2016$" */
  char *user;
  char *realm;
  char *kdc;
  char *user_ccache; /* full name; NULL: no own ticket of the user is at hand */
  const char **spns;
  size_t n_spns;
};

static void probing_done(struct probing *probing)
{
  free(probing->host);
  free(probing->user);
  free(probing->realm);
  free(probing->kdc);
  free(probing->user_ccache);
  free(probing->spns);
}

/* "CORE2016", "CORE2016$", "DOM\CORE2016" and "core2016.contoso.com" as the account's name; the directory is not asked.
 */
static char *account_name(const char *operand)
{
  const char *backslash = strchr(operand, '\\');
  const char *name = backslash ? backslash + 1 : operand;
  size_t len = strcspn(name, ".");
  KCD_AUTO_CHAR label = kcd_strndup(name, len);
  if (len > 0 && label[len - 1] == '$')
    return kcd_strdup(label);
  KCD_AUTO_CHAR upper = kcd_upper(label);
  return kcd_asprintf("%s$", upper);
}

static int take_operands(const struct kcd_options *options, struct probing *ret, struct kcd_error *err)
{
  const char *host = NULL;
  ret->spns = kcd_calloc(options->n_operands + 1, sizeof *ret->spns);
  for (size_t i = 0; i < options->n_operands; i++) {
    const char *operand = options->operands[i];
    KCD_AUTO_VALUE(kcd_spn) spn = {0};
    if (kcd_operand_is_spn(operand)) {
      if (kcd_spn_parse(operand, &spn, err) != 0)
        return -1;
      ret->spns[ret->n_spns++] = operand;
    } else if (host || !*operand) {
      return kcd_fail(err, KCD_E_USAGE, "probe takes one host; \"%s\" is a second one", operand);
    } else {
      host = operand;
    }
  }
  if (!host || ret->n_spns == 0 || kcd_looks_like_dn(host)) {
    kcd_fail(err, KCD_E_USAGE, "probe needs one host by its account name and at least one SPN");
    return kcd_error_next(err, "kcdfix probe -k KEYTAB --as USER HOST SPN");
  }
  if (!options->keytab) {
    kcd_fail(err, KCD_E_USAGE, "probe needs the host's own key: only the host itself may ask for its users");
    return kcd_error_next(err, "add -k KEYTAB; without a key: kcdfix check HOST SPN predicts the answer");
  }
  ret->host = account_name(host);
  return 0;
}

/* The login is looked at for its name and realm only, so it need not be there when both are given. */
static int take_login(const struct kcd_options *options, struct probing *ret, struct kcd_error *err)
{
  ret->user = kcd_strdup(options->as);
  ret->realm = options->realm ? kcd_strdup(options->realm) : options->domain ? kcd_upper(options->domain) : NULL;
  if (ret->user && ret->realm)
    return 0;
  struct kcd_login_options login_options = {.ccache = options->ccache};
  KCD_AUTO(kcd_login) login = NULL;
  struct kcd_error no_login = KCD_ERROR_INIT;
  if (kcd_login_open(&login_options, &login, &no_login) == 0) {
    const char *principal = kcd_login_principal(login);
    if (!ret->user)
      ret->user = kcd_strndup(principal, strcspn(principal, "@"));
    if (!ret->realm)
      ret->realm = kcd_strdup(kcd_login_realm(login));
    return 0;
  }
  if (!ret->realm)
    ret->realm = kcd_default_realm();
  if (!ret->user || !ret->realm) {
    *err = no_login;
    kcd_error_wrap(err, "the %s to ask for is not given and there is no login to take it from",
                   ret->user ? "realm" : "user");
    return kcd_error_next(err, "add %s", ret->user ? "-R REALM" : "--as USER");
  }
  return 0;
}

static int take_kdc(const struct kcd_options *options, struct probing *ret, struct kcd_error *err)
{
  if (options->server) {
    ret->kdc = kcd_strdup(options->server);
    return 0;
  }
  KCD_AUTO_CHAR domain = kcd_session_domain(options, ret->realm, err);
  KCD_AUTO_VALUE(kcd_srv_list) list = {0};
  if (!domain || kcd_locate(domain, options->timeout_ms, &list, err) != 0)
    return -1;
  ret->kdc = kcd_strdup(list.v[0].host);
  return 0;
}

/* A cache of the user that was given and cannot be used is said, and the probe goes on without: its status then. */
static int take_own_ticket(struct kcd_run *run, struct probing *probing, struct kcd_error *err)
{
  if (kcd_own_ticket(run->options, NULL, probing->user, probing->realm, &probing->user_ccache, err) == 0)
    return KCD_EXIT_OK;
  if (err->code == KCD_E_USAGE)
    return -1;
  int status = kcd_run_failed(run, err);
  *err = KCD_ERROR_INIT;
  return status;
}

static int status_of(const struct kcd_observation *observation)
{
  if (kcd_error_is_set(&observation->error))
    return KCD_EXIT_CANNOT_TELL;
  return observation->s4u2proxy.outcome == KCD_TICKET ? KCD_EXIT_OK : KCD_EXIT_PROBLEM;
}

/* The KDC's answer names no cause; the directory does. */
static void say_why(struct kcd_run *run, const struct probing *probing)
{
  KCD_AUTO_CHAR keytab = kcd_shell_word(run->options->keytab);
  KCD_AUTO_CHAR user = kcd_shell_word(probing->user);
  KCD_AUTO_CHAR name = kcd_strndup(probing->host, strlen(probing->host) - 1); /* without its $ */
  KCD_AUTO_CHAR host = kcd_shell_word(name);
  struct kcd_buf line;
  kcd_buf_init(&line, KCD_BUF_DEFAULT_CAP);
  kcd_buf_addf(&line, "why: kcdfix check -k %s --as %s %s", keytab, user, host);
  for (size_t i = 0; i < probing->n_spns; i++) {
    KCD_AUTO_CHAR spn = kcd_shell_word(probing->spns[i]);
    kcd_buf_addf(&line, " %s", spn);
  }
  KCD_AUTO_CHAR text = kcd_buf_take_text(&line);
  kcd_report_next_step(run->report, text);
}

/* The proof; after a failure, or for a reader who wants to see more, the controls too. */
static void observe(const struct kcd_options *options, struct kcd_probe *probe, const struct probing *probing,
                    const char *spn, struct kcd_observation *ret)
{
  kcd_probe_run(probe, probing->user, spn, 0, ret);
  if (ret->s4u2proxy.outcome != KCD_TICKET || options->verbose > 0)
    kcd_probe_control(probe, probing->user, spn, probing->user_ccache, ret);
}

static int ask(struct kcd_run *run, const struct probing *probing, struct kcd_error *err)
{
  const struct kcd_options *options = run->options;
  struct kcd_probe_options probe_options = {.keytab = options->keytab,
                                            .host = probing->host,
                                            .realm = probing->realm,
                                            .kdc = probing->kdc,
                                            .timeout_ms = options->timeout_ms,
                                            .trace = options->verbose > 1 ? kcd_trace : NULL};
  KCD_AUTO(kcd_probe) probe = NULL;
  if (kcd_probe_open(&probe_options, &probe, err) != 0)
    return -1;
  int status = KCD_EXIT_OK;
  for (size_t i = 0; i < probing->n_spns; i++) {
    struct kcd_observation observation;
    observe(options, probe, probing, probing->spns[i], &observation);
    kcd_report_probe(run->report, probing->host, probing->spns[i], &observation);
    status = kcd_exit_worse(status, status_of(&observation));
    if (kcd_error_is_set(&observation.error))
      kcd_run_failed(run, &observation.error);
    kcd_observation_done(&observation);
  }
  if (status == KCD_EXIT_PROBLEM)
    say_why(run, probing);
  if (options->verbose > 1)
    kcd_message("%u requests to the KDC for the probe", kcd_probe_requests(probe));
  return status;
}

int kcd_cmd_probe(struct kcd_run *run)
{
  struct probing probing = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  int status = -1;
  if (take_operands(run->options, &probing, &err) == 0 && take_login(run->options, &probing, &err) == 0) {
    int missing = take_own_ticket(run, &probing, &err);
    if (missing >= 0 && take_kdc(run->options, &probing, &err) == 0)
      status = ask(run, &probing, &err);
    if (status >= 0)
      status = kcd_exit_worse(status, missing);
  }
  probing_done(&probing);
  return status < 0 ? kcd_run_failed(run, &err) : status;
}
