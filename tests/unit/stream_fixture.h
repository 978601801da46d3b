/* stream_fixture.h - Kerberos messages made up for the tests, the frames that carry them, and what came out. */
#ifndef KCDFIX_TEST_STREAM_FIXTURE_H
#define KCDFIX_TEST_STREAM_FIXTURE_H

#include <kcdfix/bytes.h>
#include <kcdfix/stream.h>

#define KDC_PORT 88

#define TAG_AS_REQ 0x6a
#define TAG_TGS_REQ 0x6c
#define TAG_TGS_REP 0x6d

/* A DER element of LEN bytes with this tag, whose content tells SEED; LEN is 2 to 127 or above 260. */
void add_message(struct kcd_buf *out, uint8_t tag, size_t len, unsigned seed);
/* The same as TCP carries it. */
void add_prefixed(struct kcd_buf *out, uint8_t tag, size_t len, unsigned seed);

/* A segment from a client's port to the KDC. */
struct kcd_frame segment(uint16_t client_port, uint32_t sequence, uint8_t flags, const void *payload, size_t len);
/* The same from the KDC to the client's port. */
struct kcd_frame reversed(struct kcd_frame frame);

/* Every message that came, behind each other as TCP carries them, each with the length that it had. */
struct received {
  struct kcd_buf bytes;
  size_t n, incomplete;
  struct kcd_carried last; /* without its data */
};
void receive(void *data, const struct kcd_carried *message);

#endif
