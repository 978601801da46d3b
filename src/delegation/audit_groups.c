#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "auditing.h"

static int by_key(const void *left, const void *right)
{
  const struct audit_group *a = left, *b = right;
  if (a->id != b->id)
    return a->id < b->id ? -1 : 1;
  return kcd_fold_compare(a->subject, strlen(a->subject), b->subject, strlen(b->subject));
}

static void group_free(void *node)
{
  struct audit_group *group = node;
  free(group->subject);
  free(group->about);
  free(group->detail);
  free(group->spn);
  free(group->last);
  kcd_values_done(&group->names);
  free(group);
}

void audit_groups_free(struct kcd_audit *audit)
{
  tdestroy(audit->groups, group_free);
  audit->groups = NULL;
}

static struct audit_group *new_group(struct kcd_audit *audit, const struct audit_group *key)
{
  struct audit_group *group = kcd_calloc(1, sizeof *group);
  group->id = key->id;
  group->severity = kcd_finding_info(key->id)->audit;
  group->subject = kcd_strdup(key->subject);
  if (tsearch(group, &audit->groups, by_key) == NULL)
    kcd_no_memory();
  audit->n_groups++;
  return group;
}

struct audit_group *audit_group(struct kcd_audit *audit, enum kcd_finding_id id, const char *subject)
{
  const struct audit_group key = {.id = id, .subject = (char *)(subject == NULL ? "" : subject)};
  void *const *found = tfind(&key, &audit->groups, by_key);
  if (found != NULL)
    return *found;
  if (audit->n_groups >= AUDIT_MAX_GROUPS) {
    audit->counts.omitted++;
    return NULL;
  }
  return new_group(audit, &key);
}

/* The edges of one account come one after the other: beyond the names that are kept, the last one tells. */
static bool is_counted(const struct audit_group *group, const char *name)
{
  return (group->last != NULL && kcd_equal_fold(group->last, name)) || kcd_values_find_fold(&group->names, name) >= 0;
}

void audit_group_add(struct audit_group *group, const char *name)
{
  if (group == NULL || name == NULL || is_counted(group, name))
    return;
  group->n++;
  free(group->last);
  group->last = kcd_strdup(name);
  if (group->names.n < AUDIT_MAX_NAMES)
    kcd_values_add_text(&group->names, name);
}

void audit_group_set(char **to, const char *text)
{
  if (*to == NULL && text != NULL)
    *to = kcd_strdup(text);
}
