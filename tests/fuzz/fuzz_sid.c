/* Binary and text form of a SID, each decoded, encoded, and compared. */
#include <string.h>

#include <kcdfix/sid.h>

#include "decode.h"
#include "target.h"

static void binary(const uint8_t *data, size_t size)
{
  struct kcd_sid sid;
  if (kcd_sid_decode(data, size, &sid) != 0)
    return;
  struct kcd_buf again;
  kcd_buf_init(&again, size);
  kcd_sid_write(&again, &sid);
  REQUIRE(!again.failed && again.len == size && memcmp(again.data, data, size) == 0);
  kcd_buf_done(&again);
}

static void text_of(const struct kcd_sid *sid)
{
  char text[KCD_SID_TEXT_MAX];
  struct kcd_sid again;
  REQUIRE(kcd_sid_parse(kcd_sid_text(sid, text), &again) == 0);
  REQUIRE(kcd_sid_equal(sid, &again));
  (void)kcd_sid_well_known(sid);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_sid sid;
  KCD_AUTO_CHAR text = string_of(data, size);
  binary(data, size);
  if (kcd_sid_decode(data, size, &sid) == 0)
    text_of(&sid);
  if (kcd_sid_parse(text, &sid) == 0)
    text_of(&sid);
  return 0;
}
