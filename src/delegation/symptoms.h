/* symptoms.h - the parts of the table of symptoms (explain.h), and how its rows are written. */
#ifndef KCDFIX_DELEGATION_SYMPTOMS_H
#define KCDFIX_DELEGATION_SYMPTOMS_H

#include <kcdfix/explain.h>

/* F(USER_SENSITIVE) is KCD_F_USER_SENSITIVE. */
#define F(NAME) KCD_F_##NAME
#define IDS(...) ((const enum kcd_finding_id[]){__VA_ARGS__, KCD_FINDINGS})
#define CAUSES(...) ((const struct kcd_symptom_cause[]){__VA_ARGS__, {NULL, NULL}})
/* A cause in words, with the findings that it comes down to; and findings that speak for themselves. */
#define CAUSE(TEXT, ...)                                                                                               \
  {                                                                                                                    \
    TEXT, IDS(__VA_ARGS__)                                                                                             \
  }
#define TITLES(...)                                                                                                    \
  {                                                                                                                    \
    NULL, IDS(__VA_ARGS__)                                                                                             \
  }

struct kcd_symptom_part {
  const struct kcd_symptom *rows;
  size_t n;
};
/* Hyper-V, the cluster and VMM; the KDC and libkrb5; questions and advice. */
extern const struct kcd_symptom_part kcd_symptoms_hyperv, kcd_symptoms_kdc, kcd_symptoms_krb5, kcd_symptoms_advice;

/* The row of that kind and number, or NULL. */
const struct kcd_symptom *kcd_symptom_find(enum kcd_symptom_kind kind, int64_t number);

/* The text as it is compared: ASCII lower case, blanks and control characters in a row as one blank, typographic
 * apostrophes as plain ones; owned. */
char *kcd_symptom_fold(const char *text);

/* Symptoms as a scan finds them: each row once, with where it stands first. */
struct kcd_sighting {
  const struct kcd_symptom *symptom;
  size_t at; /* offset in the folded text */
};
struct kcd_sightings {
  struct kcd_sighting *v;
  size_t n;
  enum kcd_finding_id *findings; /* ids of findings that stand in the text */
  size_t n_findings;
  bool one_code;  /* the text is one word: a code of the KDC comes first, and nothing is beside the point */
  char *known_as; /* a code that has a name and no row; owned; or NULL */
};
/* FOLDED is what kcd_symptom_fold made. */
void kcd_symptoms_scan(const char *folded, struct kcd_sightings *ret);
void kcd_sightings_done(struct kcd_sightings *sightings);

/* The keys that are nearest to the text, best first; never none. */
size_t kcd_symptoms_nearest(const char *folded, const struct kcd_names *names,
                            struct kcd_nearest ret[KCD_EXPLAIN_NEAREST]);

/* TEXT with {user}, {share}, {spn}, {service} filled in from NAMES or with words for what is not known; owned,
 * terminal-safe. */
char *kcd_names_fill(const char *text, const struct kcd_names *names);
/* What comes next after SYMPTOM (KIND is its `next`); fills next, next_is_run, on_host, blanks and note of RET. */
void kcd_explain_next(enum kcd_next kind, const struct kcd_symptom_cause *causes, const struct kcd_names *names,
                      struct kcd_explained *ret);

#endif
