/* A change record as somebody may have left it: decoded, encoded, decoded again, and planned to be undone. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/record.h>

#include "decode.h"
#include "target.h"

/* The object as the record says it was left, so that undoing has something to do. */
static void undo(const struct kcd_record *record)
{
  struct kcd_account now = {.has_uac = true, .uac = record->uac_after};
  struct kcd_undo_plan plan;
  kcd_values_copy(&now.delegate_to, &record->list_added);
  now.uac_meta = now.list_meta = (struct kcd_attr_meta){.version = 2, .local_usn = UINT64_MAX};
  kcd_undo_plan(record, &now, &plan);
  for (size_t i = 0; i < plan.remove.n; i++)
    REQUIRE(kcd_values_find(&record->list_added, plan.remove.v[i].data, plan.remove.v[i].len) >= 0);
  for (size_t i = 0; i < plan.restore.n; i++)
    REQUIRE(kcd_values_find(&record->list_before, plan.restore.v[i].data, plan.restore.v[i].len) >= 0);
  REQUIRE(((plan.uac_before ^ plan.uac_after) & ~UINT32_C(0x1000000)) == 0);
  REQUIRE((plan.why != NULL) == (plan.verdict == KCD_UNDO_CONFLICT));
  (void)kcd_record_resolve(record, &now);
  kcd_undo_plan_done(&plan);
  kcd_values_done(&now.delegate_to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_record record;
  struct kcd_record again;
  if (kcd_record_decode(data, size, &record, &err) != 0) {
    REQUIRE(kcd_error_is_set(&err));
    return 0;
  }
  REQUIRE(kcd_record_id_is_valid(record.id));
  KCD_AUTO_CHAR text = kcd_record_encode(&record);
  REQUIRE(kcd_record_decode(text, strlen(text), &again, &err) == 0);
  KCD_AUTO_CHAR second = kcd_record_encode(&again);
  REQUIRE(strcmp(text, second) == 0);
  undo(&record);
  kcd_record_done(&again);
  kcd_record_done(&record);
  return 0;
}
