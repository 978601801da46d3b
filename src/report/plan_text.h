/* plan_text.h - the parts of the text that is shown before a change. */
#ifndef KCDFIX_REPORT_PLAN_TEXT_H
#define KCDFIX_REPORT_PLAN_TEXT_H

#include "textout.h"

/* One sentence that names every account behind any entry of the host, since the bit and the list hold for all of them,
 * and the privileged users whom the host could be. */
void kcd_text_security(struct kcd_textout *out, const struct kcd_object_plan *plan, const struct kcd_facts_set *facts,
                       const struct kcd_host_facts *host);
/* The same for a target that is to accept hosts. */
void kcd_text_target_security(struct kcd_textout *out, const struct kcd_object_plan *plan,
                              const struct kcd_facts_set *facts);

#endif
