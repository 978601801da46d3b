/* table.h - columns, by libsmartcols. */
#ifndef KCDFIX_REPORT_TABLE_H
#define KCDFIX_REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <kcdfix/alloc.h>

#include "textout.h"

struct kcd_table;

/* COLUMNS of them, without headings; cells are terminal-safe text. */
struct kcd_table *kcd_table_new(size_t columns);
void kcd_table_free(struct kcd_table *table);
KCD_DEFINE_AUTO(kcd_table)

/* One cell a column; NULL for an empty one. */
void kcd_table_row(struct kcd_table *table, const char *const *cells);
/* Whether the rows are not too wide for OUT. */
bool kcd_table_fits(struct kcd_table *table, size_t indent, const struct kcd_textout *out);
/* Adds the rows to OUT, however wide they are. */
void kcd_table_write(struct kcd_table *table, size_t indent, struct kcd_textout *out);

#endif
