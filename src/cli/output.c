#include "output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kcdfix/alloc.h>

static int render(struct kcd_run *run, int status, FILE *out, struct kcd_error *err)
{
  if (!run->raw_output)
    return kcd_report_write(run->report, status, &run->style, out, err);
  if (fputs(run->raw_output, out) == EOF)
    return kcd_fail_errno(err, KCD_E_IO, errno, "the result cannot be written");
  return 0;
}

static int to_stdout(struct kcd_run *run, int status, struct kcd_error *err)
{
  if (render(run, status, stdout, err) != 0)
    return -1;
  if (kcd_close_stdout() == 0)
    return 0;
  return kcd_fail_errno(err, KCD_E_IO, errno, "the result cannot be written to standard output");
}

static int cannot_write(const char *path, struct kcd_error *err)
{
  return kcd_fail_errno(err, KCD_E_IO, errno, "cannot write %s", path);
}

/* A device, a FIFO or a symbolic link stays what it is and is written to. */
static bool is_written_in_place(const char *path)
{
  struct stat st;
  return lstat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static int in_place(struct kcd_run *run, int status, const char *path, struct kcd_error *err)
{
  FILE *out = fopen(path, "we");
  if (!out)
    return cannot_write(path, err);
  int rc = render(run, status, out, err);
  if (fclose(out) != 0 && rc == 0)
    rc = cannot_write(path, err);
  return rc;
}

/* The result is no secret: a new file gets the usual mode, not the one of the records. */
static int to_new_file(struct kcd_run *run, int status, const char *path, struct kcd_error *err)
{
  KCD_AUTO_CHAR temporary = kcd_asprintf("%s.XXXXXX", path);
  int fd = mkstemp(temporary);
  FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
  if (!out) {
    cannot_write(path, err);
    if (fd >= 0)
      close(fd);
    return -1;
  }
  int rc = render(run, status, out, err);
  if ((fchmod(fd, 0644) != 0 || fclose(out) != 0 || (rc == 0 && rename(temporary, path) != 0)) && rc == 0)
    rc = cannot_write(path, err);
  if (rc != 0)
    unlink(temporary);
  return rc;
}

int kcd_check_shown(FILE *out, struct kcd_error *err)
{
  if (!ferror(out))
    return 0;
  kcd_fail(err, KCD_E_IO, "the difference cannot be shown on standard output, so nothing was changed");
  kcd_error_id(err, "output-not-written");
  return kcd_error_next(err, "repeat it with standard output open and space left behind it");
}

int kcd_write_output(struct kcd_run *run, int status, struct kcd_error *err)
{
  const char *path = run->options->output;
  if (!path)
    return to_stdout(run, status, err);
  return is_written_in_place(path) ? in_place(run, status, path, err) : to_new_file(run, status, path, err);
}
