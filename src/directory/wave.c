#include "gathering.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#define TERMS_IN_FILTER 60 /* a few KiB of filter */
#define MANY_OWNERS 900    /* below MaxPageSize (1000), so that no paging is needed: each term names one account */

void wave_done(struct wave *wave)
{
  for (size_t i = 0; i < wave->n; i++) {
    free(wave->v[i].base);
    free(wave->v[i].filter);
  }
  free(wave->v);
  *wave = (struct wave){.v = NULL};
}

void wave_add(struct wave *wave, struct kcd_search search, char *base, char *filter, take_fn *take, size_t index)
{
  search.base = base;
  search.filter = filter;
  wave->v = kcd_reallocarray(wave->v, wave->n + 1, sizeof(*wave->v));
  wave->v[wave->n++] = (struct wave_item){search, base, filter, take, index};
}

int wave_run(struct wave *wave, struct gathering *g, struct kcd_error *err)
{
  if (wave->n == 0)
    return 0;
  __attribute__((cleanup(wave_done))) struct wave sent = *wave;
  *wave = (struct wave){.meanwhile = sent.meanwhile};
  struct kcd_search *searches = kcd_calloc(sent.n, sizeof(*searches));
  struct kcd_entries *found = kcd_calloc(sent.n, sizeof(*found));
  for (size_t i = 0; i < sent.n; i++)
    searches[i] = sent.v[i].search;
  int status = kcd_dir_search_while(g->dir, searches, sent.n, found, sent.meanwhile, g, err);
  for (size_t i = 0; status == 0 && i < sent.n; i++) {
    sent.v[i].take(g, sent.v[i].index, &found[i]);
    kcd_entries_done(&found[i]);
  }
  free(found);
  free(searches);
  return status;
}

/* ---- OR filters ---- */

void terms_done(struct terms *terms)
{
  for (size_t i = 0; i < terms->n; i++)
    free(terms->v[i]);
  free(terms->v);
  free(terms->hashes);
  *terms = (struct terms){NULL, NULL, 0};
}

/* FNV-1a. No other character folds to one of ASCII (fold.c), so those alone are what equal texts have in common. */
uint32_t text_hash(const char *text)
{
  uint32_t hash = 2166136261u;
  for (; *text != '\0'; text++) {
    uint8_t byte = (uint8_t)*text;
    if (byte >= 'A' && byte <= 'Z')
      byte = (uint8_t)(byte + 'a' - 'A');
    if (byte < 0x80)
      hash = (hash ^ byte) * 16777619u;
  }
  return hash;
}

static bool has_term(const struct terms *terms, const char *term, uint32_t hash)
{
  for (size_t i = 0; i < terms->n; i++)
    if (terms->hashes[i] == hash && kcd_equal_nocase(terms->v[i], term))
      return true;
  return false;
}

void terms_add(struct terms *terms, const char *attribute, const char *value)
{
  KCD_AUTO_CHAR escaped = kcd_filter_text(value);
  KCD_AUTO_CHAR term = kcd_asprintf("(%s=%s)", attribute, escaped);
  uint32_t hash = text_hash(term);
  if (has_term(terms, term, hash))
    return;
  terms->v = kcd_reallocarray(terms->v, terms->n + 1, sizeof(char *));
  terms->hashes = kcd_reallocarray(terms->hashes, terms->n + 1, sizeof(uint32_t));
  terms->hashes[terms->n] = hash;
  terms->v[terms->n++] = KCD_TAKE(term);
}

char *or_filter(char *const *terms, size_t n)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_text(&out, "(|");
  for (size_t i = 0; i < n; i++)
    kcd_buf_add_text(&out, terms[i]);
  kcd_buf_add_text(&out, ")");
  return kcd_buf_take_text(&out);
}

void wave_add_terms(struct wave *wave, struct gathering *g, struct terms *terms, const char *const *attributes,
                    take_fn *take)
{
  struct kcd_search search = {.scope = KCD_SUBTREE, .attributes = attributes, .limit = MANY_OWNERS};
  for (size_t i = 0; i < terms->n; i += TERMS_IN_FILTER) {
    size_t n = terms->n - i < TERMS_IN_FILTER ? terms->n - i : TERMS_IN_FILTER;
    wave_add(wave, search, kcd_strdup(g->dc->domain_nc), or_filter(terms->v + i, n), take, 0);
  }
  terms_done(terms);
}
