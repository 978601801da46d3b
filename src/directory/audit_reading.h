/* audit_reading.h - the state of one kcd_audit_read, for the files that share the work. */
#ifndef KCDFIX_DIRECTORY_AUDIT_READING_H
#define KCDFIX_DIRECTORY_AUDIT_READING_H

#include <kcdfix/audit_dir.h>

#include "gathering.h"

/* ---- audit_cache.c: accounts by name, SPN or SID ---- */

/* What a key stands for. */
enum cache_kind { CACHE_SPN = 's', CACHE_NAME = 'n', CACHE_SID = 'i' };

struct audit_cache {
  void *tree; /* of struct cached, by hash, and by kind and text as a directory compares */
  size_t n;
  char **terms; /* filters of what is wanted and was not looked up yet: of owners */
  size_t n_terms;
  char **sid_terms;
  size_t n_sid_terms;
};

/* The accounts behind one key, borrowed from the cache. */
struct cached {
  char *key;
  uint32_t hash; /* of it: SPNs begin alike, so comparing them takes long */
  struct kcd_account **accounts;
  size_t n;
  bool owns; /* the accounts are freed with it */
};

/* Remembers to look it up; nothing where that was done. */
void cache_want(struct audit_cache *cache, enum cache_kind kind, const char *text, const struct kcd_sid *sid);
/* What was found; NULL where it was never wanted. */
const struct cached *cache_get(const struct audit_cache *cache, enum cache_kind kind, const char *text);
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

struct audit_reading {
  struct gathering g; /* first, since wave.c hands that over */
  struct kcd_facts_set set;
  struct kcd_audit *audit;
  const struct kcd_audit_visitor *visitor;
  struct audit_cache cache;
  struct kcd_cursor cursor;
  /* Accounts: all about them is known; what they lead to is being looked up; they are being read. */
  struct kcd_account *known, *page, *next;
  size_t n_known, n_page, n_next;
  struct group_set privileged, protected_users;
  void *users_seen; /* DNs, where the groups take more than one search */
  bool users_may_repeat;
};
static inline struct audit_reading *reading_of(struct gathering *g)
{
  return (struct audit_reading *)g;
}

/* Adds the search for the groups that own the domain, and for Protected Users. */
void users_begin(struct audit_reading *reading);
/* Adds searches for the groups in those that were found and not looked into yet; false: all were. */
bool users_step(struct audit_reading *reading);
/* Walks the rest of them, and hands the users to the audit. */
int users_read(struct audit_reading *reading, struct kcd_error *err);
void users_done(struct audit_reading *reading);

extern const char *const audit_attributes[];

#endif
