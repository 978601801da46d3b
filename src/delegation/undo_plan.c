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
  kcd_values_done(&plan->restore);
  kcd_bytes_done(&plan->rbcd_now);
  kcd_bytes_done(&plan->rbcd_then);
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

static bool names_list(const struct kcd_record *record)
{
  return record->list_added.n + record->list_removed.n > 0;
}

static bool names_rbcd(const struct kcd_record *record)
{
  return record->rbcd_after.len > 0;
}

static bool has_value(const struct kcd_account *now, const struct kcd_bytes *value)
{
  return kcd_values_find(&now->delegate_to, value->data, value->len) >= 0;
}

static size_t count_variants(const struct kcd_values *list, const struct kcd_bytes *value)
{
  size_t n = 0;
  for (size_t i = 0; i < list->n; i++)
    n += value->len > 0 && kcd_fold_compare(list->v[i].data, list->v[i].len, value->data, value->len) == 0;
  return n;
}

/* How many of the named things are there as the change left them, and how many at least in another case. */
struct presence {
  size_t named, present, alike;
};

/* Which parts of a record are asked about. */
struct parts {
  bool list, bit, rbcd;
};

static struct presence presence_of(const struct kcd_record *record, const struct kcd_account *now, struct parts parts)
{
  struct presence found = {0};
  for (size_t i = 0; parts.list && i < record->list_added.n; i++) {
    found.named++;
    found.present += has_value(now, &record->list_added.v[i]);
    found.alike += count_variants(&now->delegate_to, &record->list_added.v[i]) > 0;
  }
  for (size_t i = 0; parts.list && i < record->list_removed.n; i++) {
    found.named++;
    found.present += count_variants(&now->delegate_to, &record->list_removed.v[i]) == 0;
    found.alike += !has_value(now, &record->list_removed.v[i]);
  }
  if (parts.bit && names_bit(record)) {
    found.named++;
    found.present += has_bit_as_left(record, now);
  }
  if (parts.rbcd && names_rbcd(record)) {
    found.named++;
    found.present += kcd_bytes_equal(&now->rbcd, &record->rbcd_after);
    found.alike += !kcd_bytes_equal(&now->rbcd, &record->rbcd_before);
  }
  return found;
}

/* ---- whose write it was ---- */

enum authorship { NOT_OURS, OURS, CANNOT_BE_TOLD };

/* The DC's clock may say so much less or more than ours did when the record was written, and when the answer came or
 * was given up. Kerberos works only while the two differ by at most 5 minutes; the rest is margin. */
#define WRITE_WINDOW ((time_t)10 * 60)

static bool is_at_the_time(const struct kcd_record *record, time_t written)
{
  const time_t last = record->changed > record->created ? record->changed : record->created;
  return written >= record->created - WRITE_WINDOW && written <= last + WRITE_WINDOW;
}

/* What our modify wrote has a local USN above the one read just before it. So has what anybody wrote later: a change
 * that was perhaps never made is ours only if it was also written at that time. */
static enum authorship authorship_of(const struct kcd_attr_meta *meta, const struct kcd_record *record)
{
  if (meta->version == 0)
    return CANNOT_BE_TOLD;
  if (meta->local_usn <= record->usn_before)
    return NOT_OURS;
  return is_at_the_time(record, meta->originating_time) ? OURS : CANNOT_BE_TOLD;
}

/* What one modify writes bears one USN: two later numbers that differ are two writes, at least one of them not ours. An
 * older number beside a later one is the bit that was there when our modify came, or a value. */
static enum authorship authorship_of_both(const struct kcd_record *record, const struct kcd_account *now)
{
  const enum authorship list = authorship_of(&now->list_meta, record);
  const enum authorship bit = authorship_of(&now->uac_meta, record);
  if (list == CANNOT_BE_TOLD || bit == CANNOT_BE_TOLD)
    return CANNOT_BE_TOLD;
  if (list == OURS && bit == OURS && now->list_meta.local_usn != now->uac_meta.local_usn)
    return CANNOT_BE_TOLD;
  return list == OURS || bit == OURS ? OURS : NOT_OURS;
}

static enum authorship authorship_of_all(const struct kcd_record *record, const struct kcd_account *now)
{
  if (names_rbcd(record)) /* of a target: its list and bit are never part of the same change */
    return authorship_of(&now->rbcd_meta, record);
  if (!names_bit(record))
    return authorship_of(&now->list_meta, record);
  if (!names_list(record))
    return authorship_of(&now->uac_meta, record);
  return authorship_of_both(record, now);
}

enum kcd_record_state kcd_record_resolve(const struct kcd_record *record, const struct kcd_account *now)
{
  const struct presence found = presence_of(record, now, (struct parts){true, true, true});
  if (found.present == 0)
    return KCD_RECORD_CONFLICT;
  if (found.present < found.named)
    return KCD_RECORD_UNKNOWN;
  switch (authorship_of_all(record, now)) {
  case OURS:
    return KCD_RECORD_APPLIED;
  case NOT_OURS:
    return KCD_RECORD_ALREADY;
  case CANNOT_BE_TOLD:
    break;
  }
  return KCD_RECORD_UNKNOWN;
}

void kcd_record_claim(struct kcd_record *record, const struct kcd_account *now)
{
  record->list_ours = names_list(record) && authorship_of(&now->list_meta, record) == OURS;
  record->uac_ours = names_bit(record) && authorship_of(&now->uac_meta, record) == OURS;
  record->rbcd_ours = names_rbcd(record) && authorship_of(&now->rbcd_meta, record) == OURS;
}

/* ---- the inverse ---- */

/* Takes WHY. */
static void conflict(struct kcd_undo_plan *plan, char *why)
{
  kcd_values_done(&plan->remove);
  kcd_values_done(&plan->restore);
  free(plan->why);
  plan->uac_after = plan->uac_before;
  plan->restores_rbcd = false;
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

/* The directory would take a variant for the value, and refuse it. */
static void restore_values(const struct kcd_record *record, const struct kcd_account *now, struct kcd_undo_plan *plan)
{
  for (size_t i = 0; i < record->list_removed.n && plan->verdict != KCD_UNDO_CONFLICT; i++) {
    const struct kcd_bytes *value = &record->list_removed.v[i];
    if (count_variants(&now->delegate_to, value) == 0)
      kcd_values_add(&plan->restore, value->data, value->len);
    else
      conflict(plan, kcd_sentence("%s, taken off the list by that change, is listed again.",
                                  value->len == 0 ? "" : (const char *)value->data));
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

/* The whole value or nothing: what stands there has to be what the change left, to the byte. */
static void put_descriptor_back(const struct kcd_record *record, const struct kcd_account *now,
                                struct kcd_undo_plan *plan)
{
  if (plan->verdict == KCD_UNDO_CONFLICT)
    return;
  if (!kcd_bytes_equal(&now->rbcd, &record->rbcd_after)) {
    conflict(plan, kcd_sentence("The resource-based descriptor was changed since that change."));
    return;
  }
  plan->restores_rbcd = true;
  plan->rbcd_now = kcd_bytes_copy(now->rbcd.data, now->rbcd.len);
  plan->rbcd_then = kcd_bytes_copy(record->rbcd_before.data, record->rbcd_before.len);
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
    conflict(ret, kcd_sentence("Whether that change was made cannot be told: only part of it is there, or it was "
                               "written at another time, or the object's metadata cannot be read."));
    return;
  }
  const struct parts parts = {claimed.list_ours, claimed.uac_ours, claimed.rbcd_ours};
  const struct presence ours = presence_of(record, now, parts);
  if (ours.present == 0 && ours.alike == 0)
    return;
  ret->verdict = KCD_UNDO_CHANGE;
  if (claimed.list_ours) {
    remove_values(record, now, ret);
    restore_values(record, now, ret);
  }
  if (claimed.uac_ours && names_bit(record))
    put_bit_back(record, now, ret);
  if (claimed.rbcd_ours && names_rbcd(record))
    put_descriptor_back(record, now, ret);
}
