/* edges.h - the edges of an audit, which may be more than fit into memory: one line of JSON each in a file. */
#ifndef KCDFIX_REPORT_EDGES_H
#define KCDFIX_REPORT_EDGES_H

#include "document.h"

/* Calls FN with each edge, in their order; SPOOL may be NULL. -1 with KCD_E_IO where the file cannot be read. */
typedef void kcd_edge_fn(void *data, const json_t *edge);
int kcd_edges_each(FILE *spool, kcd_edge_fn *fn, void *data, struct kcd_error *err);

/* The table of -v. */
int kcd_text_edges(FILE *spool, struct kcd_textout *out, struct kcd_error *err);

/* "any authentication protocol", "resource-based", ... */
const char *kcd_edge_words(const json_t *edge);
/* "26 accounts may delegate, 3 of them without effect; 2 errors, 9 warnings"; owned by the caller. */
char *kcd_audit_summary(const json_t *doc);

/* Whole documents in other formats. */
typedef int kcd_edges_write(const json_t *doc, FILE *spool, FILE *out, struct kcd_error *err);
kcd_edges_write kcd_edges_json, kcd_edges_csv, kcd_edges_dot, kcd_edges_opengraph, kcd_edges_html;

/* A value as JSON in ASCII, by jansson's FLAGS, without a line break at its end: no byte of it can reach a terminal as
 * a control or a bidirectional character, yet nothing is lost. Owned by the caller. */
char *kcd_doc_dump(const json_t *value, size_t flags);

#endif
