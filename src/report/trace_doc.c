/* A network trace as a document. */
#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"

#define MICROSECONDS 1000000

static json_t *time_of(int64_t when)
{
  return kcd_doc_time((time_t)(when / MICROSECONDS));
}

static json_t *address_of(const struct kcd_address *address)
{
  char text[KCD_ADDRESS_TEXT_MAX];
  return address->len == 0 ? json_null() : kcd_doc_text(kcd_address_text(address, text));
}

static json_t *enctypes_of(const int32_t *etypes, size_t n)
{
  json_t *array = kcd_doc_array();
  char name[16];
  for (size_t i = 0; i < n; i++)
    kcd_doc_add(array, kcd_doc_text(kcd_enctype_name(etypes[i], name)));
  return array;
}

static json_t *options_of(uint32_t options)
{
  KCD_AUTO_CHAR names = kcd_kdc_options_names(options);
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "value", kcd_doc_uint(options));
  kcd_doc_set(object, "names", kcd_doc_text(names));
  return object;
}

/* What is in the clear of an answer: whether its ticket is forwardable is not. */
static json_t *answer_of(const struct kcd_trace_step *step)
{
  json_t *answer = kcd_doc_answer(&step->answer);
  json_object_del(answer, "forwardable");
  json_object_del(answer, "client_code");
  KCD_AUTO_CHAR reason = step->reason != NULL ? kcd_safe(step->reason) : NULL;
  kcd_doc_set(answer, "text", kcd_doc_text(reason));
  char name[16];
  bool ticket = step->answer.outcome == KCD_TICKET && step->ticket_enctype != 0;
  kcd_doc_set(answer, "enctype", ticket ? kcd_doc_text(kcd_enctype_name(step->ticket_enctype, name)) : json_null());
  return answer;
}

json_t *kcd_doc_trace_step(const struct kcd_trace_step *step)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "kind", kcd_doc_text(kcd_step_kind_name(step->kind)));
  kcd_doc_set(object, "time", time_of(step->when));
  kcd_doc_set(object, "microseconds", kcd_doc_int(step->when % MICROSECONDS));
  kcd_doc_set(object, "took", step->answered == 0 ? json_null() : kcd_doc_int(step->answered - step->when));
  kcd_doc_set(object, "client", address_of(&step->client.address));
  kcd_doc_set(object, "kdc", address_of(&step->kdc.address));
  kcd_doc_set(object, "transport", kcd_doc_text(step->tcp ? "tcp" : "udp"));
  kcd_doc_set(object, "host", kcd_doc_text(step->host));
  kcd_doc_set(object, "user", kcd_doc_text(step->user));
  kcd_doc_set(object, "spn", kcd_doc_text(step->spn));
  kcd_doc_set(object, "realm", kcd_doc_text(step->realm));
  kcd_doc_set(object, "options", options_of(step->options));
  kcd_doc_set(object, "etypes", enctypes_of(step->etypes, step->n_etypes));
  kcd_doc_set(object, "evidence", kcd_doc_text(step->evidence));
  kcd_doc_set(object, "pac_options", json_boolean(step->has_pac_options));
  kcd_doc_set(object, "resource_bit", json_boolean(step->rbcd_bit));
  kcd_doc_set(object, "armoured", json_boolean(step->armoured));
  kcd_doc_set(object, "requests", kcd_doc_uint(step->requests));
  kcd_doc_set(object, "refused_by_udp", json_boolean(step->refused_by_udp));
  kcd_doc_set(object, "request_missing", json_boolean(step->request_missing));
  kcd_doc_set(object, "referred", json_boolean(step->referred));
  kcd_doc_set(object, "malformed", json_boolean(step->malformed));
  kcd_doc_set(object, "answer", answer_of(step));
  return object;
}

static json_t *conversation_of(const struct kcd_conversation *conversation)
{
  json_t *steps = kcd_doc_array();
  for (size_t i = 0; i < conversation->n; i++)
    kcd_doc_add(steps, kcd_doc_trace_step(&conversation->steps[i]));
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "time", time_of(conversation->steps[0].when));
  kcd_doc_set(object, "client", address_of(&conversation->client));
  kcd_doc_set(object, "host", kcd_doc_text(conversation->host));
  kcd_doc_set(object, "user", kcd_doc_text(conversation->user));
  kcd_doc_set(object, "spn", kcd_doc_text(conversation->spn));
  kcd_doc_set(object, "steps", steps);
  return object;
}

static json_t *ids_of(const enum kcd_finding_id *ids, size_t n)
{
  json_t *array = kcd_doc_array();
  for (size_t i = 0; i < n; i++) {
    const struct kcd_finding_info *info = kcd_finding_info(ids[i]);
    json_t *object = kcd_doc_object();
    kcd_doc_set(object, "id", kcd_doc_text(info->id));
    kcd_doc_set(object, "title", kcd_doc_text(info->title));
    kcd_doc_add(array, object);
  }
  return array;
}

/* The command that looks at it in the directory; null where host or SPN are not known. */
static json_t *command_of(const struct kcd_trace_failure *failure)
{
  KCD_AUTO_CHAR line = kcd_trace_command(failure);
  return kcd_doc_text(line);
}

static json_t *failure_of(const struct kcd_trace_failure *failure)
{
  json_t *excluded = kcd_doc_array();
  for (size_t i = 0; i < failure->n_excluded; i++)
    kcd_doc_add(excluded, kcd_doc_text(failure->excluded[i]));
  struct kcd_answer answer = {.outcome = KCD_ERROR,
                              .code = failure->code,
                              .has_ntstatus = failure->has_ntstatus,
                              .ntstatus = failure->ntstatus};
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "kind", kcd_doc_text(kcd_step_kind_name(failure->kind)));
  kcd_doc_set(object, "host", kcd_doc_text(failure->host));
  kcd_doc_set(object, "user", kcd_doc_text(failure->user));
  kcd_doc_set(object, "spn", kcd_doc_text(failure->spn));
  json_t *document = kcd_doc_answer(&answer);
  json_object_del(document, "client_code");
  kcd_doc_set(object, "answer", document);
  kcd_doc_set(object, "conversation", kcd_doc_uint(failure->first));
  kcd_doc_set(object, "times", kcd_doc_uint(failure->times));
  kcd_doc_set(object, "delegation", json_boolean(failure->delegation));
  kcd_doc_set(object, "message", kcd_doc_text(failure->sentence));
  kcd_doc_set(object, "causes", ids_of(failure->ids, failure->n_ids));
  kcd_doc_set(object, "excluded", excluded);
  kcd_doc_set(object, "command", command_of(failure));
  return object;
}

static json_t *remark_of(const struct kcd_remark *remark)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "kind", kcd_doc_text(kcd_remark_name(remark->kind)));
  kcd_doc_set(object, "message", kcd_doc_text(remark->sentence));
  kcd_doc_set(object, "next", kcd_doc_text(remark->next));
  kcd_doc_set(object, "host", kcd_doc_text(remark->host));
  kcd_doc_set(object, "target", kcd_doc_text(remark->target));
  kcd_doc_set(object, "count", kcd_doc_uint(remark->count));
  return object;
}

static json_t *capture_of(const char *file, uint16_t port, const struct kcd_trace_result *result)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "file", kcd_doc_text(file));
  kcd_doc_set(object, "port", kcd_doc_uint(port));
  kcd_doc_set(object, "first", result->first == 0 ? json_null() : time_of(result->first));
  kcd_doc_set(object, "last", result->last == 0 ? json_null() : time_of(result->last));
  kcd_doc_set(object, "packets", kcd_doc_uint(result->frames));
  kcd_doc_set(object, "messages", kcd_doc_uint(result->messages));
  return object;
}

void kcd_report_trace(struct kcd_report *report, const char *file, uint16_t port, const struct kcd_trace_result *result)
{
  json_t *doc = report->doc;
  kcd_doc_set(doc, "capture", capture_of(file, port, result));
  if (json_is_array(json_object_get(doc, "conversations")))
    for (size_t i = 0; i < result->n; i++)
      kcd_doc_add(json_object_get(doc, "conversations"), conversation_of(&result->v[i]));
  if (json_is_array(json_object_get(doc, "failures")))
    for (size_t i = 0; i < result->n_failures; i++)
      kcd_doc_add(json_object_get(doc, "failures"), failure_of(&result->failures[i]));
  json_t *remarks = kcd_doc_array();
  for (size_t i = 0; i < result->n_remarks; i++)
    kcd_doc_add(remarks, remark_of(&result->remarks[i]));
  kcd_doc_set(doc, "remarks", remarks);
}
