/* machine.h - what this machine has, and gets, on its way to the domain: the facts of kcdfix doctor as plain structs.
 *
 * Filled by src/directory (survey.h) and src/kerberos (setup.h), judged by doctor.h, which sees nothing else.
 */
#ifndef KCDFIX_MACHINE_H
#define KCDFIX_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/error.h>

/* One thing that was tried. */
enum kcd_trial_state { KCD_TRIAL_NONE, KCD_TRIAL_DONE, KCD_TRIAL_FAILED };
struct kcd_trial {
  enum kcd_trial_state state;
  struct kcd_error error; /* FAILED */
};

/* ---- the network ---- */

enum kcd_port_outcome { KCD_PORT_NOT_TRIED, KCD_PORT_OPEN, KCD_PORT_REFUSED, KCD_PORT_SILENT, KCD_PORT_UNREACHABLE };
/* "open", "refused", "silent", "unreachable", "not-tried": the words of the JSON contract. */
const char *kcd_port_outcome_name(enum kcd_port_outcome outcome);

struct kcd_port_facts {
  uint16_t port;
  enum kcd_port_outcome outcome;
  unsigned ms; /* until the answer; with SILENT: how long it was waited for */
};
enum { KCD_PORT_KDC, KCD_PORT_LDAP, KCD_PORT_KPASSWD, KCD_PORT_CATALOGUE, KCD_PORT_LDAPS, KCD_PORTS };

struct kcd_address_facts {
  char *address;          /* "127.0.0.10" */
  struct kcd_trial trial; /* the reverse look-up */
  char *reverse;          /* the name that DNS gives back, the one of the server where that is among them; NULL: none */
};

struct kcd_server_facts {
  char *name;
  struct kcd_trial lookup;
  struct kcd_address_facts *addresses;
  size_t n_addresses;
  struct kcd_port_facts ports[KCD_PORTS];
};

/* One SRV record. */
struct kcd_record_facts {
  char *name;
  struct kcd_trial trial;
  size_t n; /* servers that it names */
};

struct kcd_network_facts {
  char *domain; /* NULL: none is known, DNS was not asked */
  char *server; /* --server; NULL: DNS names the servers */
  struct kcd_record_facts ldap, ldap_plain, kerberos;
  struct kcd_server_facts *servers; /* in the order to try; the first KCD_SERVERS of them */
  size_t n_servers;
  size_t n_more; /* further ones that were not looked at */
};
enum { KCD_SERVERS = 8 };

/* ---- Kerberos on this machine ---- */

enum kcd_file_state { KCD_FILE_GOOD, KCD_FILE_MISSING, KCD_FILE_UNREADABLE, KCD_FILE_MALFORMED };
struct kcd_config_file {
  char *path;
  enum kcd_file_state state;
};

/* Relations of [libdefaults], as written; NULL where there is none. */
struct kcd_config_facts {
  struct kcd_config_file *files; /* those of KRB5_CONFIG, or /etc/krb5.conf */
  size_t n_files;
  struct kcd_trial trial; /* whether libkrb5 takes them */
  char *default_realm;
  char *default_ccache_name;
  char *rdns, *dns_canonicalize_hostname, *forwardable;
  bool rdns_on, canonicalize_on, forwardable_off; /* what the three mean to libkrb5, its defaults included */
  int udp_limit;                                  /* -1: not set */
  bool permits_aes, permits_rc4;
};

/* The cache and the ticket-granting ticket in it. */
struct kcd_ticket_facts {
  bool by_password;       /* --login-user: no cache is used */
  char *cache;            /* "FILE:/tmp/krb5cc_0"; NULL if not even its name is known */
  struct kcd_trial trial; /* whether it holds a ticket that has not expired */
  char *principal, *realm;
  bool has_tgt;
  bool forwardable;
  time_t ends;
  int ticket_enctype, session_enctype; /* of the ticket-granting ticket; 0: not known */
  bool others_may_read;                /* a FILE that not its owner alone may read */
};

struct kcd_keytab_facts {
  char *file; /* NULL: none was given */
  struct kcd_trial trial;
  char *host;      /* "CORE2016$", the account whose key it holds */
  unsigned newest; /* its highest key version for that host */
  bool has_aes;
  bool others_may_read;
};

/* ---- talking to one domain controller ---- */

struct kcd_talk_facts {
  char *dc;              /* NULL: none to talk to */
  struct kcd_trial sasl; /* the mechanism GSSAPI is there */
  struct kcd_trial open; /* LDAP connection and RootDSE */
  time_t dc_clock;       /* 0: not told */
  time_t clock;          /* this machine's at that moment */
  char *dc_domain, *dc_realm;
  struct kcd_trial kdc; /* ticket for ldap/DC */
  bool kdc_asked;       /* false: that ticket was in the cache */
  struct kcd_trial bind;
  struct kcd_trial read; /* the searches behind the following */
  unsigned domain_level;
  uint32_t dc_enctypes; /* msDS-SupportedEncryptionTypes of the DC; 0: not set, or not readable */
};

/* What the login may write, of the host that was named. */
struct kcd_rights_facts {
  char *host; /* operand; NULL: none was named */
  struct kcd_trial trial;
  bool list, account_control; /* msDS-AllowedToDelegateTo, userAccountControl in allowedAttributesEffective */
  bool token_known;
  bool administrator;   /* in a group that holds SeEnableDelegationPrivilege by default */
  char *account;        /* "CORE2016$" */
  unsigned key_version; /* msDS-KeyVersionNumber; 0: not readable */
};

struct kcd_records_facts {
  struct kcd_trial trial; /* whether records of changes can be kept */
  size_t n;               /* those that are there */
};

struct kcd_machine {
  struct kcd_network_facts network;
  struct kcd_config_facts config;
  struct kcd_ticket_facts ticket;
  struct kcd_keytab_facts keytab;
  struct kcd_talk_facts talk;
  struct kcd_rights_facts rights;
  struct kcd_records_facts records;
  time_t now;    /* this machine's clock */
  char *context; /* the options that reach the same domain, "-S dc1", quoted; "" for none */
};
void kcd_machine_done(struct kcd_machine *machine);

/* DONE when STATUS is 0, else FAILED with ERR. */
void kcd_trial_set(struct kcd_trial *trial, int status, const struct kcd_error *err);

#endif
