#include <kcdfix/stand_in_record.h>

#include <stdlib.h>
#include <string.h>

#include "stand_in_fields.h"

/* clang-format off */
#define FIELD(NAME, KIND) {#NAME, KCD_FIELD_##KIND, offsetof(struct kcd_stand_in_record, NAME), 1}
#define OWN(NAME, KIND) {#NAME, KCD_STAND_IN_FIELD_##KIND, offsetof(struct kcd_stand_in_record, NAME), 1}
/* clang-format on */

static const struct kcd_field fields[] = {
    FIELD(id, ID),           OWN(state, STATE),   FIELD(tool_version, TEXT), FIELD(created, TIME), FIELD(dc_time, TIME),
    FIELD(closed, TIME),     FIELD(absent, TIME), FIELD(purpose, TEXT),      FIELD(by, TEXT),      FIELD(uid, U32),
    FIELD(reason, OPTIONAL), FIELD(dc, TEXT),     FIELD(domain, TEXT),       FIELD(host, TEXT),    FIELD(name, TEXT),
    FIELD(dn, TEXT),         OWN(guid, GUID),     OWN(nonce, NONCE),
};
const struct kcd_record_form kcd_stand_in_record_form = {.what = "stand-in record",
                                                         .schema_stem = "kcdfix.stand-in-record/",
                                                         .newest = 1,
                                                         .size_max = KCD_STAND_IN_RECORD_MAX,
                                                         .text_max = KCD_STAND_IN_TEXT_MAX,
                                                         .fields = fields,
                                                         .n_fields = sizeof fields / sizeof fields[0]};

static const char *const state_names[] = {
    [KCD_STAND_IN_PLANNED] = "planned", [KCD_STAND_IN_MADE] = "made",       [KCD_STAND_IN_UNKNOWN] = "unknown",
    [KCD_STAND_IN_REFUSED] = "refused", [KCD_STAND_IN_DELETED] = "deleted", [KCD_STAND_IN_ABSENT] = "absent"};

const char *kcd_stand_in_state_name(enum kcd_stand_in_state state)
{
  return state_names[state];
}

int kcd_stand_in_state_parse(const char *name, enum kcd_stand_in_state *ret)
{
  const int index = kcd_word_index(state_names, sizeof state_names / sizeof state_names[0], name);
  if (index < 0)
    return -1;
  *ret = (enum kcd_stand_in_state)index;
  return 0;
}

bool kcd_stand_in_is_open(enum kcd_stand_in_state state)
{
  return state == KCD_STAND_IN_PLANNED || state == KCD_STAND_IN_MADE || state == KCD_STAND_IN_UNKNOWN;
}

void kcd_stand_in_record_done(struct kcd_stand_in_record *record)
{
  if (record == NULL)
    return;
  char *const texts[] = {record->id, record->tool_version, record->purpose, record->by,   record->reason,
                         record->dc, record->domain,       record->host,    record->name, record->dn};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    free(texts[i]);
  *record = (struct kcd_stand_in_record){0};
}
