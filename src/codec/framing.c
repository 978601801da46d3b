#include "framing.h"

#include <string.h>

static size_t at_most(size_t a, size_t b)
{
  return a < b ? a : b;
}

static size_t prefix_of(const uint8_t *data)
{
  return (size_t)data[0] << 24 | (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
}

bool kcd_framing_is_kerberos(uint8_t tag)
{
  switch (tag) {
  case 0x6a: /* AS-REQ */
  case 0x6b: /* AS-REP */
  case 0x6c: /* TGS-REQ */
  case 0x6d: /* TGS-REP */
  case 0x7e: /* KRB-ERROR */
    return true;
  default:
    return false;
  }
}

/* Whether a DER length in the (at least five) bytes at DATA and what it counts fill LEN bytes. */
static bool der_fills(const uint8_t *data, size_t len)
{
  size_t octets = data[0] > 0x80 ? data[0] - 0x80u : 0;
  size_t content = data[0];
  if (data[0] == 0x80 || octets > 4)
    return false;
  for (size_t i = 1; i <= octets; i++)
    content = (i == 1 ? 0 : content << 8) | data[i];
  return content + octets + 1 == len;
}

bool kcd_framing_begins(const uint8_t *data, size_t len, size_t max)
{
  if (len < KCD_FRAMING_START || data[0] != 0 || !kcd_framing_is_kerberos(data[KCD_FRAMING_PREFIX]))
    return false;
  size_t claimed = prefix_of(data);
  return claimed <= max && claimed >= KCD_FRAMING_START - KCD_FRAMING_PREFIX &&
         der_fills(data + KCD_FRAMING_PREFIX + 1, claimed - 1);
}

void kcd_framing_init(struct kcd_framing *framing, bool in_step, size_t max)
{
  *framing = (struct kcd_framing){.in_step = in_step};
  kcd_buf_init(&framing->message, KCD_FRAMING_PREFIX + max);
}

void kcd_framing_done(struct kcd_framing *framing)
{
  kcd_buf_done(&framing->message);
}

static void lose_step(struct kcd_framing *framing)
{
  framing->in_step = false;
  framing->tail_len = 0;
  kcd_buf_done(&framing->message);
}

static void hand_out(const uint8_t *message, size_t len, size_t whole, const struct kcd_framing_out *out)
{
  if (len == 0)
    return;
  if (!kcd_framing_is_kerberos(message[0])) {
    out->counts->given_up++;
    return;
  }
  out->counts->messages++;
  out->message(out->data, message, len, whole);
}

static bool is_length(size_t claimed, const struct kcd_framing_out *out)
{
  return claimed > 0 && claimed <= out->max;
}

/* In step: takes what belongs to one message. */
static size_t collect(struct kcd_framing *framing, const uint8_t *data, size_t len, const struct kcd_framing_out *out)
{
  struct kcd_buf *message = &framing->message;
  if (message->len == 0 && len > KCD_FRAMING_PREFIX) { /* nothing need be copied where it is all there */
    size_t claimed = prefix_of(data);
    if (is_length(claimed, out) && claimed <= len - KCD_FRAMING_PREFIX) {
      hand_out(data + KCD_FRAMING_PREFIX, claimed, claimed, out);
      return KCD_FRAMING_PREFIX + claimed;
    }
  }
  size_t claimed = message->len < KCD_FRAMING_PREFIX ? 0 : prefix_of(message->data);
  size_t n = at_most(KCD_FRAMING_PREFIX + claimed - message->len, len);
  kcd_buf_add(message, data, n);
  if (message->len == KCD_FRAMING_PREFIX && !is_length(prefix_of(message->data), out)) {
    out->counts->given_up++;
    lose_step(framing);
  } else if (claimed > 0 && message->len == KCD_FRAMING_PREFIX + claimed) {
    hand_out(message->data + KCD_FRAMING_PREFIX, claimed, claimed, out);
    kcd_buf_done(message);
  }
  return n;
}

/* Out of step: the places where a message begins partly in the bytes that came before. */
static bool search_joint(struct kcd_framing *framing, const uint8_t *data, size_t len, size_t max)
{
  uint8_t joint[2 * sizeof(framing->tail)];
  size_t more = at_most(len, sizeof(framing->tail));
  memcpy(joint, framing->tail, framing->tail_len);
  memcpy(joint + framing->tail_len, data, more);
  size_t all = framing->tail_len + more;
  for (size_t at = 0; at < framing->tail_len; at++)
    if (kcd_framing_begins(joint + at, all - at, max)) {
      kcd_buf_add(&framing->message, joint + at, framing->tail_len - at);
      framing->in_step = true;
      return true;
    }
  size_t keep = at_most(all, sizeof(framing->tail));
  memcpy(framing->tail, joint + all - keep, keep);
  framing->tail_len = keep;
  return false;
}

/* Out of step: takes what stands before the beginning of a message. */
static size_t search(struct kcd_framing *framing, const uint8_t *data, size_t len, size_t max)
{
  if (search_joint(framing, data, len, max))
    return 0;
  for (size_t at = 0; len - at >= KCD_FRAMING_START; at++) {
    const uint8_t *zero = memchr(data + at, 0, len - at); /* a length below 16 MiB */
    if (zero == NULL)
      break;
    at = (size_t)(zero - data);
    if (kcd_framing_begins(zero, len - at, max)) {
      framing->in_step = true;
      return at;
    }
  }
  if (len >= sizeof(framing->tail)) {
    framing->tail_len = sizeof(framing->tail);
    memcpy(framing->tail, data + len - framing->tail_len, framing->tail_len);
  }
  return len;
}

void kcd_framing_feed(struct kcd_framing *framing, const uint8_t *data, size_t len, const struct kcd_framing_out *out)
{
  while (len > 0) {
    size_t n = at_most(framing->skip, len);
    if (n > 0)
      framing->skip -= n;
    else
      n = framing->in_step ? collect(framing, data, len, out) : search(framing, data, len, out->max);
    data += n;
    len -= n;
  }
}

/* The message that is not complete, as far as it is there; gives how many bytes are still to come of it. */
static size_t hand_out_part(struct kcd_framing *framing, const struct kcd_framing_out *out)
{
  struct kcd_buf *message = &framing->message;
  if (message->len < KCD_FRAMING_PREFIX)
    return 0;
  size_t whole = prefix_of(message->data);
  size_t len = message->len - KCD_FRAMING_PREFIX;
  hand_out(message->data + KCD_FRAMING_PREFIX, len, whole, out);
  kcd_buf_done(message);
  return whole - len;
}

void kcd_framing_gap(struct kcd_framing *framing, size_t len, bool cut, const struct kcd_framing_out *out)
{
  size_t passed = at_most(framing->skip, len);
  framing->skip -= passed;
  len -= passed;
  if (len == 0)
    return;
  size_t missing = framing->in_step ? hand_out_part(framing, out) : 0;
  if (cut && framing->in_step)
    out->counts->cut++;
  if (missing >= len)
    framing->skip = missing - len;
  else
    lose_step(framing);
}

bool kcd_framing_end(struct kcd_framing *framing, const struct kcd_framing_out *out)
{
  bool incomplete = framing->message.len > 0;
  hand_out_part(framing, out);
  if (incomplete || framing->skip > 0)
    lose_step(framing);
  framing->skip = 0;
  return incomplete;
}
