/* The network as kcdfix doctor sees it: records, addresses and their names, ports. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/crew.h>
#include <kcdfix/survey.h>

#include "dir.h"
#include "ports.h"
#include "resolver.h"
#include "reverse.h"

enum { RECORDS = 3, LEAST_MS = 250 };

static const uint16_t default_ports[KCD_PORTS] = {
    [KCD_PORT_KDC] = 88,         [KCD_PORT_LDAP] = 389,  [KCD_PORT_KPASSWD] = 464,
    [KCD_PORT_CATALOGUE] = 3268, [KCD_PORT_LDAPS] = 636,
};

struct survey {
  struct kcd_network_facts *facts;
  int64_t deadline;
  struct dns_question records[RECORDS];
  struct kcd_crew *asking; /* NULL: the records are not asked for */
  struct addrinfo *addresses[KCD_SERVERS];
  struct dns_question *reverse; /* PORTS_ADDRESSES for each server; those without a name are not asked */
};

/* ---- records ---- */

static void ask(void *item)
{
  dns_ask(item);
}

static struct kcd_record_facts *record_of(struct kcd_network_facts *facts, int i)
{
  struct kcd_record_facts *const records[RECORDS] = {&facts->ldap, &facts->ldap_plain, &facts->kerberos};
  return records[i];
}

static void ask_records(struct survey *survey)
{
  static const char *const services[RECORDS] = {"_ldap._tcp.dc._msdcs", "_ldap._tcp", "_kerberos._tcp"};
  const char *domain = survey->facts->domain;
  for (int i = 0; i < RECORDS; i++) {
    struct kcd_record_facts *record = record_of(survey->facts, i);
    record->name = dns_srv_name(services[i], domain);
    survey->records[i] = (struct dns_question){.name = record->name, .type = T_SRV, .deadline = survey->deadline};
  }
  survey->asking = kcd_crew_start(survey->records, RECORDS, sizeof(survey->records[0]), ask);
}

static void take_record(struct dns_question *question, struct kcd_record_facts *record, struct kcd_srv_list *list)
{
  enum dns_outcome outcome = dns_srv_of(question, list);
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_trial_set(&record->trial, outcome == DNS_FOUND ? 0 : dns_fail(question, outcome, &err), &err);
  record->n = list->n;
  free(question->answer);
  question->answer = NULL;
}

static void add_server(struct kcd_network_facts *facts, const char *name, uint16_t ldap_port)
{
  if (facts->n_servers >= KCD_SERVERS) {
    facts->n_more++;
    return;
  }
  struct kcd_server_facts *server = &facts->servers[facts->n_servers++];
  server->name = kcd_strdup(name);
  for (int i = 0; i < KCD_PORTS; i++)
    server->ports[i].port = default_ports[i];
  if (ldap_port != 0)
    server->ports[KCD_PORT_LDAP].port = ldap_port;
}

static void add_servers(struct kcd_network_facts *facts, struct kcd_srv_list *list)
{
  dns_order(list);
  for (size_t i = 0; i < list->n; i++)
    add_server(facts, list->v[i].host, list->v[i].port);
}

static void take_records(struct survey *survey)
{
  if (survey->asking == NULL)
    return;
  kcd_crew_end(survey->asking);
  survey->asking = NULL;
  struct kcd_network_facts *facts = survey->facts;
  struct kcd_srv_list lists[RECORDS] = {{NULL, 0}};
  for (int i = 0; i < RECORDS; i++)
    take_record(&survey->records[i], record_of(facts, i), &lists[i]);
  if (facts->server == NULL)
    add_servers(facts, lists[0].n > 0 ? &lists[0] : &lists[1]);
  for (int i = 0; i < RECORDS; i++)
    kcd_srv_list_done(&lists[i]);
}

/* ---- addresses ---- */

struct address_job {
  struct kcd_server_facts *server;
  int64_t deadline;
  struct addrinfo *found;
};

static void look_up(void *item)
{
  struct address_job *job = item;
  struct kcd_error err = KCD_ERROR_INIT;
  int status =
      dir_addresses(job->server->name, job->server->ports[KCD_PORT_LDAP].port, job->deadline, &job->found, &err);
  kcd_trial_set(&job->server->lookup, status, &err);
}

static void note_addresses(struct kcd_server_facts *server, const struct addrinfo *list)
{
  server->addresses = kcd_calloc(PORTS_ADDRESSES, sizeof(*server->addresses));
  for (; list != NULL && server->n_addresses < PORTS_ADDRESSES; list = list->ai_next) {
    char text[INET6_ADDRSTRLEN + 32];
    if (getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
      server->addresses[server->n_addresses++].address = kcd_strdup(text);
  }
}

static void look_up_addresses(struct survey *survey)
{
  struct kcd_network_facts *facts = survey->facts;
  struct address_job jobs[KCD_SERVERS];
  for (size_t i = 0; i < facts->n_servers; i++)
    jobs[i] = (struct address_job){&facts->servers[i], survey->deadline, NULL};
  kcd_crew_end(kcd_crew_start(jobs, facts->n_servers, sizeof(jobs[0]), look_up));
  for (size_t i = 0; i < facts->n_servers; i++) {
    survey->addresses[i] = jobs[i].found;
    note_addresses(&facts->servers[i], jobs[i].found);
  }
}

/* ---- their names, and the ports ---- */

static void ask_if_named(void *item)
{
  const struct dns_question *question = item;
  if (question->name != NULL)
    dns_ask(item);
}

static struct kcd_crew *ask_reverse(struct survey *survey)
{
  struct kcd_network_facts *facts = survey->facts;
  size_t n = facts->n_servers * PORTS_ADDRESSES;
  survey->reverse = kcd_calloc(n, sizeof(*survey->reverse));
  for (size_t i = 0; i < facts->n_servers; i++) {
    const struct addrinfo *address = survey->addresses[i];
    for (size_t j = 0; j < facts->servers[i].n_addresses && address != NULL; j++, address = address->ai_next)
      survey->reverse[i * PORTS_ADDRESSES + j] = (struct dns_question){
          .name = reverse_question(address->ai_addr), .type = T_PTR, .deadline = survey->deadline};
  }
  return kcd_crew_start(survey->reverse, n, sizeof(*survey->reverse), ask_if_named);
}

static void take_reverse(struct dns_question *question, const char *server, struct kcd_address_facts *address)
{
  struct kcd_error err = KCD_ERROR_INIT;
  enum dns_outcome outcome = reverse_name(question, server, &address->reverse);
  bool known = outcome == DNS_FOUND || outcome == DNS_NO_RECORD;
  kcd_trial_set(&address->trial, known ? 0 : dns_fail(question, outcome, &err), &err);
  free(question->answer);
  free((char *)question->name);
}

static void take_all_reverse(struct survey *survey)
{
  for (size_t i = 0; i < survey->facts->n_servers; i++) {
    struct kcd_server_facts *server = &survey->facts->servers[i];
    for (size_t j = 0; j < server->n_addresses; j++)
      take_reverse(&survey->reverse[i * PORTS_ADDRESSES + j], server->name, &server->addresses[j]);
  }
  free(survey->reverse);
}

static int64_t share(const struct survey *survey)
{
  int64_t now = kcd_now_ms(), left = survey->deadline - now;
  return now + (left / 2 > LEAST_MS ? left / 2 : LEAST_MS);
}

void kcd_survey_network(const char *domain, const char *server, int timeout_ms, struct kcd_network_facts *ret)
{
  *ret = (struct kcd_network_facts){.domain = kcd_strdup(domain), .server = kcd_strdup(server)};
  ret->servers = kcd_calloc(KCD_SERVERS, sizeof(*ret->servers));
  struct survey survey = {.facts = ret, .deadline = kcd_now_ms() + timeout_ms};
  if (domain != NULL)
    ask_records(&survey);
  if (server != NULL)
    add_server(ret, server, 0);
  else
    take_records(&survey);
  look_up_addresses(&survey);
  struct kcd_crew *asking = ask_reverse(&survey);
  ports_try(ret->servers, survey.addresses, ret->n_servers, share(&survey));
  kcd_crew_end(asking);
  take_all_reverse(&survey);
  take_records(&survey);
  for (size_t i = 0; i < ret->n_servers; i++)
    if (survey.addresses[i] != NULL)
      freeaddrinfo(survey.addresses[i]);
}
