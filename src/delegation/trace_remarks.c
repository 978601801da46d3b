/* What is absent from a trace is evidence too; and what of it could not be read has to be said. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/text.h>

#include "tracing.h"
#include "words.h"

#define MINUTE INT64_C(60000000)
#define NEGATIVE_CACHE (15 * MINUTE) /* Windows: KB837361 */
#define QUIET MINUTE                 /* after a refusal, before its absence says anything */
#define KDCS_NAMED 4
#define PER_KIND_MAX 20 /* remarks of one kind */

const char *kcd_remark_name(enum kcd_remark_kind kind)
{
  static const char *const names[] = {
      [KCD_REMARK_NO_S4U] = "no-s4u",
      [KCD_REMARK_NOT_ASKED_AGAIN] = "not-asked-again",
      [KCD_REMARK_OTHER_KDC] = "other-kdc",
      [KCD_REMARK_LATE] = "began-too-late",
      [KCD_REMARK_CUT] = "cut",
      [KCD_REMARK_LOST] = "lost-segments",
      [KCD_REMARK_FRAGMENTS] = "fragments",
      [KCD_REMARK_ARMOURED] = "armoured",
      [KCD_REMARK_NO_ANSWER] = "no-answer",
      [KCD_REMARK_NO_KERBEROS] = "no-kerberos",
      [KCD_REMARK_MALFORMED] = "malformed",
      [KCD_REMARK_TOO_MANY] = "too-many",
  };
  return names[kind];
}

/* Takes SENTENCE and NEXT. */
static struct kcd_remark *add(struct kcd_trace_result *result, enum kcd_remark_kind kind, uint64_t count,
                              char *sentence, char *next)
{
  result->remarks = kcd_reallocarray(result->remarks, result->n_remarks + 1, sizeof *result->remarks);
  struct kcd_remark *remark = &result->remarks[result->n_remarks++];
  *remark = (struct kcd_remark){.kind = kind, .sentence = sentence, .next = next, .count = count};
  return remark;
}

static const struct kcd_trace_step *last_step(const struct kcd_conversation *conversation)
{
  return &conversation->steps[conversation->n - 1];
}

static bool is_s4u(const struct kcd_trace_step *step)
{
  return step->kind == KCD_STEP_KIND_SELF || step->kind == KCD_STEP_KIND_PROXY;
}

/* ---- NTLM instead ---- */

static bool asks_s4u(const struct kcd_trace_result *result, const struct kcd_address *client)
{
  for (size_t i = 0; i < result->n; i++)
    if (kcd_address_equal(&result->v[i].client, client) && is_s4u(last_step(&result->v[i])))
      return true;
  return false;
}

/* Without a name the logon is anonymous, which says nothing. */
static void remark_ntlm(const struct kcd_trace *trace, struct kcd_trace_result *result)
{
  unsigned said = 0;
  for (size_t i = 0; i < trace->n_ntlm && said < PER_KIND_MAX; i++) {
    const struct trace_ntlm *ntlm = &trace->ntlm[i];
    char client[KCD_ADDRESS_TEXT_MAX], server[KCD_ADDRESS_TEXT_MAX];
    if (ntlm->user == NULL || asks_s4u(result, &ntlm->client.address))
      continue;
    kcd_address_text(&ntlm->client.address, client);
    kcd_address_text(&ntlm->server.address, server);
    struct kcd_remark *remark =
        add(result, KCD_REMARK_NO_S4U, 1,
            kcd_sentence("%s logged on to %s, port %u, by NTLM as %s, and asked no KDC for anybody's ticket in this "
                         "trace. If it is the host that should delegate: the target was called by its address or by an "
                         "alias without SPN, or the host uses CredSSP.",
                         client, server, ntlm->server.port, ntlm->user),
            kcd_strdup("use the name that the SPN has (\\\\SERVER\\SHARE), and look whether it is registered: "
                       "kcdfix check HOST cifs/SERVER"));
    remark->host = kcd_strdup(client);
    remark->target = kcd_strdup(server);
    said++;
  }
}

/* ---- silence after a refusal ---- */

static bool asked_again(const struct kcd_trace_result *result, const struct kcd_trace_failure *failure, int64_t after)
{
  for (size_t i = failure->first; i < result->n; i++)
    for (size_t s = 0; s < result->v[i].n; s++) {
      const struct kcd_trace_step *step = &result->v[i].steps[s];
      if (step->when > after && step->kind == failure->kind && trace_same_key(step->keys.host, failure->keys.host) &&
          trace_same_key(step->keys.spn, failure->keys.spn))
        return true;
    }
  return false;
}

/* When it was refused last. */
static int64_t last_refusal(const struct kcd_trace_result *result, const struct kcd_trace_failure *failure)
{
  int64_t last = 0;
  for (size_t i = failure->first; i < result->n; i++) {
    const struct kcd_trace_step *step = last_step(&result->v[i]);
    if (step->kind == failure->kind && step->answer.outcome == KCD_ERROR &&
        trace_same_key(step->keys.host, failure->keys.host) && trace_same_key(step->keys.spn, failure->keys.spn) &&
        step->when > last)
      last = step->when;
  }
  return last;
}

static void remark_silence(struct kcd_trace_result *result)
{
  unsigned said = 0;
  for (size_t i = 0; i < result->n_failures && said < PER_KIND_MAX; i++) {
    const struct kcd_trace_failure *failure = &result->failures[i];
    int64_t refused = last_refusal(result, failure);
    int64_t quiet = result->last - refused;
    if (failure->kind != KCD_STEP_KIND_PROXY || failure->host == NULL || refused == 0 || quiet < QUIET ||
        asked_again(result, failure, refused))
      continue;
    KCD_AUTO_CHAR host = trace_host_label(failure->host);
    KCD_AUTO_CHAR when = kcd_time_people((time_t)(refused / TRACE_SECOND));
    KCD_AUTO_CHAR until = kcd_time_people((time_t)((refused + NEGATIVE_CACHE) / TRACE_SECOND));
    struct kcd_remark *remark =
        add(result, KCD_REMARK_NOT_ASKED_AGAIN, 1,
            kcd_sentence("%s did not ask for %s again in the %u minutes after the refusal of %s: Windows remembers a "
                         "refusal for 15 minutes (until %s) and does not ask meanwhile, whatever was mended.",
                         host, failure->spn, (unsigned)(quiet / MINUTE), when, until),
            kcd_sentence("on %s: klist purge -li 0x3e7 & klist purge -li 0x3e4", host));
    remark->host = kcd_strdup(failure->host);
    remark->target = kcd_strdup(failure->spn);
    said++;
  }
}

/* ---- whom they asked ---- */

static bool is_among(const struct kcd_address *known, size_t n, const struct kcd_address *address)
{
  for (size_t i = 0; i < n; i++)
    if (kcd_address_equal(&known[i], address))
      return true;
  return false;
}

static void remark_kdcs(struct kcd_trace_result *result)
{
  struct kcd_address known[KDCS_NAMED];
  size_t n = 0;
  struct kcd_buf names;
  kcd_buf_init(&names, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < result->n && n < KDCS_NAMED; i++) {
    const struct kcd_trace_step *step = last_step(&result->v[i]);
    char text[KCD_ADDRESS_TEXT_MAX];
    if (!is_s4u(step) || is_among(known, n, &step->kdc.address))
      continue;
    known[n++] = step->kdc.address;
    kcd_buf_addf(&names, "%s%s", names.len > 0 ? ", " : "", kcd_address_text(&step->kdc.address, text));
  }
  KCD_AUTO_CHAR list = kcd_buf_take_text(&names);
  if (n > 1)
    add(result, KCD_REMARK_OTHER_KDC, n,
        kcd_sentence("More than one domain controller was asked for S4U tickets: %s. A change that was made on one of "
                     "them counts at another only when it has arrived there.",
                     list),
        kcd_strdup("compare them: kcdfix check --all-dcs HOST SPN"));
}

/* ---- what could not be read ---- */

struct totals {
  uint64_t armoured, unanswered, missing;
};

static struct totals count(const struct kcd_trace_result *result)
{
  struct totals totals = {0};
  for (size_t i = 0; i < result->n; i++)
    for (size_t s = 0; s < result->v[i].n; s++) {
      const struct kcd_trace_step *step = &result->v[i].steps[s];
      /* an error inside armour shows no reason, and an S4U2Self hides its user */
      totals.armoured += step->armoured && step->answer.outcome == KCD_ERROR && !trace_is_normal(step->answer.code);
      totals.unanswered += step->answered == 0;
      totals.missing += step->request_missing;
    }
  return totals;
}

/* "1 message was" and "3 messages were"; owned. */
static char *counted(uint64_t n, const char *one, const char *many)
{
  return kcd_asprintf("%" PRIu64 " %s", n, n == 1 ? one : many);
}

/* For the first refusal of delegation; with placeholders where the names are not known. Owned. */
static char *ask_without_armour(const struct kcd_trace_result *result)
{
  for (size_t i = 0; i < result->n_failures; i++) {
    KCD_AUTO_CHAR command = trace_check_command(&result->failures[i], "--stand-in");
    if (command != NULL)
      return kcd_asprintf("ask again without armour: %s", command);
  }
  return kcd_strdup("ask again without armour: kcdfix check --stand-in HOST SPN");
}

static void remark_answers(const struct totals *totals, struct kcd_trace_result *result)
{
  if (totals->armoured > 0) {
    KCD_AUTO_CHAR what = counted(totals->armoured, "refused request was", "refused requests were");
    add(result, KCD_REMARK_ARMOURED, totals->armoured,
        kcd_asprintf("%s armoured (FAST): the KDC's reason, where it gave one, is inside, and no trace shows it.",
                     what),
        ask_without_armour(result));
  }
  if (totals->unanswered > 0) {
    KCD_AUTO_CHAR what = counted(totals->unanswered, "request has", "requests have");
    add(result, KCD_REMARK_NO_ANSWER, totals->unanswered, kcd_asprintf("%s no answer in this trace.", what),
        kcd_strdup("capture on the host or on the DC itself, both directions; and see whether the DC is up: kcdfix "
                   "doctor"));
  }
}

static void remark_beginning(const struct kcd_stream_counts *counts, const struct totals *totals,
                             struct kcd_trace_result *result)
{
  uint64_t late = counts->midstream > totals->missing ? counts->midstream : totals->missing;
  if (late == 0)
    return;
  KCD_AUTO_CHAR what = counted(late, "exchange", "exchanges");
  add(result, KCD_REMARK_LATE, late, kcd_asprintf("The capture began too late for %s: the beginning is missing.", what),
      kcd_strdup("start the capture first, then on the host: klist purge -li 0x3e7 & klist purge -li 0x3e4, and try "
                 "again"));
}

static void remark_losses(const struct kcd_stream_counts *counts, uint32_t snaplen, struct kcd_trace_result *result)
{
  if (counts->cut > 0) {
    KCD_AUTO_CHAR what = counted(counts->cut, "message was", "messages were");
    KCD_AUTO_CHAR kept =
        snaplen > 0 ? kcd_asprintf(", which keeps %" PRIu32 " bytes of a packet", snaplen) : kcd_strdup("");
    add(result, KCD_REMARK_CUT, counts->cut, kcd_asprintf("%s cut by the capture%s.", what, kept),
        kcd_strdup("capture whole packets: tcpdump -s 0; netsh trace start capture=yes packettruncatebytes=0; pktmon "
                   "start --capture --pkt-size 0"));
  }
  if (counts->lost > 0) {
    KCD_AUTO_CHAR what = counted(counts->lost, "hole is in a TCP stream", "holes are in the TCP streams");
    add(result, KCD_REMARK_LOST, counts->lost, kcd_asprintf("%s: packets are not in the capture.", what),
        kcd_strdup("capture on the host itself, with a larger buffer, and only port 88"));
  }
  if (counts->fragments > 0) {
    KCD_AUTO_CHAR what = counted(counts->fragments, "IP fragment was", "IP fragments were");
    add(result, KCD_REMARK_FRAGMENTS, counts->fragments,
        kcd_asprintf("%s not put together: what they carried is missing here.", what),
        kcd_strdup("let the host ask over TCP: on Windows MaxPacketSize = 1 in HKLM\\SYSTEM\\CurrentControlSet\\Control"
                   "\\Lsa\\Kerberos\\Parameters; udp_preference_limit = 1 in krb5.conf"));
  }
}

static void remark_unreadable(const struct kcd_trace *trace, const struct kcd_stream_counts *counts,
                              struct kcd_trace_result *result)
{
  if (trace->malformed > counts->cut) {
    KCD_AUTO_CHAR what = counted(trace->malformed - counts->cut, "message", "messages");
    add(result, KCD_REMARK_MALFORMED, trace->malformed - counts->cut, kcd_asprintf("%s could not be decoded.", what),
        kcd_strdup("look at them in Wireshark; where the port carries something else, name that of the KDC: --port N"));
  }
  if (result->n_more > 0) {
    KCD_AUTO_CHAR what = counted(result->n_more, "request", "requests");
    add(result, KCD_REMARK_TOO_MANY, result->n_more,
        kcd_asprintf("%s more than there is room for were left out.", what),
        kcd_strdup("cut the capture to the minute in question: editcap -A START -B END FILE PART"));
  }
}

void trace_remark(const struct kcd_trace *trace, const struct kcd_stream_counts *counts, uint32_t snaplen,
                  struct kcd_trace_result *result)
{
  if (result->n == 0)
    add(result, KCD_REMARK_NO_KERBEROS, trace->frames,
        kcd_strdup("No packet of this capture carries a Kerberos message."),
        kcd_strdup("capture on the host that delegates, port 88, both UDP and TCP; another port: --port N"));
  remark_ntlm(trace, result);
  remark_silence(result);
  remark_kdcs(result);
  struct totals totals = count(result);
  remark_answers(&totals, result);
  remark_beginning(counts, &totals, result);
  remark_losses(counts, snaplen, result);
  remark_unreadable(trace, counts, result);
}
