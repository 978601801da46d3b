#include <kcdfix/stream.h>

#include <stdlib.h>

#include "streamtable.h"

/* A segment farther from the one expected than any window of a Kerberos connection is not of the same connection. */
#define FAR ((int32_t)1 << 20)

struct kcd_streams {
  uint16_t port;
  size_t total;
  kcd_carried_fn *fn;
  void *data;
  struct kcd_stream_counts counts;
  struct kcd_framing_out out;
  struct kcd_stream_table table;
  uint64_t last_number;
  size_t kept;
  const struct kcd_stream *speaking; /* whose messages are being handed out */
  enum kcd_stream_side side;
};

static void carry(struct kcd_streams *streams, bool tcp, const uint8_t *message, size_t len, size_t whole)
{
  const struct kcd_stream *stream = streams->speaking;
  struct kcd_carried carried = {
      .when = stream->heard[streams->side],
      .from = stream->ends[streams->side],
      .to = stream->ends[!streams->side],
      .tcp = tcp,
      .from_server = streams->side == KCD_FROM_SERVER,
      .stream = stream->number,
      .data = message,
      .len = len,
      .whole = whole,
  };
  streams->fn(streams->data, &carried);
}

static void carry_tcp(void *data, const uint8_t *message, size_t len, size_t whole)
{
  carry(data, true, message, len, whole);
}

struct kcd_streams *kcd_streams_new(uint16_t port, const struct kcd_stream_limits *limits, kcd_carried_fn *fn,
                                    void *data)
{
  struct kcd_streams *streams = kcd_calloc(1, sizeof(*streams));
  streams->port = port;
  streams->total = limits->total;
  streams->fn = fn;
  streams->data = data;
  streams->out = (struct kcd_framing_out){
      .message = carry_tcp, .data = streams, .counts = &streams->counts, .max = limits->per_stream};
  kcd_stream_table_init(&streams->table, limits->streams);
  return streams;
}

void kcd_streams_free(struct kcd_streams *streams)
{
  if (streams == NULL)
    return;
  kcd_stream_table_done(&streams->table);
  free(streams);
}

const struct kcd_stream_counts *kcd_streams_counts(const struct kcd_streams *streams)
{
  return &streams->counts;
}

size_t kcd_streams_kept(const struct kcd_streams *streams)
{
  return streams->kept;
}

static void account(struct kcd_streams *streams, struct kcd_stream *stream)
{
  size_t memory = 0;
  for (size_t side = 0; side < 2; side++)
    if (stream->directions[side] != NULL)
      memory += kcd_reassembly_memory(stream->directions[side]);
  streams->kept += memory - stream->memory;
  stream->memory = memory;
}

/* What one side said is over: hands out what is there, and keeps nothing but the numbers. */
static void settle_side(struct kcd_streams *streams, struct kcd_stream *stream, enum kcd_stream_side side)
{
  if (stream->directions[side] == NULL)
    return;
  streams->speaking = stream;
  streams->side = side;
  kcd_reassembly_end(stream->directions[side], &streams->out);
}

static void settle(struct kcd_streams *streams, struct kcd_stream *stream)
{
  settle_side(streams, stream, KCD_FROM_CLIENT);
  settle_side(streams, stream, KCD_FROM_SERVER);
  account(streams, stream);
}

static bool is_waiting(const struct kcd_stream *stream)
{
  bool waiting = false;
  for (size_t side = 0; side < 2; side++) {
    const struct kcd_reassembly *direction = stream->directions[side];
    waiting = waiting || (direction != NULL && (direction->held > 0 || direction->framing.message.len > 0));
  }
  return waiting;
}

static void evict(struct kcd_streams *streams, struct kcd_stream *stream)
{
  if (is_waiting(stream))
    streams->counts.given_up++;
  settle(streams, stream);
  kcd_stream_table_remove(&streams->table, stream);
}

static void begin_anew(struct kcd_streams *streams, struct kcd_stream *stream)
{
  settle(streams, stream);
  for (size_t side = 0; side < 2; side++) {
    free(stream->directions[side]);
    stream->directions[side] = NULL;
    stream->finished[side] = false;
  }
  stream->number = ++streams->last_number;
}

static struct kcd_endpoint endpoint(const struct kcd_address *address, uint16_t port)
{
  return (struct kcd_endpoint){.address = *address, .port = port};
}

static enum kcd_stream_side side_of(const struct kcd_streams *streams, const struct kcd_frame *frame)
{
  return frame->destination_port == streams->port ? KCD_FROM_CLIENT : KCD_FROM_SERVER;
}

/* The stream of a frame; NULL where it is not known and not to be added. */
static struct kcd_stream *stream_of(struct kcd_streams *streams, const struct kcd_frame *frame, bool add)
{
  enum kcd_stream_side side = side_of(streams, frame);
  struct kcd_endpoint ends[2];
  ends[side] = endpoint(&frame->source, frame->source_port);
  ends[!side] = endpoint(&frame->destination, frame->destination_port);
  struct kcd_stream_key key =
      kcd_stream_key(frame->kind == KCD_FRAME_TCP, &ends[KCD_FROM_CLIENT], &ends[KCD_FROM_SERVER]);
  struct kcd_stream *stream = kcd_stream_table_find(&streams->table, &key);
  if (stream != NULL || !add)
    return stream;
  struct kcd_stream *old = kcd_stream_table_in_the_way(&streams->table, &key);
  if (old != NULL)
    evict(streams, old);
  stream = kcd_stream_table_add(&streams->table, &key);
  stream->ends[0] = ends[0];
  stream->ends[1] = ends[1];
  stream->number = ++streams->last_number;
  return stream;
}

static void take_datagram(struct kcd_streams *streams, const struct kcd_frame *frame, int64_t when)
{
  if (frame->whole == 0)
    return;
  streams->counts.datagrams++;
  if (frame->len == 0 || !kcd_framing_is_kerberos(frame->payload[0])) {
    *(frame->len == 0 ? &streams->counts.cut : &streams->counts.given_up) += 1;
    return;
  }
  struct kcd_stream *stream = stream_of(streams, frame, true);
  streams->speaking = stream;
  streams->side = side_of(streams, frame);
  stream->heard[streams->side] = when;
  streams->counts.messages++;
  streams->counts.cut += frame->len < frame->whole;
  carry(streams, false, frame->payload, frame->len, frame->whole);
}

static void start(struct kcd_streams *streams, struct kcd_stream *stream, enum kcd_stream_side side, uint32_t sequence,
                  bool in_step)
{
  if (stream->directions[side] == NULL) {
    stream->directions[side] = kcd_calloc(1, sizeof(struct kcd_reassembly));
    kcd_reassembly_init(stream->directions[side], &streams->out);
  }
  kcd_reassembly_start(stream->directions[side], sequence, in_step);
}

/* The connection may be another one than before on the same ports. */
static void take_syn(struct kcd_streams *streams, struct kcd_stream *stream, enum kcd_stream_side side, uint32_t first)
{
  const struct kcd_reassembly *direction = stream->directions[side];
  if (direction != NULL && direction->first == first)
    return;
  if (direction != NULL)
    begin_anew(streams, stream);
  start(streams, stream, side, first, true);
}

/* False for a segment that has nothing to do with the connection as it is known. */
static bool belongs(struct kcd_streams *streams, struct kcd_stream *stream, enum kcd_stream_side side,
                    const struct kcd_segment *segment)
{
  const struct kcd_reassembly *direction = stream->directions[side];
  if (direction != NULL) {
    int32_t distance = (int32_t)(segment->sequence - direction->next);
    if (distance < FAR && distance > -FAR)
      return true;
    if (!kcd_framing_begins(segment->data, segment->len, streams->out.max)) {
      streams->counts.given_up++;
      return false;
    }
    begin_anew(streams, stream);
  }
  streams->counts.midstream++;
  start(streams, stream, side, segment->sequence, false);
  return true;
}

static void take_payload(struct kcd_streams *streams, struct kcd_stream *stream, enum kcd_stream_side side,
                         const struct kcd_segment *segment)
{
  streams->counts.segments++;
  if (!belongs(streams, stream, side, segment))
    return;
  streams->speaking = stream;
  streams->side = side;
  kcd_reassembly_take(stream->directions[side], *segment, &streams->out);
}

/* RST ends both directions; FIN ends one, and what is missing of it may still come until the other one ends, too. */
static void take_end(struct kcd_streams *streams, struct kcd_stream *stream, enum kcd_stream_side side, uint8_t flags,
                     uint32_t end)
{
  const struct kcd_reassembly *direction = stream->directions[side];
  stream->finished[side] = stream->finished[side] || (flags & KCD_TCP_FIN) != 0;
  if ((flags & KCD_TCP_RST) != 0 || (stream->finished[0] && stream->finished[1]))
    settle(streams, stream);
  else if (direction != NULL && direction->next == end)
    settle_side(streams, stream, side);
}

static void take_tcp(struct kcd_streams *streams, const struct kcd_frame *frame, int64_t when)
{
  bool syn = (frame->flags & KCD_TCP_SYN) != 0;
  bool end = (frame->flags & (KCD_TCP_FIN | KCD_TCP_RST)) != 0;
  bool payload =
      frame->whole > 0 && (frame->flags & KCD_TCP_RST) == 0; /* a reason may stand in a RST: RFC 9293 3.5.2 */
  if (!payload && !syn && !end)
    return;
  struct kcd_stream *stream = stream_of(streams, frame, syn || payload);
  if (stream == NULL)
    return;
  enum kcd_stream_side side = side_of(streams, frame);
  struct kcd_segment segment = {
      .sequence = frame->sequence + (syn ? 1 : 0), .data = frame->payload, .len = frame->len, .whole = frame->whole};
  if (syn)
    take_syn(streams, stream, side, segment.sequence);
  stream->heard[side] = when;
  if (payload)
    take_payload(streams, stream, side, &segment);
  if (end)
    take_end(streams, stream, side, frame->flags, segment.sequence + (uint32_t)segment.whole);
  account(streams, stream);
  while (streams->kept > streams->total)
    evict(streams, streams->table.oldest);
}

void kcd_streams_take(struct kcd_streams *streams, const struct kcd_frame *frame, int64_t when)
{
  streams->counts.frames++;
  streams->counts.broken += frame->kind == KCD_FRAME_BROKEN;
  if (frame->source_port != streams->port && frame->destination_port != streams->port)
    return;
  if (frame->kind == KCD_FRAME_FRAGMENT)
    streams->counts.fragments++;
  else if (frame->kind == KCD_FRAME_UDP)
    take_datagram(streams, frame, when);
  else if (frame->kind == KCD_FRAME_TCP)
    take_tcp(streams, frame, when);
}

void kcd_streams_end(struct kcd_streams *streams)
{
  for (struct kcd_stream *stream = streams->table.oldest; stream != NULL; stream = stream->younger)
    settle(streams, stream);
}
