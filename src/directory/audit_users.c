/* Who is privileged: members of the groups that own the domain, through any number of groups between, by memberOf and
 * by primary group, and whoever has adminCount = 1 (MS-ADTS 3.1.1.6.1). */
#include "audit_reading.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#define MAX_GROUPS 1000u
#define GROUPS_IN_FILTER 30u
#define RID_PROTECTED_USERS 525u /* MS-DTYP 2.4.2.4, as the next two */

static const uint32_t builtin_rids[] = {544, 548, 549, 550, 551}; /* Administrators; Account, Server, Print, Backup
                                                                   * Operators */
static const uint32_t domain_rids[] = {512, 518, 519};            /* Domain, Schema and Enterprise Admins */

void group_set_done(struct group_set *set)
{
  for (size_t i = 0; i < set->n; i++)
    free(set->v[i].dn);
  free(set->v);
  *set = (struct group_set){0};
}

void users_done(struct audit_reading *reading)
{
  group_set_done(&reading->privileged);
  group_set_done(&reading->protected_users);
  kcd_cursor_done(&reading->users_cursor);
  tdestroy(reading->users_seen, free);
  reading->users_seen = NULL;
}

/* ---- the groups ---- */

static bool has_group(const struct group_set *set, const char *dn)
{
  for (size_t i = 0; i < set->n; i++)
    if (kcd_equal_fold(set->v[i].dn, dn))
      return true;
  return false;
}

static void add_group(const struct audit_reading *reading, struct group_set *set, const struct kcd_entry *entry)
{
  struct kcd_sid sid = {0};
  if (has_group(set, entry->dn))
    return;
  if (set->n == MAX_GROUPS) {
    kcd_audit_unread(reading->audit, entry->dn, "members (there are too many groups in groups)");
    return;
  }
  const bool ours = kcd_entry_sid(entry, "objectSid", &sid) && kcd_sid_in_domain(&sid, &reading->g.dc->domain_sid);
  set->v = kcd_reallocarray(set->v, set->n + 1, sizeof *set->v);
  set->v[set->n++] = (struct group_node){.dn = kcd_strdup(entry->dn), .rid = ours ? kcd_sid_rid(&sid) : 0};
}

static void take_roots(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  struct audit_reading *reading = reading_of(g);
  for (size_t i = 0; i < found->n; i++) {
    struct kcd_sid sid = {0};
    kcd_entry_sid(&found->v[i], "objectSid", &sid);
    const bool protects = kcd_sid_rid(&sid) == RID_PROTECTED_USERS;
    add_group(reading, protects ? &reading->protected_users : &reading->privileged, &found->v[i]);
  }
  if (reading->privileged.n == 0)
    kcd_audit_unread(reading->audit, g->dc->domain_nc, "the groups of administrators");
  reading->roots_known = true;
}

static const char *const group_attributes[] = {"objectSid", NULL};

void users_begin(struct audit_reading *reading)
{
  enum { BUILTIN = sizeof builtin_rids / sizeof builtin_rids[0], OURS = sizeof domain_rids / sizeof domain_rids[0] };
  char *terms[BUILTIN + OURS + 1];
  size_t n = 0;
  for (size_t i = 0; i < BUILTIN; i++) {
    const struct kcd_sid sid = {.revision = 1, .count = 2, .authority = 5, .sub = {32, builtin_rids[i]}};
    terms[n++] = sid_term(&sid);
  }
  for (size_t i = 0; i <= OURS; i++) {
    struct kcd_sid sid;
    if (kcd_sid_child(&reading->g.dc->domain_sid, i < OURS ? domain_rids[i] : RID_PROTECTED_USERS, &sid) == 0)
      terms[n++] = sid_term(&sid);
  }
  struct kcd_search search = {.scope = KCD_SUBTREE, .attributes = group_attributes, .limit = BUILTIN + OURS + 1};
  wave_add(&reading->g.wave, search, kcd_strdup(reading->g.dc->domain_nc), or_filter(terms, n), take_roots, 0);
  for (size_t i = 0; i < n; i++)
    free(terms[i]);
}

static void take_privileged_groups(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  for (size_t i = 0; i < found->n; i++)
    add_group(reading_of(g), &reading_of(g)->privileged, &found->v[i]);
}

static void take_protected_groups(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  for (size_t i = 0; i < found->n; i++)
    add_group(reading_of(g), &reading_of(g)->protected_users, &found->v[i]);
}

static char *member_term(const struct group_node *group)
{
  KCD_AUTO_CHAR dn = kcd_filter_text(group->dn);
  return kcd_asprintf("(memberOf=%s)", dn);
}

/* Adds a search for the groups in those that were not looked into yet; false: all were. */
static bool add_level(struct audit_reading *reading, struct group_set *set, take_fn *take)
{
  char *terms[GROUPS_IN_FILTER];
  size_t n = 0;
  for (size_t i = 0; i < set->n && n < GROUPS_IN_FILTER; i++) {
    if (set->v[i].expanded)
      continue;
    set->v[i].expanded = true;
    terms[n++] = member_term(&set->v[i]);
  }
  if (n == 0)
    return false;
  struct kcd_search search = {.scope = KCD_SUBTREE, .attributes = group_attributes};
  KCD_AUTO_CHAR any = or_filter(terms, n);
  wave_add(&reading->g.wave, search, kcd_strdup(reading->g.dc->domain_nc),
           kcd_asprintf("(&(objectCategory=group)%s)", any), take, 0);
  for (size_t i = 0; i < n; i++)
    free(terms[i]);
  return true;
}

/* ---- their users ---- */

static bool is_protected(const struct audit_reading *reading, const struct kcd_account *user,
                         const struct kcd_values *groups)
{
  if (!kcd_flavour_heeds_protected_users(reading->g.dc->flavour))
    return false;
  const struct group_set *set = &reading->protected_users;
  for (size_t i = 0; i < set->n; i++)
    if ((set->v[i].rid != 0 && set->v[i].rid == user->primary_group_rid) ||
        (groups != NULL && kcd_values_find_fold(groups, set->v[i].dn) >= 0))
      return true;
  return false;
}

static int by_name(const void *left, const void *right)
{
  return strcmp(left, right);
}

static bool was_seen(struct audit_reading *reading, const char *dn)
{
  if (!reading->users_may_repeat)
    return false;
  char *copy = kcd_strdup(dn);
  void *const *node = tsearch(copy, &reading->users_seen, by_name);
  if (node == NULL)
    kcd_no_memory();
  const bool seen = *node != copy;
  if (seen)
    free(copy);
  return seen;
}

static void take_users(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  struct audit_reading *reading = reading_of(g);
  for (size_t i = 0; i < found->n; i++) {
    struct kcd_account user;
    if (was_seen(reading, found->v[i].dn))
      continue;
    kcd_account_from_entry(&found->v[i], &user);
    kcd_audit_privileged(reading->audit, &user, is_protected(reading, &user, kcd_entry_get(&found->v[i], "memberOf")));
    kcd_account_done(&user);
  }
}

/* Those of some of the groups, and with the first ones whoever has adminCount; owned. */
static char *user_filter(const struct group_set *set, size_t first)
{
  char *terms[2 * GROUPS_IN_FILTER + 1];
  size_t n = 0;
  if (first == 0)
    terms[n++] = kcd_strdup("(adminCount=1)");
  for (size_t i = first; i < set->n && i < first + GROUPS_IN_FILTER; i++) {
    terms[n++] = member_term(&set->v[i]);
    if (set->v[i].rid != 0)
      terms[n++] = kcd_asprintf("(primaryGroupID=%u)", (unsigned)set->v[i].rid);
  }
  KCD_AUTO_CHAR any = or_filter(terms, n);
  for (size_t i = 0; i < n; i++)
    free(terms[i]);
  return kcd_asprintf("(&(objectCategory=person)(objectClass=user)%s)", any);
}

/* Moves on to groups whose users were not asked for; false: there are none. */
static bool turn_to_users(struct audit_reading *reading)
{
  if (!reading->users_cursor.finished)
    return true;
  if (reading->users_first + GROUPS_IN_FILTER >= reading->privileged.n)
    return false;
  reading->users_first += GROUPS_IN_FILTER;
  kcd_cursor_done(&reading->users_cursor);
  return true;
}

static bool add_users(struct audit_reading *reading)
{
  static const char *const attributes[] = {
      "objectClass", "objectSid", "sAMAccountName", "userAccountControl", "primaryGroupID", "memberOf", NULL};
  if (!turn_to_users(reading))
    return false;
  reading->users_may_repeat = reading->privileged.n > GROUPS_IN_FILTER;
  struct kcd_search search = {.scope = KCD_SUBTREE, .attributes = attributes, .cursor = &reading->users_cursor};
  wave_add(&reading->g.wave, search, kcd_strdup(reading->g.dc->domain_nc),
           user_filter(&reading->privileged, reading->users_first), take_users, 0);
  return true;
}

/* Group levels first: a user's groups decide whether he is protected. */
bool users_step(struct audit_reading *reading)
{
  if (!reading->roots_known)
    return true;
  const bool more = add_level(reading, &reading->privileged, take_privileged_groups);
  const bool more_protected = add_level(reading, &reading->protected_users, take_protected_groups);
  return more || more_protected || add_users(reading);
}
