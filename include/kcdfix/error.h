/* error.h - what went wrong, as a value.
 *
 * A function that can fail takes `struct kcd_error *err` as its last parameter (never NULL) and returns 0 or -1. The
 * failing branch is one line: `return kcd_fail(err, KCD_E_DENIED, "..."), -1` or just `return kcd_fail(...)`, which
 * returns -1. Nothing in the value is on the heap; it may be copied. The first error wins: setting over a set error is
 * a programming error. Text that comes from outside is made terminal-safe on the way in.
 */
#ifndef KCDFIX_ERROR_H
#define KCDFIX_ERROR_H

#include <stdbool.h>
#include <stdint.h>

/* What the caller can act on. The exit status follows from it, in src/cli alone. */
enum kcd_errc {
  KCD_OK = 0,
  KCD_E_USAGE,             /* operand, option or configuration file is wrong */
  KCD_E_NOT_FOUND,         /* the named thing does not exist */
  KCD_E_AMBIGUOUS,         /* the name means more than one thing */
  KCD_E_UNREACHABLE,       /* server does not answer, or not in time */
  KCD_E_NOT_AUTHENTICATED, /* no ticket, expired, wrong password or key, clock skew */
  KCD_E_DENIED,            /* the server knows us and says no: rights are missing */
  KCD_E_CONFLICT,          /* the object is not as it was when it was read */
  KCD_E_REJECTED,          /* the server refuses for another reason */
  KCD_E_UNKNOWN_RESULT,    /* a request was sent and its answer was lost: done or not done */
  KCD_E_MALFORMED,         /* bytes or text that cannot be decoded */
  KCD_E_UNSUPPORTED,       /* this server or build cannot do it */
  KCD_E_IO,                /* file or local system trouble */
  KCD_E_INTERRUPTED        /* SIGINT, SIGTERM or SIGHUP arrived */
};

/* Where the number in `foreign` comes from. */
enum kcd_code_kind { KCD_CODE_NONE = 0, KCD_CODE_ERRNO, KCD_CODE_LDAP, KCD_CODE_KRB5, KCD_CODE_NTSTATUS };

struct kcd_error {
  enum kcd_errc code;
  enum kcd_code_kind kind;
  int64_t foreign;       /* LDAP result, libkrb5 code, errno or NTSTATUS; always kept */
  char name[48];         /* the symbolic name of `foreign`, e.g. insufficientAccessRights; "" if none */
  char id[40];           /* stable id for JSON and text, e.g. "dc-unreachable"; a finding id where one fits */
  char message[512];     /* one line: what happened, outermost context first; terminal-safe */
  char server_text[384]; /* what the server said, terminal-safe; "" if nothing */
  char object[384];      /* the object or file it is about (DN, path, SPN); "" if none */
  char server[256];      /* the server it is about; "" if none */
  char next[512];        /* what to do next: a command or one sentence; "" if nothing */
};

#define KCD_ERROR_INIT ((struct kcd_error){.code = KCD_OK})

/* Sets code and message. Returns -1, so that `return kcd_fail(...)` is the whole branch. */
int kcd_fail(struct kcd_error *err, enum kcd_errc code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* As kcd_fail, keeping the foreign code and its symbolic NAME (NULL if unknown). */
int kcd_fail_foreign(struct kcd_error *err, enum kcd_errc code, enum kcd_code_kind kind, int64_t foreign,
                     const char *name, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* As kcd_fail with errno's number, name and text appended: "MESSAGE: No such file or directory". */
int kcd_fail_errno(struct kcd_error *err, enum kcd_errc code, int errnum, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds "CONTEXT: " before the message. No effect on an error that is not set. Returns -1. */
int kcd_error_wrap(struct kcd_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fill the other members; NULL leaves a member as it is. They return -1, for use in the failing branch. */
int kcd_error_id(struct kcd_error *err, const char *id);
int kcd_error_on(struct kcd_error *err, const char *object, const char *server);
int kcd_error_next(struct kcd_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
int kcd_error_said(struct kcd_error *err, const char *server_text);

static inline bool kcd_error_is_set(const struct kcd_error *err)
{
  return err->code != KCD_OK;
}

/* "ldap", "krb5", "ntstatus", "errno" or "none": the words of the JSON contract. */
const char *kcd_code_kind_name(enum kcd_code_kind kind);

#endif
