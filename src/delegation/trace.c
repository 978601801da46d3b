/* Messages become steps: a request and what came back. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "tracing.h"

bool trace_is_normal(int32_t code)
{
  return code == TRACE_PREAUTH_REQUIRED || code == TRACE_RESPONSE_TOO_BIG;
}

bool trace_same(const char *a, const char *b)
{
  return a != NULL && b != NULL && kcd_equal_nocase(a, b);
}

bool trace_alike(const char *a, const char *b)
{
  return trace_same(a, b) || (a == NULL && b == NULL);
}

uint64_t trace_key(const char *name)
{
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  if (name == NULL)
    return 0;
  for (; *name != '\0'; name++) {
    uint8_t byte = (uint8_t)*name;
    bool upper = byte >= 'A' && byte <= 'Z';
    hash = (hash ^ (upper ? byte + ('a' - 'A') : byte)) * UINT64_C(0x100000001b3);
  }
  return hash == 0 ? 1 : hash;
}

bool trace_is_spn(const char *name)
{
  const char *slash = name == NULL ? NULL : strchr(name, '/');
  return slash != NULL && slash > name && slash[1] != '\0';
}

const char *kcd_step_kind_name(enum kcd_step_kind kind)
{
  static const char *const names[] = {
      [KCD_STEP_KIND_AS] = "AS",           [KCD_STEP_KIND_TGS] = "TGS",           [KCD_STEP_KIND_SELF] = "S4U2Self",
      [KCD_STEP_KIND_PROXY] = "S4U2Proxy", [KCD_STEP_KIND_REFERRAL] = "referral",
  };
  return names[kind];
}

bool trace_asks_the_same(const struct kcd_trace_step *a, const struct kcd_trace_step *b)
{
  return a->kind == b->kind && trace_alike(a->spn, b->spn) && a->evidence_mark == b->evidence_mark &&
         (a->kind != KCD_STEP_KIND_SELF || trace_alike(a->user, b->user)) &&
         (a->kind != KCD_STEP_KIND_AS || trace_alike(a->host, b->host));
}

/* ---- life ---- */

struct kcd_trace *kcd_trace_new(void)
{
  return kcd_calloc(1, sizeof(struct kcd_trace));
}

void trace_step_done(struct kcd_trace_step *step)
{
  free(step->host);
  free(step->user);
  free(step->spn);
  free(step->realm);
  free(step->named);
  free(step->etypes);
  free(step->evidence);
  free(step->reason);
  *step = (struct kcd_trace_step){0};
}

void kcd_trace_free(struct kcd_trace *trace)
{
  if (trace == NULL)
    return;
  for (size_t i = 0; i < trace->n; i++)
    trace_step_done(&trace->steps[i]);
  for (size_t i = 0; i < trace->n_ntlm; i++)
    free(trace->ntlm[i].user);
  free(trace->steps);
  free(trace->streams);
  free(trace->ntlm);
  free(trace);
}

/* ---- steps ---- */

static size_t length(const char *text)
{
  return text == NULL ? 0 : strlen(text);
}

/* Names are as long as whoever made the capture likes. */
static void count_bytes(struct kcd_trace *trace, const struct kcd_trace_step *step)
{
  trace->bytes += length(step->host) + length(step->user) + length(step->spn) + length(step->realm) +
                  length(step->named) + length(step->evidence);
}

static bool is_full(const struct kcd_trace *trace)
{
  return trace->n == KCD_TRACE_MAX || trace->bytes > TRACE_BYTES;
}

static struct kcd_trace_step *add_step(struct kcd_trace *trace, uint64_t stream)
{
  if (is_full(trace)) {
    trace->n_more++;
    return NULL;
  }
  if (trace->n == trace->room) {
    trace->room = trace->room == 0 ? 64 : trace->room * 2;
    trace->steps = kcd_reallocarray(trace->steps, trace->room, sizeof *trace->steps);
    trace->streams = kcd_reallocarray(trace->streams, trace->room, sizeof *trace->streams);
  }
  trace->streams[trace->n] = stream;
  trace->steps[trace->n] = (struct kcd_trace_step){0};
  return &trace->steps[trace->n++];
}

static void forget_pending(struct kcd_trace *trace, size_t at)
{
  memmove(&trace->pending[at], &trace->pending[at + 1], (--trace->n_pending - at) * sizeof trace->pending[0]);
}

static void note_pending(struct kcd_trace *trace, size_t step)
{
  if (trace->n_pending == TRACE_PENDING)
    forget_pending(trace, 0);
  trace->pending[trace->n_pending++] = step;
}

/* ---- requests ---- */

static bool is_krbtgt(const char *name)
{
  static const char prefix[] = "krbtgt/";
  return name != NULL && strncmp(name, prefix, sizeof prefix - 1) == 0;
}

static bool is_foreign_krbtgt(const struct kcd_krb_name *service)
{
  return is_krbtgt(service->text) && service->realm != NULL &&
         !kcd_equal_nocase(service->text + strlen("krbtgt/"), service->realm);
}

static enum kcd_step_kind kind_of(const struct kcd_krb_message *message)
{
  if (message->type == KCD_KRB_AS_REQ || message->type == KCD_KRB_AS_REP)
    return KCD_STEP_KIND_AS;
  if ((message->options & KCD_KDC_CNAME_IN_ADDL_TKT) != 0 && message->n_additional > 0)
    return KCD_STEP_KIND_PROXY;
  if (message->for_user)
    return KCD_STEP_KIND_SELF;
  return is_foreign_krbtgt(&message->service) ? KCD_STEP_KIND_REFERRAL : KCD_STEP_KIND_TGS;
}

/* "alice", or "alice@OTHER.REALM" where the realm is not that of the KDC asked. Owned. */
static char *user_of(const struct kcd_krb_message *message)
{
  const struct kcd_krb_name *user = &message->user;
  if (user->text == NULL)
    return NULL;
  if (user->realm == NULL || *user->realm == '\0' || strchr(user->text, '@') != NULL ||
      trace_same(user->realm, message->service.realm))
    return kcd_strdup(user->text);
  return kcd_asprintf("%s@%s", user->text, user->realm);
}

static void take_host(const struct kcd_krb_message *message, struct kcd_trace_step *step)
{
  if (step->kind == KCD_STEP_KIND_AS)
    step->host = kcd_strdup(message->client.text);
  else if (step->kind == KCD_STEP_KIND_SELF)
    step->host = kcd_strdup(message->service.text);
  else if (step->kind == KCD_STEP_KIND_PROXY)
    step->host = kcd_strdup(message->additional[0].service.text);
}

static void take_request(const struct kcd_krb_message *message, struct kcd_trace_step *step)
{
  step->kind = kind_of(message);
  step->spn = kcd_strdup(message->service.text);
  step->realm = kcd_strdup(message->service.realm);
  step->user = user_of(message);
  step->options = message->options;
  step->has_pac_options = message->has_pac_options;
  step->rbcd_bit = (message->pac_options & KCD_PAC_OPTION_RBCD) != 0;
  step->armoured = message->armoured;
  step->etypes = kcd_calloc(message->n_etypes + 1, sizeof *step->etypes);
  for (size_t i = 0; i < message->n_etypes; i++)
    step->etypes[step->n_etypes++] = message->etypes[i];
  if (step->kind == KCD_STEP_KIND_PROXY) {
    step->evidence = kcd_strdup(message->additional[0].service.text);
    step->evidence_enctype = message->additional[0].enctype;
    step->evidence_mark = message->additional[0].mark;
  }
  take_host(message, step);
}

/* A datagram that was sent again because no answer came, or that was captured at two places. */
static bool is_repeated(const struct kcd_trace *trace, const struct kcd_carried *carried,
                        const struct kcd_trace_step *known, const struct kcd_trace_step *step)
{
  return known->answers == 0 && trace->streams[known - trace->steps] == carried->stream &&
         trace_asks_the_same(known, step);
}

/* Of what cannot be decoded the first byte still tells whether it asks for a ticket-granting ticket. */
static void note_request(struct kcd_trace *trace, const struct kcd_carried *carried, enum kcd_krb_type type,
                         const struct kcd_krb_message *message)
{
  if (is_full(trace)) {
    trace->n_more++;
    return;
  }
  struct kcd_trace_step step = {.kind = type == KCD_KRB_AS_REQ ? KCD_STEP_KIND_AS : KCD_STEP_KIND_TGS,
                                .when = carried->when,
                                .client = carried->from,
                                .kdc = carried->to,
                                .tcp = carried->tcp,
                                .requests = 1,
                                .malformed = message == NULL};
  if (message != NULL)
    take_request(message, &step);
  for (size_t i = carried->tcp ? 0 : trace->n_pending; i-- > 0;) {
    struct kcd_trace_step *known = &trace->steps[trace->pending[i]];
    if (!is_repeated(trace, carried, known, &step))
      continue;
    known->requests++;
    trace_step_done(&step);
    return;
  }
  struct kcd_trace_step *added = add_step(trace, carried->stream);
  if (added == NULL) {
    trace_step_done(&step);
    return;
  }
  *added = step;
  count_bytes(trace, added);
  note_pending(trace, trace->n - 1);
}

/* ---- answers ---- */

static bool can_answer(enum kcd_krb_type type, const struct kcd_trace_step *step)
{
  if (type == KCD_KRB_AS_REP)
    return step->kind == KCD_STEP_KIND_AS;
  return type != KCD_KRB_TGS_REP || step->kind != KCD_STEP_KIND_AS;
}

/* A datagram that was sent twice is answered twice. */
static bool is_answered_alike(const struct kcd_trace_step *step, enum kcd_krb_type type,
                              const struct kcd_krb_message *message)
{
  if (step->answers == 0)
    return false;
  if (type == KCD_KRB_ERROR)
    return step->answer.outcome == KCD_ERROR && (message == NULL || message->error.code == step->answer.code);
  return step->answer.outcome == KCD_TICKET &&
         (message == NULL || step->kind == KCD_STEP_KIND_AS || trace_same(message->service.text, step->spn));
}

/* Which of the requests that wait this answers: one that was answered like this before and was sent more often, else
 * the oldest without an answer; n_pending where there is none. */
static size_t pending_for(const struct kcd_trace *trace, const struct kcd_carried *carried, enum kcd_krb_type type,
                          const struct kcd_krb_message *message)
{
  size_t found = trace->n_pending;
  for (size_t i = 0; i < trace->n_pending; i++) {
    const struct kcd_trace_step *step = &trace->steps[trace->pending[i]];
    if (trace->streams[trace->pending[i]] != carried->stream || !can_answer(type, step))
      continue;
    if (is_answered_alike(step, type, message))
      return i;
    if (step->answers == 0 && found == trace->n_pending)
      found = i;
  }
  return found;
}

/* The request that this is the answer to; a new step where it is not in the capture. NULL: no room for one. */
static struct kcd_trace_step *step_for(struct kcd_trace *trace, const struct kcd_carried *carried,
                                       enum kcd_krb_type type, const struct kcd_krb_message *message)
{
  size_t at = pending_for(trace, carried, type, message);
  if (at < trace->n_pending) {
    struct kcd_trace_step *known = &trace->steps[trace->pending[at]];
    if (++known->answers >= known->requests)
      forget_pending(trace, at);
    return known;
  }
  struct kcd_trace_step *step = add_step(trace, carried->stream);
  if (step == NULL)
    return NULL;
  *step = (struct kcd_trace_step){.kind = type == KCD_KRB_AS_REP ? KCD_STEP_KIND_AS : KCD_STEP_KIND_TGS,
                                  .when = carried->when,
                                  .client = carried->to,
                                  .kdc = carried->from,
                                  .tcp = carried->tcp,
                                  .answers = 1,
                                  .request_missing = true};
  return step;
}

static bool is_referral(const struct kcd_krb_message *message, const struct kcd_trace_step *step)
{
  return message->type == KCD_KRB_TGS_REP && is_krbtgt(message->service.text) && step->spn != NULL &&
         !is_krbtgt(step->spn);
}

static void take_names(const struct kcd_krb_message *message, struct kcd_trace_step *step)
{
  free(step->named);
  step->named = kcd_strdup(message->client.text);
  if (step->spn == NULL)
    step->spn = kcd_strdup(message->service.text);
  if (step->realm == NULL)
    step->realm = kcd_strdup(message->service.realm);
  bool by_itself =
      step->kind == KCD_STEP_KIND_AS || step->kind == KCD_STEP_KIND_TGS || step->kind == KCD_STEP_KIND_REFERRAL;
  if (step->host == NULL && by_itself)
    step->host = kcd_strdup(message->client.text);
  if (step->user == NULL && step->kind == KCD_STEP_KIND_PROXY && message->type == KCD_KRB_TGS_REP)
    step->user = kcd_strdup(message->client.text);
}

static void take_error(const struct kcd_krb_message *message, struct kcd_trace_step *step)
{
  const struct kcd_krb_error *error = &message->error;
  step->answer = (struct kcd_answer){.outcome = KCD_ERROR,
                                     .code = error->code,
                                     .has_ntstatus = error->edata == KCD_EDATA_NTSTATUS,
                                     .ntstatus = error->edata == KCD_EDATA_NTSTATUS ? error->ntstatus : 0};
  step->reason = kcd_strdup(error->text);
}

static void note_answer(struct kcd_trace *trace, const struct kcd_carried *carried, enum kcd_krb_type type,
                        const struct kcd_krb_message *message)
{
  struct kcd_trace_step *step = step_for(trace, carried, type, message);
  if (step == NULL || step->answers > 1)
    return;
  step->answered = carried->when;
  if (message == NULL) {
    step->malformed = true;
    if (type != KCD_KRB_ERROR) /* what it is stands in its first byte */
      step->answer = (struct kcd_answer){.outcome = KCD_TICKET};
    return;
  }
  step->referred = is_referral(message, step);
  take_names(message, step);
  count_bytes(trace, step);
  if (type == KCD_KRB_ERROR) {
    take_error(message, step);
    return;
  }
  step->answer = (struct kcd_answer){.outcome = KCD_TICKET};
  step->ticket_enctype = message->ticket.enctype;
  step->ticket_mark = message->ticket.mark;
}

void kcd_trace_decoded(struct kcd_trace *trace, const struct kcd_carried *carried, enum kcd_krb_type type,
                       const struct kcd_krb_message *message)
{
  trace->malformed += message == NULL;
  switch (type) {
  case KCD_KRB_AS_REQ:
  case KCD_KRB_TGS_REQ:
    note_request(trace, carried, type, message);
    return;
  case KCD_KRB_AS_REP:
  case KCD_KRB_TGS_REP:
  case KCD_KRB_ERROR:
    note_answer(trace, carried, type, message);
    return;
  }
}

void kcd_trace_message(struct kcd_trace *trace, const struct kcd_carried *carried)
{
  struct kcd_krb_message message;
  struct kcd_error ignored = KCD_ERROR_INIT;
  enum kcd_krb_type type = kcd_krb_message_type(carried->data, carried->len);
  if (carried->whole > carried->len || kcd_krb_message_decode(carried->data, carried->len, &message, &ignored) != 0) {
    kcd_trace_decoded(trace, carried, type, NULL);
    return;
  }
  kcd_trace_decoded(trace, carried, type, &message);
  kcd_krb_message_done(&message);
}

/* ---- any frame ---- */

static bool same_ends(const struct trace_ntlm *a, const struct kcd_frame *frame)
{
  return kcd_address_equal(&a->client.address, &frame->source) &&
         kcd_address_equal(&a->server.address, &frame->destination) && a->server.port == frame->destination_port;
}

static void note_ntlm(struct kcd_trace *trace, const struct kcd_frame *frame, int64_t when, char *user)
{
  for (size_t i = 0; i < trace->n_ntlm; i++)
    if (same_ends(&trace->ntlm[i], frame)) {
      free(user);
      return;
    }
  if (trace->n_ntlm == TRACE_SIGHTINGS) {
    free(user);
    return;
  }
  trace->ntlm = kcd_reallocarray(trace->ntlm, trace->n_ntlm + 1, sizeof *trace->ntlm);
  trace->ntlm[trace->n_ntlm++] =
      (struct trace_ntlm){.client = {.address = frame->source, .port = frame->source_port},
                          .server = {.address = frame->destination, .port = frame->destination_port},
                          .when = when,
                          .user = user};
}

void kcd_trace_frame(struct kcd_trace *trace, const struct kcd_frame *frame, int64_t when)
{
  if (trace->frames++ == 0 || when < trace->first)
    trace->first = when;
  if (when > trace->last)
    trace->last = when;
  char *user = NULL, *workstation = NULL;
  if (frame->kind != KCD_FRAME_TCP || frame->len == 0 ||
      !kcd_ntlm_find(frame->payload, frame->len, &user, &workstation))
    return;
  free(workstation);
  note_ntlm(trace, frame, when, user);
}

void kcd_trace_finish(struct kcd_trace *trace, const struct kcd_stream_counts *counts, uint32_t snaplen,
                      struct kcd_trace_result *ret)
{
  *ret = (struct kcd_trace_result){.first = trace->first,
                                   .last = trace->last,
                                   .frames = trace->frames,
                                   .messages = counts->messages,
                                   .n_more = trace->n_more};
  trace_join(trace, ret);
  trace_name_failures(ret);
  trace_remark(trace, counts, snaplen, ret);
}
