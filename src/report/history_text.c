#include <string.h>

#include <kcdfix/uac.h>

#include "doc.h"
#include "document.h"
#include "table.h"

#define ACCEPTED_NAMED 8

/* "2 services listed, 1 service taken off"; owned. */
static char *list_words(size_t added, size_t removed)
{
  KCD_AUTO_CHAR listed = kcd_text_count(added, "service listed", "services listed");
  KCD_AUTO_CHAR off = kcd_text_count(removed, "service taken off", "services taken off");
  return kcd_asprintf("%s%s%s", added == 0 ? "" : listed, added > 0 && removed > 0 ? ", " : "",
                      removed == 0 ? "" : off);
}

/* "2 services listed, any authentication protocol", "accepts HV6$ (resource-based)" */
static char *change_words(const json_t *record)
{
  const json_t *accepted = json_object_get(record, "accepted");
  if (json_array_size(accepted) > 0) {
    KCD_AUTO_CHAR names = kcd_text_list(accepted, ACCEPTED_NAMED);
    return kcd_asprintf("accepts %s (resource-based)", names);
  }
  size_t added = json_array_size(json_object_get(record, "added"));
  const json_t *uac = json_object_get(json_object_get(record, "after"), "userAccountControl");
  size_t removed = json_array_size(json_object_get(record, "removed"));
  KCD_AUTO_CHAR listed = list_words(added, removed);
  bool any = ((uint64_t)json_integer_value(uac) & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0;
  return kcd_asprintf("%s%s%s", listed, added + removed > 0 && uac != NULL ? ", " : "",
                      uac == NULL ? ""
                      : any       ? "any authentication protocol"
                                  : "Kerberos only");
}

/* What an administrator has to know before undo; the plain case, made and standing, needs no words. */
static char *state_words(const json_t *record)
{
  static const struct {
    const char *state, *words;
  } WORDS[] = {
      {"planned", "cut off: undo finds out"},     {"already", "was there already"},
      {"refused", "refused, nothing changed"},    {"conflict", "conflict, nothing changed"},
      {"unknown", "answer lost: undo finds out"}, {"undoing", "undo was cut off"},
  };
  const char *state = kcd_doc_str(record, "state");
  if (strcmp(state, "undone") == 0)
    return kcd_asprintf("   (taken back %.10s)", kcd_doc_str(record, "undone"));
  for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
    if (strcmp(state, WORDS[i].state) == 0)
      return kcd_asprintf("   (%s)", WORDS[i].words);
  return kcd_strdup("");
}

static void add_record(struct kcd_table *table, const json_t *record)
{
  KCD_AUTO_CHAR id = kcd_doc_safe_at(record, "id");
  KCD_AUTO_CHAR by = kcd_doc_safe_at(record, "by");
  KCD_AUTO_CHAR dc = kcd_doc_safe_at(record, "dc");
  KCD_AUTO_CHAR host = kcd_doc_safe_at(record, "host");
  KCD_AUTO_CHAR change = change_words(record);
  KCD_AUTO_CHAR state = state_words(record);
  KCD_AUTO_CHAR what = kcd_asprintf("%s: %s%s", host, change, state);
  kcd_table_row(table, (const char *const[]){id, by, dc, what});
}

/* One line a record, whatever the width: so that it can be searched. */
static void show_records(const json_t *records, struct kcd_textout *out)
{
  KCD_AUTO(kcd_table) table = kcd_table_new(4);
  size_t i;
  const json_t *record;
  json_array_foreach(records, i, record)
  {
    add_record(table, record);
  }
  kcd_table_write(table, 0, out);
}

void kcd_text_history(const json_t *doc, struct kcd_textout *out)
{
  const json_t *records = json_object_get(doc, "records");
  const json_t *unreadable = json_object_get(doc, "unreadable");
  if (json_array_size(records) > 0)
    show_records(records, out);
  kcd_text_history_stand_ins(doc, out);
  size_t i;
  const json_t *entry;
  json_array_foreach(unreadable, i, entry)
  {
    const json_t *error = json_object_get(entry, "error");
    KCD_AUTO_CHAR file = kcd_doc_safe_at(entry, "file");
    KCD_AUTO_CHAR text = kcd_asprintf("%s: cannot be used: %s", file, kcd_doc_str(error, "message"));
    kcd_out_wrap(out, "", text, kcd_doc_str(error, "id"));
  }
  /* Errors include those of unreadable records: then it is not known that there is none. */
  bool any = json_array_size(records) > 0 || json_array_size(json_object_get(doc, "stand_ins")) > 0;
  if (!any && json_array_size(json_object_get(doc, "errors")) == 0)
    kcd_out_line(out, "no change is recorded");
}
