#include <string.h>

#include <kcdfix/text.h>

static bool is_alnum(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Characters that no shell gives a meaning inside a word (POSIX.1-2017 XCU 2.2). */
static bool is_bare(const char *text)
{
  if (text[0] == '\0' || text[0] == '=') /* zsh expands =word */
    return false;
  for (; *text != '\0'; text++)
    if (!is_alnum(*text) && strchr("_./:@%+=,-", *text) == NULL)
      return false;
  return true;
}

static char *single_quoted(const char *text)
{
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_u8(&buf, '\'');
  for (; *text != '\0'; text++)
    if (*text == '\'')
      kcd_buf_add_text(&buf, "'\\''");
    else
      kcd_buf_add(&buf, text, 1);
  kcd_buf_add_u8(&buf, '\'');
  return kcd_buf_take_text(&buf);
}

static size_t len_without_final_newlines(const char *text)
{
  size_t len = strlen(text);
  while (len > 0 && text[len - 1] == '\n')
    len--;
  return len;
}

/* "$(printf '...')" with octal escapes shows every byte and is POSIX; $'...' is not known to dash. Command substitution
 * drops final newlines, so these stand behind it in quotes, where nothing that a directory chose can follow them. */
static char *printed(const char *text)
{
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  size_t len = len_without_final_newlines(text);
  kcd_buf_add_text(&buf, "\"$(printf '");
  for (size_t i = 0; i < len; i++)
    if (is_alnum(text[i]) || strchr("_./:@ ", text[i]) != NULL)
      kcd_buf_add(&buf, text + i, 1);
    else
      kcd_buf_addf(&buf, "\\%03o", (unsigned char)text[i]);
  kcd_buf_add_text(&buf, "')\"");
  if (text[len] != '\0')
    kcd_buf_addf(&buf, "'%s'", text + len);
  return kcd_buf_take_text(&buf);
}

char *kcd_shell_word(const char *text)
{
  if (is_bare(text))
    return kcd_strndup(text, strlen(text));
  return kcd_is_displayable(text) ? single_quoted(text) : printed(text);
}
