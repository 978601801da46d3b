#include <stdlib.h>

#include <kcdfix/record.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "words.h"

#define BIT KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION

void kcd_undo_plan_done(struct kcd_undo_plan *plan)
{
  if (plan == NULL)
    return;
  kcd_values_done(&plan->remove);
  free(plan->why);
  *plan = (struct kcd_undo_plan){0};
}

/* ---- what the record names, and how much of it the object holds ---- */

static bool names_bit(const struct kcd_record *record)
{
  return ((record->uac_before ^ record->uac_after) & BIT) != 0;
}

static bool has_bit_as_left(const struct kcd_record *record, const struct kcd_account *now)
{
  return ((record->uac_after ^ now->uac) & BIT) == 0;
}

static bool has_value(const struct kcd_account *now, const struct kcd_bytes *value)
{
  return kcd_values_find(&now->delegate_to, value->data, value->len) >= 0;
}

static size_t count_variants(const struct kcd_values *list, const struct kcd_bytes *value)
{
  size_t n = 0;
  for (size_t i = 0; i < list->n; i++)
    n += list->v[i].len == value->len && value->len > 0 &&
         kcd_equal_nocase_n((const char *)list->v[i].data, (const char *)value->data, value->len);
  return n;
}

/* How many of the named things are there as the change left them, and how many at least in another case. */
struct presence {
  size_t named, present, alike;
};

static struct presence presence_of(const struct kcd_record *record, const struct kcd_account *now, bool list, bool bit)
{
  struct presence found = {0};
  for (size_t i = 0; list && i < record->list_added.n; i++) {
    found.named++;
    found.present += has_value(now, &record->list_added.v[i]);
    found.alike += count_variants(&now->delegate_to, &record->list_added.v[i]) > 0;
  }
  if (bit && names_bit(record)) {
    found.named++;
    found.present += has_bit_as_left(record, now);
  }
  return found;
}

/* The metadata of an attribute that our modify wrote has a local USN above the one read just before it. */
static bool written_after(const struct kcd_attr_meta *meta, uint64_t usn_before)
{
  return meta->version != 0 && meta->local_usn > usn_before;
}

enum kcd_record_state kcd_record_resolve(const struct kcd_record *record, const struct kcd_account *now)
{
  const bool list_named = record->list_added.n > 0;
  const bool bit_named = names_bit(record);
  const struct presence found = presence_of(record, now, true, true);
  if (found.present == 0)
    return KCD_RECORD_CONFLICT;
  if (found.present < found.named || (list_named && now->list_meta.version == 0) ||
      (bit_named && now->uac_meta.version == 0))
    return KCD_RECORD_UNKNOWN;
  bool list_written = list_named && written_after(&now->list_meta, record->usn_before);
  bool bit_written = bit_named && written_after(&now->uac_meta, record->usn_before);
  return list_written || bit_written ? KCD_RECORD_APPLIED : KCD_RECORD_ALREADY;
}

void kcd_record_claim(struct kcd_record *record, const struct kcd_account *now)
{
  record->list_ours = record->list_added.n > 0 && written_after(&now->list_meta, record->usn_before);
  record->uac_ours = names_bit(record) && written_after(&now->uac_meta, record->usn_before);
}

/* ---- the inverse ---- */

/* Takes WHY. */
static void conflict(struct kcd_undo_plan *plan, char *why)
{
  kcd_values_done(&plan->remove);
  free(plan->why);
  plan->uac_after = plan->uac_before;
  plan->verdict = KCD_UNDO_CONFLICT;
  plan->why = why;
}

/* NULL where VALUE stands alone and as left. A DC that deletes without regard to case could take a variant instead. */
static char *why_not_remove(const struct kcd_account *now, const struct kcd_bytes *value)
{
  const char *text = value->len == 0 ? "" : (const char *)value->data;
  const size_t variants = count_variants(&now->delegate_to, value);
  if (has_value(now, value))
    return variants > 1 ? kcd_sentence("%s, listed by that change, is listed again in another case.", text) : NULL;
  return variants > 0 ? kcd_sentence("%s, listed by that change, is now written in another case.", text)
                      : kcd_sentence("%s, listed by that change, is gone.", text);
}

static void remove_values(const struct kcd_record *record, const struct kcd_account *now, struct kcd_undo_plan *plan)
{
  for (size_t i = 0; i < record->list_added.n && plan->verdict != KCD_UNDO_CONFLICT; i++) {
    const struct kcd_bytes *value = &record->list_added.v[i];
    char *why = why_not_remove(now, value);
    if (why == NULL)
      kcd_values_add(&plan->remove, value->data, value->len);
    else
      conflict(plan, why);
  }
}

static void put_bit_back(const struct kcd_record *record, const struct kcd_account *now, struct kcd_undo_plan *plan)
{
  if (plan->verdict == KCD_UNDO_CONFLICT)
    return;
  if (has_bit_as_left(record, now))
    plan->uac_after = (now->uac & ~BIT) | (record->uac_before & BIT);
  else
    conflict(plan, kcd_sentence("\"Use any authentication protocol\" (0x1000000), %s by that change, was %s since.",
                                (record->uac_after & BIT) != 0 ? "set" : "cleared",
                                (record->uac_after & BIT) != 0 ? "cleared" : "set"));
}

static bool may_have_been_made(enum kcd_record_state state)
{
  return state == KCD_RECORD_APPLIED || state == KCD_RECORD_UNDOING || state == KCD_RECORD_PLANNED ||
         state == KCD_RECORD_UNKNOWN;
}

/* The record with the parts that are ours marked: by itself, or, where it does not know, by the object. */
static void claim_of(const struct kcd_record *record, const struct kcd_account *now, struct kcd_record *ret)
{
  *ret = *record;
  if (record->state == KCD_RECORD_PLANNED || record->state == KCD_RECORD_UNKNOWN)
    kcd_record_claim(ret, now);
}

static bool cannot_be_told(const struct kcd_record *record, const struct kcd_account *now)
{
  bool open = record->state == KCD_RECORD_PLANNED || record->state == KCD_RECORD_UNKNOWN;
  return open && kcd_record_resolve(record, now) == KCD_RECORD_UNKNOWN;
}

void kcd_undo_plan(const struct kcd_record *record, const struct kcd_account *now, struct kcd_undo_plan *ret)
{
  struct kcd_record claimed;
  claim_of(record, now, &claimed);
  *ret = (struct kcd_undo_plan){.verdict = KCD_UNDO_NOTHING, .uac_before = now->uac, .uac_after = now->uac};
  if (!may_have_been_made(record->state))
    return;
  if (cannot_be_told(record, now)) {
    conflict(ret, kcd_sentence("Whether that change was made cannot be told: only part of it is there, or the object's "
                               "metadata cannot be read."));
    return;
  }
  const struct presence ours = presence_of(record, now, claimed.list_ours, claimed.uac_ours);
  if (ours.present == 0 && ours.alike == 0)
    return;
  ret->verdict = KCD_UNDO_CHANGE;
  if (claimed.list_ours)
    remove_values(record, now, ret);
  if (claimed.uac_ours && names_bit(record))
    put_bit_back(record, now, ret);
}
