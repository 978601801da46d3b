/* gather.h - from operands to facts: which searches to send, in how few flights. */
#ifndef KCDFIX_GATHER_H
#define KCDFIX_GATHER_H

#include <kcdfix/directory.h>
#include <kcdfix/facts.h>
#include <kcdfix/scenario.h>

/* What to find out. Operands as typed. */
struct kcd_query {
  const char *const *hosts;
  size_t n_hosts;
  const char *const *spns;
  size_t n_spns;     /* 0: every SPN in the list of each host */
  const bool *asked; /* [host * n_spns + spn]: the pairs that are meant; NULL: every host with every SPN */
  const struct kcd_cluster *clusters; /* whose nodes the user named */
  size_t n_clusters;
  const char *user;        /* "alice", "DOM\alice", "alice@REALM", a DN; NULL: no user is looked for */
  bool resource_based;     /* also whether this DC takes a resource-based descriptor over LDAP */
  bool without_holders;    /* not who else lists an SPN: nothing that a change asks, and the slowest of all searches */
  bool reachable_accounts; /* also the owners of every listed entry of the hosts, and the privileged users: for apply */
};

/* One account of an SPN listed on a host that is not among the operands: for the sentence about security. */
struct kcd_reachable {
  char *spn;
  struct kcd_account *account; /* NULL: no account owns it */
};

struct kcd_host_facts {
  char *operand;
  struct kcd_account *account; /* NULL: not found or ambiguous; borrowed from accounts */
  size_t matches;
  char **match_dns;                /* DNs of all matches, for the message when ambiguous */
  struct kcd_reachable *reachable; /* with query.reachable_accounts: one row a listed entry */
  size_t n_reachable;
};

struct kcd_facts_set {
  struct kcd_dc *dc;             /* borrowed from the connection */
  struct kcd_account **accounts; /* all accounts met, each once (by objectGUID); owned */
  size_t n_accounts;
  struct kcd_host_facts *hosts;
  size_t n_hosts;
  struct kcd_account **host_accounts; /* of the hosts, in their order; NULL: not found */
  struct kcd_cluster_facts *clusters; /* those of the query, then guesses */
  size_t n_clusters;
  struct kcd_target *targets; /* one for each SPN operand, or for each distinct listed entry when there was none */
  size_t n_targets;
  char *user_operand;
  char *user_realm; /* realm in the operand when it is not the DC's */
  struct kcd_account *user;
  size_t user_matches;
  struct kcd_account *krbtgt;   /* not among the accounts: read with few attributes; owned, NULL if not readable */
  struct kcd_account **holders; /* other accounts that list one of the SPN operands (finding wrong-object) */
  size_t n_holders;
  enum kcd_tri rbcd_system_only; /* with query.resource_based: systemOnly of the attribute in the schema of a Samba DC,
                                  * which then takes it over LDAP from nobody. Windows takes it all the same and is not
                                  * asked: KCD_UNKNOWN */
  struct kcd_trustee *trustees;  /* of the descriptors of the targets; a SID that was not looked up has no row */
  size_t n_trustees;
  struct kcd_account **acceptors; /* with query.reachable_accounts: the accounts with a resource-based descriptor, as
                                   * far as the DC found them within a second */
  size_t n_acceptors;
  struct kcd_account **privileged; /* with query.reachable_accounts: adminCount = 1, enabled, neither sensitive nor in
                                    * Protected Users */
  size_t n_privileged;
  const struct kcd_replicas *replicas; /* what other DCs hold; set by the caller, borrowed; NULL: not compared */
  enum kcd_tri forest_searched;        /* see kcd_facts */
};
void kcd_facts_set_done(struct kcd_facts_set *set);

/* Reads everything, read-only. Searches that do not depend on each other go out together: one flight for operands, one
 * for what depends on them (tokenGroups, owners of siblings and of list entries). Host by every form of name: CORE2016,
 * CORE2016$, DOM\CORE2016, FQDN, DN (found by sAMAccountName, else dNSHostName; of computers and managed service
 * accounts; where there is none of these, other objects of that name are the matches, so that the message can say what
 * they are). dNSHostName has no index: it is searched for only where nothing else bears the name, and before a change
 * (reachable_accounts), to see a second account of that name. An SPN that
 * does not parse is KCD_E_USAGE, and so is a host of another domain. Not found is no error: the facts say so. Refines
 * dc->flavour. */
int kcd_gather(struct kcd_dir *dir, const struct kcd_query *query, struct kcd_facts_set *ret, struct kcd_error *err);

/* Whether an SPN of the set has no owner here, so that the global catalogue is worth a question. */
bool kcd_gather_lacks_owner(const struct kcd_facts_set *set);
/* Looks for those SPNs in the whole forest, on a connection to a global catalogue (port 3268), bound; one flight. */
int kcd_gather_catalog(struct kcd_dir *catalog, struct kcd_facts_set *set, struct kcd_error *err);

/* The view of one pair. NOW is this machine's clock. */
void kcd_facts_of_pair(const struct kcd_facts_set *set, size_t host, size_t target, time_t now, struct kcd_facts *ret);

/* One account to be read anew: its names, userAccountControl, lists and descriptor. */
struct kcd_again {
  const uint8_t *guid;        /* 16 bytes; borrowed: this is what it is known by */
  const char *name;           /* its sAMAccountName as it was, by which several are found faster; borrowed; or NULL */
  struct kcd_account account; /* out, with its replication metadata; kcd_account_done */
  struct kcd_error error;     /* out: not set where it was read; KCD_E_NOT_FOUND where the object is gone */
};
/* Accounts anew, by objectGUID, in one flight: before a change and for reading back. RET_USN (may be NULL): the number
 * that the DC had committed by then (highestCommittedUSN), 0 where it does not tell. */
void kcd_gather_again(struct kcd_dir *dir, struct kcd_again *again, size_t n, uint64_t *ret_usn);
/* One of them. */
int kcd_gather_account(struct kcd_dir *dir, const uint8_t guid[16], struct kcd_account *ret, struct kcd_error *err);

/* How an operand names a host, without I/O: the filter to search for it. Owned by the caller. KCD_E_USAGE for an empty
 * name or the prefix of another domain (a NetBIOS name passes here: kcd_gather asks the DC for its own). */
char *kcd_host_filter(const char *operand, const struct kcd_dc *dc, struct kcd_error *err);

#endif
