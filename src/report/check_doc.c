#include <string.h>

#include "doc.h"
#include "document.h"

static json_t *evidence_value(const struct kcd_evidence *evidence)
{
  switch (evidence->kind) {
  case KCD_EV_UINT:
    return kcd_doc_uint(evidence->number);
  case KCD_EV_TEXT:
    return kcd_doc_text(evidence->text);
  case KCD_EV_VALUES:
    return kcd_doc_values(&evidence->values);
  case KCD_EV_BOOL:
    break;
  }
  return json_boolean(evidence->number != 0);
}

static json_t *finding_of(const struct kcd_finding *finding)
{
  json_t *evidence = kcd_doc_object();
  for (size_t i = 0; i < finding->n_evidence; i++)
    kcd_doc_set(evidence, finding->evidence[i].key, evidence_value(&finding->evidence[i]));
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "id", kcd_doc_text(kcd_finding_info(finding->id)->id));
  kcd_doc_set(object, "severity", kcd_doc_text(kcd_severity_name(finding->severity)));
  kcd_doc_set(object, "subject", kcd_doc_text(finding->subject));
  kcd_doc_set(object, "message", kcd_doc_text(finding->message));
  kcd_doc_set(object, "evidence", evidence);
  kcd_doc_set(object, "remedy", kcd_doc_text(finding->remedy));
  kcd_doc_set(object, "command", kcd_doc_text(finding->command));
  return object;
}

json_t *kcd_doc_findings(const struct kcd_findings *findings)
{
  json_t *array = kcd_doc_array();
  for (size_t i = 0; i < findings->n; i++)
    kcd_doc_add(array, finding_of(&findings->v[i]));
  return array;
}

static json_t *suspects_of(const struct kcd_suspects *suspects)
{
  json_t *array = kcd_doc_array();
  for (size_t i = 0; i < suspects->n; i++) {
    const struct kcd_suspect *suspect = &suspects->v[i];
    json_t *object = kcd_doc_object();
    kcd_doc_set(object, "id", kcd_doc_text(kcd_finding_info(suspect->id)->id));
    kcd_doc_set(object, "message", kcd_doc_text(suspect->message));
    kcd_doc_set(object, "where", kcd_doc_text(suspect->where));
    kcd_doc_set(object, "command", kcd_doc_text(suspect->command));
    kcd_doc_set(object, "remedy", kcd_doc_text(kcd_finding_info(suspect->id)->remedy));
    kcd_doc_add(array, object);
  }
  return array;
}

void kcd_report_finding(struct kcd_report *report, const struct kcd_finding *finding)
{
  kcd_doc_add(json_object_get(report->doc, "findings"), finding_of(finding));
}

static json_t *target_name(const struct kcd_facts *facts)
{
  const struct kcd_account *target = facts->target == NULL ? NULL : kcd_target_account(facts->target);
  return kcd_doc_text(target == NULL ? NULL : target->sam_account_name);
}

/* "alice@KCD.TEST": the account found, or the operand as it was typed. */
static json_t *user_principal(const struct kcd_facts *facts)
{
  const char *name = facts->user == NULL ? facts->user_operand : facts->user->sam_account_name;
  const char *realm = facts->user_realm;
  if (realm == NULL && facts->dc != NULL)
    realm = facts->dc->realm;
  if (name == NULL || realm == NULL || strpbrk(name, "@\\=") != NULL)
    return kcd_doc_text(name);
  KCD_AUTO_CHAR principal = kcd_asprintf("%s@%s", name, realm);
  return kcd_doc_text(principal);
}

/* Why the KDC was not asked; null when it was. */
static json_t *not_asked(const struct kcd_report *report, const struct kcd_judgement *judgement)
{
  if (judgement->observation != NULL)
    return json_null();
  if (report->not_asked != NULL)
    return kcd_doc_text(report->not_asked);
  const struct kcd_account *host = judgement->facts.host;
  const char *name = host == NULL ? judgement->facts.host_operand : host->sam_account_name;
  KCD_AUTO_CHAR why = kcd_asprintf("no key of %s given", name);
  return kcd_doc_text(why);
}

static json_t *observed_of(const struct kcd_judgement *judgement)
{
  json_t *observed = kcd_doc_observation(judgement->observation);
  if (judgement->observation != NULL)
    kcd_doc_set(observed, "stand_in",
                judgement->facts.stand_in == NULL ? json_null() : kcd_doc_limits(&judgement->limits));
  return observed;
}

void kcd_report_pair(struct kcd_report *report, const struct kcd_judgement *judgement)
{
  const struct kcd_facts *facts = &judgement->facts;
  const struct kcd_observation *observation = judgement->observation;
  json_t *pair = kcd_doc_object();
  kcd_doc_set(pair, "host", kcd_doc_text(facts->host == NULL ? facts->host_operand : facts->host->sam_account_name));
  kcd_doc_set(pair, "host_dn", kcd_doc_text(facts->host == NULL ? NULL : facts->host->dn));
  kcd_doc_set(pair, "spn", kcd_doc_text(judgement->spn));
  kcd_doc_set(pair, "target", target_name(facts));
  kcd_doc_set(pair, "user", user_principal(facts));
  kcd_doc_set(pair, "verdict", kcd_doc_text(kcd_verdict_name(judgement->verdict)));
  kcd_doc_set(pair, "predicted", kcd_doc_prediction(judgement));
  kcd_doc_set(pair, "observed", observed_of(judgement));
  kcd_doc_set(pair, "not_asked", not_asked(report, judgement));
  kcd_doc_set(pair, "agree", json_boolean(judgement->agree));
  kcd_doc_set(pair, "findings", kcd_doc_findings(&judgement->findings));
  kcd_doc_set(pair, "suspects", suspects_of(&judgement->suspects));
  kcd_doc_set(pair, "directory", kcd_doc_directory(report, facts, judgement->spn));
  kcd_doc_add(json_object_get(report->doc, "pairs"), pair);
  if (observation != NULL && kcd_error_is_set(&observation->error))
    kcd_doc_note_error(report->doc, &observation->error);
}
