/* A stand-in's record as somebody may have left it: decoded, encoded, decoded again, and held against an account. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/stand_in_record.h>
#include <kcdfix/text.h>

#include "decode.h"
#include "target.h"

/* The account that the record describes, with a description that somebody else wrote. */
static void judge(const struct kcd_stand_in_record *record)
{
  struct kcd_stand_in_found found = {.dn = record->dn, .name = record->name, .created = record->dc_time};
  uint8_t nonce[KCD_STAND_IN_NONCE];
  memcpy(found.guid, record->guid, sizeof found.guid);
  found.description = record->reason;
  char *why = NULL;
  bool is = kcd_stand_in_is_recorded(&found, record, &why);
  REQUIRE(is == (why == NULL));
  REQUIRE(!is || (kcd_stand_in_mark_parse(record->reason, nonce) == 0 && memcmp(nonce, record->nonce, 16) == 0));
  REQUIRE(why == NULL || kcd_is_displayable(why));
  free(why);
  KCD_AUTO_CHAR own =
      kcd_stand_in_description(record->nonce, record->host, record->by, record->created, record->reason);
  REQUIRE(strlen(own) <= 1024 && kcd_is_displayable(own));
  REQUIRE(kcd_stand_in_mark_parse(own, nonce) == 0 && memcmp(nonce, record->nonce, sizeof nonce) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_stand_in_record record;
  struct kcd_stand_in_record again;
  if (kcd_stand_in_record_decode(data, size, &record, &err) != 0) {
    REQUIRE(kcd_error_is_set(&err));
    return 0;
  }
  REQUIRE(strncmp(record.name, KCD_STAND_IN_PREFIX, strlen(KCD_STAND_IN_PREFIX)) == 0);
  judge(&record);
  KCD_AUTO_CHAR text = kcd_stand_in_record_encode(&record);
  if (strlen(text) <= KCD_STAND_IN_RECORD_MAX) { /* indented, it is longer than it may have been */
    REQUIRE(kcd_stand_in_record_decode(text, strlen(text), &again, &err) == 0);
    KCD_AUTO_CHAR second = kcd_stand_in_record_encode(&again);
    REQUIRE(strcmp(text, second) == 0);
    kcd_stand_in_record_done(&again);
  }
  kcd_stand_in_record_done(&record);
  return 0;
}
