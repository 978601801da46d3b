/* Records taken back: several objects at a time, as their plans say. */
#include <stdlib.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/gather.h>
#include <kcdfix/uac.h>

#include "changing.h"
#include "interrupt.h"

/* How far one of them has come. */
enum stage { OVER, RECORDED, SENT };

struct returning {
  struct kcd_undoing *undoing;
  enum stage stage;
  enum kcd_record_state state_before;
  struct kcd_again again;
};

struct batch {
  struct kcd_changer *changer;
  struct returning *v;
  size_t n;
};

static void batch_done(struct batch *batch)
{
  for (size_t i = 0; i < batch->n; i++)
    kcd_account_done(&batch->v[i].again.account);
  free(batch->v);
}

/* ---- before ---- */

static void record_each(struct batch *batch)
{
  struct kcd_record **records = kcd_calloc(batch->n, sizeof(struct kcd_record *));
  struct kcd_error *errors = kcd_calloc(batch->n, sizeof *errors);
  for (size_t i = 0; i < batch->n; i++) {
    struct returning *returning = &batch->v[i];
    struct kcd_record *record = records[i] = returning->undoing->record;
    returning->state_before = record->state;
    /* The record of an unfinished write claims everything; "undoing" may claim only what the object shows. */
    if (record->state == KCD_RECORD_PLANNED || record->state == KCD_RECORD_UNKNOWN)
      kcd_record_claim(record, returning->undoing->now);
    record->state = KCD_RECORD_UNDOING;
  }
  kcd_state_save_records(batch->changer->state, records, batch->n, false, errors);
  for (size_t i = 0; i < batch->n; i++) {
    batch->v[i].undoing->result.error = errors[i];
    batch->v[i].stage = kcd_error_is_set(&errors[i]) ? OVER : RECORDED;
  }
  free(errors);
  free(records);
}

/* ---- the write ---- */

static struct difference difference_of(const struct kcd_undo_plan *plan)
{
  return (struct difference){.add = &plan->restore,
                             .remove = &plan->remove,
                             .uac_before = plan->uac_before,
                             .uac_after = plan->uac_after,
                             .rbcd_old = plan->rbcd_now,
                             .rbcd_new = plan->rbcd_then};
}

static void after_modify(const struct batch *batch, struct returning *returning, const struct kcd_modify *modify)
{
  struct kcd_change_result *result = &returning->undoing->result;
  result->error = modify->error;
  if (!kcd_error_is_set(&modify->error) || modify->error.code == KCD_E_UNKNOWN_RESULT) {
    returning->stage = SENT;
    return;
  }
  change_explain(batch->changer, returning->undoing->record, &result->error);
  returning->undoing->record->state = returning->state_before;
  result->state = result->error.code == KCD_E_CONFLICT ? "conflict" : "refused";
  returning->stage = OVER;
}

static void modify_each(struct batch *batch)
{
  struct mods *mods = kcd_calloc(batch->n, sizeof *mods);
  struct kcd_modify *modifies = kcd_calloc(batch->n, sizeof *modifies);
  size_t n = 0;
  for (size_t i = 0; i < batch->n; i++) {
    if (batch->v[i].stage != RECORDED)
      continue;
    const struct difference difference = difference_of(batch->v[i].undoing->plan);
    mods_init(&mods[n], &difference);
    modifies[n] = (struct kcd_modify){.guid = batch->v[i].undoing->record->guid, .mods = mods[n].v, .n = mods[n].n};
    n++;
  }
  kcd_dir_modify(batch->changer->session->dir, modifies, n);
  n = 0;
  for (size_t i = 0; i < batch->n; i++) {
    if (batch->v[i].stage != RECORDED)
      continue;
    after_modify(batch, &batch->v[i], &modifies[n]);
    mods_done(&mods[n++]);
  }
  free(modifies);
  free(mods);
}

/* ---- afterwards ---- */

static bool is_taken_back(const struct kcd_account *now, const struct kcd_undo_plan *plan)
{
  if (!values_are(now, &plan->remove, false) || !values_are(now, &plan->restore, true))
    return false;
  if (plan->restores_rbcd && !kcd_bytes_equal(&now->rbcd, &plan->rbcd_then))
    return false;
  return plan->uac_before == plan->uac_after ||
         ((now->uac ^ plan->uac_after) & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) == 0;
}

static bool is_lost(const struct returning *returning)
{
  return returning->undoing->result.error.code == KCD_E_UNKNOWN_RESULT;
}

/* Its record stays "undoing" and tells so. */
static void stays_unknown(struct returning *returning, const struct kcd_error *why)
{
  struct kcd_change_result *result = &returning->undoing->result;
  result->state = "unknown";
  if (!is_lost(returning))
    result->error = *why;
  kcd_error_next(&result->error, "the same command again finds out");
}

static void look(const struct batch *batch, struct returning *returning)
{
  struct kcd_change_result *result = &returning->undoing->result;
  struct kcd_record *record = returning->undoing->record;
  const struct kcd_account *now = &returning->again.account;
  if (kcd_error_is_set(&returning->again.error)) {
    stays_unknown(returning, &returning->again.error);
  } else if (is_taken_back(now, returning->undoing->plan)) {
    *result = (struct kcd_change_result){.state = "applied", .wrote = true};
    record->state = KCD_RECORD_UNDONE;
    record->undone = time(NULL);
  } else {
    record->state = returning->state_before;
    result->state = "conflict";
    if (!is_lost(returning))
      change_conflict(result, now->dn, batch->changer->session->server, "was changed again at once by somebody else");
  }
}

/* Where an answer was lost, on a new connection; where none can be had, nobody knows. */
static void read_back(struct batch *batch)
{
  struct kcd_again *again = kcd_calloc(batch->n, sizeof *again);
  struct kcd_error trouble = KCD_ERROR_INIT;
  bool lost = false;
  size_t n = 0;
  for (size_t i = 0; i < batch->n; i++) {
    if (batch->v[i].stage != SENT)
      continue;
    lost = lost || is_lost(&batch->v[i]);
    again[n++] =
        (struct kcd_again){.guid = batch->v[i].undoing->record->guid, .name = batch->v[i].undoing->record->host};
  }
  const bool gone = lost && kcd_session_reconnect(batch->changer->session, batch->changer->run->options, &trouble) != 0;
  if (n > 0 && !gone)
    kcd_gather_again(batch->changer->session->dir, again, n, NULL);
  n = 0;
  for (size_t i = 0; i < batch->n; i++) {
    if (batch->v[i].stage != SENT)
      continue;
    batch->v[i].again = again[n++];
    if (gone)
      stays_unknown(&batch->v[i], &trouble);
    else
      look(batch, &batch->v[i]);
  }
  free(again);
}

static void complete_records(struct batch *batch)
{
  struct kcd_record **records = kcd_calloc(batch->n, sizeof(struct kcd_record *));
  size_t n = 0;
  bool any = false;
  for (size_t i = 0; i < batch->n; i++) {
    any = any || change_may_be_made(&batch->v[i].undoing->result);
    if (batch->v[i].undoing->record->state != KCD_RECORD_UNDOING)
      records[n++] = batch->v[i].undoing->record;
  }
  change_save(batch->changer, records, n);
  free(records);
  change_end_of_writes(any);
}

void kcd_change_undo(struct kcd_changer *changer, struct kcd_undoing *undoings, size_t n)
{
  __attribute__((cleanup(batch_done))) struct batch batch = {
      .changer = changer, .v = kcd_calloc(n, sizeof(struct returning)), .n = n};
  for (size_t i = 0; i < n; i++) {
    undoings[i].result = (struct kcd_change_result){.state = "refused"};
    batch.v[i].undoing = &undoings[i];
  }
  kcd_interrupt_hold(KCD_MIDWAY_CHANGE);
  record_each(&batch);
  modify_each(&batch);
  read_back(&batch);
  complete_records(&batch);
}
