/* Answers that are kept for a while, so that what is asked twice in the same words is read once. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "flight.h"

#define RECALL_MAX ((size_t)64 << 20) /* bytes of values: what comes then is asked for twice */

struct kept {
  char *words;
  struct kcd_entries found;
};

static void kept_free(void *data)
{
  struct kept *kept = data;
  kcd_entries_done(&kept->found);
  free(kept->words);
  free(kept);
}

static int by_words(const void *left, const void *right)
{
  return strcmp(((const struct kept *)left)->words, ((const struct kept *)right)->words);
}

/* All that tells one search from another. */
static char *words_of(const struct kcd_search *search)
{
  struct kcd_buf words;
  kcd_buf_init(&words, KCD_BUF_DEFAULT_CAP);
  KCD_AUTO_CHAR head =
      kcd_asprintf("%d %u %d %d %d\n%s\n%s\n", (int)search->scope, search->limit, search->missing_is_empty,
                   search->owner_only, search->best_effort, search->base, search->filter != NULL ? search->filter : "");
  kcd_buf_add_text(&words, head);
  for (const char *const *name = search->attributes; *name != NULL; name++) {
    kcd_buf_add_text(&words, *name);
    kcd_buf_add_text(&words, "\n");
  }
  return kcd_buf_take_text(&words);
}

/* Of the RootDSE a number is asked for that has to be that of the moment; a cursor moves, and whether an answer was cut
 * is told beside it. */
static bool may_be_kept(const struct kcd_dir *dir, const struct kcd_search *search)
{
  if (search->cursor != NULL || search->cut != NULL || search->base[0] == '\0')
    return false;
  return dir->recall.mode == RECALL_ALL || (dir->recall.mode == RECALL_STEADY && search->steady);
}

/* The tree that SEARCH belongs to. */
static void **tree_of(struct recall *memory, const struct kcd_search *search)
{
  return search->steady ? &memory->steady : &memory->kept;
}

bool recall(struct kcd_dir *dir, const struct kcd_search *search, struct kcd_entries *ret)
{
  if (!may_be_kept(dir, search))
    return false;
  KCD_AUTO_CHAR words = words_of(search);
  const struct kept wanted = {.words = words};
  void *const *node = tfind(&wanted, tree_of(&dir->recall, search), by_words);
  if (node == NULL)
    return false;
  kcd_entries_copy(ret, &((const struct kept *)*node)->found);
  return true;
}

static size_t size_of(const struct kcd_entries *entries)
{
  size_t size = 0;
  for (size_t i = 0; i < entries->n; i++)
    for (size_t k = 0; k < entries->v[i].n; k++) {
      const struct kcd_values *values = &entries->v[i].attributes[k].values;
      for (size_t j = 0; j < values->n; j++)
        size += values->v[j].len + sizeof(struct kcd_bytes);
    }
  return size;
}

void recall_keep(struct kcd_dir *dir, const struct kcd_search *search, const struct kcd_entries *found)
{
  if (!may_be_kept(dir, search) || dir->recall.size > RECALL_MAX)
    return;
  dir->recall.size += size_of(found);
  struct kept *kept = kcd_calloc(1, sizeof(*kept));
  kept->words = words_of(search);
  kcd_entries_copy(&kept->found, found);
  void *const *node = tsearch(kept, tree_of(&dir->recall, search), by_words);
  if (node == NULL)
    kcd_no_memory();
  if (*node != kept) /* twice in one flight */
    kept_free(kept);
}

static void clear(void **tree)
{
  tdestroy(*tree, kept_free);
  *tree = NULL;
}

void recall_done(struct kcd_dir *dir)
{
  clear(&dir->recall.kept);
  clear(&dir->recall.steady);
  dir->recall.size = 0;
}

void kcd_dir_remember(struct kcd_dir *dir)
{
  recall_done(dir);
  dir->recall.mode = RECALL_ALL;
}

void kcd_dir_forget(struct kcd_dir *dir)
{
  clear(&dir->recall.kept);
  dir->recall.mode = RECALL_STEADY;
}
