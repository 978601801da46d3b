/* What became of a request that writes: the same for Modify, Add and Delete. */
#include <stdarg.h>
#include <string.h>

#include "written.h"

/* ---- what the answer means ---- */

/* 19 and 53 have many meanings; with these words it is that of missing rights. Code 50 needs no words. */
static bool speaks_of_rights(const char *text)
{
  static const char *const words[] = {"INSUFF_ACCESS", "SecErr",     "privilege",     "SeEnableDelegation",
                                      "access denied", "permission", "not permitted", "00000005"};
  for (size_t i = 0; text != NULL && i < sizeof(words) / sizeof(words[0]); i++)
    if (strcasestr(text, words[i]) != NULL)
      return true;
  return false;
}

static bool is_conflict(const struct written *written, int result)
{
  for (const int *conflict = written->conflicts; *conflict != LDAP_SUCCESS; conflict++)
    if (*conflict == result)
      return true;
  return false;
}

static enum kcd_errc meaning(const struct written *written, int result, const char *text)
{
  if (is_conflict(written, result))
    return KCD_E_CONFLICT;
  switch (result) {
  case LDAP_INSUFFICIENT_ACCESS:
    return KCD_E_DENIED;
  case LDAP_CONSTRAINT_VIOLATION:
  case LDAP_UNWILLING_TO_PERFORM:
    return speaks_of_rights(text) ? KCD_E_DENIED : KCD_E_REJECTED;
  case LDAP_NO_SUCH_OBJECT:
    return KCD_E_NOT_FOUND;
  default:
    return KCD_E_REJECTED;
  }
}

static int fail_refused(const struct kcd_dir *dir, const struct written *written, int result, const char *text,
                        struct kcd_error *err)
{
  kcd_fail_foreign(err, meaning(written, result, text), KCD_CODE_LDAP, result, dir_result_name(result),
                   "%s refused %s: %s (%d)", dir->where, written->what, dir_result_name(result), result);
  dir_said(err, text);
  return kcd_error_on(err, written->target, dir->host);
}

int written_unknown(const struct kcd_dir *dir, const struct written *written, const char *why, struct kcd_error *err)
{
  kcd_fail_foreign(err, KCD_E_UNKNOWN_RESULT, KCD_CODE_LDAP, LDAP_TIMEOUT, dir_result_name(LDAP_TIMEOUT),
                   "%s was sent to %s, and %s: it is done or not done", written->what, dir->where, why);
  return kcd_error_on(err, written->target, dir->host);
}

/* ---- sending ---- */

int written_not_sent(struct kcd_dir *dir, const struct written *written, int result, struct kcd_error *err)
{
  dir->lost = true;
  KCD_AUTO_CHAR context = kcd_asprintf("%s was not sent", written->what);
  dir_fail(dir, result, NULL, err, context);
  return kcd_error_on(err, written->target, NULL);
}

int written_sent(struct kcd_dir *dir, const struct written *written, int result, struct kcd_error *err,
                 const char *format, ...)
{
  if (result != LDAP_SUCCESS)
    return written_not_sent(dir, written, result, err);
  va_list args;
  va_start(args, format);
  KCD_AUTO_CHAR line = kcd_vasprintf(format, args);
  va_end(args);
  dir_sent(dir, "%s", line);
  return 0;
}

/* ---- the answer ---- */

int written_take(struct kcd_dir *dir, const struct written *written, LDAPMessage *message, struct kcd_error *err)
{
  int result = LDAP_OTHER;
  DIR_AUTO_TEXT text = NULL;
  if (ldap_parse_result(dir->ld, message, &result, NULL, &text, NULL, NULL, 0) != LDAP_SUCCESS)
    return written_unknown(dir, written, "its answer cannot be decoded", err);
  return result == LDAP_SUCCESS ? 0 : fail_refused(dir, written, result, text, err);
}

int written_answer(struct kcd_dir *dir, const struct written *written, int msgid, struct kcd_error *err)
{
  int64_t deadline = kcd_now_ms() + dir->timeout_ms;
  for (;;) {
    DIR_AUTO_MESSAGE message = NULL;
    struct kcd_error lost = KCD_ERROR_INIT;
    int got = dir_wait(dir, LDAP_RES_ANY, LDAP_MSG_ONE, (int)(deadline - kcd_now_ms()), &message, &lost);
    if (got <= 0)
      return written_unknown(dir, written, got < 0 ? WRITTEN_BROKEN : WRITTEN_LATE, err);
    if (ldap_msgid(message) == msgid && ldap_msgtype(message) == written->type)
      return written_take(dir, written, message, err);
  }
}
