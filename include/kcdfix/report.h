/* report.h - what is shown: one document, rendered as text for people, as JSON for scripts, or as CSV for tables. The
 * only place that prints.
 *
 * A command builds a document by adding what it found; writing it renders the same findings in the same order in every
 * format (docs/JSON.md lists every key).
 */
#ifndef KCDFIX_REPORT_H
#define KCDFIX_REPORT_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/audit.h>
#include <kcdfix/doctor.h>
#include <kcdfix/error.h>
#include <kcdfix/explain.h>
#include <kcdfix/facts.h>
#include <kcdfix/findings.h>
#include <kcdfix/gather.h>
#include <kcdfix/hyperv_hosts.h>
#include <kcdfix/inventory.h>
#include <kcdfix/matrix.h>
#include <kcdfix/observe.h>
#include <kcdfix/plan.h>
#include <kcdfix/record.h>
#include <kcdfix/replicas.h>
#include <kcdfix/stand_in_record.h>
#include <kcdfix/trace.h>

/* Those behind the first two are of some commands alone. */
enum kcd_format {
  KCD_FORMAT_TEXT,
  KCD_FORMAT_JSON,
  KCD_FORMAT_CSV,
  KCD_FORMAT_DOT,
  KCD_FORMAT_OPENGRAPH,
  KCD_FORMAT_HTML,
  KCD_FORMAT_JUNIT
};
/* "text", "json", "csv", "dot", "opengraph", "html", "junit"; -1 if it is none of them. */
int kcd_format_parse(const char *name, enum kcd_format *ret);
enum kcd_when { KCD_AUTO_COLOR, KCD_ALWAYS, KCD_NEVER };

struct kcd_style {
  enum kcd_format format;
  bool quiet;  /* verdict lines only */
  int verbose; /* 0, 1, 2 */
  bool color;  /* decided by the caller: terminal, NO_COLOR, --color */
  int width;   /* columns; text is wrapped at words */
};

struct kcd_report;

/* SCHEMA is "kcdfix.check/1", ...; NOW becomes `time`. */
struct kcd_report *kcd_report_new(const char *schema, time_t now);
void kcd_report_free(struct kcd_report *report);
KCD_DEFINE_AUTO(kcd_report)

/* The DC and domain of the run. FLAVOUR is the one predicted for (--kdc-flavour), usually dc->flavour. */
void kcd_report_dc(struct kcd_report *report, const struct kcd_dc *dc, enum kcd_flavour flavour);
/* A DC that was to be asked and did not answer: a row of `dcs` with `reached` false. */
void kcd_report_unreached_dc(struct kcd_report *report, const char *name);
/* Another DC that the same objects were read on, or to be read on: its row of `dcs`, one a name. STANDING is what came
 * out where it was reached. */
void kcd_report_replica(struct kcd_report *report, const struct kcd_replica *replica, enum kcd_standing standing);
/* A finding that is tied to no pair: `findings` of the document. Text shows it as one of a pair. */
void kcd_report_finding(struct kcd_report *report, const struct kcd_finding *finding);
/* An error: something asked for could not be found out or done. An equal one that is there already is not repeated. The
 * functions below add the errors of their observations, objects and records by themselves. Text shows errors on stderr
 * (kcd_show_error), not here. */
void kcd_report_error(struct kcd_report *report, const struct kcd_error *err);

/* check: why the KDC is not asked about the pairs that follow, "--no-probe was given"; NULL (the default) means that no
 * key of the host was given. */
void kcd_report_not_asked(struct kcd_report *report, const char *why);
/* check: whether the pairs that follow are all of one host and one user, as they were read: what the document says of
 * these is then made once. False (the default) forgets it. */
void kcd_report_host(struct kcd_report *report, bool one);
/* check: one judged pair. */
void kcd_report_pair(struct kcd_report *report, const struct kcd_judgement *judgement);
/* check --for: what the pairs are for, and the matrix of them, finished. Text then shows the matrix in place of the
 * pairs, and both with -v; without -v, and where the KDC was not asked, it does not need the pairs at all. */
struct kcd_scenario_report {
  enum kcd_scenario scenario;
  const struct kcd_cluster *clusters;
  size_t n_clusters;
  const struct kcd_matrix *matrix;
  const char *user;    /* to delegate; NULL: none */
  const char *command; /* the one that mends what can be mended, terminal-safe; NULL: none does */
};
void kcd_report_scenario(struct kcd_report *report, const struct kcd_scenario_report *scenario);

/* check --inventory: the file; then each group, and each host with what it has beyond need. */
void kcd_report_inventory(struct kcd_report *report, const char *file);
struct kcd_group_report {
  const char *name;
  enum kcd_scenario scenario;
  enum kcd_mode mode;
  size_t hosts, pairs, failing, unknown, failing_hosts;
};
/* What is reported between the two is the group's: its pairs and its scenario. */
void kcd_report_group_begin(struct kcd_report *report);
void kcd_report_group_end(struct kcd_report *report, const struct kcd_group_report *group);
void kcd_report_inventory_host(struct kcd_report *report, const struct kcd_need *need, const struct kcd_beyond *beyond);
/* The one command that mends what can be mended, terminal-safe; NULL: none does. */
void kcd_report_inventory_fix(struct kcd_report *report, const char *command);
/* probe: exchanges alone, no directory. HOST is the account's name, "CORE2016$". */
void kcd_report_probe(struct kcd_report *report, const char *host, const char *spn,
                      const struct kcd_observation *observation);

/* apply and undo: one object. STATE as in the JSON contract: planned, applied, already, unchanged, refused, conflict,
 * unknown. */
struct kcd_object_report {
  const char *host;    /* operand or account name */
  const char *dn;      /* NULL if not found */
  const uint8_t *guid; /* NULL if not found */
  const char *dc;
  const char *record_id; /* NULL if none was written */
  const char *state;
  const struct kcd_values *add, *remove; /* NULL: none */
  const struct kcd_values *list_before;  /* the whole list; NULL: not known, `before` and `after` leave it out */
  uint32_t uac_before, uac_after;
  const struct kcd_bytes *rbcd_before, *rbcd_after; /* NULL, or both empty: the descriptor is not part of it */
  char *const *accepted;                            /* names of the hosts that the descriptor is to let in */
  size_t n_accepted;
  char *const *notes; /* sentences: left out forms, warnings, refusals */
  size_t n_notes;
  const struct kcd_error *error; /* NULL if none */
};
/* check and apply: a temporary account that was made. END is "deleted", or "left" where it may still be there. */
void kcd_report_stand_in(struct kcd_report *report, const struct kcd_stand_in_record *record, bool dynamic,
                         const char *end);
/* stand-in and history: one record of a temporary account. STATE is the word for what was found or done now, WHY the
 * reason where it was not deleted (both NULL: only what the record says). */
void kcd_report_stand_in_record(struct kcd_report *report, const struct kcd_stand_in_record *record, const char *state,
                                const struct kcd_error *why);
/* stand-in --all: an account that no record of this machine is about. WHY (terminal-safe, NULL: none) says what keeps
 * it from being deleted. */
void kcd_report_marked_account(struct kcd_report *report, const struct kcd_stand_in_found *found, const char *dc,
                               const char *state, const char *why);

/* apply --rehearse: what the KDC answered to accounts with the settings of now and with those of the plan. */
struct kcd_rehearsed_pair {
  const char *spn;
  const struct kcd_observation *before, *after;
};
struct kcd_rehearsal {
  char *const *hosts; /* names of the hosts that it is for: their settings are equal */
  size_t n_hosts;
  const char *dc, *user;
  const char *before_name, *after_name; /* the two accounts, both gone */
  const struct kcd_rehearsed_pair *pairs;
  size_t n_pairs;
  char *const *limits; /* what it could not show; terminal-safe sentences */
  size_t n_limits;
  bool proved; /* with the change, the KDC gives the ticket for each pair */
};
void kcd_report_rehearsal(struct kcd_report *report, const struct kcd_rehearsal *rehearsal);

/* MODE is "apply" or "undo". Said first, so that it stands in a document that ends in an error as well; without it, it
 * is "apply". */
void kcd_report_mode(struct kcd_report *report, const char *mode);
void kcd_report_change(struct kcd_report *report, const char *run, const char *mode, bool changed);
void kcd_report_object(struct kcd_report *report, const struct kcd_object_report *object);
/* apply --wait: what became of it. */
struct kcd_wait_row {
  const struct kcd_replica *replica;
  bool shows;     /* the change */
  unsigned after; /* seconds, with shows */
};
void kcd_report_wait(struct kcd_report *report, unsigned limit, unsigned waited, const struct kcd_wait_row *rows,
                     size_t n);
/* One line of what remains to be done elsewhere (klist purge ..., undo ...); of a probe: "why: kcdfix check ...". TEXT
 * is terminal-safe. */
void kcd_report_next_step(struct kcd_report *report, const char *text);
/* The check made after a change: time and pairs of OTHER become `check`, its errors join those of REPORT; OTHER is
 * consumed. */
void kcd_report_check(struct kcd_report *report, struct kcd_report *other);

/* history: one record. UNREADABLE: the file's name and why, instead of a record. */
void kcd_report_record(struct kcd_report *report, const struct kcd_record *record);
void kcd_report_unreadable_record(struct kcd_report *report, const char *file, const struct kcd_error *err);

/* explain: the symptoms that were found, or what is nearest where none was. */
void kcd_report_explanation(struct kcd_report *report, const struct kcd_explanation *explanation);

/* explain --trace: all that was read; check --trace: only the capture and what is missing in it. */
void kcd_report_trace(struct kcd_report *report, const char *file, uint16_t port,
                      const struct kcd_trace_result *result);

/* doctor: the lines, and what was found out about the servers of MACHINE, which they were judged from. */
void kcd_report_doctor(struct kcd_report *report, const struct kcd_machine *machine, const struct kcd_doctor *doctor);

/* audit: edges go to SPOOL as they come, since they may be more than memory should hold; it is an open file to read and
 * write, stays the caller's, and is read when the document is written. */
void kcd_report_edges(struct kcd_report *report, FILE *spool);
/* -1 with KCD_E_IO when the row cannot be kept. */
int kcd_report_edge(struct kcd_report *report, const struct kcd_edge *edge, struct kcd_error *err);
/* What they add up to. */
void kcd_report_audit(struct kcd_report *report, const struct kcd_audit *audit, const struct kcd_findings *findings);
/* A sentence about what an audit cannot see. */
void kcd_report_limit(struct kcd_report *report, const char *text);
/* hosts: what was found. */
void kcd_report_hyperv(struct kcd_report *report, const struct kcd_hyperv *hyperv);

/* Renders the document with its exit status. -1 when OUT cannot be written (KCD_E_IO). */
int kcd_report_write(struct kcd_report *report, int exit_status, const struct kcd_style *style, FILE *out,
                     struct kcd_error *err);

/* ---- while the program runs ---- */

/* The difference that a plan makes, in attribute values and in the words of the delegation tab, and what it means for
 * security; to OUT (stderr when stdout holds JSON). HOST is the plan's element of FACTS, gathered with the reachable
 * accounts and the privileged users; NULL for the plan of a target. A plan without a change shows nothing: the document
 * says why. */
void kcd_show_plan(FILE *out, const struct kcd_object_plan *plan, const struct kcd_facts_set *facts,
                   const struct kcd_host_facts *host, const struct kcd_style *style);
/* Both answers of a rehearsal side by side. */
void kcd_show_rehearsal(FILE *out, const struct kcd_rehearsal *rehearsal, const struct kcd_style *style);
/* The difference that taking RECORD back makes to the object as it is NOW. */
void kcd_show_undo(FILE *out, const struct kcd_record *record, const struct kcd_account *now,
                   const struct kcd_undo_plan *plan, const struct kcd_style *style);
/* One message line on stderr: "kcdfix: ...". */
void kcd_message(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* An error on stderr: its line, what the server said, and the next step. */
void kcd_show_error(const struct kcd_error *err);
/* stdout written and closed without loss; -1 and errno otherwise. */
int kcd_close_stdout(void);

#endif
