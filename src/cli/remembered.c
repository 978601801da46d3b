#include "remembered.h"

#include <string.h>

#include <kcdfix/rbcd.h>
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

static bool made_accept(const struct kcd_stored_record *stored, const struct kcd_facts *facts,
                        const struct kcd_account *target)
{
  const struct kcd_record *record = &stored->record;
  const char *host = facts->host->sam_account_name;
  return stored->readable && record->state == KCD_RECORD_APPLIED && record->rbcd_ours && host &&
         kcd_values_find_nocase(&record->rbcd_added, host) >= 0 &&
         memcmp(record->guid, target->guid, sizeof record->guid) == 0;
}

static void remember_transition(const struct kcd_remembered *remembered, struct kcd_facts *facts)
{
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

static void remember_accepted(const struct kcd_remembered *remembered, const struct kcd_account *target,
                              struct kcd_facts *facts)
{
  for (size_t i = 0; i < remembered->records.n; i++) {
    const struct kcd_stored_record *stored = &remembered->records.v[i];
    if (!made_accept(stored, facts, target) || stored->record.changed < facts->accepted)
      continue;
    facts->accepted = stored->record.changed;
    facts->accepted_record = stored->record.id;
  }
}

void kcd_remember(struct kcd_remembered *remembered, struct kcd_facts *facts)
{
  if (facts->host == NULL)
    return;
  const struct kcd_account *target = kcd_target_account(facts->target);
  bool off = (facts->host->uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) == 0;
  bool not_accepted = target != NULL && !kcd_rbcd_grants(target, facts->host);
  if (!remembered->read && (off || not_accepted))
    read_records(remembered);
  if (off)
    remember_transition(remembered, facts);
  if (not_accepted)
    remember_accepted(remembered, target, facts);
}
