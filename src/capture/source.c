#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kcdfix/alloc.h>

/* As much as a read of a large file is worth. */
#define BUFFER_LEN ((size_t)256 << 10)

static int unreadable(struct kcd_error *err, const char *file)
{
  kcd_error_on(err, file, NULL);
  return kcd_error_id(err, "capture-unreadable");
}

static ssize_t read_some(struct kcd_source *source, void *out, size_t len)
{
  ssize_t n = read(source->fd, out, len);
  while (n < 0 && errno == EINTR)
    n = read(source->fd, out, len);
  if (n < 0)
    source->error = errno;
  return n;
}

static int read_head(struct kcd_source *source, const char *file, struct kcd_error *err)
{
  ssize_t n = 1;
  while (n > 0 && source->head_len < sizeof(source->head)) {
    n = read_some(source, source->head + source->head_len, sizeof(source->head) - source->head_len);
    source->head_len += n > 0 ? (size_t)n : 0;
  }
  if (n < 0) {
    kcd_fail_errno(err, KCD_E_USAGE, source->error, "cannot read %s", file);
    return unreadable(err, file);
  }
  if (source->head_len == 0) {
    kcd_fail(err, KCD_E_USAGE, "%s is empty", file);
    kcd_error_next(err, "capture again, and stop the capture properly, so that what it holds back is written");
    return unreadable(err, file);
  }
  return 0;
}

int kcd_source_open(struct kcd_source *source, const char *file, struct kcd_error *err)
{
  *source = (struct kcd_source){.fd = STDIN_FILENO};
  bool input = strcmp(file, "-") == 0;
  const char *name = input ? "standard input" : file;
  if (!input)
    source->fd = open(file, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (source->fd < 0 || fstat(source->fd, &status) != 0) {
    kcd_fail_errno(err, KCD_E_USAGE, errno, "cannot open %s", name);
    return unreadable(err, name);
  }
  if (S_ISDIR(status.st_mode)) {
    kcd_source_close(source);
    kcd_fail_errno(err, KCD_E_USAGE, EISDIR, "cannot read %s", name);
    return unreadable(err, name);
  }
  (void)posix_fadvise(source->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  if (read_head(source, name, err) == 0)
    return 0;
  kcd_source_close(source);
  return -1;
}

static ssize_t stream_read(void *cookie, char *out, size_t len)
{
  struct kcd_source *source = cookie;
  size_t left = source->head_len - source->given;
  if (left == 0)
    return read_some(source, out, len);
  size_t n = left < len ? left : len;
  memcpy(out, source->head + source->given, n);
  source->given += n;
  return (ssize_t)n;
}

FILE *kcd_source_stream(struct kcd_source *source)
{
  FILE *stream = fopencookie(source, "r", (cookie_io_functions_t){.read = stream_read});
  if (stream == NULL || setvbuf(stream, NULL, _IOFBF, BUFFER_LEN) != 0)
    kcd_no_memory();
  return stream;
}

void kcd_source_close(struct kcd_source *source)
{
  if (source->fd > STDIN_FILENO)
    (void)close(source->fd);
  source->fd = -1;
}
