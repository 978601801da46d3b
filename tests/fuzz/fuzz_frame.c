/* A link type, and a frame: the payload lies inside it. */
#include <string.h>

#include <kcdfix/frame.h>

#include "decode.h"
#include "target.h"

static void check_address(const struct kcd_address *address)
{
  char text[KCD_ADDRESS_TEXT_MAX];
  REQUIRE(address->len == 0 || address->len == 4 || address->len == 16);
  REQUIRE((kcd_address_text(address, text)[0] == '\0') == (address->len == 0));
  REQUIRE(strlen(text) < KCD_ADDRESS_TEXT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  struct kcd_frame frame;
  kcd_frame_decode((enum kcd_link)(data[0] % (KCD_LINK_LOOP + 1)), data + 1, size - 1, &frame);
  bool has_payload = frame.kind == KCD_FRAME_UDP || frame.kind == KCD_FRAME_TCP;
  REQUIRE(has_payload == (frame.payload != NULL));
  REQUIRE(frame.len <= frame.whole);
  REQUIRE(!has_payload || (frame.payload > data && frame.payload + frame.len <= data + size));
  REQUIRE(has_payload || frame.whole == 0);
  REQUIRE(!has_payload || frame.source.len != 0);
  REQUIRE(frame.source.len == frame.destination.len);
  check_address(&frame.source);
  check_address(&frame.destination);
  return 0;
}
