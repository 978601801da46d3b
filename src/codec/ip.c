#include "ip.h"

#include <arpa/inet.h>
#include <string.h>

#define IPV4_MIN 20
#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_OFFSET 0x1fff
#define IPV6_LEN 40
#define IPV6_MORE_FRAGMENTS 1
#define IPV6_OFFSET 0xfff8
#define UDP_LEN 8
#define TCP_MIN 20
#define EXTENSIONS_MAX 16

/* Protocol numbers of IANA. */
enum { HOP_BY_HOP = 0, TCP = 6, UDP = 17, ROUTING = 43, FRAGMENT = 44, AH = 51, DESTINATION = 60, MOBILITY = 135 };

/* The part of an IP datagram that is still to be read: WHOLE bytes were sent, LEN of them captured. */
struct rest {
  const uint8_t *data;
  size_t len;
  size_t whole;
};

static bool skip(struct rest *rest, size_t n)
{
  if (n > rest->len || n > rest->whole)
    return false;
  rest->data += n;
  rest->len -= n;
  rest->whole -= n;
  return true;
}

static void set_payload(const struct rest *rest, enum kcd_frame_kind kind, struct kcd_frame *ret)
{
  ret->kind = kind;
  ret->payload = rest->data;
  ret->len = rest->len;
  ret->whole = rest->whole;
}

static void set_ports(const struct rest *rest, struct kcd_frame *ret)
{
  ret->source_port = kcd_u16be(rest->data);
  ret->destination_port = kcd_u16be(rest->data + 2);
}

/* Leaves BROKEN standing where a header contradicts itself. */
static void decode_udp(struct rest *rest, struct kcd_frame *ret)
{
  const uint8_t *header = rest->data;
  if (rest->len < UDP_LEN || kcd_u16be(header + 4) < UDP_LEN || kcd_u16be(header + 4) > rest->whole)
    return;
  set_ports(rest, ret);
  rest->whole = kcd_u16be(header + 4);
  if (rest->len > rest->whole)
    rest->len = rest->whole;
  if (skip(rest, UDP_LEN))
    set_payload(rest, KCD_FRAME_UDP, ret);
}

static void decode_tcp(struct rest *rest, struct kcd_frame *ret)
{
  const uint8_t *header = rest->data;
  if (rest->len < TCP_MIN)
    return;
  size_t header_len = (size_t)(header[12] >> 4) * 4;
  if (header_len < TCP_MIN)
    return;
  set_ports(rest, ret);
  ret->sequence = (uint32_t)kcd_u16be(header + 4) << 16 | kcd_u16be(header + 6);
  ret->flags = header[13];
  if (skip(rest, header_len))
    set_payload(rest, KCD_FRAME_TCP, ret);
}

static void decode_transport(uint8_t protocol, struct rest *rest, struct kcd_frame *ret)
{
  if (protocol == UDP)
    decode_udp(rest, ret);
  else if (protocol == TCP)
    decode_tcp(rest, ret);
  else
    ret->kind = KCD_FRAME_OTHER;
}

/* Ports stand at the beginning of the first fragment, whatever of them was captured. */
static void decode_fragment(uint8_t protocol, bool first, const struct rest *rest, struct kcd_frame *ret)
{
  ret->kind = KCD_FRAME_FRAGMENT;
  if (first && (protocol == UDP || protocol == TCP) && rest->len >= 4)
    set_ports(rest, ret);
}

static void set_addresses(const uint8_t *source, size_t len, struct kcd_frame *ret)
{
  ret->source.len = ret->destination.len = (uint8_t)len;
  memcpy(ret->source.bytes, source, len);
  memcpy(ret->destination.bytes, source + len, len);
}

void kcd_ipv4_decode(const uint8_t *data, size_t len, struct kcd_frame *ret)
{
  ret->kind = KCD_FRAME_BROKEN;
  if (len < IPV4_MIN || data[0] >> 4 != 4)
    return;
  size_t header_len = (size_t)(data[0] & 0x0f) * 4;
  uint8_t protocol = data[9];
  struct rest rest = {.data = data, .len = len, .whole = kcd_u16be(data + 2)};
  if (rest.whole == 0 && protocol == TCP)
    rest.whole = len;
  if (rest.len > rest.whole)
    rest.len = rest.whole;
  if (header_len < IPV4_MIN || !skip(&rest, header_len))
    return;
  set_addresses(data + 12, 4, ret);
  uint16_t fragment = kcd_u16be(data + 6);
  if ((fragment & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET)) != 0)
    decode_fragment(protocol, (fragment & IPV4_OFFSET) == 0, &rest, ret);
  else
    decode_transport(protocol, &rest, ret);
}

static bool is_extension(uint8_t next)
{
  return next == HOP_BY_HOP || next == ROUTING || next == FRAGMENT || next == AH || next == DESTINATION ||
         next == MOBILITY;
}

/* RFC 8200 4: eight bytes, and eight more for each in the second one; RFC 4302 2.2 counts otherwise. */
static size_t extension_len(uint8_t kind, const uint8_t *header)
{
  if (kind == FRAGMENT)
    return 8;
  return kind == AH ? ((size_t)header[1] + 2) * 4 : ((size_t)header[1] + 1) * 8;
}

static void decode_extensions(uint8_t next, struct rest *rest, struct kcd_frame *ret)
{
  for (unsigned n = 0; is_extension(next); n++) {
    const uint8_t *header = rest->data;
    uint8_t kind = next;
    if (n == EXTENSIONS_MAX || rest->len < 8 || !skip(rest, extension_len(kind, header)))
      return;
    next = header[0];
    uint16_t fragment = kind == FRAGMENT ? kcd_u16be(header + 2) : 0;
    if ((fragment & (IPV6_OFFSET | IPV6_MORE_FRAGMENTS)) != 0) { /* a fragment that is alone is whole: RFC 6946 */
      decode_fragment(next, (fragment & IPV6_OFFSET) == 0, rest, ret);
      return;
    }
  }
  decode_transport(next, rest, ret);
}

void kcd_ipv6_decode(const uint8_t *data, size_t len, struct kcd_frame *ret)
{
  ret->kind = KCD_FRAME_BROKEN;
  if (len < IPV6_LEN || data[0] >> 4 != 6)
    return;
  uint8_t next = data[6];
  struct rest rest = {.data = data + IPV6_LEN, .len = len - IPV6_LEN, .whole = kcd_u16be(data + 4)};
  if (rest.whole == 0 && next == TCP)
    rest.whole = rest.len;
  if (rest.len > rest.whole)
    rest.len = rest.whole;
  set_addresses(data + 8, 16, ret);
  decode_extensions(next, &rest, ret);
}

const char *kcd_address_text(const struct kcd_address *address, char *out)
{
  out[0] = '\0';
  if (address->len == 4 || address->len == 16)
    (void)inet_ntop(address->len == 4 ? AF_INET : AF_INET6, address->bytes, out, KCD_ADDRESS_TEXT_MAX);
  return out;
}

bool kcd_address_equal(const struct kcd_address *a, const struct kcd_address *b)
{
  return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}
