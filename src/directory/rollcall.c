/* One thread for each domain controller that is asked, up to a number; each has its connection to itself, and what they
 * share is only which one is next. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/crew.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/rollcall.h>
#include <kcdfix/text.h>

#include "dir.h"

#define THREADS 16

static const char *const attributes[] = {"objectClass",
                                         "objectGUID",
                                         "userAccountControl",
                                         "msDS-AllowedToDelegateTo",
                                         "msDS-AllowedToActOnBehalfOfOtherIdentity",
                                         "replPropertyMetaData",
                                         NULL};

/* One DC. */
struct post {
  struct kcd_dir *dir; /* NULL: not open */
  bool skipped;
};

struct kcd_rollcall {
  struct kcd_replicas replicas;
  struct post *posts; /* one a replica */
  uint8_t (*guids)[16];
  size_t n_guids;
  struct kcd_dir_options options;
};

struct kcd_rollcall *kcd_rollcall_new(const struct kcd_controllers *list, const uint8_t (*guids)[16], size_t n_guids,
                                      const struct kcd_dir_options *options)
{
  struct kcd_rollcall *rollcall = kcd_calloc(1, sizeof(*rollcall));
  rollcall->options = *options;
  rollcall->replicas.v = kcd_calloc(list->n + 1, sizeof(*rollcall->replicas.v));
  rollcall->replicas.n = list->n;
  rollcall->posts = kcd_calloc(list->n + 1, sizeof(*rollcall->posts));
  for (size_t i = 0; i < list->n; i++)
    rollcall->replicas.v[i].dc = &list->v[i];
  rollcall->guids = kcd_calloc(n_guids + 1, sizeof(*rollcall->guids));
  memcpy(rollcall->guids, guids, n_guids * sizeof(*rollcall->guids));
  rollcall->n_guids = n_guids;
  return rollcall;
}

void kcd_rollcall_free(struct kcd_rollcall *rollcall)
{
  if (rollcall == NULL)
    return;
  for (size_t i = 0; i < rollcall->replicas.n; i++) {
    kcd_replica_forget(&rollcall->replicas.v[i]);
    kcd_dir_close(rollcall->posts[i].dir);
  }
  free(rollcall->replicas.v);
  free(rollcall->posts);
  free(rollcall->guids);
  free(rollcall);
}

struct kcd_replicas *kcd_rollcall_replicas(struct kcd_rollcall *rollcall)
{
  return &rollcall->replicas;
}

void kcd_rollcall_skip(struct kcd_rollcall *rollcall, size_t index, const struct kcd_error *why)
{
  rollcall->posts[index].skipped = true;
  rollcall->replicas.v[index].error = *why;
}

/* ---- one DC ---- */

static int open_post(const struct kcd_rollcall *rollcall, const char *name, const char *domain, struct post *post,
                     struct kcd_error *err)
{
  if (post->dir != NULL && !post->dir->lost)
    return 0;
  kcd_dir_close(post->dir);
  post->dir = NULL;
  struct kcd_dir_options options = rollcall->options;
  options.host = name;
  KCD_AUTO(kcd_dir) dir = NULL;
  if (kcd_dir_open(&options, &dir, err) < 0 || kcd_dir_bind(dir, err) < 0)
    return -1;
  if (!kcd_equal_nocase(dir->dc.domain, domain)) {
    kcd_fail(err, KCD_E_UNREACHABLE, "%s is no domain controller of %s any more", name, domain);
    kcd_error_id(err, "dc-of-other-domain");
    return kcd_error_on(err, NULL, name);
  }
  post->dir = KCD_TAKE(dir);
  return 0;
}

static void take_copies(const struct kcd_rollcall *rollcall, struct kcd_entries *found, struct kcd_replica *replica)
{
  kcd_replica_forget(replica);
  replica->copies = kcd_calloc(rollcall->n_guids + 1, sizeof(*replica->copies));
  replica->n = rollcall->n_guids;
  for (size_t i = 0; i < rollcall->n_guids; i++) {
    struct kcd_copy *copy = &replica->copies[i];
    memcpy(copy->guid, rollcall->guids[i], sizeof(copy->guid));
    copy->there = found[i].n == 1;
    if (copy->there)
      kcd_account_from_entry(&found[i].v[0], &copy->account);
    kcd_entries_done(&found[i]);
  }
}

static int read_objects(const struct kcd_rollcall *rollcall, struct kcd_dir *dir, struct kcd_replica *replica,
                        struct kcd_error *err)
{
  struct kcd_search *searches = kcd_calloc(rollcall->n_guids + 1, sizeof(*searches));
  struct kcd_entries *found = kcd_calloc(rollcall->n_guids + 1, sizeof(*found));
  char **bases = kcd_calloc(rollcall->n_guids + 1, sizeof(*bases));
  for (size_t i = 0; i < rollcall->n_guids; i++) {
    bases[i] = kcd_guid_dn(rollcall->guids[i]);
    searches[i] =
        (struct kcd_search){.base = bases[i], .scope = KCD_BASE, .attributes = attributes, .missing_is_empty = true};
  }
  int status = kcd_dir_search(dir, searches, rollcall->n_guids, found, err);
  if (status == 0)
    take_copies(rollcall, found, replica);
  for (size_t i = 0; i < rollcall->n_guids; i++)
    free(bases[i]);
  free(bases);
  free(found);
  free(searches);
  return status;
}

static void read_one(struct kcd_rollcall *rollcall, const char *domain, size_t index)
{
  struct post *post = &rollcall->posts[index];
  struct kcd_replica *replica = &rollcall->replicas.v[index];
  struct kcd_error err = KCD_ERROR_INIT;
  if (post->skipped)
    return;
  replica->reached = open_post(rollcall, replica->dc->name, domain, post, &err) == 0 &&
                     read_objects(rollcall, post->dir, replica, &err) == 0;
  replica->error = err;
}

/* ---- all of them ---- */

struct work {
  struct kcd_rollcall *rollcall;
  const char *domain;
  const bool *wanted;
  pthread_mutex_t lock;
  size_t next;
};

/* The next DC that is wanted; false when there is none. */
static bool take_index(struct work *work, size_t *ret)
{
  size_t n = work->rollcall->replicas.n;
  pthread_mutex_lock(&work->lock);
  while (work->next < n && work->wanted != NULL && !work->wanted[work->next])
    work->next++;
  bool some = work->next < n;
  *ret = work->next;
  work->next += some;
  pthread_mutex_unlock(&work->lock);
  return some;
}

static void run(void *item)
{
  struct work *work = *(struct work **)item;
  size_t index;
  while (take_index(work, &index))
    read_one(work->rollcall, work->domain, index);
}

void kcd_rollcall_read(struct kcd_rollcall *rollcall, const char *domain, const bool *wanted)
{
  struct work work = {.rollcall = rollcall, .domain = domain, .wanted = wanted, .lock = PTHREAD_MUTEX_INITIALIZER};
  struct work *each[THREADS];
  size_t n = rollcall->replicas.n < THREADS ? rollcall->replicas.n : THREADS;
  for (size_t i = 0; i < n; i++)
    each[i] = &work;
  kcd_crew_end(kcd_crew_start(each, n, sizeof(struct work *), run));
  pthread_mutex_destroy(&work.lock);
}
