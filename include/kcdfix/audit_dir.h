/* audit_dir.h - reads every delegation of a domain, page by page, and hands over one edge after the other. */
#ifndef KCDFIX_AUDIT_DIR_H
#define KCDFIX_AUDIT_DIR_H

#include <kcdfix/audit.h>
#include <kcdfix/directory.h>

struct kcd_audit_visitor {
  /* One judged edge, good until this returns; 0, or -1 with ERR to end the reading. */
  int (*edge)(void *data, const struct kcd_edge *edge, struct kcd_error *err);
  void *data;
};

/* Read-only. One paged search for the accounts; with each page the owners of what the page before lists and the SIDs of
 * its descriptors are looked up, in batches, and kept in a cache that is emptied when it is full; meanwhile the edges
 * of the page before that are handed over. Privileged groups are walked along memberOf, each once, and primaryGroupID
 * counts. What is noted in AUDIT stays there where this fails. Refines dc->flavour. */
int kcd_audit_read(struct kcd_dir *dir, struct kcd_audit *audit, const struct kcd_audit_visitor *visitor,
                   struct kcd_error *err);

#endif
