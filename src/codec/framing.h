/* framing.h - Kerberos messages in the bytes of one direction of a TCP stream, which come in order: four bytes of
 * length before each (RFC 4120 7.2.2).
 *
 * In step means to know where the next message begins. Where that is not known, at the beginning of a capture or behind
 * bytes that are missing, every place is tried: a length, the tag of a Kerberos message, and a DER length that agrees.
 */
#ifndef KCDFIX_CODEC_FRAMING_H
#define KCDFIX_CODEC_FRAMING_H

#include <kcdfix/bytes.h>
#include <kcdfix/stream.h>

#define KCD_FRAMING_PREFIX 4
/* Length, tag, and a DER length of up to five bytes: what is needed to know the beginning of a message. */
#define KCD_FRAMING_START 10

/* Where messages go, and what is counted. */
struct kcd_framing_out {
  void (*message)(void *data, const uint8_t *message, size_t len, size_t whole);
  void *data;
  struct kcd_stream_counts *counts;
  size_t max; /* bytes of a message; one that claims more is given up */
};

struct kcd_framing {
  bool in_step;
  struct kcd_buf message;              /* of the message that is not complete, from its length on */
  size_t skip;                         /* bytes to come of a message that was already handed out incomplete */
  uint8_t tail[KCD_FRAMING_START - 1]; /* out of step: the last bytes, in which a beginning may stand */
  size_t tail_len;
};

/* Whether a message begins at DATA, for certain. */
bool kcd_framing_begins(const uint8_t *data, size_t len, size_t max);
/* Whether TAG is the first byte of a message of the protocol (RFC 4120 5.4, 5.9). */
bool kcd_framing_is_kerberos(uint8_t tag);

void kcd_framing_init(struct kcd_framing *framing, bool in_step, size_t max);
void kcd_framing_done(struct kcd_framing *framing);
/* The next LEN bytes. */
void kcd_framing_feed(struct kcd_framing *framing, const uint8_t *data, size_t len, const struct kcd_framing_out *out);
/* LEN bytes are missing: cut off by the snap length (CUT), or not in the capture. The message that they belong to is
 * handed out as far as it is there. */
void kcd_framing_gap(struct kcd_framing *framing, size_t len, bool cut, const struct kcd_framing_out *out);
/* Nothing more comes. True where a message was left incomplete. */
bool kcd_framing_end(struct kcd_framing *framing, const struct kcd_framing_out *out);

#endif
