/* stream.h - Kerberos messages out of frames: UDP datagrams as they are, TCP put together again (RFC 4120 7.2.2: four
 * bytes of length before each message). No I/O; bounded memory.
 *
 * TCP segments may come out of order, twice, overlapping (the bytes that came first count), or never; a message may lie
 * over many segments, and a segment may hold many messages. Streams are known by both addresses and both ports; a SYN
 * with another sequence number on ports of an old one begins a new one, and so does a message far from the numbers of
 * the old one. A stream whose beginning was not captured is read from the first place that is certain to begin a
 * message (a length within bounds, the tag of a Kerberos message, and a DER length that agrees), and so is one behind a
 * hole that hides where the next message begins.
 *
 * A segment counts as lost when a later one is more than 128 KiB ahead of it, and when the stream or the capture ends.
 */
#ifndef KCDFIX_STREAM_H
#define KCDFIX_STREAM_H

#include <kcdfix/alloc.h>
#include <kcdfix/frame.h>

/* One end of a conversation. */
struct kcd_endpoint {
  struct kcd_address address;
  uint16_t port;
};

/* A message as it was carried. */
struct kcd_carried {
  int64_t when; /* microseconds since 1970, of the frame that completed it; of the last frame before it was given up */
  struct kcd_endpoint from, to;
  bool tcp;
  bool from_server;    /* from the port that was asked for */
  uint64_t stream;     /* number of the TCP stream, or of the pair of UDP endpoints, from 1 on */
  const uint8_t *data; /* good during the call; begins with the tag of a Kerberos message, so LEN is not 0 */
  size_t len;
  size_t whole; /* what the message had; more than len: the capture lacks a part of it (cut or lost) */
};
typedef void kcd_carried_fn(void *data, const struct kcd_carried *message);

struct kcd_stream_limits {
  size_t per_stream; /* bytes of a message in one direction of a stream; a larger message is given up */
  size_t total;      /* bytes kept for all; the stream that was silent longest is given up then */
  size_t streams;    /* and UDP pairs that are remembered, at most */
};
#define KCD_STREAM_LIMITS ((struct kcd_stream_limits){.per_stream = 1 << 20, .total = 32 << 20, .streams = 65536})

/* What came, and what could not be read, counted. */
struct kcd_stream_counts {
  uint64_t frames;              /* all that were taken */
  uint64_t datagrams, segments; /* of the port, with payload */
  uint64_t messages;            /* handed out */
  uint64_t cut;                 /* messages that the snap length cut */
  uint64_t lost;                /* holes in a stream: segments that are not in the capture */
  uint64_t midstream;           /* directions of streams whose beginning is not in the capture */
  uint64_t fragments;           /* datagrams of the port that IP split */
  uint64_t broken;              /* frames with broken headers, of any port */
  uint64_t given_up;            /* streams and messages beyond the limits, or that are no Kerberos */
};

struct kcd_streams;
/* Messages to and from PORT go to FN. */
struct kcd_streams *kcd_streams_new(uint16_t port, const struct kcd_stream_limits *limits, kcd_carried_fn *fn,
                                    void *data);
/* One frame, at WHEN (microseconds since 1970). Frames of other ports are counted and left alone. */
void kcd_streams_take(struct kcd_streams *streams, const struct kcd_frame *frame, int64_t when);
/* The end: what stands incomplete in the streams is handed out with `whole` beyond `len`. */
void kcd_streams_end(struct kcd_streams *streams);
const struct kcd_stream_counts *kcd_streams_counts(const struct kcd_streams *streams);
/* What goes into kcd_stream_limits.total: bytes that wait for others. Above it by one stream's at most, and only during
 * kcd_streams_take. */
size_t kcd_streams_kept(const struct kcd_streams *streams);
void kcd_streams_free(struct kcd_streams *streams);
KCD_DEFINE_AUTO(kcd_streams)

#endif
