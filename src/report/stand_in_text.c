/* Temporary accounts as text: beside the answers that they got, and as a list of those that are left. */
#include <string.h>

#include <kcdfix/stand_in_record.h>
#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"
#include "table.h"

#define WATCHERS "Defender for Identity may report a new computer doing S4U, alert 2422"

/* "dc1" of dc1.kcd.test. Owned by the caller. */
static char *short_name(const json_t *object, const char *key)
{
  char *name = kcd_doc_safe_at(object, key);
  name[strcspn(name, ".")] = '\0';
  return name;
}

static const json_t *stand_in_named(const json_t *doc, const char *name)
{
  size_t i;
  const json_t *entry;
  json_array_foreach(json_object_get(doc, "stand_ins"), i, entry)
  {
    if (strcmp(kcd_doc_str(entry, "name"), name) == 0)
      return entry;
  }
  return NULL;
}

static bool is_deleted(const json_t *entry)
{
  return strcmp(kcd_doc_str(entry, "end"), "deleted") == 0;
}

/* What was made, and what others will see of it. */
static void say_what_was_made(const json_t *entry, struct kcd_textout *out)
{
  KCD_AUTO_CHAR name = kcd_doc_safe_at(entry, "name");
  KCD_AUTO_CHAR host = kcd_doc_safe_at(entry, "host");
  KCD_AUTO_CHAR dc = short_name(entry, "dc");
  bool deleted = is_deleted(entry);
  KCD_AUTO_CHAR text = kcd_asprintf(
      "%s, a temporary account with the delegation settings of %s, was made and %s (%s on %s; " WATCHERS ").", name,
      host, deleted ? "is deleted again" : "MAY BE LEFT BEHIND: kcdfix stand-in --clean",
      deleted ? "events 4741 and 4743" : "event 4741", dc);
  kcd_out_wrap(out, "  ", text, NULL);
}

static void say_limits(const json_t *stand_in, struct kcd_textout *out)
{
  bool covers = kcd_doc_true(stand_in, "covers");
  size_t i;
  const json_t *limit;
  json_array_foreach(json_object_get(stand_in, "limits"), i, limit)
  {
    KCD_AUTO_CHAR text = kcd_doc_safe(limit);
    kcd_out_wrap(out, covers ? "  not copied: " : "  not covered: ", text, NULL);
  }
  if (!covers)
    kcd_out_wrap(out, "  ", "So the stand-in proves nothing about the host; the verdict is the prediction.", NULL);
}

static bool was_said(const json_t *pairs, size_t index, const char *name)
{
  for (size_t i = 0; i < index; i++) {
    const json_t *observed = json_object_get(json_array_get(pairs, i), "observed");
    if (strcmp(kcd_doc_str(observed, "by"), "stand-in") == 0 && strcmp(kcd_doc_str(observed, "client"), name) == 0)
      return true;
  }
  return false;
}

void kcd_text_stand_in(const struct kcd_check_view *view, size_t index, struct kcd_textout *out)
{
  const json_t *observed = json_object_get(json_array_get(view->pairs, index), "observed");
  if (strcmp(kcd_doc_str(observed, "by"), "stand-in") != 0)
    return;
  const char *name = kcd_doc_str(observed, "client");
  say_limits(json_object_get(observed, "stand_in"), out);
  const json_t *entry = stand_in_named(view->doc, name);
  if (entry != NULL && !was_said(view->pairs, index, name))
    say_what_was_made(entry, out);
}

static bool has_text(const json_t *array, const char *text)
{
  size_t i;
  const json_t *element;
  json_array_foreach(array, i, element)
  {
    const char *own = json_is_object(element) ? kcd_doc_str(element, "spn") : json_string_value(element);
    if (own != NULL && strcmp(own, text) == 0)
      return true;
  }
  return false;
}

bool kcd_text_is_rehearsed(const json_t *doc, const json_t *pair)
{
  size_t i;
  const json_t *rehearsal;
  json_array_foreach(json_object_get(doc, "rehearsals"), i, rehearsal)
  {
    if (kcd_doc_true(rehearsal, "proved") && has_text(json_object_get(rehearsal, "hosts"), kcd_doc_str(pair, "host")) &&
        has_text(json_object_get(rehearsal, "pairs"), kcd_doc_str(pair, "spn")))
      return true;
  }
  return false;
}

/* ---- a rehearsal ---- */

static char *self_words(const struct kcd_answer *answer)
{
  if (answer->outcome == KCD_TICKET)
    return kcd_strdup(answer->forwardable ? "fwd" : "not fwd");
  KCD_AUTO_CHAR code = kcd_text_answer_code(answer);
  return kcd_asprintf("%s", answer->outcome == KCD_ERROR ? code : "not tried");
}

static char *proxy_words(const struct kcd_answer *answer, const char *user, const char *spn)
{
  if (answer->outcome == KCD_TICKET)
    return kcd_asprintf("ticket for %s to %s", user, spn);
  if (answer->outcome != KCD_ERROR)
    return kcd_asprintf("to %s not tried", spn);
  KCD_AUTO_CHAR code = kcd_text_answer_code(answer);
  return kcd_asprintf("to %s %s", spn, code);
}

/* The host's own ticket is the trouble where S4U2Self was not even tried. */
static void add_row(struct kcd_table *table, const char *label, const struct kcd_observation *observation,
                    const char *user, const char *spn)
{
  const struct kcd_exchange *as = kcd_observation_exchange(observation, KCD_EXCHANGE_AS);
  bool refused = kcd_observation_host_refused(observation);
  KCD_AUTO_CHAR self = self_words(refused && as != NULL ? &as->answer : &observation->s4u2self);
  KCD_AUTO_CHAR first = kcd_asprintf("%s %s", refused ? "AS" : "S4U2Self", self);
  KCD_AUTO_CHAR proxy = proxy_words(&observation->s4u2proxy, user, spn);
  KCD_AUTO_CHAR second = kcd_asprintf("S4U2Proxy %s", proxy);
  kcd_table_row(table, (const char *const[]){label, first, second});
}

static void add_pairs(struct kcd_textout *out, const struct kcd_rehearsal *rehearsal)
{
  KCD_AUTO(kcd_table) table = kcd_table_new(3);
  KCD_AUTO_CHAR user = kcd_safe(rehearsal->user == NULL ? "the user" : rehearsal->user);
  for (size_t i = 0; i < rehearsal->n_pairs; i++) {
    KCD_AUTO_CHAR spn = kcd_safe(rehearsal->pairs[i].spn);
    add_row(table, "as it is", rehearsal->pairs[i].before, user, spn);
    add_row(table, "with the change", rehearsal->pairs[i].after, user, spn);
  }
  kcd_table_write(table, 2, out);
}

/* "HV1$", "HV1$, HV2$ and HV3$". Owned by the caller. */
static char *host_words(const struct kcd_rehearsal *rehearsal)
{
  KCD_AUTO_CHAR joined = kcd_join_words((const char *const *)rehearsal->hosts, rehearsal->n_hosts);
  return kcd_safe(joined);
}

static void say_rehearsed(const struct kcd_rehearsal *rehearsal, const char *hosts, struct kcd_textout *out)
{
  KCD_AUTO_CHAR dc = kcd_safe(rehearsal->dc);
  KCD_AUTO_CHAR text = kcd_asprintf("%s and %s are deleted again (events 4741 and 4743 on %.*s; " WATCHERS "); %s %s.",
                                    rehearsal->before_name, rehearsal->after_name, (int)strcspn(dc, "."), dc, hosts,
                                    rehearsal->n_hosts > 1 ? "are as they were" : "is as it was");
  kcd_out_wrap(out, "  ", text, NULL);
}

void kcd_show_rehearsal(FILE *stream, const struct kcd_rehearsal *rehearsal, const struct kcd_style *style)
{
  struct kcd_textout out;
  kcd_out_init(&out, style);
  KCD_AUTO_CHAR hosts = host_words(rehearsal);
  KCD_AUTO_CHAR dc = kcd_safe(rehearsal->dc);
  KCD_AUTO_CHAR title = kcd_asprintf(
      "rehearsal on %s with %s and %s, temporary accounts with the settings of %s%s, now and as planned", dc,
      rehearsal->before_name, rehearsal->after_name, hosts, rehearsal->n_hosts > 1 ? " (which are equal)" : "");
  kcd_out_wrap(&out, "", title, NULL);
  add_pairs(&out, rehearsal);
  for (size_t i = 0; i < rehearsal->n_limits; i++)
    kcd_out_wrap(&out, "  not copied: ", rehearsal->limits[i], NULL);
  say_rehearsed(rehearsal, hosts, &out);
  struct kcd_error ignored = KCD_ERROR_INIT; /* the stream keeps its error flag: kcd_check_shown tells */
  (void)kcd_out_write(&out, stream, &ignored);
}

/* ---- kcdfix stand-in, and the part of history ---- */

/* That it is there was seen: the server said so, or it was found. */
static bool was_seen(const json_t *entry)
{
  const char *recorded = kcd_doc_str(entry, "recorded");
  return recorded[0] == '\0' || strcmp(recorded, "made") == 0;
}

static const char *words_of(const json_t *entry)
{
  static const struct {
    const char *state, *words;
  } WORDS[] = {
      {"in-use", "in use by a running kcdfix"},
      {"deleted", "deleted"},
      {"absent", "gone already"},
      {"left", "NOT DELETED"},
      {"kept", "kept"},
      {"refused", "refused, nothing was made"},
  };
  const char *state = kcd_doc_str(entry, "state");
  for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
    if (strcmp(WORDS[i].state, state) == 0)
      return WORDS[i].words;
  return was_seen(entry) ? "left behind" : "may be left behind"; /* open, planned, made, unknown */
}

static bool is_state(const json_t *entry, const char *state)
{
  return strcmp(kcd_doc_str(entry, "state"), state) == 0;
}

/* "2026-11-21 20:14Z" of a time in the document. Owned by the caller. */
static char *time_at(const json_t *entry, const char *key)
{
  KCD_AUTO_CHAR text = kcd_doc_safe_at(entry, key);
  return strlen(text) < strlen("2026-11-21T20:14") ? kcd_strdup("at an unknown time")
                                                   : kcd_asprintf("%.10s %.5sZ", text, text + strlen("2026-11-21T"));
}

static void show_account(const json_t *entry, struct kcd_textout *out)
{
  KCD_AUTO_CHAR name = kcd_doc_safe_at(entry, "name");
  KCD_AUTO_CHAR host = kcd_doc_safe_at(entry, "host");
  KCD_AUTO_CHAR dc = kcd_doc_safe_at(entry, "dc");
  KCD_AUTO_CHAR why = kcd_doc_safe_at(entry, "why");
  KCD_AUTO_CHAR created = time_at(entry, "created");
  KCD_AUTO_CHAR of = host[0] == '\0' ? kcd_strdup("") : kcd_asprintf(", settings of %s", host);
  KCD_AUTO_CHAR text = kcd_asprintf("%s on %s%s, made %s: %s", name, dc, of, created, words_of(entry));
  kcd_out_wrap(out, "", text, NULL);
  if (why[0] != '\0')
    kcd_out_wrap(out, "  ", why, NULL);
}

static bool any_left(const json_t *accounts)
{
  size_t i;
  const json_t *entry;
  json_array_foreach(accounts, i, entry)
  {
    if (is_state(entry, "open"))
      return true;
  }
  return false;
}

void kcd_text_stand_ins(const json_t *doc, struct kcd_textout *out)
{
  const json_t *accounts = json_object_get(doc, "stand_ins");
  size_t i;
  const json_t *entry;
  json_array_foreach(accounts, i, entry)
  {
    show_account(entry, out);
  }
  if (json_array_size(accounts) == 0 && json_array_size(json_object_get(doc, "errors")) == 0)
    kcd_out_line(out, "no temporary account is known to be left behind");
  if (any_left(accounts))
    kcd_text_next_steps(doc, out);
}

static bool is_open(const json_t *entry)
{
  enum kcd_stand_in_state state;
  return kcd_stand_in_state_parse(kcd_doc_str(entry, "state"), &state) == 0 && kcd_stand_in_is_open(state);
}

static void add_history_row(struct kcd_table *table, const json_t *entry)
{
  KCD_AUTO_CHAR id = kcd_doc_safe_at(entry, "record");
  KCD_AUTO_CHAR by = kcd_doc_safe_at(entry, "by");
  KCD_AUTO_CHAR dc = kcd_doc_safe_at(entry, "dc");
  KCD_AUTO_CHAR host = kcd_doc_safe_at(entry, "host");
  KCD_AUTO_CHAR purpose = kcd_doc_safe_at(entry, "purpose");
  KCD_AUTO_CHAR what = kcd_asprintf("%s: %s through a temporary account   (%s%s)", host, purpose, words_of(entry),
                                    is_open(entry) ? ": kcdfix stand-in --clean" : "");
  kcd_table_row(table, (const char *const[]){id, by, dc, what});
}

void kcd_text_history_stand_ins(const json_t *doc, struct kcd_textout *out)
{
  const json_t *accounts = json_object_get(doc, "stand_ins");
  if (json_array_size(accounts) == 0)
    return;
  KCD_AUTO(kcd_table) table = kcd_table_new(4);
  size_t i;
  const json_t *entry;
  json_array_foreach(accounts, i, entry)
  {
    add_history_row(table, entry);
  }
  kcd_table_write(table, 0, out);
}
