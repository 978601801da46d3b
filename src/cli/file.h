/* file.h - private files: read them whole and bounded, write them so that a crash leaves the old or the new one. */
#ifndef KCDFIX_CLI_FILE_H
#define KCDFIX_CLI_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

#include <kcdfix/bytes.h>
#include <kcdfix/error.h>

/* Makes DIRECTORY and its parents, 0700. */
int kcd_make_directory(const char *directory, struct kcd_error *err);
/* A directory of somebody else, or one that others may write, could have its files taken away or replaced: KCD_E_IO
 * with the reason, also where it cannot be written in. */
int kcd_check_private_directory(const char *directory, struct kcd_error *err);

/* Writes DIRECTORY/NAME, 0600, by temporary file, fsync, rename and fsync of the directory. With EXCLUSIVE an existing
 * file is KCD_E_CONFLICT. */
int kcd_write_file(const char *directory, const char *name, const void *data, size_t len, bool exclusive,
                   struct kcd_error *err);
/* One of several. What goes in is borrowed. */
struct kcd_new_file {
  const char *name;
  const void *data;
  size_t len;
  struct kcd_error error; /* out: not set where the file is there */
};
/* The same for several files, which the disk is waited for once. Each succeeds or fails for itself. */
void kcd_write_files(const char *directory, struct kcd_new_file *files, size_t n, bool exclusive);

/* Reads at most MAX bytes of a regular file that belongs to this user and that nobody else may write: anything else is
 * KCD_E_IO with the reason. */
int kcd_read_private_file(const char *path, size_t max, struct kcd_bytes *ret, struct kcd_error *err);

/* Reads FD up to its end or MAX bytes, where CUT tells that there is more. NAME is what it is called in an error. RET
 * is done by the caller, whatever comes of it. */
int kcd_read_stream(int fd, const char *name, size_t max, struct kcd_buf *ret, bool *cut, struct kcd_error *err);

#define KCD_RECORD_SUFFIX ".json"
/* A filter for scandir(3): whether ENTRY has the name of a record, which the temporary file of one has not. */
int kcd_is_record_file(const struct dirent *entry);

#endif
