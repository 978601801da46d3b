/* trace.h - a network trace, understood: who asked for what, for whom, and what the KDC said; what of it belongs
 * together, which causes each failure leaves open, and what is missing. No I/O; bounded.
 */
#ifndef KCDFIX_TRACE_H
#define KCDFIX_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/findings.h>
#include <kcdfix/krbmsg.h>
#include <kcdfix/stream.h>

#define KCD_TRACE_MAX 100000u      /* steps that are kept; further ones are counted */
#define KCD_TRACE_FAILURES_MAX 500 /* distinct failures that are named */
#define KCD_TRACED_PAIRS_MAX 500   /* pairs for a check */

/* By which names are compared once a trace is joined, so that long ones cost no more than short ones: hashes without
 * regard to case (ASCII); 0: no name. */
struct kcd_trace_keys {
  uint64_t host, user, spn;
};

/* What a request is for. */
enum kcd_step_kind {
  KCD_STEP_KIND_AS,      /* a ticket-granting ticket */
  KCD_STEP_KIND_TGS,     /* an ordinary ticket */
  KCD_STEP_KIND_SELF,    /* S4U2Self: PA-FOR-USER or PA-S4U-X509-USER */
  KCD_STEP_KIND_PROXY,   /* S4U2Proxy: cname-in-addl-tkt and a ticket beside it */
  KCD_STEP_KIND_REFERRAL /* an ordinary ticket for krbtgt of another realm */
};
const char *kcd_step_kind_name(enum kcd_step_kind kind); /* "AS", "TGS", "S4U2Self", "S4U2Proxy", "referral" */

/* One request and what came back. All names owned, not terminal-safe, NULL where not known. */
struct kcd_trace_step {
  enum kcd_step_kind kind;
  int64_t when;     /* microseconds since 1970, of the request; of the answer where the request is missing */
  int64_t answered; /* 0: no answer in the capture */
  struct kcd_endpoint client, kdc;
  bool tcp;
  char *host;  /* who asks: cname of the AS-REQ, sname of the S4U2Self, sname of the evidence of S4U2Proxy; else the
                * cname of the reply */
  char *user;  /* of PA-FOR-USER; of S4U2Proxy that of the S4U2Self it follows, or of the ticket that it got */
  char *spn;   /* what for */
  char *realm; /* of the KDC that was asked */
  char *named; /* cname of the answer: of S4U steps the user, else who asked */
  uint32_t options;
  bool rbcd_bit, has_pac_options, armoured;
  int32_t *etypes;
  size_t n_etypes;
  char *evidence; /* S4U2Proxy: sname of the additional ticket */
  int32_t evidence_enctype;
  uint64_t evidence_mark;   /* of that ticket (krbmsg.h) */
  struct kcd_answer answer; /* outcome ticket, error, or not-tried: none in the capture; forwardable is not visible and
                             * always false */
  bool refused_by_udp;      /* asked again over TCP after KRB_ERR_RESPONSE_TOO_BIG */
  char *reason;             /* e-text of an error */
  int32_t ticket_enctype;   /* with a ticket */
  uint64_t ticket_mark;
  bool referred;        /* the ticket is not to spn, but to the KDC of another realm, which is to be asked then */
  unsigned requests;    /* how often it was sent: UDP is repeated */
  unsigned answers;     /* how often it was answered */
  bool request_missing; /* the capture began too late, or lost it */
  struct kcd_trace_keys keys;
  bool malformed; /* a message of it could not be decoded or was cut */
};

/* S4U2Self and the S4U2Proxy that follow it; any other step alone. */
struct kcd_conversation {
  struct kcd_trace_step *steps; /* in order */
  size_t n;
  char *host, *user, *spn; /* of the whole: what `kcdfix check` would be asked; NULL where not known */
  struct kcd_address client;
};

/* One distinct failure: same step, host, user, SPN, code and reason. */
struct kcd_trace_failure {
  enum kcd_step_kind kind;
  char *host, *user, *spn;
  struct kcd_trace_keys keys;
  int32_t code;
  bool has_ntstatus;
  uint32_t ntstatus;
  size_t first, last; /* indexes of its first and its last conversation */
  unsigned times;
  bool delegation;          /* a step of S4U */
  enum kcd_finding_id *ids; /* causes left open, the likely ones first; by the table of symptoms (explain.h) */
  size_t n_ids;
  char **excluded; /* sentences: which causes the trace itself rules out, and by what; terminal-safe */
  size_t n_excluded;
  char *sentence; /* what happened, for people; terminal-safe */
};

/* What is not there, or is beside the point: each with what to do. */
enum kcd_remark_kind {
  KCD_REMARK_NO_S4U,          /* a client speaks NTLM to a target, and no S4U of it is in the trace */
  KCD_REMARK_NOT_ASKED_AGAIN, /* no request after a failure, while the capture went on: the negative cache */
  KCD_REMARK_OTHER_KDC,       /* requests went to a server that is not the one named (or several servers answered) */
  KCD_REMARK_LATE,            /* the capture began after the conversation did */
  KCD_REMARK_CUT,             /* the snap length cut messages */
  KCD_REMARK_LOST,            /* segments are missing */
  KCD_REMARK_FRAGMENTS,       /* IP fragments were not put together */
  KCD_REMARK_ARMOURED,        /* FAST: user or reason are inside the armour */
  KCD_REMARK_NO_ANSWER,       /* a KDC did not answer */
  KCD_REMARK_NO_KERBEROS,     /* nothing on the port */
  KCD_REMARK_MALFORMED,       /* messages that cannot be decoded */
  KCD_REMARK_TOO_MANY         /* more than KCD_TRACE_MAX conversations */
};
const char *kcd_remark_name(enum kcd_remark_kind kind); /* "no-s4u", "not-asked-again", ...: words of the JSON */
struct kcd_remark {
  enum kcd_remark_kind kind;
  char *sentence, *next; /* terminal-safe; next NULL: nothing to do */
  char *host, *target;   /* NULL where it is about neither; not terminal-safe */
  uint64_t count;
};

struct kcd_trace_result {
  int64_t first, last; /* of the capture; 0: empty */
  uint64_t frames;
  uint64_t messages;          /* of Kerberos, as the streams counted them */
  struct kcd_conversation *v; /* in the order of their first step */
  size_t n;
  uint64_t n_more;                    /* beyond KCD_TRACE_MAX */
  struct kcd_trace_failure *failures; /* those of delegation first, then in order of time */
  size_t n_failures;
  size_t n_more_failures; /* beyond KCD_TRACE_FAILURES_MAX */
  struct kcd_remark *remarks;
  size_t n_remarks;
};
void kcd_trace_result_done(struct kcd_trace_result *result);

struct kcd_trace;
struct kcd_trace *kcd_trace_new(void);
/* A message of the Kerberos port. Takes what it needs. */
void kcd_trace_message(struct kcd_trace *trace, const struct kcd_carried *carried);
/* The same, decoded already; NULL: it could not be decoded, and TYPE is what its first bytes say (0: nothing). */
void kcd_trace_decoded(struct kcd_trace *trace, const struct kcd_carried *carried, enum kcd_krb_type type,
                       const struct kcd_krb_message *message);
/* Any frame, for its time, and for signs of NTLM. */
void kcd_trace_frame(struct kcd_trace *trace, const struct kcd_frame *frame, int64_t when);
/* The end: joins, names failures and what is missing. COUNTS are those of the streams. TRACE is empty afterwards. */
void kcd_trace_finish(struct kcd_trace *trace, const struct kcd_stream_counts *counts, uint32_t snaplen,
                      struct kcd_trace_result *ret);
void kcd_trace_free(struct kcd_trace *trace);
KCD_DEFINE_AUTO(kcd_trace)

/* "kcdfix check --as USER HOST SPN" for a failure of delegation whose host and SPN are known, quoted; owned; NULL for
 * another one. */
char *kcd_trace_command(const struct kcd_trace_failure *failure);

/* A host as `kcdfix check` takes it, from a name of the trace: "CORE2016" of "CORE2016$", "core2016.kcd.test" of
 * "host/core2016.kcd.test"; owned. */
char *kcd_trace_operand(const char *name);

/* The pairs that `kcdfix check --trace` looks at: each (host, user, SPN) of S4U2Proxy once, in order. */
struct kcd_traced_pair {
  char *host;                                  /* operand; owned */
  const char *user, *spn;                      /* borrowed from the result; user NULL: not known */
  const struct kcd_conversation *conversation; /* the last one of it; borrowed */
};
struct kcd_traced_pairs {
  struct kcd_traced_pair *v;
  size_t n;
};
void kcd_trace_pairs(const struct kcd_trace_result *result, struct kcd_traced_pairs *ret);
void kcd_traced_pairs_done(struct kcd_traced_pairs *pairs);

#endif
