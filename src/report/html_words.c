/* What the parts of the page share: escaping, and the words and marks for what is in the picture. */
#include "html.h"

#include <string.h>

#include <kcdfix/audit.h>
#include <kcdfix/text.h>

#include "doc.h"

void html_text(FILE *out, const char *text)
{
  static const char special[] = "&<>\"'";
  static const char *const escaped[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
  KCD_AUTO_CHAR safe = kcd_is_displayable(text) ? kcd_strdup(text) : kcd_safe(text);
  for (const char *at = safe; *at != '\0';) {
    const size_t plain = strcspn(at, special);
    fwrite(at, 1, plain, out);
    at += plain;
    if (*at != '\0')
      fputs(escaped[strchr(special, *at++) - special], out);
  }
}

void html_value(FILE *out, const json_t *value)
{
  KCD_AUTO_CHAR safe = kcd_doc_safe(value);
  html_text(out, safe);
}

void html_value_at(FILE *out, const json_t *object, const char *key)
{
  html_value(out, json_object_get(object, key));
}

static bool is_continuation(char c)
{
  return ((unsigned char)c & 0xc0u) == 0x80;
}

/* Bytes of the longest beginning that fits. */
static size_t head_that_fits(const char *text, size_t columns)
{
  size_t end = 0;
  for (;;) {
    size_t next = end + 1;
    while (is_continuation(text[next]))
      next++;
    KCD_AUTO_CHAR head = kcd_strndup(text, next);
    if (kcd_text_width(head) > columns || next > 4 * columns)
      return end;
    end = next;
  }
}

static const char *tail_that_fits(const char *text, size_t columns)
{
  const char *const end = text + strlen(text);
  const char *best = end;
  for (const char *at = end; at > text && (size_t)(end - at) < 4 * columns;) {
    do
      at--;
    while (at > text && is_continuation(*at));
    if (kcd_text_width(at) > columns)
      break;
    best = at;
  }
  return best;
}

char *html_shortened(const char *text, size_t columns)
{
  if (kcd_text_width(text) <= columns && strlen(text) <= 4 * columns)
    return kcd_strdup(text);
  const size_t head = (columns - 1) / 2;
  return kcd_asprintf("%.*s\xe2\x80\xa6%s", (int)head_that_fits(text, head), text,
                      tail_that_fits(text, columns - 1 - head));
}

/* ---- marks ---- */

static const struct {
  const char *badge, *words;
  bool prize;
} roles[KCD_ROLES] = {
    [KCD_ROLE_DC] = {"DC", "domain controller", true},
    [KCD_ROLE_KDC] = {"KDC", "account or name of the KDC", true},
    [KCD_ROLE_CA] = {"CA", "certification authority", true},
    [KCD_ROLE_ENTRA_SSO] = {"SSO", "signs users in to Entra ID", true},
    [KCD_ROLE_HYPERV] = {"HV", "Hyper-V host", false},
    [KCD_ROLE_CLUSTER] = {"CL", "name of a cluster", false},
    [KCD_ROLE_DISABLED] = {"off", "disabled", false},
    [KCD_ROLE_UNSEEN] = {"old", "not seen for 90 days", false},
};
_Static_assert(KCD_UNSEEN_DAYS == 90, "the words for KCD_ROLE_UNSEEN");

const char *html_badge(int role)
{
  return roles[role].badge;
}

const char *html_role_words(int role)
{
  return roles[role].words;
}

bool html_is_prize(int role)
{
  return roles[role].prize;
}

void html_badges(FILE *out, unsigned bits)
{
  for (int role = 0; role < KCD_ROLES; role++)
    if ((bits & KCD_ROLE_BIT(role)) != 0)
      fprintf(out, " <abbr class=\"badge%s\" title=\"%s\">%s</abbr>", roles[role].prize ? " prize" : "",
              roles[role].words, roles[role].badge);
}

unsigned html_roles(const json_t *edge)
{
  unsigned bits = 0;
  size_t i;
  const json_t *name;
  json_array_foreach(json_object_get(edge, "target_roles"), i, name)
  {
    for (int role = 0; role < KCD_ROLES; role++)
      if (strcmp(json_string_value(name), kcd_role_name((enum kcd_role)role)) == 0)
        bits |= KCD_ROLE_BIT(role);
  }
  return bits;
}

static const struct {
  const char *class, *words;
} kinds[KCD_LINE_KINDS] = {
    [KCD_LINE_UNCONSTRAINED] = {"un", "any service (unconstrained)"},
    [KCD_LINE_TRANSITION] = {"pt", "any authentication protocol"},
    [KCD_LINE_NOT_KNOWN] = {"nk", "constrained, could not be read how"},
    [KCD_LINE_RESOURCE_BASED] = {"rb", "resource-based"},
    [KCD_LINE_KERBEROS_ONLY] = {"ko", "Kerberos only"},
};

const char *html_kind_class(enum kcd_line_kind kind)
{
  return kinds[kind].class;
}

const char *html_kind_words(enum kcd_line_kind kind)
{
  return kinds[kind].words;
}
