/* Kerberos messages out of datagrams and segments: in each order, with holes, cut, hostile, and within the limits. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "stream_fixture.h"
#include "streamtable.h"

#define PORT 49152
#define ISN 1000u
#define FIRST (ISN + 1)

struct bench {
  struct kcd_streams *streams;
  struct received received;
  struct kcd_buf sent; /* messages behind each other, with their lengths */
  int64_t now;
};

static void begin_limited(struct bench *bench, const struct kcd_stream_limits *limits)
{
  *bench = (struct bench){0};
  kcd_buf_init(&bench->received.bytes, KCD_BUF_DEFAULT_CAP);
  kcd_buf_init(&bench->sent, KCD_BUF_DEFAULT_CAP);
  bench->streams = kcd_streams_new(KDC_PORT, limits, receive, &bench->received);
}

static void begin(struct bench *bench)
{
  begin_limited(bench, &KCD_STREAM_LIMITS);
}

static void end(struct bench *bench)
{
  kcd_streams_free(bench->streams);
  kcd_buf_done(&bench->received.bytes);
  kcd_buf_done(&bench->sent);
}

static const struct kcd_stream_counts *counts(const struct bench *bench)
{
  return kcd_streams_counts(bench->streams);
}

static void take(struct bench *bench, struct kcd_frame frame)
{
  kcd_streams_take(bench->streams, &frame, ++bench->now);
}

static void take_syn(struct bench *bench)
{
  take(bench, segment(PORT, ISN, KCD_TCP_SYN, NULL, 0));
}

/* Bytes FROM to TO of what is sent, from a block of exactly their size. */
static void take_range(struct bench *bench, uint32_t first, size_t from, size_t to)
{
  uint8_t *part = malloc(to - from + 1);
  memmove(part + 1, bench->sent.data + from, to - from);
  take(bench, segment(PORT, first + (uint32_t)from, KCD_TCP_ACK, part + 1, to - from));
  free(part);
}

static void expect_all(const struct bench *bench, size_t n)
{
  assert_int_equal(bench->received.n, n);
  assert_int_equal(bench->received.incomplete, 0);
  assert_int_equal(bench->received.bytes.len, bench->sent.len);
  assert_memory_equal(bench->received.bytes.data, bench->sent.data, bench->sent.len);
}

/* Three messages of 50, 4000 and 300 bytes: they begin at 0, 54 and 4058, and end at 4362. */
static void add_three(struct bench *bench)
{
  add_prefixed(&bench->sent, TAG_AS_REQ, 50, 1);
  add_prefixed(&bench->sent, TAG_TGS_REQ, 4000, 2);
  add_prefixed(&bench->sent, TAG_TGS_REQ, 300, 3);
  assert_int_equal(bench->sent.len, 4362);
}

static void hands_out_datagrams(void **state)
{
  (void)state;
  struct bench bench;
  begin(&bench);
  add_message(&bench.sent, TAG_AS_REQ, 100, 1);
  struct kcd_frame frame = segment(PORT, 0, 0, bench.sent.data, bench.sent.len);
  frame.kind = KCD_FRAME_UDP;
  take(&bench, frame);
  assert_int_equal(bench.received.n, 1);
  assert_int_equal(bench.received.last.len, 100);
  assert_int_equal(bench.received.last.whole, 100);
  assert_int_equal(bench.received.last.from.port, PORT);
  assert_int_equal(bench.received.last.to.port, KDC_PORT);
  assert_false(bench.received.last.tcp);
  assert_false(bench.received.last.from_server);
  assert_int_equal(bench.received.last.when, 1);
  assert_int_equal(bench.received.last.stream, 1);
  take(&bench, reversed(frame));
  assert_true(bench.received.last.from_server);
  assert_int_equal(bench.received.last.stream, 1);
  frame.source_port++;
  frame.whole = 2000;
  take(&bench, frame);
  assert_int_equal(bench.received.last.stream, 2);
  assert_int_equal(bench.received.last.len, 100);
  assert_int_equal(bench.received.last.whole, 2000);
  assert_int_equal(counts(&bench)->cut, 1);
  assert_int_equal(counts(&bench)->datagrams, 3);
  assert_int_equal(counts(&bench)->messages, 3);
  end(&bench);
}

static void counts_what_is_no_message(void **state)
{
  (void)state;
  struct bench bench;
  begin(&bench);
  struct kcd_frame frame = segment(PORT, 0, 0, "\x30\x03", 2);
  frame.kind = KCD_FRAME_UDP;
  take(&bench, frame);
  assert_int_equal(counts(&bench)->given_up, 1);
  frame.len = 0;
  take(&bench, frame);
  assert_int_equal(counts(&bench)->cut, 1);
  frame.whole = 0;
  take(&bench, frame);
  frame.kind = KCD_FRAME_FRAGMENT;
  take(&bench, frame);
  frame.kind = KCD_FRAME_BROKEN;
  take(&bench, frame);
  frame.kind = KCD_FRAME_FRAGMENT;
  frame.destination_port = 89;
  take(&bench, frame);
  frame.kind = KCD_FRAME_TCP;
  take(&bench, frame);
  assert_int_equal(counts(&bench)->fragments, 1);
  assert_int_equal(counts(&bench)->broken, 1);
  assert_int_equal(counts(&bench)->frames, 7);
  assert_int_equal(counts(&bench)->datagrams, 2);
  assert_int_equal(counts(&bench)->segments, 0);
  assert_int_equal(bench.received.n, 0);
  end(&bench);
}

static void reads_several_messages_in_a_segment(void **state)
{
  (void)state;
  struct bench bench;
  begin(&bench);
  add_three(&bench);
  take_syn(&bench);
  take_range(&bench, FIRST, 0, bench.sent.len);
  expect_all(&bench, 3);
  assert_true(bench.received.last.tcp);
  assert_false(bench.received.last.from_server);
  assert_int_equal(bench.received.last.when, 2);
  assert_int_equal(counts(&bench)->segments, 1);
  assert_int_equal(counts(&bench)->messages, 3);
  assert_int_equal(kcd_streams_kept(bench.streams), 0);
  end(&bench);
}

/* Each way to cut the three messages into segments of one size. */
static void reads_a_message_over_many_segments(void **state)
{
  (void)state;
  for (size_t size = 1; size < 4362; size += size < 60 ? 1 : 97) {
    struct bench bench;
    begin(&bench);
    add_three(&bench);
    take_syn(&bench);
    for (size_t at = 0; at < bench.sent.len; at += size)
      take_range(&bench, FIRST, at, at + size < bench.sent.len ? at + size : bench.sent.len);
    expect_all(&bench, 3);
    end(&bench);
  }
}

/* The same in the opposite order, and over the wrap-around of sequence numbers. */
static void puts_segments_in_order(void **state)
{
  (void)state;
  for (size_t size = 1; size < 4362; size += size < 60 ? 7 : 397) {
    struct bench bench;
    begin(&bench);
    add_three(&bench);
    uint32_t isn = 0u - 2000;
    take(&bench, segment(PORT, isn, KCD_TCP_SYN, NULL, 0));
    for (size_t to = bench.sent.len; to > 0; to = to > size ? to - size : 0) {
      assert_int_equal(bench.received.n, 0);
      take_range(&bench, isn + 1, to > size ? to - size : 0, to);
    }
    expect_all(&bench, 3);
    assert_int_equal(counts(&bench)->lost, 0);
    end(&bench);
  }
}

static void leaves_out_what_came_before(void **state)
{
  (void)state;
  struct bench bench;
  begin(&bench);
  add_three(&bench);
  take_syn(&bench);
  take_range(&bench, FIRST, 0, 2000);
  take_range(&bench, FIRST, 0, 2000);
  take_range(&bench, FIRST, 1500, 1900);
  take_range(&bench, FIRST, 1999, 2000); /* a probe of whether the other side is still there */
  take_range(&bench, FIRST, 1000, 3000); /* with other bounds */
  take_range(&bench, FIRST, 3500, 4362);
  take_range(&bench, FIRST, 3400, 4000);
  take_syn(&bench);
  take_range(&bench, FIRST, 2500, 4362);
  take_range(&bench, FIRST, 0, 4362);
  expect_all(&bench, 3);
  assert_int_equal(bench.received.last.stream, 1);
  end(&bench);
}

/* Of bytes that were sent twice with another content the first ones count: in turn, ahead of it, and between. */
static void keeps_the_bytes_that_came_first(void **state)
{
  (void)state;
  struct bench bench;
  begin(&bench);
  add_three(&bench);
  uint8_t other[4362];
  memset(other, 0xee, sizeof(other));
  take_syn(&bench);
  take_range(&bench, FIRST, 0, 500);
  take(&bench, segment(PORT, FIRST + 400, KCD_TCP_ACK, other, 100));
  take_range(&bench, FIRST, 600, 4362);
  take(&bench, segment(PORT, FIRST + 600, KCD_TCP_ACK, other, 3000));
  memcpy(other, bench.sent.data + 500, 100);
  take(&bench, segment(PORT, FIRST + 500, KCD_TCP_ACK, other, 3500));
  expect_all(&bench, 3);
  end(&bench);
}

static void begins_anew_with_a_syn(void **state)
{
  (void)state;
  struct bench bench;
  begin(&bench);
  add_prefixed(&bench.sent, TAG_TGS_REQ, 100, 1);
  add_prefixed(&bench.sent, TAG_TGS_REQ, 100, 2);
  take_syn(&bench);
  take_range(&bench, FIRST, 0, 104);
  take_range(&bench, FIRST, 104, 150); /* the rest never comes */
  uint32_t isn = FIRST + 40;
  take(&bench, segment(PORT, isn, KCD_TCP_SYN, NULL, 0));
  assert_int_equal(bench.received.n, 2);
  assert_int_equal(bench.received.incomplete, 1);
  assert_int_equal(bench.received.last.len, 42);
  assert_int_equal(bench.received.last.whole, 100);
  assert_int_equal(bench.received.last.stream, 1);
  take(&bench, reversed(segment(PORT, 7, KCD_TCP_SYN | KCD_TCP_ACK, NULL, 0)));
  take(&bench, segment(PORT, isn + 1, KCD_TCP_ACK, bench.sent.data, 104));
  take(&bench, reversed(segment(PORT, 8, KCD_TCP_ACK, bench.sent.data, 104)));
  assert_int_equal(bench.received.n, 4);
  assert_int_equal(bench.received.last.stream, 2);
  assert_true(bench.received.last.from_server);
  assert_int_equal(counts(&bench)->midstream, 0);
  end(&bench);
}

static void knows_another_connection_by_its_numbers(void **state)
{
  (void)state;
  struct bench bench;
  begin(&bench);
  add_prefixed(&bench.sent, TAG_TGS_REQ, 100, 1);
  take_syn(&bench);
  take_range(&bench, FIRST, 0, 104);
  take(&bench, segment(PORT, FIRST + 0x40000000, KCD_TCP_ACK, "stray bytes", 11));
  assert_int_equal(counts(&bench)->given_up, 1);
  take_range(&bench, FIRST + 0x80000000, 0, 104);
  assert_int_equal(bench.received.n, 2);
  assert_int_equal(bench.received.last.stream, 2);
  assert_int_equal(counts(&bench)->midstream, 1);
  end(&bench);
}

static void hands_out_at_fin_and_rst(void **state)
{
  (void)state;
  for (unsigned way = 0; way < 4; way++) {
    struct bench bench;
    begin(&bench);
    add_three(&bench);
    take_syn(&bench);
    take_range(&bench, FIRST, 0, 1000);
    if (way == 3)
      take_range(&bench, FIRST, 4058, 4362); /* behind a hole, and a reason in the RST */
    take(&bench, segment(PORT, FIRST + 1000, way == 0 ? KCD_TCP_FIN : KCD_TCP_RST, "why", way == 3 ? 3 : 0));
    if (way == 1)
      take(&bench, segment(PORT, FIRST + 1000, KCD_TCP_RST, NULL, 0));
    assert_int_equal(bench.received.n, way == 3 ? 3 : 2);
    assert_int_equal(bench.received.incomplete, 1);
    assert_int_equal(counts(&bench)->lost, 1);
    take_range(&bench, FIRST, 0, 1000); /* once more, late */
    kcd_streams_end(bench.streams);
    assert_int_equal(bench.received.n, way == 3 ? 3 : 2);
    end(&bench);
  }
}

/* FIN of one side does not end what is missing before it; that of both does. */
static void waits_for_what_is_missing_before_a_fin(void **state)
{
  (void)state;
  for (unsigned both = 0; both < 2; both++) {
    struct bench bench;
    begin(&bench);
    add_three(&bench);
    take_syn(&bench);
    take_range(&bench, FIRST, 0, 1000);
    take_range(&bench, FIRST, 2000, 4362);
    take(&bench, segment(PORT, FIRST + 4362, KCD_TCP_FIN, NULL, 0));
    assert_int_equal(bench.received.n, 1);
    if (both)
      take(&bench, reversed(segment(PORT, 77, KCD_TCP_FIN | KCD_TCP_ACK, NULL, 0)));
    take_range(&bench, FIRST, 1000, 2000);
    assert_int_equal(bench.received.n, 3);
    assert_int_equal(bench.received.incomplete, both);
    end(&bench);
  }
}

static void reads_on_behind_a_hole(void **state)
{
  (void)state;
  static const struct {
    size_t from, to; /* the hole */
    size_t n, incomplete;
  } holes[] = {
      {0, 54, 3, 0},                         /* the first message: the second and third, and the one far behind */
      {0, 10, 3, 0},     {54, 56, 3, 0},     /* the length of the second */
      {100, 200, 4, 1},                      /* inside it: its length tells where the third begins */
      {100, 4058, 4, 1}, {100, 4060, 3, 1},  /* the length of the third, too */
      {54, 4058, 3, 0},  {4000, 4362, 3, 1}, /* to the end of all three */
  };
  for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
    struct bench bench;
    begin(&bench);
    add_three(&bench);
    take_syn(&bench);
    if (holes[i].from > 0)
      take_range(&bench, FIRST, 0, holes[i].from);
    if (holes[i].to < 4362)
      take_range(&bench, FIRST, holes[i].to, 4362);
    struct kcd_buf far; /* more than the window */
    kcd_buf_init(&far, KCD_BUF_DEFAULT_CAP);
    add_prefixed(&far, TAG_TGS_REP, 60000, 9);
    take(&bench, segment(PORT, FIRST + 4362, KCD_TCP_ACK, far.data, 30000));
    assert_int_equal(counts(&bench)->lost, 0);
    kcd_streams_end(bench.streams);
    kcd_buf_done(&far);
    if (bench.received.n != holes[i].n || bench.received.incomplete != holes[i].incomplete + 1)
      fail_msg("hole %zu to %zu: %zu messages, %zu incomplete", holes[i].from, holes[i].to, bench.received.n,
               bench.received.incomplete);
    assert_int_equal(bench.received.last.whole, 60000);
    assert_int_equal(bench.received.last.len, 29996);
    assert_int_equal(counts(&bench)->lost, 2);
    end(&bench);
  }
}

/* A hole is given up while the stream goes on, and not before the window is full. */
static void gives_a_hole_up_when_the_window_is_full(void **state)
{
  (void)state;
  struct bench bench;
  begin(&bench);
  for (unsigned i = 0; i < 300; i++)
    add_prefixed(&bench.sent, TAG_TGS_REQ, 996, i);
  take_syn(&bench);
  for (size_t at = 1000; at < 128 << 10; at += 1000)
    take_range(&bench, FIRST, at, at + 1000 < 128 << 10 ? at + 1000 : 128 << 10);
  assert_int_equal(bench.received.n, 0);
  take_range(&bench, FIRST, 131000, 132000);
  assert_int_equal(bench.received.n, 131);
  assert_int_equal(counts(&bench)->lost, 1);
  take_range(&bench, FIRST, 299000, 300000);
  assert_int_equal(bench.received.n, 132);
  assert_int_equal(counts(&bench)->lost, 2);
  take_range(&bench, FIRST, 0, 1000);
  assert_int_equal(bench.received.n, 132);
  end(&bench);
}

static void reads_from_the_middle(void **state)
{
  (void)state;
  static const size_t begins[] = {0, 1, 3, 54, 55, 1000, 4049, 4057, 4058};
  for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
    for (size_t size = 1; size < 5000; size += size < 20 ? 1 : 600) {
      struct bench bench;
      begin(&bench);
      add_three(&bench);
      for (size_t at = begins[i]; at < 4362; at += size)
        take_range(&bench, FIRST, at, at + size < 4362 ? at + size : 4362);
      assert_int_equal(bench.received.n, begins[i] == 0 ? 3 : begins[i] <= 54 ? 2 : 1);
      assert_int_equal(bench.received.incomplete, 0);
      assert_int_equal(bench.received.last.len, 300);
      assert_int_equal(counts(&bench)->midstream, 1);
      assert_int_equal(counts(&bench)->given_up, 0);
      end(&bench);
    }
}

/* Every segment has at most 1000 bytes left of its 1460. */
static void knows_what_the_snap_length_cut(void **state)
{
  (void)state;
  for (unsigned backwards = 0; backwards < 2; backwards++) {
    struct bench bench;
    begin(&bench);
    add_three(&bench);
    take_syn(&bench);
    for (size_t i = 0; i < 3; i++) {
      size_t at = (backwards ? 2 - i : i) * 1460;
      struct kcd_frame frame = segment(PORT, FIRST + (uint32_t)at, KCD_TCP_ACK, bench.sent.data + at, 1000);
      frame.whole = at + 1460 < 4362 ? 1460 : 4362 - at;
      take(&bench, frame);
    }
    assert_int_equal(bench.received.n, 2); /* the third begins in what was cut */
    assert_int_equal(bench.received.incomplete, 1);
    assert_int_equal(bench.received.last.len, 1000 - 58);
    assert_int_equal(bench.received.last.whole, 4000);
    assert_int_equal(counts(&bench)->cut, 2);
    assert_int_equal(counts(&bench)->lost, 0);
    end(&bench);
  }
}

static void prefers_what_was_captured_to_what_was_cut(void **state)
{
  (void)state;
  struct bench bench;
  begin(&bench);
  add_three(&bench);
  take_syn(&bench);
  struct kcd_frame frame = segment(PORT, FIRST + 100, KCD_TCP_ACK, bench.sent.data + 100, 100);
  frame.whole = 4262;
  take(&bench, frame);
  take_range(&bench, FIRST, 150, 4362);
  take(&bench, frame);
  take_range(&bench, FIRST, 0, 100);
  expect_all(&bench, 3);
  assert_int_equal(counts(&bench)->cut, 0);
  end(&bench);
}

static void gives_up_lengths_that_are_none(void **state)
{
  (void)state;
  static const char *const prefixes[] = {"\x80\0\0\x40", "\x00\x10\0\x01", "\0\0\0\0", "\xff\xff\xff\xff", "HTTP"};
  for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
    struct bench bench;
    begin(&bench);
    kcd_buf_add(&bench.sent, prefixes[i], 4);
    for (unsigned n = 0; n < 100; n++)
      kcd_buf_add_u8(&bench.sent, TAG_AS_REQ);
    add_prefixed(&bench.sent, TAG_AS_REQ, 100, 1);
    take_syn(&bench);
    take_range(&bench, FIRST, 0, bench.sent.len);
    assert_int_equal(counts(&bench)->given_up, 1);
    assert_int_equal(bench.received.n, 1);
    assert_int_equal(bench.received.last.len, 100);
    assert_int_equal(kcd_streams_kept(bench.streams), 0);
    end(&bench);
  }
}

static void leaves_out_what_is_no_kerberos(void **state)
{
  (void)state;
  struct bench bench;
  begin(&bench);
  add_prefixed(&bench.sent, 0x30, 100, 1);
  add_prefixed(&bench.sent, TAG_AS_REQ, 50, 2);
  take_syn(&bench);
  take_range(&bench, FIRST, 0, bench.sent.len);
  assert_int_equal(counts(&bench)->given_up, 1);
  assert_int_equal(bench.received.n, 1);
  assert_int_equal(bench.received.last.len, 50);
  end(&bench);
}

/* Deterministic, so that a failure can be repeated. */
static uint32_t random_below(uint64_t *seed, uint32_t n)
{
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*seed >> 33) % n;
}

#define PIECES_MAX 4000
struct piece {
  size_t from, to;
};

/* Segments that cover all, some of them sent again with other bounds, in an order that is mixed up over DISTANCE. */
static size_t cut_up(const struct bench *bench, uint64_t *seed, size_t distance, struct piece *pieces)
{
  size_t n = 0;
  for (size_t at = 0; at < bench->sent.len; at = pieces[n - 1].to) {
    size_t to = at + 1 + random_below(seed, 1460);
    size_t from = random_below(seed, 3) == 0 ? at - (at < 700 ? at : random_below(seed, 700)) : at;
    pieces[n++] = (struct piece){from, to < bench->sent.len ? to : bench->sent.len};
    if (random_below(seed, 4) == 0) {
      pieces[n] = pieces[n - 1];
      n++;
    }
    assert_true(n < PIECES_MAX - 2);
  }
  for (size_t i = 0; i + 1 < n; i++) {
    size_t j = i + random_below(seed, (uint32_t)(i + distance < n ? distance : n - i));
    struct piece other = pieces[i];
    pieces[i] = pieces[j];
    pieces[j] = other;
  }
  return n;
}

static void gives_the_same_in_any_order(void **state)
{
  (void)state;
  static struct piece pieces[PIECES_MAX];
  for (uint64_t round = 1; round <= 200; round++) {
    uint64_t seed = round;
    struct bench bench;
    begin(&bench);
    size_t messages = 1 + random_below(&seed, 60);
    for (unsigned i = 0; i < messages; i++)
      add_prefixed(&bench.sent, TAG_TGS_REQ, 261 + random_below(&seed, 8000) * (random_below(&seed, 4) == 0), i);
    uint32_t isn = random_below(&seed, UINT32_MAX);
    take(&bench, segment(PORT, isn, KCD_TCP_SYN, NULL, 0));
    size_t n = cut_up(&bench, &seed, 1 + random_below(&seed, 40), pieces);
    for (size_t i = 0; i < n; i++)
      take_range(&bench, isn + 1, pieces[i].from, pieces[i].to);
    expect_all(&bench, messages);
    assert_int_equal(counts(&bench)->lost + counts(&bench)->given_up + counts(&bench)->midstream, 0);
    end(&bench);
  }
}

/* What the streams have allocated. */
static size_t allocated;
static size_t allocated_most;

static void *counted(void *block)
{
  allocated += malloc_usable_size(block);
  if (allocated > allocated_most)
    allocated_most = allocated;
  return block;
}

void *__real_kcd_calloc(size_t count, size_t size);
void *__wrap_kcd_calloc(size_t count, size_t size);
void *__wrap_kcd_calloc(size_t count, size_t size)
{
  return counted(__real_kcd_calloc(count, size));
}

void *__real_kcd_reallocarray(void *old, size_t count, size_t size);
void *__wrap_kcd_reallocarray(void *old, size_t count, size_t size);
void *__wrap_kcd_reallocarray(void *old, size_t count, size_t size)
{
  allocated -= old != NULL ? malloc_usable_size(old) : 0;
  return counted(__real_kcd_reallocarray(old, count, size));
}

void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block)
{
  allocated -= block != NULL ? malloc_usable_size(block) : 0;
  __real_free(block);
}

static void count_only(void *data, const struct kcd_carried *message)
{
  (void)message;
  ++*(size_t *)data;
}

#define LIMIT ((size_t)1 << 20)

/* Streams that each keep as much as they can: a message of which the end does not come, and bytes far ahead. */
static void keeps_to_the_limits(void **state)
{
  (void)state;
  struct kcd_stream_limits limits = {.per_stream = 100000, .total = LIMIT, .streams = 200};
  static uint8_t big[60000] = {0, 1, 0x80, 0, TAG_AS_REQ};
  allocated = allocated_most = 0;
  size_t n = 0;
  struct kcd_streams *streams = kcd_streams_new(KDC_PORT, &limits, count_only, &n);
  size_t per_stream = 2 * (128 << 10) + 2 * (4 + limits.per_stream);
  for (uint16_t port = 1024; port < 3024; port++) {
    struct kcd_frame frames[] = {segment(port, ISN, KCD_TCP_SYN, NULL, 0),
                                 segment(port, FIRST, KCD_TCP_ACK, big, sizeof(big)),
                                 segment(port, FIRST + 120000, KCD_TCP_ACK, big, 1)};
    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
      kcd_streams_take(streams, &frames[i], port);
      assert_true(kcd_streams_kept(streams) <= LIMIT);
      assert_true(allocated <= LIMIT + 200 * 1024 + 8192);
    }
  }
  assert_true(allocated_most <= LIMIT + per_stream + 200 * 1024 + 8192);
  assert_true(allocated_most > LIMIT / 2);
  assert_true(kcd_streams_counts(streams)->given_up > 1900);
  kcd_streams_end(streams);
  assert_int_equal(n, 2000);
  assert_int_equal(kcd_streams_kept(streams), 0);
  kcd_streams_free(streams);
  assert_int_equal(allocated, 0);
}

/* The stream that was silent longest goes, and the one that speaks stays. */
static void forgets_the_one_silent_longest(void **state)
{
  (void)state;
  struct kcd_stream_limits limits = KCD_STREAM_LIMITS;
  limits.streams = 4;
  struct bench bench;
  begin_limited(&bench, &limits);
  add_prefixed(&bench.sent, TAG_AS_REQ, 100, 1);
  take_syn(&bench);
  take_range(&bench, FIRST, 0, 50);
  for (uint16_t port = 1; port <= 20; port++) {
    take(&bench, segment(port, ISN, KCD_TCP_SYN, NULL, 0));
    take(&bench, segment(port, FIRST, KCD_TCP_ACK, bench.sent.data, 60));
    take_range(&bench, FIRST, 49 + port, 50 + port);
  }
  assert_int_equal(bench.received.n, 17);
  assert_int_equal(bench.received.incomplete, 17);
  assert_int_equal(counts(&bench)->given_up, 17);
  take_range(&bench, FIRST, 70, 104);
  assert_int_equal(bench.received.n, 18);
  assert_int_equal(bench.received.last.from.port, PORT);
  assert_int_equal(bench.received.last.len, 100);
  end(&bench);
}

/* Many streams at once, all of which are read. */
static void tells_many_streams_apart(void **state)
{
  (void)state;
  struct bench bench;
  begin(&bench);
  struct kcd_buf one;
  kcd_buf_init(&one, KCD_BUF_DEFAULT_CAP);
  add_prefixed(&one, TAG_AS_REQ, 100, 1);
  for (unsigned part = 0; part < 2; part++)
    for (unsigned i = 0; i < 30000; i++) {
      struct kcd_frame frame = segment((uint16_t)(1000 + i), FIRST + 52 * part, KCD_TCP_ACK, one.data + 52 * part, 52);
      frame.source.bytes[2] = (uint8_t)i;
      if (part == 0) {
        struct kcd_frame syn = frame;
        syn.flags = KCD_TCP_SYN;
        syn.sequence = ISN;
        syn.whole = syn.len = 0;
        take(&bench, syn);
      }
      take(&bench, frame);
    }
  assert_int_equal(bench.received.n, 30000);
  assert_int_equal(bench.received.incomplete, 0);
  assert_int_equal(bench.received.last.stream, 30000);
  kcd_buf_done(&one);
  end(&bench);
}

/* Orders that would be slow if each segment cost what waits: every second byte; islands; each frame far ahead. */
static void is_not_slow_in_a_hostile_order(void **state)
{
  (void)state;
  clock_t start = clock();
  struct bench bench;
  begin(&bench);
  static const uint8_t byte[] = {0};
  take_syn(&bench);
  for (uint32_t at = 1; at < 120000; at += 2)
    take(&bench, segment(PORT, FIRST + at, KCD_TCP_ACK, byte, 1));
  for (uint32_t at = 120000; at > 2; at -= 2)
    take(&bench, segment(PORT, FIRST + at, KCD_TCP_ACK, byte, 1));
  for (uint32_t i = 1; i < 60000; i++)
    take(&bench, segment(PORT, FIRST + 120000 + i * 65000, KCD_TCP_ACK, byte, 1));
  for (uint32_t i = 1; i < 60000; i++) {
    struct kcd_frame cut = segment(PORT, FIRST + 120000 + 0xe0000000u + i * 65000, KCD_TCP_ACK, byte, 0);
    cut.whole = 1;
    take(&bench, cut);
  }
  kcd_streams_end(bench.streams);
  assert_int_equal(bench.received.n, 0);
  end(&bench);
  assert_true(clock() - start < 30 * CLOCKS_PER_SEC); /* under the sanitizers it takes less than one second */
}

/* Ports and addresses that were chosen so that all fall into one chain. */
static void bounds_the_chains_of_the_table(void **state)
{
  (void)state;
  struct kcd_stream_table table;
  kcd_stream_table_init(&table, 1000);
  table.n_chains = 1;
  struct kcd_stream_key keys[17];
  for (uint16_t i = 0; i < 17; i++)
    keys[i] = kcd_stream_key(true, &(struct kcd_endpoint){.port = i}, &(struct kcd_endpoint){.port = KDC_PORT});
  struct kcd_stream *streams[16];
  for (size_t i = 0; i < 16; i++) {
    assert_null(kcd_stream_table_in_the_way(&table, &keys[i]));
    streams[i] = kcd_stream_table_add(&table, &keys[i]);
  }
  assert_ptr_equal(kcd_stream_table_in_the_way(&table, &keys[16]), streams[0]);
  assert_ptr_equal(kcd_stream_table_find(&table, &keys[0]), streams[0]);
  assert_ptr_equal(kcd_stream_table_in_the_way(&table, &keys[16]), streams[1]);
  kcd_stream_table_remove(&table, streams[1]);
  assert_null(kcd_stream_table_find(&table, &keys[1]));
  assert_null(kcd_stream_table_in_the_way(&table, &keys[16]));
  kcd_stream_table_done(&table);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hands_out_datagrams),
      cmocka_unit_test(counts_what_is_no_message),
      cmocka_unit_test(reads_several_messages_in_a_segment),
      cmocka_unit_test(reads_a_message_over_many_segments),
      cmocka_unit_test(puts_segments_in_order),
      cmocka_unit_test(leaves_out_what_came_before),
      cmocka_unit_test(keeps_the_bytes_that_came_first),
      cmocka_unit_test(begins_anew_with_a_syn),
      cmocka_unit_test(knows_another_connection_by_its_numbers),
      cmocka_unit_test(hands_out_at_fin_and_rst),
      cmocka_unit_test(waits_for_what_is_missing_before_a_fin),
      cmocka_unit_test(reads_on_behind_a_hole),
      cmocka_unit_test(gives_a_hole_up_when_the_window_is_full),
      cmocka_unit_test(reads_from_the_middle),
      cmocka_unit_test(knows_what_the_snap_length_cut),
      cmocka_unit_test(prefers_what_was_captured_to_what_was_cut),
      cmocka_unit_test(gives_up_lengths_that_are_none),
      cmocka_unit_test(leaves_out_what_is_no_kerberos),
      cmocka_unit_test(gives_the_same_in_any_order),
      cmocka_unit_test(keeps_to_the_limits),
      cmocka_unit_test(forgets_the_one_silent_longest),
      cmocka_unit_test(tells_many_streams_apart),
      cmocka_unit_test(is_not_slow_in_a_hostile_order),
      cmocka_unit_test(bounds_the_chains_of_the_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
