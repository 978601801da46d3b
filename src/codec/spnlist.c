#include <string.h>

#include <kcdfix/spn.h>
#include <kcdfix/text.h>

static bool is_blank(char c)
{
  return c == ' ' || c == '\t';
}

/* Blanks inside a component are part of the name ("Microsoft Virtual System Migration Service"); those at its ends are
 * leftovers of copying. */
static bool has_stray_blanks(const char *text)
{
  size_t len = strlen(text);
  for (size_t i = 0; i < len; i++) {
    bool at_start = i == 0 || strchr("/:", text[i - 1]) != NULL;
    bool at_end = i + 1 == len || strchr("/:", text[i + 1]) != NULL;
    if (is_blank(text[i]) && (at_start || at_end))
      return true;
  }
  return false;
}

static bool has_control(const char *text)
{
  for (; *text != '\0'; text++)
    if (((unsigned char)*text < 0x20 && *text != '\t') || *text == 0x7f)
      return true;
  return false;
}

/* The backslash before a blank is how Samba's KDC wants a name with blanks. */
static bool has_backslash(const char *text)
{
  for (; *text != '\0'; text++)
    if (text[0] == '\\' && text[1] != ' ')
      return true;
  return false;
}

static bool ends_in(const char *text, char c)
{
  size_t len = strlen(text);
  return len > 0 && text[len - 1] == c;
}

static const char *defect_of_text(const char *text)
{
  const char *slash = strchr(text, '/');
  if (has_control(text))
    return "is not text";
  if (has_stray_blanks(text))
    return "has stray blanks";
  if (has_backslash(text))
    return "is written with backslashes";
  if (strchr(text, '@') != NULL)
    return "ends in a realm";
  if (slash == text)
    return "has no service class";
  if (slash != NULL && strchr("/:", slash[1]) != NULL) /* also true at the end of the text */
    return "has no host";
  if (ends_in(text, '/'))
    return "ends in a slash";
  if (slash == NULL && !ends_in(text, '$')) /* NAME$ is an account, which a ticket can be asked for as well */
    return "is neither class/host nor the name of an account";
  return NULL;
}

const char *kcd_list_entry_defect(const void *data, size_t len)
{
  if (len == 0)
    return "is empty";
  if (!kcd_is_utf8(data, len))
    return "is not text";
  KCD_AUTO_CHAR text = kcd_strndup(data, len);
  return defect_of_text(text);
}

/* The name up to its realm, or to where the host begins. */
static bool is_kdc_name(const char *name, size_t len, bool is_class)
{
  static const char krbtgt[] = "krbtgt";
  const size_t n = sizeof krbtgt - 1;
  if (is_class && len == n && kcd_equal_nocase_n(name, "kadmin", n))
    return true;
  return len >= n && kcd_equal_nocase_n(name, krbtgt, n) && (len == n || (!is_class && name[n] == '_'));
}

bool kcd_list_entry_is_kdc_service(const void *data, size_t len)
{
  if (len == 0)
    return false;
  KCD_AUTO_CHAR text = kcd_strndup(data, len);
  const size_t end = strcspn(text, "/@");
  return is_kdc_name(text, end, text[end] == '/');
}

char *kcd_spn_heimdal_escaped(const char *text)
{
  struct kcd_buf out;
  kcd_buf_init(&out, SIZE_MAX / 2);
  for (; *text != '\0'; text++) {
    if (*text == ' ')
      kcd_buf_add_u8(&out, '\\');
    kcd_buf_add(&out, text, 1);
  }
  return kcd_buf_take_text(&out);
}
