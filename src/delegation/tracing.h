/* tracing.h - a trace while it is read, shared by its parts. */
#ifndef KCDFIX_DELEGATION_TRACING_H
#define KCDFIX_DELEGATION_TRACING_H

#include <kcdfix/trace.h>

#define TRACE_PENDING 1024              /* requests that wait for their answer */
#define TRACE_SIGHTINGS 256             /* logons by NTLM that are kept, each pair of ends once */
#define TRACE_BYTES ((size_t)128 << 20) /* of names, about: what comes behind is counted alone */
#define TRACE_SECOND INT64_C(1000000)
#define TRACE_PREAUTH_REQUIRED 25 /* KDC_ERR_PREAUTH_REQUIRED */
#define TRACE_RESPONSE_TOO_BIG 52 /* KRB_ERR_RESPONSE_TOO_BIG */

/* A logon by NTLM. */
struct trace_ntlm {
  struct kcd_endpoint client, server;
  int64_t when;
  char *user; /* NULL: not told */
};

struct kcd_trace {
  struct kcd_trace_step *steps;
  uint64_t *streams; /* of each step */
  size_t n, room;
  uint64_t n_more;
  size_t bytes;                  /* of the names that are kept, about */
  size_t pending[TRACE_PENDING]; /* places in steps, the oldest first */
  size_t n_pending;
  struct trace_ntlm *ntlm;
  size_t n_ntlm;
  int64_t first, last;
  uint64_t frames, malformed;
};

void trace_step_done(struct kcd_trace_step *step);
/* Whether a code is part of any exchange that goes well: pre-authentication is asked for, the answer is too long for
 * UDP. */
bool trace_is_normal(int32_t code);

/* trace_join.c: the steps become conversations; TRACE has none afterwards. */
void trace_join(struct kcd_trace *trace, struct kcd_trace_result *ret);
/* trace_failures.c */
void trace_name_failures(struct kcd_trace_result *result);
/* "kcdfix check OPTION --as USER HOST SPN", as kcd_trace_command. Owned. */
char *trace_check_command(const struct kcd_trace_failure *failure, const char *option);
/* trace_remarks.c */
void trace_remark(const struct kcd_trace *trace, const struct kcd_stream_counts *counts, uint32_t snaplen,
                  struct kcd_trace_result *result);

/* "CORE2016" of "CORE2016$" and of "host/core2016.kcd.test"; "A host" for NULL. Owned, not terminal-safe. */
char *trace_host_label(const char *name);
/* "class/host": what a check takes; an account's name is none, nor is krbtgt of a realm. NULL is none. */
bool trace_is_spn(const char *name);
/* Whether both are the same name, without regard to case; NULL equals nothing. */
bool trace_same(const char *a, const char *b);
/* The same, but NULL equals NULL. */
bool trace_alike(const char *a, const char *b);
/* FNV-1a of a name in lower case; 0 for NULL. */
uint64_t trace_key(const char *name);
/* As trace_same, of keys. */
static inline bool trace_same_key(uint64_t a, uint64_t b)
{
  return a != 0 && a == b;
}
/* Whether both ask for the same ticket for the same user, with the same evidence. The user of an S4U2Proxy is in its
 * evidence. */
bool trace_asks_the_same(const struct kcd_trace_step *a, const struct kcd_trace_step *b);

#endif
