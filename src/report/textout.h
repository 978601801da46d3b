/* textout.h - text for people, collected before it is written: wrapped at words, and harmless to a terminal.
 *
 * Whatever is added passes one gate: text that holds a control or invisible character goes through kcd_safe first. The
 * only escape sequences that can come out are the colours of kcd_out_verdict.
 */
#ifndef KCDFIX_REPORT_TEXTOUT_H
#define KCDFIX_REPORT_TEXTOUT_H

#include <stdbool.h>
#include <stdio.h>

#include <kcdfix/bytes.h>
#include <kcdfix/report.h>

struct kcd_textout {
  struct kcd_buf buf;
  const struct kcd_style *style;
  size_t width;
};

enum kcd_color { KCD_GREEN, KCD_RED, KCD_YELLOW };

void kcd_out_init(struct kcd_textout *out, const struct kcd_style *style);
void kcd_out_done(struct kcd_textout *out);

void kcd_out_blank(struct kcd_textout *out);
/* One line that is never wrapped, so that a command in it can be pasted. */
void kcd_out_line(struct kcd_textout *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* PREFIX and TEXT, wrapped; further lines start below the text. ID stands behind it in brackets (NULL: none). */
void kcd_out_wrap(struct kcd_textout *out, const char *prefix, const char *text, const char *id);
/* BEFORE, the coloured WORD and AFTER as one line. */
void kcd_out_verdict(struct kcd_textout *out, const char *before, enum kcd_color color, const char *word,
                     const char *after);
/* LABEL padded to COLUMNS, "    LABEL  "; owned by the caller. */
char *kcd_out_label(size_t indent, const char *label, size_t columns);

/* Writes all of it to STREAM and forgets it. -1 with KCD_E_IO when that fails. */
int kcd_out_write(struct kcd_textout *out, FILE *stream, struct kcd_error *err);

#endif
