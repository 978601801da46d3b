/* kdcreq.h - a KDC-REQ (RFC 4120 5.4.1) cut into its parts, each as it was sent. */
#ifndef KCDFIX_CODEC_KDCREQ_H
#define KCDFIX_CODEC_KDCREQ_H

#include <kcdfix/bytes.h>

/* All inside the message. */
struct kcd_kdc_req {
  const uint8_t *head; /* pvno and msg-type */
  size_t head_len;
  struct kcd_reader padata; /* the elements of the list; at the end where there is none */
  const uint8_t *tail;      /* req-body with its tag */
  size_t tail_len;
  struct kcd_reader body; /* req-body: one KDC-REQ-BODY */
};

/* A message of that type (10 AS-REQ, 12 TGS-REQ) with nothing behind it. What is inside padata and body is not looked
 * at. */
bool kcd_kdc_req_read(const void *message, size_t len, uint8_t msg_type, struct kcd_kdc_req *ret);

#endif
