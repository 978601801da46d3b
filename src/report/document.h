/* document.h - the parts that documents are made of, and the walks that show them as text. docs/JSON.md lists the keys.
 */
#ifndef KCDFIX_REPORT_DOCUMENT_H
#define KCDFIX_REPORT_DOCUMENT_H

#include <jansson.h>

#include <kcdfix/report.h>

#include "textout.h"

struct kcd_report {
  json_t *doc;
  char *not_asked; /* why no KDC is asked in this run; NULL: for lack of a key */
  bool one_host;   /* the pairs that come are of one host and one user, and share these */
  json_t *host, *user;
  FILE *edges;        /* of an audit, one line of JSON each; the caller's; NULL: none */
  size_t group_start; /* how many pairs stood before the group of an inventory */
};

json_t *kcd_doc_error(const struct kcd_error *err);
/* As kcd_doc_error, null where no error is set. */
json_t *kcd_doc_error_or_null(const struct kcd_error *err);
/* Adds it to errors[] of DOC unless an equal one is there. */
void kcd_doc_note_error(json_t *doc, const struct kcd_error *err);

json_t *kcd_doc_prediction(const struct kcd_judgement *judgement);
/* null for NULL. */
json_t *kcd_doc_observation(const struct kcd_observation *observation);
/* The three things that the directory says about a pair: its host, its SPN and its user. */
json_t *kcd_doc_directory(struct kcd_report *report, const struct kcd_facts *facts, const char *spn);
/* One answer of a KDC, as `observed` holds it. */
json_t *kcd_doc_answer(const struct kcd_answer *answer);
/* What the trace shows of the pair, and what was changed in the directory since. */
json_t *kcd_doc_traced(const struct kcd_facts *facts);
json_t *kcd_doc_trace_step(const struct kcd_trace_step *step);
json_t *kcd_doc_limits(const struct kcd_stand_in_limits *limits);
json_t *kcd_doc_findings(const struct kcd_findings *findings);
/* {"value": ..., "name": ...} */
json_t *kcd_doc_code(uint64_t value, const char *name);

/* Text of whole documents. */
typedef void kcd_text_walk(const json_t *doc, struct kcd_textout *out);
kcd_text_walk kcd_text_check, kcd_text_probe, kcd_text_change, kcd_text_history, kcd_text_explain, kcd_text_doctor,
    kcd_text_stand_ins, kcd_text_trace, kcd_text_audit, kcd_text_hosts;
/* What is missing in a trace, and what to do; nothing where there was none. */
kcd_text_walk kcd_text_remarks;
/* The records of temporary accounts, behind those of changes. */
kcd_text_walk kcd_text_history_stand_ins;

/* Whole documents as CSV (csv.h), into a buffer. */
typedef void kcd_csv_walk(const json_t *doc, struct kcd_buf *out);
kcd_csv_walk kcd_csv_hosts;
/* The pairs of a check as JUnit's XML: one test case each. */
int kcd_junit_write(const json_t *doc, FILE *out, struct kcd_error *err);

/* The lines about the other domain controllers, where they were compared; nothing else. */
void kcd_text_dcs(const json_t *doc, struct kcd_textout *out);
/* What became of --wait; nothing without it. */
void kcd_text_replication(const json_t *doc, struct kcd_textout *out);
/* What is tied to no pair, in the form of a pair's findings. */
void kcd_text_own_findings(const json_t *doc, struct kcd_textout *out);

/* The pairs of a check: a document of its own, or the one made after a change, where what a user is to do next is said
 * by the change. */
struct kcd_check_view {
  const json_t *doc; /* where domain, dc and kdc_flavour are */
  const json_t *pairs;
  const json_t *scenario; /* NULL: the pairs are of none */
  const json_t *group;    /* of an inventory, which the pairs and the scenario are of; NULL: none */
  bool after_change;
};
void kcd_text_pairs(const struct kcd_check_view *view, struct kcd_textout *out);
/* All pairs of a check, in the groups of its inventory where there is one. */
void kcd_text_checked(const struct kcd_check_view *view, const json_t *inventory, struct kcd_textout *out);
/* The line above several pairs. */
void kcd_text_summary(const struct kcd_check_view *view, struct kcd_textout *out);
/* The matrix of a scenario with its causes. */
void kcd_text_matrix(const struct kcd_check_view *view, struct kcd_textout *out);
/* One pair with its verdict line; BRIEF: a healthy one takes no more than its verdict and findings. */
void kcd_text_pair(const struct kcd_check_view *view, size_t index, bool brief, struct kcd_textout *out);

bool kcd_pair_is_verdict(const json_t *pair, const char *verdict);
/* Whether the verdict is that it works, and no finding of severity error contradicts. */
bool kcd_pair_is_healthy(const json_t *pair);
bool kcd_pair_has_error(const json_t *pair);
/* Whether a probe ran to its end. */
bool kcd_pair_was_probed(const json_t *pair);
/* A stand-in was asked in the host's place, and differs from it where it counts. */
bool kcd_pair_is_unproved(const json_t *pair);
/* Names for people, owned by the caller: "CORE2016" of CORE2016$, "alice" of alice@KCD.TEST. */
char *kcd_pair_host(const json_t *pair);
char *kcd_pair_user(const json_t *pair);
/* "CORE2016 -> cifs/2016GUI as alice: " */
char *kcd_pair_title(const json_t *pair);
/* "dc1.kcd.test", with the rule set where another one than the DC's is predicted; owned by the caller. */
char *kcd_text_predicted_from(const json_t *doc);

/* The blocks of a pair that needs them. */
void kcd_text_directory(const struct kcd_check_view *view, size_t index, struct kcd_textout *out);
void kcd_text_kdc(const struct kcd_check_view *view, size_t index, struct kcd_textout *out);
void kcd_text_exchanges(const json_t *pair, struct kcd_textout *out);
/* The reason that the KDC gave for a refusal, or that it gave none; nothing where it refused nothing. */
void kcd_text_reason(const json_t *pair, struct kcd_textout *out);

/* What the account that asked in the host's place cannot show, and that it was made; nothing where the host asked. */
void kcd_text_stand_in(const struct kcd_check_view *view, size_t index, struct kcd_textout *out);
/* What a trace shows of the pair, and whether it is older than the directory's last change; nothing without one. */
void kcd_text_traced(const json_t *pair, struct kcd_textout *out);
/* "ticket", "referral", "KDC_ERR_BADOPTION (13)", "no answer": what a step of a trace came to; owned. */
char *kcd_text_step_answer(const json_t *step);
/* The answer of the trace for the row KEY, "s4u2self" or "s4u2proxy"; NULL where there is no trace. Owned. */
char *kcd_text_traced_cell(const json_t *pair, const char *key);
/* Whether the change of this document was rehearsed for the pair, and gave it a ticket. */
bool kcd_text_is_rehearsed(const json_t *doc, const json_t *pair);
/* As kcd_text_error_code, of an answer that is in no document. */
char *kcd_text_answer_code(const struct kcd_answer *answer);
/* "KDC_ERR_BADOPTION (13), STATUS_ACCOUNT_RESTRICTION" of an answer that is an error; owned by the caller. */
char *kcd_text_error_code(const json_t *answer);
/* The lines of next_steps[]. */
void kcd_text_next_steps(const json_t *doc, struct kcd_textout *out);
/* "1 service", "2 services"; owned by the caller. */
char *kcd_text_count(size_t n, const char *one, const char *many);
/* "a, b and N more"; owned by the caller. All of them where LIMIT is 0. */
char *kcd_text_list(const json_t *array, size_t limit);

#endif
