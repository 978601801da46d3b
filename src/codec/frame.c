#include <kcdfix/frame.h>

#include "ip.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define VLAN_TAGS_MAX 4
#define SLL_LEN 16
#define SLL2_LEN 20
#define FAMILY_LEN 4

/* 802.1Q, 802.1ad, and what switches used before the latter. */
static bool is_vlan(uint16_t type)
{
  return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* TYPE says what begins at AT. */
static void decode_type(uint16_t type, const uint8_t *data, size_t len, size_t at, struct kcd_frame *ret)
{
  for (unsigned tags = 0; is_vlan(type) && tags < VLAN_TAGS_MAX; tags++) {
    if (len < at + 4) {
      ret->kind = KCD_FRAME_BROKEN;
      return;
    }
    type = kcd_u16be(data + at + 2);
    at += 4;
  }
  if (type == ETHERTYPE_IPV4)
    kcd_ipv4_decode(data + at, len - at, ret);
  else if (type == ETHERTYPE_IPV6)
    kcd_ipv6_decode(data + at, len - at, ret);
}

static void decode_ip(const uint8_t *data, size_t len, struct kcd_frame *ret)
{
  if (len > 0 && data[0] >> 4 == 4)
    kcd_ipv4_decode(data, len, ret);
  else if (len > 0 && data[0] >> 4 == 6)
    kcd_ipv6_decode(data, len, ret);
  else
    ret->kind = KCD_FRAME_BROKEN;
}

/* The number of IPv4 is the same everywhere, that of IPv6 is not. */
static bool is_ip_family(uint32_t family)
{
  switch (family) {
  case 2:  /* IPv4 */
  case 10: /* IPv6: Linux */
  case 23: /* Windows */
  case 24: /* NetBSD, OpenBSD */
  case 28: /* FreeBSD */
  case 30: /* macOS */
    return true;
  default:
    return false;
  }
}

static void decode_loopback(const uint8_t *data, size_t len, bool either_order, struct kcd_frame *ret)
{
  uint32_t family = (uint32_t)kcd_u16be(data) << 16 | kcd_u16be(data + 2);
  if (is_ip_family(family) || (either_order && is_ip_family(__builtin_bswap32(family))))
    decode_ip(data + FAMILY_LEN, len - FAMILY_LEN, ret);
}

static size_t header_len(enum kcd_link link)
{
  switch (link) {
  case KCD_LINK_ETHERNET:
    return 14;
  case KCD_LINK_SLL:
    return SLL_LEN;
  case KCD_LINK_SLL2:
    return SLL2_LEN;
  case KCD_LINK_NULL:
  case KCD_LINK_LOOP:
    return FAMILY_LEN;
  case KCD_LINK_RAW:
  case KCD_LINK_UNKNOWN:
    break;
  }
  return 0;
}

void kcd_frame_decode(enum kcd_link link, const void *data, size_t len, struct kcd_frame *ret)
{
  *ret = (struct kcd_frame){.kind = KCD_FRAME_OTHER};
  const uint8_t *bytes = data;
  size_t at = header_len(link);
  if (len < at) {
    ret->kind = KCD_FRAME_BROKEN;
    return;
  }
  switch (link) {
  case KCD_LINK_ETHERNET:
  case KCD_LINK_SLL:
    decode_type(kcd_u16be(bytes + at - 2), bytes, len, at, ret);
    return;
  case KCD_LINK_SLL2:
    decode_type(kcd_u16be(bytes), bytes, len, at, ret);
    return;
  case KCD_LINK_RAW:
    decode_ip(bytes, len, ret);
    return;
  case KCD_LINK_NULL:
  case KCD_LINK_LOOP:
    decode_loopback(bytes, len, link == KCD_LINK_NULL, ret);
    return;
  case KCD_LINK_UNKNOWN:
    break;
  }
}
