#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "dir.h"

static const char option[] = ";range=";

static char *find_option(char *name)
{
  for (char *at = strchr(name, ';'); at != NULL; at = strchr(at + 1, ';'))
    if (kcd_starts_nocase(at, option))
      return at;
  return NULL;
}

bool dir_range_split(char *name, uint64_t *next)
{
  char *at = find_option(name);
  if (at == NULL)
    return false;
  char *dash = strchr(at, '-');
  uint64_t last;
  *next = 0;
  if (dash != NULL && kcd_parse_u64(dash + 1, DIR_MAX_VALUES, &last) == 0)
    *next = last + 1;
  *at = '\0';
  return true;
}

char *dir_range_attribute(const char *name, uint64_t first)
{
  return kcd_asprintf("%s%s%llu-*", name, option, (unsigned long long)first);
}
