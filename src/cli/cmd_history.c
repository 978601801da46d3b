/* kcdfix history: the changes made from this machine. No server is asked. */
#include <kcdfix/alloc.h>

#include "commands.h"
#include "exit_status.h"
#include "state.h"

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
  kcd_state_done(&state);
  return status;
}
