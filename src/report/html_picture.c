/* The picture of who may reach what, as SVG inside the page.
 *
 * Labels are set in a fixed pitch and shortened to a fixed number of columns, one a row, so that no two can touch. */
#include "html.h"

#include <string.h>

#include <kcdfix/audit.h>
#include <kcdfix/text.h>

#include "doc.h"

enum {
  ROW = 20,
  TOP = 48,   /* middle of the uppermost row */
  BELOW = 16, /* from the middle of the lowest row to the edge */
  WIDTH = 1140,
  LABEL_COLUMNS = 32,
  LEFT_LABEL = 252, /* where left labels end */
  LEFT_DOT = 262,
  RIGHT_DOT = 718,
  RIGHT_LABEL = 728, /* where right labels begin */
  BASELINE = 4,      /* of text below the middle of its row */
  FIRST_BAND = 22,   /* rows below the legend on a page of landscape A4 or Letter */
  BAND = 36,         /* rows on each further page */
  COLUMN_TENTHS = 73 /* upper bound of a column at 12 px: 0.602 em in DejaVu Sans Mono, 0.6 em in most others */
};

/* ---- from edges to nodes and lines ---- */

static enum kcd_line_kind kind_of(const json_t *edge)
{
  const char *type = kcd_doc_str(edge, "type");
  if (strcmp(type, kcd_edge_type_name(KCD_EDGE_UNCONSTRAINED)) == 0)
    return KCD_LINE_UNCONSTRAINED;
  if (strcmp(type, kcd_edge_type_name(KCD_EDGE_RESOURCE_BASED)) == 0)
    return KCD_LINE_RESOURCE_BASED;
  if (json_is_null(json_object_get(edge, "protocol_transition")))
    return KCD_LINE_NOT_KNOWN;
  return kcd_doc_true(edge, "protocol_transition") ? KCD_LINE_TRANSITION : KCD_LINE_KERBEROS_ONLY;
}

static bool is_idle(const json_t *edge)
{
  return !json_is_null(json_object_get(edge, "without_effect"));
}

/* The first of the two that is not empty. */
static const char *either(const char *first, const char *second)
{
  return first[0] != '\0' ? first : second;
}

/* MISSING where the account has no DN; a SID that stands for itself is nobody's. */
static enum kcd_node_kind source_kind(const json_t *edge, enum kcd_node_kind missing)
{
  if (!json_is_null(json_object_get(edge, "source_dn")))
    return KCD_NODE_ACCOUNT;
  const bool is_bare = json_equal(json_object_get(edge, "source"), json_object_get(edge, "source_sid")) != 0;
  return is_bare ? KCD_NODE_NOBODY : missing;
}

void html_picture_edge(void *data, const json_t *edge)
{
  KCD_AUTO_CHAR source = kcd_doc_safe_at(edge, "source");
  KCD_AUTO_CHAR source_dn = kcd_doc_safe_at(edge, "source_dn");
  KCD_AUTO_CHAR target = kcd_doc_safe_at(edge, "target");
  KCD_AUTO_CHAR target_dn = kcd_doc_safe_at(edge, "target_dn");
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(edge, "spn");
  const enum kcd_line_kind kind = kind_of(edge);
  const enum kcd_node_kind missing = is_idle(edge) ? KCD_NODE_NOBODY : KCD_NODE_ACCOUNT;
  const char *who = either(source, "(cannot be decoded)");
  const char *what = either(target, either(spn, "(nothing is listed)"));
  const struct kcd_picture_end from = {.kind = source_kind(edge, missing), .key = either(source_dn, who), .name = who};
  struct kcd_picture_end to = {.kind = target_dn[0] == '\0' ? missing : KCD_NODE_ACCOUNT,
                               .key = either(target_dn, what),
                               .name = what,
                               .roles = html_roles(edge)};
  if (kind == KCD_LINE_UNCONSTRAINED)
    to = (struct kcd_picture_end){.kind = KCD_NODE_EVERYTHING, .key = "", .name = "every service of the domain"};
  kcd_picture_add(data, &from, &to, kind, is_idle(edge));
}

/* ---- drawing ---- */

static size_t middle(const struct kcd_picture_node *node)
{
  return TOP + ROW * node->row;
}

static void node_title(FILE *out, const struct kcd_picture_node *node)
{
  fputs("<title>", out);
  html_text(out, node->name);
  if (node->key[0] != '\0' && strcmp(node->key, node->name) != 0) {
    fputs(", ", out);
    html_text(out, node->key);
  }
  for (int role = 0; role < KCD_ROLES; role++)
    if ((node->roles & KCD_ROLE_BIT(role)) != 0)
      fprintf(out, ", %s", html_role_words(role));
  fputs(node->kind == KCD_NODE_NOBODY ? ", no account of this domain</title>" : "</title>", out);
}

/* Characters that are not ASCII may come from a font of another pitch: they are given their width. */
static bool needs_width(const char *label)
{
  for (; *label != '\0'; label++)
    if ((unsigned char)*label > 0x7e)
      return true;
  return false;
}

/* Returns the columns it takes. */
static size_t draw_label(FILE *out, const struct kcd_picture_node *node, int x, const char *class)
{
  KCD_AUTO_CHAR label = html_shortened(node->name, LABEL_COLUMNS);
  const size_t columns = kcd_text_width(label);
  fprintf(out, "<text class=\"%s%s\" x=\"%d\" y=\"%zu\"", class, node->kind == KCD_NODE_NOBODY ? " no" : "", x,
          middle(node) + BASELINE);
  if (columns > 0 && needs_width(label))
    fprintf(out, " textLength=\"%zu\" lengthAdjust=\"spacingAndGlyphs\"", columns * COLUMN_TENTHS / 10);
  fputc('>', out);
  html_text(out, label);
  node_title(out, node);
  fputs("</text>", out);
  return columns;
}

static void draw_dot(FILE *out, const struct kcd_picture_node *node, int x)
{
  fprintf(out, "<circle class=\"%s\" cx=\"%d\" cy=\"%zu\" r=\"4\"/>", node->kind == KCD_NODE_NOBODY ? "d no" : "d", x,
          middle(node));
}

static void draw_badges(FILE *out, const struct kcd_picture_node *node, size_t x)
{
  for (int role = 0; role < KCD_ROLES; role++) {
    if ((node->roles & KCD_ROLE_BIT(role)) == 0)
      continue;
    const size_t text = strlen(html_badge(role)) * 7, width = text + 8;
    fprintf(out,
            "<g class=\"%s\"><rect x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"14\" rx=\"3\"/>"
            "<text class=\"m\" x=\"%zu\" y=\"%zu\">%s</text><title>%s</title></g>",
            html_is_prize(role) ? "b prize" : "b", x, middle(node) - 7, width, x + width / 2,
            middle(node) + BASELINE - 1, html_badge(role), html_role_words(role));
    x += width + 4;
  }
}

/* A line of entries in a resource-based descriptor runs beside that of a list between the same two. */
static size_t port(const struct kcd_picture_node *node, enum kcd_line_kind kind)
{
  return middle(node) + (kind == KCD_LINE_RESOURCE_BASED ? 3 : 0);
}

static void draw_line(FILE *out, const struct kcd_picture_line *line)
{
  const size_t from = port(line->from, line->kind), to = port(line->to, line->kind);
  const int bend = (LEFT_DOT + RIGHT_DOT) / 2;
  fprintf(out, "<path class=\"%s%s\" data-n=\"%zu\" d=\"M%d %zuC%d %zu %d %zu %d %zu\"><title>",
          html_kind_class(line->kind), line->idle == line->entries ? " idle" : "", line->entries, LEFT_DOT, from, bend,
          from, bend, to, RIGHT_DOT, to);
  html_text(out, line->from->name);
  fputs(" \xe2\x86\x92 ", out);
  html_text(out, line->to->name);
  fprintf(out, ": %s, %zu entr%s", html_kind_words(line->kind), line->entries, line->entries == 1 ? "y" : "ies");
  if (line->idle > 0)
    fprintf(out, ", %zu without effect", line->idle);
  fputs("</title></path>\n", out);
}

/* Lines of one account are next to each other; the worst come last, and so on top. */
static void draw_sources(FILE *out, const struct kcd_picture *picture)
{
  const struct kcd_picture_line *last = NULL;
  for (size_t i = picture->n_lines; i-- > 0;) {
    const struct kcd_picture_line *line = &picture->lines[i];
    if (!line->shown)
      continue;
    if (last == NULL || line->from != last->from) {
      fputs(last == NULL ? "<g class=\"s\">" : "</g>\n<g class=\"s\">", out);
      draw_label(out, line->from, LEFT_LABEL, "l");
      draw_dot(out, line->from, LEFT_DOT);
    }
    last = line;
    draw_line(out, line);
  }
  if (last != NULL)
    fputs("</g>\n", out);
}

static void draw_targets(FILE *out, const struct kcd_picture *picture)
{
  for (size_t i = 0; i < picture->side[KCD_RIGHT].n; i++) {
    const struct kcd_picture_node *node = picture->side[KCD_RIGHT].v[i];
    if (!node->shown)
      continue;
    fputs("<g class=\"t\">", out);
    draw_dot(out, node, RIGHT_DOT);
    const size_t columns = draw_label(out, node, RIGHT_LABEL, "r");
    draw_badges(out, node, RIGHT_LABEL + columns * COLUMN_TENTHS / 10 + 8);
    fputs("</g>\n", out);
  }
}

static void legend_line(FILE *out, const char *class, const char *words)
{
  fprintf(out,
          "<li><svg width=\"36\" height=\"12\" aria-hidden=\"true\"><path class=\"%s\" d=\"M1 6H35\"/></svg>%s</li>\n",
          class, words);
}

static void legend(FILE *out)
{
  fputs("<ul class=\"legend\">\n", out);
  for (int kind = 0; kind < KCD_LINE_KINDS; kind++)
    if (kind != KCD_LINE_NOT_KNOWN)
      legend_line(out, html_kind_class((enum kcd_line_kind)kind), html_kind_words((enum kcd_line_kind)kind));
  legend_line(out, html_kind_class(KCD_LINE_NOT_KNOWN), html_kind_words(KCD_LINE_NOT_KNOWN));
  legend_line(out, "pt idle", "pale: without effect");
  fputs("<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><circle class=\"d no\" cx=\"6\" cy=\"6\" "
        "r=\"4\"/></svg>"
        "hollow: a name or SID that no account of this domain bears</li>\n",
        out);
  for (int role = 0; role < KCD_ROLES; role++) {
    fputs("<li>", out);
    html_badges(out, KCD_ROLE_BIT(role));
    fprintf(out, " %s</li>\n", html_role_words(role));
  }
  fputs("</ul>\n", out);
}

static void what_is_shown(FILE *out, const struct kcd_picture *picture)
{
  fprintf(
      out,
      "<p id=\"shown\">Accounts on the left may act as users at the accounts on the right, and there on every service, "
      "whichever is listed. One line stands for all entries between two accounts. "
      "%zu lines for %zu delegations.",
      picture->lines_shown, picture->entries_shown);
  if (picture->lines_shown < picture->n_lines)
    fprintf(out,
            " <strong>These are the worst: %zu of %zu accounts that may act, %zu of %zu that are reached, %zu of %zu "
            "delegations. The tables below have all of them.</strong>",
            picture->side[KCD_LEFT].shown, picture->side[KCD_LEFT].n, picture->side[KCD_RIGHT].shown,
            picture->side[KCD_RIGHT].n, picture->entries_shown, picture->entries);
  fputs("</p>\n", out);
}

/* On paper a tall picture would be cut in the middle of a row. There the same shapes are shown band by band. */
static void bands(FILE *out, const struct kcd_picture *picture)
{
  fputs("<div class=\"bands\" aria-hidden=\"true\">\n", out);
  size_t top = 0;
  for (size_t row = 0; row < picture->rows; row += row == 0 ? FIRST_BAND : BAND) {
    const size_t last = row + (row == 0 ? FIRST_BAND : BAND);
    const size_t bottom = TOP - ROW / 2 + ROW * (last < picture->rows ? last : picture->rows);
    fprintf(out, "<svg viewBox=\"0 %zu %d %zu\"><use href=\"#reach-g\"/></svg>\n", top, WIDTH, bottom - top);
    top = bottom;
  }
  fputs("</div>\n", out);
}

static void drawing(FILE *out, const struct kcd_picture *picture)
{
  const size_t height = TOP + ROW * (picture->rows - 1) + BELOW;
  fprintf(out,
          "<svg id=\"reach\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"reach-t reach-d\" "
          "width=\"%d\" height=\"%zu\" viewBox=\"0 0 %d %zu\">\n"
          "<title id=\"reach-t\">Who may reach what</title>\n"
          "<desc id=\"reach-d\">%zu accounts that may act, on the left, and %zu that are reached, on the right, joined "
          "by %zu lines. The tables below say the same in words.</desc>\n<g id=\"reach-g\">\n"
          "<text class=\"l head\" x=\"%d\" y=\"20\">may act as users</text>"
          "<text class=\"r head\" x=\"%d\" y=\"20\">at these accounts</text>\n",
          WIDTH, height, WIDTH, height, picture->side[KCD_LEFT].shown, picture->side[KCD_RIGHT].shown,
          picture->lines_shown, LEFT_LABEL, RIGHT_LABEL);
  draw_sources(out, picture);
  draw_targets(out, picture);
  fputs("</g>\n</svg>\n", out);
}

void html_picture(FILE *out, const struct kcd_picture *picture)
{
  if (picture->n_lines == 0) {
    fputs("<p>There is no delegation to draw.</p>\n", out);
    return;
  }
  what_is_shown(out, picture);
  legend(out);
  fputs("<div class=\"box figure\" tabindex=\"0\" role=\"region\" aria-label=\"Picture\">\n", out);
  drawing(out, picture);
  fputs("</div>\n", out);
  bands(out, picture);
}
