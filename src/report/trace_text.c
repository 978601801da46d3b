/* A network trace as text: a line a conversation, each failure once with what it leaves open, and what is missing. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"
#include "table.h"

static bool is_outcome(const json_t *answer, const char *outcome)
{
  return strcmp(kcd_doc_str(answer, "outcome"), outcome) == 0;
}

/* "20:14:03.123Z" of the step; owned. */
static char *clock_of(const json_t *step)
{
  const char *time = kcd_doc_str(step, "time"); /* 2026-11-21T20:14:03Z */
  const char *t = strchr(time, 'T');
  KCD_AUTO_CHAR seconds = kcd_strndup(t == NULL ? "" : t + 1, t == NULL ? 0 : strcspn(t + 1, "Z"));
  return kcd_asprintf("%s.%03u", seconds, (unsigned)(kcd_doc_num(step, "microseconds") / 1000));
}

char *kcd_text_step_answer(const json_t *step)
{
  const json_t *answer = json_object_get(step, "answer");
  if (is_outcome(answer, "ticket"))
    return kcd_strdup(kcd_doc_true(step, "referred") ? "referral" : "ticket");
  if (is_outcome(answer, "error"))
    return kcd_text_error_code(answer);
  return kcd_strdup(json_is_integer(json_object_get(step, "took")) ? "unreadable answer" : "no answer");
}

/* "S4U2Self ticket, S4U2Proxy KDC_ERR_BADOPTION (13)"; owned. */
static char *steps_words(const json_t *steps)
{
  struct kcd_buf text;
  kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
  size_t i;
  const json_t *step;
  json_array_foreach(steps, i, step)
  {
    KCD_AUTO_CHAR answer = kcd_text_step_answer(step);
    kcd_buf_addf(&text, "%s%s %s", i == 0 ? "" : ", ", kcd_doc_str(step, "kind"), answer);
  }
  return kcd_buf_take_text(&text);
}

static char *or_dash(const json_t *object, const char *key)
{
  char *text = kcd_doc_safe_at(object, key);
  if (*text != '\0')
    return text;
  free(text);
  return kcd_strdup("-");
}

static void add_conversation(struct kcd_table *table, const json_t *conversation)
{
  const json_t *steps = json_object_get(conversation, "steps");
  KCD_AUTO_CHAR time = clock_of(json_array_get(steps, 0));
  KCD_AUTO_CHAR client = or_dash(conversation, "client");
  KCD_AUTO_CHAR host = or_dash(conversation, "host");
  KCD_AUTO_CHAR user = or_dash(conversation, "user");
  KCD_AUTO_CHAR spn = or_dash(conversation, "spn");
  KCD_AUTO_CHAR answers = steps_words(steps);
  kcd_table_row(table, (const char *const[]){time, client, host, user, spn, answers});
}

/* The same on a terminal that is too narrow for six columns. */
static void stack_conversation(const json_t *conversation, struct kcd_textout *out)
{
  const json_t *steps = json_object_get(conversation, "steps");
  KCD_AUTO_CHAR time = clock_of(json_array_get(steps, 0));
  KCD_AUTO_CHAR client = or_dash(conversation, "client");
  KCD_AUTO_CHAR host = kcd_doc_safe_at(conversation, "host");
  KCD_AUTO_CHAR user = kcd_doc_safe_at(conversation, "user");
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(conversation, "spn");
  KCD_AUTO_CHAR prefix = kcd_asprintf("  %s  ", time);
  KCD_AUTO_CHAR asked = kcd_asprintf("%s:%s%s%s%s%s%s", client, host[0] == '\0' ? "" : " ", host,
                                     user[0] == '\0' ? "" : " for ", user, spn[0] == '\0' ? "" : " to ", spn);
  KCD_AUTO_CHAR answers = steps_words(steps);
  kcd_out_wrap(out, prefix, asked, NULL);
  kcd_out_wrap(out, "    ", answers, NULL);
}

static void show_conversations(const json_t *doc, struct kcd_textout *out)
{
  const json_t *conversations = json_object_get(doc, "conversations");
  if (json_array_size(conversations) == 0)
    return;
  KCD_AUTO(kcd_table) table = kcd_table_new(6);
  kcd_table_row(table, (const char *const[]){"time (UTC)", "client", "who asks", "for", "to", "answer"});
  size_t i;
  const json_t *conversation;
  json_array_foreach(conversations, i, conversation)
  {
    add_conversation(table, conversation);
  }
  if (kcd_table_fits(table, 2, out)) {
    kcd_table_write(table, 2, out);
    return;
  }
  json_array_foreach(conversations, i, conversation)
  {
    stack_conversation(conversation, out);
  }
}

/* ---- -v: field by field ---- */

static void field(struct kcd_textout *out, const char *name, const char *value)
{
  if (value[0] == '\0')
    return;
  KCD_AUTO_CHAR prefix = kcd_out_label(6, name, strlen("kdc-options"));
  kcd_out_wrap(out, prefix, value, NULL);
}

static char *reason_words(const json_t *step)
{
  const json_t *answer = json_object_get(step, "answer");
  KCD_AUTO_CHAR text = kcd_doc_safe_at(answer, "text");
  if (!is_outcome(answer, "error"))
    return kcd_strdup("");
  if (json_is_object(json_object_get(answer, "ntstatus")))
    return kcd_strdup(""); /* it stands behind the code */
  if (kcd_doc_true(step, "armoured"))
    return kcd_strdup("inside the armour");
  return text[0] == '\0' ? kcd_strdup("none given") : kcd_strdup(text);
}

static void show_step(const json_t *step, struct kcd_textout *out)
{
  KCD_AUTO_CHAR time = clock_of(step);
  KCD_AUTO_CHAR client = kcd_doc_safe_at(step, "client");
  KCD_AUTO_CHAR kdc = kcd_doc_safe_at(step, "kdc");
  KCD_AUTO_CHAR answer = kcd_text_step_answer(step);
  kcd_out_line(out, "    %s  %s  %s -> %s (%s%s): %s", time, kcd_doc_str(step, "kind"), client, kdc,
               kcd_doc_str(step, "transport"), kcd_doc_true(step, "refused_by_udp") ? ", refused over UDP" : "",
               answer);
  KCD_AUTO_CHAR host = kcd_doc_safe_at(step, "host");
  KCD_AUTO_CHAR user = kcd_doc_safe_at(step, "user");
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(step, "spn");
  KCD_AUTO_CHAR realm = kcd_doc_safe_at(step, "realm");
  KCD_AUTO_CHAR evidence = kcd_doc_safe_at(step, "evidence");
  KCD_AUTO_CHAR etypes = kcd_doc_safe_at(step, "etypes");
  KCD_AUTO_CHAR options = kcd_doc_safe_at(json_object_get(step, "options"), "names");
  KCD_AUTO_CHAR enctype = kcd_doc_safe_at(json_object_get(step, "answer"), "enctype");
  KCD_AUTO_CHAR reason = reason_words(step);
  field(out, "host", host);
  field(out, "user", user);
  field(out, "sname", spn);
  field(out, "realm", realm);
  field(out, "kdc-options", options);
  field(out, "evidence", evidence);
  field(out, "etypes", etypes);
  field(out, "pac-options",
        !kcd_doc_true(step, "pac_options")   ? ""
        : kcd_doc_true(step, "resource_bit") ? "resource-based"
                                             : "without resource-based");
  field(out, "armour", kcd_doc_true(step, "armoured") ? "FAST" : "");
  field(out, "ticket", enctype);
  field(out, "reason", reason);
}

static void show_exchanges(const json_t *doc, struct kcd_textout *out)
{
  size_t i, j;
  const json_t *conversation, *step;
  json_array_foreach(json_object_get(doc, "conversations"), i, conversation)
  {
    kcd_out_blank(out);
    json_array_foreach(json_object_get(conversation, "steps"), j, step)
    {
      show_step(step, out);
    }
  }
}

/* ---- failures ---- */

static bool is_delegation(const json_t *failure)
{
  return kcd_doc_true(failure, "delegation");
}

static void show_failure(const json_t *failure, struct kcd_textout *out)
{
  kcd_out_blank(out);
  kcd_out_wrap(out, "", kcd_doc_str(failure, "message"), NULL);
  if (out->style->quiet)
    return;
  size_t i;
  const json_t *value;
  json_array_foreach(json_object_get(failure, "excluded"), i, value)
  {
    kcd_out_wrap(out, "  seen here: ", json_string_value(value), NULL);
  }
  if (json_array_size(json_object_get(failure, "causes")) > 0)
    kcd_out_line(out, "  left open, the likely ones first");
  json_array_foreach(json_object_get(failure, "causes"), i, value)
  {
    kcd_out_wrap(out, "    ", kcd_doc_str(value, "title"), kcd_doc_str(value, "id"));
  }
  if (kcd_doc_str(failure, "command")[0] != '\0')
    kcd_out_line(out, "  next: %s", kcd_doc_str(failure, "command"));
}

static void show_failures(const json_t *doc, struct kcd_textout *out)
{
  size_t i, others = 0;
  const json_t *failure;
  json_array_foreach(json_object_get(doc, "failures"), i, failure)
  {
    others += !is_delegation(failure);
    if (is_delegation(failure) || out->style->verbose > 0)
      show_failure(failure, out);
  }
  if (others > 0 && out->style->verbose == 0 && !out->style->quiet) {
    kcd_out_blank(out);
    KCD_AUTO_CHAR count = kcd_text_count(others, "other refusal is", "other refusals are");
    kcd_out_line(out, "%s not about delegation: -v shows %s", count, others == 1 ? "it" : "them");
  }
}

void kcd_text_remarks(const json_t *doc, struct kcd_textout *out)
{
  size_t i;
  const json_t *remark;
  json_array_foreach(json_object_get(doc, "remarks"), i, remark)
  {
    kcd_out_wrap(out, "note: ", kcd_doc_str(remark, "message"), kcd_doc_str(remark, "kind"));
    if (kcd_doc_str(remark, "next")[0] != '\0')
      kcd_out_wrap(out, "  next: ", kcd_doc_str(remark, "next"), NULL);
  }
}

static void show_title(const json_t *doc, struct kcd_textout *out)
{
  const json_t *capture = json_object_get(doc, "capture");
  KCD_AUTO_CHAR file = kcd_doc_safe_at(capture, "file");
  KCD_AUTO_CHAR first = kcd_doc_safe_at(capture, "first");
  KCD_AUTO_CHAR last = kcd_doc_safe_at(capture, "last");
  KCD_AUTO_CHAR packets = kcd_text_count((size_t)kcd_doc_num(capture, "packets"), "packet", "packets");
  KCD_AUTO_CHAR messages =
      kcd_text_count((size_t)kcd_doc_num(capture, "messages"), "Kerberos message", "Kerberos messages");
  bool instant = strcmp(first, last) == 0;
  KCD_AUTO_CHAR text = kcd_asprintf("%s, %s%s%s; %s on port %u", packets, first, instant ? "" : " to ",
                                    instant ? "" : last, messages, (unsigned)kcd_doc_num(capture, "port"));
  kcd_out_line(out, "%s: %s", file, first[0] == '\0' ? "no packet" : text);
}

void kcd_text_trace(const json_t *doc, struct kcd_textout *out)
{
  if (!json_is_object(json_object_get(doc, "capture")))
    return;
  if (!out->style->quiet) {
    show_title(doc, out);
    show_conversations(doc, out);
    if (out->style->verbose > 0)
      show_exchanges(doc, out);
  }
  show_failures(doc, out);
  if (json_array_size(json_object_get(doc, "remarks")) > 0 && !out->style->quiet) {
    kcd_out_blank(out);
    kcd_text_remarks(doc, out);
  }
}
