/* kcdfix history: the changes made from this machine. No server is asked. */
#include <kcdfix/alloc.h>

#include "commands.h"
#include "exit_status.h"
#include "stand_in_store.h"
#include "state.h"

static int add_stored(struct kcd_run *run, const struct kcd_stored_stand_ins *stored)
{
  int status = KCD_EXIT_OK;
  for (size_t i = 0; i < stored->n; i++) {
    if (stored->v[i].readable) {
      kcd_report_stand_in_record(run->report, &stored->v[i].record, stored->v[i].in_use ? "in-use" : NULL, NULL);
      continue;
    }
    kcd_report_unreadable_record(run->report, stored->v[i].file, &stored->v[i].error);
    status = KCD_EXIT_CANNOT_TELL;
  }
  return status;
}

/* The temporary accounts that this machine made: those that are gone, and those that may be left. */
static int add_stand_ins(struct kcd_run *run)
{
  struct kcd_stand_in_store store = {0};
  struct kcd_stored_stand_ins closed = {0}, open = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  int status = KCD_EXIT_OK;
  if (kcd_stand_in_store_open(&store, &err) == 0 && kcd_stand_in_load_closed(&store, &closed, &err) == 0 &&
      kcd_stand_in_load_open(&store, &open, &err) == 0) {
    status = add_stored(run, &closed);
    status = kcd_exit_worse(status, add_stored(run, &open));
  } else {
    status = kcd_run_failed(run, &err);
  }
  kcd_stored_stand_ins_done(&open);
  kcd_stored_stand_ins_done(&closed);
  kcd_stand_in_store_done(&store);
  return status;
}

int kcd_cmd_history(struct kcd_run *run)
{
  struct kcd_error err = KCD_ERROR_INIT;
  if (run->options->n_operands > 0) {
    kcd_fail(&err, KCD_E_USAGE, "history takes no operands");
    return kcd_run_failed(run, &err);
  }
  struct kcd_state state;
  if (kcd_state_open(&state, &err) != 0)
    return kcd_run_failed(run, &err);
  struct kcd_stored_records records = {0};
  int status = kcd_state_load_records(&state, &records, &err) == 0 ? KCD_EXIT_OK : kcd_run_failed(run, &err);
  for (size_t i = 0; i < records.n; i++) {
    const struct kcd_stored_record *stored = &records.v[i];
    if (stored->readable) {
      kcd_report_record(run->report, &stored->record);
      continue;
    }
    kcd_report_unreadable_record(run->report, stored->file, &stored->error);
    status = KCD_EXIT_CANNOT_TELL;
  }
  kcd_stored_records_done(&records);
  status = kcd_exit_worse(status, add_stand_ins(run));
  kcd_state_done(&state);
  return status;
}
