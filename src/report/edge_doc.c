/* The document of an audit, and its edges. */
#include <errno.h>
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "edges.h"
#include "stream.h"

static json_t *sid_text(const struct kcd_sid *sid)
{
  char text[KCD_SID_TEXT_MAX];
  return sid == NULL || sid->revision == 0 ? json_null() : kcd_doc_text(kcd_sid_text(sid, text));
}

static json_t *enabled(const struct kcd_account *account)
{
  return account == NULL || !account->has_uac ? json_null() : json_boolean(kcd_account_is_enabled(account));
}

static void set_source(json_t *object, const struct kcd_edge *edge)
{
  const struct kcd_account *source = edge->source;
  KCD_AUTO_CHAR name = kcd_edge_source_name(edge);
  kcd_doc_set(object, "source", kcd_doc_text(name));
  kcd_doc_set(object, "source_dn", source == NULL ? json_null() : kcd_doc_text(source->dn));
  kcd_doc_set(object, "source_sid", sid_text(source != NULL ? &source->sid : edge->source_sid));
  kcd_doc_set(object, "source_kind", source == NULL ? json_null() : kcd_doc_text(kcd_account_kind_name(source->kind)));
  kcd_doc_set(object, "source_enabled", enabled(source));
}

static json_t *roles_of(unsigned roles)
{
  json_t *array = kcd_doc_array();
  for (int role = 0; role < KCD_ROLES; role++)
    if ((roles & KCD_ROLE_BIT(role)) != 0)
      kcd_doc_add(array, kcd_doc_text(kcd_role_name((enum kcd_role)role)));
  return array;
}

static json_t *owners_of(const struct kcd_edge *edge)
{
  json_t *array = kcd_doc_array();
  for (size_t i = 0; edge->type == KCD_EDGE_CONSTRAINED && i < edge->n_owners; i++)
    kcd_doc_add(array, kcd_doc_text(edge->owners[i]->sam_account_name));
  return array;
}

static void set_target(json_t *object, const struct kcd_edge *edge)
{
  const struct kcd_account *target = edge->target;
  kcd_doc_set(object, "target", kcd_doc_text(target == NULL ? NULL : target->sam_account_name));
  kcd_doc_set(object, "target_dn", kcd_doc_text(target == NULL ? NULL : target->dn));
  kcd_doc_set(object, "target_sid", sid_text(target == NULL ? NULL : &target->sid));
  kcd_doc_set(object, "target_enabled", enabled(target));
  kcd_doc_set(object, "target_system", kcd_doc_text(target == NULL ? NULL : target->operating_system));
  kcd_doc_set(object, "target_roles", roles_of(edge->roles));
  kcd_doc_set(object, "owners", owners_of(edge));
}

static json_t *edge_object(const struct kcd_edge *edge)
{
  json_t *object = kcd_doc_object();
  json_t *ids = kcd_doc_array();
  for (size_t i = 0; i < edge->n_findings; i++)
    kcd_doc_add(ids, kcd_doc_text(kcd_finding_info(edge->findings[i])->id));
  set_source(object, edge);
  kcd_doc_set(object, "type", kcd_doc_text(kcd_edge_type_name(edge->type)));
  kcd_doc_set(object, "protocol_transition", kcd_doc_tri(edge->transition));
  kcd_doc_set(object, "spn", edge->spn == NULL ? json_null() : kcd_doc_bytes(edge->spn));
  set_target(object, edge);
  kcd_doc_set(object, "user_exposure", kcd_doc_text(kcd_exposure_name(edge->exposure)));
  kcd_doc_set(object, "without_effect", kcd_doc_text(edge->without_effect));
  kcd_doc_set(object, "finding_ids", ids);
  return object;
}

void kcd_report_edges(struct kcd_report *report, FILE *spool)
{
  report->edges = spool;
}

int kcd_report_edge(struct kcd_report *report, const struct kcd_edge *edge, struct kcd_error *err)
{
  json_t *object = edge_object(edge);
  KCD_AUTO_CHAR line = kcd_doc_dump(object, JSON_COMPACT | JSON_ENSURE_ASCII);
  json_decref(object);
  if (fputs(line, report->edges) == EOF || fputc('\n', report->edges) == EOF)
    return kcd_fail_errno(err, KCD_E_IO, errno, "the temporary file for the rows cannot be written");
  return 0;
}

/* ---- the document ---- */

static json_t *counts_of(const struct kcd_audit_counts *counts)
{
  const struct {
    const char *key;
    size_t n;
  } all[] = {{"accounts", counts->accounts},
             {"without_effect", counts->without_effect},
             {"edges", counts->edges},
             {"constrained", counts->constrained},
             {"protocol_transition", counts->transition},
             {"unconstrained", counts->unconstrained},
             {"resource_based", counts->resource_based},
             {"privileged", counts->privileged},
             {"exposed", counts->exposed},
             {"unread", counts->unread},
             {"findings_omitted", counts->omitted}};
  json_t *object = kcd_doc_object();
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    kcd_doc_set(object, all[i].key, kcd_doc_uint(all[i].n));
  return object;
}

void kcd_report_audit(struct kcd_report *report, const struct kcd_audit *audit, const struct kcd_findings *findings)
{
  for (size_t i = 0; i < findings->n; i++)
    kcd_report_finding(report, &findings->v[i]);
  kcd_doc_set(report->doc, "counts", counts_of(kcd_audit_counts(audit)));
  kcd_doc_set(report->doc, "unread", kcd_doc_values(kcd_audit_unread_objects(audit)));
}

void kcd_report_limit(struct kcd_report *report, const char *text)
{
  kcd_doc_add(json_object_get(report->doc, "limits"), kcd_doc_text(text));
}

/* ---- reading the rows back ---- */

int kcd_edges_each(FILE *spool, kcd_edge_fn *fn, void *data, struct kcd_error *err)
{
  KCD_AUTO_CHAR line = NULL;
  size_t size = 0;
  if (spool == NULL)
    return 0;
  rewind(spool);
  while (getline(&line, &size, spool) > 0) {
    json_t *edge = json_loads(line, 0, NULL);
    if (edge != NULL)
      fn(data, edge);
    json_decref(edge);
  }
  return ferror(spool) ? kcd_fail_errno(err, KCD_E_IO, errno, "the temporary file of the rows cannot be read") : 0;
}

/* The document, and the rows in it, one a line, as its last key. */
int kcd_edges_json(const json_t *doc, FILE *spool, FILE *out, struct kcd_error *err)
{
  KCD_AUTO_CHAR text = kcd_doc_dump(doc, JSON_INDENT(2) | JSON_ENSURE_ASCII);
  KCD_AUTO_CHAR line = NULL;
  size_t size = 0;
  ssize_t len;
  const char *before = "\n    ";
  errno = 0;
  fprintf(out, "%.*s,\n  \"edges\": [", (int)(strlen(text) - strlen("\n}")), text);
  if (spool != NULL)
    rewind(spool);
  while (spool != NULL && (len = getline(&line, &size, spool)) > 0) {
    fputs(before, out);
    fwrite(line, 1, (size_t)len - 1, out); /* without its line break */
    before = ",\n    ";
  }
  if (spool != NULL && ferror(spool))
    return kcd_fail_errno(err, KCD_E_IO, errno, "the temporary file of the rows cannot be read");
  return kcd_stream_write(out, before[0] == ',' ? "\n  ]\n}\n" : "]\n}\n", err);
}
