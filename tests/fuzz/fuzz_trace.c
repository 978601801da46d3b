/* Packets of a capture, from the frame to what is said of the trace: sentences and commands are harmless, indexes are
 * inside, and every name that a check would take is one.
 *
 * Two bytes of length before each raw IP packet; the highest bit of the length lets ten seconds pass. */
#include <string.h>

#include <kcdfix/text.h>
#include <kcdfix/trace.h>

#include "decode.h"
#include "target.h"

static const struct kcd_stream_limits limits = {.per_stream = 20000, .total = 100000, .streams = 20};

static void take(void *data, const struct kcd_carried *message)
{
  kcd_trace_message(data, message);
}

static void check_conversation(const struct kcd_conversation *conversation)
{
  REQUIRE(conversation->n == 1 || conversation->n == 2);
  for (size_t i = 0; i < conversation->n; i++) {
    const struct kcd_trace_step *step = &conversation->steps[i];
    REQUIRE(step->answered == 0 || step->answered >= step->when);
    REQUIRE((step->answer.outcome == KCD_NOT_TRIED) == (step->answered == 0) || step->malformed);
  }
}

static void check_failure(const struct kcd_trace_result *result, const struct kcd_trace_failure *failure)
{
  REQUIRE(failure->first <= failure->last && failure->last < result->n && failure->times > 0);
  REQUIRE(kcd_is_displayable(failure->sentence));
  for (size_t i = 0; i < failure->n_excluded; i++)
    REQUIRE(kcd_is_displayable(failure->excluded[i]));
  for (size_t i = 0; i < failure->n_ids; i++)
    REQUIRE(failure->ids[i] < KCD_FINDINGS);
  KCD_AUTO_CHAR command = kcd_trace_command(failure);
  REQUIRE(command == NULL || kcd_is_displayable(command));
}

static void check(const struct kcd_trace_result *result)
{
  struct kcd_traced_pairs pairs;
  for (size_t i = 0; i < result->n; i++)
    check_conversation(&result->v[i]);
  for (size_t i = 0; i < result->n_failures; i++)
    check_failure(result, &result->failures[i]);
  for (size_t i = 0; i < result->n_remarks; i++) {
    REQUIRE(kcd_is_displayable(result->remarks[i].sentence));
    REQUIRE(result->remarks[i].next == NULL || kcd_is_displayable(result->remarks[i].next));
  }
  kcd_trace_pairs(result, &pairs);
  for (size_t i = 0; i < pairs.n; i++)
    REQUIRE(strchr(pairs.v[i].host, '/') == NULL && strchr(pairs.v[i].spn, '/') != NULL);
  kcd_traced_pairs_done(&pairs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  KCD_AUTO(kcd_trace) trace = kcd_trace_new();
  KCD_AUTO(kcd_streams) streams = kcd_streams_new(88, &limits, take, trace);
  struct kcd_reader in;
  kcd_reader_init(&in, data, size);
  for (int64_t now = 1; in.left > 2; now++) {
    uint16_t head = kcd_read_u16le(&in);
    size_t len = head & 0x7fffu;
    len = len < in.left ? len : in.left;
    now += (head & 0x8000u) != 0 ? 10000000 : 0;
    struct kcd_frame frame;
    kcd_frame_decode(KCD_LINK_RAW, kcd_read_bytes(&in, len), len, &frame);
    kcd_trace_frame(trace, &frame, now);
    kcd_streams_take(streams, &frame, now);
  }
  kcd_streams_end(streams);
  struct kcd_trace_result result;
  kcd_trace_finish(trace, kcd_streams_counts(streams), 0, &result);
  check(&result);
  kcd_trace_result_done(&result);
  return 0;
}
