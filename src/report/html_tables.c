/* The tables of the page: what the picture shows in words, and what is wrong. */
#include "html.h"

#include <string.h>

#include <kcdfix/audit.h>

#include "doc.h"
#include "edges.h"

#define NAMED 8 /* targets that an account's row names */

/* ---- accounts ---- */

static void kinds_of(FILE *out, const struct kcd_picture_line *lines, size_t n)
{
  const char *between = "";
  for (int kind = 0; kind < KCD_LINE_KINDS; kind++) {
    bool found = false;
    for (size_t i = 0; i < n && !found; i++)
      found = (int)lines[i].kind == kind;
    if (!found)
      continue;
    fprintf(out, "%s<span class=\"k %s\">%s</span>", between, html_kind_class((enum kcd_line_kind)kind),
            html_kind_words((enum kcd_line_kind)kind));
    between = "<br>";
  }
}

static void targets_of(FILE *out, const struct kcd_picture_line *lines, size_t n)
{
  const struct kcd_picture_node *last = NULL;
  size_t named = 0, more = 0;
  for (size_t i = 0; i < n; i++) {
    if (lines[i].to == last)
      continue;
    last = lines[i].to;
    if (named == NAMED) {
      more++;
      continue;
    }
    fprintf(out, "%s<bdi%s>", named++ == 0 ? "" : ", ", last->kind == KCD_NODE_NOBODY ? " class=\"no\"" : "");
    html_text(out, last->name);
    fputs("</bdi>", out);
    html_badges(out, last->roles);
  }
  if (more > 0)
    fprintf(out, " and %zu more", more);
}

static void account_row(FILE *out, const struct kcd_picture_node *node, const struct kcd_picture_line *lines)
{
  size_t entries = 0, idle = 0;
  for (size_t i = 0; i < node->lines; i++) {
    entries += lines[i].entries;
    idle += lines[i].idle;
  }
  fputs("<tr><th scope=\"row\"><bdi>", out);
  html_text(out, node->name);
  fputs("</bdi>", out);
  if (strcmp(node->key, node->name) != 0) {
    fputs("<small><bdi>", out);
    html_text(out, node->key);
    fputs("</bdi></small>", out);
  }
  fputs("</th><td class=\"how\">", out);
  kinds_of(out, lines, node->lines);
  fputs("</td><td>", out);
  targets_of(out, lines, node->lines);
  fprintf(out, "</td><td class=\"num\">%zu</td><td class=\"num\">%zu</td></tr>\n", entries, idle);
}

/* The lines are in the order of the column. */
void html_accounts(FILE *out, const struct kcd_picture *picture)
{
  fputs("<div class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"Accounts\"><table id=\"t-accounts\">\n"
        "<thead><tr><th scope=\"col\">Account</th><th scope=\"col\">How</th><th scope=\"col\">Reaches</th>"
        "<th scope=\"col\" class=\"num\">Entries</th><th scope=\"col\" class=\"num\">Without effect</th></tr></thead>\n"
        "<tbody>\n",
        out);
  size_t at = 0;
  for (size_t i = 0; i < picture->side[KCD_LEFT].n; i++) {
    account_row(out, picture->side[KCD_LEFT].v[i], &picture->lines[at]);
    at += picture->side[KCD_LEFT].v[i]->lines;
  }
  fputs("</tbody></table></div>\n", out);
}

/* ---- edges ---- */

static const char *exposure_words(const json_t *edge)
{
  static const char *const words[] = {[KCD_EXPOSES_NOBODY] = "nobody",
                                      [KCD_EXPOSES_VISITORS] = "users who log on there",
                                      [KCD_EXPOSES_ANYBODY] = "any delegable user",
                                      [KCD_EXPOSES_UNKNOWN] = "not known"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp(kcd_doc_str(edge, "user_exposure"), kcd_exposure_name((enum kcd_exposure)i)) == 0)
      return words[i];
  return "";
}

static void cell(FILE *out, const json_t *edge, const char *key)
{
  fputs("<td><bdi>", out);
  html_value_at(out, edge, key);
  fputs("</bdi>", out);
}

void html_edge_row(void *data, const json_t *edge)
{
  FILE *out = data;
  const json_t *why = json_object_get(edge, "without_effect");
  fprintf(out, "<tr%s>", json_is_null(why) ? "" : " class=\"idle\"");
  cell(out, edge, "source");
  fprintf(out, "</td><td class=\"how\">%s</td>", kcd_edge_words(edge));
  cell(out, edge, "spn");
  fputs("</td>", out);
  cell(out, edge, "target");
  html_badges(out, html_roles(edge));
  if (json_array_size(json_object_get(edge, "owners")) > 1) {
    fputs("<small>owned by <bdi>", out);
    html_value_at(out, edge, "owners");
    fputs("</bdi></small>", out);
  }
  fprintf(out, "</td><td class=\"whom\">%s</td><td>", exposure_words(edge));
  if (!json_is_null(why)) {
    fputs("without effect: ", out);
    html_value(out, why);
    if (json_array_size(json_object_get(edge, "finding_ids")) > 0)
      fputs("; ", out);
  }
  html_value_at(out, edge, "finding_ids");
  fputs("</td></tr>\n", out);
}

/* ---- findings ---- */

/* A sentence that begins with a name keeps its direction, whatever the name is written in. */
static void one_finding(FILE *out, const json_t *finding)
{
  fputs("<li><bdi dir=\"ltr\">", out);
  html_text(out, kcd_doc_str(finding, "message"));
  fputs("</bdi>", out);
  if (kcd_doc_str(finding, "command")[0] != '\0') {
    fputs(" <code dir=\"ltr\">", out);
    html_text(out, kcd_doc_str(finding, "command"));
    fputs("</code>", out);
  }
  fputs("</li>\n", out);
}

/* Those with the same id follow each other, and have one remedy each; the first is the worst. */
void html_findings(FILE *out, const json_t *doc)
{
  const char *last = "";
  const json_t *list = json_object_get(doc, "findings");
  size_t i;
  const json_t *finding;
  json_array_foreach(list, i, finding)
  {
    const char *id = kcd_doc_str(finding, "id"), *severity = kcd_doc_str(finding, "severity");
    if (strcmp(id, last) != 0) {
      fprintf(out, "%s<section class=\"finding %s\"><h3><span class=\"sev\">%s</span> %s</h3>\n<p>",
              i == 0 ? "" : "</ul></section>\n", severity, severity, id);
      html_text(out, kcd_doc_str(finding, "remedy"));
      fputs("</p>\n<ul>\n", out);
    }
    last = id;
    one_finding(out, finding);
  }
  fputs(i == 0 ? "<p>Nothing was found to be wrong.</p>\n" : "</ul></section>\n", out);
}
