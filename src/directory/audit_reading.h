/* audit_reading.h - the state of one kcd_audit_read, for the files that share the work. */
#ifndef KCDFIX_DIRECTORY_AUDIT_READING_H
#define KCDFIX_DIRECTORY_AUDIT_READING_H

#include <kcdfix/audit_dir.h>

#include "gathering.h"

/* What is told of every account in an edge, and decides its roles: of those that may delegate, and of owners. */
#define AUDIT_ATTRIBUTES                                                                                               \
  "objectClass", "objectSid", "sAMAccountName", "dNSHostName", "operatingSystem", "userAccountControl",                \
      "msDS-SupportedEncryptionTypes", "pwdLastSet", "lastLogonTimestamp", "servicePrincipalName"

/* ---- audit_cache.c: accounts by name, SPN or SID ---- */

/* What a key stands for; an owner itself is kept by its DN. */
enum cache_kind { CACHE_SPN, CACHE_NAME, CACHE_SID, CACHE_OWNER };

struct audit_cache {
  void *tree; /* of struct cached, by hash, kind, and text as a directory compares */
  size_t n;
  char **terms; /* filters of what is wanted and was not looked up yet: of owners */
  size_t n_terms;
  char **sid_terms;
  size_t n_sid_terms;
};

/* The accounts behind one key, borrowed from the cache. */
struct cached {
  enum cache_kind kind;
  char *text;
  uint32_t hash; /* of it: SPNs begin alike, so comparing them takes long */
  struct kcd_account **accounts;
  size_t n;
  bool owns;                   /* the accounts are freed with it */
  bool complete;               /* the next is known */
  const struct cached *mapped; /* of an SPN: its form with the class host, where that stands for it; else NULL */
};

/* NULL where it was never wanted. */
struct cached *cache_get(const struct audit_cache *cache, enum cache_kind kind, const char *text);
/* Remembers to look up what was never wanted. The key stays where it is until the cache is cleared. */
struct cached *cache_want(struct audit_cache *cache, enum cache_kind kind, const char *text, const struct kcd_sid *sid);
/* Adds the searches for what is wanted. */
void cache_search(struct audit_cache *cache, struct gathering *g);
/* Whether it should be emptied before more is wanted. */
bool cache_is_full(const struct audit_cache *cache);
void cache_clear(struct audit_cache *cache);

/* ---- audit_users.c ---- */

struct group_node {
  char *dn;
  uint32_t rid; /* 0: not of this domain, so nobody's primary group */
  bool expanded;
};

/* Groups and those within them, each once. */
struct group_set {
  struct group_node *v;
  size_t n;
};
void group_set_done(struct group_set *set);

/* ---- audit_pages.c: the accounts that may delegate ---- */

struct account_page {
  struct kcd_account *v;
  size_t n;
  bool wanted; /* what they lead to is in the cache, or will be with the next answers */
};
void page_done(struct account_page *page);

struct audit_reading {
  struct gathering g; /* first, since wave.c hands that over */
  struct kcd_facts_set set;
  struct kcd_audit *audit;
  const struct kcd_audit_visitor *visitor;
  struct audit_cache cache;
  struct kcd_cursor cursor;
  /* All about the accounts is known; what they lead to is being looked up; they have been read, or are being read. */
  struct account_page known, page, next;
  struct account_page all; /* those that come after them, where all came at once */
  bool cut;                /* there are too many for that */
  struct group_set privileged, protected_users;
  bool roots_known;
  size_t users_first; /* index of the first group whose users are being read */
  struct kcd_cursor users_cursor;
  void *users_seen; /* DNs, where the groups take more than one search */
  bool users_may_repeat;
};
static inline struct audit_reading *reading_of(struct gathering *g)
{
  return (struct audit_reading *)g;
}

/* Adds the search for all accounts. */
void pages_begin(struct audit_reading *reading);
/* Adds the search for the next page, where they have to come in pages. */
void pages_search(struct audit_reading *reading);
/* Moves each page one on. */
void pages_turn(struct audit_reading *reading);
/* Whether there are accounts whose entries were not looked up yet. */
bool pages_left(const struct audit_reading *reading);

/* Adds the search for the groups that own the domain, and for Protected Users. */
void users_begin(struct audit_reading *reading);
/* Adds what can be asked next: the groups in those that were found, and when all of them are known, their users, who go
 * to the audit. False: all has come. */
bool users_step(struct audit_reading *reading);
void users_done(struct audit_reading *reading);

#endif
