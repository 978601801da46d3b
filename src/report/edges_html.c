/* An audit as one page that needs nothing else: no script, no network, one style sheet and one picture inside. */
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "edges.h"
#include "html.h"
#include "stream.h"

/* What can still be followed with the eye, and be printed. */
#define MAX_NODES 600 /* a side */
#define MAX_LINES 6000

static void head(FILE *out, const json_t *doc)
{
  fputs(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
      out);
  fputs("Kerberos delegation in ", out);
  html_value_at(out, doc, "domain");
  fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>Kerberos delegation in <bdi>",
          html_style);
  html_value_at(out, doc, "domain");
  fputs("</bdi></h1>\n<p>Read from <bdi>", out);
  html_value_at(out, doc, "dc");
  fputs("</bdi> at ", out);
  html_value_at(out, doc, "time");
  fputs(" by kcdfix ", out);
  html_value_at(out, json_object_get(doc, "tool"), "version");
  fputs("; nothing was written.</p>\n</header>\n", out);
  fputs(
      "<nav aria-label=\"Contents\"><a href=\"#privileged\">Privileged accounts</a> <a href=\"#picture\">Picture</a> "
      "<a href=\"#accounts\">Accounts</a> <a href=\"#findings\">Findings</a> <a href=\"#delegations\">Delegations</a> "
      "<a href=\"#method\">Method and limits</a></nav>\n<main>\n",
      out);
}

static void list_of(FILE *out, const json_t *list, const char *class)
{
  size_t i;
  const json_t *element;
  if (json_array_size(list) == 0)
    return;
  fprintf(out, "<ul class=\"%s\">\n", class);
  json_array_foreach(list, i, element)
  {
    fputs("<li><bdi>", out);
    const json_t *message = json_object_get(element, "message"); /* of an error */
    html_value(out, message == NULL ? element : message);
    fputs("</bdi></li>\n", out);
  }
  fputs("</ul>\n", out);
}

static void numbers(FILE *out, const json_t *counts)
{
  static const struct {
    const char *key, *words;
  } all[] = {{"accounts", "accounts may delegate"},   {"edges", "delegations"},
             {"protocol_transition", "any protocol"}, {"unconstrained", "unconstrained"},
             {"resource_based", "resource-based"},    {"exposed", "privileged users exposed"},
             {"unread", "could not be read"}};
  fputs("<dl class=\"counts\">\n", out);
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    fprintf(out, "<div><dt>%s</dt><dd data-count=\"%s\">%llu</dd></div>\n", all[i].words, all[i].key,
            (unsigned long long)kcd_doc_num(counts, all[i].key));
  fputs("</dl>\n", out);
}

static const char *worst(const json_t *doc)
{
  const json_t *findings = json_object_get(doc, "findings");
  if (json_is_null(json_object_get(doc, "counts")))
    return "error";
  return json_array_size(findings) == 0 ? "good" : kcd_doc_str(json_array_get(findings, 0), "severity");
}

static void verdict(FILE *out, const json_t *doc)
{
  const json_t *counts = json_object_get(doc, "counts");
  KCD_AUTO_CHAR summary =
      json_is_null(counts) ? kcd_strdup("The audit broke off: this is only a part.") : kcd_audit_summary(doc);
  fputs("<section id=\"verdict\">\n<h2>Verdict</h2>\n", out);
  fprintf(out, "<p class=\"verdict %s\">", worst(doc));
  html_text(out, summary);
  fputs("</p>\n", out);
  list_of(out, json_object_get(doc, "errors"), "errors");
  if (!json_is_null(counts))
    numbers(out, counts);
  list_of(out, json_object_get(doc, "next_steps"), "steps");
  fputs("</section>\n", out);
}

static void privileged(FILE *out, const json_t *doc)
{
  size_t i;
  const json_t *finding;
  fputs("<section id=\"privileged\">\n<h2>Privileged accounts within reach</h2>\n", out);
  json_array_foreach(json_object_get(doc, "findings"), i, finding)
  {
    if (strcmp(kcd_doc_str(finding, "id"), "privileged-users-exposed") != 0)
      continue;
    const json_t *evidence = json_object_get(finding, "evidence");
    const json_t *users = json_object_get(evidence, "users");
    const size_t more = (size_t)kcd_doc_num(evidence, "count") - json_array_size(users);
    fputs("<p>", out);
    html_text(out, kcd_doc_str(finding, "message"));
    fputs(" ", out);
    html_text(out, kcd_doc_str(finding, "remedy"));
    fputs("</p>\n", out);
    list_of(out, users, "users");
    if (more > 0)
      fprintf(out, "<p>and %zu more</p>\n", more);
    fputs("</section>\n", out);
    return;
  }
  const json_t *counts = json_object_get(doc, "counts");
  fputs(json_is_null(counts) ? "<p>Not known: the audit broke off.</p>\n</section>\n"
                             : "<p>None can be impersonated by the accounts below.</p>\n</section>\n",
        out);
}

static void method(FILE *out, const json_t *doc)
{
  fputs("<section id=\"method\">\n<h2>Method and limits</h2>\n"
        "<p>Every account with a list (msDS-AllowedToDelegateTo), a delegation bit of userAccountControl or a "
        "resource-based descriptor (msDS-AllowedToActOnBehalfOfOtherIdentity) was read over LDAP, and every name was "
        "looked for in the domain. A ticket for one service of an account opens every service of that account, so what "
        "is reached is an account.</p>\n<h3>What could not be read</h3>\n",
        out);
  if (json_array_size(json_object_get(doc, "unread")) == 0)
    fputs("<p>Nothing is known to be missing.</p>\n", out);
  list_of(out, json_object_get(doc, "unread"), "unread");
  fputs("<h3>What an audit of the directory does not see</h3>\n", out);
  list_of(out, json_object_get(doc, "limits"), "limits");
  fputs("</section>\n</main>\n</body>\n</html>\n", out);
}

static int delegations(FILE *out, FILE *spool, struct kcd_error *err)
{
  fputs("<section id=\"delegations\">\n<h2>Every delegation</h2>\n"
        "<div class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"Delegations\"><table id=\"t-delegations\">\n"
        "<thead><tr><th scope=\"col\">Account</th><th scope=\"col\">How</th><th scope=\"col\">Entry</th>"
        "<th scope=\"col\">Reaches</th><th scope=\"col\">As whom</th><th scope=\"col\">Findings</th></tr></thead>\n"
        "<tbody>\n",
        out);
  if (kcd_edges_each(spool, html_edge_row, out, err) != 0)
    return -1;
  fputs("</tbody></table></div>\n</section>\n", out);
  return 0;
}

int kcd_edges_html(const json_t *doc, FILE *spool, FILE *out, struct kcd_error *err)
{
  KCD_AUTO(kcd_picture) picture = kcd_picture_new();
  if (kcd_edges_each(spool, html_picture_edge, picture, err) != 0)
    return -1;
  kcd_picture_arrange(picture, MAX_NODES, MAX_LINES);
  head(out, doc);
  verdict(out, doc);
  privileged(out, doc);
  fputs("<section id=\"picture\">\n<h2>Who may reach what</h2>\n", out);
  html_picture(out, picture);
  fputs("</section>\n<section id=\"accounts\">\n<h2>By account</h2>\n", out);
  html_accounts(out, picture);
  fputs("</section>\n<section id=\"findings\">\n<h2>Findings, and what to do</h2>\n", out);
  html_findings(out, doc);
  fputs("</section>\n", out);
  if (delegations(out, spool, err) != 0)
    return -1;
  method(out, doc);
  return kcd_stream_end(out, err);
}
