/* reassembly.h - one direction of a TCP stream: segments as they were captured become bytes in order (RFC 9293 3.4).
 *
 * What is ahead of its turn waits in a ring that sequence numbers index, so that neither the order nor the number of
 * segments makes it slow: each byte is copied at most twice. A byte that is there already stays as it is.
 */
#ifndef KCDFIX_CODEC_REASSEMBLY_H
#define KCDFIX_CODEC_REASSEMBLY_H

#include "framing.h"

/* How far ahead of its turn a byte may be. When one is beyond, what is missing before it does not come any more. */
#define KCD_REASSEMBLY_WINDOW ((size_t)128 << 10)

/* A part of a stream: WHOLE bytes were sent, the first LEN of them are at DATA. */
struct kcd_segment {
  uint32_t sequence;
  const uint8_t *data;
  size_t len;
  size_t whole;
};

struct kcd_reassembly {
  bool started;   /* FIRST and NEXT are known */
  uint32_t first; /* sequence of the first byte */
  uint32_t next;  /* of the byte whose turn it is */
  uint8_t *bytes; /* the ring: SIZE bytes, a power of two, and behind them SIZE states */
  size_t size;
  size_t held; /* bytes in the ring that are known, captured or not */
  size_t window;
  struct kcd_framing framing;
};

void kcd_reassembly_init(struct kcd_reassembly *stream, const struct kcd_framing_out *out);
void kcd_reassembly_done(struct kcd_reassembly *stream);
/* The first byte has this number. IN_STEP: a message begins there. */
void kcd_reassembly_start(struct kcd_reassembly *stream, uint32_t sequence, bool in_step);
/* A segment of a stream that has started. */
void kcd_reassembly_take(struct kcd_reassembly *stream, struct kcd_segment segment, const struct kcd_framing_out *out);
/* Nothing more comes: hands out what is there. */
void kcd_reassembly_end(struct kcd_reassembly *stream, const struct kcd_framing_out *out);
/* Bytes that are allocated for it. */
size_t kcd_reassembly_memory(const struct kcd_reassembly *stream);

#endif
