/* Accounts that may be stand-ins, as they are in the directory. What they bear comes from whoever made them: it is held
 * to the bounds of the schema, and an account beyond them is none of kcdfix's. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/secdesc.h>
#include <kcdfix/stand_in_dir.h>
#include <kcdfix/text.h>

#include "dir.h"

/* Bytes. The schema has 256 and 1024 characters (MS-ADA3, MS-ADA1), of at most 4 bytes each. */
#define NAME_MAX_BYTES ((size_t)256 * 4)
#define DESCRIPTION_MAX_BYTES ((size_t)1024 * 4)
#define CHILDREN_AT_ONCE 256 /* questions for children in one flight */

static const char *const attributes[] = {
    "objectGUID", "sAMAccountName", "description", "servicePrincipalName", "whenCreated", "nTSecurityDescriptor", NULL,
};

/* ---- one entry ---- */

static bool text_of(const struct kcd_entry *entry, const char *name, size_t max, char **ret)
{
  const struct kcd_values *values = kcd_entry_get(entry, name);
  if (values != NULL && values->v[0].len > max)
    return false;
  *ret = kcd_strdup(kcd_entry_text(entry, name));
  return true;
}

static void read_owner(const struct kcd_entry *entry, struct kcd_stand_in_found *found)
{
  const struct kcd_values *values = kcd_entry_get(entry, "nTSecurityDescriptor");
  KCD_AUTO_VALUE(kcd_secdesc) descriptor = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (values == NULL || kcd_secdesc_decode(values->v[0].data, values->v[0].len, &descriptor, &ignored) < 0)
    return;
  found->has_owner = descriptor.has_owner;
  found->owner = descriptor.owner;
}

/* What is wrong with the entry; NULL: nothing, and FOUND is filled (but for has_children). */
static const char *read_entry(const struct kcd_entry *entry, struct kcd_stand_in_found *found)
{
  if (!kcd_entry_guid(entry, "objectGUID", found->guid))
    return "an account without objectGUID";
  if (!text_of(entry, "sAMAccountName", NAME_MAX_BYTES, &found->name) || found->name == NULL)
    return "an account without a readable name";
  if (!text_of(entry, "description", DESCRIPTION_MAX_BYTES, &found->description))
    return "an account with a description longer than the schema allows";
  const struct kcd_values *spns = kcd_entry_get(entry, "servicePrincipalName");
  if (spns != NULL)
    kcd_values_copy(&found->spns, spns);
  const char *created = kcd_entry_text(entry, "whenCreated");
  if (created == NULL || kcd_time_parse_generalized(created, &found->created) < 0)
    found->created = 0;
  read_owner(entry, found);
  found->dn = kcd_strdup(entry->dn);
  return NULL;
}

/* ---- children ---- */

static int find_children(struct kcd_dir *dir, struct kcd_stand_in_found *found, size_t n, struct kcd_error *err)
{
  static const char *const nothing[] = {LDAP_NO_ATTRS, NULL};
  struct kcd_search searches[CHILDREN_AT_ONCE];
  struct kcd_entries children[CHILDREN_AT_ONCE];
  char *bases[CHILDREN_AT_ONCE];
  for (size_t i = 0; i < n; i++) {
    bases[i] = kcd_guid_dn(found[i].guid);
    searches[i] = (struct kcd_search){
        .base = bases[i], .scope = KCD_ONE, .attributes = nothing, .limit = 1, .missing_is_empty = true};
    children[i] = (struct kcd_entries){NULL, 0};
  }
  int status = kcd_dir_search(dir, searches, n, children, err);
  for (size_t i = 0; i < n; i++) {
    found[i].has_children = children[i].n > 0;
    kcd_entries_done(&children[i]);
    free(bases[i]);
  }
  return status < 0 ? kcd_error_wrap(err, "cannot see whether there are objects below the account") : 0;
}

/* ---- one account ---- */

static int fail_missing(struct kcd_dir *dir, const char *what, struct kcd_error *err)
{
  const char *dc = kcd_dir_dc(dir)->name;
  kcd_fail(err, KCD_E_NOT_FOUND, "there is no account %s on %s", what, dc);
  return kcd_error_on(err, what, dc);
}

static int fail_two(struct kcd_dir *dir, const char *what, struct kcd_error *err)
{
  const char *dc = kcd_dir_dc(dir)->name;
  kcd_fail(err, KCD_E_AMBIGUOUS, "%s has more than one account %s", dc, what);
  return kcd_error_on(err, what, dc);
}

/* For this search no such object (32) is the base of the search, not the account. */
static int fail_search(const char *what, struct kcd_error *err)
{
  if (err->code == KCD_E_NOT_FOUND)
    err->code = KCD_E_REJECTED;
  return kcd_error_wrap(err, "cannot look for the account %s", what);
}

/* WHAT names the account in messages. */
static int find_one(struct kcd_dir *dir, struct kcd_search search, const char *what, struct kcd_stand_in_found *ret,
                    struct kcd_error *err)
{
  KCD_AUTO_VALUE(kcd_entries) entries = {NULL, 0};
  KCD_AUTO_VALUE(kcd_stand_in_found) found = {.dn = NULL};
  search.attributes = attributes;
  search.owner_only = true;
  search.limit = 2;
  if (kcd_dir_search(dir, &search, 1, &entries, err) < 0)
    return fail_search(what, err);
  if (entries.n == 0)
    return fail_missing(dir, what, err);
  if (entries.n > 1)
    return fail_two(dir, what, err);
  const char *wrong = read_entry(&entries.v[0], &found);
  if (wrong != NULL) {
    dir_fail_answer(dir, err, wrong);
    return fail_search(what, err);
  }
  if (find_children(dir, &found, 1, err) < 0)
    return -1;
  *ret = found;
  found = (struct kcd_stand_in_found){.dn = NULL};
  return 0;
}

static int fail_other(struct kcd_dir *dir, const char *what, struct kcd_stand_in_found *found, struct kcd_error *err)
{
  kcd_stand_in_found_done(found);
  *found = (struct kcd_stand_in_found){.dn = NULL};
  dir_fail_answer(dir, err, "another account than the one asked for");
  return fail_search(what, err);
}

int kcd_stand_in_find(struct kcd_dir *dir, const char *name, struct kcd_stand_in_found *ret, struct kcd_error *err)
{
  KCD_AUTO_CHAR value = kcd_filter_text(name);
  KCD_AUTO_CHAR filter = kcd_asprintf("(sAMAccountName=%s)", value);
  struct kcd_search search = {.base = kcd_dir_dc(dir)->domain_nc, .scope = KCD_SUBTREE, .filter = filter};
  if (find_one(dir, search, name, ret, err) < 0)
    return -1;
  return kcd_equal_fold(ret->name, name) ? 0 : fail_other(dir, name, ret, err);
}

int kcd_stand_in_find_guid(struct kcd_dir *dir, const uint8_t guid[16], struct kcd_stand_in_found *ret,
                           struct kcd_error *err)
{
  KCD_AUTO_CHAR base = kcd_guid_dn(guid);
  struct kcd_search search = {.base = base, .scope = KCD_BASE, .missing_is_empty = true};
  if (find_one(dir, search, base, ret, err) < 0)
    return -1;
  return memcmp(ret->guid, guid, sizeof(ret->guid)) == 0 ? 0 : fail_other(dir, base, ret, err);
}

/* ---- all ---- */

/* The server's filter is not taken on trust. */
static void take_entry(const struct kcd_entry *entry, struct kcd_stand_ins_found *all)
{
  struct kcd_stand_in_found found = {.dn = NULL};
  if (read_entry(entry, &found) != NULL || found.description == NULL ||
      !kcd_starts_nocase(found.name, KCD_STAND_IN_PREFIX)) {
    kcd_stand_in_found_done(&found);
    return;
  }
  all->v = kcd_reallocarray(all->v, all->n + 1, sizeof(*all->v));
  all->v[all->n++] = found;
}

static int find_all_children(struct kcd_dir *dir, struct kcd_stand_ins_found *all, struct kcd_error *err)
{
  for (size_t done = 0; done < all->n; done += CHILDREN_AT_ONCE) {
    size_t left = all->n - done;
    if (find_children(dir, &all->v[done], left < CHILDREN_AT_ONCE ? left : CHILDREN_AT_ONCE, err) < 0)
      return -1;
  }
  return 0;
}

/* Who the administrators are is told by the domain's SID, which no gathering has read here. */
static int search_all(struct kcd_dir *dir, struct kcd_entries *ret, struct kcd_error *err)
{
  static const char *const sid[] = {"objectSid", NULL};
  const struct kcd_search searches[] = {
      {.base = dir->dc.domain_nc,
       .scope = KCD_SUBTREE,
       .filter = "(&(objectCategory=computer)(sAMAccountName=" KCD_STAND_IN_PREFIX "*)(description=kcdfix stand-in *))",
       .attributes = attributes,
       .owner_only = true},
      {.base = dir->dc.domain_nc, .scope = KCD_BASE, .attributes = sid},
  };
  struct kcd_entries found[2] = {{NULL, 0}, {NULL, 0}};
  int status = kcd_dir_search(dir, searches, 2, found, err);
  if (status == 0 && found[1].n == 1)
    kcd_entry_sid(&found[1].v[0], sid[0], &dir->dc.domain_sid);
  kcd_entries_done(&found[1]);
  *ret = found[0];
  return status < 0 ? kcd_error_wrap(err, "cannot look for temporary accounts") : 0;
}

int kcd_stand_ins_search(struct kcd_dir *dir, struct kcd_stand_ins_found *ret, struct kcd_error *err)
{
  KCD_AUTO_VALUE(kcd_entries) entries = {NULL, 0};
  KCD_AUTO_VALUE(kcd_stand_ins_found) all = {NULL, 0};
  if (search_all(dir, &entries, err) < 0)
    return -1;
  for (size_t i = 0; i < entries.n; i++)
    take_entry(&entries.v[i], &all);
  if (find_all_children(dir, &all, err) < 0)
    return -1;
  *ret = all;
  all = (struct kcd_stand_ins_found){NULL, 0};
  return 0;
}

void kcd_stand_ins_found_done(struct kcd_stand_ins_found *found)
{
  for (size_t i = 0; i < found->n; i++)
    kcd_stand_in_found_done(&found->v[i]);
  free(found->v);
  *found = (struct kcd_stand_ins_found){NULL, 0};
}
