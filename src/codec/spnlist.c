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

static const char *defect_of_text(const char *text)
{
  const char *slash = strchr(text, '/');
  if (has_control(text))
    return "is not text";
  if (has_stray_blanks(text))
    return "has stray blanks";
  if (strchr(text, '@') != NULL)
    return "ends in a realm";
  if (slash == text)
    return "has no service class";
  if (slash != NULL && strchr("/:", slash[1]) != NULL) /* also true at the end of the text */
    return "has no host";
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
