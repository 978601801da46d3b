#include <kcdfix/initext.h>

#include <ini.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define BLANKS " \t"

_Static_assert(KCD_INI_LINE_MAX + 2 <= INI_MAX_LINE, "a line, its newline and the NUL");

struct reading {
  const char *data;
  size_t len, at;
  unsigned line;
  char section[KCD_INI_SECTION_MAX + 1];
  bool has_key;  /* the section has one, which a line with a blank before it continues */
  bool indented; /* the line in hand */
  bool awaits;   /* ... has to give a value */
  kcd_ini_handler *handler;
  void *user;
};

static void tell(struct reading *in, enum kcd_ini_kind kind, const char *key, const char *text, bool continues)
{
  const struct kcd_ini_event event = {
      .kind = kind, .line = in->line, .section = in->section, .key = key, .text = text, .continues = continues};
  in->handler(in->user, &event);
}

static void wrong(struct reading *in, const char *why)
{
  tell(in, KCD_INI_WRONG, NULL, why, false);
}

static int take_value(void *user, const char *section, const char *key, const char *value)
{
  struct reading *in = user;
  (void)section; /* cut by libinih where it is long; in->section is not */
  in->awaits = false;
  tell(in, KCD_INI_VALUE, key, value, in->has_key && in->indented);
  in->has_key = true;
  return 1;
}

/* What keeps a line from being read; NULL: nothing. */
static const char *defect_of(const char *line, size_t len)
{
  if (len > KCD_INI_LINE_MAX)
    return "the line is longer than 198 bytes; a line that begins with a blank continues the one above";
  if (!kcd_is_utf8(line, len))
    return "the line is not UTF-8 text";
  for (size_t i = 0; i < len; i++)
    if ((unsigned char)line[i] < ' ' && line[i] != '\t')
      return "the line holds a control character";
  return NULL;
}

static void open_section(struct reading *in, const char *line, size_t len)
{
  const char *end = memchr(line, ']', len);
  const size_t name = end == NULL ? 0 : (size_t)(end - line) - 1;
  in->has_key = false;
  in->section[0] = '\0';
  if (end == NULL || name == 0 || name > KCD_INI_SECTION_MAX) {
    wrong(in, name > KCD_INI_SECTION_MAX ? "the name of a group has at most 48 bytes"
                                         : "a group begins with its name in brackets: [NAME]");
    return;
  }
  memcpy(in->section, line + 1, name);
  in->section[name] = '\0';
  tell(in, KCD_INI_SECTION, NULL, NULL, false);
}

static void look_at(struct reading *in, const char *line, size_t len)
{
  if (in->line == 1 && len >= strlen(BYTE_ORDER_MARK) && memcmp(line, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0) {
    line += strlen(BYTE_ORDER_MARK);
    len -= strlen(BYTE_ORDER_MARK);
  }
  size_t blanks = 0;
  while (blanks < len && strchr(BLANKS, line[blanks]) != NULL)
    blanks++;
  in->indented = blanks > 0;
  if (blanks == len || strchr(INI_START_COMMENT_PREFIXES, line[blanks]) != NULL)
    return;
  if (line[0] == '[')
    open_section(in, line, len);
  else
    in->awaits = true;
}

static void settle(struct reading *in)
{
  if (in->awaits)
    wrong(in, "the line is neither [NAME], nor KEY = VALUE, nor a comment");
  in->awaits = false;
}

/* The next line for libinih; one that cannot be read is told and given as an empty one. */
static char *next_line(char *out, int size, void *user)
{
  struct reading *in = user;
  settle(in);
  if (in->at >= in->len || size < KCD_INI_LINE_MAX + 2)
    return NULL;
  const char *line = in->data + in->at;
  const char *end = memchr(line, '\n', in->len - in->at);
  size_t len = end == NULL ? in->len - in->at : (size_t)(end - line);
  in->at += len + 1;
  in->line++;
  if (len > 0 && line[len - 1] == '\r')
    len--;
  const char *defect = defect_of(line, len);
  if (defect != NULL) {
    wrong(in, defect);
    len = 0;
  }
  memcpy(out, line, len);
  memcpy(out + len, "\n", 2);
  look_at(in, line, len);
  return out;
}

void kcd_ini_read(const void *data, size_t len, kcd_ini_handler *handler, void *user)
{
  struct reading in = {.data = data, .len = len, .handler = handler, .user = user};
  (void)ini_parse_stream(next_line, &in, take_value, &in); /* the first wrong line, of which settle has told */
  settle(&in);
}
