/* What goes to stderr while the program runs. */
#include <stdarg.h>

#include <kcdfix/text.h>

#include "textout.h"

static const struct kcd_style PLAIN = {.format = KCD_FORMAT_TEXT};

/* Nothing can be done about a stderr that does not take it. */
static void write_to_stderr(struct kcd_textout *out)
{
  struct kcd_error ignored = KCD_ERROR_INIT;
  (void)kcd_out_write(out, stderr, &ignored);
}

void kcd_message(const char *format, ...)
{
  va_list args;
  va_start(args, format);
  KCD_AUTO_CHAR text = kcd_vasprintf(format, args);
  va_end(args);
  struct kcd_textout out;
  kcd_out_init(&out, &PLAIN);
  kcd_out_line(&out, "kcdfix: %s", text);
  write_to_stderr(&out);
}

void kcd_show_error(const struct kcd_error *err)
{
  struct kcd_textout out;
  kcd_out_init(&out, &PLAIN);
  KCD_AUTO_CHAR line = kcd_asprintf("kcdfix: %s%s%s%s", err->message, err->id[0] == '\0' ? "" : "   [", err->id,
                                    err->id[0] == '\0' ? "" : "]");
  kcd_out_line(&out, "%s", line);
  if (err->server_text[0] != '\0')
    kcd_out_line(&out, "  the server said: %s", err->server_text);
  if (err->next[0] != '\0')
    kcd_out_line(&out, "  %s", err->next);
  write_to_stderr(&out);
}
