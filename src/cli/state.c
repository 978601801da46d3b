#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <kcdfix/alloc.h>

#include "file.h"

#define RECORDS_MAX 100000u /* files that are looked at */
#define NUMBERS_MAX 1000u   /* behind an id that is in use */

static int fail_without_home(struct kcd_error *err)
{
  kcd_fail(err, KCD_E_IO, "neither XDG_STATE_HOME nor HOME names a directory for the records of changes");
  kcd_error_id(err, "state-not-writable");
  return kcd_error_next(err, "set XDG_STATE_HOME to a directory of yours, with its whole path");
}

int kcd_state_open(struct kcd_state *ret, struct kcd_error *err)
{
  const char *state_home = getenv("XDG_STATE_HOME");
  const char *home = getenv("HOME");
  char *root = NULL;
  /* The XDG base directory specification: a relative path is to be ignored. */
  if (state_home && state_home[0] == '/')
    root = kcd_asprintf("%s/kcdfix", state_home);
  else if (home && home[0] == '/')
    root = kcd_asprintf("%s/.local/state/kcdfix", home);
  else
    return fail_without_home(err);
  *ret = (struct kcd_state){.root = root, .changes = kcd_asprintf("%s/changes", root), .lock = -1};
  return 0;
}

void kcd_state_unlock(struct kcd_state *state)
{
  if (state->root && state->lock >= 0)
    close(state->lock);
  state->lock = -1;
}

void kcd_state_done(struct kcd_state *state)
{
  kcd_state_unlock(state);
  free(state->root);
  free(state->changes);
  *state = (struct kcd_state){.lock = -1};
}

int kcd_state_lock(struct kcd_state *state, int timeout_ms, struct kcd_error *err)
{
  KCD_AUTO_CHAR path = kcd_asprintf("%s/lock", state->root);
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return kcd_fail_errno(err, KCD_E_IO, errno, "cannot open %s", path);
  const struct timespec pause = {.tv_nsec = 50000000};
  for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited += 50) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      kcd_fail_errno(err, KCD_E_IO, errno, "cannot lock %s", path);
      close(fd);
      return -1;
    }
    if (waited >= timeout_ms) {
      close(fd);
      kcd_fail(err, KCD_E_CONFLICT, "another kcdfix of yours is changing something at this moment");
      return kcd_error_next(err, "wait for it, or look for it with: fuser -v %s", path);
    }
    nanosleep(&pause, NULL);
  }
  state->lock = fd;
  return 0;
}

static int fail_not_writable(const struct kcd_state *state, struct kcd_error *err)
{
  kcd_error_wrap(err, "no change is made without a record of it");
  kcd_error_id(err, "state-not-writable");
  return kcd_error_next(err, "make %s writable, or set XDG_STATE_HOME to a directory that is", state->root);
}

int kcd_state_prepare(struct kcd_state *state, struct kcd_error *err)
{
  static const char probe[] = ".writable";
  int rc = kcd_make_directory(state->changes, err);
  if (rc == 0)
    rc = kcd_check_private_directory(state->root, err);
  if (rc == 0)
    rc = kcd_check_private_directory(state->changes, err);
  if (rc == 0)
    rc = kcd_write_file(state->changes, probe, "", 0, false, err);
  if (rc == 0) {
    KCD_AUTO_CHAR path = kcd_asprintf("%s/%s", state->changes, probe);
    unlink(path);
    return 0;
  }
  return fail_not_writable(state, err);
}

/* The deepest directory of PATH that is there has to take the rest. */
static int check_ancestor(const char *path, struct kcd_error *err)
{
  KCD_AUTO_CHAR ancestor = kcd_strdup(path);
  while (access(ancestor, F_OK) != 0 && strrchr(ancestor, '/') > ancestor)
    *strrchr(ancestor, '/') = '\0';
  struct stat st;
  if (access(ancestor, W_OK | X_OK) != 0 || stat(ancestor, &st) != 0)
    return kcd_fail_errno(err, KCD_E_IO, errno, "cannot write in %s", ancestor);
  return S_ISDIR(st.st_mode) ? 0 : kcd_fail(err, KCD_E_IO, "%s is no directory", ancestor);
}

int kcd_state_could_prepare(const struct kcd_state *state, struct kcd_error *err)
{
  const char *const directories[] = {state->root, state->changes};
  int rc = check_ancestor(state->changes, err);
  for (size_t i = 0; rc == 0 && i < sizeof directories / sizeof directories[0]; i++)
    if (access(directories[i], F_OK) == 0)
      rc = kcd_check_private_directory(directories[i], err);
  return rc == 0 ? 0 : fail_not_writable(state, err);
}

/* A record that could not be read again would be no way back: it is tried before anything is written. */
static int check_readable(const char *text, struct kcd_error *err)
{
  KCD_AUTO_VALUE(kcd_record) again = {0};
  size_t len = strlen(text);
  if (len > KCD_RECORD_MAX)
    return kcd_fail(err, KCD_E_UNSUPPORTED, "the record of this change would be larger than %zu bytes", KCD_RECORD_MAX);
  if (kcd_record_decode(text, len, &again, err) == 0)
    return 0;
  return kcd_error_wrap(err, "this change cannot be recorded, so it is not made");
}

/* One of several records that are saved together. */
struct saving {
  struct kcd_record *record;
  struct kcd_error *error;
  char *base; /* the id as it came */
  char *name, *text;
  bool begins_run; /* a run has the name of its first record */
  bool done;
};

static void saving_done(struct saving *saving)
{
  free(saving->base);
  free(saving->name);
  free(saving->text);
}

static void encode(struct saving *saving, bool is_new)
{
  struct kcd_record *record = saving->record;
  if (saving->begins_run) {
    free(record->run);
    record->run = kcd_strdup(record->id);
  }
  free(saving->name);
  free(saving->text);
  saving->name = kcd_asprintf("%s" KCD_RECORD_SUFFIX, record->id);
  saving->text = kcd_record_encode(record);
  saving->done = is_new && check_readable(saving->text, saving->error) != 0;
}

/* Two changes within a second, of one host or of two whose names are alike in a file name: the next number. Whether
 * there is something to be tried again. */
static bool take_result(struct saving *saving, const struct kcd_error *error, bool is_new, unsigned number)
{
  saving->done = !is_new || error->code != KCD_E_CONFLICT || number > NUMBERS_MAX;
  if (saving->done) {
    *saving->error = *error;
    return false;
  }
  free(saving->record->id);
  saving->record->id = kcd_asprintf("%s-%u", saving->base, number);
  return true;
}

/* Whether all of them are done. */
static bool save_once(const struct kcd_state *state, struct saving *savings, size_t n, bool is_new, unsigned number)
{
  struct kcd_new_file *files = kcd_calloc(n, sizeof *files);
  size_t *whose = kcd_calloc(n, sizeof *whose);
  size_t n_files = 0;
  bool again = false;
  for (size_t i = 0; i < n; i++) {
    if (!savings[i].done)
      encode(&savings[i], is_new);
    if (savings[i].done)
      continue;
    whose[n_files] = i;
    files[n_files++] =
        (struct kcd_new_file){.name = savings[i].name, .data = savings[i].text, .len = strlen(savings[i].text)};
  }
  kcd_write_files(state->changes, files, n_files, is_new);
  for (size_t i = 0; i < n_files; i++)
    again = take_result(&savings[whose[i]], &files[i].error, is_new, number) || again;
  free(whose);
  free(files);
  return !again;
}

static void save_together(const struct kcd_state *state, struct kcd_record **records, size_t n, bool is_new,
                          struct kcd_error *errors)
{
  struct saving *savings = kcd_calloc(n, sizeof *savings);
  for (size_t i = 0; i < n; i++) {
    errors[i] = KCD_ERROR_INIT;
    savings[i] = (struct saving){.record = records[i],
                                 .error = &errors[i],
                                 .base = kcd_strdup(records[i]->id),
                                 .begins_run = records[i]->run == NULL};
  }
  for (unsigned number = 2; !save_once(state, savings, n, is_new, number); number++)
    ;
  for (size_t i = 0; i < n; i++)
    saving_done(&savings[i]);
  free(savings);
}

void kcd_state_save_records(const struct kcd_state *state, struct kcd_record **records, size_t n, bool is_new,
                            struct kcd_error *errors)
{
  size_t first = 0;
  const char *run = NULL;
  for (; first < n && records[first]->run == NULL && run == NULL; first++) {
    save_together(state, &records[first], 1, is_new, &errors[first]);
    if (!kcd_error_is_set(&errors[first]))
      run = records[first]->run;
  }
  for (size_t i = first; run != NULL && i < n; i++)
    if (records[i]->run == NULL)
      records[i]->run = kcd_strdup(run);
  if (first < n)
    save_together(state, records + first, n - first, is_new, errors + first);
}

int kcd_state_save_record(const struct kcd_state *state, struct kcd_record *record, bool is_new, struct kcd_error *err)
{
  struct kcd_error error = KCD_ERROR_INIT;
  kcd_state_save_records(state, &record, 1, is_new, &error);
  if (!kcd_error_is_set(&error))
    return 0;
  *err = error;
  return -1;
}

static void load_one(const char *changes, struct kcd_stored_record *stored)
{
  KCD_AUTO_CHAR path = kcd_asprintf("%s/%s", changes, stored->file);
  KCD_AUTO_VALUE(kcd_bytes) data = {0};
  stored->error = KCD_ERROR_INIT;
  if (kcd_read_private_file(path, KCD_RECORD_MAX, &data, &stored->error) != 0)
    return;
  if (kcd_record_decode(data.data, data.len, &stored->record, &stored->error) != 0) {
    kcd_error_wrap(&stored->error, "%s", path);
    return;
  }
  /* The name is what undo is given; a record under another name was copied there by somebody. */
  KCD_AUTO_CHAR wanted = kcd_asprintf("%s" KCD_RECORD_SUFFIX, stored->record.id);
  if (strcmp(wanted, stored->file) != 0) {
    kcd_record_done(&stored->record);
    kcd_fail(&stored->error, KCD_E_MALFORMED, "%s holds the record of another change", path);
    return;
  }
  stored->readable = true;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

static int by_age(const void *a, const void *b)
{
  const struct kcd_stored_record *x = a, *y = b;
  if (x->readable && y->readable && x->record.created != y->record.created)
    return x->record.created < y->record.created ? -1 : 1;
  /* Within a second the number behind the id counts: HOST, HOST-2, ..., HOST-10. */
  if (x->readable && y->readable)
    return strverscmp(x->record.id, y->record.id);
  return strcmp(x->file, y->file);
}

int kcd_state_load_records(const struct kcd_state *state, struct kcd_stored_records *ret, struct kcd_error *err)
{
  struct dirent **names = NULL;
  int n = scandir(state->changes, &names, kcd_is_record_file, by_name);
  if (n < 0 && errno == ENOENT) {
    *ret = (struct kcd_stored_records){0};
    return 0;
  }
  if (n < 0) {
    kcd_fail_errno(err, KCD_E_IO, errno, "cannot read the records in %s", state->changes);
    kcd_error_id(err, "state-not-readable");
    return kcd_error_next(err, "make it readable, or set XDG_STATE_HOME to where the records are");
  }
  struct kcd_stored_records records = {.v = kcd_calloc((size_t)n + 1, sizeof *records.v)};
  for (int i = 0; i < n; i++) {
    if (records.n < RECORDS_MAX) {
      struct kcd_stored_record *stored = &records.v[records.n++];
      stored->file = kcd_strdup(names[i]->d_name);
      load_one(state->changes, stored);
    }
    free(names[i]);
  }
  free(names);
  qsort(records.v, records.n, sizeof *records.v, by_age);
  *ret = records;
  return 0;
}

void kcd_stored_records_done(struct kcd_stored_records *records)
{
  for (size_t i = 0; i < records->n; i++) {
    free(records->v[i].file);
    if (records->v[i].readable)
      kcd_record_done(&records->v[i].record);
  }
  free(records->v);
  *records = (struct kcd_stored_records){0};
}
