/* The edges of an audit as a graph in the language of Graphviz (DOT): https://graphviz.org/doc/info/lang.html */
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "edges.h"
#include "seen.h"
#include "stream.h"

/* In double quotes, where only a quote ends the text; a backslash begins an escape in labels, so it is doubled. SAFE
 * has no control and no invisible character. */
static void write_quoted(FILE *out, const char *safe)
{
  fputc('"', out);
  for (const char *at = safe; *at != '\0'; at++) {
    if (*at == '"' || *at == '\\')
      fputc('\\', out);
    fputc(*at, out);
  }
  fputc('"', out);
}

/* What an account is drawn as: its DN tells two of one name apart. */
struct end {
  char *id, *label; /* safe, owned */
};

static void end_done(struct end *end)
{
  kcd_free_charp(&end->id);
  kcd_free_charp(&end->label);
}

static struct end source_of(const json_t *edge)
{
  struct end end = {.label = kcd_doc_safe_at(edge, "source")};
  KCD_AUTO_CHAR dn = kcd_doc_safe_at(edge, "source_dn");
  end.id = kcd_asprintf("account %s", dn[0] == '\0' ? end.label : dn);
  return end;
}

static struct end target_of(const json_t *edge)
{
  struct end end = {.label = kcd_doc_safe_at(edge, "target")};
  KCD_AUTO_CHAR dn = kcd_doc_safe_at(edge, "target_dn");
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(edge, "spn");
  if (dn[0] != '\0') {
    end.id = kcd_asprintf("account %s", dn);
    return end;
  }
  kcd_free_charp(&end.label);
  const bool anywhere = strcmp(kcd_doc_str(edge, "type"), "unconstrained") == 0;
  end.label = kcd_strdup(anywhere ? "any service" : spn[0] == '\0' ? "nothing" : spn);
  end.id = kcd_asprintf("name %s", end.label);
  return end;
}

static const char *shape_of(const json_t *edge)
{
  KCD_AUTO_CHAR roles = kcd_doc_safe_at(edge, "target_roles");
  if (json_is_null(json_object_get(edge, "target")))
    return "shape=plaintext";
  if (strstr(roles, "domain-controller") != NULL || strstr(roles, "certification-authority") != NULL ||
      strstr(roles, "kdc") != NULL || strstr(roles, "entra-sso") != NULL)
    return "shape=doubleoctagon, color=red";
  return strstr(roles, "disabled") != NULL ? "shape=box, style=dotted" : "shape=box";
}

static const char *style_of(const json_t *edge)
{
  const char *type = kcd_doc_str(edge, "type");
  if (strcmp(kcd_doc_str(edge, "user_exposure"), "nobody") == 0)
    return "style=dotted, color=gray";
  if (strcmp(type, "unconstrained") == 0)
    return "penwidth=3, color=red";
  if (strcmp(type, "resource-based") == 0)
    return "color=blue";
  return kcd_doc_true(edge, "protocol_transition") ? "color=red" : "style=dashed";
}

struct drawing {
  FILE *out;
  struct kcd_seen drawn;
};

static void draw_node(struct drawing *drawing, const struct end *end, const char *shape)
{
  if (kcd_seen_before(&drawing->drawn, end->id))
    return;
  fputs("  ", drawing->out);
  write_quoted(drawing->out, end->id);
  fputs(" [label=", drawing->out);
  write_quoted(drawing->out, end->label);
  fprintf(drawing->out, ", %s];\n", shape);
}

/* Those that are reached come first, since only there it is known what they are. */
static void draw_target(void *data, const json_t *edge)
{
  struct end end = target_of(edge);
  draw_node(data, &end, shape_of(edge));
  end_done(&end);
}

static void draw_source(void *data, const json_t *edge)
{
  struct end end = source_of(edge);
  draw_node(data, &end, "shape=box");
  end_done(&end);
}

static void draw_edge(void *data, const json_t *edge)
{
  struct drawing *drawing = data;
  struct end source = source_of(edge), target = target_of(edge);
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(edge, "spn");
  fputs("  ", drawing->out);
  write_quoted(drawing->out, source.id);
  fputs(" -> ", drawing->out);
  write_quoted(drawing->out, target.id);
  fputs(" [label=", drawing->out);
  write_quoted(drawing->out, spn);
  fprintf(drawing->out, ", %s];\n", style_of(edge));
  end_done(&source);
  end_done(&target);
}

static int draw(struct drawing *drawing, FILE *spool, struct kcd_error *err)
{
  return kcd_edges_each(spool, draw_target, drawing, err) == 0 && kcd_edges_each(spool, draw_source, drawing, err) == 0
             ? kcd_edges_each(spool, draw_edge, drawing, err)
             : -1;
}

int kcd_edges_dot(const json_t *doc, FILE *spool, FILE *out, struct kcd_error *err)
{
  struct drawing drawing = {.out = out};
  KCD_AUTO_CHAR domain = kcd_doc_safe_at(doc, "domain");
  fputs("digraph ", out);
  write_quoted(out, domain);
  fputs(" {\n  rankdir=LR;\n", out);
  const int rc = draw(&drawing, spool, err);
  kcd_seen_done(&drawing.drawn);
  if (rc != 0)
    return -1;
  fputs("}\n", out);
  return kcd_stream_end(out, err);
}
