/* Who owns which name. The cache holds what some pages want, however large the domain is. */
#include "audit_reading.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#define MAX_KEYS 16384
#define TERMS_IN_FILTER 30 /* a search costs a server something, and so does each term for every hit */
#define MANY_OWNERS 900    /* below MaxPageSize (1000): each term names one account, or a few */

static int by_key(const void *left, const void *right)
{
  const struct cached *a = left, *b = right;
  if (a->hash != b->hash)
    return a->hash < b->hash ? -1 : 1;
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  return kcd_fold_compare(a->text, strlen(a->text), b->text, strlen(b->text));
}

static struct cached *find(const struct audit_cache *cache, enum cache_kind kind, const char *text)
{
  const struct cached wanted = {.kind = kind, .text = (char *)text, .hash = text_hash(text)};
  void *const *found = tfind(&wanted, &cache->tree, by_key);
  return found == NULL ? NULL : *found;
}

static struct cached *add(struct audit_cache *cache, enum cache_kind kind, const char *text)
{
  struct cached *cached = kcd_calloc(1, sizeof *cached);
  *cached = (struct cached){.kind = kind, .text = kcd_strdup(text), .hash = text_hash(text)};
  if (tsearch(cached, &cache->tree, by_key) == NULL)
    kcd_no_memory();
  cache->n++;
  return cached;
}

static void cached_free(void *node)
{
  struct cached *cached = node;
  for (size_t i = 0; cached->owns && i < cached->n; i++) {
    kcd_account_done(cached->accounts[i]);
    free(cached->accounts[i]);
  }
  free(cached->accounts);
  free(cached->text);
  free(cached);
}

static void free_terms(char **terms, size_t n)
{
  for (size_t i = 0; i < n; i++)
    free(terms[i]);
  free(terms);
}

void cache_clear(struct audit_cache *cache)
{
  tdestroy(cache->tree, cached_free);
  free_terms(cache->terms, cache->n_terms);
  free_terms(cache->sid_terms, cache->n_sid_terms);
  *cache = (struct audit_cache){0};
}

bool cache_is_full(const struct audit_cache *cache)
{
  return cache->n >= MAX_KEYS;
}

/* ---- what is wanted ---- */

static void add_term(char ***terms, size_t *n, char *term)
{
  *terms = kcd_reallocarray(*terms, *n + 1, sizeof(char *));
  (*terms)[(*n)++] = term;
}

struct cached *cache_want(struct audit_cache *cache, enum cache_kind kind, const char *text, const struct kcd_sid *sid)
{
  struct cached *added = add(cache, kind, text);
  if (kind == CACHE_SID) {
    add_term(&cache->sid_terms, &cache->n_sid_terms, sid_term(sid));
    return added;
  }
  KCD_AUTO_CHAR value = kcd_filter_text(text);
  const char *attribute = kind == CACHE_NAME ? "sAMAccountName" : "servicePrincipalName";
  add_term(&cache->terms, &cache->n_terms, kcd_asprintf("(%s=%s)", attribute, value));
  return added;
}

struct cached *cache_get(const struct audit_cache *cache, enum cache_kind kind, const char *text)
{
  return find(cache, kind, text);
}

/* ---- what was found ---- */

static void put(struct cached *cached, struct kcd_account *account)
{
  if (cached != NULL && !pointer_list_has(cached->accounts, cached->n, account))
    pointer_list_add(&cached->accounts, &cached->n, account);
}

static struct kcd_account *read_account(const struct gathering *g, const struct kcd_entry *entry)
{
  struct kcd_account *account = kcd_calloc(1, sizeof *account);
  kcd_account_from_entry(entry, account);
  account->is_ca = is_authority(g, account);
  return account;
}

/* One account may come in several answers. */
static struct kcd_account *owner(struct audit_reading *reading, const struct kcd_entry *entry)
{
  struct cached *known = find(&reading->cache, CACHE_OWNER, entry->dn);
  if (known == NULL) {
    known = add(&reading->cache, CACHE_OWNER, entry->dn);
    known->owns = true;
    put(known, read_account(&reading->g, entry));
  }
  return known->accounts[0];
}

static void take_owners(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  struct audit_reading *reading = reading_of(g);
  for (size_t i = 0; i < found->n; i++) {
    struct kcd_account *account = owner(reading, &found->v[i]);
    for (size_t k = 0; k < account->spns.n; k++)
      if (account->spns.v[k].data != NULL)
        put(find(&reading->cache, CACHE_SPN, (const char *)account->spns.v[k].data), account);
    if (account->sam_account_name != NULL)
      put(find(&reading->cache, CACHE_NAME, account->sam_account_name), account);
  }
}

static void take_sids(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  struct audit_reading *reading = reading_of(g);
  for (size_t i = 0; i < found->n; i++) {
    char text[KCD_SID_TEXT_MAX];
    struct kcd_sid sid;
    struct cached *cached = kcd_entry_sid(&found->v[i], "objectSid", &sid)
                                ? find(&reading->cache, CACHE_SID, kcd_sid_text(&sid, text))
                                : NULL;
    if (cached == NULL || cached->n > 0)
      continue;
    cached->owns = true;
    put(cached, read_account(g, &found->v[i]));
  }
}

/* Not an owner's own list, which may be long. */
static const char *const owner_attributes[] = {AUDIT_ATTRIBUTES, NULL};
/* What is told of an account that a descriptor lets in. */
static const char *const trustee_attributes[] = {"objectClass", "objectSid",          "sAMAccountName",
                                                 "dNSHostName", "userAccountControl", "msDS-AllowedToDelegateTo",
                                                 NULL};

static void search(struct gathering *g, char ***terms, size_t *n, const char *const *attributes, take_fn *take)
{
  struct kcd_search search = {.scope = KCD_SUBTREE, .attributes = attributes, .limit = MANY_OWNERS};
  for (size_t i = 0; i < *n; i += TERMS_IN_FILTER) {
    const size_t some = *n - i < TERMS_IN_FILTER ? *n - i : TERMS_IN_FILTER;
    wave_add(&g->wave, search, kcd_strdup(g->dc->domain_nc), or_filter(*terms + i, some), take, 0);
  }
  free_terms(*terms, *n);
  *terms = NULL;
  *n = 0;
}

void cache_search(struct audit_cache *cache, struct gathering *g)
{
  search(g, &cache->terms, &cache->n_terms, owner_attributes, take_owners);
  search(g, &cache->sid_terms, &cache->n_sid_terms, trustee_attributes, take_sids);
}
