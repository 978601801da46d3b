/* A change as text: what became of each object, the check made afterwards, and what remains to be done. */
#include <string.h>

#include "doc.h"
#include "document.h"

static const char *words_of(const char *state, bool undo)
{
  static const struct {
    const char *state, *apply, *undo;
  } WORDS[] = {
      {"applied", "changed and read back", "taken back and read back"},
      {"already", "somebody else made the same change meanwhile; it is not ours, and undo will leave it",
       "somebody else took it back meanwhile"},
      {"unchanged", "nothing to do", "nothing to take back"},
      {"planned", "not come to, not changed", "not come to, not taken back"},
      {"refused", "not changed", "not taken back"},
      {"conflict", "not changed: the object is no longer as it was read",
       "not taken back: the object is no longer as that change left it"},
      {"unknown", "cannot tell whether it was changed", "cannot tell whether it was taken back"},
  };
  for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
    if (strcmp(WORDS[i].state, state) == 0)
      return undo ? WORDS[i].undo : WORDS[i].apply;
  return state;
}

static bool is_undo(const json_t *doc)
{
  return strcmp(kcd_doc_str(doc, "mode"), "undo") == 0;
}

static bool is_state(const json_t *object, const char *state)
{
  return strcmp(kcd_doc_str(object, "state"), state) == 0;
}

static bool is_recorded(const json_t *object)
{
  return json_is_string(json_object_get(object, "id"));
}

/* Whether no plan was shown for the object before, which would have said its notes already. */
static bool notes_are_new(const json_t *object)
{
  return !is_recorded(object) && (is_state(object, "refused") || is_state(object, "unchanged"));
}

static void show_notes(const json_t *object, struct kcd_textout *out)
{
  size_t i;
  const json_t *note;
  json_array_foreach(json_object_get(object, "notes"), i, note)
  {
    if (json_is_string(note))
      kcd_out_wrap(out, "  ", json_string_value(note), NULL);
  }
}

/* "CORE2016: ", where it is not plain which object is meant. */
static char *host_prefix(const json_t *object, bool several)
{
  if (!several && !notes_are_new(object))
    return kcd_strdup("");
  KCD_AUTO_CHAR host = kcd_doc_safe_at(object, "host");
  size_t len = strlen(host);
  if (len > 1 && host[len - 1] == '$')
    host[len - 1] = '\0';
  return kcd_asprintf("%s: ", host);
}

/* The record is worth naming where there is something to take back. */
static char *record_suffix(const json_t *doc, const json_t *object)
{
  bool standing = is_state(object, "applied") || is_state(object, "unknown");
  if (is_undo(doc) || !is_recorded(object) || !standing)
    return kcd_strdup("");
  KCD_AUTO_CHAR id = kcd_doc_safe_at(object, "id");
  return kcd_asprintf(", record %s", id);
}

static void show_object(const json_t *doc, const json_t *object, bool several, struct kcd_textout *out)
{
  KCD_AUTO_CHAR host = host_prefix(object, several);
  KCD_AUTO_CHAR record = record_suffix(doc, object);
  KCD_AUTO_CHAR line = kcd_asprintf("%s%s%s", host, words_of(kcd_doc_str(object, "state"), is_undo(doc)), record);
  kcd_out_wrap(out, "", line, kcd_doc_str(json_object_get(object, "error"), "id"));
  if (notes_are_new(object))
    show_notes(object, out);
}

/* What a dry run plans has been shown as a plan; in another run a planned object is one that was not come to. */
static void show_objects(const json_t *doc, struct kcd_textout *out)
{
  const json_t *objects = json_object_get(doc, "objects");
  bool several = json_array_size(objects) > 1;
  bool dry = !kcd_doc_true(doc, "changed");
  size_t i;
  const json_t *object;
  json_array_foreach(objects, i, object)
  {
    if (!dry || !is_state(object, "planned"))
      show_object(doc, object, several, out);
  }
}

void kcd_text_change(const json_t *doc, struct kcd_textout *out)
{
  const json_t *check = json_object_get(doc, "check");
  const json_t *pairs = json_object_get(check, "pairs");
  bool checked = json_array_size(pairs) > 0 || json_object_get(check, "inventory") != NULL;
  if (!out->style->quiet || !checked)
    show_objects(doc, out);
  kcd_text_checked(
      &(struct kcd_check_view){
          .doc = doc, .pairs = pairs, .scenario = json_object_get(check, "scenario"), .after_change = true},
      json_object_get(check, "inventory"), out);
  if (!out->style->quiet) {
    kcd_text_replication(doc, out);
    kcd_text_own_findings(doc, out);
  }
  if (!out->style->quiet)
    kcd_text_next_steps(doc, out);
}
