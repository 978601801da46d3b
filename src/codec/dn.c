#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

/* Characters that stand for themselves only behind a backslash (RFC 4514 section 2.4). */
static const char SPECIAL[] = "\"+,;<>\\";
/* What may follow a backslash besides two hexadecimal digits (section 3, production pair). */
static const char PAIRED[] = " \"#+,;<=>\\";

struct component {
  char *type;
  struct kcd_bytes value; /* unescaped */
};

struct dn {
  struct component *v;
  size_t n;
};

static void component_done(struct component *component)
{
  free(component->type);
  kcd_bytes_done(&component->value);
}

static void dn_done(struct dn *dn)
{
  for (size_t i = 0; i < dn->n; i++)
    component_done(&dn->v[i]);
  free(dn->v);
  *dn = (struct dn){0};
}

static bool is_alpha(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* descr or numericoid of RFC 4512 section 1.4. */
static bool is_attribute_type(const char *type)
{
  bool descr = is_alpha(*type);
  if (!descr && !is_digit(*type))
    return false;
  for (; *type != '\0'; type++)
    if (!is_digit(*type) && !(descr ? is_alpha(*type) || *type == '-' : *type == '.'))
      return false;
  return true;
}

static const char *skip_blanks(const char *text)
{
  return text + strspn(text, " ");
}

static const char *read_type(const char *text, char **ret)
{
  text = skip_blanks(text);
  size_t len = strcspn(text, "=");
  if (text[len] == '\0')
    return NULL;
  const char *value = text + len + 1;
  while (len > 0 && text[len - 1] == ' ')
    len--;
  *ret = kcd_strndup(text, len);
  return is_attribute_type(*ret) ? value : NULL;
}

/* Adds what the escape behind a backslash stands for; the number of characters it takes, 0 if it is none. */
static size_t read_escape(const char *text, struct kcd_buf *out)
{
  if (*text != '\0' && strchr(PAIRED, *text) != NULL) {
    kcd_buf_add(out, text, 1);
    return 1;
  }
  char digits[3];
  struct kcd_bytes byte = {0};
  (void)snprintf(digits, sizeof(digits), "%.2s", text);
  if (kcd_hex_decode(digits, &byte) != 0 || byte.len != 1) {
    kcd_bytes_done(&byte);
    return 0;
  }
  kcd_buf_add_u8(out, byte.data[0]);
  kcd_bytes_done(&byte);
  return 2;
}

/* Reads up to an unescaped comma or the end, and drops unescaped blanks around the value. Values in #hexadecimal form
 * and multi-valued RDNs do not occur in Active Directory and count as malformed. */
static const char *read_value(const char *text, struct kcd_buf *out)
{
  size_t without_blanks = 0;
  text = skip_blanks(text);
  if (*text == '#')
    return NULL;
  while (*text != '\0' && *text != ',') {
    if (*text == '\\') {
      size_t taken = read_escape(text + 1, out);
      if (taken == 0)
        return NULL;
      text += 1 + taken;
      without_blanks = out->len;
      continue;
    }
    if (strchr(SPECIAL, *text) != NULL)
      return NULL;
    kcd_buf_add(out, text, 1);
    if (*text != ' ')
      without_blanks = out->len;
    text++;
  }
  out->len = without_blanks;
  return without_blanks == 0 ? NULL : text;
}

static const char *read_component(const char *text, struct component *ret)
{
  struct kcd_buf value;
  kcd_buf_init(&value, SIZE_MAX / 2);
  const char *rest = read_type(text, &ret->type);
  if (rest != NULL)
    rest = read_value(rest, &value);
  if (rest != NULL)
    ret->value = kcd_bytes_copy(value.data, value.len);
  kcd_buf_done(&value);
  return rest;
}

/* The empty string is the DN without components. */
static bool dn_parse(const char *text, struct dn *ret)
{
  struct dn dn = {0};
  bool more = *text != '\0';
  while (more) {
    dn.v = kcd_reallocarray(dn.v, dn.n + 1, sizeof(*dn.v));
    dn.v[dn.n] = (struct component){0};
    text = read_component(text, &dn.v[dn.n++]);
    if (text == NULL) {
      dn_done(&dn);
      return false;
    }
    more = *text == ',';
    text += more;
  }
  *ret = dn;
  return true;
}

static bool component_equal(const struct component *a, const struct component *b)
{
  return kcd_equal_nocase(a->type, b->type) && a->value.len == b->value.len &&
         kcd_equal_nocase_n((const char *)a->value.data, (const char *)b->value.data, a->value.len);
}

static bool ends_with(const struct dn *dn, const struct dn *base)
{
  if (dn->n < base->n)
    return false;
  for (size_t i = 0; i < base->n; i++)
    if (!component_equal(&dn->v[dn->n - base->n + i], &base->v[i]))
      return false;
  return true;
}

bool kcd_dn_is_below(const char *dn, const char *base)
{
  struct dn parsed = {0};
  struct dn parsed_base = {0};
  bool below = dn_parse(dn, &parsed) && dn_parse(base, &parsed_base) && ends_with(&parsed, &parsed_base);
  dn_done(&parsed);
  dn_done(&parsed_base);
  return below;
}

bool kcd_looks_like_dn(const char *text)
{
  struct dn dn = {0};
  bool good = dn_parse(text, &dn) && dn.n > 0;
  dn_done(&dn);
  return good;
}

static bool holds(const struct kcd_bytes *value, char c)
{
  return value->len > 0 && memchr(value->data, c, value->len) != NULL;
}

char *kcd_dn_first_value(const char *dn)
{
  struct dn parsed = {0};
  bool good = dn_parse(dn, &parsed) && parsed.n > 0 && !holds(&parsed.v[0].value, '\0');
  char *value = kcd_strdup(good ? (const char *)parsed.v[0].value.data : "");
  dn_done(&parsed);
  return value;
}

char *kcd_dn_parent(const char *dn)
{
  struct component first = {0};
  const char *rest = read_component(dn, &first);
  component_done(&first);
  return rest != NULL && *rest == ',' && kcd_looks_like_dn(rest + 1) ? kcd_strdup(rest + 1) : NULL;
}

static bool is_domain_component(const struct component *component)
{
  return kcd_equal_nocase(component->type, "DC") && !holds(&component->value, '\0') && !holds(&component->value, '.');
}

static char *join_domain(const struct dn *dn)
{
  struct kcd_buf out;
  kcd_buf_init(&out, SIZE_MAX / 2);
  for (size_t i = 0; i < dn->n; i++) {
    if (!is_domain_component(&dn->v[i])) {
      kcd_buf_done(&out);
      return NULL;
    }
    if (i > 0)
      kcd_buf_add_u8(&out, '.');
    kcd_buf_add(&out, dn->v[i].value.data, dn->v[i].value.len);
  }
  return kcd_buf_take_text(&out);
}

char *kcd_dn_to_domain(const char *dn)
{
  struct dn parsed = {0};
  char *domain = dn_parse(dn, &parsed) && parsed.n > 0 ? join_domain(&parsed) : NULL;
  dn_done(&parsed);
  return domain;
}

char *kcd_domain_to_dn(const char *domain)
{
  struct kcd_buf out;
  kcd_buf_init(&out, SIZE_MAX / 2);
  while (*domain != '\0') {
    size_t len = strcspn(domain, ".");
    KCD_AUTO_CHAR label = kcd_strndup(domain, len);
    KCD_AUTO_CHAR value = kcd_dn_value(label);
    if (len > 0)
      kcd_buf_addf(&out, "%sDC=%s", out.len > 0 ? "," : "", value);
    domain += len;
    domain += *domain == '.';
  }
  return kcd_buf_take_text(&out);
}

/* Blanks at the ends and a leading '#' are special by their place. */
static bool needs_backslash(const char *text, size_t i)
{
  bool first = i == 0;
  bool last = text[i + 1] == '\0';
  return strchr(SPECIAL, text[i]) != NULL || (first && text[i] == '#') || ((first || last) && text[i] == ' ');
}

char *kcd_dn_value(const char *text)
{
  struct kcd_buf out;
  kcd_buf_init(&out, SIZE_MAX / 2);
  bool utf8 = kcd_is_utf8(text, strlen(text));
  for (size_t i = 0; text[i] != '\0'; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8))
      kcd_buf_addf(&out, "\\%02X", c);
    else
      kcd_buf_addf(&out, "%s%c", needs_backslash(text, i) ? "\\" : "", c);
  }
  return kcd_buf_take_text(&out);
}
