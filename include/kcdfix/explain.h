/* explain.h - symptoms: the codes, events and words that people meet, what they mean, and which findings are behind
 * them. One table, no I/O, no network. */
#ifndef KCDFIX_EXPLAIN_H
#define KCDFIX_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/findings.h>

enum kcd_symptom_kind {
  KCD_SYMPTOM_EVENT,    /* number of a Windows event */
  KCD_SYMPTOM_HRESULT,  /* status of Windows, 0x80070005 */
  KCD_SYMPTOM_NTSTATUS, /* 0xC0000272 */
  KCD_SYMPTOM_KDC,      /* error code of a KRB-ERROR; libkrb5's codes of that range are the same */
  KCD_SYMPTOM_KRB5,     /* error code of libkrb5 alone */
  KCD_SYMPTOM_WORDS     /* no number: an error text, a log line, a piece of advice */
};

/* How much a symptom says beside another one in the same text; the most telling first. */
enum kcd_symptom_role {
  KCD_ROLE_REASON,  /* why the KDC said no */
  KCD_ROLE_EXACT,   /* an event or status with a meaning of its own */
  KCD_ROLE_CODE,    /* the KDC's code: belongs to its reason, where there is one */
  KCD_ROLE_GENERIC, /* says little alone and belongs to what stands beside it */
  KCD_ROLE_WRAPPER, /* carries another symptom inside */
  KCD_ROLE_TOPIC    /* a question or a piece of advice; counts only where nothing else was found */
};

enum kcd_is_delegation {
  KCD_DELEGATION_YES,
  KCD_DELEGATION_USUALLY,
  KCD_DELEGATION_PERHAPS,
  KCD_DELEGATION_SELDOM,
  KCD_DELEGATION_NO,
  KCD_DELEGATION_UNTOLD /* cannot be told from this symptom alone */
};
/* "yes", "usually", "perhaps", "seldom", "no", "unknown": the words of the JSON contract. */
const char *kcd_is_delegation_name(enum kcd_is_delegation answer);

/* Which command comes next. */
enum kcd_next {
  KCD_NEXT_SHARE,     /* check the host against the file server of the path */
  KCD_NEXT_MIGRATION, /* check the source host against both services of the destination */
  KCD_NEXT_PAIR,      /* check the host against the SPN that was refused */
  KCD_NEXT_ON_HOST,   /* what the first finding says to run on the host, else its remedy */
  KCD_NEXT_DOCTOR,    /* look at this machine */
  KCD_NEXT_INNER,     /* look for the code inside */
  KCD_NEXT_NOTHING    /* normal: nothing to do */
};

/* One cause, the likely ones first. */
struct kcd_symptom_cause {
  const char *text;               /* with {spn}, {user}; NULL: the titles of its findings say it */
  const enum kcd_finding_id *ids; /* ends with KCD_FINDINGS */
};

/* One row of the table. Its symbolic name is that of the code tables (kerberr.h). */
struct kcd_symptom {
  enum kcd_symptom_kind kind;
  int64_t number;     /* HRESULT and NTSTATUS unsigned; 0 for WORDS */
  const char *title;  /* WORDS: how it is called; else NULL */
  const char *words;  /* phrases that mean it: lower case, single blanks, '|' between two; or NULL */
  const char *family; /* rows of one family mean the same; or NULL */
  enum kcd_symptom_role role;
  enum kcd_is_delegation delegation;
  const char *means;                      /* one clause, with {user}, {share}, {spn}, {service} */
  const char *tell;                       /* how to tell whether it is delegation, one or two sentences */
  const struct kcd_symptom_cause *causes; /* ends with an empty one; NULL: none */
  enum kcd_next next;
  const char *source;
};

/* All rows, in one order: 0 <= INDEX < kcd_n_symptoms(). */
size_t kcd_n_symptoms(void);
const struct kcd_symptom *kcd_symptom_at(size_t index);
/* The symbolic name, "SEC_E_NO_CREDENTIALS", or NULL. */
const char *kcd_symptom_name(const struct kcd_symptom *symptom);
/* "event 13000", "0x8009030E SEC_E_NO_CREDENTIALS", "KDC_ERR_BADOPTION (13)"; owned by the caller. */
char *kcd_symptom_label(const struct kcd_symptom *symptom);
/* "event-13000", "hresult-0x8009030e", "kdc-13", ...: stable; owned by the caller. */
char *kcd_symptom_id(const struct kcd_symptom *symptom);

/* Names found in a text, as they stand there: owned, not terminal-safe, NULL where none was found. */
struct kcd_names {
  char *user;   /* DOM\user or user@realm */
  char *host;   /* the machine that logged the event or asks the KDC */
  char *share;  /* \\SERVER\share\..., or a local path */
  char *server; /* of the share */
  char *spn;
  char *source, *destination; /* of a live migration */
  bool local_path;            /* the path is on the host itself */
};
void kcd_names_find(const char *text, struct kcd_names *ret);
void kcd_names_done(struct kcd_names *names);

struct kcd_explained_cause {
  char *text; /* terminal-safe; owned */
  const enum kcd_finding_id *ids;
};

/* One symptom explained, or one finding. All strings are owned and terminal-safe. */
struct kcd_explained {
  const struct kcd_symptom *symptom; /* NULL: a finding that was asked for by its id */
  enum kcd_finding_id finding;       /* without symptom */
  enum kcd_is_delegation delegation;
  char *label; /* "event 13000 with 0x80070005" */
  char *means;
  char *tell;
  const struct kcd_symptom **with; /* what belongs to it in the same text; the array is owned */
  size_t n_with;
  struct kcd_explained_cause *causes;
  size_t n_causes;
  char *note;       /* a peculiarity of the names found; NULL: none */
  bool on_host;     /* `next` is for PowerShell on the host */
  char *next;       /* the command, or a sentence */
  bool next_is_run; /* it is a command */
  char *blanks;     /* what the words in capitals in `next` stand for; NULL: nothing is left to fill in */
  char *source;
};

/* What was perhaps meant. */
struct kcd_nearest {
  char *key;   /* to be typed: "13000", "SEC_E_NO_CREDENTIALS", a finding's id; owned */
  char *means; /* owned, terminal-safe */
};
#define KCD_EXPLAIN_NEAREST 3
#define KCD_EXPLAIN_MAX 8 /* symptoms of one text that are explained; the rest is counted */

struct kcd_explanation {
  struct kcd_names names;
  struct kcd_explained *v; /* the most telling first */
  size_t n;
  size_t n_more;  /* symptoms found beyond KCD_EXPLAIN_MAX */
  char *known_as; /* the name of a code that is known but no symptom, "KRB_ERR_FIELD_TOOLONG"; or NULL */
  struct kcd_nearest nearest[KCD_EXPLAIN_NEAREST]; /* where nothing was found */
  size_t n_nearest;
};

/* Explains a text: a code, a name, an event, or whatever stands around them. Linear in its length. */
void kcd_explain(const char *text, struct kcd_explanation *ret);
void kcd_explanation_done(struct kcd_explanation *explanation);

/* For who asks why: three sentences; what the cure grants; where both are said. */
extern const char kcd_explain_background[], kcd_explain_security[], kcd_explain_sources[];

#endif
