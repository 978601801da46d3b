/* csv.h - RFC 4180, safe for spreadsheets and for terminals. */
#ifndef KCDFIX_REPORT_CSV_H
#define KCDFIX_REPORT_CSV_H

#include <jansson.h>

#include <kcdfix/bytes.h>

/* One record: each cell in double quotes where it needs them or has a blank at an end, and the line ended by CR LF. A
 * cell that a spreadsheet would take for a formula (it begins with = + - @, a tab or CR) gets a ' in front. Cells are
 * terminal-safe text. */
void kcd_csv_row(struct kcd_buf *out, const char *const *cells, size_t n);
/* VALUE as the text of a cell: NULL and null are empty, BETWEEN stands between the elements of an array. Owned by the
 * caller. */
char *kcd_csv_text(const json_t *value, const char *between);

#endif
