#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"

/* The answer in words, from the one of the document. */
static const char *delegation_words(const char *answer)
{
  static const struct {
    const char *answer, *words;
  } table[] = {{"yes", "yes"},
               {"usually", "usually yes"},
               {"perhaps", "perhaps"},
               {"seldom", "seldom"},
               {"no", "no, it is not delegation"}};
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (strcmp(table[i].answer, answer) == 0)
      return table[i].words;
  return "this alone does not tell";
}

static void show_causes(const json_t *symptom, struct kcd_textout *out)
{
  const json_t *causes = json_object_get(symptom, "causes");
  bool finding = strcmp(kcd_doc_str(symptom, "kind"), "finding") == 0;
  if (json_array_size(causes) == 0)
    return;
  kcd_out_line(out, "  %s", finding ? "what mends it" : json_array_size(causes) > 1 ? "most likely first" : "cause");
  size_t i;
  const json_t *cause;
  json_array_foreach(causes, i, cause)
  {
    KCD_AUTO_CHAR ids = kcd_doc_safe_at(cause, "findings");
    kcd_out_wrap(out, "    ", kcd_doc_str(cause, "message"), finding ? NULL : ids);
  }
}

static void show_next(const json_t *next, struct kcd_textout *out)
{
  const char *command = kcd_doc_str(next, "command");
  const char *blanks = kcd_doc_str(next, "blanks");
  if (command[0] == '\0') {
    if (json_is_object(next))
      kcd_out_wrap(out, "  next: ", kcd_doc_str(next, "message"), NULL);
    return;
  }
  KCD_AUTO_CHAR line = kcd_asprintf("  next%s: %s", kcd_doc_true(next, "on_host") ? ", on the host" : "", command);
  KCD_AUTO_CHAR note = kcd_asprintf("(%s)", blanks);
  if (blanks[0] == '\0')
    kcd_out_line(out, "%s", line);
  else if (kcd_text_width(line) + kcd_text_width(note) + 5 <= out->width)
    kcd_out_line(out, "%s     %s", line, note);
  else {
    kcd_out_line(out, "%s", line);
    kcd_out_wrap(out, "        ", note, NULL);
  }
}

static void show_symptom(const json_t *symptom, struct kcd_textout *out)
{
  kcd_out_line(out, "%s: %s", kcd_doc_str(symptom, "label"), kcd_doc_str(symptom, "message"));
  if (out->style->quiet)
    return;
  KCD_AUTO_CHAR delegation = kcd_asprintf("Delegation: %s. %s", delegation_words(kcd_doc_str(symptom, "delegation")),
                                          kcd_doc_str(symptom, "tell"));
  kcd_out_wrap(out, "  ", delegation, NULL);
  show_causes(symptom, out);
  if (kcd_doc_str(symptom, "note")[0] != '\0')
    kcd_out_wrap(out, "  ", kcd_doc_str(symptom, "note"), NULL);
  show_next(json_object_get(symptom, "next"), out);
  if (out->style->verbose > 0)
    kcd_out_wrap(out, "  source: ", kcd_doc_str(symptom, "source"), NULL);
}

static char *explain_command(const json_t *entry)
{
  KCD_AUTO_CHAR word = kcd_shell_word(kcd_doc_str(entry, "key"));
  return kcd_asprintf("kcdfix explain %s", word);
}

static void show_nearest(const json_t *nearest, struct kcd_textout *out)
{
  size_t i, columns = 0;
  const json_t *entry;
  json_array_foreach(nearest, i, entry)
  {
    KCD_AUTO_CHAR command = explain_command(entry);
    size_t width = kcd_text_width(command);
    columns = width > columns ? width : columns;
  }
  if (columns > 0)
    kcd_out_line(out, "nearest:");
  json_array_foreach(nearest, i, entry)
  {
    KCD_AUTO_CHAR command = explain_command(entry);
    KCD_AUTO_CHAR label = kcd_out_label(2, command, columns);
    kcd_out_wrap(out, label, kcd_doc_str(entry, "message"), NULL);
  }
}

static void show_background(const json_t *doc, struct kcd_textout *out)
{
  kcd_out_blank(out);
  kcd_out_wrap(out, "why: ", kcd_doc_str(doc, "background"), NULL);
  kcd_out_wrap(out, "security: ", kcd_doc_str(doc, "security"), NULL);
  kcd_out_wrap(out, "sources: ", kcd_doc_str(doc, "sources"), NULL);
}

void kcd_text_explain(const json_t *doc, struct kcd_textout *out)
{
  size_t i;
  const json_t *symptom;
  json_array_foreach(json_object_get(doc, "symptoms"), i, symptom)
  {
    if (i > 0 && !out->style->quiet)
      kcd_out_blank(out);
    show_symptom(symptom, out);
  }
  uint64_t more = kcd_doc_num(doc, "more");
  if (more > 0)
    kcd_out_line(out, "and %llu more in the same text", (unsigned long long)more);
  show_nearest(json_object_get(doc, "nearest"), out);
  if (out->style->verbose > 0 && json_array_size(json_object_get(doc, "symptoms")) > 0)
    show_background(doc, out);
}
