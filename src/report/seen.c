#include "seen.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>

static int by_text(const void *left, const void *right)
{
  return strcmp(left, right);
}

bool kcd_seen_before(struct kcd_seen *seen, const char *text)
{
  char *copy = kcd_strdup(text);
  void *const *node = tsearch(copy, &seen->tree, by_text);
  if (node == NULL)
    kcd_no_memory();
  const bool before = *node != copy;
  if (before)
    free(copy);
  return before;
}

void kcd_seen_done(struct kcd_seen *seen)
{
  tdestroy(seen->tree, free);
  seen->tree = NULL;
}
