#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kcdfix/alloc.h>

int kcd_make_directory(const char *directory, struct kcd_error *err)
{
  KCD_AUTO_CHAR path = kcd_strdup(directory);
  for (char *slash = path + 1;; slash++) {
    slash = strchr(slash, '/');
    if (slash)
      *slash = '\0';
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
      return kcd_fail_errno(err, KCD_E_IO, errno, "cannot make the directory %s", path);
    if (!slash)
      return 0;
    *slash = '/';
  }
}

int kcd_check_private_directory(const char *directory, struct kcd_error *err)
{
  struct stat st;
  if (stat(directory, &st) != 0)
    return kcd_fail_errno(err, KCD_E_IO, errno, "cannot read %s", directory);
  if (!S_ISDIR(st.st_mode))
    return kcd_fail(err, KCD_E_IO, "%s is no directory", directory);
  if (st.st_uid != geteuid())
    return kcd_fail(err, KCD_E_IO, "%s belongs to another user (uid %u)", directory, (unsigned)st.st_uid);
  if (st.st_mode & (S_IWGRP | S_IWOTH))
    return kcd_fail(err, KCD_E_IO, "%s can be written by others", directory);
  if (access(directory, W_OK | X_OK) != 0)
    return kcd_fail_errno(err, KCD_E_IO, errno, "cannot write in %s", directory);
  return 0;
}

static int sync_directory(const char *directory, struct kcd_error *err)
{
  int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || fsync(fd) != 0) {
    kcd_fail_errno(err, KCD_E_IO, errno, "cannot sync the directory %s", directory);
    if (fd >= 0)
      close(fd);
    return -1;
  }
  close(fd);
  return 0;
}

static int write_all(int fd, const char *path, const char *data, size_t len, struct kcd_error *err)
{
  while (len > 0) {
    ssize_t n = write(fd, data, len);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return kcd_fail_errno(err, KCD_E_IO, errno, "cannot write %s", path);
    data += n;
    len -= (size_t)n;
  }
  return 0;
}

/* Gives the finished temporary file its name. link(2) fails where the name is taken, rename(2) does not. */
static int put_in_place(const char *temporary, const char *path, bool exclusive, struct kcd_error *err)
{
  if (!exclusive) {
    if (rename(temporary, path) == 0)
      return 0;
    return kcd_fail_errno(err, KCD_E_IO, errno, "cannot name %s", path);
  }
  if (link(temporary, path) != 0) {
    enum kcd_errc code = errno == EEXIST ? KCD_E_CONFLICT : KCD_E_IO;
    return kcd_fail_errno(err, code, errno, "cannot name %s", path);
  }
  unlink(temporary);
  return 0;
}

/* A file on its way to its name. */
struct draft {
  struct kcd_new_file *file;
  char *path, *temporary;
  int fd; /* -1: it failed, or is closed */
  bool in_place;
};

static void end_draft(struct draft *draft)
{
  if (draft->fd < 0)
    return;
  close(draft->fd);
  draft->fd = -1;
  if (!draft->in_place)
    unlink(draft->temporary);
}

/* With several the disk may begin with each at once, so that waiting for one is waiting for all. */
static void begin(const char *directory, struct kcd_new_file *file, bool several, struct draft *ret)
{
  struct kcd_error *err = &file->error;
  *err = KCD_ERROR_INIT;
  /* The dot keeps a file that a crash leaves behind out of the listing. */
  *ret = (struct draft){.file = file,
                        .path = kcd_asprintf("%s/%s", directory, file->name),
                        .temporary = kcd_asprintf("%s/.%s.XXXXXX", directory, file->name)};
  ret->fd = mkostemp(ret->temporary, O_CLOEXEC);
  if (ret->fd < 0) {
    kcd_fail_errno(err, KCD_E_IO, errno, "cannot write in %s", directory);
    return;
  }
  int rc = fchmod(ret->fd, 0600) == 0 ? 0 : kcd_fail_errno(err, KCD_E_IO, errno, "cannot protect %s", ret->temporary);
  if (rc == 0)
    rc = write_all(ret->fd, ret->path, file->data, file->len, err);
  if (rc != 0)
    end_draft(ret);
  else if (several)
    sync_file_range(ret->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

static void finish(struct draft *draft, bool exclusive)
{
  struct kcd_error *err = &draft->file->error;
  if (draft->fd < 0)
    return;
  int rc = fsync(draft->fd) == 0 ? 0 : kcd_fail_errno(err, KCD_E_IO, errno, "cannot sync %s", draft->path);
  draft->in_place = rc == 0 && put_in_place(draft->temporary, draft->path, exclusive, err) == 0;
  end_draft(draft);
}

/* None of them is sure to be there without its directory. A new one is taken away again: it would tell of something
 * that was never begun. */
static void make_sure(const char *directory, struct draft *drafts, size_t n, bool exclusive)
{
  struct kcd_error err = KCD_ERROR_INIT;
  if (sync_directory(directory, &err) == 0)
    return;
  for (size_t i = 0; i < n; i++) {
    if (!drafts[i].in_place)
      continue;
    drafts[i].file->error = err;
    if (exclusive)
      unlink(drafts[i].path);
  }
}

void kcd_write_files(const char *directory, struct kcd_new_file *files, size_t n, bool exclusive)
{
  struct draft *drafts = kcd_calloc(n, sizeof *drafts);
  bool any = false;
  for (size_t i = 0; i < n; i++)
    begin(directory, &files[i], n > 1, &drafts[i]);
  for (size_t i = 0; i < n; i++) {
    finish(&drafts[i], exclusive);
    any = any || drafts[i].in_place;
  }
  if (any)
    make_sure(directory, drafts, n, exclusive);
  for (size_t i = 0; i < n; i++) {
    free(drafts[i].path);
    free(drafts[i].temporary);
  }
  free(drafts);
}

int kcd_write_file(const char *directory, const char *name, const void *data, size_t len, bool exclusive,
                   struct kcd_error *err)
{
  struct kcd_new_file file = {.name = name, .data = data, .len = len};
  kcd_write_files(directory, &file, 1, exclusive);
  if (!kcd_error_is_set(&file.error))
    return 0;
  *err = file.error;
  return -1;
}

static int check_private(int fd, const char *path, size_t max, struct stat *st, struct kcd_error *err)
{
  if (fstat(fd, st) != 0)
    return kcd_fail_errno(err, KCD_E_IO, errno, "cannot read %s", path);
  if (!S_ISREG(st->st_mode))
    return kcd_fail(err, KCD_E_IO, "%s is no regular file", path);
  if (st->st_uid != geteuid())
    return kcd_fail(err, KCD_E_IO, "%s belongs to another user (uid %u) and is not used", path, (unsigned)st->st_uid);
  if (st->st_mode & (S_IWGRP | S_IWOTH))
    return kcd_fail(err, KCD_E_IO, "%s can be written by others and is not used", path);
  if (st->st_size < 0 || (size_t)st->st_size > max)
    return kcd_fail(err, KCD_E_IO, "%s is larger than %zu bytes and is not used", path, max);
  return 0;
}

int kcd_read_private_file(const char *path, size_t max, struct kcd_bytes *ret, struct kcd_error *err)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return kcd_fail_errno(err, errno == ENOENT ? KCD_E_NOT_FOUND : KCD_E_IO, errno, "cannot read %s", path);
  struct stat st;
  if (check_private(fd, path, max, &st, err) != 0) {
    close(fd);
    return -1;
  }
  KCD_AUTO_CHAR data = kcd_calloc((size_t)st.st_size + 1, 1);
  size_t len = 0;
  while (len < (size_t)st.st_size) {
    ssize_t n = read(fd, data + len, (size_t)st.st_size - len);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    len += (size_t)n;
  }
  close(fd);
  *ret = kcd_bytes_copy(data, len);
  return 0;
}

int kcd_read_stream(int fd, const char *name, size_t max, struct kcd_buf *ret, bool *cut, struct kcd_error *err)
{
  uint8_t block[65536];
  *cut = false;
  kcd_buf_init(ret, max);
  for (;;) {
    ssize_t n = read(fd, block, sizeof block);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return kcd_fail_errno(err, KCD_E_IO, errno, "cannot read %s", name);
    size_t room = max - ret->len;
    *cut = (size_t)n > room;
    kcd_buf_add(ret, block, *cut ? room : (size_t)n);
    if (n == 0 || *cut)
      return 0;
  }
}

int kcd_is_record_file(const struct dirent *entry)
{
  size_t len = strlen(entry->d_name), suffix = strlen(KCD_RECORD_SUFFIX);
  return entry->d_name[0] != '.' && len > suffix && strcmp(entry->d_name + len - suffix, KCD_RECORD_SUFFIX) == 0;
}
