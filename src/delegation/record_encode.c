#include "recordfields.h"

static json_t *spns_value(const struct kcd_record *record)
{
  json_t *array = kcd_json_made(json_array());
  for (size_t i = 0; i < record->n_spns; i++)
    kcd_json_append(array, kcd_json_text(record->spns[i]));
  return array;
}

static json_t *put_own(const void *record, const struct kcd_field *field)
{
  const void *member = (const char *)record + field->offset;
  switch (field->kind) {
  case KCD_FIELD_STATE:
    return json_string(kcd_record_state_name(*(const enum kcd_record_state *)member));
  case KCD_FIELD_MODE:
    return json_string(kcd_mode_name(*(const enum kcd_mode *)member));
  default:
    return spns_value(record);
  }
}

char *kcd_record_encode(const struct kcd_record *record)
{
  return kcd_form_encode(&kcd_change_record_form, put_own, record);
}
