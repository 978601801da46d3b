/* Frames of a few connections, each six bytes and a payload: what is handed out is Kerberos, and memory is bounded.
 *
 * The first byte has the flags and the direction, the second the client's port and how much the snap length cut, two
 * are the sequence number, the last two the length of the payload. */
#include <kcdfix/stream.h>

#include "decode.h"
#include "target.h"

static const struct kcd_stream_limits limits = {.per_stream = 20000, .total = 100000, .streams = 5};

struct seen {
  uint64_t messages;
  uint64_t incomplete;
};

static void check_message(void *data, const struct kcd_carried *message)
{
  struct seen *seen = data;
  REQUIRE(message->len > 0 && message->len <= message->whole);
  REQUIRE(message->data[0] >= 0x6a && message->data[0] <= 0x7e);
  REQUIRE(!message->tcp || message->whole <= limits.per_stream);
  REQUIRE(message->stream > 0 && message->when > 0);
  REQUIRE((message->from_server ? message->from : message->to).port == 88);
  volatile uint8_t last = message->data[message->len - 1]; /* so that the sanitizers look at it */
  (void)last;
  seen->messages++;
  seen->incomplete += message->len < message->whole;
}

static struct kcd_frame next_frame(struct kcd_reader *in)
{
  uint8_t flags = kcd_read_u8(in);
  uint8_t port = kcd_read_u8(in);
  struct kcd_frame frame = {.kind = (flags & 0x80) != 0 ? KCD_FRAME_UDP : KCD_FRAME_TCP,
                            .source = {4, {127, 0, 0, 1}},
                            .destination = {4, {127, 0, 0, 1}},
                            .source_port = (flags & 0x40) != 0 ? 88 : (uint16_t)(1000 + port % 8),
                            .destination_port = (flags & 0x40) != 0 ? (uint16_t)(1000 + port % 8) : 88,
                            .flags = flags & (KCD_TCP_SYN | KCD_TCP_FIN | KCD_TCP_RST | KCD_TCP_ACK)};
  frame.sequence = (uint32_t)(kcd_read_u16le(in) * ((flags & 0x20) != 0 ? 0x10001u : 1u));
  size_t len = kcd_read_u16le(in);
  frame.len = len < in->left ? len : in->left;
  frame.payload = kcd_read_bytes(in, frame.len);
  frame.whole = frame.len + (size_t)(port & 0xf8);
  return frame;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct seen seen = {0};
  KCD_AUTO(kcd_streams) streams = kcd_streams_new(88, &limits, check_message, &seen);
  struct kcd_reader in;
  kcd_reader_init(&in, data, size);
  for (int64_t now = 1; in.left >= 6; now++) {
    struct kcd_frame frame = next_frame(&in);
    kcd_streams_take(streams, &frame, now);
    REQUIRE(kcd_streams_kept(streams) <= limits.total);
  }
  kcd_streams_end(streams);
  const struct kcd_stream_counts *counts = kcd_streams_counts(streams);
  REQUIRE(kcd_streams_kept(streams) == 0);
  REQUIRE(counts->messages == seen.messages);
  REQUIRE(seen.incomplete <= counts->cut + counts->lost);
  return 0;
}
