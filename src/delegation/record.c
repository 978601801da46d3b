#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/record.h>

#include "recordfields.h"

#define SUFFIX_MAX 5                 /* "-1001", for changes of one second */
#define TEXT_MAX ((size_t)256 << 10) /* twice what Linux takes as one argument: a reason can be long */

/* clang-format off */
#define FIELD_SINCE(NAME, KIND, SINCE) {#NAME, KCD_FIELD_##KIND, offsetof(struct kcd_record, NAME), SINCE}
#define FIELD(NAME, KIND) FIELD_SINCE(NAME, KIND, 1)
/* clang-format on */

static const struct kcd_field fields[] = {
    FIELD(id, ID),
    FIELD(run, ID),
    FIELD(state, STATE),
    FIELD(tool_version, TEXT),
    FIELD(created, TIME),
    FIELD(changed, TIME),
    FIELD(undone, TIME),
    FIELD(by, TEXT),
    FIELD(uid, U32),
    FIELD(reason, OPTIONAL),
    FIELD(dc, TEXT),
    FIELD(domain, TEXT),
    FIELD(host, TEXT),
    FIELD(dn, TEXT),
    FIELD(guid, GUID),
    FIELD(mode, MODE),
    FIELD(spns, SPNS),
    FIELD(list_before, VALUES),
    FIELD(list_added, VALUES),
    FIELD_SINCE(list_removed, VALUES, 3),
    FIELD(list_ours, BOOL),
    FIELD(uac_before, U32),
    FIELD(uac_after, U32),
    FIELD(uac_ours, BOOL),
    FIELD_SINCE(rbcd_before, BYTES, 2),
    FIELD_SINCE(rbcd_after, BYTES, 2),
    FIELD_SINCE(rbcd_added, VALUES, 2),
    FIELD_SINCE(rbcd_ours, BOOL, 2),
    FIELD(usn_before, U64),
};
const struct kcd_record_form kcd_change_record_form = {.what = "change record",
                                                       .schema_stem = "kcdfix.record/",
                                                       .newest = 3,
                                                       .size_max = KCD_RECORD_MAX,
                                                       .text_max = TEXT_MAX,
                                                       .fields = fields,
                                                       .n_fields = sizeof fields / sizeof fields[0]};

static const char *const state_names[] = {
    [KCD_RECORD_PLANNED] = "planned", [KCD_RECORD_APPLIED] = "applied",   [KCD_RECORD_ALREADY] = "already",
    [KCD_RECORD_REFUSED] = "refused", [KCD_RECORD_CONFLICT] = "conflict", [KCD_RECORD_UNKNOWN] = "unknown",
    [KCD_RECORD_UNDOING] = "undoing", [KCD_RECORD_UNDONE] = "undone"};

const char *kcd_record_state_name(enum kcd_record_state state)
{
  return state_names[state];
}

int kcd_record_state_parse(const char *name, enum kcd_record_state *ret)
{
  const int index = kcd_word_index(state_names, sizeof state_names / sizeof state_names[0], name);
  if (index < 0)
    return -1;
  *ret = (enum kcd_record_state)index;
  return 0;
}

void kcd_record_done(struct kcd_record *record)
{
  if (record == NULL)
    return;
  char *const texts[] = {record->id, record->run,    record->tool_version, record->by, record->reason,
                         record->dc, record->domain, record->host,         record->dn};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    free(texts[i]);
  for (size_t i = 0; i < record->n_spns; i++)
    free(record->spns[i]);
  free(record->spns);
  kcd_values_done(&record->list_before);
  kcd_values_done(&record->list_added);
  kcd_values_done(&record->list_removed);
  kcd_bytes_done(&record->rbcd_before);
  kcd_bytes_done(&record->rbcd_after);
  kcd_values_done(&record->rbcd_added);
  *record = (struct kcd_record){0};
}

static bool is_name_char(char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

char *kcd_record_make_id(time_t when, const char *sam_account_name)
{
  KCD_AUTO_CHAR time = kcd_time_compact(when);
  size_t len = strlen(sam_account_name);
  if (len > 0 && sam_account_name[len - 1] == '$')
    len--;
  const size_t room = KCD_RECORD_ID_MAX - SUFFIX_MAX - strlen(time) - 1;
  if (len > room)
    len = room;
  KCD_AUTO_CHAR name = len == 0 ? kcd_strdup("_") : kcd_strndup(sam_account_name, len);
  for (char *p = name; *p != '\0'; p++)
    if (!is_name_char(*p))
      *p = '_';
  return kcd_asprintf("%s-%s", time, name);
}

bool kcd_record_id_is_valid(const char *text)
{
  static const char form[] = "00000000T000000Z-";
  const size_t len = strlen(text);
  if (len < sizeof form || len > KCD_RECORD_ID_MAX)
    return false;
  for (size_t i = 0; i < sizeof form - 1; i++)
    if (form[i] == '0' ? isdigit((unsigned char)text[i]) == 0 : text[i] != form[i])
      return false;
  for (const char *p = text + sizeof form - 1; *p != '\0'; p++)
    if (!is_name_char(*p))
      return false;
  return true;
}
