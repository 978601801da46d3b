/* Plans carried out: several objects at a time, each with its record, its Modify and its read-back. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/gather.h>
#include <kcdfix/text.h>

#include "changing.h"
#include "interrupt.h"

/* How far one of the changes has come. */
enum stage {
  OVER,     /* it goes no further: its result is there */
  LOOKING,  /* about to be read */
  RECORDED, /* the record is on disk; the modify may be sent */
  WRITTEN,  /* the server said success */
  LOST      /* nobody said what became of it */
};

struct writing {
  struct kcd_change *change;
  enum stage stage;
  struct kcd_again again; /* as last read */
};

struct batch {
  struct kcd_changer *changer;
  struct writing *v;
  size_t n;
};

static void batch_done(struct batch *batch)
{
  for (size_t i = 0; i < batch->n; i++)
    kcd_account_done(&batch->v[i].again.account);
  free(batch->v);
}

static size_t count_at(const struct batch *batch, enum stage stage)
{
  size_t n = 0;
  for (size_t i = 0; i < batch->n; i++)
    n += batch->v[i].stage == stage;
  return n;
}

static struct kcd_again of_host(const struct kcd_account *host)
{
  return (struct kcd_again){.guid = host->guid, .name = host->sam_account_name};
}

/* Reads the objects that are at STAGE. */
static void look(struct batch *batch, enum stage stage, uint64_t *ret_usn)
{
  struct kcd_again *again = kcd_calloc(batch->n, sizeof *again);
  size_t n = 0;
  for (size_t i = 0; i < batch->n; i++)
    if (batch->v[i].stage == stage)
      again[n++] = of_host(batch->v[i].change->plan->host);
  if (n > 0)
    kcd_gather_again(batch->changer->session->dir, again, n, ret_usn);
  n = 0;
  for (size_t i = 0; i < batch->n; i++) {
    if (batch->v[i].stage != stage)
      continue;
    kcd_account_done(&batch->v[i].again.account);
    batch->v[i].again = again[n++];
  }
  free(again);
}

/* ---- before ---- */

static bool lists_any(const struct kcd_account *account, const struct kcd_values *values)
{
  for (size_t i = 0; i < values->n; i++)
    if (kcd_values_find_fold(&account->delegate_to, (const char *)values->v[i].data) >= 0)
      return true;
  return false;
}

/* The object may have changed while its difference was on the screen. */
static bool still_as_planned(const struct kcd_object_plan *plan, const struct kcd_account *now, const char *dc,
                             struct kcd_change_result *ret)
{
  const struct difference wanted = difference_of_plan(plan);
  const char *changed = NULL;
  if (difference_is_made(&wanted, now)) {
    ret->state = "unchanged";
    return false;
  }
  bool touches_uac = plan->uac_before != plan->uac_after;
  if (touches_uac && now->uac != plan->uac_before)
    changed = "has another userAccountControl than when it was read";
  else if (lists_any(now, &plan->add) || !values_are(now, &plan->remove, true))
    changed = "lists other services than when it was read";
  else if (plan->rbcd_after.len > 0 && !kcd_bytes_equal(&now->rbcd, &plan->rbcd_before))
    changed = "has another resource-based descriptor than when it was read";
  if (changed)
    change_conflict(ret, now->dn, dc, changed);
  return changed == NULL;
}

static void fill_record(struct kcd_record *record, const struct kcd_object_plan *plan, const struct kcd_account *now,
                        uint64_t usn)
{
  record->state = KCD_RECORD_PLANNED;
  record->host = kcd_strdup(now->sam_account_name);
  record->dn = kcd_strdup(now->dn);
  memcpy(record->guid, now->guid, sizeof record->guid);
  kcd_values_copy(&record->list_before, &now->delegate_to);
  kcd_values_copy(&record->list_added, &plan->add);
  kcd_values_copy(&record->list_removed, &plan->remove);
  record->list_ours = plan->add.n + plan->remove.n > 0;
  record->uac_before = plan->uac_before;
  record->uac_after = plan->uac_after;
  record->uac_ours = plan->uac_before != plan->uac_after;
  record->rbcd_before = kcd_bytes_copy(plan->rbcd_before.data, plan->rbcd_before.len);
  record->rbcd_after = kcd_bytes_copy(plan->rbcd_after.data, plan->rbcd_after.len);
  record->rbcd_ours = plan->rbcd_after.len > 0;
  for (size_t i = 0; i < plan->n_accepted; i++)
    kcd_values_add_text(&record->rbcd_added, plan->accepted[i]->sam_account_name);
  record->usn_before = usn;
}

static const struct kcd_error *unreachable(const struct batch *batch, enum stage stage)
{
  for (size_t i = 0; i < batch->n; i++)
    if (batch->v[i].stage == stage && batch->v[i].again.error.code == KCD_E_UNREACHABLE)
      return &batch->v[i].again.error;
  return NULL;
}

/* A connection that broke since the batch before is made anew, once; without a DC nothing of the batch is begun. */
static void look_before(struct batch *batch, uint64_t *ret_usn)
{
  look(batch, LOOKING, ret_usn);
  if (!unreachable(batch, LOOKING) || !change_reconnect(batch->changer))
    return;
  look(batch, LOOKING, ret_usn);
  if (unreachable(batch, LOOKING))
    batch->changer->gone = *unreachable(batch, LOOKING);
}

static void not_read(struct writing *writing)
{
  struct kcd_change_result *result = &writing->change->result;
  writing->stage = OVER;
  if (writing->again.error.code == KCD_E_UNREACHABLE) {
    result->state = "planned";
    return;
  }
  result->error = writing->again.error;
  change_name(&result->error, writing->change->plan->host->dn);
}

static void prepare(struct batch *batch)
{
  uint64_t usn = 0;
  look_before(batch, &usn);
  for (size_t i = 0; i < batch->n; i++) {
    struct writing *writing = &batch->v[i];
    struct kcd_change *change = writing->change;
    const struct kcd_account *now = &writing->again.account;
    if (kcd_error_is_set(&writing->again.error)) {
      not_read(writing);
    } else if (!still_as_planned(change->plan, now, batch->changer->session->server, &change->result)) {
      writing->stage = OVER;
    } else {
      fill_record(change->record, change->plan, now, usn);
    }
  }
}

/* No record, no change. */
static void not_recorded(const struct batch *batch, struct writing *writing)
{
  struct kcd_error *error = &writing->change->result.error;
  const char *dn = writing->change->record->dn;
  KCD_AUTO_CHAR safe = kcd_safe(dn);
  kcd_error_wrap(error, "%s is not changed, since there is no record of it", safe);
  kcd_error_id(error, "state-not-writable");
  kcd_error_on(error, dn, NULL);
  kcd_error_next(error, "see to %s, then the same command again", batch->changer->state->changes);
  writing->stage = OVER;
}

static void record_each(struct batch *batch)
{
  struct kcd_record **records = kcd_calloc(batch->n, sizeof(struct kcd_record *));
  struct kcd_error *errors = kcd_calloc(batch->n, sizeof *errors);
  size_t n = 0;
  for (size_t i = 0; i < batch->n; i++)
    if (batch->v[i].stage == LOOKING)
      records[n++] = batch->v[i].change->record;
  kcd_state_save_records(batch->changer->state, records, n, true, errors);
  n = 0;
  for (size_t i = 0; i < batch->n; i++) {
    struct writing *writing = &batch->v[i];
    if (writing->stage != LOOKING)
      continue;
    writing->change->result.error = errors[n++];
    writing->change->result.recorded = !kcd_error_is_set(&writing->change->result.error);
    writing->stage = RECORDED;
    if (!writing->change->result.recorded)
      not_recorded(batch, writing);
  }
  free(errors);
  free(records);
}

/* ---- the write ---- */

/* As the write left it. `changed` is its time, which an undo of the record must not move. */
static void left(struct writing *writing, enum kcd_record_state state, const char *word)
{
  writing->change->record->state = state;
  writing->change->record->changed = time(NULL);
  writing->change->result.state = word;
  writing->stage = OVER;
}

static void after_failure(const struct batch *batch, struct writing *writing)
{
  struct kcd_error *error = &writing->change->result.error;
  change_explain(batch->changer, writing->change->record, error);
  if (error->code == KCD_E_UNKNOWN_RESULT)
    writing->stage = LOST;
  else if (error->code == KCD_E_CONFLICT)
    left(writing, KCD_RECORD_CONFLICT, "conflict");
  else
    left(writing, KCD_RECORD_REFUSED, "refused");
}

static void after_modify(const struct batch *batch, struct writing *writing, const struct kcd_modify *modify)
{
  struct kcd_record *record = writing->change->record;
  if (modify->usn_before > record->usn_before)
    record->usn_before = modify->usn_before;
  writing->change->result.error = modify->error;
  if (kcd_error_is_set(&modify->error))
    after_failure(batch, writing);
  else
    writing->stage = WRITTEN;
}

static void modify_each(struct batch *batch)
{
  struct intent *intents = kcd_calloc(batch->n, sizeof *intents);
  struct kcd_modify *modifies = kcd_calloc(batch->n, sizeof *modifies);
  size_t n = 0;
  for (size_t i = 0; i < batch->n; i++) {
    if (batch->v[i].stage != RECORDED)
      continue;
    const struct kcd_record *record = batch->v[i].change->record;
    intents[n++] = (struct intent){.guid = record->guid, .difference = difference_of_record(record)};
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

/* Status 0 of a modify does not prove that the write was ours: Samba takes a stale delete/add of userAccountControl
 * when the new value is there already. An attribute whose local USN is not above the one from just before was not
 * written. Where the metadata cannot be read (version 0), the compare-and-swap is all the proof there is, and it is
 * taken. */
static void tell_whose(struct kcd_record *record, const struct kcd_account *now)
{
  if (record->uac_ours && now->uac_meta.version && now->uac_meta.local_usn <= record->usn_before)
    record->uac_ours = false;
  if (record->list_ours && now->list_meta.version && now->list_meta.local_usn <= record->usn_before)
    record->list_ours = false;
  if (record->rbcd_ours && now->rbcd_meta.version && now->rbcd_meta.local_usn <= record->usn_before)
    record->rbcd_ours = false;
}

static void written(const struct batch *batch, struct writing *writing)
{
  struct kcd_record *record = writing->change->record;
  struct kcd_change_result *result = &writing->change->result;
  const struct kcd_account *now = &writing->again.account;
  result->error = KCD_ERROR_INIT;
  tell_whose(record, now);
  if (!record->uac_ours && !record->list_ours && !record->rbcd_ours) {
    left(writing, KCD_RECORD_ALREADY, "already");
    return;
  }
  result->wrote = true;
  left(writing, KCD_RECORD_APPLIED, "applied");
  const struct difference made = difference_of_record(record);
  if (difference_is_made(&made, now))
    return;
  change_conflict(result, now->dn, batch->changer->session->server, "was changed again at once by somebody else");
  kcd_error_wrap(&result->error, "written, but");
}

static void read_back(struct batch *batch)
{
  look(batch, WRITTEN, NULL);
  for (size_t i = 0; i < batch->n; i++) {
    struct writing *writing = &batch->v[i];
    if (writing->stage != WRITTEN)
      continue;
    if (!kcd_error_is_set(&writing->again.error)) {
      written(batch, writing);
      continue;
    }
    struct kcd_error *error = &writing->change->result.error;
    *error = writing->again.error;
    kcd_error_wrap(error, "written, but it cannot be read back");
    change_name(error, writing->change->record->dn);
    error->code = KCD_E_UNKNOWN_RESULT;
    writing->stage = LOST;
  }
}

static void stays_unknown(const struct batch *batch, struct writing *writing)
{
  left(writing, KCD_RECORD_UNKNOWN, "unknown");
  kcd_error_next(&writing->change->result.error,
                 "when %s answers again: kcdfix undo %s finds out, and takes it back if it was made",
                 batch->changer->session->server, writing->change->record->id);
}

/* "Nothing is there" closes nothing: a server that is slow may carry the write out later. */
static void resolve(const struct batch *batch, struct writing *writing)
{
  struct kcd_record *record = writing->change->record;
  const bool read = !kcd_error_is_set(&writing->again.error);
  switch (read ? kcd_record_resolve(record, &writing->again.account) : KCD_RECORD_UNKNOWN) {
  case KCD_RECORD_APPLIED:
    written(batch, writing);
    return;
  case KCD_RECORD_ALREADY:
    writing->change->result.error = KCD_ERROR_INIT;
    record->list_ours = record->uac_ours = record->rbcd_ours = false;
    left(writing, KCD_RECORD_ALREADY, "already");
    return;
  default:
    stays_unknown(batch, writing);
    return;
  }
}

/* The answer to a write did not come: a new connection tells what became of it. The record's times say how long it may
 * have taken. */
static void find_the_lost(struct batch *batch)
{
  if (count_at(batch, LOST) == 0)
    return;
  const bool again = change_reconnect(batch->changer);
  if (again)
    look(batch, LOST, NULL);
  if (again && unreachable(batch, LOST))
    batch->changer->gone = *unreachable(batch, LOST);
  for (size_t i = 0; i < batch->n; i++) {
    if (batch->v[i].stage != LOST)
      continue;
    batch->v[i].change->record->changed = time(NULL);
    if (again)
      resolve(batch, &batch->v[i]);
    else
      stays_unknown(batch, &batch->v[i]);
  }
}

static void complete_records(struct batch *batch)
{
  struct kcd_record **records = kcd_calloc(batch->n, sizeof(struct kcd_record *));
  size_t n = 0;
  bool any = false;
  for (size_t i = 0; i < batch->n; i++) {
    const struct kcd_change *change = batch->v[i].change;
    any = any || change_may_be_made(&change->result);
    if (change->result.recorded)
      records[n++] = change->record;
  }
  change_save(batch->changer, records, n);
  free(records);
  change_end_of_writes(any);
}

void kcd_change_apply(struct kcd_changer *changer, struct kcd_change *changes, size_t n)
{
  __attribute__((cleanup(batch_done))) struct batch batch = {
      .changer = changer, .v = kcd_calloc(n, sizeof(struct writing)), .n = n};
  for (size_t i = 0; i < n; i++) {
    changes[i].result = (struct kcd_change_result){.state = "refused"};
    batch.v[i] = (struct writing){.change = &changes[i], .stage = LOOKING};
  }
  prepare(&batch);
  if (count_at(&batch, LOOKING) == 0)
    return;
  kcd_interrupt_hold(KCD_MIDWAY_CHANGE);
  record_each(&batch);
  modify_each(&batch);
  read_back(&batch);
  find_the_lost(&batch);
  complete_records(&batch);
}
