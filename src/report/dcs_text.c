/* The other domain controllers as text: which were asked, and how they stand to the one that a check was made with. */
#include <string.h>

#include "doc.h"
#include "document.h"

#define NAMED 6 /* domain controllers that a line names; more are counted */

/* "dc2.kcd.test (site Branch)"; owned. */
static char *title_of(const json_t *dc)
{
  KCD_AUTO_CHAR name = kcd_doc_safe_at(dc, "name");
  KCD_AUTO_CHAR site = kcd_doc_safe_at(dc, "site");
  return site[0] == '\0' ? kcd_strdup(name) : kcd_asprintf("%s (site %s)", name, site);
}

static bool is_compared(const json_t *dc)
{
  return json_object_get(dc, "standing") != NULL;
}

/* Those that stand so; "" for those not reached. */
static json_t *titles_of(const json_t *dcs, const char *standing)
{
  json_t *titles = kcd_doc_array();
  size_t i;
  const json_t *dc;
  json_array_foreach(dcs, i, dc)
  {
    if (!is_compared(dc) || strcmp(kcd_doc_str(dc, "standing"), standing) != 0)
      continue;
    KCD_AUTO_CHAR title = title_of(dc);
    kcd_doc_add(titles, kcd_doc_text(title));
  }
  return titles;
}

void kcd_text_dcs(const json_t *doc, struct kcd_textout *out)
{
  static const struct {
    const char *standing, *words;
  } PARTS[] = {{"same", "the same on"},
               {"behind", "behind:"},
               {"ahead", "ahead:"},
               {"apart", "other values on"},
               {"", "not reached:"}};
  struct kcd_buf line;
  kcd_buf_init(&line, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++) {
    json_t *titles = titles_of(json_object_get(doc, "dcs"), PARTS[i].standing);
    KCD_AUTO_CHAR text = kcd_text_list(titles, NAMED);
    if (text[0] != '\0')
      kcd_buf_addf(&line, "%s%s %s", line.len > 0 ? "; " : "", PARTS[i].words, text);
    json_decref(titles);
  }
  KCD_AUTO_CHAR text = kcd_buf_take_text(&line);
  if (text[0] != '\0')
    kcd_out_wrap(out, "other domain controllers: ", text, NULL);
}

/* "dc3.kcd.test 14 s, dc2.kcd.test not within 120 s" */
void kcd_text_replication(const json_t *doc, struct kcd_textout *out)
{
  const json_t *replication = json_object_get(doc, "replication");
  if (!json_is_object(replication))
    return;
  uint64_t limit = kcd_doc_num(replication, "limit"), waited = kcd_doc_num(replication, "waited");
  json_t *words = kcd_doc_array();
  size_t i;
  const json_t *dc;
  json_array_foreach(json_object_get(replication, "dcs"), i, dc)
  {
    KCD_AUTO_CHAR title = title_of(dc);
    KCD_AUTO_CHAR text = kcd_doc_true(dc, "shows")
                             ? kcd_asprintf("%s %u s", title, (unsigned)kcd_doc_num(dc, "after"))
                             : kcd_asprintf("%s not within %u s", title, (unsigned)(waited < limit ? waited : limit));
    kcd_doc_add(words, kcd_doc_text(text));
  }
  KCD_AUTO_CHAR text = kcd_text_list(words, 0);
  json_decref(words);
  kcd_out_wrap(out, "waiting for the other domain controllers: ", text[0] == '\0' ? "there are none" : text, NULL);
}
