/* kcdfix doctor: each line in each state, from literals; what depends on a fault is no fault of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/text.h>

#include "machine_fixture.h"

#define TEXT(literal) ((char *)(literal))
#define LOST failed(KCD_E_UNREACHABLE, "dc-unreachable", "no DNS server answered", "look at resolv.conf")
#define ABSENT failed(KCD_E_NOT_FOUND, "dc-unreachable", "DNS has no SRV record", "name a domain controller with -S")
#define BROKEN failed(KCD_E_NOT_AUTHENTICATED, "login-failed", "it does not work", "try harder")

static const enum kcd_check_state OK = KCD_CHECK_OK, WARN = KCD_CHECK_WARNING, FAULT = KCD_CHECK_FAULT,
                                  NOT = KCD_CHECK_NOT_TRIED;

/* ---- one thing that is different ---- */

static void nothing(struct machine_world *w)
{
  (void)w;
}

static void no_domain(struct machine_world *w)
{
  struct kcd_network_facts *n = &w->machine.network;
  *n = (struct kcd_network_facts){.domain = NULL};
  w->machine.talk = (struct kcd_talk_facts){.sasl.state = KCD_TRIAL_DONE};
}

static void no_domain_and_no_config(struct machine_world *w)
{
  no_domain(w);
  w->machine.config.trial = BROKEN;
}

static void server_without_domain(struct machine_world *w)
{
  struct kcd_network_facts *n = &w->machine.network;
  n->domain = n->ldap.name = n->kerberos.name = NULL;
  n->server = TEXT("dc1.kcd.test");
  n->ldap.trial.state = n->kerberos.trial.state = KCD_TRIAL_NONE;
}

static void no_srv(struct machine_world *w)
{
  w->machine.network.ldap.trial = w->machine.network.ldap_plain.trial = ABSENT;
  w->machine.network.n_servers = 0;
}

static void no_srv_but_server(struct machine_world *w)
{
  w->machine.network.ldap.trial = w->machine.network.ldap_plain.trial = LOST;
  w->machine.network.server = TEXT("dc1.kcd.test");
}

static void no_msdcs(struct machine_world *w)
{
  w->machine.network.ldap.trial = ABSENT;
}

static void no_kdc_record(struct machine_world *w)
{
  w->machine.network.kerberos.trial = ABSENT;
}

static void kdc_record_lost(struct machine_world *w)
{
  w->machine.network.kerberos.trial = LOST;
}

static void many_servers(struct machine_world *w)
{
  w->machine.network.n_servers = 2;
  w->machine.network.n_more = 3;
}

static void no_address(struct machine_world *w)
{
  w->servers[0].lookup =
      failed(KCD_E_UNREACHABLE, "dc-unreachable", "there is no address for the name dc1.kcd.test", "");
  w->servers[0].n_addresses = 0;
}

static void no_address_of_one(struct machine_world *w)
{
  no_address(w);
  w->machine.network.n_servers = 2;
}

static void reverse_right(struct machine_world *w)
{
  w->addresses[0].reverse = TEXT("DC1.kcd.test");
}

static void reverse_wrong(struct machine_world *w)
{
  w->addresses[0].reverse = TEXT("www.kcd.test");
}

static void reverse_wrong_and_off(struct machine_world *w)
{
  reverse_wrong(w);
  w->machine.config.rdns_on = false;
}

static void reverse_hostile(struct machine_world *w)
{
  w->addresses[0].reverse = TEXT("\033]0;x\007.test");
}

static void reverse_lost(struct machine_world *w)
{
  w->addresses[0].trial = LOST;
}

static void ldap_closed(struct machine_world *w)
{
  w->servers[0].ports[KCD_PORT_LDAP].outcome = KCD_PORT_REFUSED;
}

static void kdc_silent(struct machine_world *w)
{
  w->servers[0].ports[KCD_PORT_KDC] = (struct kcd_port_facts){88, KCD_PORT_SILENT, 5000};
}

static void kdc_unreachable_of_one(struct machine_world *w)
{
  w->servers[0].ports[KCD_PORT_KDC].outcome = KCD_PORT_UNREACHABLE;
  w->machine.network.n_servers = 2;
}

static void kpasswd_closed(struct machine_world *w)
{
  w->servers[0].ports[KCD_PORT_KPASSWD].outcome = KCD_PORT_REFUSED;
}

static void catalogue_closed(struct machine_world *w)
{
  w->servers[0].ports[KCD_PORT_CATALOGUE].outcome = KCD_PORT_REFUSED;
}

static void ldaps_closed(struct machine_world *w)
{
  w->servers[0].ports[KCD_PORT_LDAPS].outcome = KCD_PORT_NOT_TRIED;
}

static void clock_60(struct machine_world *w)
{
  w->machine.talk.clock += 60;
}

static void clock_61(struct machine_world *w)
{
  w->machine.talk.clock += 61;
}

static void clock_300(struct machine_world *w)
{
  w->machine.talk.clock -= 300;
}

/* As cmd_doctor leaves it: no login is tried then. */
static void clock_301(struct machine_world *w)
{
  struct kcd_talk_facts *talk = &w->machine.talk;
  talk->clock -= 301;
  talk->kdc.state = talk->bind.state = talk->read.state = KCD_TRIAL_NONE;
}

static void clock_unknown(struct machine_world *w)
{
  w->machine.talk.dc_clock = 0;
}

static void config_malformed(struct machine_world *w)
{
  w->machine.config.n_files = 2;
  w->files[0].state = KCD_FILE_MISSING;
  w->files[1].state = KCD_FILE_MALFORMED;
  w->machine.config.trial = BROKEN;
}

static void config_unreadable(struct machine_world *w)
{
  w->files[0].state = KCD_FILE_UNREADABLE;
  w->machine.config.trial = BROKEN;
}

static void config_broken_otherwise(struct machine_world *w)
{
  w->machine.config.trial = BROKEN;
}

static void config_missing(struct machine_world *w)
{
  w->files[0].state = KCD_FILE_MISSING;
  w->machine.config.default_realm = NULL;
}

static void other_realm(struct machine_world *w)
{
  w->machine.config.default_realm = TEXT("OLD.TEST");
}

static void rdns(struct machine_world *w)
{
  w->machine.config.rdns = TEXT("true");
}

static void rdns_off(struct machine_world *w)
{
  w->machine.config.rdns = TEXT("false");
  w->machine.config.rdns_on = false;
}

static void canonicalize(struct machine_world *w)
{
  w->machine.config.dns_canonicalize_hostname = TEXT("true");
}

static void forwardable_false(struct machine_world *w)
{
  w->machine.config.forwardable = TEXT("false");
}

static void udp(struct machine_world *w)
{
  w->machine.config.udp_limit = 1466;
}

static void udp_default(struct machine_world *w)
{
  w->machine.config.udp_limit = 1465;
}

static void ccache_in_memory(struct machine_world *w)
{
  w->machine.config.default_ccache_name = TEXT("MEMORY:x");
}

static void no_ticket(struct machine_world *w)
{
  w->machine.ticket = (struct kcd_ticket_facts){.cache = TEXT("KCM:1000")};
  w->machine.ticket.trial = failed(KCD_E_NOT_AUTHENTICATED, "no-ticket", "there is no cache KCM:1000", "kinit USER");
  w->machine.talk.kdc.state = w->machine.talk.bind.state = w->machine.talk.read.state = KCD_TRIAL_NONE;
  w->machine.rights.trial.state = KCD_TRIAL_NONE;
}

static void expired(struct machine_world *w)
{
  no_ticket(w);
  w->machine.ticket.trial = failed(KCD_E_NOT_AUTHENTICATED, "ticket-expired", "it has expired", "kinit admin@KCD.TEST");
}

static void memory(struct machine_world *w)
{
  no_ticket(w);
  w->machine.ticket.cache = TEXT("MEMORY:x");
}

static void password(struct machine_world *w)
{
  w->machine.ticket = (struct kcd_ticket_facts){.by_password = true, .principal = TEXT("admin@KCD.TEST")};
}

static void keyring(struct machine_world *w)
{
  w->machine.ticket.cache = TEXT("KEYRING:persistent:0");
}

static void kcm(struct machine_world *w)
{
  w->machine.ticket.cache = TEXT("KCM:0");
}

static void collection(struct machine_world *w)
{
  w->machine.ticket.cache = TEXT("DIR::/tmp/x/tkt");
}

static void readable_cache(struct machine_world *w)
{
  w->machine.ticket.others_may_read = true;
}

static void not_forwardable(struct machine_world *w)
{
  w->machine.ticket.forwardable = false;
}

static void ends_soon(struct machine_world *w)
{
  w->machine.ticket.ends = MACHINE_NOW + 899;
}

static void service_tickets_only(struct machine_world *w)
{
  w->machine.ticket.has_tgt = false;
}

static void rc4_ticket(struct machine_world *w)
{
  w->machine.ticket.ticket_enctype = 23;
}

static void rc4_session(struct machine_world *w)
{
  w->machine.ticket.session_enctype = 23;
}

static void only_rc4(struct machine_world *w)
{
  rc4_session(w);
  w->machine.config.permits_aes = false;
}

static void only_rc4_but_aes_ticket(struct machine_world *w)
{
  w->machine.config.permits_aes = false;
}

static void no_type(struct machine_world *w)
{
  only_rc4(w);
  w->machine.config.permits_rc4 = false;
}

static void no_rc4(struct machine_world *w)
{
  w->machine.config.permits_rc4 = false;
}

static void old_domain(struct machine_world *w)
{
  w->machine.talk.domain_level = 2;
}

static void dc_without_aes(struct machine_world *w)
{
  w->machine.talk.dc_enctypes = 0x4;
}

static void dc_names_none(struct machine_world *w)
{
  w->machine.talk.dc_enctypes = 0;
}

static void dc_aes_only(struct machine_world *w)
{
  w->machine.talk.dc_enctypes = 0x18;
}

static void no_plugin(struct machine_world *w)
{
  w->machine.talk.sasl = failed(KCD_E_NOT_AUTHENTICATED, "sasl-plugin-missing", "no mechanism GSSAPI", "install it");
  w->machine.talk.bind.state = w->machine.talk.read.state = KCD_TRIAL_NONE;
}

static void ticket_was_there(struct machine_world *w)
{
  w->machine.talk.kdc_asked = false;
}

static void kdc_fails(struct machine_world *w)
{
  w->machine.talk.kdc = BROKEN;
  w->machine.talk.bind.state = w->machine.talk.read.state = KCD_TRIAL_NONE;
}

static void nobody_to_talk_to(struct machine_world *w)
{
  w->machine.talk = (struct kcd_talk_facts){.sasl.state = KCD_TRIAL_DONE};
}

static void open_fails(struct machine_world *w)
{
  nobody_to_talk_to(w);
  w->machine.talk.dc = TEXT("dc1.kcd.test");
  w->machine.talk.open = LOST;
}

static void bind_fails(struct machine_world *w)
{
  w->machine.talk.bind = BROKEN;
  w->machine.talk.read.state = KCD_TRIAL_NONE;
}

static void read_fails(struct machine_world *w)
{
  w->machine.talk.read = LOST;
}

static void no_keytab(struct machine_world *w)
{
  w->machine.keytab = (struct kcd_keytab_facts){.file = NULL};
}

static void bad_keytab(struct machine_world *w)
{
  w->machine.keytab.trial = failed(KCD_E_IO, "keytab-damaged", "keytab file x is empty", "Copy the keytab again");
}

static void keytab_unasked(struct machine_world *w)
{
  w->machine.keytab.trial.state = KCD_TRIAL_NONE;
}

static void old_key(struct machine_world *w)
{
  w->machine.rights.key_version = 4;
}

static void version_unknown(struct machine_world *w)
{
  w->machine.rights.key_version = 0;
}

static void readable_keytab(struct machine_world *w)
{
  w->machine.keytab.others_may_read = true;
}

static void weak_keytab(struct machine_world *w)
{
  w->machine.keytab.has_aes = false;
}

static void no_host(struct machine_world *w)
{
  w->machine.rights = (struct kcd_rights_facts){.host = NULL};
}

static void rights_unread(struct machine_world *w)
{
  w->machine.rights.trial.state = KCD_TRIAL_NONE;
}

static void host_unknown(struct machine_world *w)
{
  w->machine.rights.trial = failed(KCD_E_NOT_FOUND, "host-not-found", "the directory has no host X", "name the host");
}

static void no_rights(struct machine_world *w)
{
  w->machine.rights.list = w->machine.rights.account_control = false;
}

static void list_only(struct machine_world *w)
{
  w->machine.rights.account_control = false;
}

static void bit_only(struct machine_world *w)
{
  w->machine.rights.list = false;
}

static void no_privilege(struct machine_world *w)
{
  w->machine.rights.administrator = false;
}

static void groups_unknown(struct machine_world *w)
{
  w->machine.rights.administrator = w->machine.rights.token_known = false;
}

static void no_records(struct machine_world *w)
{
  w->machine.records.trial = failed(KCD_E_IO, "state-not-writable", "no record", "make it writable");
}

/* ---- the table ---- */

static const struct {
  void (*change)(struct machine_world *w);
  const char *check;
  const enum kcd_check_state *state;
  const char *says;   /* in the message */
  const char *remedy; /* in the remedy; NULL: there is none */
} rows[] = {
    {nothing, "krb5-conf", &OK, "/etc/krb5.conf, default realm KCD.TEST, no trap in it", NULL},
    {config_malformed, "krb5-conf", &FAULT, "/etc/other.conf is malformed", "Mend /etc/other.conf"},
    {config_unreadable, "krb5-conf", &FAULT, "/etc/krb5.conf may not be read", "Mend"},
    {config_broken_otherwise, "krb5-conf", &FAULT, "it does not work", "try harder"},
    {config_missing, "krb5-conf", &WARN, "/etc/krb5.conf is not there", "KRB5_CONFIG"},
    {config_missing, "krb5-realm", &WARN, "no default_realm", "default_realm = REALM"},
    {other_realm, "krb5-realm", &WARN, "OLD.TEST, the domain's realm is KCD.TEST", "default_realm = KCD.TEST"},
    {rdns, "krb5-rdns", &WARN, "rdns = true", "rdns = false"},
    {canonicalize, "krb5-canonicalize", &WARN, "real name behind an alias", "dns_canonicalize_hostname = false"},
    {forwardable_false, "krb5-forwardable", &WARN, "cannot be delegated", "forwardable = true"},
    {udp, "krb5-udp", &WARN, "udp_preference_limit = 1466", "udp_preference_limit = 1"},
    {ccache_in_memory, "krb5-ccache", &WARN, "default_ccache_name is in MEMORY", "KEYRING"},

    {nothing, "dns-ldap", &OK, "_ldap._tcp.dc._msdcs.kcd.test names dc1.kcd.test", NULL},
    {many_servers, "dns-ldap", &OK, "dc1.kcd.test, dc2.kcd.test and 3 more, which are not looked at", NULL},
    {no_domain, "dns-ldap", &FAULT, "no domain is known", "-D"},
    {no_domain_and_no_config, "dns-ldap", &NOT, "no domain is known", "-D"},
    {server_without_domain, "dns-ldap", &NOT, "dc1.kcd.test needs no look-up", NULL},
    {no_srv, "dns-ldap", &FAULT, "no SRV record", "-S"},
    {no_srv_but_server, "dns-ldap", &WARN, "no DNS server answered", "-S works without it"},
    {no_msdcs, "dns-ldap", &WARN, "_ldap._tcp.kcd.test is there and names dc1.kcd.test", "nltest /dsregdns"},
    {nothing, "dns-kerberos", &OK, "names 1 KDC", NULL},
    {no_kdc_record, "dns-kerberos", &WARN, "kinit only where", "nltest /dsregdns"},
    {kdc_record_lost, "dns-kerberos", &WARN, "no DNS server answered", "resolv.conf"},
    {no_domain, "dns-kerberos", &NOT, "no domain is known", NULL},

    {nothing, "dns-address", &OK, "dc1.kcd.test is 127.0.0.10", NULL},
    {no_address, "dns-address", &FAULT, "no address for the name dc1.kcd.test", "resolv.conf"},
    {no_address_of_one, "dns-address", &WARN, "no address for the name dc1.kcd.test", "resolv.conf"},
    {no_srv, "dns-address", &NOT, "no domain controller is known", NULL},
    {nothing, "dns-reverse", &OK, "has no name in DNS; nothing needs one", NULL},
    {reverse_right, "dns-reverse", &OK, "127.0.0.10 is called DC1.kcd.test", NULL},
    {reverse_wrong, "dns-reverse", &WARN, "called www.kcd.test, not dc1.kcd.test. kcdfix does not ask for it; kvno",
     "PTR"},
    {reverse_wrong_and_off, "dns-reverse", &WARN, "off nobody does", "PTR"},
    {reverse_hostile, "dns-reverse", &WARN, "\\x1b]0;x\\x07.test", "PTR"},
    {reverse_lost, "dns-reverse", &WARN, "kcdfix does not need it", NULL},
    {no_srv, "dns-reverse", &NOT, "no domain controller is known", NULL},

    {nothing, "ports", &OK, "dc1.kcd.test: 88 <1 ms, 389 1 ms, 464 2 ms, 3268 3 ms, 636 4 ms", NULL},
    {ldap_closed, "ports", &FAULT, "389 refused", "firewall"},
    {kdc_silent, "ports", &FAULT, "88 silent for 5000 ms", "firewall"},
    {kdc_unreachable_of_one, "ports", &WARN, "another domain controller answers both", "firewall"},
    {kpasswd_closed, "ports", &WARN, "Without 464 no password can be changed", "firewall"},
    {catalogue_closed, "ports", &WARN, "Without 3268 it is no global catalogue", "firewall"},
    {ldaps_closed, "ports", &OK, "636 not tried", NULL},
    {no_address, "ports", &NOT, "its address is not known", NULL},
    {no_srv, "ports", &NOT, "no domain controller is known", NULL},

    {nothing, "clock", &OK, "the same as that of dc1.kcd.test", NULL},
    {clock_60, "clock", &OK, "1 min 0 s ahead of dc1.kcd.test", NULL},
    {clock_61, "clock", &WARN, "1 min 1 s ahead of dc1.kcd.test; Kerberos allows 5 min", "chronyd"},
    {clock_300, "clock", &WARN, "5 min 0 s behind dc1.kcd.test", "chronyd"},
    {clock_301, "clock", &FAULT, "5 min 1 s behind dc1.kcd.test; Kerberos allows 5 min", "chronyd"},
    {clock_301, "kdc", &NOT, "the clock has to be right first", NULL},
    {clock_301, "ldap", &NOT, "for lack of a ticket", NULL},
    {clock_unknown, "clock", &NOT, "tells its time", NULL},

    {nothing, "cache", &OK, "FILE:/tmp/krb5cc_0, its owner alone may read it", NULL},
    {keyring, "cache", &OK, "another session", NULL},
    {kcm, "cache", &OK, "KCM daemon", NULL},
    {collection, "cache", &OK, "collection", NULL},
    {readable_cache, "cache", &WARN, "others may read /tmp/krb5cc_0", "chmod 600 /tmp/krb5cc_0"},
    {memory, "cache", &FAULT, "belongs to one process", "KRB5CCNAME"},
    {no_ticket, "cache", &NOT, "no usable ticket", NULL},
    {password, "cache", &NOT, "by password", NULL},
    {nothing, "ticket", &OK, "of admin@KCD.TEST until 2026-11-22 06:24Z, forwardable", NULL},
    {not_forwardable, "ticket", &WARN, "not forwardable", "kinit -f admin@KCD.TEST"},
    {ends_soon, "ticket", &WARN, "ends soon", "kinit admin@KCD.TEST"},
    {service_tickets_only, "ticket", &WARN, "no ticket-granting ticket", "kinit admin@KCD.TEST"},
    {no_ticket, "ticket", &FAULT, "there is no cache KCM:1000", "kinit USER@KCD.TEST"},
    {expired, "ticket", &FAULT, "it has expired", "kinit admin@KCD.TEST"},
    {memory, "ticket", &NOT, "a cache in memory cannot hold one", NULL},
    {password, "ticket", &NOT, "by password", NULL},
    {config_malformed, "ticket", &NOT, "configuration cannot be read", NULL},

    {nothing, "enctype-ticket", &OK, "ticket aes256, session key aes256", NULL},
    {rc4_ticket, "enctype-ticket", &WARN, "ticket rc4, session key aes256: weak", "password of krbtgt"},
    {rc4_session, "enctype-ticket", &WARN, "session key rc4: weak", "admin@KCD.TEST have AES keys"},
    {no_ticket, "enctype-ticket", &NOT, "no ticket-granting ticket", NULL},
    {nothing, "enctype-machine", &OK, "AES and RC4", NULL},
    {no_rc4, "enctype-machine", &OK, "AES, not RC4", NULL},
    {only_rc4, "enctype-machine", &WARN, "only RC4 is left", "permitted_enctypes"},
    {only_rc4_but_aes_ticket, "enctype-machine", &FAULT, "no ticket of this domain can be used", "permitted_enctypes"},
    {no_type, "enctype-machine", &FAULT, "no ticket of this domain can be used", "permitted_enctypes"},
    {config_malformed, "enctype-machine", &NOT, "not known", NULL},
    {nothing, "enctype-domain", &OK, "dc1.kcd.test takes AES and RC4", NULL},
    {dc_aes_only, "enctype-domain", &OK, "takes AES, not RC4", NULL},
    {dc_names_none, "enctype-domain", &OK, "names no types", NULL},
    {dc_without_aes, "enctype-domain", &WARN, "takes no AES", "msDS-SupportedEncryptionTypes"},
    {old_domain, "enctype-domain", &WARN, "older than 2008", "functional level"},
    {no_ticket, "enctype-domain", &NOT, "nothing could be read", NULL},

    {nothing, "sasl", &OK, "GSSAPI", NULL},
    {no_plugin, "sasl", &FAULT, "no mechanism GSSAPI", "install it"},
    {no_plugin, "ldap", &NOT, "for lack of the SASL plugin", NULL},
    {nothing, "kdc", &OK, "gives a ticket for ldap/dc1.kcd.test", NULL},
    {ticket_was_there, "kdc", &OK, "was there", NULL},
    {kdc_fails, "kdc", &FAULT, "it does not work", "try harder"},
    {kdc_fails, "ldap", &NOT, "for lack of a ticket", NULL},
    {no_ticket, "kdc", &NOT, "nothing to log in with", NULL},
    {nobody_to_talk_to, "kdc", &NOT, "no domain controller answers", NULL},
    {open_fails, "kdc", &NOT, "the connection by LDAP comes first", NULL},
    {open_fails, "clock", &NOT, "tells its time", NULL},
    {nothing, "ldap", &OK, "logged in to dc1.kcd.test as admin@KCD.TEST, signed and sealed", NULL},
    {open_fails, "ldap", &FAULT, "no DNS server answered", "resolv.conf"},
    {bind_fails, "ldap", &FAULT, "it does not work", "try harder"},
    {read_fails, "ldap", &FAULT, "no DNS server answered", "resolv.conf"},
    {nobody_to_talk_to, "ldap", &NOT, "no domain controller answers", NULL},

    {nothing, "keytab", &OK, "version 3 of the key of CORE2016$, as the directory has it", NULL},
    {version_unknown, "keytab", &OK, "the directory's version is not known", NULL},
    {old_key, "keytab", &FAULT, "the keytab has version 3, the directory has version 4", "Make a new keytab"},
    {readable_keytab, "keytab", &WARN, "others may read core2016.keytab", "chmod 600 core2016.keytab"},
    {weak_keytab, "keytab", &WARN, "no AES key of CORE2016$", "Make a new keytab"},
    {bad_keytab, "keytab", &FAULT, "keytab file x is empty", "Copy the keytab again"},
    {no_keytab, "keytab", &NOT, "none was given", NULL},
    {keytab_unasked, "keytab", &NOT, "the realm of the domain is not known", NULL},

    {nothing, "rights", &OK, "may write CORE2016$, and probably has the delegation privilege", NULL},
    {no_rights, "rights", &FAULT, "may not write msDS-AllowedToDelegateTo and userAccountControl", "administrator"},
    {list_only, "rights", &FAULT, "may not write userAccountControl of CORE2016$", "administrator"},
    {bit_only, "rights", &FAULT, "may not write msDS-AllowedToDelegateTo of CORE2016$", "administrator"},
    {no_privilege, "rights", &WARN, "probably lacks the right", "kcdfix apply tells"},
    {groups_unknown, "rights", &WARN, "its groups cannot be read", "kcdfix apply tells"},
    {host_unknown, "rights", &FAULT, "the directory has no host X", "name the host"},
    {no_host, "rights", &NOT, "no host was named", NULL},
    {rights_unread, "rights", &NOT, "nobody is logged in", NULL},

    {nothing, "records", &OK, "changes can be recorded", NULL},
    {no_records, "records", &FAULT, "no record", "make it writable"},
};

static const struct kcd_check *find(const struct kcd_doctor *doctor, const char *name)
{
  for (size_t i = 0; i < doctor->n; i++)
    if (strcmp(doctor->checks[i].name, name) == 0)
      return &doctor->checks[i];
  return NULL;
}

static void judge(void (*change)(struct machine_world *w), struct kcd_doctor *ret)
{
  struct machine_world world;
  machine_world_init(&world);
  change(&world);
  kcd_doctor_judge(&world.machine, ret);
}

static void test_each_line_in_each_state(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct kcd_doctor doctor;
    judge(rows[i].change, &doctor);
    const struct kcd_check *check = find(&doctor, rows[i].check);
    if (check == NULL)
      fail_msg("row %zu: no line %s", i, rows[i].check);
    else if (check->state != *rows[i].state || strstr(check->message, rows[i].says) == NULL)
      fail_msg("row %zu, %s: %s \"%s\", not \"%s\"", i, rows[i].check, kcd_check_state_name(check->state),
               check->message, rows[i].says);
    else if (rows[i].remedy == NULL ? check->remedy != NULL
                                    : check->remedy == NULL || strstr(check->remedy, rows[i].remedy) == NULL)
      fail_msg("row %zu, %s: remedy \"%s\"", i, rows[i].check, check->remedy == NULL ? "none" : check->remedy);
    kcd_doctor_done(&doctor);
  }
}

/* A line that says so is ok or not tried, and says what it is about; a fault and a warning say what to do. */
static void test_every_line_says_something(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct kcd_doctor doctor;
    judge(rows[i].change, &doctor);
    for (size_t j = 0; j < doctor.n; j++) {
      const struct kcd_check *check = &doctor.checks[j];
      assert_non_null(check->message);
      assert_true(check->message[0] != '\0' && kcd_is_displayable(check->message));
      if (check->state == FAULT)
        assert_non_null(check->remedy);
    }
    assert_true(doctor.next[0] != '\0');
    kcd_doctor_done(&doctor);
  }
}

/* The same lines in the same order whatever is wrong: none goes missing. */
static void test_no_line_is_missing(void **state)
{
  (void)state;
  static const char *const names[] = {
      "krb5-conf", "dns-ldap", "dns-kerberos", "dns-address",    "dns-reverse",     "ports",
      "clock",     "cache",    "ticket",       "enctype-ticket", "enctype-machine", "enctype-domain",
      "sasl",      "kdc",      "ldap",         "keytab",         "rights",          "records"};
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct kcd_doctor doctor;
    judge(rows[i].change, &doctor);
    size_t at = 0;
    for (size_t j = 0; j < doctor.n && at < sizeof(names) / sizeof(names[0]); j++)
      if (strcmp(doctor.checks[j].name, names[at]) == 0)
        at++;
    if (at != sizeof(names) / sizeof(names[0]))
      fail_msg("row %zu: no line %s, or not at its place", i, names[at]);
    kcd_doctor_done(&doctor);
  }
}

/* One cause is one fault. */
static void test_what_depends_is_no_fault(void **state)
{
  (void)state;
  static void (*const causes[])(struct machine_world *) = {no_domain,  no_domain_and_no_config,
                                                           no_srv,     clock_301,
                                                           no_ticket,  expired,
                                                           memory,     no_plugin,
                                                           kdc_fails,  open_fails,
                                                           bind_fails, config_malformed};
  for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
    struct kcd_doctor doctor;
    judge(causes[i], &doctor);
    if (kcd_doctor_count(&doctor, FAULT) != 1)
      fail_msg("cause %zu: %zu faults", i, kcd_doctor_count(&doctor, FAULT));
    kcd_doctor_done(&doctor);
  }
}

static void test_silent_traps(void **state)
{
  (void)state;
  static void (*const harmless[])(struct machine_world *) = {nothing, rdns_off, udp_default};
  for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
    struct kcd_doctor doctor;
    judge(harmless[i], &doctor);
    assert_int_equal(doctor.n, kcd_doctor_count(&doctor, OK));
    kcd_doctor_done(&doctor);
  }
}

static void assert_next(void (*change)(struct machine_world *w), const char *context, const char *expected)
{
  struct machine_world world;
  machine_world_init(&world);
  change(&world);
  world.machine.context = TEXT(context);
  struct kcd_doctor doctor;
  kcd_doctor_judge(&world.machine, &doctor);
  assert_string_equal(expected, doctor.next);
  kcd_doctor_done(&doctor);
}

static void test_next(void **state)
{
  (void)state;
  assert_next(nothing, "", "kcdfix check CORE2016");
  assert_next(no_host, "-S dc1", "kcdfix check -S dc1 HOST SPN");
  assert_next(rdns, "", "kcdfix check CORE2016");
  assert_next(expired, "-S dc1", "kinit admin@KCD.TEST");
  assert_next(clock_301, "", "Set the clock, for example: chronyd -q 'server dc1.kcd.test iburst'");
}

/* What a domain controller says of itself goes before what was typed. */
static void test_domain(void **state)
{
  (void)state;
  struct kcd_doctor doctor;
  judge(server_without_domain, &doctor);
  assert_string_equal("kcd.test", doctor.domain);
  kcd_doctor_done(&doctor);
  judge(no_domain, &doctor);
  assert_null(doctor.domain);
  kcd_doctor_done(&doctor);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_each_line_in_each_state),
      cmocka_unit_test(test_every_line_says_something),
      cmocka_unit_test(test_no_line_is_missing),
      cmocka_unit_test(test_what_depends_is_no_fault),
      cmocka_unit_test(test_silent_traps),
      cmocka_unit_test(test_next),
      cmocka_unit_test(test_domain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
