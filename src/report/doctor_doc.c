#include "doc.h"
#include "document.h"

static json_t *check_object(const struct kcd_check *check)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "check", kcd_doc_text(check->name));
  kcd_doc_set(object, "label", kcd_doc_text(check->label));
  kcd_doc_set(object, "state", kcd_doc_text(kcd_check_state_name(check->state)));
  kcd_doc_set(object, "subject", kcd_doc_text(check->subject));
  kcd_doc_set(object, "message", kcd_doc_text(check->message));
  kcd_doc_set(object, "remedy", kcd_doc_text(check->remedy));
  kcd_doc_set(object, "id", kcd_doc_text(check->id));
  kcd_doc_set(object, "said", kcd_doc_text(check->said));
  return object;
}

static json_t *addresses_of(const struct kcd_server_facts *server)
{
  json_t *addresses = kcd_doc_array();
  for (size_t i = 0; i < server->n_addresses; i++) {
    json_t *address = kcd_doc_object();
    kcd_doc_set(address, "address", kcd_doc_text(server->addresses[i].address));
    kcd_doc_set(address, "reverse", kcd_doc_text(server->addresses[i].reverse));
    kcd_doc_add(addresses, address);
  }
  return addresses;
}

static json_t *ports_of(const struct kcd_server_facts *server)
{
  json_t *ports = kcd_doc_array();
  for (int i = 0; i < KCD_PORTS; i++) {
    const struct kcd_port_facts *facts = &server->ports[i];
    bool tried = facts->outcome != KCD_PORT_NOT_TRIED;
    json_t *port = kcd_doc_object();
    kcd_doc_set(port, "port", kcd_doc_uint(facts->port));
    kcd_doc_set(port, "outcome", kcd_doc_text(kcd_port_outcome_name(facts->outcome)));
    kcd_doc_set(port, "milliseconds", tried ? kcd_doc_uint(facts->ms) : json_null());
    kcd_doc_add(ports, port);
  }
  return ports;
}

void kcd_report_doctor(struct kcd_report *report, const struct kcd_machine *machine, const struct kcd_doctor *doctor)
{
  json_t *doc = report->doc;
  kcd_doc_set(doc, "domain", kcd_doc_text(doctor->domain));
  kcd_doc_set(doc, "dc", kcd_doc_text(machine->talk.dc));
  for (size_t i = 0; i < doctor->n; i++)
    kcd_doc_add(json_object_get(doc, "checks"), check_object(&doctor->checks[i]));
  for (size_t i = 0; i < machine->network.n_servers; i++) {
    const struct kcd_server_facts *facts = &machine->network.servers[i];
    json_t *server = kcd_doc_object();
    kcd_doc_set(server, "name", kcd_doc_text(facts->name));
    kcd_doc_set(server, "addresses", addresses_of(facts));
    kcd_doc_set(server, "ports", ports_of(facts));
    kcd_doc_add(json_object_get(doc, "servers"), server);
  }
  kcd_doc_set(doc, "next", kcd_doc_text(doctor->next));
}
