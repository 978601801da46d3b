#include "remembered.h"

#include <string.h>

#include <kcdfix/uac.h>

static void read_records(struct kcd_remembered *remembered)
{
  struct kcd_state state;
  struct kcd_error ignored = KCD_ERROR_INIT;
  remembered->read = true;
  if (kcd_state_open(&state, &ignored) != 0)
    return;
  kcd_state_load_records(&state, &remembered->records, &ignored);
  kcd_state_done(&state);
}

void kcd_remembered_done(struct kcd_remembered *remembered)
{
  kcd_stored_records_done(&remembered->records);
  *remembered = (struct kcd_remembered){0};
}

static bool changed_the_bit(const struct kcd_stored_record *stored, const uint8_t guid[16])
{
  const struct kcd_record *record = &stored->record;
  return stored->readable && record->state == KCD_RECORD_APPLIED && record->uac_ours &&
         record->uac_before != record->uac_after && memcmp(record->guid, guid, sizeof record->guid) == 0;
}

void kcd_remember(struct kcd_remembered *remembered, struct kcd_facts *facts)
{
  if (facts->host == NULL || (facts->host->uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0)
    return;
  if (!remembered->read)
    read_records(remembered);
  const struct kcd_record *newest = NULL;
  for (size_t i = 0; i < remembered->records.n; i++) {
    const struct kcd_stored_record *stored = &remembered->records.v[i];
    if (changed_the_bit(stored, facts->host->guid) && (newest == NULL || stored->record.changed >= newest->changed))
      newest = &stored->record;
  }
  if (newest == NULL || (newest->uac_after & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) == 0)
    return;
  facts->transition_set = newest->changed;
  facts->transition_record = newest->id;
}
