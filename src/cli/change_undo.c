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
};

struct batch {
  struct kcd_changer *changer;
  struct returning *v;
  size_t n;
};

static void batch_done(struct batch *batch)
{
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
  change_explain(batch->changer, returning->undoing->record, &result->error);
  if (!kcd_error_is_set(&modify->error) || modify->error.code == KCD_E_UNKNOWN_RESULT) {
    returning->stage = SENT;
    return;
  }
  returning->undoing->record->state = returning->state_before;
  result->state = result->error.code == KCD_E_CONFLICT ? "conflict" : "refused";
  returning->stage = OVER;
}

static void modify_each(struct batch *batch)
{
  struct intent *intents = kcd_calloc(batch->n, sizeof *intents);
  struct kcd_modify *modifies = kcd_calloc(batch->n, sizeof *modifies);
  size_t n = 0;
  for (size_t i = 0; i < batch->n; i++) {
    if (batch->v[i].stage != RECORDED)
      continue;
    const struct kcd_undoing *undoing = batch->v[i].undoing;
    intents[n++] = (struct intent){.guid = undoing->record->guid, .difference = difference_of(undoing->plan)};
  }
  send_intents(batch->changer->session->dir, intents, n, modifies);
  n = 0;
  for (size_t i = 0; i < batch->n; i++)
    if (batch->v[i].stage == RECORDED)
      after_modify(batch, &batch->v[i], &modifies[n++]);
  free(modifies);
  free(intents);
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

static struct kcd_again of_record(const struct kcd_record *record)
{
  return (struct kcd_again){.guid = record->guid, .name = record->host};
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
  if (!is_lost(returning)) {
    result->error = *why;
    change_name(&result->error, returning->undoing->record->dn);
  }
  kcd_error_next(&result->error, "the same command again finds out");
}

static void look(const struct batch *batch, struct returning *returning, const struct kcd_again *again)
{
  struct kcd_change_result *result = &returning->undoing->result;
  struct kcd_record *record = returning->undoing->record;
  const struct kcd_account *now = &again->account;
  if (kcd_error_is_set(&again->error)) {
    stays_unknown(returning, &again->error);
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

static bool any_is_lost(const struct batch *batch)
{
  for (size_t i = 0; i < batch->n; i++)
    if (batch->v[i].stage == SENT && is_lost(&batch->v[i]))
      return true;
  return false;
}

/* Where an answer was lost, on a new connection; where none can be had, nobody knows. */
static void read_back(struct batch *batch)
{
  struct kcd_again *again = kcd_calloc(batch->n, sizeof *again);
  struct kcd_changer *changer = batch->changer;
  const bool reached = !any_is_lost(batch) || change_reconnect(changer);
  size_t n = 0;
  for (size_t i = 0; i < batch->n; i++)
    if (batch->v[i].stage == SENT)
      again[n++] = of_record(batch->v[i].undoing->record);
  if (n > 0 && reached)
    kcd_gather_again(changer->session->dir, again, n, NULL);
  n = 0;
  for (size_t i = 0; i < batch->n; i++) {
    if (batch->v[i].stage != SENT)
      continue;
    struct kcd_again *one = &again[n++];
    if (one->error.code == KCD_E_UNREACHABLE)
      changer->gone = one->error;
    if (reached)
      look(batch, &batch->v[i], one);
    else
      stays_unknown(&batch->v[i], &changer->gone);
    kcd_account_done(&one->account);
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

/* A connection that broke since the batch before is made anew: what is sent over it would be neither done nor not. */
static bool is_connected(struct kcd_changer *changer)
{
  static const char *const attributes[] = {"dnsHostName", NULL};
  const struct kcd_search question = {.base = "", .scope = KCD_BASE, .attributes = attributes};
  KCD_AUTO_VALUE(kcd_entries) found = {0};
  struct kcd_error broken = KCD_ERROR_INIT;
  return kcd_dir_search(changer->session->dir, &question, 1, &found, &broken) == 0 || change_reconnect(changer);
}

void kcd_change_undo(struct kcd_changer *changer, struct kcd_undoing *undoings, size_t n)
{
  const bool connected = is_connected(changer);
  __attribute__((cleanup(batch_done))) struct batch batch = {
      .changer = changer, .v = kcd_calloc(n, sizeof(struct returning)), .n = n};
  for (size_t i = 0; i < n; i++) {
    undoings[i].result = (struct kcd_change_result){.state = connected ? "refused" : "planned"};
    batch.v[i].undoing = &undoings[i];
  }
  if (!connected)
    return;
  kcd_interrupt_hold(KCD_MIDWAY_CHANGE);
  record_each(&batch);
  modify_each(&batch);
  read_back(&batch);
  complete_records(&batch);
}
