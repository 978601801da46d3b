/* findings_markdown.h - the catalogue of findings as the table of docs/FINDINGS.md and as the list of the manual. */
#ifndef KCDFIX_TEST_FINDINGS_MARKDOWN_H
#define KCDFIX_TEST_FINDINGS_MARKDOWN_H

/* One row for each finding, in the order of repair; owned by the caller. */
char *findings_markdown(void);
/* The same as the items of an mdoc list; owned by the caller. */
char *findings_manual(void);

#endif
