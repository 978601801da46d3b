/* facts.h - what the directory says about one domain controller, one host, one user and one SPN, as plain structs.
 *
 * Built once by the adapters; all reasoning (predict.h, findings.h, plan.h) sees nothing else, so every rule can be
 * tested with literals.
 */
#ifndef KCDFIX_FACTS_H
#define KCDFIX_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <kcdfix/bytes.h>
#include <kcdfix/entry.h>
#include <kcdfix/replmeta.h>
#include <kcdfix/secdesc.h>
#include <kcdfix/sid.h>
#include <kcdfix/spn.h>

/* The rule set a KDC follows (kdc-rules.md section 0). The order is the column order of the rule table. */
enum kcd_flavour {
  KCD_FLAVOUR_WINDOWS,      /* Windows Server 2012 and newer, enforcement phases over */
  KCD_FLAVOUR_WINDOWS_OLD,  /* 2012 to 2019 before March 2021, or NonForwardableDelegation = 1 */
  KCD_FLAVOUR_WINDOWS_2008, /* 2008 R2 and older */
  KCD_FLAVOUR_SAMBA_417,    /* Samba 4.17 and 4.18 (and older), Heimdal build */
  KCD_FLAVOUR_SAMBA_419,    /* Samba 4.19 and newer, Heimdal build */
  KCD_FLAVOUR_SAMBA_MIT,    /* Samba built with MIT krb5 1.20 or newer */
  KCD_FLAVOUR_UNKNOWN       /* predicted as WINDOWS, never certain */
};
#define KCD_FLAVOURS 6 /* columns of the rule table; UNKNOWN has none */

/* "windows", "windows-old", "windows-2008", "samba-heimdal-4.17", "samba-heimdal-4.19", "samba-mit", "unknown". */
const char *kcd_flavour_name(enum kcd_flavour flavour);
/* -1 for an unknown name. */
int kcd_flavour_parse(const char *name, enum kcd_flavour *ret);

bool kcd_flavour_is_samba(enum kcd_flavour flavour);

enum kcd_tri { KCD_UNKNOWN = 0, KCD_NO, KCD_YES };

/* The domain controller that answered, from its RootDSE and its computer object. Strings owned. */
struct kcd_dc {
  char *name;      /* dnsHostName */
  char *site;      /* from serverName; NULL if unknown */
  char *domain;    /* DNS name of its domain */
  char *realm;     /* Kerberos realm, from ldapServiceName */
  char *domain_nc; /* defaultNamingContext */
  char *config_nc;
  char *root_nc;
  char *server_dn;                                   /* serverName */
  char *vendor;                                      /* vendorName: Samba sets it, Windows does not; NULL if absent */
  char *operating_system, *operating_system_version; /* of its computer object; NULL until gathered */
  struct kcd_sid domain_sid;
  enum kcd_flavour flavour;
  unsigned domain_level, forest_level, dc_level; /* msDS-Behavior-Version numbers */
  bool global_catalog;
  uint8_t address[16];  /* the one that it was asked at */
  uint8_t address_len;  /* 4 or 16; 0: not known */
  bool dynamic_objects; /* supportedExtension has 1.3.6.1.4.1.1466.101.119.1: objects with a time to live (RFC 2589) */
  enum kcd_tri read_only; /* RODC */
  time_t clock;           /* currentTime of the RootDSE, 0 if absent */
  time_t clock_read_at;   /* this machine's clock when it was read */
};
void kcd_dc_done(struct kcd_dc *dc);
/* The DC's clock when this machine's shows NOW, as far as it was told; else NOW. */
time_t kcd_dc_time(const struct kcd_dc *dc, time_t now);

/* The rule set, from what kdc-rules.md 6.4 says: vendorName tells Samba, the version is in operatingSystem (4.22) or
 * operatingSystemVersion (4.17) of the DC's computer object; Windows by domainControllerFunctionality. */
enum kcd_flavour kcd_flavour_of(const char *vendor, const char *operating_system, const char *os_version,
                                unsigned dc_level);

enum kcd_account_kind {
  KCD_KIND_USER,
  KCD_KIND_COMPUTER,
  KCD_KIND_MANAGED_SERVICE, /* msDS-GroupManagedServiceAccount, msDS-ManagedServiceAccount */
  KCD_KIND_OTHER
};

/* "user", "computer", "managed-service", "other". */
const char *kcd_account_kind_name(enum kcd_account_kind kind);

struct kcd_account {
  char *dn;
  char *sam_account_name;
  char *dns_host_name; /* NULL if absent, as all strings here */
  char *user_principal_name;
  char *operating_system;
  enum kcd_account_kind kind;
  uint8_t guid[16];
  struct kcd_sid sid;
  uint32_t uac;
  uint32_t uac_computed; /* msDS-User-Account-Control-Computed: locked 0x10, password expired 0x800000 */
  bool has_uac;
  uint32_t primary_group_rid;
  uint32_t enctypes; /* msDS-SupportedEncryptionTypes */
  bool has_enctypes;
  uint64_t pwd_last_set;         /* FILETIME; 0: never, or must change */
  bool has_pwd_last_set;         /* false: attribute absent or not readable */
  uint64_t account_expires;      /* FILETIME; 0 and 0x7fffffffffffffff never */
  uint64_t last_logon;           /* lastLogonTimestamp, 0 if absent */
  struct kcd_values logon_hours; /* logonHours, as stored; empty: at any hour */
  struct kcd_values delegate_to; /* msDS-AllowedToDelegateTo, as stored */
  struct kcd_values spns;        /* servicePrincipalName */
  struct kcd_bytes rbcd;         /* msDS-AllowedToActOnBehalfOfOtherIdentity, undecoded; len 0 if absent */
  struct kcd_sid *token;         /* tokenGroups and the own SID: NULL if not read */
  size_t n_token;
  enum kcd_tri protected_user; /* member of Protected Users, nested and by primary group */
  bool is_cluster_name;        /* servicePrincipalName MSClusterVirtualServer/... */
  bool is_cluster_node;        /* servicePrincipalName MSServerClusterMgmtAPI/... or MSServerCluster/... */
  bool is_ca;                  /* an enrollment service of the forest runs there */
  bool has_auth_policy;        /* msDS-AssignedAuthNPolicy or msDS-AssignedAuthNPolicySilo is set */
  bool admin_count;            /* adminCount = 1 */
  enum kcd_tri has_keys;       /* KCD_NO: the replication metadata shows that no password was ever set */
  struct kcd_attr_meta uac_meta, list_meta, rbcd_meta; /* version 0: not known */
};
void kcd_account_done(struct kcd_account *account);

/* Attributes that kcd_account_from_entry reads, NULL-terminated: what a search for an account must ask for. */
extern const char *const kcd_account_attributes[];

/* Turns an entry into an account. Missing attributes stay empty; a malformed one is as if it were absent. */
void kcd_account_from_entry(const struct kcd_entry *entry, struct kcd_account *ret);

/* Takes the SIDs of tokenGroups (of a base search for the account) and decides protected_user. */
void kcd_account_set_token(struct kcd_account *account, const struct kcd_values *token_groups,
                           const struct kcd_sid *domain_sid);

bool kcd_account_is_dc(const struct kcd_account *account); /* SERVER_TRUST or PARTIAL_SECRETS */
/* krbtgt of any domain, or the krbtgt_NNNNN of a read-only DC. A ticket for any SPN on it is sealed with the KDC's own
 * key. */
bool kcd_account_is_kdc(const struct kcd_account *account);
bool kcd_account_is_enabled(const struct kcd_account *account);
bool kcd_account_is_expired(const struct kcd_account *account, time_t now);
bool kcd_account_must_change_password(
    const struct kcd_account *account); /* pwdLastSet 0 or expired, never for computers */
/* A computer whose password was never set. pwdLastSet alone does not tell: it can be reset to 0. */
bool kcd_account_has_no_keys(const struct kcd_account *account);
/* "CORE2016" of "CORE2016$"; owned by the caller. */
char *kcd_account_short_name(const struct kcd_account *account);

/* One account that owns an SPN, directly or because sPNMappings implies the class through host/. */
struct kcd_spn_owner {
  struct kcd_account *account; /* borrowed from kcd_facts_set */
  char *value;                 /* the servicePrincipalName that matches, as stored; owned */
  bool direct;                 /* false: through sPNMappings */
};

/* Everything known about one SPN operand. */
struct kcd_target {
  struct kcd_spn spn;
  struct kcd_spn_owner *owners; /* direct owners first: the KDC looks for the mapped class only if none is direct */
  size_t n_owners;
  bool class_is_mapped; /* sPNMappings of this forest implies the class through host/ */
  char *sibling;        /* the short form of an FQDN SPN, the FQDN form of a short one; NULL if there is none */
  struct kcd_spn_owner *sibling_owners;
  size_t n_sibling_owners;
  bool escaped_form_owned;   /* an account holds the backslash-escaped form (names with blanks on Samba) */
  struct kcd_account *named; /* class host or mapped to it: the computer whose cn is the first label of the SPN's host.
                              * Samba's KDC takes it where nobody holds the SPN, and finds two accounts where another
                              * one holds host/. NULL: none, or not looked for */
  char *canonical_host;      /* what DNS calls the host, where nobody holds the SPN and that is another name; NULL */
  char *foreign_domain, *foreign_account, *foreign_dn; /* the account of another domain of the forest that owns the SPN,
                                                        * found in the global catalogue; NULL: none, or not asked */
};
void kcd_target_done(struct kcd_target *target);

/* The account that the KDC issues the ticket for: the direct owner, else the mapped one; NULL if there is none. */
struct kcd_account *kcd_target_account(const struct kcd_target *target);
/* The same, or where nobody owns the SPN the computer that bears the name (`named`); NULL if there is none either. */
struct kcd_account *kcd_target_served(const struct kcd_target *target);
/* Distinct accounts among the owners. More than one is a duplicate SPN. */
size_t kcd_target_distinct_owners(const struct kcd_target *target);

struct kcd_replicas;
struct kcd_conversation;

/* Who bears a SID that the resource-based descriptor of a target names. */
struct kcd_trustee {
  struct kcd_sid sid;
  char *name;          /* sAMAccountName; NULL where nobody was found. Owned */
  enum kcd_tri exists; /* KCD_NO: a SID of this domain, and no account bears it; KCD_UNKNOWN: of another domain */
};

/* Entries of a host's list that are wrong whatever SPN is asked for. Owned. */
struct kcd_list_defects {
  struct kcd_values malformed; /* can never match a request */
  struct kcd_values doubles;   /* stand behind an equal one, case aside */
  struct kcd_values kdc;       /* lead to the KDC itself */
};
/* KRBTGT may be NULL. */
void kcd_list_defects_of(const struct kcd_account *host, const struct kcd_account *krbtgt,
                         struct kcd_list_defects *ret);
void kcd_list_defects_done(struct kcd_list_defects *defects);

/* A cluster: its nodes as the user named them, or as they were guessed, since the directory does not link them. */
struct kcd_cluster_facts {
  char *name;
  struct kcd_account *account;        /* the cluster name object, or the virtual computer object of a role; NULL: not
                                       * found. Borrowed */
  char **nodes;                       /* names */
  struct kcd_account **node_accounts; /* of each; NULL: not found, or not looked for */
  size_t n_nodes;
  const char *guessed_by; /* NULL: named by the user; else what the guess rests on, in words */
};
void kcd_cluster_facts_done(struct kcd_cluster_facts *cluster);

/* What is known for one pair; everything borrowed. */
struct kcd_facts {
  const struct kcd_dc *dc;
  const char *host_operand;
  const struct kcd_account *host; /* NULL: not found, or ambiguous */
  size_t host_matches;            /* how many accounts bear the name */
  char *const *host_match_dns;    /* their DNs, host_matches of them; NULL if not kept */
  const struct kcd_target *target;
  const char *user_operand;
  const struct kcd_account *user; /* NULL: not found, or of another realm */
  size_t user_matches;
  const char *user_realm;             /* realm named with the user where it is not the DC's; NULL otherwise */
  const struct kcd_account *krbtgt;   /* NULL if not read */
  struct kcd_account *const *holders; /* other accounts that list one of the SPN operands */
  size_t n_holders;
  const struct kcd_trustee *trustees; /* those of the descriptors of the targets, as far as they were looked up */
  size_t n_trustees;
  struct kcd_account *const *acceptors; /* other accounts that have a resource-based descriptor; before a change only */
  size_t n_acceptors;
  time_t transition_set;         /* when a record of this machine says that protocol transition was set, and not taken
                                  * back since; 0: no such record */
  const char *transition_record; /* its id */
  const struct kcd_replicas *replicas; /* what the other domain controllers hold; NULL: not compared */
  enum kcd_tri forest_searched; /* KCD_YES: nobody in the domain owns the SPN, and the global catalogue was asked;
                                 * KCD_NO: it could not be; KCD_UNKNOWN: there was no reason to */
  time_t accepted;              /* when a record of this machine says that the target was made to accept the host, and
                                 * not taken back since; 0: no such record */
  const char *accepted_record;  /* its id */
  const struct kcd_conversation *traced; /* what a network trace shows of this pair (trace.h); NULL: there is none */
  const struct kcd_account *stand_in; /* the temporary account that asks the KDC in the host's place (stand_in.h); NULL:
                                       * the host itself, or nobody */
  struct kcd_account *const *hosts;   /* all hosts that are asked about, this one among them; NULL: one was not found */
  size_t n_hosts;
  const struct kcd_cluster_facts *clusters;
  size_t n_clusters;
  const struct kcd_list_defects *defects; /* of the host's list, where many pairs share it; NULL: not looked for yet */
  time_t now;
};

#endif
