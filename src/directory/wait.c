#include <stdarg.h>
#include <sys/time.h>

#include "dir.h"

int dir_left_ms(const struct kcd_dir *dir, int64_t begin)
{
  int64_t left = dir->timeout_ms - (kcd_now_ms() - begin), least = dir->timeout_ms / 4;
  return (int)(left > least ? left : least);
}

int dir_wait(struct kcd_dir *dir, int msgid, int all, int ms, LDAPMessage **ret, struct kcd_error *err)
{
  if (ms < 0)
    ms = 0;
  struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
  LDAPMessage *message = NULL;
  int type = ldap_result(dir->ld, msgid, all, &limit, &message);
  if (type > 0 && message != NULL) {
    *ret = message;
    return 1;
  }
  if (type == 0)
    return 0;
  dir->lost = true;
  return dir_fail_last(dir, err, NULL);
}

void dir_sent(struct kcd_dir *dir, const char *format, ...)
{
  dir->requests++;
  if (dir->trace == NULL)
    return;
  va_list args;
  va_start(args, format);
  KCD_AUTO_CHAR line = kcd_vasprintf(format, args);
  va_end(args);
  KCD_AUTO_CHAR numbered = kcd_asprintf("LDAP request %u to %s: %s", dir->requests, dir->where, line);
  dir->trace(dir->trace_data, numbered);
}
