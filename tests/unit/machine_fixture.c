#include "machine_fixture.h"

#define TEXT(literal) ((char *)(literal))

static void init_server(struct kcd_server_facts *server, const char *name, struct kcd_address_facts *address)
{
  static const uint16_t ports[KCD_PORTS] = {88, 389, 464, 3268, 636};
  *server = (struct kcd_server_facts){
      .name = TEXT(name), .lookup.state = KCD_TRIAL_DONE, .addresses = address, .n_addresses = 1};
  for (int i = 0; i < KCD_PORTS; i++)
    server->ports[i] = (struct kcd_port_facts){ports[i], KCD_PORT_OPEN, (unsigned)i};
}

static void init_network(struct machine_world *world)
{
  world->addresses[0] = (struct kcd_address_facts){.address = TEXT("127.0.0.10"), .trial.state = KCD_TRIAL_DONE};
  world->addresses[1] = (struct kcd_address_facts){.address = TEXT("127.0.0.11"), .trial.state = KCD_TRIAL_DONE};
  init_server(&world->servers[0], "dc1.kcd.test", &world->addresses[0]);
  init_server(&world->servers[1], "dc2.kcd.test", &world->addresses[1]);
  world->machine.network = (struct kcd_network_facts){
      .domain = TEXT("kcd.test"),
      .ldap = {.name = TEXT("_ldap._tcp.dc._msdcs.kcd.test"), .trial.state = KCD_TRIAL_DONE, .n = 1},
      .ldap_plain = {.name = TEXT("_ldap._tcp.kcd.test"), .trial.state = KCD_TRIAL_DONE, .n = 1},
      .kerberos = {.name = TEXT("_kerberos._tcp.kcd.test"), .trial.state = KCD_TRIAL_DONE, .n = 1},
      .servers = world->servers,
      .n_servers = 1};
}

static void init_kerberos(struct machine_world *world)
{
  struct kcd_machine *machine = &world->machine;
  world->files[0] = (struct kcd_config_file){TEXT("/etc/krb5.conf"), KCD_FILE_GOOD};
  world->files[1] = (struct kcd_config_file){TEXT("/etc/other.conf"), KCD_FILE_GOOD};
  machine->config = (struct kcd_config_facts){.files = world->files,
                                              .n_files = 1,
                                              .trial.state = KCD_TRIAL_DONE,
                                              .default_realm = TEXT("KCD.TEST"),
                                              .rdns_on = true,
                                              .canonicalize_on = true,
                                              .forwardable_off = true,
                                              .udp_limit = -1,
                                              .permits_aes = true,
                                              .permits_rc4 = true};
  machine->ticket = (struct kcd_ticket_facts){.cache = TEXT("FILE:/tmp/krb5cc_0"),
                                              .trial.state = KCD_TRIAL_DONE,
                                              .principal = TEXT("admin@KCD.TEST"),
                                              .realm = TEXT("KCD.TEST"),
                                              .has_tgt = true,
                                              .forwardable = true,
                                              .ends = MACHINE_NOW + 36000,
                                              .ticket_enctype = 18,
                                              .session_enctype = 18};
  machine->keytab = (struct kcd_keytab_facts){.file = TEXT("core2016.keytab"),
                                              .trial.state = KCD_TRIAL_DONE,
                                              .host = TEXT("CORE2016$"),
                                              .newest = 3,
                                              .has_aes = true};
}

void machine_world_init(struct machine_world *world)
{
  *world = (struct machine_world){.machine.now = MACHINE_NOW, .machine.context = TEXT("")};
  init_network(world);
  init_kerberos(world);
  struct kcd_trial done = {.state = KCD_TRIAL_DONE};
  world->machine.talk = (struct kcd_talk_facts){.dc = TEXT("dc1.kcd.test"),
                                                .sasl = done,
                                                .open = done,
                                                .dc_clock = MACHINE_NOW,
                                                .clock = MACHINE_NOW,
                                                .dc_domain = TEXT("kcd.test"),
                                                .dc_realm = TEXT("KCD.TEST"),
                                                .kdc = done,
                                                .kdc_asked = true,
                                                .bind = done,
                                                .read = done,
                                                .domain_level = 7,
                                                .dc_enctypes = 0x1c};
  world->machine.rights = (struct kcd_rights_facts){.host = TEXT("CORE2016"),
                                                    .trial = done,
                                                    .list = true,
                                                    .account_control = true,
                                                    .token_known = true,
                                                    .administrator = true,
                                                    .account = TEXT("CORE2016$"),
                                                    .key_version = 3};
  world->machine.records.trial = done;
}

struct kcd_trial failed(enum kcd_errc code, const char *id, const char *message, const char *next)
{
  struct kcd_trial trial = {.state = KCD_TRIAL_FAILED};
  kcd_fail(&trial.error, code, "%s", message);
  kcd_error_id(&trial.error, id);
  kcd_error_next(&trial.error, "%s", next);
  return trial;
}
