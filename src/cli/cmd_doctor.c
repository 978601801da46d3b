/* kcdfix doctor: can this machine talk to the domain. Reads only. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/doctor.h>
#include <kcdfix/setup.h>
#include <kcdfix/survey.h>
#include <kcdfix/text.h>

#include "commands.h"
#include "exit_status.h"
#include "session.h"
#include "state.h"

struct visit {
  struct kcd_run *run;
  const struct kcd_options *options;
  struct kcd_machine machine;
  int64_t deadline;
  struct kcd_session session; /* its login */
  struct kcd_dir *dir;
};

/* What is left of the time; half of it at least, so that one slow part does not take everything from the next. */
static int left_ms(const struct visit *visit)
{
  int64_t left = visit->deadline - kcd_now_ms(), least = visit->options->timeout_ms / 2;
  return (int)(left > least ? left : least);
}

/* ---- this machine ---- */

static void look_at_setup(struct visit *visit)
{
  struct kcd_machine *machine = &visit->machine;
  kcd_setup_config(&machine->config);
  if (visit->options->login_user != NULL)
    machine->ticket.by_password = true;
  else
    kcd_setup_ticket(visit->options->ccache, &machine->ticket);
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_trial_set(&machine->talk.sasl, kcd_survey_sasl(&err), &err);
}

static void look_at_records(struct kcd_records_facts *ret)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_state state;
  struct kcd_stored_records records = {0};
  int status = kcd_state_open(&state, &err);
  if (status == 0) {
    status = kcd_state_could_prepare(&state, &err);
    if (status == 0)
      status = kcd_state_load_records(&state, &records, &err);
    ret->n = records.n;
    kcd_stored_records_done(&records);
    kcd_state_done(&state);
  }
  kcd_trial_set(&ret->trial, status, &err);
}

/* As the other commands find it, and from krb5.conf where no ticket says it. NULL: not known. */
static char *domain_of(const struct visit *visit)
{
  struct kcd_error ignored = KCD_ERROR_INIT;
  char *domain = kcd_session_domain(visit->options, visit->machine.ticket.realm, &ignored);
  if (domain == NULL && visit->options->server == NULL && visit->machine.config.default_realm != NULL)
    domain = kcd_lower(visit->machine.config.default_realm);
  return domain;
}

/* ---- one domain controller ---- */

static bool is_open(const struct kcd_server_facts *server, int port)
{
  return server->ports[port].outcome == KCD_PORT_OPEN;
}

/* The first that answers for LDAP and Kerberos, else for LDAP. */
static const struct kcd_server_facts *choose_dc(const struct kcd_network_facts *network)
{
  const struct kcd_server_facts *found = NULL;
  for (size_t i = 0; i < network->n_servers; i++) {
    const struct kcd_server_facts *server = &network->servers[i];
    if (is_open(server, KCD_PORT_LDAP) && is_open(server, KCD_PORT_KDC))
      return server;
    if (found == NULL && is_open(server, KCD_PORT_LDAP))
      found = server;
  }
  return found;
}

static void note_dc(struct kcd_talk_facts *talk, const struct kcd_dc *dc)
{
  free(talk->dc_domain);
  free(talk->dc_realm);
  talk->dc_domain = kcd_strdup(dc->domain);
  talk->dc_realm = kcd_strdup(dc->realm);
  talk->dc_clock = dc->clock;
  talk->clock = dc->clock_read_at;
}

static int open_dir(struct visit *visit, const struct kcd_server_facts *server, struct kcd_error *err)
{
  const struct kcd_options *options = visit->options;
  struct kcd_dir_options dir_options = {.host = server->name,
                                        .port = server->ports[KCD_PORT_LDAP].port,
                                        .timeout_ms = left_ms(visit),
                                        .trace = options->verbose > 1 ? kcd_trace : NULL};
  if (kcd_dir_open(&dir_options, &visit->dir, err) != 0)
    return -1;
  note_dc(&visit->machine.talk, kcd_dir_dc(visit->dir));
  return kcd_session_check_dc(options, server->name, kcd_dir_dc(visit->dir), err);
}

static int get_ticket(struct visit *visit, struct kcd_error *err)
{
  struct kcd_talk_facts *talk = &visit->machine.talk;
  struct kcd_ticket_facts *ticket = &visit->machine.ticket;
  const char *realm = visit->options->realm != NULL ? visit->options->realm : talk->dc_realm;
  if (kcd_login_start(visit->session.login, realm, talk->dc, 0, err) != 0)
    return -1;
  talk->kdc_asked = kcd_login_requests(visit->session.login) > 0;
  if (ticket->principal == NULL)
    ticket->principal = kcd_strdup(kcd_login_principal(visit->session.login));
  return 0;
}

static void read_dc(struct visit *visit)
{
  struct kcd_machine *machine = &visit->machine;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_trial_set(&machine->talk.read, kcd_survey_dc(visit->dir, &machine->talk, &err), &err);
  if (machine->rights.host == NULL || machine->talk.read.state != KCD_TRIAL_DONE)
    return;
  const char *login = kcd_login_principal(visit->session.login);
  kcd_trial_set(&machine->rights.trial, kcd_survey_rights(visit->dir, login, &machine->rights, &err), &err);
}

static void talk(struct visit *visit)
{
  struct kcd_talk_facts *talk = &visit->machine.talk;
  const struct kcd_server_facts *server = choose_dc(&visit->machine.network);
  if (server == NULL)
    return;
  talk->dc = kcd_strdup(server->name);
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_trial_set(&talk->open, open_dir(visit, server, &err), &err);
  if (talk->open.state != KCD_TRIAL_DONE || visit->session.login == NULL || kcd_doctor_clock_is_off(talk))
    return;
  kcd_trial_set(&talk->kdc, get_ticket(visit, &err), &err);
  if (talk->kdc.state != KCD_TRIAL_DONE || talk->sasl.state != KCD_TRIAL_DONE)
    return;
  kcd_trial_set(&talk->bind, kcd_dir_bind(visit->dir, &err), &err);
  if (talk->bind.state != KCD_TRIAL_DONE)
    return;
  note_dc(talk, kcd_dir_dc(visit->dir));
  read_dc(visit);
}

/* The realm is that of the domain controller where one answered. */
static void look_at_keytab(struct visit *visit)
{
  struct kcd_machine *machine = &visit->machine;
  const char *realm = visit->options->realm != NULL ? visit->options->realm : machine->talk.dc_realm;
  if (realm == NULL)
    realm = machine->ticket.realm != NULL ? machine->ticket.realm : machine->config.default_realm;
  machine->keytab.file = kcd_strdup(visit->options->keytab);
  if (machine->keytab.file == NULL || realm == NULL)
    return;
  kcd_setup_keytab(machine->rights.account, realm, &machine->keytab);
}

/* ---- all of it ---- */

/* A mistake on the command line, or in the password file, is told as everywhere. A ticket that is missing is a line. */
static int log_in(struct visit *visit, struct kcd_error *err)
{
  const struct kcd_ticket_facts *ticket = &visit->machine.ticket;
  if (visit->machine.config.trial.state != KCD_TRIAL_DONE ||
      (!ticket->by_password && ticket->trial.state != KCD_TRIAL_DONE))
    return 0;
  struct kcd_options options = *visit->options;
  options.timeout_ms = left_ms(visit);
  return kcd_session_login(&options, &visit->session, err);
}

static int examine(struct visit *visit, struct kcd_error *err)
{
  struct kcd_machine *machine = &visit->machine;
  look_at_setup(visit);
  look_at_records(&machine->records);
  if (log_in(visit, err) != 0)
    return -1;
  visit->deadline = kcd_now_ms() + visit->options->timeout_ms;
  KCD_AUTO_CHAR domain = domain_of(visit);
  kcd_survey_network(domain, visit->options->server, visit->options->timeout_ms, &machine->network);
  talk(visit);
  look_at_keytab(visit);
  return 0;
}

static int status_of(const struct kcd_doctor *doctor)
{
  if (kcd_doctor_count(doctor, KCD_CHECK_FAULT) > 0)
    return KCD_EXIT_PROBLEM;
  size_t told = kcd_doctor_count(doctor, KCD_CHECK_OK) + kcd_doctor_count(doctor, KCD_CHECK_WARNING);
  return told > 0 ? KCD_EXIT_OK : KCD_EXIT_CANNOT_TELL;
}

static int report(struct visit *visit)
{
  struct kcd_doctor doctor;
  kcd_doctor_judge(&visit->machine, &doctor);
  kcd_report_doctor(visit->run->report, &visit->machine, &doctor);
  int status = status_of(&doctor);
  kcd_doctor_done(&doctor);
  return status;
}

static int take_operands(const struct kcd_options *options, struct kcd_machine *machine, struct kcd_error *err)
{
  if (options->n_operands > 1)
    return kcd_fail(err, KCD_E_USAGE, "doctor takes one host at most");
  if (options->n_operands == 1 && options->operands[0][0] == '\0')
    return kcd_fail(err, KCD_E_USAGE, "the name of a host is empty");
  if (options->n_operands == 1)
    machine->rights.host = kcd_strdup(options->operands[0]);
  machine->now = time(NULL);
  machine->context = kcd_session_context(options);
  return 0;
}

int kcd_cmd_doctor(struct kcd_run *run)
{
  struct visit visit = {.run = run, .options = run->options};
  struct kcd_error err = KCD_ERROR_INIT;
  int status = take_operands(run->options, &visit.machine, &err);
  if (status == 0)
    status = examine(&visit, &err);
  status = status == 0 ? report(&visit) : kcd_run_failed(run, &err);
  kcd_dir_close(visit.dir);
  kcd_session_done(&visit.session);
  kcd_machine_done(&visit.machine);
  return status;
}
