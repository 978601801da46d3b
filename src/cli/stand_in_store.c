#include "stand_in_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/report.h>
#include <kcdfix/text.h>

#include "file.h"
#include "state.h"

#define LOCK_SUFFIX ".lock"
#define RECORDS_MAX 100000u
#define REMINDED_MAX 3 /* more than that is one line with their number */

int kcd_stand_in_store_open(struct kcd_stand_in_store *ret, struct kcd_error *err)
{
  struct kcd_state state;
  if (kcd_state_open(&state, err) != 0)
    return -1;
  ret->open = kcd_asprintf("%s/stand-ins", state.root);
  ret->closed = kcd_asprintf("%s/closed", ret->open);
  kcd_state_done(&state);
  return 0;
}

void kcd_stand_in_store_done(struct kcd_stand_in_store *store)
{
  free(store->open);
  free(store->closed);
  *store = (struct kcd_stand_in_store){0};
}

int kcd_stand_in_store_prepare(const struct kcd_stand_in_store *store, struct kcd_error *err)
{
  struct kcd_state state;
  if (kcd_state_open(&state, err) != 0)
    return -1;
  int rc = kcd_state_prepare(&state, err);
  kcd_state_done(&state);
  if (rc != 0)
    return -1;
  if (kcd_make_directory(store->closed, err) == 0 && kcd_check_private_directory(store->open, err) == 0 &&
      kcd_check_private_directory(store->closed, err) == 0)
    return 0;
  kcd_error_wrap(err, "no temporary account is made without a record of it");
  kcd_error_id(err, "state-not-writable");
  return kcd_error_next(err, "make %s a directory of yours that only you can write in", store->closed);
}

/* ---- locks ---- */

int kcd_stand_in_lock(const struct kcd_stand_in_store *store, const char *id, struct kcd_error *err)
{
  KCD_AUTO_CHAR path = kcd_asprintf("%s/%s" LOCK_SUFFIX, store->open, id);
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return kcd_fail_errno(err, KCD_E_IO, errno, "cannot open %s", path);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  int errnum = errno;
  close(fd);
  if (errnum == EWOULDBLOCK)
    return kcd_fail(err, KCD_E_CONFLICT, "another kcdfix is at work with %s", path);
  return kcd_fail_errno(err, KCD_E_IO, errnum, "cannot lock %s", path);
}

void kcd_stand_in_unlock(int lock)
{
  if (lock >= 0)
    close(lock);
}

/* A look alone: it must not keep the owner from its lock for longer than the look. */
static bool is_locked(const struct kcd_stand_in_store *store, const char *id)
{
  KCD_AUTO_CHAR path = kcd_asprintf("%s/%s" LOCK_SUFFIX, store->open, id);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return false;
  bool locked = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(fd);
  return locked;
}

/* ---- records ---- */

static bool has_record(const char *directory, const char *id)
{
  KCD_AUTO_CHAR path = kcd_asprintf("%s/%s" KCD_RECORD_SUFFIX, directory, id);
  return access(path, F_OK) == 0;
}

bool kcd_stand_in_is_closed(const struct kcd_stand_in_store *store, const char *id)
{
  return has_record(store->closed, id);
}

bool kcd_stand_in_is_recorded_as(const struct kcd_stand_in_store *store, const char *id)
{
  return has_record(store->open, id) || has_record(store->closed, id);
}

/* The lock goes first: without its record it is nobody's. */
static int remove_open(const struct kcd_stand_in_store *store, const char *id, struct kcd_error *err)
{
  KCD_AUTO_CHAR lock = kcd_asprintf("%s/%s" LOCK_SUFFIX, store->open, id);
  KCD_AUTO_CHAR record = kcd_asprintf("%s/%s" KCD_RECORD_SUFFIX, store->open, id);
  unlink(lock);
  if (unlink(record) != 0 && errno != ENOENT)
    return kcd_fail_errno(err, KCD_E_IO, errno, "cannot remove %s", record);
  return 0;
}

void kcd_stand_in_discard(const struct kcd_stand_in_store *store, const char *id)
{
  struct kcd_error ignored = KCD_ERROR_INIT;
  remove_open(store, id, &ignored);
}

/* The closed copy is on disk first: whatever ends the program in between leaves an open record too many, never too few.
 */
static int move_to_closed(const struct kcd_stand_in_store *store, const struct kcd_stand_in_record *record,
                          const char *name, const char *text, struct kcd_error *err)
{
  if (kcd_write_file(store->closed, name, text, strlen(text), false, err) != 0)
    return -1;
  return remove_open(store, record->id, err);
}

int kcd_stand_in_save(const struct kcd_stand_in_store *store, const struct kcd_stand_in_record *record, bool is_new,
                      struct kcd_error *err)
{
  KCD_AUTO_CHAR name = kcd_asprintf("%s" KCD_RECORD_SUFFIX, record->id);
  KCD_AUTO_CHAR text = kcd_stand_in_record_encode(record);
  KCD_AUTO_VALUE(kcd_stand_in_record) again = {0};
  if (is_new && kcd_stand_in_record_decode(text, strlen(text), &again, err) != 0)
    return kcd_error_wrap(err, "this account cannot be recorded, so it is not made");
  if (!kcd_stand_in_is_open(record->state))
    return move_to_closed(store, record, name, text, err);
  return kcd_write_file(store->open, name, text, strlen(text), is_new, err);
}

static void load_one(const char *directory, struct kcd_stored_stand_in *stored)
{
  KCD_AUTO_CHAR path = kcd_asprintf("%s/%s", directory, stored->file);
  KCD_AUTO_VALUE(kcd_bytes) data = {0};
  stored->error = KCD_ERROR_INIT;
  if (kcd_read_private_file(path, KCD_STAND_IN_RECORD_MAX, &data, &stored->error) != 0)
    return;
  if (kcd_stand_in_record_decode(data.data, data.len, &stored->record, &stored->error) != 0) {
    kcd_error_wrap(&stored->error, "%s", path);
    return;
  }
  KCD_AUTO_CHAR wanted = kcd_asprintf("%s" KCD_RECORD_SUFFIX, stored->record.id);
  if (strcmp(wanted, stored->file) == 0) {
    stored->readable = true;
    return;
  }
  kcd_stand_in_record_done(&stored->record);
  kcd_fail(&stored->error, KCD_E_MALFORMED, "%s holds the record of another account", path);
}

/* Names begin with the time. */
static int load(const char *directory, struct kcd_stored_stand_ins *ret, struct kcd_error *err)
{
  struct dirent **names = NULL;
  int n = scandir(directory, &names, kcd_is_record_file, alphasort);
  *ret = (struct kcd_stored_stand_ins){0};
  if (n < 0 && errno == ENOENT)
    return 0;
  if (n < 0) {
    kcd_fail_errno(err, KCD_E_IO, errno, "cannot read the records in %s", directory);
    return kcd_error_id(err, "state-not-readable");
  }
  ret->v = kcd_calloc((size_t)n + 1, sizeof *ret->v);
  for (int i = 0; i < n; i++) {
    if (ret->n < RECORDS_MAX) {
      struct kcd_stored_stand_in *stored = &ret->v[ret->n++];
      stored->file = kcd_strdup(names[i]->d_name);
      load_one(directory, stored);
    }
    free(names[i]);
  }
  free(names);
  return 0;
}

/* A record whose closed copy is there was closed by a run that was ended before it could remove the open one. */
static bool is_closed_too(const struct kcd_stand_in_store *store, const char *file)
{
  KCD_AUTO_CHAR path = kcd_asprintf("%s/%s", store->closed, file);
  return access(path, F_OK) == 0;
}

static void stored_done(struct kcd_stored_stand_in *stored)
{
  free(stored->file);
  if (stored->readable)
    kcd_stand_in_record_done(&stored->record);
}

int kcd_stand_in_load_open(const struct kcd_stand_in_store *store, struct kcd_stored_stand_ins *ret,
                           struct kcd_error *err)
{
  struct kcd_stored_stand_ins all;
  if (load(store->open, &all, err) != 0)
    return -1;
  size_t kept = 0;
  for (size_t i = 0; i < all.n; i++) {
    struct kcd_stored_stand_in *stored = &all.v[i];
    /* The lock first: who gives it back has closed its record before. */
    stored->in_use = stored->readable && is_locked(store, stored->record.id);
    if (is_closed_too(store, stored->file)) {
      stored_done(stored);
      continue;
    }
    all.v[kept++] = *stored;
  }
  all.n = kept;
  *ret = all;
  return 0;
}

int kcd_stand_in_load_closed(const struct kcd_stand_in_store *store, struct kcd_stored_stand_ins *ret,
                             struct kcd_error *err)
{
  return load(store->closed, ret, err);
}

void kcd_stored_stand_ins_done(struct kcd_stored_stand_ins *stored)
{
  for (size_t i = 0; i < stored->n; i++)
    stored_done(&stored->v[i]);
  free(stored->v);
  *stored = (struct kcd_stored_stand_ins){0};
}

/* ---- a word about those left behind ---- */

static void remind_of(const struct kcd_stored_stand_in *stored)
{
  if (!stored->readable) {
    kcd_message("a temporary account may be left behind: %s", stored->error.message);
    return;
  }
  const struct kcd_stand_in_record *record = &stored->record;
  KCD_AUTO_CHAR name = kcd_safe(record->name);
  KCD_AUTO_CHAR host = kcd_safe(record->host);
  KCD_AUTO_CHAR dc = kcd_safe(record->dc);
  KCD_AUTO_CHAR when = kcd_time_people(record->created);
  kcd_message("%s, a temporary account with the settings of %s, may be left behind on %s (%s)", name, host, dc, when);
}

void kcd_stand_in_remind(void)
{
  struct kcd_stand_in_store store = {0};
  struct kcd_stored_stand_ins open = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_stand_in_store_open(&store, &ignored) != 0)
    return;
  size_t n = 0;
  if (kcd_stand_in_load_open(&store, &open, &ignored) == 0)
    for (size_t i = 0; i < open.n; i++)
      if (!open.v[i].in_use && ++n <= REMINDED_MAX)
        remind_of(&open.v[i]);
  if (n > REMINDED_MAX)
    kcd_message("... and %zu more", n - REMINDED_MAX);
  if (n > 0)
    kcd_message("to remove %s: kcdfix stand-in --clean", n == 1 ? "it" : "them");
  kcd_stored_stand_ins_done(&open);
  kcd_stand_in_store_done(&store);
}
