/* ip.h - what is behind the link layer's header: IP, and UDP or TCP in it. RET is zeroed but for what was found. */
#ifndef KCDFIX_CODEC_IP_H
#define KCDFIX_CODEC_IP_H

#include <kcdfix/frame.h>

/* Two bytes in network order. */
static inline uint16_t kcd_u16be(const uint8_t *at)
{
  return (uint16_t)(at[0] << 8 | at[1]);
}

void kcd_ipv4_decode(const uint8_t *data, size_t len, struct kcd_frame *ret);
void kcd_ipv6_decode(const uint8_t *data, size_t len, struct kcd_frame *ret);

#endif
