#include <string.h>

#include <kcdfix/text.h>

#include "stand_in_fields.h"

static json_t *put_own(const void *data, const struct kcd_field *field)
{
  const struct kcd_stand_in_record *record = data;
  if (field->kind == KCD_STAND_IN_FIELD_STATE)
    return json_string(kcd_stand_in_state_name(record->state));
  if (field->kind == KCD_STAND_IN_FIELD_GUID)
    return record->has_guid ? kcd_json_guid(record->guid) : json_null();
  KCD_AUTO_CHAR nonce = kcd_hex(record->nonce, sizeof record->nonce);
  return json_string(nonce);
}

/* As much of TEXT as a record keeps, whole characters; owned. */
static char *cut(const char *text)
{
  size_t len = text == NULL ? 0 : strlen(text);
  if (len <= KCD_STAND_IN_TEXT_MAX)
    return kcd_strdup(text);
  for (len = KCD_STAND_IN_TEXT_MAX; ((unsigned char)text[len] & 0xC0u) == 0x80u && len > KCD_STAND_IN_TEXT_MAX - 3;)
    len--;
  return kcd_strndup(text, len);
}

char *kcd_stand_in_record_encode(const struct kcd_stand_in_record *record)
{
  KCD_AUTO_CHAR reason = cut(record->reason);
  struct kcd_stand_in_record kept = *record;
  kept.reason = reason;
  return kcd_form_encode(&kcd_stand_in_record_form, put_own, &kept);
}
