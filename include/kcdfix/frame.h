/* frame.h - from a captured frame to what UDP or TCP carries in it. No I/O, no memory of its own.
 *
 * Ethernet II with up to four VLAN tags, Linux cooked (v1 and v2), raw IP, BSD loopback; IPv4 with options, IPv6 with
 * extension headers. Bytes are hostile and may end anywhere. Checksums are not looked at: a capture on the sending
 * machine sees them before the network card fills them in.
 */
#ifndef KCDFIX_FRAME_H
#define KCDFIX_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands before the IP header. */
enum kcd_link {
  KCD_LINK_UNKNOWN,
  KCD_LINK_ETHERNET, /* LINKTYPE_ETHERNET */
  KCD_LINK_SLL,      /* LINKTYPE_LINUX_SLL: what `tcpdump -i any` writes */
  KCD_LINK_SLL2,     /* LINKTYPE_LINUX_SLL2: the same, newer */
  KCD_LINK_RAW,      /* LINKTYPE_RAW, _IPV4, _IPV6: nothing */
  KCD_LINK_NULL,     /* LINKTYPE_NULL: an address family in the byte order of the machine that captured */
  KCD_LINK_LOOP      /* LINKTYPE_LOOP: the same in network order */
};

struct kcd_address {
  uint8_t len;       /* 4, 16; 0: none */
  uint8_t bytes[16]; /* zero behind LEN */
};
#define KCD_ADDRESS_TEXT_MAX 48
/* "127.0.0.10", "fd00::a" (RFC 5952), "" for none; OUT has KCD_ADDRESS_TEXT_MAX bytes and is returned. */
const char *kcd_address_text(const struct kcd_address *address, char *out);
bool kcd_address_equal(const struct kcd_address *a, const struct kcd_address *b);

enum kcd_frame_kind {
  KCD_FRAME_OTHER, /* neither UDP nor TCP over IP: ARP, ICMP, tunnels, more than four VLAN tags, ... */
  KCD_FRAME_UDP,
  KCD_FRAME_TCP,
  KCD_FRAME_FRAGMENT, /* a part of an IP datagram that was split; its payload is not read. The first part has ports, the
                       * others have 0 */
  KCD_FRAME_BROKEN    /* headers that contradict themselves, or that the capture cut off */
};

#define KCD_TCP_FIN 0x01u
#define KCD_TCP_SYN 0x02u
#define KCD_TCP_RST 0x04u
#define KCD_TCP_ACK 0x10u

struct kcd_frame {
  enum kcd_frame_kind kind;
  struct kcd_address source, destination; /* as soon as the IP header could be read */
  uint16_t source_port, destination_port;
  uint32_t sequence;      /* TCP: of the first byte of the payload (of the SYN where there is one) */
  uint8_t flags;          /* TCP */
  const uint8_t *payload; /* inside the frame; NULL but for UDP and TCP */
  size_t len;             /* of it that was captured */
  size_t whole;           /* what was sent, by the IP header; more than len where the capture cut it (snap length) */
};

/* Takes LEN captured bytes of a frame apart. The length in the IP header says what is payload, so that padding behind
 * the datagram is none. A length of 0 over TCP is a segment that the network card is still to cut (segmentation
 * offload, seen on the sending machine): it reaches to the end of what was captured. Always fills RET. */
void kcd_frame_decode(enum kcd_link link, const void *data, size_t len, struct kcd_frame *ret);

#endif
