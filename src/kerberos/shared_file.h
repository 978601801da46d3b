/* shared_file.h - who else may read a file that holds keys. */
#ifndef KCDFIX_KERBEROS_SHARED_FILE_H
#define KCDFIX_KERBEROS_SHARED_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

/* Whether the mode lets group or others read it; false where that cannot be told. */
static inline bool kcd_others_may_read(const char *path)
{
  struct stat status;
  return stat(path, &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

#endif
