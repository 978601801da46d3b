/* Accounts anew: before a change, and for reading back. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/gather.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/rbcd.h>

#include "dir.h"

#define NAMES_IN_FILTER 60 /* a few KiB of filter; each names one account, so that no pages are needed */

/* What a change is made of, and who it is about. */
static const char *const attributes[] = {
    "objectClass",
    "objectGUID",
    "objectSid",
    "sAMAccountName",
    "dNSHostName",
    "operatingSystem",
    "userAccountControl",
    "msDS-AllowedToDelegateTo",
    KCD_ATTR_RBCD,
    "replPropertyMetaData",
    NULL,
};

/* Searches that go out together: the question for the number first, if it is asked. */
struct looking {
  struct kcd_search *v;
  char **texts; /* a base or a filter of each; owned */
  size_t n;
};

static void looking_done(struct looking *looking)
{
  for (size_t i = 0; i < looking->n; i++)
    free(looking->texts[i]);
  free(looking->texts);
  free(looking->v);
}

static void looking_init(struct looking *looking, size_t room)
{
  *looking =
      (struct looking){.v = kcd_calloc(room, sizeof(struct kcd_search)), .texts = kcd_calloc(room, sizeof(char *))};
}

static void ask_for_number(struct looking *looking)
{
  static const char *const number[] = {"highestCommittedUSN", NULL};
  looking->v[looking->n++] = (struct kcd_search){.base = "", .scope = KCD_BASE, .attributes = number};
}

static bool is_missing(const struct kcd_again *again)
{
  return kcd_error_is_set(&again->error);
}

static void ask_by_guid(struct looking *looking, const struct kcd_again *again)
{
  char *base = looking->texts[looking->n] = kcd_guid_dn(again->guid);
  looking->v[looking->n++] =
      (struct kcd_search){.base = base, .scope = KCD_BASE, .attributes = attributes, .missing_is_empty = true};
}

static void ask_by_names(struct looking *looking, const struct kcd_dir *dir, const struct kcd_again *again, size_t n)
{
  struct kcd_buf filter;
  kcd_buf_init(&filter, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_text(&filter, "(|");
  for (size_t i = 0; i < n; i++) {
    KCD_AUTO_CHAR name = kcd_filter_text(again[i].name);
    KCD_AUTO_CHAR term = kcd_asprintf("(sAMAccountName=%s)", name);
    kcd_buf_add_text(&filter, term);
  }
  kcd_buf_add_text(&filter, ")");
  char *text = looking->texts[looking->n] = kcd_buf_take_text(&filter);
  looking->v[looking->n++] = (struct kcd_search){.base = dir->dc.domain_nc,
                                                 .scope = KCD_SUBTREE,
                                                 .filter = text,
                                                 .attributes = attributes,
                                                 .limit = 2 * NAMES_IN_FILTER};
}

/* ---- answers ---- */

static bool is_of(const struct kcd_entry *entry, const uint8_t guid[16])
{
  const struct kcd_values *own = kcd_entry_get(entry, "objectGUID");
  return own != NULL && own->n == 1 && own->v[0].len == 16 && memcmp(own->v[0].data, guid, 16) == 0;
}

/* The same object may be asked for twice. */
static void take(const struct kcd_entries *found, struct kcd_again *again, size_t n)
{
  for (size_t i = 0; i < found->n; i++)
    for (size_t k = 0; k < n; k++) {
      if (!is_missing(&again[k]) || !is_of(&found->v[i], again[k].guid))
        continue;
      kcd_account_from_entry(&found->v[i], &again[k].account);
      again[k].error = KCD_ERROR_INIT;
    }
}

static void fail_missing(struct kcd_again *again, size_t n, const struct kcd_error *err)
{
  for (size_t i = 0; i < n; i++)
    if (is_missing(&again[i]))
      again[i].error = *err;
}

static int run(struct kcd_dir *dir, const struct looking *looking, struct kcd_again *again, size_t n, uint64_t *ret_usn)
{
  struct kcd_entries *found = kcd_calloc(looking->n, sizeof(*found));
  struct kcd_error err = KCD_ERROR_INIT;
  int status = kcd_dir_search(dir, looking->v, looking->n, found, &err);
  if (status < 0)
    fail_missing(again, n, &err);
  for (size_t i = 0; i < looking->n; i++) {
    if (ret_usn != NULL && i == 0 && found[i].n == 1)
      kcd_entry_u64(&found[i].v[0], "highestCommittedUSN", ret_usn);
    take(&found[i], again, n);
    kcd_entries_done(&found[i]);
  }
  free(found);
  return status;
}

/* ---- both ways ---- */

static void not_found(const struct kcd_dir *dir, struct kcd_again *again)
{
  KCD_AUTO_CHAR name = kcd_guid_dn(again->guid);
  again->account = (struct kcd_account){0};
  again->error = KCD_ERROR_INIT;
  kcd_fail(&again->error, KCD_E_NOT_FOUND, "the object is no longer in the directory, or not readable");
  kcd_error_on(&again->error, name, dir->host);
}

/* Many are found fastest by their names, in few searches. Not by objectGUID: for a filter with that Samba 4.17 reads
 * the whole domain. */
static int read_by_names(struct kcd_dir *dir, struct kcd_again *again, size_t n, uint64_t *ret_usn)
{
  __attribute__((cleanup(looking_done))) struct looking looking;
  looking_init(&looking, 2 + n / NAMES_IN_FILTER);
  if (ret_usn != NULL)
    ask_for_number(&looking);
  for (size_t i = 0; i < n; i += NAMES_IN_FILTER)
    ask_by_names(&looking, dir, again + i, n - i < NAMES_IN_FILTER ? n - i : NAMES_IN_FILTER);
  return run(dir, &looking, again, n, ret_usn);
}

static void read_by_guid(struct kcd_dir *dir, struct kcd_again *again, size_t n, uint64_t *ret_usn)
{
  __attribute__((cleanup(looking_done))) struct looking looking;
  looking_init(&looking, 1 + n);
  if (ret_usn != NULL)
    ask_for_number(&looking);
  for (size_t i = 0; i < n; i++)
    if (is_missing(&again[i]))
      ask_by_guid(&looking, &again[i]);
  if (looking.n > 0)
    run(dir, &looking, again, n, ret_usn);
}

static bool all_have_names(const struct kcd_again *again, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (again[i].name == NULL)
      return false;
  return true;
}

void kcd_gather_again(struct kcd_dir *dir, struct kcd_again *again, size_t n, uint64_t *ret_usn)
{
  for (size_t i = 0; i < n; i++)
    not_found(dir, &again[i]);
  if (ret_usn != NULL)
    *ret_usn = 0;
  if (n > 1 && all_have_names(again, n)) {
    if (read_by_names(dir, again, n, ret_usn) < 0)
      return;
    ret_usn = NULL;
  }
  read_by_guid(dir, again, n, ret_usn);
}

int kcd_gather_account(struct kcd_dir *dir, const uint8_t guid[16], struct kcd_account *ret, struct kcd_error *err)
{
  struct kcd_again again = {.guid = guid};
  kcd_gather_again(dir, &again, 1, NULL);
  if (kcd_error_is_set(&again.error)) {
    *err = again.error;
    return -1;
  }
  *ret = again.account;
  return 0;
}
