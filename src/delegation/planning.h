/* planning.h - the parts of a plan that are sentences: refusals and warnings. */
#ifndef KCDFIX_DELEGATION_PLANNING_H
#define KCDFIX_DELEGATION_PLANNING_H

#include <kcdfix/plan.h>

/* Adds what forbids the change. */
void kcd_plan_refuse(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts);
/* Adds what the change breaks or does not do; the plan is complete otherwise. */
void kcd_plan_add_warnings(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts,
                           enum kcd_mode mode);
/* Takes SENTENCE. */
void kcd_plan_warn(struct kcd_object_plan *plan, char *sentence);

#endif
