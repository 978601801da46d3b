/* The file format: two bytes 05 02 (05 01: in the byte order of the machine that wrote it), then records, each behind
 * its length in four bytes; a negative length is a hole (MIT krb5 documentation, "Keytab file format"). */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kcdfix/bytes.h>

#include "keytab.h"

enum { HEADER_BYTES = 2, LENGTH_BYTES = 4, FORMAT = 5, NETWORK_ORDER = 2, MACHINE_ORDER = 1 };

static int damaged(const char *file, const char *what, struct kcd_error *err)
{
  kcd_fail(err, KCD_E_IO, "keytab file %s %s", file, what);
  kcd_error_next(err, "Copy the keytab again, or make a new one.");
  kcd_error_on(err, file, NULL);
  return kcd_error_id(err, "keytab-damaged");
}

static bool read_at(int fd, void *data, size_t len, int64_t offset)
{
  return pread(fd, data, len, offset) == (ssize_t)len;
}

static int check_records(int fd, const char *file, int64_t size, struct kcd_error *err)
{
  int64_t offset = HEADER_BYTES;
  while (offset + LENGTH_BYTES <= size) {
    uint8_t bytes[LENGTH_BYTES];
    struct kcd_reader in;
    if (!read_at(fd, bytes, sizeof(bytes), offset))
      return damaged(file, "cannot be read to its end", err);
    kcd_reader_init(&in, bytes, sizeof(bytes));
    int64_t length = (int32_t)kcd_read_be(&in, sizeof(bytes));
    if (length == 0) /* libkrb5 takes it for the end */
      return 0;
    offset += LENGTH_BYTES + (length < 0 ? -length : length);
  }
  return offset == size ? 0 : damaged(file, "is cut off: its last record is not complete", err);
}

int kcd_keytab_check_file(int fd, const char *file, struct kcd_error *err)
{
  struct stat status;
  if (fstat(fd, &status) != 0) {
    kcd_fail_errno(err, KCD_E_IO, errno, "%s", file);
    return kcd_error_id(err, "keytab-unreadable");
  }
  if (!S_ISREG(status.st_mode))
    return damaged(file, "is no regular file", err);
  if (status.st_size == 0)
    return damaged(file, "is empty", err);
  uint8_t header[HEADER_BYTES];
  if (!read_at(fd, header, sizeof(header), 0) || header[0] != FORMAT ||
      (header[1] != NETWORK_ORDER && header[1] != MACHINE_ORDER))
    return damaged(file, "is no keytab", err);
  return header[1] == MACHINE_ORDER ? 0 : check_records(fd, file, status.st_size, err);
}
