#include <kcdfix/report.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"
#include "edges.h"
#include "stream.h"

#define DC_KEYS "\"domain\":null,\"dc\":null,\"kdc_flavour\":null,\"dcs\":[],"
#define FIXED_KEYS "\"findings\":[],\"errors\":[],"

/* The keys of each document in their order, before anything was found. */
static const struct layout {
  const char *schema;
  const char *keys;
  kcd_text_walk *text;
  kcd_csv_walk *csv; /* NULL: there is no such form of it */
} LAYOUTS[] = {
    {"kcdfix.check/1", "{" DC_KEYS FIXED_KEYS "\"pairs\":[],\"stand_ins\":[]}", kcd_text_check, NULL},
    {"kcdfix.probe/1", "{" DC_KEYS FIXED_KEYS "\"pairs\":[],\"next_steps\":[]}", kcd_text_probe, NULL},
    {"kcdfix.change/1",
     "{" DC_KEYS FIXED_KEYS "\"run\":null,\"mode\":\"apply\",\"changed\":false,\"rehearsals\":[],\"stand_ins\":[],"
     "\"objects\":[],\"check\":null,\"next_steps\":[]}",
     kcd_text_change, NULL},
    {"kcdfix.history/1", "{" FIXED_KEYS "\"records\":[],\"stand_ins\":[],\"unreadable\":[]}", kcd_text_history, NULL},
    {"kcdfix.trace/1", "{" FIXED_KEYS "\"capture\":null,\"conversations\":[],\"failures\":[],\"remarks\":[]}",
     kcd_text_trace, NULL},
    {"kcdfix.stand-in/1", "{" FIXED_KEYS "\"stand_ins\":[],\"next_steps\":[]}", kcd_text_stand_ins, NULL},
    {"kcdfix.explain/1",
     "{" FIXED_KEYS "\"symptoms\":[],\"more\":0,\"names\":null,\"known_as\":null,\"nearest\":[],\"background\":null,"
     "\"security\":null,\"sources\":null}",
     kcd_text_explain, NULL},
    {"kcdfix.doctor/1", "{\"domain\":null,\"dc\":null," FIXED_KEYS "\"checks\":[],\"servers\":[],\"next\":null}",
     kcd_text_doctor, NULL},
    {"kcdfix.hosts/1",
     "{" DC_KEYS FIXED_KEYS "\"hosts\":[],\"clusters\":[],\"virtual_machines\":0,\"stray_points\":[],"
     "\"next_steps\":[]}",
     kcd_text_hosts, kcd_csv_hosts},
    {"kcdfix.audit/1", "{" DC_KEYS FIXED_KEYS "\"counts\":null,\"unread\":[],\"limits\":[],\"next_steps\":[]}",
     kcd_text_audit, NULL},
};

int kcd_format_parse(const char *name, enum kcd_format *ret)
{
  static const char *const names[] = {
      [KCD_FORMAT_TEXT] = "text",  [KCD_FORMAT_JSON] = "json",           [KCD_FORMAT_CSV] = "csv",
      [KCD_FORMAT_DOT] = "dot",    [KCD_FORMAT_OPENGRAPH] = "opengraph", [KCD_FORMAT_HTML] = "html",
      [KCD_FORMAT_JUNIT] = "junit"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    if (strcmp(names[i], name) == 0) {
      *ret = (enum kcd_format)i;
      return 0;
    }
  return -1;
}

static const struct layout *layout_of(const char *schema)
{
  for (size_t i = 0; i < sizeof(LAYOUTS) / sizeof(LAYOUTS[0]); i++)
    if (strcmp(LAYOUTS[i].schema, schema) == 0)
      return &LAYOUTS[i];
  assert(false); /* the caller names one of the schemas above */
  return &LAYOUTS[0];
}

static json_t *tool(void)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "name", json_string("kcdfix"));
  kcd_doc_set(object, "version", json_string(KCDFIX_VERSION));
  return object;
}

struct kcd_report *kcd_report_new(const char *schema, time_t now)
{
  json_t *keys = json_loads(layout_of(schema)->keys, 0, NULL);
  json_t *doc = kcd_doc_object();
  kcd_doc_set(doc, "schema", json_string(schema));
  kcd_doc_set(doc, "tool", tool());
  kcd_doc_set(doc, "time", kcd_doc_time(now));
  kcd_doc_set(doc, "exit_status", kcd_doc_int(0));
  if (keys == NULL || json_object_update(doc, keys) != 0)
    kcd_no_memory();
  json_decref(keys);
  struct kcd_report *report = kcd_calloc(1, sizeof(*report));
  report->doc = doc;
  return report;
}

void kcd_report_free(struct kcd_report *report)
{
  if (report == NULL)
    return;
  kcd_report_host(report, false);
  json_decref(report->doc);
  free(report->not_asked);
  free(report);
}

void kcd_report_dc(struct kcd_report *report, const struct kcd_dc *dc, enum kcd_flavour flavour)
{
  json_t *entry = kcd_doc_object();
  kcd_doc_set(entry, "name", kcd_doc_text(dc->name));
  kcd_doc_set(entry, "site", kcd_doc_text(dc->site));
  kcd_doc_set(entry, "flavour", kcd_doc_text(kcd_flavour_name(dc->flavour)));
  kcd_doc_set(entry, "reached", json_true());
  kcd_doc_add(json_object_get(report->doc, "dcs"), entry);
  kcd_doc_set(report->doc, "domain", kcd_doc_text(dc->domain));
  kcd_doc_set(report->doc, "dc", kcd_doc_text(dc->name));
  kcd_doc_set(report->doc, "kdc_flavour", kcd_doc_text(kcd_flavour_name(flavour)));
}

/* Nothing else is known of it. */
void kcd_report_unreached_dc(struct kcd_report *report, const char *name)
{
  json_t *entry = kcd_doc_object();
  kcd_doc_set(entry, "name", kcd_doc_text(name));
  kcd_doc_set(entry, "site", json_null());
  kcd_doc_set(entry, "flavour", kcd_doc_text(kcd_flavour_name(KCD_FLAVOUR_UNKNOWN)));
  kcd_doc_set(entry, "reached", json_false());
  kcd_doc_add(json_object_get(report->doc, "dcs"), entry);
}

static json_t *row_of_dc(json_t *dcs, const char *name)
{
  size_t i;
  json_t *entry;
  json_array_foreach(dcs, i, entry)
  {
    if (kcd_equal_nocase(kcd_doc_str(entry, "name"), name))
      return entry;
  }
  entry = kcd_doc_object();
  kcd_doc_add(dcs, entry);
  return entry;
}

void kcd_report_replica(struct kcd_report *report, const struct kcd_replica *replica, enum kcd_standing standing)
{
  json_t *entry = row_of_dc(json_object_get(report->doc, "dcs"), replica->dc->name);
  kcd_doc_set(entry, "name", kcd_doc_text(replica->dc->name));
  kcd_doc_set(entry, "site", kcd_doc_text(replica->dc->site));
  kcd_doc_set(entry, "flavour", kcd_doc_text(kcd_flavour_name(replica->dc->flavour)));
  kcd_doc_set(entry, "reached", json_boolean(replica->reached));
  kcd_doc_set(entry, "standing", replica->reached ? kcd_doc_text(kcd_standing_name(standing)) : json_null());
}

void kcd_report_error(struct kcd_report *report, const struct kcd_error *err)
{
  kcd_doc_note_error(report->doc, err);
}

void kcd_report_not_asked(struct kcd_report *report, const char *why)
{
  free(report->not_asked);
  report->not_asked = kcd_strdup(why);
}

void kcd_report_next_step(struct kcd_report *report, const char *text)
{
  kcd_doc_add(json_object_get(report->doc, "next_steps"), kcd_doc_text(text));
}

/* jansson writes DEL as it is. Inside a string no escape sequence can be split by this, and outside of strings there is
 * none. */
static char *without_del(const char *text)
{
  struct kcd_buf buf;
  kcd_buf_init(&buf, SIZE_MAX);
  for (size_t len; *text != '\0'; text += len) {
    len = strcspn(text, "\x7f");
    kcd_buf_add(&buf, text, len);
    if (text[len] == '\0')
      continue;
    kcd_buf_add_text(&buf, "\\u007f");
    len++;
  }
  return kcd_buf_take_text(&buf);
}

char *kcd_doc_dump(const json_t *value, size_t flags)
{
  KCD_AUTO_CHAR dumped = json_dumps(value, flags);
  if (dumped == NULL)
    kcd_no_memory();
  return without_del(dumped);
}

static int write_json(const json_t *doc, FILE *out, struct kcd_error *err)
{
  KCD_AUTO_CHAR text = kcd_doc_dump(doc, JSON_INDENT(2) | JSON_ENSURE_ASCII);
  KCD_AUTO_CHAR line = kcd_asprintf("%s\n", text);
  return kcd_stream_write(out, line, err);
}

static bool has_edges(const json_t *doc)
{
  return strcmp(kcd_doc_str(doc, "schema"), "kcdfix.audit/1") == 0;
}

static int write_text(const struct kcd_report *report, const struct kcd_style *style, FILE *stream,
                      struct kcd_error *err)
{
  struct kcd_textout out;
  kcd_out_init(&out, style);
  layout_of(kcd_doc_str(report->doc, "schema"))->text(report->doc, &out);
  if (style->verbose > 0 && !style->quiet && kcd_text_edges(report->edges, &out, err) != 0) {
    kcd_out_done(&out);
    return -1;
  }
  return kcd_out_write(&out, stream, err);
}

static int write_csv(const json_t *doc, FILE *stream, struct kcd_error *err)
{
  kcd_csv_walk *walk = layout_of(kcd_doc_str(doc, "schema"))->csv;
  assert(walk != NULL); /* the option table lets no other command have it */
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  walk(doc, &out);
  KCD_AUTO_CHAR text = kcd_buf_take_text(&out);
  if (text == NULL)
    return kcd_fail(err, KCD_E_UNSUPPORTED, "the result is too large for CSV");
  return kcd_stream_write(stream, text, err);
}

int kcd_report_write(struct kcd_report *report, int exit_status, const struct kcd_style *style, FILE *out,
                     struct kcd_error *err)
{
  kcd_doc_set(report->doc, "exit_status", kcd_doc_int(exit_status));
  if (style->format == KCD_FORMAT_TEXT)
    return write_text(report, style, out, err);
  if (style->format == KCD_FORMAT_JUNIT)
    return kcd_junit_write(report->doc, out, err);
  static kcd_edges_write *const edges[] = {[KCD_FORMAT_JSON] = kcd_edges_json,
                                           [KCD_FORMAT_CSV] = kcd_edges_csv,
                                           [KCD_FORMAT_DOT] = kcd_edges_dot,
                                           [KCD_FORMAT_OPENGRAPH] = kcd_edges_opengraph,
                                           [KCD_FORMAT_HTML] = kcd_edges_html};
  if (has_edges(report->doc))
    return edges[style->format](report->doc, report->edges, out, err);
  return style->format == KCD_FORMAT_CSV ? write_csv(report->doc, out, err) : write_json(report->doc, out, err);
}
