/* rules_markdown.h - the rule table as it stands in docs/KDC-RULES.md. */
#ifndef RULES_MARKDOWN_H
#define RULES_MARKDOWN_H

/* One table a step; owned by the caller. */
char *rules_markdown(void);

#endif
