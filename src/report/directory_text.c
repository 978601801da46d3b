/* The block "directory": what it says about the host, the SPN and the user of a pair. */
#include <inttypes.h>
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"

#define INDENT 4
#define LABEL_MAX 40 /* a longer name does not push the others to the right */
#define LISTED 8     /* values named without -v */

/* What a pair is made of, in the order of the rows. */
static const char *const ROWS[] = {"host", "spn", "user"};
#define N_ROWS (sizeof(ROWS) / sizeof(ROWS[0]))

struct block {
  const struct kcd_check_view *view;
  const json_t *directory;
  struct kcd_textout *out;
  size_t label;
};

static bool has_block(const json_t *pair)
{
  return !kcd_pair_is_healthy(pair);
}

/* Whether an earlier pair of this output has shown the very same row. */
static bool is_repeated(const struct kcd_check_view *view, size_t index, const char *row)
{
  const json_t *pair = json_array_get(view->pairs, index);
  const json_t *mine = json_object_get(json_object_get(pair, "directory"), row);
  for (size_t i = index; i-- > 0;) {
    const json_t *earlier = json_array_get(view->pairs, i);
    if (has_block(earlier) && json_equal(mine, json_object_get(json_object_get(earlier, "directory"), row)))
      return true;
  }
  return false;
}

static char *row_name(const json_t *directory, const char *row)
{
  return kcd_doc_safe_at(json_object_get(directory, row), "name");
}

static void add_row(const struct block *block, const char *name, const char *text)
{
  KCD_AUTO_CHAR label = kcd_out_label(INDENT, name, block->label);
  kcd_out_wrap(block->out, label, text, NULL);
}

/* "in kcd.test" of the domain that was searched. */
static char *not_found(const struct block *block, const json_t *row)
{
  KCD_AUTO_CHAR domain = kcd_doc_safe_at(block->view->doc, "domain");
  KCD_AUTO_CHAR realm = kcd_doc_safe_at(row, "realm");
  if (realm[0] != '\0')
    return kcd_asprintf("of the realm %s, not looked up", realm);
  size_t matches = (size_t)kcd_doc_num(row, "matches");
  if (matches > 1)
    return kcd_asprintf("%zu objects bear this name", matches);
  return kcd_asprintf("not in %s", domain[0] == '\0' ? "the directory" : domain);
}

static char *limits_suffix(const json_t *row)
{
  const json_t *limits = json_object_get(row, "limits");
  KCD_AUTO_CHAR words = kcd_text_list(limits, 0);
  return json_array_size(limits) == 0 ? kcd_strdup("") : kcd_asprintf("   (%s)", words);
}

static void host_row(const struct block *block, const char *name, const json_t *host)
{
  const json_t *list = json_object_get(host, "msDS-AllowedToDelegateTo");
  if (!json_is_array(list)) {
    KCD_AUTO_CHAR text = not_found(block, host);
    add_row(block, name, text);
    return;
  }
  size_t n = json_array_size(list);
  KCD_AUTO_CHAR values = kcd_text_list(list, block->out->style->verbose > 0 ? 0 : LISTED);
  KCD_AUTO_CHAR count = n == 0 ? kcd_strdup("no service") : kcd_text_count(n, "service", "services");
  KCD_AUTO_CHAR limits = limits_suffix(host);
  KCD_AUTO_CHAR text = kcd_asprintf("%s, %s listed%s%s%s", kcd_doc_str(host, "delegation_tab"), count,
                                    n == 0 ? "" : ": ", values, limits);
  add_row(block, name, text);
  if (block->out->style->verbose == 0)
    return;
  KCD_AUTO_CHAR uac = kcd_asprintf("userAccountControl 0x%" PRIx64 " (%s)", kcd_doc_num(host, "userAccountControl"),
                                   kcd_doc_str(host, "userAccountControl_names"));
  add_row(block, "", uac);
}

static char *owner_words(const json_t *owner, bool with_logon)
{
  const char *role = kcd_doc_true(owner, "domain_controller") ? "domain controller, "
                     : kcd_doc_true(owner, "cluster_name")    ? "virtual computer object, "
                                                              : "";
  const char *logon = kcd_doc_str(owner, "last_logon");
  bool dated = with_logon && logon[0] != '\0';
  return kcd_asprintf("%s%s%s%.10s", role, kcd_doc_true(owner, "enabled") ? "enabled" : "disabled",
                      dated ? ", last logon " : "", dated ? logon : "");
}

/* "2016GUI$ as HOST/2016GUI (enabled)": the stored name where it is not the one asked for. */
static char *owner_text(const json_t *spn, const json_t *owner, bool one_of_many)
{
  KCD_AUTO_CHAR name = kcd_doc_safe_at(owner, "name");
  KCD_AUTO_CHAR value = kcd_doc_safe_at(owner, "value");
  KCD_AUTO_CHAR words = owner_words(owner, one_of_many);
  KCD_AUTO_CHAR asked = kcd_doc_safe_at(spn, "name");
  bool same = !one_of_many && kcd_equal_nocase(asked, value);
  return kcd_asprintf("%s%s%s (%s)", name, same ? "" : " as ", same ? "" : value, words);
}

/* "accepts HV2$", "denies HV6$", "accepts no account (any more): S-1-5-21-..."; owned. */
static char *entry_text(const json_t *entry)
{
  static const struct {
    const char *effect, *words;
  } WORDS[] = {
      {"accepts", "accepts %s"},
      {"denies", "denies %s"},
      {"too-little", "%s with too small rights"},
      {"inherit-only", "%s for objects below alone"},
      {"one-right", "%s for one right alone"},
      {"condition", "%s on a condition"},
  };
  const char *words = "%s without effect";
  for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
    if (strcmp(kcd_doc_str(entry, "effect"), WORDS[i].effect) == 0)
      words = WORDS[i].words;
  KCD_AUTO_CHAR name = kcd_doc_safe_at(entry, "name");
  bool gone = json_is_false(json_object_get(entry, "exists"));
  const char *at = strstr(words, "%s");
  return kcd_asprintf("%.*s%s%s%s", (int)(at - words), words, gone ? "no account (any more): " : "", name, at + 2);
}

/* Who the account itself lets delegate to it. */
static void resource_based_row(const struct block *block, const json_t *rbcd)
{
  const json_t *entries = json_object_get(rbcd, "entries");
  if (!json_is_object(rbcd))
    return;
  if (json_is_string(json_object_get(rbcd, "malformed"))) {
    add_row(block, "", "its resource-based descriptor cannot be decoded");
    return;
  }
  size_t n = json_array_size(entries);
  size_t shown = block->out->style->verbose == 0 && n > LISTED ? LISTED : n;
  struct kcd_buf line;
  kcd_buf_init(&line, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_text(&line, "resource-based: ");
  for (size_t i = 0; i < shown; i++) {
    KCD_AUTO_CHAR text = entry_text(json_array_get(entries, i));
    kcd_buf_addf(&line, "%s%s", i == 0 ? "" : ", ", text);
  }
  if (n == 0)
    kcd_buf_add_text(&line, "nobody is named");
  if (n > shown)
    kcd_buf_addf(&line, " and %zu more", n - shown);
  KCD_AUTO_CHAR text = kcd_buf_take_text(&line);
  add_row(block, "", text == NULL ? "" : text);
}

static void owners_row(const struct block *block, const char *name, const json_t *spn)
{
  const json_t *owners = json_object_get(spn, "owners");
  if (json_array_size(owners) == 0) {
    bool escaped = kcd_doc_true(spn, "escaped_form_owned");
    add_row(block, name, escaped ? "on no account in this form, only with its blanks escaped" : "on no account");
    return;
  }
  if (kcd_doc_num(spn, "accounts") == 1) {
    KCD_AUTO_CHAR owner = owner_text(spn, json_array_get(owners, 0), false);
    KCD_AUTO_CHAR text = kcd_asprintf("registered once, on %s", owner);
    add_row(block, name, text);
    return;
  }
  size_t i;
  const json_t *entry;
  json_array_foreach(owners, i, entry)
  {
    KCD_AUTO_CHAR owner = owner_text(spn, entry, true);
    KCD_AUTO_CHAR text = kcd_asprintf("on %s%s", owner, kcd_doc_true(entry, "counts") ? ": this one counts" : "");
    add_row(block, i == 0 ? name : "", text);
  }
}

static void spn_row(const struct block *block, const char *name, const json_t *spn)
{
  owners_row(block, name, spn);
  resource_based_row(block, json_object_get(spn, "resource_based"));
}

static void user_row(const struct block *block, const char *name, const json_t *user)
{
  const json_t *limits = json_object_get(user, "limits");
  if (!json_is_array(limits)) {
    KCD_AUTO_CHAR text = not_found(block, user);
    add_row(block, name, text);
    return;
  }
  const json_t *may = json_object_get(user, "may_be_delegated");
  if (json_is_false(may)) {
    KCD_AUTO_CHAR dn = kcd_doc_safe_at(user, "dn");
    KCD_AUTO_CHAR words = kcd_text_list(limits, 0);
    KCD_AUTO_CHAR text = kcd_asprintf("%s: %s", dn, words);
    add_row(block, name, text);
    return;
  }
  add_row(block, name,
          json_is_true(may) ? "may be delegated" : "may be delegated, unless it is in Protected Users (not read)");
}

static void show_row(const struct block *block, const char *row)
{
  const json_t *value = json_object_get(block->directory, row);
  KCD_AUTO_CHAR name = kcd_doc_safe_at(value, "name");
  if (!json_is_object(value))
    return;
  if (strcmp(row, "host") == 0)
    host_row(block, name, value);
  else if (strcmp(row, "spn") == 0)
    spn_row(block, name, value);
  else
    user_row(block, name, value);
}

static size_t label_columns(const json_t *directory)
{
  size_t columns = 0;
  for (size_t i = 0; i < N_ROWS; i++) {
    KCD_AUTO_CHAR name = row_name(directory, ROWS[i]);
    size_t width = kcd_text_width(name);
    if (width > columns && width <= LABEL_MAX)
      columns = width;
  }
  return columns;
}

static void show_header(const struct block *block, const bool repeated[N_ROWS])
{
  KCD_AUTO_CHAR dc = kcd_doc_safe_at(block->directory, "dc");
  const char *names[N_ROWS];
  char *owned[N_ROWS] = {NULL};
  size_t n = 0;
  for (size_t i = 0; i < N_ROWS; i++)
    if (repeated[i] && json_is_object(json_object_get(block->directory, ROWS[i])))
      names[n++] = owned[i] = row_name(block->directory, ROWS[i]);
  KCD_AUTO_CHAR joined = kcd_join_words(names, n);
  if (n == 0)
    kcd_out_line(block->out, "  directory  %s", dc);
  else
    kcd_out_line(block->out, "  directory  %s (%s as above)", dc, joined);
  for (size_t i = 0; i < N_ROWS; i++)
    kcd_free_charp(&owned[i]);
}

void kcd_text_directory(const struct kcd_check_view *view, size_t index, struct kcd_textout *out)
{
  const json_t *directory = json_object_get(json_array_get(view->pairs, index), "directory");
  struct block block = {.view = view, .directory = directory, .out = out, .label = label_columns(directory)};
  bool repeated[N_ROWS];
  for (size_t i = 0; i < N_ROWS; i++)
    repeated[i] = is_repeated(view, index, ROWS[i]);
  show_header(&block, repeated);
  for (size_t i = 0; i < N_ROWS; i++)
    if (!repeated[i])
      show_row(&block, ROWS[i]);
}
