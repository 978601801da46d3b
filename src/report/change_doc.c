#include <kcdfix/rbcd.h>

#include "doc.h"
#include "document.h"

static void values_after(const struct kcd_object_report *object, struct kcd_values *ret)
{
  for (size_t i = 0; i < object->list_before->n; i++) {
    const struct kcd_bytes *value = &object->list_before->v[i];
    if (object->remove == NULL || kcd_values_find(object->remove, value->data, value->len) < 0)
      kcd_values_add(ret, value->data, value->len);
  }
  if (object->add != NULL)
    kcd_values_copy(ret, object->add);
}

static bool changes_descriptor(const struct kcd_object_report *object)
{
  return object->rbcd_before != NULL && object->rbcd_after != NULL &&
         object->rbcd_before->len + object->rbcd_after->len > 0;
}

static bool changes_list(const struct kcd_object_report *object)
{
  return (object->add != NULL && object->add->n > 0) || (object->remove != NULL && object->remove->n > 0);
}

/* Only the attributes that the change names. */
static json_t *attributes(const struct kcd_object_report *object, uint32_t uac, const struct kcd_values *list,
                          const struct kcd_bytes *rbcd)
{
  json_t *attributes = kcd_doc_object();
  if (object->uac_before != object->uac_after)
    kcd_doc_set(attributes, "userAccountControl", kcd_doc_uint(uac));
  if (changes_list(object) && object->list_before != NULL)
    kcd_doc_set(attributes, "msDS-AllowedToDelegateTo", kcd_doc_values(list));
  if (changes_descriptor(object))
    kcd_doc_set(attributes, KCD_ATTR_RBCD, rbcd->len == 0 ? json_null() : kcd_doc_bytes(rbcd));
  return attributes;
}

static json_t *accepted_of(const struct kcd_object_report *object)
{
  json_t *names = kcd_doc_array();
  for (size_t i = 0; i < object->n_accepted; i++)
    kcd_doc_add(names, kcd_doc_text(object->accepted[i]));
  return names;
}

static json_t *notes_of(const struct kcd_object_report *object)
{
  json_t *notes = kcd_doc_array();
  for (size_t i = 0; i < object->n_notes; i++)
    kcd_doc_add(notes, kcd_doc_text(object->notes[i]));
  return notes;
}

void kcd_report_mode(struct kcd_report *report, const char *mode)
{
  kcd_doc_set(report->doc, "mode", kcd_doc_text(mode));
}

void kcd_report_change(struct kcd_report *report, const char *run, const char *mode, bool changed)
{
  kcd_doc_set(report->doc, "run", kcd_doc_text(run));
  kcd_report_mode(report, mode);
  kcd_doc_set(report->doc, "changed", json_boolean(changed));
}

void kcd_report_object(struct kcd_report *report, const struct kcd_object_report *object)
{
  struct kcd_values after = {0};
  if (object->list_before != NULL)
    values_after(object, &after);
  json_t *entry = kcd_doc_object();
  kcd_doc_set(entry, "host", kcd_doc_text(object->host));
  kcd_doc_set(entry, "dn", kcd_doc_text(object->dn));
  kcd_doc_set(entry, "guid", kcd_doc_guid(object->guid));
  kcd_doc_set(entry, "dc", kcd_doc_text(object->dc));
  kcd_doc_set(entry, "id", kcd_doc_text(object->record_id));
  kcd_doc_set(entry, "state", kcd_doc_text(object->state));
  kcd_doc_set(entry, "before", attributes(object, object->uac_before, object->list_before, object->rbcd_before));
  kcd_doc_set(entry, "after", attributes(object, object->uac_after, &after, object->rbcd_after));
  kcd_doc_set(entry, "added", kcd_doc_values(object->add));
  kcd_doc_set(entry, "removed", kcd_doc_values(object->remove));
  kcd_doc_set(entry, "accepted", accepted_of(object));
  kcd_doc_set(entry, "notes", notes_of(object));
  kcd_doc_set(entry, "error", kcd_doc_error_or_null(object->error));
  kcd_doc_add(json_object_get(report->doc, "objects"), entry);
  kcd_values_done(&after);
  if (object->error != NULL && kcd_error_is_set(object->error))
    kcd_doc_note_error(report->doc, object->error);
}

static json_t *wait_row(const struct kcd_wait_row *row)
{
  json_t *entry = kcd_doc_object();
  kcd_doc_set(entry, "name", kcd_doc_text(row->replica->dc->name));
  kcd_doc_set(entry, "site", kcd_doc_text(row->replica->dc->site));
  kcd_doc_set(entry, "reached", json_boolean(row->replica->reached));
  kcd_doc_set(entry, "shows", json_boolean(row->shows));
  kcd_doc_set(entry, "after", row->shows ? kcd_doc_uint(row->after) : json_null());
  return entry;
}

void kcd_report_wait(struct kcd_report *report, unsigned limit, unsigned waited, const struct kcd_wait_row *rows,
                     size_t n)
{
  json_t *dcs = kcd_doc_array();
  bool complete = true;
  for (size_t i = 0; i < n; i++) {
    kcd_doc_add(dcs, wait_row(&rows[i]));
    complete = complete && rows[i].shows;
  }
  json_t *replication = kcd_doc_object();
  kcd_doc_set(replication, "limit", kcd_doc_uint(limit));
  kcd_doc_set(replication, "waited", kcd_doc_uint(waited));
  kcd_doc_set(replication, "complete", json_boolean(complete));
  kcd_doc_set(replication, "dcs", dcs);
  kcd_doc_set(report->doc, "replication", replication);
}

static void take_errors(json_t *doc, const json_t *other)
{
  json_t *errors = json_object_get(doc, "errors");
  size_t i;
  json_t *error;
  json_array_foreach(json_object_get(other, "errors"), i, error)
  {
    kcd_doc_add(errors, json_incref(error));
  }
}

void kcd_report_check(struct kcd_report *report, struct kcd_report *other)
{
  json_t *check = kcd_doc_object();
  kcd_doc_set(check, "time", json_incref(json_object_get(other->doc, "time")));
  kcd_doc_set(check, "pairs", json_incref(json_object_get(other->doc, "pairs")));
  static const char *const OPTIONAL[] = {"scenario", "inventory"};
  for (size_t i = 0; i < sizeof OPTIONAL / sizeof OPTIONAL[0]; i++) {
    json_t *part = json_object_get(other->doc, OPTIONAL[i]);
    if (part != NULL)
      kcd_doc_set(check, OPTIONAL[i], json_incref(part));
  }
  kcd_doc_set(report->doc, "check", check);
  take_errors(report->doc, other->doc);
  kcd_report_free(other);
}
