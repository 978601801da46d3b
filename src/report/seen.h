/* seen.h - texts that were met before: for documents that name each account once. */
#ifndef KCDFIX_REPORT_SEEN_H
#define KCDFIX_REPORT_SEEN_H

#include <stdbool.h>

struct kcd_seen {
  void *tree;
};
/* Remembers TEXT; whether it was there already. */
bool kcd_seen_before(struct kcd_seen *seen, const char *text);
void kcd_seen_done(struct kcd_seen *seen);

#endif
