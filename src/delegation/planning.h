/* planning.h - the parts of a plan that are sentences: refusals and warnings. */
#ifndef KCDFIX_DELEGATION_PLANNING_H
#define KCDFIX_DELEGATION_PLANNING_H

#include <kcdfix/plan.h>

/* Add what forbids the change: the host, an entry that its list holds already, the target of one pair. */
void kcd_plan_refuse_host(struct kcd_object_plan *plan, const struct kcd_facts *facts);
/* The name of a cluster, or of a role of one, as host; not for what takes a right away. */
void kcd_plan_refuse_cluster(struct kcd_object_plan *plan, const struct kcd_facts *facts);
void kcd_plan_refuse_listed(struct kcd_object_plan *plan, const struct kcd_facts *facts);
void kcd_plan_refuse_target(struct kcd_object_plan *plan, const struct kcd_facts *facts);
/* The same for the descriptor of a target: who may be named there is not who may have a list. */
void kcd_plan_refuse_principal(struct kcd_object_plan *plan, const struct kcd_facts *facts);
void kcd_plan_refuse_accepting(struct kcd_object_plan *plan, const struct kcd_facts *facts);
/* Takes MESSAGE. SPN NULL: about the host. */
void kcd_plan_refuse(struct kcd_object_plan *plan, enum kcd_finding_id id, const char *spn, char *message);
/* The name that has to be typed where the target is a DC, each once. */
void kcd_plan_ask_for_dc(struct kcd_object_plan *plan, const struct kcd_target *target);
/* Adds what the change breaks or does not do; the plan is complete otherwise. */
void kcd_plan_add_warnings(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts,
                           enum kcd_mode mode);
/* Adds that a target is a certification authority. */
void kcd_plan_warn_of_authority(struct kcd_object_plan *plan, const struct kcd_facts *facts, size_t n_facts);
/* Takes SENTENCE. */
void kcd_plan_warn(struct kcd_object_plan *plan, char *sentence);

#endif
