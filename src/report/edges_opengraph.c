/* The edges of an audit for BloodHound, as OpenGraph (SpecterOps, docs/opengraph/developer/schema). An object is known
 * by its SID, so that what is here joins what SharpHound has collected; every edge leads from the account that may act
 * to where it may. Kinds are of our own, and properties are flat. */
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "edges.h"
#include "seen.h"
#include "stream.h"

struct graph {
  FILE *out;
  struct kcd_seen nodes;
  const char *between;
  char *domain;     /* in capitals: before the SIDs that are the same everywhere */
  char *domain_sid; /* NULL until an edge shows it */
};

/* The SID of the domain out of that of an account; owned; NULL where it is no SID of a domain. */
static char *domain_of(const char *sid)
{
  const char *rid = strrchr(sid, '-');
  return kcd_starts_nocase(sid, "S-1-5-21-") && rid != NULL ? kcd_strndup(sid, (size_t)(rid - sid)) : NULL;
}

/* As BloodHound has them: S-1-5-11 is another object in every domain. Owned. */
static char *id_of_sid(const struct graph *graph, const char *sid)
{
  if (kcd_starts_nocase(sid, "S-1-5-21-"))
    return kcd_strdup(sid);
  return kcd_asprintf("%s-%s", graph->domain, sid);
}

static char *source_id(const struct graph *graph, const json_t *edge)
{
  const char *sid = kcd_doc_str(edge, "source_sid");
  return sid[0] != '\0' ? id_of_sid(graph, sid) : kcd_strdup("KCDFIX-UNREADABLE-DESCRIPTOR");
}

static bool is_of_type(const json_t *edge, const char *type)
{
  return strcmp(kcd_doc_str(edge, "type"), type) == 0;
}

/* Unconstrained delegation reaches the whole domain. A name that nobody owns is an object of its own. */
static char *target_id(const struct graph *graph, const json_t *edge)
{
  const char *sid = kcd_doc_str(edge, "target_sid");
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(edge, "spn");
  if (sid[0] != '\0')
    return id_of_sid(graph, sid);
  if (is_of_type(edge, "unconstrained") && graph->domain_sid != NULL)
    return kcd_strdup(graph->domain_sid);
  return kcd_asprintf("KCDFIX-NAME-%s-%s", graph->domain, spn);
}

static void write_item(struct graph *graph, json_t *item)
{
  KCD_AUTO_CHAR text = kcd_doc_dump(item, JSON_COMPACT | JSON_ENSURE_ASCII);
  json_decref(item);
  fprintf(graph->out, "%s%s", graph->between, text);
  graph->between = ",\n";
}

static json_t *kinds_of(const char *kind)
{
  json_t *kinds = kcd_doc_array();
  kcd_doc_add(kinds, kcd_doc_text(kind));
  return kinds;
}

static void write_node(struct graph *graph, const char *id, const char *kind, json_t *properties)
{
  if (kcd_seen_before(&graph->nodes, id)) {
    json_decref(properties);
    return;
  }
  json_t *node = kcd_doc_object();
  kcd_doc_set(node, "id", kcd_doc_text(id));
  kcd_doc_set(node, "kinds", kinds_of(kind));
  kcd_doc_set(node, "properties", properties);
  write_item(graph, node);
}

/* Only what is known: a property has no null. */
static void copy(json_t *properties, const char *key, const json_t *edge, const char *from)
{
  json_t *value = json_object_get(edge, from);
  if (json_is_object(value)) {
    KCD_AUTO_CHAR safe = kcd_doc_safe(value);
    kcd_doc_set(properties, key, kcd_doc_text(safe));
  } else if (value != NULL && !json_is_null(value)) {
    kcd_doc_set(properties, key, json_incref(value));
  }
}

static void write_source(void *data, const json_t *edge)
{
  struct graph *graph = data;
  KCD_AUTO_CHAR id = source_id(graph, edge);
  json_t *properties = kcd_doc_object();
  copy(properties, "name", edge, "source");
  copy(properties, "distinguishedname", edge, "source_dn");
  copy(properties, "enabled", edge, "source_enabled");
  write_node(graph, id, "KCDFix_Account", properties);
}

static void write_target(void *data, const json_t *edge)
{
  struct graph *graph = data;
  KCD_AUTO_CHAR id = target_id(graph, edge);
  KCD_AUTO_CHAR roles = kcd_doc_safe_at(edge, "target_roles");
  const bool owned = !json_is_null(json_object_get(edge, "target"));
  const bool anywhere = is_of_type(edge, "unconstrained");
  json_t *properties = kcd_doc_object();
  if (owned) {
    copy(properties, "name", edge, "target");
    copy(properties, "distinguishedname", edge, "target_dn");
    copy(properties, "enabled", edge, "target_enabled");
    kcd_doc_set(properties, "roles", kcd_doc_text(roles));
  } else if (anywhere) {
    kcd_doc_set(properties, "name", kcd_doc_text(graph->domain));
  } else {
    copy(properties, "name", edge, "spn");
  }
  write_node(graph, id, owned ? "KCDFix_Account" : anywhere ? "KCDFix_Domain" : "KCDFix_UnownedName", properties);
}

static const char *kind_of_edge(const json_t *edge)
{
  if (is_of_type(edge, "unconstrained"))
    return "KCDFix_DelegatesToAny";
  if (is_of_type(edge, "resource-based"))
    return "KCDFix_RbcdFrom";
  return kcd_doc_true(edge, "protocol_transition") ? "KCDFix_DelegatesToPT" : "KCDFix_DelegatesTo";
}

static json_t *end_of(const char *id)
{
  json_t *end = kcd_doc_object();
  kcd_doc_set(end, "match_by", json_string("id"));
  kcd_doc_set(end, "value", kcd_doc_text(id));
  return end;
}

static void write_edge(void *data, const json_t *edge)
{
  struct graph *graph = data;
  KCD_AUTO_CHAR from = source_id(graph, edge);
  KCD_AUTO_CHAR to = target_id(graph, edge);
  KCD_AUTO_CHAR ids = kcd_doc_safe_at(edge, "finding_ids");
  json_t *properties = kcd_doc_object();
  copy(properties, "spn", edge, "spn");
  copy(properties, "user_exposure", edge, "user_exposure");
  copy(properties, "without_effect", edge, "without_effect");
  kcd_doc_set(properties, "finding_ids", kcd_doc_text(ids));
  json_t *item = kcd_doc_object();
  kcd_doc_set(item, "kind", json_string(kind_of_edge(edge)));
  kcd_doc_set(item, "start", end_of(from));
  kcd_doc_set(item, "end", end_of(to));
  kcd_doc_set(item, "properties", properties);
  write_item(graph, item);
}

static void learn_domain(void *data, const json_t *edge)
{
  struct graph *graph = data;
  if (graph->domain_sid == NULL && json_is_string(json_object_get(edge, "source_dn")))
    graph->domain_sid = domain_of(kcd_doc_str(edge, "source_sid"));
}

static int write_all(struct graph *graph, FILE *spool, struct kcd_error *err)
{
  if (kcd_edges_each(spool, learn_domain, graph, err) != 0)
    return -1;
  fputs("{\"metadata\":{\"source_kind\":\"KCDFix\"},\"graph\":{\"nodes\":[", graph->out);
  graph->between = "\n";
  if (kcd_edges_each(spool, write_target, graph, err) != 0 || kcd_edges_each(spool, write_source, graph, err) != 0)
    return -1;
  fputs("\n],\"edges\":[", graph->out);
  graph->between = "\n";
  if (kcd_edges_each(spool, write_edge, graph, err) != 0)
    return -1;
  fputs("\n]}}\n", graph->out);
  return kcd_stream_end(graph->out, err);
}

int kcd_edges_opengraph(const json_t *doc, FILE *spool, FILE *out, struct kcd_error *err)
{
  KCD_AUTO_CHAR domain = kcd_doc_safe_at(doc, "domain");
  struct graph graph = {.out = out, .domain = kcd_upper(domain)};
  const int rc = write_all(&graph, spool, err);
  kcd_seen_done(&graph.nodes);
  kcd_free_charp(&graph.domain);
  kcd_free_charp(&graph.domain_sid);
  return rc;
}
