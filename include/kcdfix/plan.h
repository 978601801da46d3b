/* plan.h - the smallest change that makes the pairs work, its refusals, and its exact inverse. No I/O. */
#ifndef KCDFIX_PLAN_H
#define KCDFIX_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/facts.h>
#include <kcdfix/findings.h>

enum kcd_mode {
  KCD_MODE_LIST_ONLY,           /* add list entries, leave the bit alone */
  KCD_MODE_PROTOCOL_TRANSITION, /* ... and set TRUSTED_TO_AUTH_FOR_DELEGATION */
  KCD_MODE_KERBEROS_ONLY,       /* ... and clear it */
  KCD_MODE_RESOURCE_BASED       /* name the hosts in the target's descriptor instead */
};
/* "list-only", "protocol-transition", "kerberos-only", "resource-based" */
const char *kcd_mode_name(enum kcd_mode mode);
int kcd_mode_parse(const char *name, enum kcd_mode *ret);
/* "--protocol-transition", "--kerberos-only", "--resource-based" or "" */
const char *kcd_mode_option(enum kcd_mode mode);

struct kcd_plan_options {
  enum kcd_mode mode;
  bool exact; /* only the SPN as given: no sibling form */
};

/* Why nothing may be written for a host. */
struct kcd_refusal {
  enum kcd_finding_id id; /* krbtgt-listed, target-spn-missing, duplicate-spn, host-not-found, ... */
  char *spn;              /* NULL where it is about the host */
  char *message;          /* terminal-safe sentence; owned */
};

/* The change of one host's object. */
struct kcd_object_plan {
  const struct kcd_account *host; /* NULL when the host was not found */
  const char *host_operand;
  struct kcd_values add;          /* list values to add */
  uint32_t uac_before, uac_after; /* equal: the attribute is not touched */
  struct kcd_refusal *refusals;   /* any: nothing is written for this host */
  size_t n_refusals;
  char **left_out; /* sentences: a sibling form that was not added, and why */
  size_t n_left_out;
  char **dc_targets; /* targets of this plan that are a DC: the short name of each, "DC1", has to be typed; each once */
  size_t n_dc_targets;
  char **warnings; /* sentences: first list entry breaks resource-based delegation, other entries stop
                    * working with --kerberos-only, T4D set, ... */
  size_t n_warnings;
};

/* What the plan comes to for one host. */
enum kcd_plan_state { KCD_PLAN_NOTHING, KCD_PLAN_CHANGE, KCD_PLAN_REFUSED };
enum kcd_plan_state kcd_object_plan_state(const struct kcd_object_plan *plan);

/* Plans one host: FACTS holds one element for each SPN of this host (same host in all, at least one).
 *
 * Refused always: a host that is no computer (managed service accounts are refused too) or is a DC, a host not found or
 * ambiguous. Refused for each pair whose entry, or the other form of it, is added, and for all pairs where the bit is
 * set: krbtgt/, kadmin/ and any SPN on the KDC's account as target, an SPN owned by no account or by two, a target in
 * another domain; and for those alone a DC's name is asked for. Setting the bit is refused too where the list holds a
 * service of the KDC already. What only takes a right away is never refused for a target.
 *
 * Never adds a value that differs from a listed one only in case, as a directory compares. With KCD_MODE_KERBEROS_ONLY
 * no other form of a listed SPN is added. */
void kcd_plan_object(const struct kcd_facts *facts, size_t n_facts, const struct kcd_plan_options *options,
                     struct kcd_object_plan *ret);
void kcd_object_plan_done(struct kcd_object_plan *plan);

/* The host as it would be after the plan, for predicting: a copy with its own list; kcd_account_done frees it. */
void kcd_plan_preview(const struct kcd_object_plan *plan, struct kcd_account *ret);

#endif
