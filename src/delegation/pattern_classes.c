#include "pattern_classes.h"

/* What a list can have wrong with it, and what stands in for a list. */
#define LACKS                                                                                                          \
  KCD_F_SPN_NOT_LISTED, KCD_F_SHORT_OR_FQDN_MISSING, KCD_F_HOST_CLASS_ONLY, KCD_F_SERVICE_CLASS_MISSING,               \
      KCD_F_ALIAS_OR_SOFS_NOT_LISTED, KCD_F_LIST_ENTRY_MALFORMED, KCD_F_STALE_TARGET_ENTRY,                            \
      KCD_F_SPN_WITH_BLANK_ON_SAMBA
#define ELSEWHERE                                                                                                      \
  KCD_F_WRONG_OBJECT, KCD_F_CLUSTER_NODE_FORGOTTEN, KCD_F_ONE_DIRECTION_ONLY, KCD_F_CHANGE_NOT_REPLICATED
#define RESOURCE                                                                                                       \
  KCD_F_RBCD_UNSUPPORTED_SAMBA_417, KCD_F_RBCD_DC_TOO_OLD, KCD_F_RBCD_BIT_MISSING, KCD_F_RBCD_ACE_DEAD,                \
      KCD_F_RBCD_ACE_MASK, KCD_F_RBCD_OVERWRITTEN
#define NO_GRANT KCD_F_LIST_EMPTY, LACKS, ELSEWHERE, RESOURCE, KCD_F_TARGET_OTHER_DOMAIN
#define MODE KCD_F_PROTOCOL_TRANSITION_OFF, KCD_F_PROTOCOL_TRANSITION_CLEARED_AGAIN
#define RESOURCE_MODE KCD_F_LIST_BREAKS_RBCD, KCD_F_RBCD_NEEDS_TRANSITION_ON_SAMBA
#define USER KCD_F_USER_SENSITIVE, KCD_F_USER_PROTECTED, KCD_F_ADMINS_MARKED_SENSITIVE
#define HOST_TGT                                                                                                       \
  KCD_F_HOST_SENSITIVE, KCD_F_HOST_PROTECTED_USERS, KCD_F_KRBTGT_SENSITIVE, KCD_F_PROBE_TGT_NOT_FORWARDABLE

#define IDS(NAME, ...) static const enum kcd_finding_id NAME##_ids[] = {__VA_ARGS__};
/* clang-format off */
IDS(GRANTED, KCD_F_NEGATIVE_CACHE, KCD_F_HOST_USES_CREDSSP, KCD_F_SHARE_PERMISSION_OF_HOST)
IDS(GRANTED_BY_TARGET, KCD_F_KCD_AND_RBCD_BOTH)
IDS(HOST_REFUSED, KCD_F_HOST_ACCOUNT_UNUSABLE, KCD_F_USER_AUTH_POLICY)
IDS(HOST_UNKNOWN, KCD_F_HOST_NOT_FOUND, KCD_F_HOST_OBJECT_DUPLICATE)
IDS(HOST_TICKET_POOR, HOST_TGT)
IDS(HOST_TICKET_POOR_LIST_OPEN, HOST_TGT, NO_GRANT)
IDS(USER_UNKNOWN, KCD_F_USER_NOT_FOUND, KCD_F_HOST_CANNOT_READ_USER_GROUPS, KCD_F_RODC_TGT, KCD_F_TRUST_SELECTIVE_AUTH)
IDS(USER_REFUSED, KCD_F_USER_ACCOUNT_UNUSABLE, KCD_F_USER_AUTH_POLICY, KCD_F_TRUST_SELECTIVE_AUTH)
IDS(USER_GONE_BAD, KCD_F_USER_ACCOUNT_UNUSABLE)
IDS(NOBODY_FOR_HOST, KCD_F_HOST_CANNOT_READ_USER_GROUPS, KCD_F_RODC_TGT, KCD_F_HOST_ACCOUNT_UNUSABLE,
    KCD_F_USER_AUTH_POLICY, KCD_F_USER_NOT_FOUND, KCD_F_USER_ACCOUNT_UNUSABLE)
IDS(HOST_WITHOUT_SPN, KCD_F_HOST_SPN_MISSING)
IDS(POLICY, KCD_F_USER_AUTH_POLICY, KCD_F_TRUST_SELECTIVE_AUTH, KCD_F_KRBTGT_LISTED, KCD_F_RBCD_DC_TOO_OLD)
IDS(OLD_TICKET, KCD_F_RODC_TGT, KCD_F_MIXED_PATCH_LEVEL, KCD_F_TARGET_NO_AUTH_DATA, KCD_F_CLOCK_SKEW)
IDS(TRANSITION, MODE)
IDS(OWN_WORKS, MODE)
IDS(RESOURCE_POOR, RESOURCE_MODE, USER)
IDS(USER_NOT_DELEGABLE, USER)
IDS(EVIDENCE, MODE, RESOURCE_MODE, USER, HOST_TGT)
IDS(NOTHING_CONFIGURED, KCD_F_LIST_EMPTY, ELSEWHERE, RESOURCE, KCD_F_TARGET_OTHER_DOMAIN)
IDS(LIST_LACKS, LACKS, ELSEWHERE, RESOURCE, KCD_F_TARGET_OTHER_DOMAIN)
IDS(NOT_GRANTED, NO_GRANT)
IDS(NOT_GRANTED_NOR_FORWARDABLE, NO_GRANT, MODE, USER)
IDS(NOT_GRANTED_NOR_DELEGABLE, NO_GRANT, USER)
IDS(REFUSED_FOR_USER, USER, KCD_F_MIXED_PATCH_LEVEL, KCD_F_CHANGE_NOT_REPLICATED)
IDS(OTHER_DOMAIN, KCD_F_TARGET_OTHER_DOMAIN)
IDS(SPN_UNKNOWN, KCD_F_TARGET_SPN_MISSING, KCD_F_DUPLICATE_SPN, KCD_F_MIGRATION_SPN_REGISTRATION_FAILED,
    KCD_F_SPN_WITH_BLANK_ON_SAMBA, KCD_F_ALIAS_OR_SOFS_NOT_LISTED, KCD_F_STALE_TARGET_ENTRY,
    KCD_F_TARGET_OTHER_DOMAIN, KCD_F_WRONG_PRINCIPAL_NAME)
IDS(KEYS, KCD_F_TARGET_WITHOUT_KEYS, KCD_F_TARGET_ETYPE_MISMATCH)
IDS(TARGET_REFUSED, KCD_F_TARGET_DISABLED, KCD_F_RODC_TGT)
IDS(WRONG_TICKET, KCD_F_KRBTGT_LISTED, KCD_F_NAME_CANONICALISED)
IDS(BADOPTION, MODE, NO_GRANT, RESOURCE_MODE, USER, HOST_TGT)
IDS(UNTOLD, KCD_F_PREDICTION_DIFFERS)
/* clang-format on */

#define CLASS(NAME, TEXT, SENTENCE)                                                                                    \
  [KCD_CLASS_##NAME] = {                                                                                               \
      .name = (TEXT), .sentence = (SENTENCE), .ids = NAME##_ids, .n_ids = sizeof NAME##_ids / sizeof NAME##_ids[0]}

const struct kcd_class kcd_class_table[KCD_CLASSES] = {
    CLASS(GRANTED, "granted",
          "The KDC grants it. What still fails is not the delegation: tickets the host keeps, its own "
          "settings, or rights on the share."),
    CLASS(GRANTED_BY_TARGET, "granted-by-target",
          "The target's resource-based delegation grants it; the host's own list does not."),
    CLASS(HOST_REFUSED, "host-refused",
          "The KDC gives the host itself no ticket: its account is disabled, locked, expired or bound by "
          "a policy."),
    CLASS(HOST_UNKNOWN, "host-unknown", "The KDC knows no account of the host's name."),
    CLASS(HOST_TICKET_POOR, "host-ticket-not-forwardable",
          "The host's own ticket-granting ticket is not forwardable, so no ticket made with it is. "
          "The delegation itself is granted."),
    CLASS(HOST_TICKET_POOR_LIST_OPEN, "host-ticket-not-forwardable-list-unseen",
          "The host's own ticket-granting ticket is not forwardable, so no ticket made with it is. Whether the list "
          "would grant the service cannot be seen past that."),
    CLASS(USER_UNKNOWN, "user-unknown", "The KDC finds no such user for this host."),
    CLASS(USER_REFUSED, "user-refused",
          "The KDC refuses the user, whatever the service: the account is disabled, locked, expired or "
          "bound by a policy."),
    CLASS(USER_GONE_BAD, "user-refused-at-the-service",
          "The KDC gives the host a ticket for the user and then refuses the user: the password has "
          "expired or must be changed."),
    CLASS(NOBODY_FOR_HOST, "no-user-for-host",
          "The KDC refuses the host a ticket for another account too, so it is the host or the domain "
          "controller, or both accounts are refused alike."),
    CLASS(HOST_WITHOUT_SPN, "host-without-spn",
          "The KDC knows no service of the host: it has no service principal name."),
    CLASS(POLICY, "policy",
          "The KDC refuses by policy: an authentication policy or silo, selective authentication, or a target "
          "that may never be delegated to."),
    CLASS(OLD_TICKET, "ticket-not-accepted",
          "The KDC does not accept the ticket that was shown to it: made by a read-only or an older domain "
          "controller, without authorization data, or expired."),
    CLASS(TRANSITION, "protocol-transition-missing",
          "The service is granted to the host, but no ticket that it makes for a user is forwardable: protocol "
          "transition is missing (\"Use any authentication protocol\"). Whether this user may be delegated cannot be "
          "seen before that is put right."),
    CLASS(OWN_WORKS, "protocol-transition-missing",
          "Works with your own ticket, fails with the host's: only protocol transition is missing (\"Use any "
          "authentication protocol\"). That is why it worked with Windows Server 2012 R2."),
    CLASS(RESOURCE_POOR, "resource-based-not-forwardable",
          "The target's resource-based delegation grants the host, and the host's own list does not. The ticket for "
          "this user is not forwardable: with a list on the host, or on Samba, that needs protocol transition; or the "
          "user may not be delegated."),
    CLASS(USER_NOT_DELEGABLE, "user-not-delegable",
          "The service is granted to the host, and its tickets for another account are "
          "forwardable: this user may not be delegated."),
    CLASS(EVIDENCE, "evidence-not-forwardable",
          "The service is granted to the host, but its ticket for this user is not forwardable: protocol "
          "transition is off, or the user may not be delegated."),
    CLASS(NOTHING_CONFIGURED, "nothing-configured",
          "The host's list is empty, and the target does not grant the host either."),
    CLASS(LIST_LACKS, "list-lacks-spn",
          "The host's list is not empty and does not hold this SPN, and the target does not grant the host "
          "either."),
    CLASS(NOT_GRANTED, "not-granted",
          "The host's ticket for the user is good; this service is not granted. The list is empty or does "
          "not hold this SPN."),
    CLASS(NOT_GRANTED_NOR_FORWARDABLE, "not-granted-nor-forwardable",
          "This service is not granted: the list is empty or does not hold this SPN. Besides, the host's ticket for "
          "the user is not forwardable, so the list alone will not do."),
    CLASS(NOT_GRANTED_NOR_DELEGABLE, "not-granted-nor-delegable",
          "This service is not granted: the list is empty or does not hold this SPN. Besides, this user may not be "
          "delegated, while another account may."),
    CLASS(REFUSED_FOR_USER, "refused-for-this-user",
          "The same service is granted for the host's own ticket and refused for this user, whose "
          "ticket is forwardable."),
    CLASS(OTHER_DOMAIN, "target-in-other-domain",
          "The target is of another domain, which a list entry cannot reach; resource-based delegation "
          "can."),
    CLASS(SPN_UNKNOWN, "spn-unknown",
          "The KDC knows no account with this SPN, or more than one. The list does not come into it yet."),
    CLASS(KEYS, "target-keys", "The account that holds the SPN has no key of a type that the KDC may use."),
    CLASS(TARGET_REFUSED, "target-refused",
          "The KDC gives no ticket for the account that holds the SPN: it is disabled or locked, or "
          "this domain controller does not hold its key."),
    CLASS(WRONG_TICKET, "ticket-for-another-name",
          "The KDC answered with a ticket for another name than the one that was asked for."),
    CLASS(BADOPTION, "one-code-many-causes",
          "The KDC refuses with one code for several causes, and nothing it answered tells them apart."),
    CLASS(UNTOLD, "no-known-pattern", "The KDC refuses in a way that is none of the known patterns."),
};
