/* The check of an inventory: a line a group, and what stands behind those that are not as declared. */
#include <string.h>

#include "doc.h"
#include "document.h"

static bool is_healthy(const json_t *group)
{
  const json_t *matrix = json_object_get(group, "matrix");
  return kcd_doc_num(group, "failing") + kcd_doc_num(group, "unknown") + kcd_doc_num(matrix, "faulty") == 0;
}

static json_t *pairs_of(const json_t *all, const json_t *group)
{
  json_t *pairs = kcd_doc_array();
  const size_t first = (size_t)kcd_doc_num(group, "first_pair");
  const size_t n = (size_t)kcd_doc_num(group, "shown_pairs");
  for (size_t i = 0; i < n; i++)
    kcd_doc_add(pairs, json_incref(json_array_get(all, first + i)));
  return pairs;
}

/* Where there is nothing to tell of any group, one line does for all. */
static bool all_in_one_line(const json_t *inventory, const struct kcd_check_view *view, struct kcd_textout *out)
{
  const json_t *groups = json_object_get(inventory, "groups");
  const size_t n = json_array_size(groups);
  size_t pairs = 0;
  size_t hosts = json_array_size(json_object_get(inventory, "hosts"));
  for (size_t i = 0; i < n; i++) {
    const json_t *group = json_array_get(groups, i);
    if (!is_healthy(group))
      return false;
    pairs += (size_t)kcd_doc_num(group, "pairs");
  }
  if (n < 2 || out->style->quiet || out->style->verbose > 0)
    return false;
  KCD_AUTO_CHAR file = kcd_doc_safe_at(inventory, "file");
  KCD_AUTO_CHAR dc = kcd_doc_safe_at(view->doc, "dc");
  KCD_AUTO_CHAR title = kcd_asprintf("%s, %zu groups, %zu hosts: %zu of %zu pairs ", file, n, hosts, pairs, pairs);
  KCD_AUTO_CHAR where = kcd_asprintf("     (%s)", dc);
  kcd_out_verdict(out, title, KCD_GREEN, "WORK", where);
  return true;
}

static void show_groups(const struct kcd_check_view *whole, const json_t *inventory, struct kcd_textout *out)
{
  bool blank = false;
  size_t i;
  const json_t *group;
  json_array_foreach(json_object_get(inventory, "groups"), i, group)
  {
    struct kcd_check_view view = *whole;
    json_t *pairs = pairs_of(whole->pairs, group);
    view.pairs = pairs;
    view.scenario = json_object_get(group, "matrix");
    view.group = group;
    bool block = !is_healthy(group) && !out->style->quiet;
    if (i > 0 && (blank || block))
      kcd_out_blank(out);
    kcd_text_pairs(&view, out);
    blank = block;
    json_decref(pairs);
  }
}

void kcd_text_checked(const struct kcd_check_view *view, const json_t *inventory, struct kcd_textout *out)
{
  if (!json_is_object(inventory)) {
    kcd_text_pairs(view, out);
    return;
  }
  if (all_in_one_line(inventory, view, out))
    return;
  show_groups(view, inventory, out);
  const char *command = kcd_doc_str(inventory, "command");
  if (command[0] == '\0' || out->style->quiet || view->after_change)
    return;
  kcd_out_blank(out);
  kcd_out_line(out, "  fix: %s", command);
}
