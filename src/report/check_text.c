/* A check as text: the verdict, why, what the directory and the KDC say, and what to do. */
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"

#define HEALTHY_LINES 5 /* what a pair that works may take; -v shows the rest */

static bool has_finding(const json_t *pair, const char *id)
{
  size_t i;
  const json_t *finding;
  json_array_foreach(json_object_get(pair, "findings"), i, finding)
  {
    if (strcmp(kcd_doc_str(finding, "id"), id) == 0)
      return true;
  }
  return false;
}

static bool is_note(const json_t *finding)
{
  return strcmp(kcd_doc_str(finding, "severity"), "error") != 0;
}

static void show_verdict(const json_t *pair, struct kcd_textout *out)
{
  KCD_AUTO_CHAR title = kcd_pair_title(pair);
  if (kcd_pair_is_verdict(pair, "fails"))
    kcd_out_verdict(out, title, KCD_RED, "FAILS", "");
  else if (kcd_pair_is_verdict(pair, "unknown"))
    kcd_out_verdict(out, title, KCD_YELLOW, "UNKNOWN", "");
  else if (has_finding(pair, "duplicate-spn") && kcd_pair_has_error(pair))
    kcd_out_verdict(out, title, KCD_YELLOW, "WORKS", " at the KDC, with a ticket for the wrong account");
  else if (has_finding(pair, "change-not-replicated") && kcd_pair_has_error(pair))
    kcd_out_verdict(out, title, KCD_YELLOW, "WORKS", ", but not on every domain controller");
  else if (kcd_pair_has_error(pair))
    kcd_out_verdict(out, title, KCD_YELLOW, "WORKS", " at the KDC, with a fault beside it");
  else
    kcd_out_verdict(out, title, KCD_GREEN, "WORKS", "");
}

static void show_evidence(const json_t *finding, struct kcd_textout *out)
{
  const char *key;
  const json_t *value;
  json_object_foreach((json_t *)json_object_get(finding, "evidence"), key, value)
  {
    KCD_AUTO_CHAR text = kcd_doc_safe(value);
    KCD_AUTO_CHAR line = kcd_asprintf("%s: %s", key, text[0] == '\0' ? "none" : text);
    kcd_out_wrap(out, "    ", line, NULL);
  }
}

static void show_finding(const json_t *finding, struct kcd_textout *out)
{
  KCD_AUTO_CHAR message = kcd_asprintf("%s%s%s", is_note(finding) ? kcd_doc_str(finding, "severity") : "",
                                       is_note(finding) ? ": " : "", kcd_doc_str(finding, "message"));
  kcd_out_wrap(out, "  ", message, kcd_doc_str(finding, "id"));
  if (out->style->verbose == 0)
    return;
  KCD_AUTO_CHAR subject = kcd_doc_safe_at(finding, "subject");
  kcd_out_wrap(out, "    on ", subject, NULL);
  show_evidence(finding, out);
}

/* OBJECT is a pair, or the document with what is tied to no pair. */
static void show_findings(const json_t *object, struct kcd_textout *out)
{
  size_t i;
  const json_t *finding;
  json_array_foreach(json_object_get(object, "findings"), i, finding)
  {
    show_finding(finding, out);
  }
}

/* Whether an earlier finding with a say in what to do next says the same. */
static bool is_said_before(const json_t *findings, size_t index, const char *key)
{
  for (size_t i = 0; i < index; i++) {
    const json_t *earlier = json_array_get(findings, i);
    if (strcmp(kcd_doc_str(earlier, key), kcd_doc_str(json_array_get(findings, index), key)) == 0)
      return true;
  }
  return false;
}

/* The command if there is one, else the words. */
static const char *remedy_key(const json_t *finding)
{
  return kcd_doc_str(finding, "command")[0] != '\0' ? "command" : "remedy";
}

/* A command is never wrapped, so that it can be pasted. */
static void show_remedy(const json_t *findings, size_t index, const char *word, struct kcd_textout *out)
{
  const json_t *finding = json_array_get(findings, index);
  const char *key = remedy_key(finding);
  const char *text = kcd_doc_str(finding, key);
  if (text[0] == '\0' || is_said_before(findings, index, key))
    return;
  if (strcmp(key, "command") == 0) {
    kcd_out_line(out, "  %s: %s", word, text);
    return;
  }
  KCD_AUTO_CHAR prefix = kcd_asprintf("  %s: ", word);
  kcd_out_wrap(out, prefix, text, NULL);
}

/* What to do about each error, the first one first, and then about what stands beside them. */
static void show_fixes(const json_t *object, struct kcd_textout *out)
{
  const json_t *findings = json_object_get(object, "findings");
  bool first = true;
  size_t i;
  const json_t *finding;
  json_array_foreach(findings, i, finding)
  {
    const char *word = kcd_doc_str(finding, "command")[0] == '\0' ? "next" : "fix";
    show_remedy(findings, i, is_note(finding) ? "also" : first ? word : "then", out);
    first = false;
  }
}

static size_t lines_since(const struct kcd_textout *out, size_t start)
{
  size_t n = 0;
  for (size_t i = start; i < out->buf.len; i++)
    n += out->buf.data[i] == '\n';
  return n;
}

/* Beside a working verdict: what to do about each warning and note, a line each. A change says itself what is to be
 * done about the tickets that the host still has. */
static void show_advice(const struct kcd_check_view *view, const json_t *pair, struct kcd_textout *out)
{
  const json_t *findings = json_object_get(pair, "findings");
  for (size_t i = 0; i < json_array_size(findings); i++) {
    const json_t *finding = json_array_get(findings, i);
    const char *key = remedy_key(finding);
    bool is_said = view->after_change && strcmp(kcd_doc_str(finding, "id"), "negative-cache") == 0;
    if (!is_said && kcd_doc_str(finding, key)[0] != '\0' && !is_said_before(findings, i, key))
      kcd_out_line(out, "  next: %s", kcd_doc_str(finding, key));
  }
}

static void show_probe_error(const json_t *pair, struct kcd_textout *out)
{
  const json_t *error = json_object_get(json_object_get(pair, "observed"), "error");
  if (!json_is_object(error))
    return;
  KCD_AUTO_CHAR text = kcd_asprintf("The probe came to no verdict: %s", kcd_doc_str(error, "message"));
  kcd_out_wrap(out, "  ", text, kcd_doc_str(error, "id"));
}

static bool predicted_works(const json_t *pair)
{
  const json_t *answer = json_object_get(json_object_get(pair, "predicted"), "s4u2proxy");
  return strcmp(kcd_doc_str(answer, "outcome"), "ticket") == 0;
}

/* " through KCDFIX-4F21$"; "" where the host's own key was used. Owned by the caller. */
static char *proof_words(const json_t *pair)
{
  const json_t *observed = json_object_get(pair, "observed");
  KCD_AUTO_CHAR client = kcd_doc_safe_at(observed, "client");
  bool in_its_place = json_is_object(json_object_get(observed, "stand_in"));
  return in_its_place ? kcd_asprintf(" through %s", client) : kcd_strdup("");
}

/* What a healthy verdict rests on. */
static void show_basis(const struct kcd_check_view *view, const json_t *pair, struct kcd_textout *out)
{
  KCD_AUTO_CHAR predicted = kcd_text_predicted_from(view->doc);
  KCD_AUTO_CHAR why = kcd_doc_safe_at(pair, "not_asked");
  KCD_AUTO_CHAR user = kcd_pair_user(pair);
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(pair, "spn");
  const char *ticket_for = user[0] == '\0' ? "the user" : user;
  KCD_AUTO_CHAR proof = proof_words(pair);
  KCD_AUTO_CHAR text =
      kcd_pair_is_unproved(pair) ? kcd_asprintf("%s; not proved.", predicted)
      : view->after_change && kcd_text_is_rehearsed(view->doc, pair) && !kcd_pair_was_probed(pair)
          ? kcd_asprintf("%s; the same change gave a ticket in the rehearsal.", predicted)
      : !kcd_pair_was_probed(pair) && why[0] != '\0' ? kcd_asprintf("%s; the KDC was not asked (%s).", predicted, why)
      : !kcd_pair_was_probed(pair)                   ? kcd_asprintf("%s.", predicted)
      : predicted_works(pair)
          ? kcd_asprintf("%s and confirmed by its KDC%s: ticket for %s to %s.", predicted, proof, ticket_for, spn)
          : kcd_asprintf("Its KDC gave a ticket for %s to %s; predicted was that it would not.", ticket_for, spn);
  kcd_out_wrap(out, "  ", text, NULL);
  if (kcd_pair_was_probed(pair) || kcd_doc_true(json_object_get(pair, "predicted"), "certain"))
    return;
  KCD_AUTO_CHAR unsure = kcd_asprintf("Not certain: the rule that decides is inferred for %s, not observed.",
                                      kcd_doc_str(view->doc, "kdc_flavour"));
  kcd_out_wrap(out, "  ", unsure, NULL);
}

/* What can still fail although the KDC is right, and how to see it there; BRIEF leaves the how to -v. */
static void show_suspect(const json_t *suspect, bool brief, struct kcd_textout *out)
{
  if (brief) {
    KCD_AUTO_CHAR line = kcd_asprintf("Not visible here: %s.", kcd_doc_str(suspect, "message"));
    kcd_out_wrap(out, "  ", line, NULL);
    return;
  }
  KCD_AUTO_CHAR text = kcd_asprintf("Not visible here: %s. On %s: %s", kcd_doc_str(suspect, "message"),
                                    kcd_doc_str(suspect, "where"), kcd_doc_str(suspect, "command"));
  kcd_out_wrap(out, "  ", text, kcd_doc_str(suspect, "id"));
}

/* Nobody asked for a proof; where one was asked for and could not be had, that has been said. */
static bool lacks_a_key(const json_t *pair)
{
  static const char NO_KEY[] = "no key of ";
  return strncmp(kcd_doc_str(pair, "not_asked"), NO_KEY, strlen(NO_KEY)) == 0;
}

/* The last lines of a healthy pair, as far as there is room beside its findings. */
static void show_hints(const json_t *pair, size_t start, struct kcd_textout *out)
{
  bool all = out->style->verbose > 0 || json_array_size(json_object_get(pair, "findings")) == 0;
  if (lacks_a_key(pair) && (all || lines_since(out, start) < HEALTHY_LINES))
    kcd_out_line(out, "  prove it: the same with --stand-in, or with the host's keytab, -k FILE");
  size_t i;
  const json_t *suspect;
  json_array_foreach(json_object_get(pair, "suspects"), i, suspect)
  {
    if (all || lines_since(out, start) < HEALTHY_LINES)
      show_suspect(suspect, !all, out);
  }
}

/* No tab of the console shows that the target itself lets the host in. */
static void show_resource_based(const json_t *pair, struct kcd_textout *out)
{
  if (strcmp(kcd_doc_str(json_object_get(pair, "predicted"), "granted_by"), "resource-based") != 0)
    return;
  KCD_AUTO_CHAR target = kcd_doc_safe_at(pair, "target");
  KCD_AUTO_CHAR host = kcd_pair_host(pair);
  KCD_AUTO_CHAR text =
      kcd_asprintf("%s accepts %s by a resource-based entry (msDS-AllowedToActOnBehalfOfOtherIdentity).", target, host);
  kcd_out_wrap(out, "  ", text, NULL);
}

static void show_healthy(const struct kcd_check_view *view, size_t index, bool brief, size_t start,
                         struct kcd_textout *out)
{
  const json_t *pair = json_array_get(view->pairs, index);
  show_resource_based(pair, out);
  if (!brief)
    show_basis(view, pair, out);
  show_probe_error(pair, out);
  kcd_text_traced(pair, out);
  kcd_text_stand_in(view, index, out);
  show_findings(pair, out);
  show_advice(view, pair, out);
  if (!brief && !view->after_change)
    show_hints(pair, start, out);
}

static bool is_predicted_at_all(const json_t *pair)
{
  const json_t *host = json_object_get(json_object_get(pair, "directory"), "host");
  return json_is_array(json_object_get(host, "msDS-AllowedToDelegateTo"));
}

static void show_failing(const struct kcd_check_view *view, size_t index, struct kcd_textout *out)
{
  const json_t *pair = json_array_get(view->pairs, index);
  show_findings(pair, out);
  show_probe_error(pair, out);
  kcd_out_blank(out);
  kcd_text_directory(view, index, out);
  if (is_predicted_at_all(pair))
    kcd_text_kdc(view, index, out);
  if (json_array_size(json_object_get(pair, "findings")) > 0)
    kcd_out_blank(out);
  show_fixes(pair, out);
}

void kcd_text_pair(const struct kcd_check_view *view, size_t index, bool brief, struct kcd_textout *out)
{
  const json_t *pair = json_array_get(view->pairs, index);
  size_t start = out->buf.len;
  show_verdict(pair, out);
  if (out->style->quiet)
    return;
  if (kcd_pair_is_healthy(pair))
    show_healthy(view, index, brief, start, out);
  else
    show_failing(view, index, out);
}

/* Of a group that is as its inventory says, there is nothing more to tell. */
static bool is_as_declared(const struct kcd_check_view *view)
{
  return view->group != NULL && kcd_doc_num(view->scenario, "failing") + kcd_doc_num(view->scenario, "unknown") +
                                        kcd_doc_num(view->scenario, "faulty") ==
                                    0;
}

/* One line for all, then the matrix; the pairs one by one only for who asks for more. True: all is said. */
static bool show_scenario(const struct kcd_check_view *view, struct kcd_textout *out)
{
  kcd_text_summary(view, out);
  if (out->style->quiet || (is_as_declared(view) && out->style->verbose == 0))
    return true;
  kcd_text_matrix(view, out);
  return out->style->verbose == 0;
}

void kcd_text_pairs(const struct kcd_check_view *view, struct kcd_textout *out)
{
  size_t n = json_array_size(view->pairs);
  if (view->scenario != NULL && show_scenario(view, out))
    return;
  bool several = n > 1 && !out->style->quiet;
  if (several && view->scenario == NULL)
    kcd_text_summary(view, out);
  bool blank = view->scenario != NULL;
  for (size_t i = 0; i < n; i++) {
    bool block = several && !kcd_pair_is_healthy(json_array_get(view->pairs, i));
    if (block || blank)
      kcd_out_blank(out);
    kcd_text_pair(view, i, several, out);
    blank = block;
  }
}

void kcd_text_own_findings(const json_t *doc, struct kcd_textout *out)
{
  if (out->style->quiet)
    return;
  show_findings(doc, out);
  show_fixes(doc, out);
}

void kcd_text_check(const json_t *doc, struct kcd_textout *out)
{
  bool instead_of_pairs = kcd_pair_has_error(doc);
  if (instead_of_pairs)
    kcd_text_own_findings(doc, out);
  kcd_text_checked(&(struct kcd_check_view){.doc = doc,
                                            .pairs = json_object_get(doc, "pairs"),
                                            .scenario = json_object_get(doc, "scenario")},
                   json_object_get(doc, "inventory"), out);
  if (!out->style->quiet) {
    kcd_text_dcs(doc, out);
    kcd_text_remarks(doc, out);
  }
  if (!instead_of_pairs)
    kcd_text_own_findings(doc, out);
}
