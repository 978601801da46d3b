/* DNS and ports. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/bytes.h>
#include <kcdfix/text.h>

#include "checks.h"

#define REGISTER_AGAIN "On the domain controller: nltest /dsregdns, or samba_dnsupdate"
#define NAME_THE_DC "name the domain with -D or a domain controller with -S; or get a ticket: kinit USER@REALM"

/* ---- SRV ---- */

static char *server_names(const struct kcd_network_facts *network)
{
  const char *names[KCD_SERVERS + 1];
  size_t n = 0;
  for (; n < network->n_servers && n < KCD_SERVERS; n++)
    names[n] = network->servers[n].name;
  KCD_AUTO_CHAR more = kcd_asprintf("%zu more, which are not looked at", network->n_more);
  if (network->n_more > 0)
    names[n++] = more;
  return kcd_join_words(names, n);
}

static char *servers_of(const struct kcd_network_facts *network, const struct kcd_record_facts *record)
{
  if (network->server == NULL)
    return server_names(network);
  return kcd_asprintf("%zu server%s", record->n, record->n == 1 ? "" : "s");
}

/* With --server nothing of a run rests on DNS SRV. */
static void failed_ldap_record(const struct kcd_network_facts *network, struct kcd_check *check)
{
  enum kcd_check_state state = network->server == NULL ? KCD_CHECK_FAULT : KCD_CHECK_WARNING;
  if (network->ldap_plain.trial.state != KCD_TRIAL_DONE) {
    check_error(check, state, &network->ldap.trial.error);
    if (network->server != NULL)
      check_remedy(check, "See which DNS server /etc/resolv.conf names; -S works without it");
    return;
  }
  KCD_AUTO_CHAR servers = servers_of(network, &network->ldap_plain);
  check_say(check, KCD_CHECK_WARNING, "%s; %s is there and names %s", network->ldap.trial.error.message,
            network->ldap_plain.name, servers);
  check_remedy(check, REGISTER_AGAIN);
}

/* A krb5.conf that cannot be read is the fault itself. */
static void no_domain(const struct kcd_machine *machine, struct kcd_check *check)
{
  if (machine->network.server != NULL) {
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: no domain is named, and %s needs no look-up of its domain",
              machine->network.server);
    return;
  }
  bool readable = machine->config.trial.state == KCD_TRIAL_DONE;
  check_say(check, readable ? KCD_CHECK_FAULT : KCD_CHECK_NOT_TRIED,
            "%sno domain is known: no option, no ticket and no "
            "krb5.conf names one",
            readable ? "" : "not tried: ");
  check_remedy(check, NAME_THE_DC);
}

static void check_ldap_record(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_network_facts *network = &machine->network;
  struct kcd_check *check = check_add(doctor, "dns-ldap", "DNS", network->ldap.name);
  switch (network->ldap.trial.state) {
  case KCD_TRIAL_DONE: {
    KCD_AUTO_CHAR servers = servers_of(network, &network->ldap);
    check_say(check, KCD_CHECK_OK, "%s names %s", network->ldap.name, servers);
    break;
  }
  case KCD_TRIAL_FAILED:
    failed_ldap_record(network, check);
    break;
  case KCD_TRIAL_NONE:
    no_domain(machine, check);
    break;
  }
}

/* kcdfix asks the KDC that runs beside the LDAP server it talks to; kinit needs this record. */
static void check_kdc_record(const struct kcd_network_facts *network, struct kcd_doctor *doctor)
{
  struct kcd_check *check = check_add(doctor, "dns-kerberos", "DNS", network->kerberos.name);
  if (network->kerberos.trial.state == KCD_TRIAL_NONE) {
    check_say(check, KCD_CHECK_NOT_TRIED, "_kerberos._tcp not tried: no domain is known");
  } else if (network->kerberos.trial.state == KCD_TRIAL_DONE) {
    check_say(check, KCD_CHECK_OK, "%s names %zu KDC%s", network->kerberos.name, network->kerberos.n,
              network->kerberos.n == 1 ? "" : "s");
  } else {
    check_say(check, KCD_CHECK_WARNING, "%s; kcdfix can do without, kinit only where krb5.conf names a KDC",
              network->kerberos.trial.error.message);
    check_remedy(check, network->kerberos.trial.error.code == KCD_E_NOT_FOUND
                            ? REGISTER_AGAIN "; or name a kdc in krb5.conf"
                            : "See which DNS server /etc/resolv.conf names, or name a kdc in krb5.conf");
  }
}

/* ---- addresses and their names ---- */

static bool has_address(const struct kcd_network_facts *network)
{
  for (size_t i = 0; i < network->n_servers; i++)
    if (network->servers[i].n_addresses > 0)
      return true;
  return false;
}

static void check_address(const struct kcd_network_facts *network, const struct kcd_server_facts *server,
                          struct kcd_doctor *doctor)
{
  struct kcd_check *check = check_add(doctor, "dns-address", "address", server->name);
  if (server->lookup.state == KCD_TRIAL_FAILED) {
    /* Where another one has an address, kcdfix goes on to that one. */
    check_error(check, has_address(network) ? KCD_CHECK_WARNING : KCD_CHECK_FAULT, &server->lookup.error);
    if (check->remedy == NULL)
      check_remedy(check, "Ask the DNS servers of the domain (/etc/resolv.conf), or remove the record of a DC that is "
                          "gone");
    return;
  }
  const char **list = kcd_calloc(server->n_addresses + 1, sizeof(*list));
  for (size_t i = 0; i < server->n_addresses; i++)
    list[i] = server->addresses[i].address;
  KCD_AUTO_CHAR addresses = kcd_join_words(list, server->n_addresses);
  free(list);
  check_say(check, KCD_CHECK_OK, "%s is %s", server->name, addresses);
}

/* libkrb5 asks only where rdns and dns_canonicalize_hostname are on; kcdfix turns both off for itself. */
static void check_reverse(const struct kcd_machine *machine, const struct kcd_server_facts *server,
                          const struct kcd_address_facts *address, struct kcd_doctor *doctor)
{
  struct kcd_check *check = check_add(doctor, "dns-reverse", "reverse", address->address);
  if (address->trial.state == KCD_TRIAL_FAILED) {
    check_say(check, KCD_CHECK_WARNING, "%s; kcdfix does not need it", address->trial.error.message);
  } else if (address->trial.state == KCD_TRIAL_NONE) {
    check_say(check, KCD_CHECK_NOT_TRIED, "%s: not looked up, the time limit was over", address->address);
  } else if (address->reverse == NULL) {
    check_say(check, KCD_CHECK_OK, "%s has no name in DNS; nothing needs one", address->address);
  } else if (kcd_equal_nocase(address->reverse, server->name)) {
    check_say(check, KCD_CHECK_OK, "%s is called %s", address->address, address->reverse);
  } else {
    bool bites = machine->config.rdns_on && machine->config.canonicalize_on;
    check_say(check, KCD_CHECK_WARNING, "%s is called %s, not %s. kcdfix does not ask for it; %s", address->address,
              address->reverse, server->name,
              bites ? "kvno, smbclient and ldapsearch do, and ask for the wrong service"
                    : "with rdns or dns_canonicalize_hostname off nobody does");
    check_remedy(check, "Correct the PTR record, or set rdns = false in [libdefaults] of krb5.conf");
  }
}

void check_names(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_network_facts *network = &machine->network;
  check_ldap_record(machine, doctor);
  check_kdc_record(network, doctor);
  for (size_t i = 0; i < network->n_servers; i++) {
    const struct kcd_server_facts *server = &network->servers[i];
    check_address(network, server, doctor);
    for (size_t j = 0; j < server->n_addresses; j++)
      check_reverse(machine, server, &server->addresses[j], doctor);
    if (server->n_addresses == 0)
      check_say(check_add(doctor, "dns-reverse", "reverse", server->name), KCD_CHECK_NOT_TRIED,
                "%s: not tried, its address is not known", server->name);
  }
  if (network->n_servers > 0)
    return;
  static const char *const rest[][2] = {{"dns-address", "address"}, {"dns-reverse", "reverse"}};
  for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
    check_say(check_add(doctor, rest[i][0], rest[i][1], NULL), KCD_CHECK_NOT_TRIED,
              "not tried: no domain controller is known");
}

/* ---- ports ---- */

/* "389 2 ms"; less than a millisecond is no number. */
static void add_open(struct kcd_buf *text, const char *before, const struct kcd_port_facts *port)
{
  if (port->ms == 0)
    kcd_buf_addf(text, "%s%u <1 ms", before, port->port);
  else
    kcd_buf_addf(text, "%s%u %u ms", before, port->port, port->ms);
}

static void add_port(struct kcd_buf *text, const struct kcd_port_facts *port)
{
  const char *before = text->len > 0 ? ", " : "";
  switch (port->outcome) {
  case KCD_PORT_OPEN:
    add_open(text, before, port);
    break;
  case KCD_PORT_SILENT:
    kcd_buf_addf(text, "%s%u silent for %u ms", before, port->port, port->ms);
    break;
  case KCD_PORT_REFUSED:
  case KCD_PORT_UNREACHABLE:
  case KCD_PORT_NOT_TRIED:
    kcd_buf_addf(text, "%s%u %s", before, port->port,
                 port->outcome == KCD_PORT_NOT_TRIED ? "not tried" : kcd_port_outcome_name(port->outcome));
    break;
  }
}

static char *ports_text(const struct kcd_server_facts *server)
{
  struct kcd_buf text;
  kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
  for (int i = 0; i < KCD_PORTS; i++)
    add_port(&text, &server->ports[i]);
  return kcd_buf_take_text(&text);
}

static bool is_open(const struct kcd_server_facts *server, int port)
{
  return server->ports[port].outcome == KCD_PORT_OPEN;
}

static bool serves(const struct kcd_server_facts *server)
{
  return is_open(server, KCD_PORT_LDAP) && is_open(server, KCD_PORT_KDC);
}

static bool any_serves(const struct kcd_network_facts *network)
{
  for (size_t i = 0; i < network->n_servers; i++)
    if (serves(&network->servers[i]))
      return true;
  return false;
}

/* 464 (password change) and 3268 (global catalogue) are not needed for a check; 636 is only told. */
static void judge_ports(const struct kcd_network_facts *network, const struct kcd_server_facts *server,
                        struct kcd_check *check)
{
  KCD_AUTO_CHAR text = ports_text(server);
  if (!serves(server)) {
    bool others = any_serves(network);
    check_say(check, others ? KCD_CHECK_WARNING : KCD_CHECK_FAULT, "%s: %s. LDAP is 389, the KDC 88%s", server->name,
              text, others ? "; another domain controller answers both" : "");
    check_remedy(check, "See whether %s runs, and which firewall is on the way (ports 88 and 389, TCP)", server->name);
    check_id(check, is_open(server, KCD_PORT_LDAP) ? "kdc-unreachable" : "dc-unreachable");
  } else if (!is_open(server, KCD_PORT_KPASSWD) || !is_open(server, KCD_PORT_CATALOGUE)) {
    check_say(check, KCD_CHECK_WARNING, "%s: %s. Without %s", server->name, text,
              !is_open(server, KCD_PORT_KPASSWD) ? "464 no password can be changed (kpasswd)"
                                                 : "3268 it is no global catalogue: other domains of the forest are "
                                                   "not seen");
    check_remedy(check, "Nothing, where that is meant to be so; else see which firewall is on the way to %s",
                 server->name);
  } else {
    check_say(check, KCD_CHECK_OK, "%s: %s", server->name, text);
  }
}

void check_ports(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_network_facts *network = &machine->network;
  for (size_t i = 0; i < network->n_servers; i++) {
    const struct kcd_server_facts *server = &network->servers[i];
    struct kcd_check *check = check_add(doctor, "ports", "ports", server->name);
    if (server->n_addresses == 0)
      check_say(check, KCD_CHECK_NOT_TRIED, "%s: not tried, its address is not known", server->name);
    else
      judge_ports(network, server, check);
  }
  if (network->n_servers == 0)
    check_say(check_add(doctor, "ports", "ports", NULL), KCD_CHECK_NOT_TRIED,
              "not tried: no domain controller is known");
}
