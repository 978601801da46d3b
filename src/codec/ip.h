/* ip.h - what is behind the link layer's header: IP, and UDP or TCP in it. RET is zeroed but for what was found. */
#ifndef KCDFIX_CODEC_IP_H
#define KCDFIX_CODEC_IP_H

#include <kcdfix/frame.h>

void kcd_ipv4_decode(const uint8_t *data, size_t len, struct kcd_frame *ret);
void kcd_ipv6_decode(const uint8_t *data, size_t len, struct kcd_frame *ret);

#endif
