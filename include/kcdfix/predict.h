/* predict.h - the KDC's answer to S4U2Self and S4U2Proxy, predicted from facts.
 *
 * A pure function over one table. Each row of the table is one row of the truth tables of MS-SFU 3.2.5.1.2, 3.2.5.2 and
 * of the observations on Samba (docs/KDC-RULES.md names the source of each row): the conditions it needs, and one cell
 * a flavour. Within a step and a flavour the first matching row that has a cell decides.
 */
#ifndef KCDFIX_PREDICT_H
#define KCDFIX_PREDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/facts.h>

/* The situation of one pair, one bit a fact. What a bit means when clear is the plain opposite. */
enum kcd_condition {
  KCD_C_HOST_DISABLED,
  KCD_C_HOST_LOCKED,
  KCD_C_HOST_EXPIRED,
  KCD_C_HOST_MUST_CHANGE, /* password expired or must be changed: service accounts only, never a computer */
  KCD_C_HOST_HAS_SPN,
  KCD_C_HOST_COMPUTER,   /* a computer or managed service account: Samba asks no SPN of it */
  KCD_C_HOST_TRANSITION, /* TRUSTED_TO_AUTH_FOR_DELEGATION */
  KCD_C_HOST_UNCONSTRAINED,
  KCD_C_HOST_SENSITIVE,      /* NOT_DELEGATED on the host itself */
  KCD_C_HOST_PROTECTED,      /* host in Protected Users */
  KCD_C_HOST_DES_ONLY,       /* USE_DES_KEY_ONLY on the host: no key that a KDC of today uses */
  KCD_C_HOST_NO_ETYPE,       /* msDS-SupportedEncryptionTypes of the host names neither RC4 nor AES, or the above */
  KCD_C_LIST_NONEMPTY,       /* msDS-AllowedToDelegateTo holds at least one value */
  KCD_C_SPN_LISTED,          /* ... and the SPN asked for, compared as the KDC does */
  KCD_C_TGT_NOT_FORWARDABLE, /* krbtgt is NOT_DELEGATED; behind the AS step: the host's TGT lacks the flag */
  KCD_C_USER_UNKNOWN,
  KCD_C_USER_FOREIGN, /* of another realm */
  KCD_C_USER_DISABLED,
  KCD_C_USER_LOCKED,
  KCD_C_USER_EXPIRED,
  KCD_C_USER_MUST_CHANGE, /* password expired or must be changed */
  KCD_C_USER_SENSITIVE,
  KCD_C_USER_PROTECTED,
  KCD_C_SPN_UNKNOWN,        /* no account owns the SPN, in the form that this flavour looks for */
  KCD_C_SPN_BY_NAME,        /* ... but a computer bears the name, and the class is host or mapped to it */
  KCD_C_SPN_DUPLICATE,      /* the KDC's search for the SPN finds two accounts */
  KCD_C_SPN_BLANK,          /* a blank in the SPN, and nobody holds the escaped form */
  KCD_C_SPN_BLANK_UNLISTED, /* a blank; registered in the escaped form too, but not listed so */
  KCD_C_TARGET_KRBTGT,
  KCD_C_TARGET_NO_KEYS,
  KCD_C_TARGET_NO_ETYPE,     /* as HOST_NO_ETYPE, of the target */
  KCD_C_TARGET_NO_AUTH_DATA, /* NO_AUTH_DATA_REQUIRED on the target */
  KCD_C_TARGET_DISABLED,
  KCD_C_TARGET_LOCKED,
  KCD_C_TARGET_SENSITIVE, /* ticket is given, not forwardable */
  KCD_C_TARGET_OTHER_DOMAIN,
  KCD_C_RBCD_GRANTS,          /* the target's descriptor grants this host 0x100 */
  KCD_C_NO_RBCD_BIT,          /* the request lacks the resource-based bit of PA-PAC-OPTIONS (libkrb5 always sends it) */
  KCD_C_EVIDENCE_FORWARDABLE, /* S4U2Proxy: the evidence ticket is forwardable (set between the steps) */
  KCD_C_COUNT
};
#define KCD_BIT(condition) (UINT64_C(1) << (condition))

struct kcd_situation {
  enum kcd_flavour flavour;
  uint64_t bits;
};

/* The bits that follow from the facts. The host must have been found. */
void kcd_situation_of(const struct kcd_facts *facts, enum kcd_flavour flavour, struct kcd_situation *ret);

/* Whether a list entry matches the SPN asked for as a KDC compares them: same length, ASCII case ignored, whole string.
 */
bool kcd_list_matches(const struct kcd_values *list, const char *spn);

enum kcd_outcome { KCD_NOT_TRIED, KCD_TICKET, KCD_ERROR };

/* One answer of a KDC, predicted or observed. */
struct kcd_answer {
  enum kcd_outcome outcome;
  bool forwardable; /* with KCD_TICKET */
  int32_t code;     /* with KCD_ERROR: the KDC's error number; -1: only the client failed */
  bool has_ntstatus;
  uint32_t ntstatus;
  int64_t client_code; /* observed: libkrb5's code, 0 if none */
};

struct kcd_predicted {
  struct kcd_answer answer;
  bool certain;    /* false: the deciding cell is inferred for this flavour */
  const char *row; /* id of the deciding row, "E3"; "" where no row decided */
};

struct kcd_prediction {
  bool certain;            /* all deciding cells are certain */
  bool host_gets_tgt;      /* false: the AS exchange already fails */
  struct kcd_predicted as; /* the host's TGT; forwardable as the KDC would give it */
  struct kcd_predicted s4u2self;
  struct kcd_predicted s4u2proxy;   /* S4U2Self evidence: the way of Hyper-V 2016 and later */
  struct kcd_predicted user_ticket; /* S4U2Proxy with the user's own forwardable ticket: the 2012 R2 way */
};

void kcd_predict(const struct kcd_situation *situation, struct kcd_prediction *ret);

/* Whether the prediction and an answer say the same (outcome, code, flag). */
bool kcd_answer_agrees(const struct kcd_answer *predicted, const struct kcd_answer *observed);

/* ---- the table, visible for the tests that hold it against the specifications and flip its cells ---- */

/* USER_TICKET is the user's own ticket to the host: the other evidence that S4U2Proxy can be given. */
enum kcd_step { KCD_STEP_AS, KCD_STEP_S4U2SELF, KCD_STEP_USER_TICKET, KCD_STEP_S4U2PROXY, KCD_STEPS };

enum kcd_cell_kind { KCD_CELL_NONE, KCD_CELL_TICKET, KCD_CELL_TICKET_FORWARDABLE, KCD_CELL_ERROR };

struct kcd_cell {
  enum kcd_cell_kind kind; /* NONE: the row says nothing for this flavour, go on */
  int32_t code;            /* with ERROR */
  uint32_t ntstatus;       /* with ERROR: 0 if the KDC gives none */
  bool inferred;           /* not observed and in no specification: the prediction is not certain. With NONE: the row is
                            * thought to have no bearing, so go on, but what follows is not certain */
};

struct kcd_rule {
  const char *row;    /* id: the row of docs/KDC-RULES.md */
  const char *what;   /* the condition in words, for -v and the document */
  const char *source; /* specification section, test or observation that says so */
  enum kcd_step step;
  uint64_t set;   /* conditions that must hold */
  uint64_t clear; /* conditions that must not hold */
  struct kcd_cell cell[KCD_FLAVOURS];
};

extern const struct kcd_rule kcd_rules[];
extern const size_t kcd_n_rules;

/* kcd_predict over another table: for the mutation test. */
void kcd_predict_with(const struct kcd_rule *rules, size_t n_rules, const struct kcd_situation *situation,
                      struct kcd_prediction *ret);

#endif
