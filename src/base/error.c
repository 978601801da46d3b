#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/error.h>
#include <kcdfix/text.h>

#include "fixed.h"

/* The message stays the first one in a build without assertions. False if one is set already. */
static bool begin(struct kcd_error *err, enum kcd_errc code)
{
  assert(!kcd_error_is_set(err) && "the first error wins");
  assert(code != KCD_OK);
  if (kcd_error_is_set(err))
    return false;
  *err = KCD_ERROR_INIT;
  err->code = code;
  return true;
}

static void format_safe(char *out, size_t size, const char *format, va_list args) __attribute__((format(printf, 3, 0)));
static void format_safe(char *out, size_t size, const char *format, va_list args)
{
  KCD_AUTO_CHAR raw = kcd_vasprintf(format, args);
  kcd_safe_into(out, size, raw);
}

static void copy_if_given(char *out, size_t size, const char *text)
{
  if (text != NULL)
    kcd_safe_into(out, size, text);
}

int kcd_fail(struct kcd_error *err, enum kcd_errc code, const char *format, ...)
{
  if (!begin(err, code))
    return -1;
  va_list args;
  va_start(args, format);
  format_safe(err->message, sizeof(err->message), format, args);
  va_end(args);
  return -1;
}

int kcd_fail_foreign(struct kcd_error *err, enum kcd_errc code, enum kcd_code_kind kind, int64_t foreign,
                     const char *name, const char *format, ...)
{
  if (!begin(err, code))
    return -1;
  err->kind = kind;
  err->foreign = foreign;
  copy_if_given(err->name, sizeof(err->name), name);
  va_list args;
  va_start(args, format);
  format_safe(err->message, sizeof(err->message), format, args);
  va_end(args);
  return -1;
}

int kcd_fail_errno(struct kcd_error *err, enum kcd_errc code, int errnum, const char *format, ...)
{
  if (!begin(err, code))
    return -1;
  err->kind = KCD_CODE_ERRNO;
  err->foreign = errnum;
  copy_if_given(err->name, sizeof(err->name), strerrorname_np(errnum));
  va_list args;
  va_start(args, format);
  KCD_AUTO_CHAR what = kcd_vasprintf(format, args);
  va_end(args);
  const char *why = strerrordesc_np(errnum);
  KCD_AUTO_CHAR message = why == NULL ? kcd_asprintf("%s: error %d", what, errnum) : kcd_asprintf("%s: %s", what, why);
  kcd_safe_into(err->message, sizeof(err->message), message);
  return -1;
}

int kcd_error_wrap(struct kcd_error *err, const char *format, ...)
{
  if (!kcd_error_is_set(err))
    return -1;
  char context[sizeof(err->message)];
  va_list args;
  va_start(args, format);
  format_safe(context, sizeof(context), format, args);
  va_end(args);
  KCD_AUTO_CHAR message = kcd_asprintf("%s: %s", context, err->message);
  kcd_fixed_copy(err->message, sizeof(err->message), message);
  return -1;
}

int kcd_error_id(struct kcd_error *err, const char *id)
{
  copy_if_given(err->id, sizeof(err->id), id);
  return -1;
}

int kcd_error_on(struct kcd_error *err, const char *object, const char *server)
{
  copy_if_given(err->object, sizeof(err->object), object);
  copy_if_given(err->server, sizeof(err->server), server);
  return -1;
}

int kcd_error_next(struct kcd_error *err, const char *format, ...)
{
  if (format == NULL)
    return -1;
  va_list args;
  va_start(args, format);
  format_safe(err->next, sizeof(err->next), format, args);
  va_end(args);
  return -1;
}

int kcd_error_said(struct kcd_error *err, const char *server_text)
{
  copy_if_given(err->server_text, sizeof(err->server_text), server_text);
  return -1;
}

const char *kcd_code_kind_name(enum kcd_code_kind kind)
{
  switch (kind) {
  case KCD_CODE_ERRNO:
    return "errno";
  case KCD_CODE_LDAP:
    return "ldap";
  case KCD_CODE_KRB5:
    return "krb5";
  case KCD_CODE_NTSTATUS:
    return "ntstatus";
  case KCD_CODE_NONE:
    break;
  }
  return "none";
}
