#include "textout.h"

#include <string.h>

#include <kcdfix/text.h>

#include "stream.h"

#define DEFAULT_WIDTH 100
#define MIN_WIDTH 40

/* Where a text is being wrapped: the column reached, and whether the line has a word yet. */
struct line {
  size_t column;
  size_t indent;
  bool empty;
};

void kcd_out_init(struct kcd_textout *out, const struct kcd_style *style)
{
  kcd_buf_init(&out->buf, KCD_BUF_DEFAULT_CAP);
  out->style = style;
  out->width = style->width <= 0 ? DEFAULT_WIDTH : (size_t)style->width;
  if (out->width < MIN_WIDTH)
    out->width = MIN_WIDTH;
}

void kcd_out_done(struct kcd_textout *out)
{
  kcd_buf_done(&out->buf);
}

static void add(struct kcd_textout *out, const char *text)
{
  if (kcd_is_displayable(text)) {
    kcd_buf_add_text(&out->buf, text);
    return;
  }
  KCD_AUTO_CHAR safe = kcd_safe(text);
  kcd_buf_add_text(&out->buf, safe);
}

static void end_line(struct kcd_textout *out)
{
  struct kcd_buf *buf = &out->buf;
  while (buf->len > 0 && buf->data[buf->len - 1] == ' ')
    buf->len--;
  kcd_buf_add_text(buf, "\n");
}

void kcd_out_blank(struct kcd_textout *out)
{
  kcd_buf_add_text(&out->buf, "\n");
}

void kcd_out_line(struct kcd_textout *out, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  KCD_AUTO_CHAR text = kcd_vasprintf(format, args);
  va_end(args);
  add(out, text);
  end_line(out);
}

static void break_line(struct kcd_textout *out, struct line *line)
{
  end_line(out);
  kcd_buf_addf(&out->buf, "%*s", (int)line->indent, "");
  line->column = line->indent;
  line->empty = true;
}

static void place(struct kcd_textout *out, struct line *line, size_t gap, const char *word, size_t len)
{
  KCD_AUTO_CHAR copy = kcd_strndup(word, len);
  size_t columns = kcd_text_width(copy);
  if (!line->empty && line->column + gap + columns > out->width)
    break_line(out, line);
  if (line->empty)
    gap = 0;
  kcd_buf_addf(&out->buf, "%*s", (int)gap, "");
  kcd_buf_add_text(&out->buf, copy);
  line->column += gap + columns;
  line->empty = false;
}

static void place_words(struct kcd_textout *out, struct line *line, const char *text)
{
  while (*text != '\0') {
    size_t gap = strspn(text, " ");
    size_t len = strcspn(text + gap, " ");
    if (len > 0)
      place(out, line, gap, text + gap, len);
    text += gap + len;
  }
}

void kcd_out_wrap(struct kcd_textout *out, const char *prefix, const char *text, const char *id)
{
  KCD_AUTO_CHAR safe = kcd_is_displayable(text) ? kcd_strdup(text) : kcd_safe(text);
  add(out, prefix);
  size_t indent = kcd_text_width(prefix);
  struct line line = {.column = indent, .indent = indent, .empty = true};
  /* A name of thousands of characters must not push everything else out of sight. */
  if (indent > out->width / 2) {
    line.indent = strspn(prefix, " ") + 2;
    break_line(out, &line);
  }
  place_words(out, &line, safe);
  if (id != NULL && id[0] != '\0') {
    KCD_AUTO_CHAR bracketed = kcd_asprintf("[%s]", id);
    place(out, &line, 3, bracketed, strlen(bracketed));
  }
  end_line(out);
}

void kcd_out_verdict(struct kcd_textout *out, const char *before, enum kcd_color color, const char *word,
                     const char *after)
{
  static const char *const ON[] = {[KCD_GREEN] = "\033[32m", [KCD_RED] = "\033[31m", [KCD_YELLOW] = "\033[33m"};
  add(out, before);
  if (out->style->color)
    kcd_buf_add_text(&out->buf, ON[color]);
  add(out, word);
  if (out->style->color)
    kcd_buf_add_text(&out->buf, "\033[0m");
  add(out, after);
  end_line(out);
}

char *kcd_out_label(size_t indent, const char *label, size_t columns)
{
  size_t width = kcd_text_width(label);
  size_t padding = width < columns ? columns - width : 0;
  return kcd_asprintf("%*s%s%*s", (int)indent, "", label, (int)padding + 2, "");
}

int kcd_out_write(struct kcd_textout *out, FILE *stream, struct kcd_error *err)
{
  KCD_AUTO_CHAR text = kcd_buf_take_text(&out->buf);
  if (text == NULL)
    return kcd_fail(err, KCD_E_UNSUPPORTED, "the result is too large to be shown as text");
  return kcd_stream_write(stream, text, err);
}
