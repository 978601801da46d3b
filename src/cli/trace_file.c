#include "trace_file.h"

#include <kcdfix/alloc.h>
#include <kcdfix/capture.h>
#include <kcdfix/report.h>
#include <kcdfix/text.h>

#define KERBEROS_PORT 88

uint16_t kcd_trace_port(const struct kcd_options *options)
{
  return options->port != 0 ? options->port : KERBEROS_PORT;
}

static void take_message(void *data, const struct kcd_carried *carried)
{
  kcd_trace_message(data, carried);
}

/* As kcd_capture_next ends: 0, or -1 with ERR. */
static int read_frames(struct kcd_capture *capture, struct kcd_streams *streams, struct kcd_trace *trace,
                       struct kcd_error *err)
{
  enum kcd_link link = kcd_capture_link(capture);
  const uint8_t *data;
  size_t len;
  int64_t when;
  int rc;
  while ((rc = kcd_capture_next(capture, &data, &len, &when, err)) > 0) {
    struct kcd_frame frame;
    kcd_frame_decode(link, data, len, &frame);
    kcd_trace_frame(trace, &frame, when);
    kcd_streams_take(streams, &frame, when);
  }
  return rc;
}

int kcd_read_trace(struct kcd_run *run, struct kcd_trace_result *ret, struct kcd_error *err)
{
  const struct kcd_options *options = run->options;
  struct kcd_error damaged = KCD_ERROR_INIT;
  KCD_AUTO(kcd_capture) capture = NULL;
  if (kcd_capture_open(options->trace, &capture, err) != 0)
    return -1;
  KCD_AUTO(kcd_trace) trace = kcd_trace_new();
  struct kcd_stream_limits limits = KCD_STREAM_LIMITS;
  KCD_AUTO(kcd_streams) streams = kcd_streams_new(kcd_trace_port(options), &limits, take_message, trace);
  int rc = read_frames(capture, streams, trace, &damaged);
  if (rc < 0)
    (void)kcd_run_failed(run, &damaged);
  kcd_streams_end(streams);
  kcd_trace_finish(trace, kcd_streams_counts(streams), kcd_capture_snaplen(capture), ret);
  return rc < 0 ? 1 : 0;
}

int kcd_fail_no_pairs(const struct kcd_options *options, struct kcd_error *err)
{
  KCD_AUTO_CHAR file = kcd_safe(options->trace);
  KCD_AUTO_CHAR word = kcd_shell_word(options->trace);
  kcd_fail(err, KCD_E_NOT_FOUND, "in %s nobody asks for a ticket by constrained delegation (S4U2Proxy)", file);
  kcd_error_id(err, "trace-without-pairs");
  kcd_error_on(err, options->trace, NULL);
  return kcd_error_next(err, "see what is in it: kcdfix explain --trace %s", word);
}

static void add_once(const char **list, size_t *n, const char *text)
{
  for (size_t i = 0; i < *n; i++)
    if (kcd_equal_nocase(list[i], text))
      return;
  list[(*n)++] = text;
}

void kcd_trace_operands(const struct kcd_traced_pairs *pairs, const char *user, struct kcd_operands *ret)
{
  ret->hosts = kcd_calloc(pairs->n + 1, sizeof *ret->hosts);
  ret->spns = kcd_calloc(pairs->n + 1, sizeof *ret->spns);
  for (size_t i = 0; i < pairs->n; i++) {
    const struct kcd_traced_pair *pair = &pairs->v[i];
    if (user && !(pair->user && kcd_equal_nocase(pair->user, user)))
      continue;
    add_once(ret->hosts, &ret->n_hosts, pair->host);
    add_once(ret->spns, &ret->n_spns, pair->spn);
  }
}
