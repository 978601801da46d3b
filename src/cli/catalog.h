/* catalog.h - the global catalogue, asked only where nobody in the domain owns an SPN. */
#ifndef KCDFIX_CLI_CATALOG_H
#define KCDFIX_CLI_CATALOG_H

#include <kcdfix/gather.h>
#include <kcdfix/report.h>

#include "session.h"

/* Completes the targets of SET that have no owner, and sets its forest_searched. Asks the session's DC where that is a
 * global catalogue, else one that DNS names. Without one the facts say so, and the error joins the report; nothing else
 * comes of it. */
void kcd_catalog_look(const struct kcd_session *session, const struct kcd_options *options, struct kcd_facts_set *set,
                      struct kcd_report *report);

#endif
