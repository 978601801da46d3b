/* A check as JUnit's XML, which a CI server reads: a suite a group, a test case a pair. XML 1.0, UTF-8. */
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"
#include "stream.h"

/* How the cases of a suite came out. */
struct counts {
  size_t tests, failures, errors, skipped;
};

/* TEXT is terminal-safe, so it holds no control character; XML forbids U+FFFE and U+FFFF besides. */
static void add_escaped(struct kcd_buf *out, const char *text)
{
  for (; *text != '\0'; text++) {
    const char *entity = *text == '&'    ? "&amp;"
                         : *text == '<'  ? "&lt;"
                         : *text == '>'  ? "&gt;"
                         : *text == '"'  ? "&quot;"
                         : *text == '\n' ? "&#10;"
                                         : NULL;
    if (entity != NULL)
      kcd_buf_add_text(out, entity);
    else if (strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0)
      text += 2;
    else
      kcd_buf_add_u8(out, (uint8_t)*text);
  }
}

static void add_attribute(struct kcd_buf *out, const char *name, const char *text)
{
  kcd_buf_addf(out, " %s=\"", name);
  add_escaped(out, text);
  kcd_buf_add_text(out, "\"");
}

static void begin_case(struct kcd_buf *out, const char *suite, const char *name)
{
  KCD_AUTO_CHAR class = kcd_asprintf("kcdfix.%s", suite);
  kcd_buf_add_text(out, "    <testcase");
  add_attribute(out, "name", name);
  add_attribute(out, "classname", class);
  kcd_buf_add_text(out, ">");
}

static bool is_error(const json_t *finding)
{
  return strcmp(kcd_doc_str(finding, "severity"), "error") == 0;
}

/* "list-empty, protocol-transition-off"; owned. */
static char *ids_of(const json_t *findings)
{
  struct kcd_buf ids;
  kcd_buf_init(&ids, KCD_BUF_DEFAULT_CAP);
  size_t i;
  const json_t *finding;
  json_array_foreach(findings, i, finding)
  {
    if (is_error(finding))
      kcd_buf_addf(&ids, "%s%s", ids.len > 0 ? ", " : "", kcd_doc_str(finding, "id"));
  }
  return kcd_buf_take_text(&ids);
}

static const char *first_message(const json_t *findings)
{
  size_t i;
  const json_t *finding;
  json_array_foreach(findings, i, finding)
  {
    if (is_error(finding))
      return kcd_doc_str(finding, "message");
  }
  return "the KDC gives no ticket";
}

static void add_failure(struct kcd_buf *out, const json_t *findings)
{
  KCD_AUTO_CHAR ids = ids_of(findings);
  kcd_buf_add_text(out, "<failure");
  add_attribute(out, "message", first_message(findings));
  add_attribute(out, "type", ids[0] == '\0' ? "fails" : ids);
  kcd_buf_add_text(out, ">");
  size_t i;
  const json_t *finding;
  json_array_foreach(findings, i, finding)
  {
    KCD_AUTO_CHAR line = kcd_asprintf("%s: %s [%s]", kcd_doc_str(finding, "severity"), kcd_doc_str(finding, "message"),
                                      kcd_doc_str(finding, "id"));
    add_escaped(out, line);
    kcd_buf_add_text(out, "\n");
    add_escaped(out, kcd_doc_str(finding, kcd_doc_str(finding, "command")[0] == '\0' ? "remedy" : "command"));
    kcd_buf_add_text(out, "\n");
  }
  kcd_buf_add_text(out, "</failure>");
}

static void add_pair(struct kcd_buf *out, const char *suite, const json_t *pair, struct counts *counts)
{
  KCD_AUTO_CHAR host = kcd_pair_host(pair);
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(pair, "spn");
  KCD_AUTO_CHAR name = kcd_asprintf("%s -> %s", host, spn);
  counts->tests++;
  begin_case(out, suite, name);
  if (kcd_pair_is_verdict(pair, "unknown")) {
    counts->skipped++;
    kcd_buf_add_text(out, "<skipped message=\"it cannot be told whether it works\"/>");
  } else if (!kcd_pair_is_healthy(pair)) {
    counts->failures++;
    add_failure(out, json_object_get(pair, "findings"));
  }
  kcd_buf_add_text(out, "</testcase>\n");
}

/* What is tied to no pair: a failure where it is an error, else a case that passes and says it. */
static void add_finding(struct kcd_buf *out, const char *suite, const json_t *finding, struct counts *counts)
{
  KCD_AUTO_CHAR subject = kcd_doc_safe_at(finding, "subject");
  KCD_AUTO_CHAR name = kcd_asprintf("%s: %s", subject, kcd_doc_str(finding, "id"));
  counts->tests++;
  counts->failures += is_error(finding);
  begin_case(out, suite, name);
  if (is_error(finding)) {
    kcd_buf_add_text(out, "<failure");
    add_attribute(out, "message", kcd_doc_str(finding, "message"));
    add_attribute(out, "type", kcd_doc_str(finding, "id"));
    kcd_buf_add_text(out, "/>");
  } else {
    kcd_buf_addf(out, "<system-out>%s: ", kcd_doc_str(finding, "severity"));
    add_escaped(out, kcd_doc_str(finding, "message"));
    kcd_buf_add_text(out, "</system-out>");
  }
  kcd_buf_add_text(out, "</testcase>\n");
}

static void add_error(struct kcd_buf *out, const char *suite, const json_t *error, struct counts *counts)
{
  counts->tests++;
  counts->errors++;
  begin_case(out, suite, "check");
  kcd_buf_add_text(out, "<error");
  add_attribute(out, "message", kcd_doc_str(error, "message"));
  add_attribute(out, "type", kcd_doc_str(error, "id"));
  kcd_buf_add_text(out, "/></testcase>\n");
}

static void counts_attributes(struct kcd_buf *out, const struct counts *counts)
{
  kcd_buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", counts->tests, counts->failures, counts->errors);
}

/* Takes the cases. */
static void add_suite(struct kcd_buf *out, const json_t *doc, const char *name, struct kcd_buf *cases,
                      const struct counts *counts, struct counts *all)
{
  KCD_AUTO_CHAR text = kcd_buf_take_text(cases);
  all->tests += counts->tests;
  all->failures += counts->failures;
  all->errors += counts->errors;
  if (text == NULL)
    out->failed = true;
  if (text == NULL || counts->tests == 0)
    return;
  kcd_buf_add_text(out, "  <testsuite");
  add_attribute(out, "name", name);
  counts_attributes(out, counts);
  kcd_buf_addf(out, " skipped=\"%zu\"", counts->skipped);
  add_attribute(out, "timestamp", kcd_doc_str(doc, "time"));
  KCD_AUTO_CHAR dc = kcd_doc_safe_at(doc, "dc");
  if (dc[0] != '\0')
    add_attribute(out, "hostname", dc);
  kcd_buf_add_text(out, ">\n");
  kcd_buf_add_text(out, text);
  kcd_buf_add_text(out, "  </testsuite>\n");
}

static void add_pairs(struct kcd_buf *out, const json_t *doc, const char *name, size_t first, size_t n,
                      struct counts *all)
{
  const json_t *pairs = json_object_get(doc, "pairs");
  struct counts counts = {0};
  struct kcd_buf cases;
  kcd_buf_init(&cases, KCD_BUF_DEFAULT_CAP);
  for (size_t i = first; i < first + n; i++)
    add_pair(&cases, name, json_array_get(pairs, i), &counts);
  add_suite(out, doc, name, &cases, &counts, all);
}

static void add_rest(struct kcd_buf *out, const json_t *doc, struct counts *all)
{
  static const char NAME[] = "domain";
  struct counts counts = {0};
  struct kcd_buf cases;
  kcd_buf_init(&cases, KCD_BUF_DEFAULT_CAP);
  size_t i;
  const json_t *item;
  json_array_foreach(json_object_get(doc, "findings"), i, item)
  {
    add_finding(&cases, NAME, item, &counts);
  }
  json_array_foreach(json_object_get(doc, "errors"), i, item)
  {
    add_error(&cases, NAME, item, &counts);
  }
  add_suite(out, doc, NAME, &cases, &counts, all);
}

int kcd_junit_write(const json_t *doc, FILE *stream, struct kcd_error *err)
{
  const json_t *groups = json_object_get(json_object_get(doc, "inventory"), "groups");
  struct counts all = {0};
  struct kcd_buf suites;
  kcd_buf_init(&suites, KCD_BUF_DEFAULT_CAP);
  size_t i;
  const json_t *group;
  json_array_foreach(groups, i, group)
  {
    KCD_AUTO_CHAR name = kcd_doc_safe_at(group, "name");
    add_pairs(&suites, doc, name, (size_t)kcd_doc_num(group, "first_pair"), (size_t)kcd_doc_num(group, "shown_pairs"),
              &all);
  }
  if (groups == NULL)
    add_pairs(&suites, doc, "check", 0, json_array_size(json_object_get(doc, "pairs")), &all);
  add_rest(&suites, doc, &all);
  KCD_AUTO_CHAR inner = kcd_buf_take_text(&suites);
  struct kcd_buf head;
  kcd_buf_init(&head, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_text(&head, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"kcdfix\"");
  counts_attributes(&head, &all);
  kcd_buf_addf(&head, ">\n%s</testsuites>\n", inner == NULL ? "" : inner);
  KCD_AUTO_CHAR text = kcd_buf_take_text(&head);
  if (inner == NULL || text == NULL)
    return kcd_fail(err, KCD_E_IO, "the result is too large for JUnit's XML; name fewer pairs");
  return kcd_stream_write(stream, text, err);
}
