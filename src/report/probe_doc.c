#include <string.h>

#include "doc.h"
#include "document.h"

static enum kcd_verdict verdict_of(const struct kcd_observation *observation)
{
  if (kcd_error_is_set(&observation->error))
    return KCD_CANNOT_TELL;
  if (observation->s4u2proxy.outcome == KCD_TICKET)
    return KCD_WORKS;
  return kcd_observation_refused(observation) ? KCD_FAILS : KCD_CANNOT_TELL;
}

/* "alice@KCD.TEST": as the KDC was asked, else as it was typed, with the realm of the host. Owned by the caller. */
static char *user_principal(const struct kcd_observation *observation)
{
  for (size_t i = 0; i < observation->n; i++)
    if (observation->exchanges[i].user != NULL)
      return kcd_strdup(observation->exchanges[i].user);
  const char *client = observation->n > 0 ? observation->exchanges[0].client : NULL;
  const char *realm = client == NULL ? NULL : strrchr(client, '@');
  if (observation->user == NULL || realm == NULL || strpbrk(observation->user, "@\\") != NULL)
    return kcd_strdup(observation->user);
  return kcd_asprintf("%s%s", observation->user, realm);
}

/* No directory is read, so what is known of the DC is the KDC's name. */
static void set_dc(struct kcd_report *report, const struct kcd_observation *observation)
{
  if (json_is_null(json_object_get(report->doc, "dc")))
    kcd_doc_set(report->doc, "dc", kcd_doc_text(observation->kdc));
}

void kcd_report_probe(struct kcd_report *report, const char *host, const char *spn,
                      const struct kcd_observation *observation)
{
  KCD_AUTO_CHAR user = user_principal(observation);
  json_t *pair = kcd_doc_object();
  set_dc(report, observation);
  kcd_doc_set(pair, "host", kcd_doc_text(host));
  kcd_doc_set(pair, "spn", kcd_doc_text(spn));
  kcd_doc_set(pair, "user", kcd_doc_text(user));
  kcd_doc_set(pair, "verdict", kcd_doc_text(kcd_verdict_name(verdict_of(observation))));
  kcd_doc_set(pair, "observed", kcd_doc_observation(observation));
  kcd_doc_add(json_object_get(report->doc, "pairs"), pair);
  if (kcd_error_is_set(&observation->error))
    kcd_doc_note_error(report->doc, &observation->error);
}
