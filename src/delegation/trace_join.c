/* Steps become conversations: S4U2Self with the S4U2Proxy that uses its ticket, and what was asked twice for reasons of
 * the protocol once. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "tracing.h"

#define NEAR (60 * TRACE_SECOND) /* a ticket of S4U2Self is used at once, unless it is the very same one */
#define RECENT 1024              /* steps that are kept in mind for one that belongs to them */

/* A step that has not found its place yet. */
struct join {
  struct kcd_trace_step *steps;
  size_t n;
  bool *gone; /* taken into another one */
};

static bool same_client(const struct kcd_trace_step *a, const struct kcd_trace_step *b)
{
  return kcd_address_equal(&a->client.address, &b->client.address);
}

static int by_time(const void *a, const void *b)
{
  const struct kcd_trace_step *x = a, *y = b;
  return x->when < y->when ? -1 : x->when > y->when;
}

/* ---- asked twice ---- */

/* Pre-authentication was asked for, or TCP; EARLIER is the request before. */
static bool is_second_try(const struct kcd_trace_step *earlier, const struct kcd_trace_step *step)
{
  if (earlier->kind != step->kind || !same_client(earlier, step) || earlier->answer.outcome != KCD_ERROR)
    return false;
  if (earlier->answer.code == TRACE_PREAUTH_REQUIRED)
    return step->kind == KCD_STEP_KIND_AS && trace_same(earlier->host, step->host);
  return earlier->answer.code == TRACE_RESPONSE_TOO_BIG && step->tcp && trace_asks_the_same(earlier, step);
}

/* The steps that a later one may belong to, the newest last; the oldest are forgotten. */
struct recent {
  size_t v[RECENT];
  size_t n; /* seen in all */
};

static void recent_add(struct recent *recent, size_t step)
{
  recent->v[recent->n++ % RECENT] = step;
}

/* The INDEXth, counted from the newest; false behind the last that is known. */
static bool recent_get(const struct recent *recent, size_t index, size_t *ret)
{
  if (index >= recent->n || index >= RECENT)
    return false;
  *ret = recent->v[(recent->n - 1 - index) % RECENT];
  return true;
}

static void merge(struct join *join, size_t earlier_at, struct kcd_trace_step *step)
{
  const struct kcd_trace_step *earlier = &join->steps[earlier_at];
  step->requests += earlier->requests;
  step->refused_by_udp =
      step->refused_by_udp || earlier->refused_by_udp || earlier->answer.code == TRACE_RESPONSE_TOO_BIG;
  step->when = earlier->when;
  join->gone[earlier_at] = true;
}

static void merge_tries(struct join *join)
{
  struct recent tries = {.n = 0};
  for (size_t i = 0; i < join->n; i++) {
    struct kcd_trace_step *step = &join->steps[i];
    size_t at;
    for (size_t k = 0; recent_get(&tries, k, &at) && step->when - join->steps[at].when <= NEAR; k++)
      if (!join->gone[at] && is_second_try(&join->steps[at], step)) {
        merge(join, at, step);
        break;
      }
    if (step->answer.outcome == KCD_ERROR && trace_is_normal(step->answer.code))
      recent_add(&tries, i);
  }
}

/* ---- S4U2Self and S4U2Proxy ---- */

/* The user of an S4U2Self that is not to be seen is named by the answer, and the S4U2Proxy uses its ticket. */
static void unmask(struct kcd_trace_step *step)
{
  if (step->kind != KCD_STEP_KIND_TGS)
    return;
  step->kind = KCD_STEP_KIND_SELF;
  free(step->host);
  step->host = kcd_strdup(step->spn);
  free(step->user);
  step->user = kcd_strdup(step->named);
}

/* A ticket for somebody else whose request is hidden by armour, or is not in the capture, may have been made for a
 * user: better to know him by it than to take the user of an older one. */
static bool may_be_hidden_self(const struct kcd_trace_step *step)
{
  return step->kind == KCD_STEP_KIND_TGS &&
         (step->armoured || (step->request_missing && !trace_same(step->named, step->spn)));
}

static bool may_be_evidence(const struct kcd_trace_step *step)
{
  return (step->kind == KCD_STEP_KIND_SELF || may_be_hidden_self(step)) && step->answer.outcome == KCD_TICKET;
}

static bool is_the_ticket(const struct kcd_trace_step *self, const struct kcd_trace_step *proxy)
{
  return proxy->evidence_mark != 0 && self->ticket_mark == proxy->evidence_mark;
}

/* Where a ticket could not be read, the names have to tell. */
static bool gives_evidence(const struct kcd_trace_step *self, const struct kcd_trace_step *proxy)
{
  const char *user = self->user == NULL ? self->named : self->user;
  bool unread = self->ticket_mark == 0 || proxy->evidence_mark == 0;
  return unread && same_client(self, proxy) && trace_same(self->spn, proxy->evidence) &&
         proxy->when - self->when <= NEAR && (proxy->user == NULL || user == NULL || trace_same(proxy->user, user));
}

/* The step before whose ticket this uses, else the nearest that may be it; the number of steps where there is none. */
static size_t evidence_of(const struct join *join, const struct recent *selves, const struct kcd_trace_step *proxy)
{
  size_t at;
  for (size_t k = 0; recent_get(selves, k, &at); k++)
    if (is_the_ticket(&join->steps[at], proxy))
      return at;
  for (size_t k = 0; recent_get(selves, k, &at); k++)
    if (gives_evidence(&join->steps[at], proxy))
      return at;
  return join->n;
}

/* ---- conversations ---- */

static void take(struct kcd_conversation *conversation, struct kcd_trace_step *step)
{
  step->keys = (struct kcd_trace_keys){
      .host = trace_key(step->host), .user = trace_key(step->user), .spn = trace_key(step->spn)};
  conversation->steps = kcd_reallocarray(conversation->steps, conversation->n + 1, sizeof *conversation->steps);
  conversation->steps[conversation->n++] = *step;
}

static void name(struct kcd_conversation *conversation)
{
  const struct kcd_trace_step *last = &conversation->steps[conversation->n - 1];
  conversation->host = kcd_strdup(last->host);
  conversation->spn = kcd_strdup(last->spn);
  conversation->client = last->client.address;
  conversation->user = kcd_strdup(last->user);
}

static struct kcd_conversation *add(struct kcd_trace_result *result)
{
  result->v[result->n] = (struct kcd_conversation){0};
  return &result->v[result->n++];
}

/* The S4U2Self that an S4U2Proxy is joined with: it is the first that uses it. Later ones only take the user's name,
 * and so does one that uses a ticket that came to another client: the user asked for that one, and handed it to the
 * host. */
static void join_self(struct join *join, size_t self_at, size_t proxy_at, size_t *partner)
{
  struct kcd_trace_step *self = &join->steps[self_at];
  struct kcd_trace_step *proxy = &join->steps[proxy_at];
  bool made_by_host = self->kind == KCD_STEP_KIND_SELF || same_client(self, proxy);
  if (proxy->user == NULL)
    proxy->user = kcd_strdup(self->kind == KCD_STEP_KIND_SELF ? self->user : self->named);
  if (!made_by_host)
    return;
  unmask(self);
  if (partner[self_at] != join->n)
    return;
  partner[self_at] = proxy_at;
  partner[proxy_at] = self_at;
}

static void pair_up(struct join *join, size_t *partner)
{
  struct recent selves = {.n = 0};
  for (size_t i = 0; i < join->n; i++)
    partner[i] = join->n;
  for (size_t i = 0; i < join->n; i++) {
    const struct kcd_trace_step *step = &join->steps[i];
    if (join->gone[i])
      continue;
    if (may_be_evidence(step))
      recent_add(&selves, i);
    if (step->kind != KCD_STEP_KIND_PROXY)
      continue;
    size_t self = evidence_of(join, &selves, step);
    if (self != join->n)
      join_self(join, self, i, partner);
  }
}

static void make_conversations(struct join *join, const size_t *partner, struct kcd_trace_result *ret)
{
  ret->v = kcd_calloc(join->n + 1, sizeof *ret->v);
  for (size_t i = 0; i < join->n; i++) {
    if (join->gone[i]) {
      trace_step_done(&join->steps[i]);
      continue;
    }
    bool is_second = partner[i] < i;
    if (is_second)
      continue;
    struct kcd_conversation *conversation = add(ret);
    take(conversation, &join->steps[i]);
    if (partner[i] != join->n)
      take(conversation, &join->steps[partner[i]]);
    name(conversation);
  }
}

/* What was asked twice begins where it was asked first. */
static int by_first_step(const void *a, const void *b)
{
  const struct kcd_conversation *x = a, *y = b;
  return by_time(&x->steps[0], &y->steps[0]);
}

void trace_join(struct kcd_trace *trace, struct kcd_trace_result *ret)
{
  struct join join = {.steps = trace->steps, .n = trace->n};
  join.gone = kcd_calloc(join.n + 1, sizeof *join.gone);
  size_t *partner = kcd_calloc(join.n + 1, sizeof *partner);
  if (join.n > 0)
    qsort(join.steps, join.n, sizeof *join.steps, by_time);
  merge_tries(&join);
  pair_up(&join, partner);
  make_conversations(&join, partner, ret);
  if (ret->n > 0)
    qsort(ret->v, ret->n, sizeof *ret->v, by_first_step);
  free(join.gone);
  free(partner);
  free(trace->steps);
  free(trace->streams);
  trace->steps = NULL;
  trace->streams = NULL;
  trace->n = trace->room = trace->n_pending = 0;
}

static void conversation_done(struct kcd_conversation *conversation)
{
  for (size_t i = 0; i < conversation->n; i++)
    trace_step_done(&conversation->steps[i]);
  free(conversation->steps);
  free(conversation->host);
  free(conversation->user);
  free(conversation->spn);
}

static void failure_done(struct kcd_trace_failure *failure)
{
  for (size_t i = 0; i < failure->n_excluded; i++)
    free(failure->excluded[i]);
  free(failure->excluded);
  free(failure->ids);
  free(failure->host);
  free(failure->user);
  free(failure->spn);
  free(failure->sentence);
}

void kcd_trace_result_done(struct kcd_trace_result *result)
{
  for (size_t i = 0; i < result->n; i++)
    conversation_done(&result->v[i]);
  for (size_t i = 0; i < result->n_failures; i++)
    failure_done(&result->failures[i]);
  for (size_t i = 0; i < result->n_remarks; i++) {
    free(result->remarks[i].sentence);
    free(result->remarks[i].next);
    free(result->remarks[i].host);
    free(result->remarks[i].target);
  }
  free(result->v);
  free(result->failures);
  free(result->remarks);
  *result = (struct kcd_trace_result){0};
}

/* ---- what a check is asked ---- */

char *trace_host_label(const char *name)
{
  if (name == NULL)
    return kcd_strdup("A host");
  KCD_AUTO_CHAR operand = kcd_trace_operand(name);
  return kcd_strndup(operand, strcspn(operand, "."));
}

char *kcd_trace_operand(const char *name)
{
  const char *slash = strchr(name, '/');
  if (slash != NULL)
    return kcd_strndup(slash + 1, strcspn(slash + 1, "/:"));
  size_t len = strlen(name);
  return kcd_strndup(name, len > 1 && name[len - 1] == '$' ? len - 1 : len);
}

/* With its own ticket as evidence a host asks for itself: no user is delegated. */
static bool is_for_itself(const struct kcd_conversation *conversation)
{
  return trace_same(conversation->host, conversation->user);
}

static struct kcd_traced_pair *find_pair(struct kcd_traced_pairs *pairs, const char *host,
                                         const struct kcd_conversation *conversation)
{
  for (size_t i = 0; i < pairs->n; i++) {
    struct kcd_traced_pair *pair = &pairs->v[i];
    bool same_user = trace_same(pair->user, conversation->user) || (pair->user == NULL && conversation->user == NULL);
    if (trace_same(pair->host, host) && trace_same(pair->spn, conversation->spn) && same_user)
      return pair;
  }
  return NULL;
}

void kcd_trace_pairs(const struct kcd_trace_result *result, struct kcd_traced_pairs *ret)
{
  struct kcd_traced_pairs pairs = {0};
  for (size_t i = 0; i < result->n; i++) {
    const struct kcd_conversation *conversation = &result->v[i];
    const struct kcd_trace_step *step = &conversation->steps[conversation->n - 1];
    if (step->kind != KCD_STEP_KIND_PROXY || conversation->host == NULL || !trace_is_spn(conversation->spn) ||
        is_for_itself(conversation))
      continue;
    KCD_AUTO_CHAR host = kcd_trace_operand(conversation->host);
    struct kcd_traced_pair *known = find_pair(&pairs, host, conversation);
    if (known != NULL)
      known->conversation = conversation;
    if (known != NULL || pairs.n == KCD_TRACED_PAIRS_MAX)
      continue;
    pairs.v = kcd_reallocarray(pairs.v, pairs.n + 1, sizeof *pairs.v);
    pairs.v[pairs.n++] = (struct kcd_traced_pair){
        .host = KCD_TAKE(host), .user = conversation->user, .spn = conversation->spn, .conversation = conversation};
  }
  *ret = pairs;
}

void kcd_traced_pairs_done(struct kcd_traced_pairs *pairs)
{
  for (size_t i = 0; i < pairs->n; i++)
    free(pairs->v[i].host);
  free(pairs->v);
  *pairs = (struct kcd_traced_pairs){0};
}
