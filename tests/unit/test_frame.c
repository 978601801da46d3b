/* From a frame to the payload of UDP or TCP: each link type, IP with all that may stand in it, each cut, and hostile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/frame.h>

#include "fixture.h"

#define MACS "020000000001020000000002"
#define V4(protocol, total) "4500" total "00004000ff" protocol "00007f00000a7f00000b"
#define V6(next, payload) "60000000" payload next "40" V6_SOURCE V6_DESTINATION
#define V6_SOURCE "fd00000000000000000000000000000a"
#define V6_DESTINATION "fd00000000000000000000000000000b"
#define UDP_ABC "c0000058000b0000616263" /* 49152 to 88, three bytes */
#define TCP_ABC "c000005801020304000000005018200000000000616263"
#define V4_UDP V4("11", "001f") UDP_ABC
#define V4_TCP V4("06", "002b") TCP_ABC
#define V6_UDP V6("11", "000b") UDP_ABC
#define V6_TCP V6("06", "0017") TCP_ABC

static struct kcd_frame decode(enum kcd_link link, const char *hex)
{
  struct kcd_bytes bytes = from_hex(hex);
  struct kcd_frame frame;
  kcd_frame_decode(link, bytes.data, bytes.len, &frame);
  if (frame.payload != NULL) {
    assert_true(frame.payload >= bytes.data && frame.payload + frame.len <= bytes.data + bytes.len);
    assert_true(frame.kind == KCD_FRAME_UDP || frame.kind == KCD_FRAME_TCP);
    assert_true(frame.whole >= frame.len);
    if (frame.len > 0)
      assert_memory_equal(frame.payload, "abc", frame.len < 3 ? frame.len : 3);
  }
  kcd_bytes_done(&bytes);
  frame.payload = NULL;
  return frame;
}

static void expect_kind(enum kcd_link link, const char *hex, enum kcd_frame_kind kind)
{
  struct kcd_frame frame = decode(link, hex);
  if (frame.kind != kind)
    fail_msg("%s: %d instead of %d", hex, frame.kind, kind);
}

static void expect_address(const struct kcd_address *address, const char *text)
{
  char out[KCD_ADDRESS_TEXT_MAX];
  assert_string_equal(kcd_address_text(address, out), text);
}

/* The frame carries "abc" from port 49152 to port 88, all of it captured. */
static void expect_abc(enum kcd_link link, const char *hex, enum kcd_frame_kind kind)
{
  struct kcd_frame frame = decode(link, hex);
  if (frame.kind != kind)
    fail_msg("%s: %d instead of %d", hex, frame.kind, kind);
  bool v4 = frame.source.len == 4;
  expect_address(&frame.source, v4 ? "127.0.0.10" : "fd00::a");
  expect_address(&frame.destination, v4 ? "127.0.0.11" : "fd00::b");
  assert_int_equal(frame.source_port, 49152);
  assert_int_equal(frame.destination_port, 88);
  assert_int_equal(frame.len, 3);
  assert_int_equal(frame.whole, 3);
  if (kind == KCD_FRAME_TCP) {
    assert_int_equal(frame.sequence, 0x01020304);
    assert_int_equal(frame.flags, KCD_TCP_ACK | 0x08);
  }
}

struct sample {
  enum kcd_link link;
  const char *hex;
  enum kcd_frame_kind kind;
};

static const struct sample whole_frames[] = {
    {KCD_LINK_ETHERNET, MACS "0800" V4_UDP, KCD_FRAME_UDP},
    {KCD_LINK_ETHERNET, MACS "0800" V4_TCP, KCD_FRAME_TCP},
    {KCD_LINK_ETHERNET, MACS "86dd" V6_UDP, KCD_FRAME_UDP},
    {KCD_LINK_ETHERNET, MACS "86dd" V6_TCP, KCD_FRAME_TCP},
    {KCD_LINK_ETHERNET,
     MACS "81000064"
          "0800" V4_TCP,
     KCD_FRAME_TCP},
    {KCD_LINK_ETHERNET,
     MACS "88a80064"
          "81000001"
          "86dd" V6_TCP,
     KCD_FRAME_TCP},
    {KCD_LINK_ETHERNET,
     MACS "91000064"
          "81000001"
          "81000002"
          "81000003"
          "0800" V4_UDP,
     KCD_FRAME_UDP},
    {KCD_LINK_SLL,
     "00000001"
     "0006"
     "0200000000010000"
     "0800" V4_UDP,
     KCD_FRAME_UDP},
    {KCD_LINK_SLL,
     "00000001"
     "0006"
     "0200000000010000"
     "86dd" V6_TCP,
     KCD_FRAME_TCP},
    {KCD_LINK_SLL2,
     "0800"
     "0000"
     "00000002"
     "0001"
     "00"
     "06"
     "0200000000010000" V4_TCP,
     KCD_FRAME_TCP},
    {KCD_LINK_SLL2,
     "8100"
     "0000"
     "00000002"
     "0001"
     "00"
     "06"
     "0200000000010000"
     "00640800" V4_TCP,
     KCD_FRAME_TCP},
    {KCD_LINK_RAW, V4_UDP, KCD_FRAME_UDP},
    {KCD_LINK_RAW, V6_TCP, KCD_FRAME_TCP},
    {KCD_LINK_NULL, "02000000" V4_UDP, KCD_FRAME_UDP},
    {KCD_LINK_NULL, "00000002" V4_UDP, KCD_FRAME_UDP},
    {KCD_LINK_NULL, "1e000000" V6_TCP, KCD_FRAME_TCP},
    {KCD_LINK_NULL, "0000001c" V6_TCP, KCD_FRAME_TCP},
    {KCD_LINK_LOOP, "00000002" V4_TCP, KCD_FRAME_TCP},
    {KCD_LINK_LOOP, "00000018" V6_TCP, KCD_FRAME_TCP},
    {KCD_LINK_RAW,
     "4600002300004000ff1100007f00000a7f00000b"
     "01010100" UDP_ABC,
     KCD_FRAME_UDP}, /* an option */
    {KCD_LINK_RAW,
     V6("00", "001b") "3c00010400000000"
                      "1100010400000000" UDP_ABC,
     KCD_FRAME_UDP}, /* two extensions */
    {KCD_LINK_RAW,
     V6("33", "0027") "0602000000000001"
                      "0000000200000000" TCP_ABC,
     KCD_FRAME_TCP}, /* AH */
    {KCD_LINK_RAW,
     V6("2b", "0023") "1102000000000000"
                      "0000000000000000"
                      "0000000000000000" UDP_ABC,
     KCD_FRAME_UDP},                                                            /* routing */
    {KCD_LINK_RAW, V6("2c", "0013") "1100000000000001" UDP_ABC, KCD_FRAME_UDP}, /* alone: whole */
};
#define N_WHOLE (sizeof(whole_frames) / sizeof(whole_frames[0]))

static void reads_each_link_and_header(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_WHOLE; i++)
    expect_abc(whole_frames[i].link, whole_frames[i].hex, whole_frames[i].kind);
}

/* Each beginning of each frame, in a block of its own size. Headers that are cut are broken; a payload that is cut has
 * its true length. */
static void knows_each_cut(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_WHOLE; i++) {
    struct kcd_bytes all = from_hex(whole_frames[i].hex);
    for (size_t len = 0; len < all.len; len++) {
      uint8_t *part = malloc(len > 0 ? len : 1);
      memcpy(part, all.data, len);
      struct kcd_frame frame;
      kcd_frame_decode(whole_frames[i].link, part, len, &frame);
      if (len < all.len - 3) {
        assert_int_equal(frame.kind, KCD_FRAME_BROKEN);
        assert_null(frame.payload);
      } else {
        assert_int_equal(frame.kind, whole_frames[i].kind);
        assert_int_equal(frame.whole, 3);
        assert_int_equal(frame.len, len - (all.len - 3));
        assert_memory_equal(frame.payload, "abc", frame.len);
      }
      free(part);
    }
    kcd_bytes_done(&all);
  }
}

static void leaves_padding_out(void **state)
{
  (void)state;
  expect_abc(KCD_LINK_ETHERNET, MACS "0800" V4_UDP "000000000000ffff", KCD_FRAME_UDP);
  expect_abc(KCD_LINK_ETHERNET, MACS "0800" V4_TCP "000000000000ffff", KCD_FRAME_TCP);
  expect_abc(KCD_LINK_ETHERNET, MACS "86dd" V6_TCP "000000000000ffff", KCD_FRAME_TCP);
  /* a datagram shorter than IP says */
  expect_abc(KCD_LINK_RAW, V4("11", "0021") UDP_ABC "ffff", KCD_FRAME_UDP);
  /* no payload but padding: an ACK */
  struct kcd_frame frame =
      decode(KCD_LINK_ETHERNET, MACS "0800" V4("06", "0028") "c000005801020304000000005010200000000000"
                                                             "ffffffffffff");
  assert_int_equal(frame.kind, KCD_FRAME_TCP);
  assert_int_equal(frame.whole, 0);
}

static void takes_segments_that_the_card_is_to_cut(void **state)
{
  (void)state;
  expect_abc(KCD_LINK_RAW, V4("06", "0000") TCP_ABC, KCD_FRAME_TCP);
  expect_abc(KCD_LINK_RAW, V6("06", "0000") TCP_ABC, KCD_FRAME_TCP);
  expect_kind(KCD_LINK_RAW, V4("11", "0000") UDP_ABC, KCD_FRAME_BROKEN);
  expect_kind(KCD_LINK_RAW, V6("11", "0000") UDP_ABC, KCD_FRAME_BROKEN);
  expect_kind(KCD_LINK_RAW, V6("00", "0000") "0600c20400010000" TCP_ABC, KCD_FRAME_BROKEN); /* jumbo: RFC 2675 */
}

static void recognises_fragments(void **state)
{
  (void)state;
  static const struct {
    const char *hex;
    unsigned port;
  } fragments[] = {
      {"4500001f00012000ff1100007f00000a7f00000b" UDP_ABC, 88},
      {"4500001f00010001ff1100007f00000a7f00000b" UDP_ABC, 0},
      {"4500001f00012001ff0600007f00000a7f00000b" UDP_ABC, 0},
      {"4500001700012000ff1100007f00000a7f00000b"
       "c00000",
       0},
      {"4500001f00012000ff0100007f00000a7f00000b" UDP_ABC, 0},
      {V6("2c", "0013") "1100000100000001" UDP_ABC, 88},
      {V6("2c", "0013") "1100000800000001" UDP_ABC, 0},
      {V6("2c", "0013") "3c00000100000001" UDP_ABC, 0},
  };
  for (size_t i = 0; i < sizeof(fragments) / sizeof(fragments[0]); i++) {
    struct kcd_frame frame = decode(KCD_LINK_RAW, fragments[i].hex);
    assert_int_equal(frame.kind, KCD_FRAME_FRAGMENT);
    assert_int_equal(frame.destination_port, fragments[i].port);
    assert_int_equal(frame.len, 0);
    expect_address(&frame.source, frame.source.len == 4 ? "127.0.0.10" : "fd00::a");
  }
}

static void refuses_headers_that_contradict_themselves(void **state)
{
  (void)state;
  static const char *const broken[] = {
      "",
      "5500001f00004000ff1100007f00000a7f00000b" UDP_ABC, /* version 5 */
      "4400001f00004000ff1100007f00000a7f00000b" UDP_ABC, /* header of 16 bytes */
      "4f00001f00004000ff1100007f00000a7f00000b" UDP_ABC, /* header beyond the datagram */
      V4("11", "0013") UDP_ABC,                           /* total length below the header's */
      V4("11", "001b") UDP_ABC,                           /* and below UDP's */
      V4("11", "001f") "c000005800070000616263",          /* UDP length of 7 */
      V4("11", "001f") "c0000058000c0000616263",          /* beyond the datagram */
      V4("11", "001f") "c000005800000000616263",
      V4("06", "002b") "c000005801020304000000004018200000000000616263", /* TCP header of 16 bytes */
      V4("06", "002b") "c00000580102030400000000f018200000000000616263", /* of 60 */
      V6("06", "000b") TCP_ABC,
      V6("00", "0008") "06ff000000000000", /* an extension beyond the datagram */
      V6("00", "0004") "06000000",
  };
  for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
    expect_kind(KCD_LINK_RAW, broken[i], KCD_FRAME_BROKEN);
  expect_kind(KCD_LINK_ETHERNET, MACS "0800" V6_UDP, KCD_FRAME_BROKEN);
  expect_kind(KCD_LINK_ETHERNET, MACS "86dd" V4_UDP, KCD_FRAME_BROKEN);
}

static void bounds_extension_headers(void **state)
{
  (void)state;
  struct kcd_bytes head = from_hex(V6("3c", "1000"));
  uint8_t datagram[40 + 0x1000] = {0};
  memcpy(datagram, head.data, head.len);
  for (size_t at = 40; at < sizeof(datagram); at += 8)
    datagram[at] = 60; /* destination options, for ever */
  struct kcd_frame frame;
  kcd_frame_decode(KCD_LINK_RAW, datagram, sizeof(datagram), &frame);
  assert_int_equal(frame.kind, KCD_FRAME_BROKEN);
  kcd_bytes_done(&head);
}

static void leaves_other_protocols_alone(void **state)
{
  (void)state;
  expect_kind(KCD_LINK_ETHERNET,
              MACS "0806"
                   "0001080006040001",
              KCD_FRAME_OTHER); /* ARP */
  expect_kind(KCD_LINK_ETHERNET,
              MACS "0026"
                   "424203"
                   "000000000000",
              KCD_FRAME_OTHER); /* 802.3: spanning tree */
  expect_kind(KCD_LINK_ETHERNET,
              MACS "8100000181000002810000038100000481000005"
                   "0800" V4_UDP,
              KCD_FRAME_OTHER);
  expect_kind(KCD_LINK_RAW, V4("01", "001f") UDP_ABC, KCD_FRAME_OTHER); /* ICMP */
  expect_kind(KCD_LINK_RAW, V6("3a", "000b") UDP_ABC, KCD_FRAME_OTHER); /* ICMPv6 */
  expect_kind(KCD_LINK_RAW, V6("3b", "0000"), KCD_FRAME_OTHER);         /* nothing */
  expect_kind(KCD_LINK_NULL, "07000000" V4_UDP, KCD_FRAME_OTHER);       /* OSI */
  expect_kind(KCD_LINK_LOOP, "02000000" V4_UDP, KCD_FRAME_OTHER);       /* not in network order */
  expect_kind(KCD_LINK_UNKNOWN, V4_UDP, KCD_FRAME_OTHER);
}

static void writes_addresses(void **state)
{
  (void)state;
  static const struct {
    struct kcd_address address;
    const char *text;
  } rows[] = {
      {{0}, ""},
      {{4, {127, 0, 0, 10}}, "127.0.0.10"},
      {{4, {255, 255, 255, 255}}, "255.255.255.255"},
      {{16, {0}}, "::"},
      {{16, {0xfd, [15] = 0x0a}}, "fd00::a"},
      {{16, {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}}, "2001:db8:0:1::1"},
      {{16, {[10] = 0xff, 0xff, 192, 0, 2, 1}}, "::ffff:192.0.2.1"},
      {{9, {1}}, ""},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    expect_address(&rows[i].address, rows[i].text);
    for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++)
      assert_int_equal(kcd_address_equal(&rows[i].address, &rows[j].address), i == j);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_each_link_and_header), cmocka_unit_test(knows_each_cut),
      cmocka_unit_test(leaves_padding_out),         cmocka_unit_test(takes_segments_that_the_card_is_to_cut),
      cmocka_unit_test(recognises_fragments),       cmocka_unit_test(refuses_headers_that_contradict_themselves),
      cmocka_unit_test(bounds_extension_headers),   cmocka_unit_test(leaves_other_protocols_alone),
      cmocka_unit_test(writes_addresses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
