#include <stddef.h>
#include <string.h>

#include "dir.h"

/* RFC 4511 appendix A, and the codes that libldap makes itself. */
static const struct {
  int result;
  const char *name;
  enum kcd_errc code;
} results[] = {
    {LDAP_OPERATIONS_ERROR, "operationsError", KCD_E_REJECTED},
    {LDAP_PROTOCOL_ERROR, "protocolError", KCD_E_REJECTED},
    {LDAP_TIMELIMIT_EXCEEDED, "timeLimitExceeded", KCD_E_REJECTED},
    {LDAP_SIZELIMIT_EXCEEDED, "sizeLimitExceeded", KCD_E_REJECTED},
    {LDAP_AUTH_METHOD_NOT_SUPPORTED, "authMethodNotSupported", KCD_E_UNSUPPORTED},
    {LDAP_STRONG_AUTH_REQUIRED, "strongerAuthRequired", KCD_E_UNSUPPORTED},
    {LDAP_REFERRAL, "referral", KCD_E_REJECTED},
    {LDAP_ADMINLIMIT_EXCEEDED, "adminLimitExceeded", KCD_E_REJECTED},
    {LDAP_UNAVAILABLE_CRITICAL_EXTENSION, "unavailableCriticalExtension", KCD_E_UNSUPPORTED},
    {LDAP_CONFIDENTIALITY_REQUIRED, "confidentialityRequired", KCD_E_UNSUPPORTED},
    {LDAP_NO_SUCH_ATTRIBUTE, "noSuchAttribute", KCD_E_CONFLICT},
    {LDAP_UNDEFINED_TYPE, "undefinedAttributeType", KCD_E_REJECTED},
    {LDAP_INAPPROPRIATE_MATCHING, "inappropriateMatching", KCD_E_REJECTED},
    {LDAP_CONSTRAINT_VIOLATION, "constraintViolation", KCD_E_REJECTED},
    {LDAP_TYPE_OR_VALUE_EXISTS, "attributeOrValueExists", KCD_E_CONFLICT},
    {LDAP_INVALID_SYNTAX, "invalidAttributeSyntax", KCD_E_REJECTED},
    {LDAP_NO_SUCH_OBJECT, "noSuchObject", KCD_E_NOT_FOUND},
    {LDAP_INVALID_DN_SYNTAX, "invalidDNSyntax", KCD_E_REJECTED},
    {LDAP_INAPPROPRIATE_AUTH, "inappropriateAuthentication", KCD_E_NOT_AUTHENTICATED},
    {LDAP_INVALID_CREDENTIALS, "invalidCredentials", KCD_E_NOT_AUTHENTICATED},
    {LDAP_INSUFFICIENT_ACCESS, "insufficientAccessRights", KCD_E_DENIED},
    {LDAP_BUSY, "busy", KCD_E_UNREACHABLE},
    {LDAP_UNAVAILABLE, "unavailable", KCD_E_UNREACHABLE},
    {LDAP_UNWILLING_TO_PERFORM, "unwillingToPerform", KCD_E_REJECTED},
    {LDAP_NAMING_VIOLATION, "namingViolation", KCD_E_REJECTED},
    {LDAP_OBJECT_CLASS_VIOLATION, "objectClassViolation", KCD_E_REJECTED},
    {LDAP_ALREADY_EXISTS, "entryAlreadyExists", KCD_E_REJECTED},
    {LDAP_OTHER, "other", KCD_E_REJECTED},
    {LDAP_SERVER_DOWN, "serverDown", KCD_E_UNREACHABLE},
    {LDAP_LOCAL_ERROR, "localError", KCD_E_NOT_AUTHENTICATED}, /* libldap has it for what SASL reports */
    {LDAP_DECODING_ERROR, "decodingError", KCD_E_MALFORMED},
    {LDAP_TIMEOUT, "timeout", KCD_E_UNREACHABLE},
    {LDAP_AUTH_UNKNOWN, "authUnknown", KCD_E_UNSUPPORTED},
    {LDAP_FILTER_ERROR, "filterError", KCD_E_REJECTED},
    {LDAP_CONNECT_ERROR, "connectError", KCD_E_UNREACHABLE},
};

static ptrdiff_t find(int result)
{
  for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
    if (results[i].result == result)
      return (ptrdiff_t)i;
  return -1;
}

const char *dir_result_name(int result)
{
  ptrdiff_t i = find(result);
  return i < 0 ? "other" : results[i].name;
}

static enum kcd_errc code_of(int result)
{
  ptrdiff_t i = find(result);
  return i < 0 ? KCD_E_REJECTED : results[i].code;
}

/* People read this: a broken connection is no "search failed: serverDown (-1)". */
static void set_message(const struct kcd_dir *dir, int result, struct kcd_error *err, const char *what)
{
  enum kcd_errc code = code_of(result);
  const char *name = dir_result_name(result);
  if (result == LDAP_SERVER_DOWN)
    kcd_fail_foreign(err, code, KCD_CODE_LDAP, result, name, "%s closed the connection", dir->where);
  else if (what == NULL)
    kcd_fail_foreign(err, code, KCD_CODE_LDAP, result, name, "%s answered %s (%d)", dir->where, name, result);
  else
    kcd_fail_foreign(err, code, KCD_CODE_LDAP, result, name, "%s: %s answered %s (%d)", what, dir->where, name, result);
}

/* Some texts end in a line break. */
int dir_said(struct kcd_error *err, const char *text)
{
  size_t len = text != NULL ? strlen(text) : 0;
  while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
    len--;
  if (len == 0)
    return -1;
  KCD_AUTO_CHAR trimmed = kcd_strndup(text, len);
  return kcd_error_said(err, trimmed);
}

int dir_fail(const struct kcd_dir *dir, int result, const char *text, struct kcd_error *err, const char *what)
{
  set_message(dir, result, err, what);
  kcd_error_on(err, NULL, dir->host);
  dir_said(err, text);
  if (err->code == KCD_E_UNREACHABLE)
    kcd_error_id(err, "dc-unreachable");
  return -1;
}

int dir_fail_last(const struct kcd_dir *dir, struct kcd_error *err, const char *what)
{
  int result = LDAP_OTHER;
  DIR_AUTO_TEXT text = NULL;
  ldap_get_option(dir->ld, LDAP_OPT_RESULT_CODE, &result);
  ldap_get_option(dir->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text);
  if (result == LDAP_SUCCESS)
    result = LDAP_SERVER_DOWN;
  return dir_fail(dir, result, text, err, what);
}

int dir_fail_timeout(const struct kcd_dir *dir, struct kcd_error *err)
{
  kcd_fail_foreign(err, KCD_E_UNREACHABLE, KCD_CODE_LDAP, LDAP_TIMEOUT, dir_result_name(LDAP_TIMEOUT),
                   "%s did not answer within %.3g s", dir->where, dir->timeout_ms / 1000.0);
  kcd_error_on(err, NULL, dir->host);
  kcd_error_id(err, "dc-unreachable");
  return kcd_error_next(err, "name another domain controller with -S, or give more time with --timeout");
}

int dir_fail_answer(const struct kcd_dir *dir, struct kcd_error *err, const char *what)
{
  kcd_fail_foreign(err, KCD_E_MALFORMED, KCD_CODE_LDAP, LDAP_DECODING_ERROR, dir_result_name(LDAP_DECODING_ERROR),
                   "%s sent %s", dir->where, what);
  return kcd_error_on(err, NULL, dir->host);
}
