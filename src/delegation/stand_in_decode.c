/* What a record says decides what is deleted: it is whole and of its form, or it is none. */
#include <kcdfix/ldaptext.h>

#include "stand_in_fields.h"

static int take_own(const json_t *value, const struct kcd_record_form *form, const struct kcd_field *field, void *data)
{
  (void)form;
  struct kcd_stand_in_record *record = data;
  const char *text = kcd_json_plain(value);
  if (field->kind == KCD_STAND_IN_FIELD_GUID && json_is_null(value))
    return 0;
  if (text == NULL)
    return -1;
  if (field->kind == KCD_STAND_IN_FIELD_STATE)
    return kcd_stand_in_state_parse(text, &record->state);
  if (field->kind == KCD_STAND_IN_FIELD_NONCE)
    return kcd_stand_in_nonce_parse(text, record->nonce);
  record->has_guid = true;
  return kcd_guid_parse(text, record->guid);
}

int kcd_stand_in_record_decode(const void *data, size_t len, struct kcd_stand_in_record *ret, struct kcd_error *err)
{
  struct kcd_stand_in_record record = {0};
  int result = kcd_form_decode(&kcd_stand_in_record_form, take_own, data, len, &record, err);
  if (result == 0 && !kcd_stand_in_is_name(record.name))
    result =
        kcd_fail(err, KCD_E_MALFORMED, "stand-in record: name is not that of a stand-in, " KCD_STAND_IN_PREFIX "...");
  if (result == 0)
    *ret = record;
  else
    kcd_stand_in_record_done(&record);
  return result;
}
