/* The line above several pairs: how many of them fail, and what that rests on. */
#include <string.h>

#include "doc.h"
#include "document.h"

#define NAMED 4 /* hosts or SPNs that the summary line names; more are counted */

/* How the pairs of a check came out. */
struct tally {
  size_t n, fails, unknown, faulty, probed, confirmed, rehearsed;
};

/* Of a scenario the document may hold the counts alone: then nothing was asked of the KDC. */
static struct tally counted(const json_t *scenario)
{
  return (struct tally){.n = (size_t)kcd_doc_num(scenario, "pairs"),
                        .fails = (size_t)kcd_doc_num(scenario, "failing"),
                        .unknown = (size_t)kcd_doc_num(scenario, "unknown"),
                        .faulty = (size_t)kcd_doc_num(scenario, "faulty")};
}

static struct tally count(const struct kcd_check_view *view)
{
  struct tally tally = {0};
  if (json_array_size(view->pairs) == 0)
    return counted(view->scenario);
  size_t i;
  const json_t *pair;
  json_array_foreach(view->pairs, i, pair)
  {
    tally.n++;
    tally.fails += kcd_pair_is_verdict(pair, "fails");
    tally.unknown += kcd_pair_is_verdict(pair, "unknown");
    tally.faulty += kcd_pair_is_verdict(pair, "works") && kcd_pair_has_error(pair);
    tally.probed += kcd_pair_was_probed(pair);
    tally.confirmed += kcd_pair_was_probed(pair) && kcd_doc_true(pair, "agree") && !kcd_pair_is_unproved(pair);
    tally.rehearsed += view->after_change && kcd_text_is_rehearsed(view->doc, pair);
  }
  return tally;
}

static bool is_in(const json_t *names, const char *name)
{
  size_t i;
  const json_t *known;
  json_array_foreach(names, i, known)
  {
    if (strcmp(json_string_value(known), name) == 0)
      return true;
  }
  return false;
}

/* What of a pair is named; owned by the caller. */
typedef char *name_fn(const json_t *pair);

static char *spn_of(const json_t *pair)
{
  return kcd_doc_safe_at(pair, "spn");
}

/* "CORE-N1, CORE-N2", or "12 hosts". */
static char *distinct(const json_t *pairs, name_fn *name_of, const char *many)
{
  json_t *names = kcd_doc_array();
  size_t i;
  const json_t *pair;
  json_array_foreach(pairs, i, pair)
  {
    KCD_AUTO_CHAR name = name_of(pair);
    if (!is_in(names, name))
      kcd_doc_add(names, kcd_doc_text(name));
  }
  size_t n = json_array_size(names);
  char *text = n > NAMED ? kcd_asprintf("%zu %s", n, many) : kcd_doc_safe(names);
  json_decref(names);
  return text;
}

static void show_tally(const char *title, const struct tally *tally, const char *end, struct kcd_textout *out)
{
  size_t named = tally->fails > 0 ? tally->fails : tally->unknown > 0 ? tally->unknown : tally->n;
  const char *word = tally->fails > 0 ? (named == 1 ? "FAILS" : "FAIL") : tally->unknown > 0 ? "UNKNOWN" : "WORK";
  enum kcd_color color = tally->fails > 0 ? KCD_RED : tally->unknown > 0 || tally->faulty > 0 ? KCD_YELLOW : KCD_GREEN;
  KCD_AUTO_CHAR before = kcd_asprintf("%s%zu of %zu pairs ", title, named, tally->n);
  KCD_AUTO_CHAR unknown =
      tally->fails > 0 && tally->unknown > 0 ? kcd_asprintf(", %zu UNKNOWN", tally->unknown) : kcd_strdup("");
  KCD_AUTO_CHAR faulty =
      tally->faulty > 0 ? kcd_asprintf(", %zu with a fault beside it", tally->faulty) : kcd_strdup("");
  KCD_AUTO_CHAR after = kcd_asprintf("%s%s%s", unknown, faulty, end);
  kcd_out_verdict(out, before, color, word, after);
}

static bool all_not_asked_alike(const json_t *pairs)
{
  const json_t *first = json_object_get(json_array_get(pairs, 0), "not_asked");
  size_t i;
  const json_t *pair;
  json_array_foreach(pairs, i, pair)
  {
    if (!json_equal(first, json_object_get(pair, "not_asked")))
      return false;
  }
  return true;
}

/* What the verdicts rest on. Owned by the caller. */
static char *basis_of(const struct kcd_check_view *view, const struct tally *tally)
{
  KCD_AUTO_CHAR predicted = kcd_text_predicted_from(view->doc);
  const json_t *first = json_array_size(view->pairs) > 0 ? json_array_get(view->pairs, 0) : view->scenario;
  KCD_AUTO_CHAR why = kcd_doc_safe_at(first, "not_asked");
  if (tally->probed == 0 && tally->rehearsed == tally->n)
    return kcd_asprintf("%s; the same changes gave tickets in the rehearsal.", predicted);
  if (tally->probed == 0)
    return kcd_asprintf("%s; the KDC was not asked (%s).", predicted,
                        all_not_asked_alike(view->pairs) && why[0] != '\0' ? why : "no keys given");
  if (tally->confirmed == tally->n)
    return kcd_asprintf("%s and confirmed by its KDC.", predicted);
  return kcd_asprintf("%s; its KDC was asked for %zu of %zu and confirmed %zu.", predicted, tally->probed, tally->n,
                      tally->confirmed);
}

/* "HV1, HV2 -> SOFS1, vm-storage"; owned. */
static char *scenario_words(const json_t *scenario)
{
  const json_t *hosts = json_object_get(scenario, "hosts");
  const json_t *columns = json_object_get(scenario, "columns");
  const size_t n = json_array_size(hosts);
  json_t *from = kcd_doc_array();
  json_t *to = kcd_doc_array();
  size_t i;
  const json_t *item;
  json_array_foreach(hosts, i, item)
  {
    kcd_doc_add(from, json_incref(json_object_get(item, "name")));
  }
  json_array_foreach(columns, i, item)
  {
    if (!kcd_doc_true(scenario, "mesh") || i >= n)
      kcd_doc_add(to, json_incref((json_t *)item));
  }
  KCD_AUTO_CHAR hosts_text = n > NAMED ? kcd_asprintf("%zu hosts", n) : kcd_doc_safe(from);
  const size_t servers = json_array_size(to);
  KCD_AUTO_CHAR servers_text = servers > NAMED ? kcd_asprintf("%zu servers", servers) : kcd_doc_safe(to);
  char *words = kcd_asprintf("%s%s%s, %s", hosts_text, servers > 0 ? " -> " : "", servers > 0 ? servers_text : "",
                             kcd_doc_str(scenario, "name"));
  json_decref(from);
  json_decref(to);
  return words;
}

static char *pairs_words(const json_t *pairs)
{
  KCD_AUTO_CHAR hosts = distinct(pairs, kcd_pair_host, "hosts");
  KCD_AUTO_CHAR spns = distinct(pairs, spn_of, "SPNs");
  return kcd_asprintf("%s -> %s", hosts, spns);
}

/* "prod, 4 hosts as admin: 16 of 56 pairs FAIL, on 2 hosts     (dc1.contoso.com)" */
static void group_summary(const struct kcd_check_view *view, const struct tally *tally, struct kcd_textout *out)
{
  const size_t hosts = (size_t)kcd_doc_num(view->group, "hosts");
  const size_t failing = (size_t)kcd_doc_num(view->group, "failing_hosts");
  KCD_AUTO_CHAR name = kcd_doc_safe_at(view->group, "name");
  KCD_AUTO_CHAR user = kcd_doc_safe_at(view->scenario, "user");
  KCD_AUTO_CHAR title =
      kcd_asprintf("%s, %zu host%s%s%s: ", name, hosts, hosts == 1 ? "" : "s", user[0] == '\0' ? "" : " as ", user);
  KCD_AUTO_CHAR on = failing > 0 ? kcd_asprintf(", on %zu host%s", failing, failing == 1 ? "" : "s") : kcd_strdup("");
  KCD_AUTO_CHAR dc = kcd_doc_safe_at(view->doc, "dc");
  KCD_AUTO_CHAR where = out->style->quiet ? kcd_strdup(on) : kcd_asprintf("%s     (%s)", on, dc);
  show_tally(title, tally, where, out);
}

void kcd_text_summary(const struct kcd_check_view *view, struct kcd_textout *out)
{
  struct tally tally = count(view);
  if (view->group != NULL) {
    group_summary(view, &tally, out);
    return;
  }
  KCD_AUTO_CHAR words = view->scenario != NULL ? scenario_words(view->scenario) : pairs_words(view->pairs);
  KCD_AUTO_CHAR user =
      view->scenario != NULL ? kcd_doc_safe_at(view->scenario, "user") : distinct(view->pairs, kcd_pair_user, "users");
  KCD_AUTO_CHAR title = kcd_asprintf("%s%s%s: ", words, user[0] == '\0' ? "" : " as ", user);
  show_tally(title, &tally, "", out);
  if (out->style->quiet)
    return;

  KCD_AUTO_CHAR basis = basis_of(view, &tally);
  kcd_out_wrap(out, "  ", basis, NULL);
}
