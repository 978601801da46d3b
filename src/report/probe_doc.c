#include "doc.h"
#include "document.h"

static enum kcd_verdict verdict_of(const struct kcd_observation *observation)
{
  if (kcd_error_is_set(&observation->error))
    return KCD_CANNOT_TELL;
  if (observation->s4u2proxy.outcome == KCD_TICKET)
    return KCD_WORKS;
  bool refused = observation->s4u2self.outcome == KCD_ERROR || observation->s4u2proxy.outcome == KCD_ERROR;
  return refused ? KCD_FAILS : KCD_CANNOT_TELL;
}

void kcd_report_probe(struct kcd_report *report, const char *host, const char *spn,
                      const struct kcd_observation *observation)
{
  json_t *pair = kcd_doc_object();
  kcd_doc_set(pair, "host", kcd_doc_text(host));
  kcd_doc_set(pair, "spn", kcd_doc_text(spn));
  kcd_doc_set(pair, "user", kcd_doc_text(observation->user));
  kcd_doc_set(pair, "verdict", kcd_doc_text(kcd_verdict_name(verdict_of(observation))));
  kcd_doc_set(pair, "observed", kcd_doc_observation(observation));
  kcd_doc_add(json_object_get(report->doc, "pairs"), pair);
  if (kcd_error_is_set(&observation->error))
    kcd_doc_note_error(report->doc, &observation->error);
}
