/* findings_markdown.h - the catalogue of findings as the table of docs/FINDINGS.md. */
#ifndef KCDFIX_TEST_FINDINGS_MARKDOWN_H
#define KCDFIX_TEST_FINDINGS_MARKDOWN_H

/* One row for each finding, in the order of repair; owned by the caller. */
char *findings_markdown(void);

#endif
