#include "doc.h"
#include "document.h"

static json_t *inventory_of(struct kcd_report *report)
{
  return json_object_get(report->doc, "inventory");
}

void kcd_report_inventory(struct kcd_report *report, const char *file)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "file", kcd_doc_text(file));
  kcd_doc_set(object, "groups", kcd_doc_array());
  kcd_doc_set(object, "hosts", kcd_doc_array());
  kcd_doc_set(object, "command", json_null());
  kcd_doc_set(report->doc, "inventory", object);
}

void kcd_report_inventory_fix(struct kcd_report *report, const char *command)
{
  kcd_doc_set(inventory_of(report), "command", kcd_doc_text(command));
}

void kcd_report_group_begin(struct kcd_report *report)
{
  report->group_start = json_array_size(json_object_get(report->doc, "pairs"));
}

/* The scenario was reported as that of the whole document. */
static json_t *take_scenario(json_t *doc)
{
  json_t *scenario = json_object_get(doc, "scenario");
  if (scenario == NULL)
    return json_null();
  json_incref(scenario);
  json_object_del(doc, "scenario");
  return scenario;
}

void kcd_report_group_end(struct kcd_report *report, const struct kcd_group_report *group)
{
  json_t *object = kcd_doc_object();
  const size_t shown = json_array_size(json_object_get(report->doc, "pairs")) - report->group_start;
  kcd_doc_set(object, "name", kcd_doc_text(group->name));
  kcd_doc_set(object, "scenario", kcd_doc_text_or_null(kcd_scenario_name(group->scenario)));
  kcd_doc_set(object, "mode", kcd_doc_text(kcd_mode_name(group->mode)));
  kcd_doc_set(object, "hosts", kcd_doc_uint(group->hosts));
  kcd_doc_set(object, "pairs", kcd_doc_uint(group->pairs));
  kcd_doc_set(object, "failing", kcd_doc_uint(group->failing));
  kcd_doc_set(object, "unknown", kcd_doc_uint(group->unknown));
  kcd_doc_set(object, "failing_hosts", kcd_doc_uint(group->failing_hosts));
  kcd_doc_set(object, "first_pair", kcd_doc_uint(report->group_start));
  kcd_doc_set(object, "shown_pairs", kcd_doc_uint(shown));
  kcd_doc_set(object, "matrix", take_scenario(report->doc));
  kcd_doc_add(json_object_get(inventory_of(report), "groups"), object);
}

void kcd_report_inventory_host(struct kcd_report *report, const struct kcd_need *need, const struct kcd_beyond *beyond)
{
  const struct kcd_account *account = need->host;
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "host", kcd_doc_text(account->sam_account_name));
  kcd_doc_set(object, "dn", kcd_doc_text(account->dn));
  kcd_doc_set(object, "mode", kcd_doc_text(kcd_mode_name(need->mode)));
  kcd_doc_set(object, "listed", kcd_doc_uint(account->delegate_to.n));
  kcd_doc_set(object, "beyond_need", kcd_doc_values(&beyond->prunable));
  kcd_doc_set(object, "not_managed", kcd_doc_values(&beyond->kept));
  kcd_doc_set(object, "transition_beyond_need", json_boolean(beyond->transition));
  kcd_doc_add(json_object_get(inventory_of(report), "hosts"), object);
}
