#include "stream.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio_ext.h>
#include <string.h>

#include <kcdfix/report.h>

static int cannot_write(struct kcd_error *err)
{
  int errnum = errno == 0 ? EIO : errno;
  return kcd_fail_errno(err, KCD_E_IO, errnum, "cannot write the result");
}

int kcd_stream_write(FILE *stream, const char *text, struct kcd_error *err)
{
  size_t len = strlen(text);
  errno = 0;
  if (fwrite(text, 1, len, stream) == len)
    return kcd_stream_end(stream, err);
  return cannot_write(err);
}

int kcd_stream_end(FILE *stream, struct kcd_error *err)
{
  errno = 0;
  return !ferror(stream) && fflush(stream) == 0 ? 0 : cannot_write(err);
}

int kcd_close_stdout(void)
{
  bool failed = ferror(stdout) != 0;
  bool pending = __fpending(stdout) > 0;
  if (fclose(stdout) == 0) {
    if (failed)
      errno = EIO; /* the reason was known when it failed */
    return failed ? -1 : 0;
  }
  /* A stdout that was never open does no harm as long as nothing had to go there. */
  return !failed && !pending && errno == EBADF ? 0 : -1;
}
