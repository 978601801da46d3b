#include "reassembly.h"

#include <stdlib.h>
#include <string.h>

#define RING_MIN 4096u

/* State of a byte in the ring: not seen, captured, or sent but cut off by the snap length. */
enum { ABSENT, CAPTURED, CUT };

void kcd_reassembly_init(struct kcd_reassembly *stream, const struct kcd_framing_out *out)
{
  size_t window = RING_MIN;
  while (window < out->max && window < KCD_REASSEMBLY_WINDOW)
    window *= 2;
  *stream = (struct kcd_reassembly){.window = window};
  kcd_framing_init(&stream->framing, false, out->max);
}

void kcd_reassembly_done(struct kcd_reassembly *stream)
{
  free(stream->bytes);
  stream->bytes = NULL;
  stream->size = stream->held = 0;
  kcd_framing_done(&stream->framing);
}

void kcd_reassembly_start(struct kcd_reassembly *stream, uint32_t sequence, bool in_step)
{
  stream->started = true;
  stream->first = stream->next = sequence;
  stream->framing.in_step = in_step;
}

size_t kcd_reassembly_memory(const struct kcd_reassembly *stream)
{
  return 2 * stream->size + stream->framing.message.size;
}

static uint8_t *states(const struct kcd_reassembly *stream)
{
  return stream->bytes + stream->size;
}

static size_t place(const struct kcd_reassembly *stream, uint32_t sequence)
{
  return sequence & (stream->size - 1);
}

/* Makes the ring hold at least NEEDED bytes from NEXT on. */
static void grow(struct kcd_reassembly *stream, size_t needed)
{
  if (needed <= stream->size)
    return;
  struct kcd_reassembly larger = *stream;
  larger.size = stream->size > 0 ? stream->size : RING_MIN;
  while (larger.size < needed)
    larger.size *= 2;
  larger.bytes = kcd_calloc(larger.size, 2);
  for (uint32_t i = 0; stream->held > 0 && i < stream->size; i++) {
    size_t from = place(stream, stream->next + i);
    size_t to = place(&larger, stream->next + i);
    larger.bytes[to] = stream->bytes[from];
    states(&larger)[to] = states(stream)[from];
  }
  free(stream->bytes);
  stream->bytes = larger.bytes;
  stream->size = larger.size;
}

static void store(struct kcd_reassembly *stream, const struct kcd_segment *segment)
{
  grow(stream, (uint32_t)(segment->sequence - stream->next) + segment->whole);
  uint8_t *state = states(stream);
  for (uint32_t i = 0; i < segment->whole; i++) {
    size_t at = place(stream, segment->sequence + i);
    stream->held += state[at] == ABSENT;
    if (i >= segment->len) {
      state[at] = state[at] == ABSENT ? CUT : state[at];
    } else if (state[at] != CAPTURED) {
      stream->bytes[at] = segment->data[i];
      state[at] = CAPTURED;
    }
  }
}

/* Hands on what is in the ring and whose turn it is. */
static void deliver(struct kcd_reassembly *stream, const struct kcd_framing_out *out)
{
  uint8_t *state = states(stream);
  while (stream->held > 0) {
    size_t at = place(stream, stream->next);
    uint8_t kind = state[at];
    if (kind == ABSENT)
      return;
    size_t n = 0;
    while (at + n < stream->size && state[at + n] == kind)
      n++;
    if (kind == CAPTURED)
      kcd_framing_feed(&stream->framing, stream->bytes + at, n, out);
    else
      kcd_framing_gap(&stream->framing, n, true, out);
    memset(state + at, ABSENT, n);
    stream->held -= n;
    stream->next += (uint32_t)n;
  }
}

/* LEN bytes do not come any more. */
static void give_up(struct kcd_reassembly *stream, size_t len, const struct kcd_framing_out *out)
{
  out->counts->lost++;
  kcd_framing_gap(&stream->framing, len, false, out);
  stream->next += (uint32_t)len;
}

static size_t first_known(const uint8_t *state, size_t len)
{
  const uint8_t *captured = memchr(state, CAPTURED, len);
  if (captured != NULL)
    len = (size_t)(captured - state);
  const uint8_t *cut = memchr(state, CUT, len);
  return cut != NULL ? (size_t)(cut - state) : len;
}

/* Gives up what is missing before the first byte in the ring, and hands on what follows. */
static void skip_hole(struct kcd_reassembly *stream, const struct kcd_framing_out *out)
{
  size_t at = place(stream, stream->next);
  size_t to_end = stream->size - at;
  size_t len = first_known(states(stream) + at, to_end);
  if (len == to_end)
    len += first_known(states(stream), at);
  give_up(stream, len, out);
  deliver(stream, out);
}

/* Leaves the first N bytes of the segment out. */
static void drop(struct kcd_segment *segment, size_t n)
{
  size_t captured = n < segment->len ? n : segment->len;
  segment->sequence += (uint32_t)n;
  segment->data += captured;
  segment->len -= captured;
  segment->whole -= n;
}

/* As much of a segment whose turn it is as fits into the ring, for the bytes in there came first. */
static size_t take_part(struct kcd_reassembly *stream, struct kcd_segment part, const struct kcd_framing_out *out)
{
  if (part.whole > stream->window)
    part.whole = stream->window;
  if (part.len > part.whole)
    part.len = part.whole;
  store(stream, &part);
  deliver(stream, out);
  return part.whole;
}

static void take_in_turn(struct kcd_reassembly *stream, const struct kcd_segment *segment,
                         const struct kcd_framing_out *out)
{
  kcd_framing_feed(&stream->framing, segment->data, segment->len, out);
  if (segment->whole > segment->len)
    kcd_framing_gap(&stream->framing, segment->whole - segment->len, true, out);
  stream->next += (uint32_t)segment->whole;
}

void kcd_reassembly_take(struct kcd_reassembly *stream, struct kcd_segment segment, const struct kcd_framing_out *out)
{
  while (segment.whole > 0) {
    int32_t distance = (int32_t)(segment.sequence - stream->next);
    size_t ahead = distance > 0 ? (size_t)distance : 0;
    size_t old = distance < 0 ? (size_t) - (int64_t)distance : 0;
    if (old >= segment.whole)
      return;
    drop(&segment, old);
    if (ahead == 0 && stream->held == 0) {
      take_in_turn(stream, &segment, out);
      return;
    }
    if (ahead + segment.whole <= stream->window) {
      store(stream, &segment);
      deliver(stream, out);
      return;
    }
    if (ahead == 0)
      drop(&segment, take_part(stream, segment, out));
    else if (stream->held > 0)
      skip_hole(stream, out);
    else
      give_up(stream, ahead, out);
  }
}

void kcd_reassembly_end(struct kcd_reassembly *stream, const struct kcd_framing_out *out)
{
  while (stream->held > 0)
    skip_hole(stream, out);
  if (kcd_framing_end(&stream->framing, out))
    out->counts->lost++;
  kcd_reassembly_done(stream);
}
