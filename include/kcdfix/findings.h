/* findings.h - the causes, one table, and the reasoning that names them for one pair. */
#ifndef KCDFIX_FINDINGS_H
#define KCDFIX_FINDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include <kcdfix/bytes.h>
#include <kcdfix/facts.h>
#include <kcdfix/observe.h>
#include <kcdfix/predict.h>
#include <kcdfix/stand_in.h>

enum kcd_severity { KCD_NOTE, KCD_WARNING, KCD_FAULT };
const char *kcd_severity_name(enum kcd_severity severity); /* "note", "warning", "error" */

/* The findings of this version. The order is the order of repair: when several hold, the first one is to be fixed
 * first. The text of each is in the table (findings_table.c); a new id gets its row in docs/FINDINGS.md. */
#define KCD_FINDING_LIST(X)                                                                                            \
  X(DC_UNREACHABLE, "dc-unreachable")                                                                                  \
  X(CLOCK_SKEW, "clock-skew")                                                                                          \
  X(FUNCTIONAL_LEVEL_TOO_LOW, "functional-level-too-low")                                                              \
  X(MANAGED_DOMAIN_NO_CLASSIC, "managed-domain-no-classic")                                                            \
  X(RODC_TGT, "rodc-tgt")                                                                                              \
  X(KDC_DEMANDS_ARMOR, "kdc-demands-armor")                                                                            \
  X(HOST_NOT_FOUND, "host-not-found")                                                                                  \
  X(HOST_OBJECT_DUPLICATE, "host-object-duplicate")                                                                    \
  X(WRONG_OBJECT, "wrong-object")                                                                                      \
  X(USER_NOT_FOUND, "user-not-found")                                                                                  \
  X(HOST_ACCOUNT_UNUSABLE, "host-account-unusable")                                                                    \
  X(HOST_SPN_MISSING, "host-spn-missing")                                                                              \
  X(USER_ACCOUNT_UNUSABLE, "user-account-unusable")                                                                    \
  X(HOST_CANNOT_READ_USER_GROUPS, "host-cannot-read-user-groups")                                                      \
  X(USER_AUTH_POLICY, "user-auth-policy")                                                                              \
  X(TRUST_SELECTIVE_AUTH, "trust-selective-auth")                                                                      \
  X(KRBTGT_LISTED, "krbtgt-listed")                                                                                    \
  X(TARGET_OTHER_DOMAIN, "target-other-domain")                                                                        \
  X(NAME_CANONICALISED, "name-canonicalised")                                                                          \
  X(TARGET_SPN_MISSING, "target-spn-missing")                                                                          \
  X(MIGRATION_SPN_REGISTRATION_FAILED, "migration-spn-registration-failed")                                            \
  X(SPN_WITH_BLANK_ON_SAMBA, "spn-with-blank-on-samba")                                                                \
  X(DUPLICATE_SPN, "duplicate-spn")                                                                                    \
  X(LIST_EMPTY, "list-empty")                                                                                          \
  X(LIST_ENTRY_MALFORMED, "list-entry-malformed")                                                                      \
  X(SHORT_OR_FQDN_MISSING, "short-or-fqdn-missing")                                                                    \
  X(HOST_CLASS_ONLY, "host-class-only")                                                                                \
  X(SERVICE_CLASS_MISSING, "service-class-missing")                                                                    \
  X(ALIAS_OR_SOFS_NOT_LISTED, "alias-or-sofs-not-listed")                                                              \
  X(CLUSTER_NODE_FORGOTTEN, "cluster-node-forgotten")                                                                  \
  X(ONE_DIRECTION_ONLY, "one-direction-only")                                                                          \
  X(STALE_TARGET_ENTRY, "stale-target-entry")                                                                          \
  X(SPN_NOT_LISTED, "spn-not-listed")                                                                                  \
  X(RBCD_UNSUPPORTED_SAMBA_417, "rbcd-unsupported-samba-417")                                                          \
  X(RBCD_DC_TOO_OLD, "rbcd-dc-too-old")                                                                                \
  X(RBCD_ACE_DEAD, "rbcd-ace-dead")                                                                                    \
  X(RBCD_ACE_MASK, "rbcd-ace-mask")                                                                                    \
  X(RBCD_OVERWRITTEN, "rbcd-overwritten")                                                                              \
  X(PROTOCOL_TRANSITION_OFF, "protocol-transition-off")                                                                \
  X(PROTOCOL_TRANSITION_CLEARED_AGAIN, "protocol-transition-cleared-again")                                            \
  X(LIST_BREAKS_RBCD, "list-breaks-rbcd")                                                                              \
  X(RBCD_NEEDS_TRANSITION_ON_SAMBA, "rbcd-needs-transition-on-samba")                                                  \
  X(RBCD_BIT_MISSING, "rbcd-bit-missing")                                                                              \
  X(HOST_SENSITIVE, "host-sensitive")                                                                                  \
  X(HOST_PROTECTED_USERS, "host-protected-users")                                                                      \
  X(KRBTGT_SENSITIVE, "krbtgt-sensitive")                                                                              \
  X(USER_SENSITIVE, "user-sensitive")                                                                                  \
  X(USER_PROTECTED, "user-protected")                                                                                  \
  X(ADMINS_MARKED_SENSITIVE, "admins-marked-sensitive")                                                                \
  X(TARGET_DISABLED, "target-disabled")                                                                                \
  X(TARGET_WITHOUT_KEYS, "target-without-keys")                                                                        \
  X(TARGET_ETYPE_MISMATCH, "target-etype-mismatch")                                                                    \
  X(TARGET_NO_AUTH_DATA, "target-no-auth-data")                                                                        \
  X(TARGET_KEY_CHANGED, "target-key-changed")                                                                          \
  X(CHANGE_NOT_REPLICATED, "change-not-replicated")                                                                    \
  X(MIXED_PATCH_LEVEL, "mixed-patch-level")                                                                            \
  X(PROBE_TGT_NOT_FORWARDABLE, "probe-tgt-not-forwardable")                                                            \
  X(PREDICTION_DIFFERS, "prediction-differs")                                                                          \
  X(UNCONSTRAINED_ALSO_SET, "unconstrained-also-set")                                                                  \
  X(TARGET_IS_DC, "target-is-dc")                                                                                      \
  X(TARGET_IS_CA, "target-is-ca")                                                                                      \
  X(PRIVILEGED_USERS_EXPOSED, "privileged-users-exposed")                                                              \
  X(KCD_AND_RBCD_BOTH, "kcd-and-rbcd-both")                                                                            \
  X(LIST_ENTRY_DUPLICATE_CASE, "list-entry-duplicate-case")                                                            \
  X(ENTRY_BEYOND_NEED, "entry-beyond-need")                                                                            \
  X(LIST_TOO_LONG, "list-too-long")                                                                                    \
  X(NO_DELEGATION_PRIVILEGE, "no-delegation-privilege")                                                                \
  X(NEGATIVE_CACHE, "negative-cache")                                                                                  \
  X(HOST_USES_CREDSSP, "host-uses-credssp")                                                                            \
  X(CREDSSP_BLOCKED_BY_CREDENTIAL_GUARD, "credssp-blocked-by-credential-guard")                                        \
  X(SHARE_PERMISSION_OF_HOST, "share-permission-of-host")                                                              \
  X(SECOND_HOP_CHAIN, "second-hop-chain")                                                                              \
  X(WRONG_PRINCIPAL_NAME, "wrong-principal-name")                                                                      \
  X(MIGRATION_PORT_BLOCKED, "migration-port-blocked")                                                                  \
  X(VM_CREATOR_DELETED, "vm-creator-deleted")                                                                          \
  X(VM_LOGON_RIGHT_LOST, "vm-logon-right-lost")                                                                        \
  X(HYPERV_RESOURCE_ERROR, "hyperv-resource-error")                                                                    \
  X(TOKEN_TOO_LARGE, "token-too-large")

enum kcd_finding_id {
#define X(NAME, ID) KCD_F_##NAME,
  KCD_FINDING_LIST(X)
#undef X
      KCD_FINDINGS
};

/* One row of the catalogue. */
struct kcd_finding_info {
  const char *id;
  enum kcd_severity severity; /* in check; a rule may lower it (a missing sibling form is only a note) */
  const char *title;          /* a few words, for lists and the manual */
  const char *remedy;         /* what cures it, one or two sentences, for people */
  const char *kcdfix;         /* "yes", "asks", "partly" or "no": whether kcdfix can write the cure */
  const char *source;         /* specification section or document that says so */
  const char *seen;           /* where it shows: "directory", "KDC", both, "network", or "host" for what nobody can see
                               * from another machine */
  const char *on_host;        /* for Windows: the command that tells there; NULL if there is none */
};
const struct kcd_finding_info *kcd_finding_info(enum kcd_finding_id id);
/* The place in the order of repair. */
int kcd_finding_rank(enum kcd_finding_id id);
/* -1 if there is no finding of that name. */
int kcd_finding_by_name(const char *name, enum kcd_finding_id *ret);

enum kcd_evidence_kind { KCD_EV_UINT, KCD_EV_TEXT, KCD_EV_VALUES, KCD_EV_BOOL };
struct kcd_evidence {
  const char *key; /* attribute name where it is one */
  enum kcd_evidence_kind kind;
  uint64_t number; /* UINT, BOOL */
  char *text;      /* TEXT; owned */
  struct kcd_values values;
};

struct kcd_finding {
  enum kcd_finding_id id;
  enum kcd_severity severity;
  char *subject; /* DN (or SPN, or user) of the object where the action is; owned, not terminal-safe */
  char *message; /* the cause in one or two sentences, for people; terminal-safe */
  char *remedy;  /* what to do, with names filled in; terminal-safe */
  char *command; /* the command that does it, POSIX-quoted, terminal-safe; NULL if none */
  struct kcd_evidence *evidence;
  size_t n_evidence;
};

struct kcd_findings {
  struct kcd_finding *v;
  size_t n;
};
void kcd_finding_done(struct kcd_finding *finding);
void kcd_findings_done(struct kcd_findings *findings);
/* The worst severity, or -1 when there is no finding. */
int kcd_findings_worst(const struct kcd_findings *findings);
bool kcd_findings_has(const struct kcd_findings *findings, enum kcd_finding_id id);

/* What nobody can see from here and what fails next where all else is right: no finding, since nothing says that it is
 * so. */
struct kcd_suspect {
  enum kcd_finding_id id; /* its row is seen on the host alone */
  char *message;          /* what is not visible; owned, terminal-safe */
  char *where;            /* the machine to look on, or to look from; owned, terminal-safe */
  char *command;          /* for PowerShell there; owned, terminal-safe */
};
struct kcd_suspects {
  struct kcd_suspect *v;
  size_t n;
};
void kcd_suspects_done(struct kcd_suspects *suspects);

enum kcd_verdict { KCD_WORKS, KCD_FAILS, KCD_CANNOT_TELL };
const char *kcd_verdict_name(enum kcd_verdict verdict); /* "works", "fails", "unknown" */

/* Everything about one pair, judged. */
struct kcd_judgement {
  struct kcd_facts facts; /* borrowed parts, see facts.h */
  const char *spn;        /* as typed */
  bool predicted_at_all;  /* false: host not found, prediction is empty */
  struct kcd_prediction prediction;
  const char *granted_by; /* what the predicted ticket rests on: "list", "resource-based"; NULL: none is predicted */
  const struct kcd_observation *observation; /* NULL: no probe asked for */
  struct kcd_stand_in_limits limits; /* of a stand-in that asked; `covers` false: its answers prove nothing about
                                      * the host, and the verdict is the predicted one */
  enum kcd_verdict verdict;          /* observed where a probe ran to its end, else predicted */
  bool agree;                        /* prediction and observation say the same (true without a probe) */
  struct kcd_findings findings;      /* in order of repair */
  struct kcd_suspects suspects;      /* none unless the pair works without an error or a warning */
};

/* Predicts, compares with the observation (NULL if none), names the causes and orders them. FLAVOUR is the DC's, or the
 * one asked for with --kdc-flavour. Commands in the findings repeat CONTEXT (e.g. "-S dc1 --as alice", quoted already;
 * "" for none). */
void kcd_judge(const struct kcd_facts *facts, enum kcd_flavour flavour, const struct kcd_observation *observation,
               const char *context, struct kcd_judgement *ret);
void kcd_judgement_done(struct kcd_judgement *judgement);

#endif
