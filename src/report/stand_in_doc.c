/* Temporary accounts in the documents: those that a run made, those that are recorded, and rehearsals. */
#include "doc.h"
#include "document.h"

void kcd_report_stand_in(struct kcd_report *report, const struct kcd_stand_in_record *record, bool dynamic,
                         const char *end)
{
  json_t *entry = kcd_doc_object();
  kcd_doc_set(entry, "name", kcd_doc_text(record->name));
  kcd_doc_set(entry, "dn", kcd_doc_text(record->dn));
  kcd_doc_set(entry, "guid", record->has_guid ? kcd_doc_guid(record->guid) : json_null());
  kcd_doc_set(entry, "host", kcd_doc_text(record->host));
  kcd_doc_set(entry, "dc", kcd_doc_text(record->dc));
  kcd_doc_set(entry, "record", kcd_doc_text(record->id));
  kcd_doc_set(entry, "purpose", kcd_doc_text(record->purpose));
  kcd_doc_set(entry, "dynamic", json_boolean(dynamic));
  kcd_doc_set(entry, "end", kcd_doc_text(end));
  kcd_doc_add(json_object_get(report->doc, "stand_ins"), entry);
}

void kcd_report_stand_in_record(struct kcd_report *report, const struct kcd_stand_in_record *record, const char *state,
                                const struct kcd_error *why)
{
  json_t *entry = kcd_doc_object();
  kcd_doc_set(entry, "name", kcd_doc_text(record->name));
  kcd_doc_set(entry, "dn", kcd_doc_text(record->dn));
  kcd_doc_set(entry, "guid", record->has_guid ? kcd_doc_guid(record->guid) : json_null());
  kcd_doc_set(entry, "dc", kcd_doc_text(record->dc));
  kcd_doc_set(entry, "state", kcd_doc_text(state == NULL ? kcd_stand_in_state_name(record->state) : state));
  kcd_doc_set(entry, "why", why == NULL || !kcd_error_is_set(why) ? json_null() : kcd_doc_text(why->message));
  kcd_doc_set(entry, "record", kcd_doc_text(record->id));
  kcd_doc_set(entry, "recorded", kcd_doc_text(kcd_stand_in_state_name(record->state)));
  kcd_doc_set(entry, "created", kcd_doc_time(record->created));
  kcd_doc_set(entry, "closed", kcd_doc_time(record->closed));
  kcd_doc_set(entry, "purpose", kcd_doc_text(record->purpose));
  kcd_doc_set(entry, "host", kcd_doc_text(record->host));
  kcd_doc_set(entry, "by", kcd_doc_text(record->by));
  kcd_doc_set(entry, "uid", kcd_doc_uint(record->uid));
  kcd_doc_set(entry, "reason", kcd_doc_text(record->reason));
  kcd_doc_set(entry, "domain", kcd_doc_text(record->domain));
  kcd_doc_add(json_object_get(report->doc, "stand_ins"), entry);
}

void kcd_report_marked_account(struct kcd_report *report, const struct kcd_stand_in_found *found, const char *dc,
                               const char *state, const char *why)
{
  json_t *entry = kcd_doc_object();
  kcd_doc_set(entry, "name", kcd_doc_text(found->name));
  kcd_doc_set(entry, "dn", kcd_doc_text(found->dn));
  kcd_doc_set(entry, "guid", kcd_doc_guid(found->guid));
  kcd_doc_set(entry, "dc", kcd_doc_text(dc));
  kcd_doc_set(entry, "state", kcd_doc_text(state));
  kcd_doc_set(entry, "why", kcd_doc_text(why));
  kcd_doc_set(entry, "record", json_null());
  kcd_doc_set(entry, "created", kcd_doc_time(found->created));
  kcd_doc_set(entry, "description", kcd_doc_text(found->description));
  kcd_doc_add(json_object_get(report->doc, "stand_ins"), entry);
}

json_t *kcd_doc_limits(const struct kcd_stand_in_limits *limits)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "covers", json_boolean(limits->covers));
  kcd_doc_set(object, "limits", kcd_doc_texts(limits->sentences, limits->n));
  return object;
}

static json_t *rehearsed(const struct kcd_observation *observation)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "s4u2self", kcd_doc_answer(&observation->s4u2self));
  kcd_doc_set(object, "s4u2proxy", kcd_doc_answer(&observation->s4u2proxy));
  return object;
}

void kcd_report_rehearsal(struct kcd_report *report, const struct kcd_rehearsal *rehearsal)
{
  json_t *pairs = kcd_doc_array();
  for (size_t i = 0; i < rehearsal->n_pairs; i++) {
    json_t *pair = kcd_doc_object();
    kcd_doc_set(pair, "spn", kcd_doc_text(rehearsal->pairs[i].spn));
    kcd_doc_set(pair, "before", rehearsed(rehearsal->pairs[i].before));
    kcd_doc_set(pair, "after", rehearsed(rehearsal->pairs[i].after));
    kcd_doc_add(pairs, pair);
  }
  json_t *entry = kcd_doc_object();
  kcd_doc_set(entry, "hosts", kcd_doc_texts(rehearsal->hosts, rehearsal->n_hosts));
  kcd_doc_set(entry, "dc", kcd_doc_text(rehearsal->dc));
  kcd_doc_set(entry, "user", kcd_doc_text(rehearsal->user));
  kcd_doc_set(entry, "before_account", kcd_doc_text(rehearsal->before_name));
  kcd_doc_set(entry, "after_account", kcd_doc_text(rehearsal->after_name));
  kcd_doc_set(entry, "proved", json_boolean(rehearsal->proved));
  kcd_doc_set(entry, "limits", kcd_doc_texts(rehearsal->limits, rehearsal->n_limits));
  kcd_doc_set(entry, "pairs", pairs);
  kcd_doc_add(json_object_get(report->doc, "rehearsals"), entry);
}
