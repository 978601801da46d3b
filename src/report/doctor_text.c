#include <string.h>

#include "doc.h"
#include "document.h"

enum { STATE_COLUMNS = 4, LABEL_COLUMNS = 10, MARGIN = 2 };

static const struct {
  const char *state, *word;
} WORDS[] = {{"ok", "ok"}, {"warning", "warn"}, {"fault", "FAIL"}, {"not-tried", "-"}};

static const char *word_of(const json_t *check)
{
  const char *state = kcd_doc_str(check, "state");
  for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
    if (strcmp(WORDS[i].state, state) == 0)
      return WORDS[i].word;
  return "?";
}

static void show_verdict(const json_t *doc, struct kcd_textout *out)
{
  const json_t *checks = json_object_get(doc, "checks");
  size_t ok = kcd_doc_count(checks, "state", "ok"), warnings = kcd_doc_count(checks, "state", "warning"),
         faults = kcd_doc_count(checks, "state", "fault");
  KCD_AUTO_CHAR domain = kcd_doc_safe_at(doc, "domain");
  KCD_AUTO_CHAR title = kcd_asprintf("%s: ", domain[0] == '\0' ? "no domain" : domain);
  KCD_AUTO_CHAR of = kcd_asprintf("%s%zu of %zu checks ", title, faults, ok + warnings + faults);
  KCD_AUTO_CHAR all = kcd_asprintf("%s%zu check%s ", title, ok, ok == 1 ? "" : "s");
  KCD_AUTO_CHAR more = kcd_text_count(warnings, "warning", "warnings");
  KCD_AUTO_CHAR and_warnings = kcd_asprintf(", %s", more);
  if (faults > 0)
    kcd_out_verdict(out, of, KCD_RED, faults == 1 ? "FAILS" : "FAIL", warnings == 0 ? "" : and_warnings);
  else if (ok + warnings == 0)
    kcd_out_verdict(out, title, KCD_YELLOW, "UNKNOWN", ", no check could be made");
  else
    kcd_out_verdict(out, all, warnings == 0 ? KCD_GREEN : KCD_YELLOW, "OK", warnings == 0 ? "" : and_warnings);
}

static void show_check(const json_t *check, struct kcd_textout *out)
{
  KCD_AUTO_CHAR state = kcd_out_label(MARGIN, word_of(check), STATE_COLUMNS);
  KCD_AUTO_CHAR label = kcd_out_label(0, kcd_doc_str(check, "label"), LABEL_COLUMNS);
  KCD_AUTO_CHAR prefix = kcd_asprintf("%s%s", state, label);
  KCD_AUTO_CHAR below = kcd_asprintf("%*s", (int)strlen(prefix), "");
  kcd_out_wrap(out, prefix, kcd_doc_str(check, "message"), kcd_doc_str(check, "id"));
  const char *said = kcd_doc_str(check, "said"), *remedy = kcd_doc_str(check, "remedy");
  KCD_AUTO_CHAR words = kcd_asprintf("the server said: %s", said);
  if (said[0] != '\0')
    kcd_out_wrap(out, below, words, NULL);
  if (remedy[0] != '\0')
    kcd_out_wrap(out, below, remedy, NULL);
}

/* An error is on stderr already: then there may be no line at all. */
void kcd_text_doctor(const json_t *doc, struct kcd_textout *out)
{
  const json_t *checks = json_object_get(doc, "checks");
  if (json_array_size(checks) == 0)
    return;
  show_verdict(doc, out);
  if (out->style->quiet)
    return;
  size_t i;
  const json_t *check;
  json_array_foreach(checks, i, check)
  {
    show_check(check, out);
  }
  KCD_AUTO_CHAR next = kcd_doc_safe_at(doc, "next");
  kcd_out_line(out, "  next: %s", next);
}
