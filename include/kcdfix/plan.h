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
  bool exact;          /* only the SPN as given: no sibling form */
  bool resource_based; /* the targets name the host (kcd_plan_target), so nothing is listed */
};

/* Why nothing may be written for a host. */
struct kcd_refusal {
  enum kcd_finding_id id; /* krbtgt-listed, target-spn-missing, duplicate-spn, host-not-found, ... */
  char *spn;              /* NULL where it is about the host */
  char *message;          /* terminal-safe sentence; owned */
  bool not_taken;         /* it is the DC that takes this change from nobody over LDAP */
};

/* The change of one object: of a host (list and bit), or of a target (its resource-based descriptor). */
struct kcd_object_plan {
  const struct kcd_account *host; /* the account that is changed, of a target too; NULL when it was not found */
  const char *host_operand;
  struct kcd_values add;                    /* list values to add */
  struct kcd_values remove;                 /* list values to take away, as stored; never one of `add` */
  uint32_t uac_before, uac_after;           /* equal: the attribute is not touched */
  struct kcd_bytes rbcd_before, rbcd_after; /* the descriptor; rbcd_after empty: it is not touched */
  const struct kcd_account **accepted;      /* the hosts that rbcd_after names anew; the list is owned */
  size_t n_accepted;
  char *staying;                /* the accounts that it named before, "HV2$, HV3$"; NULL: none. Not terminal-safe */
  bool has_special_entries;     /* it holds more than plain entries of known accounts: Set-ADComputer would lose that */
  bool local_only;              /* this DC takes the change from its own machine alone, not over LDAP */
  struct kcd_refusal *refusals; /* any: nothing is written for this host */
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
 * ambiguous; and unless the mode takes a right away the name of a cluster. Refused for each pair whose entry, or the
 * other form of it, is added, and for all pairs where the bit is set: krbtgt/, kadmin/ and any SPN on the KDC's account
 * as target, an SPN owned by no account or by two, a target in another domain; and for those alone a DC's name is asked
 * for. Setting the bit is refused too where the list holds a service of the KDC already. What only takes a right away
 * is never refused for a target.
 *
 * Never adds a value that differs from a listed one only in case, as a directory compares. With KCD_MODE_KERBEROS_ONLY
 * no other form of a listed SPN is added. */
void kcd_plan_object(const struct kcd_facts *facts, size_t n_facts, const struct kcd_plan_options *options,
                     struct kcd_object_plan *ret);
void kcd_object_plan_done(struct kcd_object_plan *plan);

/* Plans the descriptor of one target: FACTS holds one element for each pair of a host with an SPN of this account (the
 * same account in all, at least one). Each host that the descriptor does not let in yet gets an entry with the rights
 * that Windows tools write, behind those that are there, which stay byte for byte and in order.
 *
 * Refused: an SPN owned by no account or by two, of the KDC, or of another domain; a host not found, ambiguous, a DC,
 * or neither computer nor managed service account; a descriptor that cannot be decoded or has no DACL, since it could
 * not be kept; an entry that denies the host and comes first. A target that is a DC has its name asked for. */
void kcd_plan_target(const struct kcd_facts *facts, size_t n_facts, struct kcd_object_plan *ret);

/* The account as it would be after the plan, for predicting: a copy that owns its parts; kcd_account_done frees it. */
void kcd_plan_preview(const struct kcd_object_plan *plan, struct kcd_account *ret);

#endif
