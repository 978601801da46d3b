/* gathering.h - the state of one kcd_gather, for the files of src/directory that share the work. */
#ifndef KCDFIX_DIRECTORY_GATHERING_H
#define KCDFIX_DIRECTORY_GATHERING_H

#include <kcdfix/gather.h>
#include <kcdfix/hyperv_dir.h>

struct gathering;

/* ---- names.c: operands taken apart, no I/O ---- */

enum name_form { NAME_PLAIN, NAME_FQDN, NAME_UPN, NAME_DN };

struct account_name {
  enum name_form form;
  char *prefix; /* "KCD" of KCD\CORE2016; NULL if there is none */
  char *name;   /* without prefix, and of a DNS name without its final dot */
  char *realm;  /* with NAME_UPN: what stands behind the last '@' */
};
void account_name_done(struct account_name *name);
/* A host: DN, FQDN, NAME or NAME$, each but the DN with DOM\ before it. */
int host_name_parse(const char *operand, struct account_name *ret, struct kcd_error *err);
/* A user: DN, UPN or user@REALM, name; the last with DOM\ before it. */
int user_name_parse(const char *operand, struct account_name *ret, struct kcd_error *err);
char *host_name_filter(const struct account_name *name);
char *user_name_filter(const struct account_name *name, const struct kcd_dc *dc);
/* Whether PREFIX surely is the DC's domain, or surely not; KCD_UNKNOWN: only the NetBIOS name can tell. */
enum kcd_tri prefix_is_domain(const char *prefix, const struct kcd_dc *dc);
bool realm_is_domain(const char *realm, const struct kcd_dc *dc);
int fail_other_domain(const char *operand, const struct kcd_dc *dc, struct kcd_error *err);

/* ---- mappings.c: sPNMappings (MS-ADTS 6.1.1.2.4.1.4 ... MS-DRSR 4.1.4.2.19) ---- */

/* The classes that an SPN host/... stands for. */
struct class_mapping {
  char **classes;
  size_t n;
};
void class_mapping_done(struct class_mapping *mapping);
/* Reads values of the form "host=alerter,appmgmt,...". */
void class_mapping_read(const struct kcd_values *values, struct class_mapping *ret);
bool class_is_mapped_to_host(const struct class_mapping *mapping, const char *service_class);

/* ---- wave.c: searches that go out together, each with the function that takes its answer ---- */

typedef void take_fn(struct gathering *g, size_t index, const struct kcd_entries *found);

struct wave_item {
  struct kcd_search search;
  char *base, *filter; /* owned; search points at them */
  take_fn *take;
  size_t index;
};
struct wave {
  struct wave_item *v;
  size_t n;
  /* What to do each time while searches are on their way, with the gathering; may be NULL. It stays. */
  kcd_dir_meanwhile *meanwhile;
};
void wave_done(struct wave *wave);
/* BASE and FILTER (NULL: any object) are taken over; the other members of SEARCH are copied. */
void wave_add(struct wave *wave, struct kcd_search search, char *base, char *filter, take_fn *take, size_t index);
/* Sends all, hands each answer to its function, and empties the wave. Nothing is sent where nothing was added. */
int wave_run(struct wave *wave, struct gathering *g, struct kcd_error *err);

/* Equal for texts that are equal without regard to case, whether a directory compares them or ASCII. */
uint32_t text_hash(const char *text);

/* Terms of OR filters, each once. */
struct terms {
  char **v;
  uint32_t *hashes; /* comparing them first keeps long lists quick */
  size_t n;
};
void terms_done(struct terms *terms);
/* Adds "(ATTRIBUTE=value)". */
void terms_add(struct terms *terms, const char *attribute, const char *value);
/* "(|TERM...)"; owned by the caller. */
char *or_filter(char *const *terms, size_t n);
/* Searches below the domain for objects that match any of the terms, as many filters as it takes; empties TERMS. */
void wave_add_terms(struct wave *wave, struct gathering *g, struct terms *terms, const char *const *attributes,
                    take_fn *take);

/* ---- the state ---- */

struct host_search {
  struct account_name name;
  struct kcd_account **found;
  size_t n;
};

struct gathering {
  struct kcd_dir *dir;
  struct kcd_dc *dc;
  const struct kcd_query *query;
  struct kcd_facts_set *set;
  struct class_mapping mapping;
  bool mapping_seen;         /* the object that holds it is there */
  bool mapping_known;        /* the first flight is back */
  char *netbios_name;        /* of the domain; NULL if not asked for */
  struct host_search *hosts; /* query->n_hosts */
  struct account_name user;
  struct kcd_account **users; /* what the search for the user found */
  size_t n_users;
  struct kcd_values authorities;   /* DNS names of certification authorities */
  struct kcd_account **candidates; /* privileged users before their groups are known */
  size_t n_candidates;
  struct terms terms; /* for owners of SPNs, of the wave in the making */
  struct wave wave;
  struct kcd_hyperv *hyperv; /* of kcd_hyperv_search; else NULL */
};

/* ---- gather.c ---- */

/* For a query without operands: the DC, the mappings and the certification authorities of the forest. gathering_done
 * frees, and leaves the set alone. */
int gathering_begin(struct gathering *g, struct kcd_error *err);
void gathering_done(struct gathering *g);
void dc_search(struct gathering *g);       /* the DC's own account and krbtgt */
void mappings_search(struct gathering *g); /* sPNMappings */
/* Whether the answer to the latter was there. Without it cifs/ would seem to be on no account. */
int mappings_check(const struct gathering *g, struct kcd_error *err);

/* ---- accounts.c ---- */

/* The account of ENTRY in the set, added if new. */
struct kcd_account *accounts_add(struct kcd_facts_set *set, const struct kcd_entry *entry);
/* Appends a pointer to a list. */
void pointer_list_add(struct kcd_account ***list, size_t *n, struct kcd_account *account);
bool pointer_list_has(struct kcd_account *const *list, size_t n, const struct kcd_account *account);
/* Adds all entries to the set. */
void take_accounts(struct gathering *g, size_t index, const struct kcd_entries *found);

/* ---- hosts.c, users.c, token.c, targets.c, owners.c, trustees.c, reachable.c, privileged.c ---- */

int hosts_begin(struct gathering *g, struct kcd_error *err); /* parses the operands, adds their searches */
int hosts_pick(struct gathering *g, struct kcd_error *err);  /* decides which account each operand names */

int user_begin(struct gathering *g, struct kcd_error *err);
void user_pick(struct gathering *g);

void token_search(struct gathering *g, const struct kcd_account *account);

int targets_begin(struct gathering *g, struct kcd_error *err); /* from SPN operands */
void targets_from_lists(struct gathering *g);                  /* where there was no SPN operand */
void targets_refine_siblings(struct gathering *g);             /* the owner's real DNS name may differ */
void targets_search_holders(struct gathering *g);

/* Samba names itself in vendorName; Windows does not (MS-ADTS 3.1.1.3.2). */
bool dc_is_samba(const struct kcd_dc *dc);
/* The name with the class host; NULL if it has that already or cannot be read; owned by the caller. */
char *host_form(const char *text);
void owners_search(struct gathering *g, const struct kcd_target *target);
void owners_assign(struct gathering *g); /* which account of the set owns which SPN */
/* The account that owns the SPN (or has the account name) ENTRY; NULL if none is in the set. */
struct kcd_account *owner_of_entry(const struct gathering *g, const char *entry);

/* trustees.c: who is named in the resource-based descriptors of the targets, and who else has one */
void trustees_search(struct gathering *g);
char *sid_term(const struct kcd_sid *sid); /* "(objectSid=...)"; owned by the caller */
void acceptors_search(struct gathering *g);
void writability_search(struct gathering *g);

void authorities_search(struct gathering *g); /* which accounts are certification authorities */
void authorities_assign(struct gathering *g);
bool is_authority(const struct gathering *g, const struct kcd_account *account);

/* clusters.c: those of the query in the first flight; then guesses about others, marked as such */
void clusters_search(struct gathering *g);
void clusters_assign(struct gathering *g);
void clusters_search_nodes(struct gathering *g); /* of a host that is the name of a cluster */
void clusters_guess(struct gathering *g);        /* of a server that is the name of a role, by DNS */

#define ALIAS_MAX_NAMES 8 /* names that are looked up in DNS in one run */
/* Those of NAMES (labels or FQDNs of the domain) that DNS gives one of the addresses of ROLE; at most ALIAS_MAX_NAMES
 * are looked up. */
void addresses_in_common(const struct gathering *g, const char *role, const struct kcd_values *names,
                         struct kcd_values *ret);
void aliases_look_up(struct gathering *g); /* in DNS, of SPNs that no account holds */

/* Looks for the account that a listed entry leads to. */
void entry_search(struct gathering *g, const char *entry);
void reachable_search(struct gathering *g);
void reachable_assign(struct gathering *g);

void privileged_search(struct gathering *g);
void privileged_search_groups(struct gathering *g);
void privileged_pick(struct gathering *g);

#endif
