#include <kcdfix/kerberr.h>
#include <kcdfix/pattern.h>
#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"

static const char *outcome_name(enum kcd_outcome outcome)
{
  switch (outcome) {
  case KCD_TICKET:
    return "ticket";
  case KCD_ERROR:
    return "error";
  case KCD_NOT_TRIED:
    break;
  }
  return "not-tried";
}

static json_t *answer_of(const struct kcd_answer *answer)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "outcome", kcd_doc_text(outcome_name(answer->outcome)));
  if (answer->outcome == KCD_TICKET)
    kcd_doc_set(object, "forwardable", json_boolean(answer->forwardable));
  if (answer->outcome != KCD_ERROR)
    return object;
  bool from_kdc = answer->code >= 0;
  kcd_doc_set(object, "code", from_kdc ? kcd_doc_int(answer->code) : json_null());
  kcd_doc_set(object, "name", kcd_doc_text(from_kdc ? kcd_kdc_code_name(answer->code) : NULL));
  kcd_doc_set(object, "ntstatus",
              answer->has_ntstatus ? kcd_doc_code(answer->ntstatus, kcd_ntstatus_name(answer->ntstatus)) : json_null());
  return object;
}

json_t *kcd_doc_answer(const struct kcd_answer *answer)
{
  json_t *object = answer_of(answer);
  if (answer->outcome == KCD_ERROR)
    kcd_doc_set(object, "client_code", answer->client_code == 0 ? json_null() : kcd_doc_int(answer->client_code));
  return object;
}

static json_t *predicted_answer(const struct kcd_predicted *predicted)
{
  json_t *object = answer_of(&predicted->answer);
  if (predicted->answer.outcome == KCD_NOT_TRIED)
    return object;
  kcd_doc_set(object, "certain", json_boolean(predicted->certain));
  kcd_doc_set(object, "row", kcd_doc_text_or_null(predicted->row));
  return object;
}

json_t *kcd_doc_prediction(const struct kcd_judgement *judgement)
{
  static const struct kcd_prediction NOTHING;
  const struct kcd_prediction *prediction = judgement->predicted_at_all ? &judgement->prediction : &NOTHING;
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "certain", json_boolean(prediction->certain));
  kcd_doc_set(object, "as", predicted_answer(&prediction->as));
  kcd_doc_set(object, "s4u2self", predicted_answer(&prediction->s4u2self));
  kcd_doc_set(object, "s4u2proxy", predicted_answer(&prediction->s4u2proxy));
  kcd_doc_set(object, "user_ticket", predicted_answer(&prediction->user_ticket));
  kcd_doc_set(object, "granted_by", kcd_doc_text(judgement->granted_by));
  return object;
}

static const char *edata_name(enum kcd_edata_kind kind)
{
  switch (kind) {
  case KCD_EDATA_NONE:
    return "none";
  case KCD_EDATA_NTSTATUS:
    return "ntstatus";
  case KCD_EDATA_ARMOURED:
    return "armoured";
  case KCD_EDATA_METHODS:
    return "methods";
  case KCD_EDATA_OTHER:
    break;
  }
  return "other";
}

static json_t *base64_of(const struct kcd_bytes *bytes)
{
  if (bytes->len == 0)
    return json_null();
  KCD_AUTO_CHAR text = kcd_base64(bytes->data, bytes->len);
  return kcd_doc_text(text);
}

static json_t *krb_error_of(const struct kcd_exchange *exchange)
{
  if (!exchange->has_krb_error)
    return json_null();
  const struct kcd_krb_error *error = &exchange->krb_error;
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "text", kcd_doc_text(error->text));
  kcd_doc_set(object, "edata", kcd_doc_text(edata_name(error->edata)));
  kcd_doc_set(object, "data", base64_of(&error->data));
  kcd_doc_set(object, "realm", kcd_doc_text(error->realm));
  kcd_doc_set(object, "sname", kcd_doc_text(error->sname));
  kcd_doc_set(object, "time", kcd_doc_time((time_t)error->server_time));
  return object;
}

static void add_ticket(json_t *object, const struct kcd_exchange *exchange)
{
  char name[16];
  kcd_doc_set(object, "enctype", kcd_doc_code((uint64_t)exchange->enctype, kcd_enctype_name(exchange->enctype, name)));
  kcd_doc_set(object, "kvno", kcd_doc_uint(exchange->kvno));
  kcd_doc_set(object, "ok_as_delegate", json_boolean(exchange->ok_as_delegate));
  kcd_doc_set(object, "starts", kcd_doc_time(exchange->starts));
  kcd_doc_set(object, "ends", kcd_doc_time(exchange->ends));
}

static json_t *exchange_of(const struct kcd_exchange *exchange)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "kind", kcd_doc_text(kcd_exchange_name(exchange->kind)));
  kcd_doc_set(object, "purpose", kcd_doc_text(kcd_purpose_name(exchange->purpose)));
  kcd_doc_set(object, "kdc", kcd_doc_text(exchange->kdc));
  kcd_doc_set(object, "client", kcd_doc_text(exchange->client));
  kcd_doc_set(object, "user", kcd_doc_text(exchange->user));
  kcd_doc_set(object, "service", kcd_doc_text(exchange->service));
  kcd_doc_set(object, "requests", kcd_doc_uint(exchange->messages));
  kcd_doc_set(object, "answer", kcd_doc_answer(&exchange->answer));
  if (exchange->answer.outcome == KCD_TICKET)
    add_ticket(object, exchange);
  if (exchange->answer.outcome == KCD_ERROR) {
    kcd_doc_set(object, "krb_error", krb_error_of(exchange));
    kcd_doc_set(object, "client_text", kcd_doc_text(exchange->client_text));
  }
  return object;
}

static json_t *exchanges_of(const struct kcd_observation *observation)
{
  json_t *array = kcd_doc_array();
  for (size_t i = 0; i < observation->n; i++)
    kcd_doc_add(array, exchange_of(&observation->exchanges[i]));
  return array;
}

static json_t *class_of(const struct kcd_observation *observation)
{
  const struct kcd_class *class = kcd_pattern_class(observation);
  if (class == NULL)
    return json_null();
  json_t *ids = kcd_doc_array();
  for (size_t i = 0; i < class->n_ids; i++)
    kcd_doc_add(ids, kcd_doc_text(kcd_finding_info(class->ids[i])->id));
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "name", kcd_doc_text(class->name));
  kcd_doc_set(object, "ids", ids);
  kcd_doc_set(object, "sentence", kcd_doc_text(class->sentence));
  return object;
}

json_t *kcd_doc_observation(const struct kcd_observation *observation)
{
  if (observation == NULL)
    return json_null();
  KCD_AUTO_CHAR reason = kcd_reason_given(kcd_deciding_exchange(observation));
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "by", kcd_doc_text(observation->by));
  kcd_doc_set(object, "kdc", kcd_doc_text(observation->kdc));
  kcd_doc_set(object, "client", kcd_doc_text(observation->host));
  kcd_doc_set(object, "s4u2self", kcd_doc_answer(&observation->s4u2self));
  kcd_doc_set(object, "s4u2proxy", kcd_doc_answer(&observation->s4u2proxy));
  kcd_doc_set(object, "user_ticket", kcd_doc_answer(&observation->user_ticket));
  kcd_doc_set(object, "reason", kcd_doc_text(reason));
  kcd_doc_set(object, "class", class_of(observation));
  kcd_doc_set(object, "exchanges", exchanges_of(observation));
  kcd_doc_set(object, "error", kcd_doc_error_or_null(&observation->error));
  return object;
}
