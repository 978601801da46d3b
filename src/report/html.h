/* html.h - the parts of the page of an audit. Nothing gets into it but through the functions that escape. */
#ifndef KCDFIX_REPORT_HTML_H
#define KCDFIX_REPORT_HTML_H

#include <stdio.h>

#include <jansson.h>

#include <kcdfix/picture.h>

/* Text for an element or for an attribute in double quotes, in HTML and in SVG. Control and invisible characters stand
 * as \x1b and \u{202e}. */
void html_text(FILE *out, const char *text);
/* A value of the document that came from the directory; null gives nothing. */
void html_value(FILE *out, const json_t *value);
void html_value_at(FILE *out, const json_t *object, const char *key);

/* No wider than COLUMNS: of longer text the middle is left out, since names differ at both ends. TEXT is
 * terminal-safe; owned by the caller. */
char *html_shortened(const char *text, size_t columns);

/* What a role is marked with: "DC", "domain controller". */
const char *html_badge(int role);
const char *html_role_words(int role);
/* Whether it is worth more than any other machine: its mark is filled. */
bool html_is_prize(int role);
void html_badges(FILE *out, unsigned roles);

/* Class of a line of that kind, and what it is called in the legend. */
const char *html_kind_class(enum kcd_line_kind kind);
const char *html_kind_words(enum kcd_line_kind kind);

unsigned html_roles(const json_t *edge);
/* Adds one edge of the document; DATA is the picture. */
void html_picture_edge(void *data, const json_t *edge);
/* The figure with its legend. */
void html_picture(FILE *out, const struct kcd_picture *picture);

/* One row for each account that may act. */
void html_accounts(FILE *out, const struct kcd_picture *picture);
/* One row for each edge; DATA is the stream. */
void html_edge_row(void *data, const json_t *edge);
void html_findings(FILE *out, const json_t *doc);

extern const char html_style[];

#endif
