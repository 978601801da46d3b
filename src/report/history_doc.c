#include <kcdfix/rbcd.h>

#include "doc.h"
#include "document.h"

static json_t *attributes(const struct kcd_record *record, uint32_t uac, bool after)
{
  json_t *attributes = kcd_doc_object();
  if (record->uac_before != record->uac_after)
    kcd_doc_set(attributes, "userAccountControl", kcd_doc_uint(uac));
  const struct kcd_bytes *rbcd = after ? &record->rbcd_after : &record->rbcd_before;
  if (record->rbcd_after.len > 0)
    kcd_doc_set(attributes, KCD_ATTR_RBCD, rbcd->len == 0 ? json_null() : kcd_doc_bytes(rbcd));
  if (record->list_added.n + record->list_removed.n == 0)
    return attributes;
  json_t *list = kcd_doc_array();
  for (size_t i = 0; i < record->list_before.n; i++) {
    const struct kcd_bytes *value = &record->list_before.v[i];
    if (!after || kcd_values_find(&record->list_removed, value->data, value->len) < 0)
      kcd_doc_add(list, kcd_doc_bytes(value));
  }
  for (size_t i = 0; after && i < record->list_added.n; i++)
    kcd_doc_add(list, kcd_doc_bytes(&record->list_added.v[i]));
  kcd_doc_set(attributes, "msDS-AllowedToDelegateTo", list);
  return attributes;
}

void kcd_report_record(struct kcd_report *report, const struct kcd_record *record)
{
  json_t *entry = kcd_doc_object();
  kcd_doc_set(entry, "id", kcd_doc_text(record->id));
  kcd_doc_set(entry, "run", kcd_doc_text(record->run));
  kcd_doc_set(entry, "state", kcd_doc_text(kcd_record_state_name(record->state)));
  kcd_doc_set(entry, "created", kcd_doc_time(record->created));
  kcd_doc_set(entry, "changed", kcd_doc_time(record->changed));
  kcd_doc_set(entry, "undone", kcd_doc_time(record->undone));
  kcd_doc_set(entry, "by", kcd_doc_text(record->by));
  kcd_doc_set(entry, "uid", kcd_doc_uint(record->uid));
  kcd_doc_set(entry, "reason", kcd_doc_text(record->reason));
  kcd_doc_set(entry, "dc", kcd_doc_text(record->dc));
  kcd_doc_set(entry, "domain", kcd_doc_text(record->domain));
  kcd_doc_set(entry, "host", kcd_doc_text(record->host));
  kcd_doc_set(entry, "dn", kcd_doc_text(record->dn));
  kcd_doc_set(entry, "guid", kcd_doc_guid(record->guid));
  kcd_doc_set(entry, "mode", kcd_doc_text(kcd_mode_name(record->mode)));
  kcd_doc_set(entry, "spns", kcd_doc_texts(record->spns, record->n_spns));
  kcd_doc_set(entry, "before", attributes(record, record->uac_before, false));
  kcd_doc_set(entry, "after", attributes(record, record->uac_after, true));
  kcd_doc_set(entry, "added", kcd_doc_values(&record->list_added));
  kcd_doc_set(entry, "removed", kcd_doc_values(&record->list_removed));
  kcd_doc_set(entry, "accepted", kcd_doc_values(&record->rbcd_added));
  kcd_doc_set(entry, "rbcd_ours", json_boolean(record->rbcd_ours));
  kcd_doc_set(entry, "list_ours", json_boolean(record->list_ours));
  kcd_doc_set(entry, "uac_ours", json_boolean(record->uac_ours));
  kcd_doc_add(json_object_get(report->doc, "records"), entry);
}

void kcd_report_unreadable_record(struct kcd_report *report, const char *file, const struct kcd_error *err)
{
  json_t *entry = kcd_doc_object();
  kcd_doc_set(entry, "file", kcd_doc_text(file));
  kcd_doc_set(entry, "error", kcd_doc_error(err));
  kcd_doc_add(json_object_get(report->doc, "unreadable"), entry);
  kcd_doc_note_error(report->doc, err);
}
