#include <kcdfix/machine.h>

#include <stdlib.h>

const char *kcd_port_outcome_name(enum kcd_port_outcome outcome)
{
  static const char *const names[] = {
      [KCD_PORT_NOT_TRIED] = "not-tried",     [KCD_PORT_OPEN] = "open",
      [KCD_PORT_REFUSED] = "refused",         [KCD_PORT_SILENT] = "silent",
      [KCD_PORT_UNREACHABLE] = "unreachable",
  };
  return names[outcome];
}

void kcd_trial_set(struct kcd_trial *trial, int status, const struct kcd_error *err)
{
  *trial = (struct kcd_trial){.state = status == 0 ? KCD_TRIAL_DONE : KCD_TRIAL_FAILED};
  if (status != 0)
    trial->error = *err;
}

static void server_done(struct kcd_server_facts *server)
{
  for (size_t i = 0; i < server->n_addresses; i++) {
    free(server->addresses[i].address);
    free(server->addresses[i].reverse);
  }
  free(server->addresses);
  free(server->name);
}

static void network_done(struct kcd_network_facts *network)
{
  for (size_t i = 0; i < network->n_servers; i++)
    server_done(&network->servers[i]);
  free(network->servers);
  free(network->domain);
  free(network->server);
  free(network->ldap.name);
  free(network->ldap_plain.name);
  free(network->kerberos.name);
}

static void config_done(struct kcd_config_facts *config)
{
  for (size_t i = 0; i < config->n_files; i++)
    free(config->files[i].path);
  free(config->files);
  free(config->default_realm);
  free(config->default_ccache_name);
  free(config->rdns);
  free(config->dns_canonicalize_hostname);
  free(config->forwardable);
}

void kcd_machine_done(struct kcd_machine *machine)
{
  network_done(&machine->network);
  config_done(&machine->config);
  free(machine->ticket.cache);
  free(machine->ticket.principal);
  free(machine->ticket.realm);
  free(machine->keytab.file);
  free(machine->keytab.host);
  free(machine->talk.dc);
  free(machine->talk.dc_domain);
  free(machine->talk.dc_realm);
  free(machine->rights.host);
  free(machine->rights.account);
  free(machine->context);
  *machine = (struct kcd_machine){0};
}
