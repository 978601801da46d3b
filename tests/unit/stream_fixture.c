#include "stream_fixture.h"

void add_message(struct kcd_buf *out, uint8_t tag, size_t len, unsigned seed)
{
  size_t header = len <= 127 + 2 ? 2 : 4;
  kcd_buf_add_u8(out, tag);
  if (header == 4) {
    kcd_buf_add_u8(out, 0x82);
    kcd_buf_add_u8(out, (uint8_t)((len - header) >> 8));
  }
  kcd_buf_add_u8(out, (uint8_t)(len - header));
  for (size_t i = header; i < len; i++)
    kcd_buf_add_u8(out, (uint8_t)((size_t)seed * 31 + i * 7));
}

static void add_prefix(struct kcd_buf *out, size_t len)
{
  for (int shift = 24; shift >= 0; shift -= 8)
    kcd_buf_add_u8(out, (uint8_t)(len >> shift));
}

void add_prefixed(struct kcd_buf *out, uint8_t tag, size_t len, unsigned seed)
{
  add_prefix(out, len);
  add_message(out, tag, len, seed);
}

struct kcd_frame segment(uint16_t client_port, uint32_t sequence, uint8_t flags, const void *payload, size_t len)
{
  return (struct kcd_frame){.kind = KCD_FRAME_TCP,
                            .source = {4, {127, 0, 0, 20}},
                            .destination = {4, {127, 0, 0, 10}},
                            .source_port = client_port,
                            .destination_port = KDC_PORT,
                            .sequence = sequence,
                            .flags = flags,
                            .payload = len > 0 ? payload : (const uint8_t *)"",
                            .len = len,
                            .whole = len};
}

struct kcd_frame reversed(struct kcd_frame frame)
{
  struct kcd_frame back = frame;
  back.source = frame.destination;
  back.destination = frame.source;
  back.source_port = frame.destination_port;
  back.destination_port = frame.source_port;
  return back;
}

void receive(void *data, const struct kcd_carried *message)
{
  struct received *received = data;
  add_prefix(&received->bytes, message->whole);
  kcd_buf_add(&received->bytes, message->data, message->len);
  received->n++;
  received->incomplete += message->len < message->whole;
  received->last = *message;
  received->last.data = NULL;
}
