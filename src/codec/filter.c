#include <string.h>

#include <kcdfix/ldaptext.h>

/* RFC 4515 asks for escapes of NUL ( ) * \ alone; blanks are escaped too because libldap trims them, the rest so that a
 * filter is plain ASCII in any log. */
static bool is_plain(uint8_t c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != 0 && strchr("-._/:$@", c) != NULL);
}

char *kcd_filter_value(const void *data, size_t len)
{
  const uint8_t *p = data;
  struct kcd_buf out;
  kcd_buf_init(&out, SIZE_MAX / 2);
  for (size_t i = 0; i < len; i++)
    if (is_plain(p[i]))
      kcd_buf_add_u8(&out, p[i]);
    else
      kcd_buf_addf(&out, "\\%02x", p[i]);
  return kcd_buf_take_text(&out);
}

char *kcd_filter_text(const char *text)
{
  return kcd_filter_value(text, strlen(text));
}
