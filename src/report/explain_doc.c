#include "doc.h"
#include "document.h"

static const char *kind_name(enum kcd_symptom_kind kind)
{
  static const char *const names[] = {
      [KCD_SYMPTOM_EVENT] = "event", [KCD_SYMPTOM_HRESULT] = "hresult", [KCD_SYMPTOM_NTSTATUS] = "ntstatus",
      [KCD_SYMPTOM_KDC] = "kdc",     [KCD_SYMPTOM_KRB5] = "krb5",       [KCD_SYMPTOM_WORDS] = "words"};
  return names[kind];
}

static json_t *symptom_id(const struct kcd_symptom *symptom)
{
  KCD_AUTO_CHAR id = kcd_symptom_id(symptom);
  return kcd_doc_text(id);
}

static json_t *code_of(const struct kcd_symptom *symptom)
{
  if (symptom == NULL || symptom->kind == KCD_SYMPTOM_WORDS)
    return json_null();
  json_t *code = kcd_doc_object();
  kcd_doc_set(code, "value", kcd_doc_int(symptom->number));
  kcd_doc_set(code, "name", kcd_doc_text(kcd_symptom_name(symptom)));
  return code;
}

static json_t *causes_of(const struct kcd_explained *explained)
{
  json_t *causes = kcd_doc_array();
  for (size_t i = 0; i < explained->n_causes; i++) {
    json_t *ids = kcd_doc_array();
    for (const enum kcd_finding_id *id = explained->causes[i].ids; *id != KCD_FINDINGS; id++)
      kcd_doc_add(ids, kcd_doc_text(kcd_finding_info(*id)->id));
    json_t *cause = kcd_doc_object();
    kcd_doc_set(cause, "message", kcd_doc_text(explained->causes[i].text));
    kcd_doc_set(cause, "findings", ids);
    kcd_doc_add(causes, cause);
  }
  return causes;
}

static json_t *next_of(const struct kcd_explained *explained)
{
  if (explained->next == NULL)
    return json_null();
  json_t *next = kcd_doc_object();
  kcd_doc_set(next, "command", kcd_doc_text(explained->next_is_run ? explained->next : NULL));
  kcd_doc_set(next, "message", kcd_doc_text(explained->next_is_run ? NULL : explained->next));
  kcd_doc_set(next, "on_host", json_boolean(explained->on_host));
  kcd_doc_set(next, "blanks", kcd_doc_text(explained->blanks));
  return next;
}

static json_t *explained_doc(const struct kcd_explained *explained)
{
  const struct kcd_symptom *symptom = explained->symptom;
  json_t *with = kcd_doc_array();
  for (size_t i = 0; i < explained->n_with; i++)
    kcd_doc_add(with, symptom_id(explained->with[i]));
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "id",
              symptom != NULL ? symptom_id(symptom) : kcd_doc_text(kcd_finding_info(explained->finding)->id));
  kcd_doc_set(object, "kind", kcd_doc_text(symptom != NULL ? kind_name(symptom->kind) : "finding"));
  kcd_doc_set(object, "code", code_of(symptom));
  kcd_doc_set(object, "with", with);
  kcd_doc_set(object, "label", kcd_doc_text(explained->label));
  kcd_doc_set(object, "message", kcd_doc_text(explained->means));
  kcd_doc_set(object, "delegation", kcd_doc_text(kcd_is_delegation_name(explained->delegation)));
  kcd_doc_set(object, "tell", kcd_doc_text(explained->tell));
  kcd_doc_set(object, "causes", causes_of(explained));
  kcd_doc_set(object, "note", kcd_doc_text(explained->note));
  kcd_doc_set(object, "next", next_of(explained));
  kcd_doc_set(object, "source", kcd_doc_text(explained->source));
  return object;
}

static json_t *names_of(const struct kcd_names *names)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "user", kcd_doc_text(names->user));
  kcd_doc_set(object, "host", kcd_doc_text(names->host));
  kcd_doc_set(object, "path", kcd_doc_text(names->share));
  kcd_doc_set(object, "path_is_local", json_boolean(names->local_path));
  kcd_doc_set(object, "server", kcd_doc_text(names->server));
  kcd_doc_set(object, "spn", kcd_doc_text(names->spn));
  kcd_doc_set(object, "source", kcd_doc_text(names->source));
  kcd_doc_set(object, "destination", kcd_doc_text(names->destination));
  return object;
}

void kcd_report_explanation(struct kcd_report *report, const struct kcd_explanation *explanation)
{
  json_t *doc = report->doc;
  for (size_t i = 0; i < explanation->n; i++)
    kcd_doc_add(json_object_get(doc, "symptoms"), explained_doc(&explanation->v[i]));
  for (size_t i = 0; i < explanation->n_nearest; i++) {
    json_t *nearest = kcd_doc_object();
    kcd_doc_set(nearest, "key", kcd_doc_text(explanation->nearest[i].key));
    kcd_doc_set(nearest, "message", kcd_doc_text(explanation->nearest[i].means));
    kcd_doc_add(json_object_get(doc, "nearest"), nearest);
  }
  kcd_doc_set(doc, "more", kcd_doc_uint(explanation->n_more));
  kcd_doc_set(doc, "names", names_of(&explanation->names));
  kcd_doc_set(doc, "known_as", kcd_doc_text(explanation->known_as));
  kcd_doc_set(doc, "background", kcd_doc_text(kcd_explain_background));
  kcd_doc_set(doc, "security", kcd_doc_text(kcd_explain_security));
  kcd_doc_set(doc, "sources", kcd_doc_text(kcd_explain_sources));
}
