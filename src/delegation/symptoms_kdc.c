/* What a KDC answers, writes into its log, and gives as its reason. */
#include "symptoms.h"

#define EVENT(NUMBER) .kind = KCD_SYMPTOM_EVENT, .number = (NUMBER)
#define WORDS(TITLE) .kind = KCD_SYMPTOM_WORDS, .title = (TITLE)

/* A code of a KRB-ERROR. */
#define CODE_AS(ROLE, NUMBER, WORDS_OF_IT, DELEGATION, MEANS, TELL, CAUSES_OF_IT, NEXT, SOURCE)                        \
  {                                                                                                                    \
    .kind = KCD_SYMPTOM_KDC, .number = (NUMBER), .words = (WORDS_OF_IT), .role = KCD_ROLE_##ROLE,                      \
    .delegation = KCD_DELEGATION_##DELEGATION, .means = (MEANS), .tell = (TELL), .causes = (CAUSES_OF_IT),             \
    .next = KCD_NEXT_##NEXT, .source = (SOURCE)                                                                        \
  }
#define CODE(...) CODE_AS(CODE, __VA_ARGS__)
/* One that stands in any exchange. */
#define NORMAL_CODE(...) CODE_AS(TOPIC, __VA_ARGS__)
/* What a Windows KDC puts beside it. */
#define STATUS(NUMBER, DELEGATION, MEANS, TELL, CAUSES_OF_IT, NEXT, SOURCE)                                            \
  {                                                                                                                    \
    .kind = KCD_SYMPTOM_NTSTATUS, .number = (NUMBER), .role = KCD_ROLE_REASON,                                         \
    .delegation = KCD_DELEGATION_##DELEGATION, .means = (MEANS), .tell = (TELL), .causes = (CAUSES_OF_IT),             \
    .next = KCD_NEXT_##NEXT, .source = (SOURCE)                                                                        \
  }
/* The e-text of an MIT KDC. */
#define E_TEXT(TITLE, WORDS_OF_IT, DELEGATION, MEANS, TELL, CAUSES_OF_IT, NEXT)                                        \
  {                                                                                                                    \
    WORDS(TITLE), .words = (WORDS_OF_IT), .role = KCD_ROLE_REASON, .delegation = KCD_DELEGATION_##DELEGATION,          \
                  .means = (MEANS), .tell = (TELL), .causes = (CAUSES_OF_IT), .next = KCD_NEXT_##NEXT,                 \
                  .source = "MIT krb5 kdc/tgs_policy.c, kdc_util.c"                                                    \
  }
#define SAMBA_LOG(TITLE, WORDS_OF_IT, MEANS, TELL, CAUSES_OF_IT)                                                       \
  {                                                                                                                    \
    WORDS(TITLE), .words = (WORDS_OF_IT), .role = KCD_ROLE_REASON, .delegation = KCD_DELEGATION_YES, .means = (MEANS), \
                  .tell = (TELL), .causes = (CAUSES_OF_IT), .next = KCD_NEXT_PAIR,                                     \
                  .source = "Heimdal kdc/mssfu.c; Samba KDC log"                                                       \
  }
#define ETYPE_EVENT(NUMBER)                                                                                            \
  {                                                                                                                    \
    EVENT(NUMBER), .family = "etype-event", .role = KCD_ROLE_EXACT, .delegation = KCD_DELEGATION_NO,                   \
                   .means = "KDC event: the keys of an account and what was asked for do not fit",                     \
                   .tell = "It is about encryption types (RC4 against AES), delegation or not.",                       \
                   .causes = CAUSES(TITLES(F(TARGET_ETYPE_MISMATCH), F(TARGET_WITHOUT_KEYS))), .next = KCD_NEXT_PAIR,  \
                   .source = "Microsoft KB5021131; CVE-2026-20833"                                                     \
  }

#define NOT_FORWARDABLE                                                                                                \
  CAUSES(CAUSE("the host is set to \"Use Kerberos only\"", F(PROTOCOL_TRANSITION_OFF), F(LIST_BREAKS_RBCD)),           \
         CAUSE("{user} is marked sensitive, or in Protected Users", F(USER_SENSITIVE), F(USER_PROTECTED)),             \
         CAUSE("a Samba KDC wants protocol transition for resource-based delegation too",                              \
               F(RBCD_NEEDS_TRANSITION_ON_SAMBA)),                                                                     \
         CAUSE("the host itself or krbtgt is marked sensitive", F(HOST_SENSITIVE), F(HOST_PROTECTED_USERS),            \
               F(KRBTGT_SENSITIVE)),                                                                                   \
         CAUSE("the ticket that was used as evidence is not forwardable", F(PROBE_TGT_NOT_FORWARDABLE)))
#define NOT_LISTED                                                                                                     \
  CAUSES(                                                                                                              \
      CAUSE("{service} is not listed on the host, or in another form", F(LIST_EMPTY), F(SPN_NOT_LISTED),               \
            F(SHORT_OR_FQDN_MISSING), F(HOST_CLASS_ONLY), F(SERVICE_CLASS_MISSING)),                                   \
      CAUSE("it was listed on another object, or under another name", F(WRONG_OBJECT), F(ALIAS_OR_SOFS_NOT_LISTED)),   \
      CAUSE("this domain controller does not have the change yet", F(CHANGE_NOT_REPLICATED)))
#define RBCD_DENIES                                                                                                    \
  CAUSE("the target's resource-based entries do not let the host in", F(RBCD_ACE_DEAD), F(RBCD_ACE_MASK),              \
        F(RBCD_OVERWRITTEN))
#define NO_PAC CAUSES(TITLES(F(TARGET_NO_AUTH_DATA), F(MIXED_PATCH_LEVEL), F(RODC_TGT)))

#define RFC "RFC 4120 7.5.9; "
#define KILE RFC "MS-KILE 3.3.5"
#define SFU RFC "MS-SFU 3.2.5"

static const struct kcd_symptom rows[] = {
    CODE(1, "client's entry in database has expired", PERHAPS, "an account has expired",
         "It is about the account, not about delegation; Samba says so of the user in S4U2Self.",
         CAUSES(TITLES(F(USER_ACCOUNT_UNUSABLE), F(HOST_ACCOUNT_UNUSABLE))), PAIR, KILE),
    CODE(6, "client not found in kerberos database", PERHAPS, "the KDC does not know the user, or the host",
         "Where the name is right, the host may not be allowed to read the user's groups (KDC event 25 on Windows).",
         CAUSES(TITLES(F(USER_NOT_FOUND), F(HOST_NOT_FOUND), F(HOST_CANNOT_READ_USER_GROUPS), F(RODC_TGT))), PAIR,
         SFU ".1; Microsoft KB2009157"),
    CODE(7, "server not found in kerberos database", PERHAPS, "no account holds the SPN, or two do",
         "The name comes before delegation. A Samba KDC also says so of a name with blanks.",
         CAUSES(TITLES(F(TARGET_SPN_MISSING), F(DUPLICATE_SPN), F(MIGRATION_SPN_REGISTRATION_FAILED),
                       F(HOST_SPN_MISSING), F(STALE_TARGET_ENTRY), F(SPN_WITH_BLANK_ON_SAMBA))),
         PAIR, RFC "Microsoft Learn, KDC_ERR_S_PRINCIPAL_UNKNOWN"),
    CODE(8, "principal has multiple entries in kerberos database", NO, "two accounts hold the SPN",
         "It is about the name: setspn -X finds both.", CAUSES(TITLES(F(DUPLICATE_SPN))), PAIR,
         RFC "Microsoft Learn, KDC_ERR_PRINCIPAL_NOT_UNIQUE"),
    CODE(11, "requested effective lifetime is negative or too short", PERHAPS, "a ticket of no lifetime",
         "An authentication policy can shorten it to nothing.", CAUSES(TITLES(F(USER_AUTH_POLICY), F(CLOCK_SKEW))),
         PAIR, KILE),
    CODE(12, "kdc policy rejects request", PERHAPS, "a policy forbids it",
         "Authentication policy, silo or selective authentication; Samba also says so of a disabled user, and a "
         "domain controller older than 2012 of resource-based delegation.",
         CAUSES(TITLES(F(USER_AUTH_POLICY), F(TRUST_SELECTIVE_AUTH), F(USER_ACCOUNT_UNUSABLE), F(RBCD_DC_TOO_OLD),
                       F(KDC_DEMANDS_ARMOR))),
         PAIR, KILE ".7; Microsoft KB2665790"),
    CODE(
        13, "kdc can't fulfill requested option|kdc can't fulfil requested option|badoption", YES,
        "the KDC refuses the delegation",
        "It is one code for a dozen causes. A Windows KDC adds a status that tells them apart, a Samba KDC adds "
        "nothing; an expired ticket can read the same.",
        CAUSES(CAUSE("the host is set to \"Use Kerberos only\"", F(PROTOCOL_TRANSITION_OFF)),
               CAUSE("{service} is not listed on the host, or in another form", F(LIST_EMPTY), F(SPN_NOT_LISTED),
                     F(SHORT_OR_FQDN_MISSING), F(HOST_CLASS_ONLY), F(SERVICE_CLASS_MISSING)),
               CAUSE("{user} is marked sensitive, or in Protected Users", F(USER_SENSITIVE), F(USER_PROTECTED)),
               CAUSE("this domain controller does not have the change yet", F(CHANGE_NOT_REPLICATED)),
               CAUSE("the target is in another domain", F(TARGET_OTHER_DOMAIN)), RBCD_DENIES,
               CAUSE("a Samba older than 4.19 does not know resource-based delegation", F(RBCD_UNSUPPORTED_SAMBA_417))),
        PAIR, SFU ".2; Ask the Core Team, 2017-05-17"),
    CODE(14, "kdc has no support for encryption type", NO, "host, target and KDC share no encryption type",
         "It is about keys: RC4 switched off, or an account without AES keys or without any.",
         CAUSES(TITLES(F(TARGET_ETYPE_MISMATCH), F(TARGET_WITHOUT_KEYS))), PAIR, RFC "Microsoft KB5021131"),
    CODE(15, "kdc has no support for checksum type", NO, "a checksum of a kind that the KDC does not take",
         "It is about the patch level of the machines.", CAUSES(TITLES(F(MIXED_PATCH_LEVEL))), PAIR, KILE),
    CODE(16, "kdc has no support for padata type", PERHAPS, "the KDC does not know S4U",
         "libkrb5 says so itself when the KDC ignored the request: an old KDC, a client in FIPS mode, or no "
         "resource-based delegation in the other realm.",
         CAUSES(TITLES(F(RBCD_DC_TOO_OLD), F(TARGET_OTHER_DOMAIN))), PAIR, SFU ".1; MIT krb5 s4u_creds.c"),
    CODE(18, "client's credentials have been revoked|clients credentials have been revoked", PERHAPS,
         "the user's or the host's account is disabled, locked or expired",
         "It is about the account, not about delegation.",
         CAUSES(TITLES(F(USER_ACCOUNT_UNUSABLE), F(HOST_ACCOUNT_UNUSABLE))), PAIR, KILE ".6"),
    CODE(19, "credentials for server have been revoked", NO, "the target's account is disabled or locked",
         "It is about the account, not about delegation.", CAUSES(TITLES(F(TARGET_DISABLED))), PAIR, KILE ".7"),
    CODE(20, "tgt has been revoked", PERHAPS, "the host's own ticket is not accepted",
         "A ticket of a read-only domain controller, from before an update, or of a renamed account: get a new one.",
         CAUSES(TITLES(F(RODC_TGT), F(MIXED_PATCH_LEVEL), F(TARGET_NO_AUTH_DATA))), PAIR,
         KILE ".7; Microsoft KB5008380"),
    CODE(23, "password has expired", PERHAPS, "a password has expired",
         "On Samba, in the second step: the user must change the password.",
         CAUSES(TITLES(F(USER_ACCOUNT_UNUSABLE), F(HOST_ACCOUNT_UNUSABLE))), PAIR, KILE ".6"),
    CODE(24, "preauthentication failed", NO, "the key is wrong: an old keytab or a mistyped password",
         "The host's keytab is older than its password; compare with kvno.", CAUSES(TITLES(F(HOST_ACCOUNT_UNUSABLE))),
         PAIR, RFC "RFC 6113"),
    NORMAL_CODE(25, "additional pre-authentication required", NO, "normal: the KDC asks for proof before it answers",
                "Every login has it; nothing is wrong.", NULL, NOTHING, RFC "RFC 6113"),
    CODE(26, "requested server and ticket don't match", PERHAPS, "the evidence is not a ticket to this host",
         "The KDC was given another account's ticket.", CAUSES(TITLES(F(WRONG_OBJECT), F(HOST_SPN_MISSING))), PAIR,
         SFU ".2"),
    CODE(27, "server principal valid for user2user only", PERHAPS, "an account without SPN was asked for",
         "It is about the name of the host or of the target.",
         CAUSES(TITLES(F(HOST_SPN_MISSING), F(TARGET_SPN_MISSING))), PAIR, KILE ".7"),
    CODE(29, "a service is not available that is required", NO, "the KDC cannot reach another one",
         "A read-only domain controller, or a trust whose other side is away.",
         CAUSES(TITLES(F(DC_UNREACHABLE), F(RODC_TGT))), ON_HOST, RFC "MS-KILE 3.3.5.7.7"),
    CODE(31, "decrypt integrity check failed", PERHAPS, "the evidence is encrypted with an old key",
         "The host's password changed between the two steps, or another realm was named: get fresh tickets.",
         CAUSES(TITLES(F(TARGET_KEY_CHANGED), F(TARGET_OTHER_DOMAIN))), PAIR, RFC "MS-SFU 3.2.5.2"),
    CODE(32, "ticket expired", NO, "a ticket is too old", "Get fresh tickets, and look at the clock.",
         CAUSES(TITLES(F(CLOCK_SKEW), F(NEGATIVE_CACHE))), PAIR, RFC "RFC 4120 3.2.3"),
    CODE(33, "ticket not yet valid", NO, "a ticket is not valid yet", "Look at the clock.",
         CAUSES(TITLES(F(CLOCK_SKEW))), ON_HOST, RFC "RFC 4120 3.2.3"),
    CODE(36, "ticket/authenticator don't match", PERHAPS, "S4U2Self for a service that the asker does not own",
         "The host asked under another name than its own.", CAUSES(TITLES(F(WRONG_OBJECT), F(HOST_SPN_MISSING))), PAIR,
         SFU ".1"),
    CODE(37, "clock skew too great", NO, "the clocks differ by more than five minutes",
         "Every use of Kerberos fails then.", CAUSES(TITLES(F(CLOCK_SKEW))), ON_HOST, RFC "RFC 4120 3.1.3"),
    CODE(41, "message stream modified", PERHAPS, "a signature or a key does not fit",
         "From the target: the ticket is for another account. From the KDC: domain controllers of different patch "
         "levels, or evidence without a PAC.",
         CAUSES(TITLES(F(DUPLICATE_SPN), F(TARGET_KEY_CHANGED), F(MIXED_PATCH_LEVEL), F(TARGET_NO_AUTH_DATA))), PAIR,
         RFC "Microsoft KB4598347"),
    CODE(44, "key version is not available", NO, "a key version that the KDC does not have",
         "Keys changed: get fresh tickets, renew the keytab.", CAUSES(TITLES(F(TARGET_KEY_CHANGED))), PAIR,
         RFC "RFC 4120 3.2.3"),
    CODE(50, "inappropriate type of checksum in message", NO, "a checksum without a key",
         "It is about the patch level of the machines.", CAUSES(TITLES(F(MIXED_PATCH_LEVEL))), PAIR, KILE),
    NORMAL_CODE(52, "response too big for udp", NO, "normal: the answer does not fit into a datagram, TCP follows",
                "It matters only where nothing follows over TCP, or where HTTP says 400: the ticket is too large.",
                CAUSES(TITLES(F(TOKEN_TOO_LARGE))), NOTHING, "RFC 4120 7.2.1; Microsoft Learn, MaxTokenSize"),
    CODE(60, "generic error (see e-text)", PERHAPS, "the KDC met something that it did not expect",
         "A malformed PAC, or domain controllers of different patch levels; see the text beside it.",
         CAUSES(TITLES(F(MIXED_PATCH_LEVEL))), PAIR, RFC "Samba s4u_tests.py"),
    CODE(68, "realm not local to kdc", PERHAPS, "the user belongs to another realm", "The KDC points to that realm.",
         CAUSES(TITLES(F(USER_NOT_FOUND), F(TRUST_SELECTIVE_AUTH))), PAIR, "RFC 6806; MS-SFU 3.2.5.1"),

    STATUS(0xC00000BB, YES, "the host lists no service at all",
           "The request asked for list delegation alone, and the list is empty.",
           CAUSES(TITLES(F(LIST_EMPTY), F(WRONG_OBJECT), F(RBCD_BIT_MISSING))), PAIR, "MS-SFU 3.2.5.2.1"),
    STATUS(0xC0000272, YES, "the host has a list and {service} is not in it",
           "The request asked for list delegation alone; by the specification's text also evidence that is not "
           "forwardable.",
           NOT_LISTED, PAIR, "MS-SFU 3.2.5.2.1"),
    STATUS(0xC0000225, YES, "neither the host's list nor the target's resource-based entries grant it",
           "What a Windows KDC says to current clients, which ask for both kinds.",
           CAUSES(CAUSE("{service} is not listed on the host, or in another form", F(LIST_EMPTY), F(SPN_NOT_LISTED),
                        F(SHORT_OR_FQDN_MISSING), F(HOST_CLASS_ONLY), F(SERVICE_CLASS_MISSING)),
                  RBCD_DENIES, CAUSE("this domain controller does not have the change yet", F(CHANGE_NOT_REPLICATED))),
           PAIR, "MS-SFU 3.2.5.2.3"),
    STATUS(0xC000006E, YES, "it is granted, but the evidence is not forwardable",
           "The list or the target lets the host in; what the host showed for the user may not be passed on.",
           NOT_FORWARDABLE, PAIR, "MS-SFU 3.2.5.1.2, 3.2.5.2"),
    STATUS(0xC000040B, YES, "the target is in another domain than the host",
           "A list ends at the domain; resource-based delegation does not.",
           CAUSES(TITLES(F(TARGET_OTHER_DOMAIN), F(ALIAS_OR_SOFS_NOT_LISTED))), PAIR, "MS-SFU 3.2.5.2.1"),
    STATUS(0xC0000413, NO, "an authentication policy, a silo or selective authentication forbids it",
           "It forbids the user or the host, delegation or not.",
           CAUSES(TITLES(F(USER_AUTH_POLICY), F(TRUST_SELECTIVE_AUTH))), PAIR,
           "MS-KILE 3.3.5.7; Samba authn_policy_tests.py"),
    STATUS(0xC0000371, NO, "a read-only domain controller has not cached the target's key",
           "Ask a writable domain controller.", CAUSES(TITLES(F(RODC_TGT))), PAIR, "MS-KILE 3.3.5.7.7"),
    STATUS(0xC0000072, NO, "the account is disabled", "It is about the account, not about delegation.",
           CAUSES(TITLES(F(HOST_ACCOUNT_UNUSABLE), F(USER_ACCOUNT_UNUSABLE), F(TARGET_DISABLED))), PAIR,
           "MS-KILE 3.3.5.6"),
    STATUS(0xC000009A, NO, "the PAC of the ticket is malformed", "It is no policy: get fresh tickets, patch all DCs.",
           CAUSES(TITLES(F(MIXED_PATCH_LEVEL))), PAIR, "Samba s4u_tests.py"),
    STATUS(0xC000006A, NO, "a signature of the ticket's PAC is wrong, or a password is",
           "It is no policy: get fresh tickets, patch all DCs.",
           CAUSES(TITLES(F(MIXED_PATCH_LEVEL), F(HOST_ACCOUNT_UNUSABLE))), PAIR, "Samba s4u_tests.py; MS-ERREF 2.3.1"),
    STATUS(0xC000006D, NO, "a signature of the ticket's PAC is wrong, or a logon failed",
           "It is no policy: get fresh tickets, patch all DCs.",
           CAUSES(TITLES(F(MIXED_PATCH_LEVEL), F(HOST_ACCOUNT_UNUSABLE))), PAIR, "Samba s4u_tests.py; MS-ERREF 2.3.1"),

    E_TEXT("EVIDENCE_TKT_NOT_FORWARDABLE", "evidence_tkt_not_forwardable", YES, "the evidence is not forwardable",
           "An MIT KDC says why: what the host showed for the user may not be passed on.", NOT_FORWARDABLE, PAIR),
    E_TEXT("NOT_ALLOWED_TO_DELEGATE", "not_allowed_to_delegate", YES, "neither the list nor the target grants it",
           "An MIT KDC says why; with code 12 the target is the KDC's own service.", NOT_LISTED, PAIR),
    E_TEXT("UNSUPPORTED_S4U2PROXY_REQUEST", "unsupported_s4u2proxy_request", YES,
           "this KDC's database has no rules for delegation, or not across domains",
           "An MIT KDC with its own database refuses all S4U2Proxy.", CAUSES(TITLES(F(TARGET_OTHER_DOMAIN))), PAIR),
    E_TEXT("NO_2ND_TKT, EVIDENCE_TICKET_MISMATCH",
           "no_2nd_tkt|evidence_ticket_mismatch|xrealm_evidence_ticket_mismatch", PERHAPS,
           "the evidence is missing, or not a ticket to this host", "The client sent the wrong ticket along.",
           CAUSES(TITLES(F(WRONG_OBJECT), F(HOST_SPN_MISSING))), PAIR),
    E_TEXT("S4U2PROXY_NO_HEADER_PAC and others",
           "s4u2proxy_no_header_pac|s4u2proxy_header_pac|s4u2proxy_no_stkt_pac|s4u2proxy_local_stkt_pac|"
           "s4u2proxy_cross_stkt_pac|rbcd_pac_princ",
           PERHAPS, "the PAC of the host's ticket or of the evidence is missing or wrong",
           "Get fresh tickets; look at the patch level of the domain controllers.", NO_PAC, PAIR),
    E_TEXT("S4U2Self is refused",
           "invalid_s4u2self_request_server_mismatch|invalid_s4u2self_request|s4u2self_client_not_ours|"
           "unknown_s4u2self_principal|s4u2self_no_pac|invalid_s4u2self_checksum",
           PERHAPS, "the first step failed: a wrong service, a user of another realm or unknown, no PAC",
           "No evidence, so nothing to delegate.",
           CAUSES(TITLES(F(USER_NOT_FOUND), F(WRONG_OBJECT), F(TARGET_NO_AUTH_DATA))), PAIR),

    {EVENT(4769), .words = "a kerberos service ticket was requested", .role = KCD_ROLE_WRAPPER,
     .delegation = KCD_DELEGATION_UNTOLD, .means = "a domain controller logged a request for a service ticket",
     .tell = "Failure code 0xD is KDC_ERR_BADOPTION, and the account is the host (logged with KdcExtraLogLevel 0x10). "
             "Code 0x0 with the host under Transited Services is a delegation that worked.",
     .causes = NULL, .next = KCD_NEXT_INNER, .source = "Microsoft Learn, event 4769; Microsoft KB837361"},
    {WORDS("event 4769, failure code 0x0"), .words = "failure code: 0x0", .role = KCD_ROLE_EXACT,
     .delegation = KCD_DELEGATION_YES, .means = "the KDC gave the ticket",
     .tell = "With the host under Transited Services it is a delegation that worked; where account, client and service "
             "are the same it is S4U2Self, the first step.",
     .causes = CAUSES(CAUSE("the delegation is right: what still fails is on the target", F(SHARE_PERMISSION_OF_HOST))),
     .next = KCD_NEXT_PAIR, .source = "Microsoft Learn, event 4769"},
    {EVENT(25), .role = KCD_ROLE_EXACT, .delegation = KCD_DELEGATION_YES,
     .means = "KDC event: the host may not read the user's groups (logged with KdcExtraLogLevel 0x8)",
     .tell = "S4U2Self ends with KDC_ERR_C_PRINCIPAL_UNKNOWN (6) then.",
     .causes = CAUSES(TITLES(F(HOST_CANNOT_READ_USER_GROUPS))), .next = KCD_NEXT_PAIR,
     .source = "Microsoft KB2009157, KB837361"},
    {EVENT(11), .words = "there are multiple accounts with name", .role = KCD_ROLE_EXACT,
     .delegation = KCD_DELEGATION_NO, .means = "KDC event: an SPN is held by more than one account",
     .tell = "It is about the name: setspn -X finds both.", .causes = CAUSES(TITLES(F(DUPLICATE_SPN))),
     .next = KCD_NEXT_PAIR, .source = "Microsoft Learn, KDC_ERR_PRINCIPAL_NOT_UNIQUE"},
    ETYPE_EVENT(14),
    ETYPE_EVENT(16),
    ETYPE_EVENT(27),
    ETYPE_EVENT(201),
    ETYPE_EVENT(202),
    ETYPE_EVENT(203),
    ETYPE_EVENT(204),
    ETYPE_EVENT(205),
    ETYPE_EVENT(206),
    ETYPE_EVENT(207),
    ETYPE_EVENT(208),
    ETYPE_EVENT(209),
    SAMBA_LOG("Samba: Missing forwardable flag on ticket", "missing forwardable flag on ticket",
              "the evidence is not forwardable", "The log of a Samba KDC (kerberos:4) tells what its answer does not.",
              NOT_FORWARDABLE),
    SAMBA_LOG("Samba: constrained delegation not allowed",
              "constrained delegation from|s4u2proxy disallowed|not allowed for constrained delegation",
              "the list does not grant it", "The log of a Samba KDC tells what its answer does not.", NOT_LISTED),
    SAMBA_LOG("Samba: Server not found in database: Microsoft\\ Virtual\\ ...",
              "server not found in database: microsoft\\ virtual",
              "Samba's KDC escapes the blanks of the name and does not find it",
              "A limit of Samba's KDC, not a fault of the hosts.", CAUSES(TITLES(F(SPN_WITH_BLANK_ON_SAMBA)))),
    {WORDS("Java: S4U2self ticket must be FORWARDABLE"), .words = "s4u2self ticket must be forwardable",
     .role = KCD_ROLE_REASON, .delegation = KCD_DELEGATION_YES,
     .means = "Java looked at the evidence itself: it is not forwardable",
     .tell = "No KDC was asked for the second step.", .causes = NOT_FORWARDABLE, .next = KCD_NEXT_PAIR,
     .source = "OpenJDK sun.security.krb5 Credentials; MS-SFU 3.2.5.1.2"},
};

const struct kcd_symptom_part kcd_symptoms_kdc = {rows, sizeof rows / sizeof rows[0]};
