/* rules.c - what a KDC answers: the table, and nothing else.
 *
 * One row is one rule. Within a step and a column the first row decides that matches and has a cell. Columns:
 *
 *   W     Windows, all updates            S17   Samba 4.17 and 4.18, Heimdal
 *   W-old Windows before March 2021       S19   Samba 4.19 and newer, Heimdal
 *   W08   Windows 2008 R2 and older       SMIT  Samba with MIT krb5
 *
 * Cells:
 *
 *   FWD, TKT       a ticket that is forwardable, one that is not
 *   ERR(7)         KRB-ERROR with this error-code (RFC 4120 7.5.9); ERR(-1): the client rejects the KDC's ticket
 *   NOT_SUPPORTED, NO_MATCH, NOT_FOUND, RESTRICTION, CROSSREALM
 *                  ERR(13) with STATUS_NOT_SUPPORTED, STATUS_NO_MATCH, STATUS_NOT_FOUND, STATUS_ACCOUNT_RESTRICTION or
 *                  STATUS_CROSSREALM_DELEGATION_FAILURE in its e-data (MS-ERREF 2.3)
 *   DISABLED, EXPIRED, MUST_CHANGE
 *                  ERR(18), ERR(18), ERR(23) with STATUS_ACCOUNT_DISABLED, _ACCOUNT_EXPIRED, _PASSWORD_MUST_CHANGE
 *   GO_ON          this KDC does not know the rule
 *   M_...          maybe: inferred, not observed and in no specification, so the prediction is not certain
 *
 * 1 NAME_EXP, 6 C_PRINCIPAL_UNKNOWN, 7 S_PRINCIPAL_UNKNOWN, 12 POLICY, 13 BADOPTION, 14 ETYPE_NOSUPP,
 * 18 CLIENT_REVOKED, 19 SERVICE_REVOKED, 23 KEY_EXP. s4u_tests.py is Samba's python/samba/tests/krb5/s4u_tests.py.
 * docs/KDC-RULES.md shows the same table, and a test compares the two.
 */
#include <kcdfix/predict.h>

#define CELL(...)                                                                                                      \
  {                                                                                                                    \
    __VA_ARGS__                                                                                                        \
  }
#define GO_ON CELL(KCD_CELL_NONE, 0, 0, false)
#define FWD CELL(KCD_CELL_TICKET_FORWARDABLE, 0, 0, false)
#define TKT CELL(KCD_CELL_TICKET, 0, 0, false)
#define ERR(code) CELL(KCD_CELL_ERROR, code, 0, false)
#define M_GO_ON CELL(KCD_CELL_NONE, 0, 0, true)
#define M_TKT CELL(KCD_CELL_TICKET, 0, 0, true)
#define M_ERR(code) CELL(KCD_CELL_ERROR, code, 0, true)

#define NOT_SUPPORTED CELL(KCD_CELL_ERROR, 13, 0xC00000BB, false)
#define NO_MATCH CELL(KCD_CELL_ERROR, 13, 0xC0000272, false)
#define NOT_FOUND CELL(KCD_CELL_ERROR, 13, 0xC0000225, false)
#define M_NOT_FOUND CELL(KCD_CELL_ERROR, 13, 0xC0000225, true)
#define RESTRICTION CELL(KCD_CELL_ERROR, 13, 0xC000006E, false)
#define CROSSREALM CELL(KCD_CELL_ERROR, 13, 0xC000040B, false)
#define DISABLED CELL(KCD_CELL_ERROR, 18, 0xC0000072, false)
#define EXPIRED CELL(KCD_CELL_ERROR, 18, 0xC0000193, false)
#define MUST_CHANGE CELL(KCD_CELL_ERROR, 23, 0xC0000224, false)

#define C(condition) KCD_BIT(KCD_C_##condition)
#define NOTHING 0

#define AS KCD_STEP_AS
#define SELF KCD_STEP_S4U2SELF
#define USER KCD_STEP_USER_TICKET
#define PROXY KCD_STEP_S4U2PROXY

/* The rows are set by hand, so that the columns stand below each other. */
/* clang-format off */
const struct kcd_rule kcd_rules[] = {

  /* ---- The host asks for its TGT. Row by row: an account that may not log on, then the FORWARDABLE flag. ---- */
  /* W              W-old          W08            S17            S19            SMIT */
  {"A1", "host disabled",
   "observed on Samba 4.17 and 4.22",
   AS, C(HOST_DISABLED), NOTHING,
   {M_ERR(18),     M_ERR(18),     M_ERR(18),     DISABLED,      DISABLED,      M_ERR(18)}},
  {"A1a", "host locked",
   "observed on Samba 4.17",
   AS, C(HOST_LOCKED), NOTHING,
   {M_ERR(18),     M_ERR(18),     M_ERR(18),     ERR(18),       ERR(18),       M_ERR(18)}},
  {"A1b", "host expired",
   "observed on Samba 4.17",
   AS, C(HOST_EXPIRED), NOTHING,
   {M_ERR(18),     M_ERR(18),     M_ERR(18),     EXPIRED,       EXPIRED,       M_ERR(1)}},
  {"A1c", "host's password expired or to be changed",
   "observed on Samba 4.17",
   AS, C(HOST_MUST_CHANGE), NOTHING,
   {M_ERR(23),     M_ERR(23),     M_ERR(23),     MUST_CHANGE,   MUST_CHANGE,   M_ERR(23)}},
  {"A2", "host uses DES keys only",
   "observed on Samba 4.17 and 4.22",
   AS, C(HOST_DES_ONLY), NOTHING,
   {M_ERR(14),     M_ERR(14),     M_ERR(14),     ERR(14),       ERR(14),       M_ERR(14)}},
  {"A3", "host is sensitive",
   "MS-KILE 3.3.5.1; observed on Samba 4.17 and 4.22",
   AS, C(HOST_SENSITIVE), NOTHING,
   {TKT,           TKT,           TKT,           TKT,           TKT,           TKT}},
  {"A4", "host in Protected Users",
   "MS-KILE 3.3.5.1; observed on Samba 4.17; Samba db-glue.c samba_kdc_message2entry",
   AS, C(HOST_PROTECTED), NOTHING,
   {TKT,           TKT,           GO_ON,         TKT,           TKT,           TKT}},
  {"A5", "krbtgt is sensitive",
   "reports of Windows administrators; no effect observed on Samba 4.17 and 4.22",
   AS, C(TGT_NOT_FORWARDABLE), NOTHING,
   {M_TKT,         M_TKT,         M_TKT,         GO_ON,         GO_ON,         M_GO_ON}},
  {"A6", "otherwise",
   "MS-KILE 3.3.5.6; observed on Samba 4.17 and 4.22",
   AS, NOTHING, NOTHING,
   {FWD,           FWD,           FWD,           FWD,           FWD,           FWD}},

  /* ---- S4U2Self: the host asks for a ticket of the user to itself. ---- */
  /* W              W-old          W08            S17            S19            SMIT */
  {"B1", "host is a user account without SPN",
   "MS-KILE 3.3.5.1.1; observed on Samba 4.17 and 4.22",
   SELF, NOTHING, C(HOST_HAS_SPN) | C(HOST_COMPUTER),
   {M_ERR(7),      M_ERR(7),      M_ERR(7),      ERR(7),        ERR(7),        ERR(7)}},
  {"B1a", "host is a computer without SPN",
   "MS-KILE 3.3.5.1.1; no effect observed on Samba 4.17",
   SELF, C(HOST_COMPUTER), C(HOST_HAS_SPN),
   {M_ERR(7),      M_ERR(7),      M_ERR(7),      GO_ON,         GO_ON,         GO_ON}},
  {"B3", "host has no encryption type in use",
   "observed on Samba 4.17 and 4.22",
   SELF, C(HOST_NO_ETYPE), NOTHING,
   {M_ERR(14),     M_ERR(14),     M_ERR(14),     ERR(14),       ERR(14),       M_ERR(14)}},
  {"C1", "user unknown",
   "MS-SFU 3.2.5.1.2; observed on Samba 4.17 and 4.22",
   SELF, C(USER_UNKNOWN), NOTHING,
   {ERR(6),        ERR(6),        ERR(6),        ERR(6),        ERR(6),        ERR(6)}},
  {"C2", "user of another realm",
   "MIT krb5 kdc_util.c kdc_process_s4u2self_req; observed on Samba 4.17 and 4.22",
   SELF, C(USER_FOREIGN), NOTHING,
   {M_ERR(12),     M_ERR(12),     M_ERR(12),     ERR(6),        ERR(6),        ERR(12)}},
  /* C5 before C4 before C6: the order in which Heimdal's kdc_check_flags asks */
  {"C5", "user locked",
   "observed on Samba 4.17 and 4.22",
   SELF, C(USER_LOCKED), NOTHING,
   {M_ERR(18),     M_ERR(18),     M_ERR(18),     ERR(18),       ERR(18),       M_ERR(18)}},
  {"C4", "user disabled",
   "observed on Samba 4.17 and 4.22",
   SELF, C(USER_DISABLED), NOTHING,
   {M_ERR(18),     M_ERR(18),     M_ERR(18),     ERR(12),       ERR(12),       M_ERR(18)}},
  {"C6", "user expired",
   "observed on Samba 4.17 and 4.22",
   SELF, C(USER_EXPIRED), NOTHING,
   {M_ERR(18),     M_ERR(18),     M_ERR(18),     ERR(1),        ERR(1),        M_ERR(1)}},
  {"C7", "user must change the password",
   "ignored: observed on Samba 4.17 and 4.22; MIT krb5 tests/gssapi/t_s4u.py",
   SELF, C(USER_MUST_CHANGE), NOTHING,
   {M_GO_ON,       M_GO_ON,       M_GO_ON,       GO_ON,         GO_ON,         GO_ON}},
  {"D1", "host's TGT is not forwardable",
   "RFC 4120 2.6; s4u_tests.py s4u2self_not_forwardable; observed on Samba 4.17 and 4.22",
   SELF, C(TGT_NOT_FORWARDABLE), NOTHING,
   {TKT,           TKT,           TKT,           TKT,           TKT,           TKT}},
  {"E1", "user is sensitive",
   "MS-SFU 3.2.5.1.2; s4u_tests.py s4u2self_client_not_delegated; observed on Samba 4.17 and 4.22",
   SELF, C(USER_SENSITIVE), NOTHING,
   {TKT,           TKT,           TKT,           TKT,           TKT,           TKT}},
  {"E2", "user in Protected Users",
   "MS-KILE 3.3.5.1; ignored on Samba with Heimdal: observed on 4.17 and 4.22",
   SELF, C(USER_PROTECTED), NOTHING,
   {TKT,           TKT,           GO_ON,         GO_ON,         GO_ON,         TKT}},
  {"E3", "protocol transition on",
   "MS-SFU 3.2.5.1.2; s4u_tests.py s4u2self_trusted_*; observed on Samba 4.17 and 4.22",
   SELF, C(HOST_TRANSITION), NOTHING,
   {FWD,           FWD,           FWD,           FWD,           FWD,           FWD}},
  {"E4", "protocol transition off, list empty",
   "s4u_tests.py s4u2self_not_trusted_empty_allowed; observed on Samba 4.17 and 4.22",
   SELF, NOTHING, C(HOST_TRANSITION) | C(LIST_NONEMPTY),
   {FWD,           M_TKT,         M_TKT,         TKT,           TKT,           FWD}},
  {"E5", "protocol transition off, list not empty",
   "MS-SFU 3.2.5.1.2; s4u_tests.py s4u2self_not_trusted_nonempty_allowed; observed on Samba 4.17 and 4.22",
   SELF, C(LIST_NONEMPTY), C(HOST_TRANSITION),
   {TKT,           TKT,           TKT,           TKT,           TKT,           TKT}},

  /* ---- The user's own ticket to the host, the evidence of 2012 R2: is it forwardable? ---- */
  /* W              W-old          W08            S17            S19            SMIT */
  {"P24e", "host has no encryption type in use",
   "as B3",
   USER, C(HOST_NO_ETYPE), NOTHING,
   {M_ERR(14),     M_ERR(14),     M_ERR(14),     ERR(14),       ERR(14),       M_ERR(14)}},
  {"P25", "user is sensitive",
   "MS-KILE 3.3.5.1; observed on Samba 4.17 and 4.22",
   USER, C(USER_SENSITIVE), NOTHING,
   {TKT,           TKT,           TKT,           TKT,           TKT,           TKT}},
  {"P25a", "user in Protected Users",
   "MS-KILE 3.3.5.1; observed on Samba 4.17; Samba db-glue.c samba_kdc_message2entry",
   USER, C(USER_PROTECTED), NOTHING,
   {TKT,           TKT,           GO_ON,         TKT,           TKT,           TKT}},
  {"P25b", "krbtgt is sensitive",
   "as A5",
   USER, C(TGT_NOT_FORWARDABLE), NOTHING,
   {M_TKT,         M_TKT,         M_TKT,         GO_ON,         GO_ON,         M_GO_ON}},
  {"P25c", "host is sensitive",
   "observed on Samba 4.17; Samba testprogs/blackbox/test_s4u_heimdal.sh",
   USER, C(HOST_SENSITIVE), NOTHING,
   {M_TKT,         M_TKT,         M_TKT,         TKT,           TKT,           M_TKT}},
  {"P23", "otherwise",
   "MS-SFU 3.2.5.2; observed on Samba 4.17 and 4.22",
   USER, NOTHING, NOTHING,
   {FWD,           FWD,           FWD,           FWD,           FWD,           FWD}},

  /* ---- S4U2Proxy. First the target, then the right to delegate, then the user, then the flags of the ticket. ---- */
  /* W              W-old          W08            S17            S19            SMIT */
  {"P1a", "SPN unknown, but a computer bears its host's name",
   "Samba cracknames.c DsCrackNameOneName; observed on Samba 4.17 and 4.22",
   PROXY, C(SPN_UNKNOWN) | C(SPN_BY_NAME), NOTHING,
   {M_ERR(7),      M_ERR(7),      M_ERR(7),      GO_ON,         GO_ON,         GO_ON}},
  {"P1", "SPN unknown",
   "MS-KILE 3.3.5.1.1; observed on Samba 4.17 and 4.22",
   PROXY, C(SPN_UNKNOWN), C(SPN_BY_NAME),
   {ERR(7),        ERR(7),        ERR(7),        ERR(7),        ERR(7),        ERR(7)}},
  {"P1b", "the search for the SPN finds two accounts",
   "Microsoft: 7 or 8; Samba cracknames.c DsCrackNameOneFilter; observed on Samba 4.17",
   PROXY, C(SPN_DUPLICATE), NOTHING,
   {M_ERR(7),      M_ERR(7),      M_ERR(7),      ERR(7),        ERR(7),        M_ERR(7)}},
  {"P1s", "blank in the SPN, escaped form not registered",
   "Heimdal lib/krb5/principal.c; observed on Samba 4.17 and 4.22",
   PROXY, C(SPN_BLANK), NOTHING,
   {GO_ON,         GO_ON,         GO_ON,         ERR(7),        ERR(7),        M_GO_ON}},
  {"P18", "target disabled",
   "no effect observed on Samba 4.17 and 4.22",
   PROXY, C(TARGET_DISABLED), NOTHING,
   {M_ERR(7),      M_ERR(7),      M_ERR(7),      GO_ON,         GO_ON,         M_GO_ON}},
  {"P2", "target has no keys",
   "observed on Samba 4.17",
   PROXY, C(TARGET_NO_KEYS), NOTHING,
   {M_ERR(14),     M_ERR(14),     M_ERR(14),     ERR(14),       ERR(14),       M_ERR(14)}},
  {"P2e", "target has no encryption type in use",
   "observed on Samba 4.17 and 4.22",
   PROXY, C(TARGET_NO_ETYPE), NOTHING,
   {M_ERR(14),     M_ERR(14),     M_ERR(14),     ERR(14),       ERR(14),       M_ERR(14)}},
  {"P1t", "blank in the SPN, escaped form registered, not listed",
   "Heimdal lib/krb5/principal.c; observed on Samba 4.17 and 4.22",
   PROXY, C(SPN_BLANK_UNLISTED), C(RBCD_GRANTS),
   {GO_ON,         GO_ON,         GO_ON,         ERR(13),       ERR(13),       M_GO_ON}},
  {"P5a", "target is krbtgt, listed, evidence forwardable",
   "the client refuses the ticket: observed on Samba 4.17 and 4.22",
   PROXY, C(TARGET_KRBTGT) | C(SPN_LISTED) | C(EVIDENCE_FORWARDABLE), NOTHING,
   {GO_ON,         GO_ON,         GO_ON,         ERR(-1),       ERR(-1),       GO_ON}},
  {"P5", "target is krbtgt, evidence forwardable",
   "MIT krb5 tgs_policy.c check_tgs_s4u2proxy",
   PROXY, C(TARGET_KRBTGT) | C(EVIDENCE_FORWARDABLE), NOTHING,
   {M_ERR(13),     M_ERR(13),     M_ERR(13),     GO_ON,         GO_ON,         ERR(12)}},
  {"P20", "target in another domain",
   "MS-SFU 3.2.5.2.1, 3.2.5.2.3; Samba mssfu.c check_constrained_delegation",
   PROXY, C(TARGET_OTHER_DOMAIN), NOTHING,
   {GO_ON,         GO_ON,         CROSSREALM,    ERR(13),       ERR(13),       M_GO_ON}},
  {"P20a", "target in another domain, its descriptor is not known to grant",
   "MS-SFU 3.2.5.2.3",
   PROXY, C(TARGET_OTHER_DOMAIN), C(RBCD_GRANTS),
   {M_NOT_FOUND,   M_NOT_FOUND,   GO_ON,         GO_ON,         GO_ON,         M_ERR(13)}},
  {"P7", "listed, evidence not forwardable",
   "s4u_tests.py constrained_delegation_non_forwardable; observed on Samba 4.17 and 4.22",
   PROXY, C(SPN_LISTED), C(EVIDENCE_FORWARDABLE),
   {RESTRICTION,   RESTRICTION,   RESTRICTION,   ERR(13),       ERR(13),       ERR(13)}},
  {"P8", "list empty, no RBCD bit",
   "MS-SFU 3.2.5.2.1; s4u_tests.py constrained_delegation_not_allowed, rbcd_no_pac_options_a; observed on Samba 4.22",
   PROXY, C(NO_RBCD_BIT), C(SPN_LISTED) | C(LIST_NONEMPTY),
   {NOT_SUPPORTED, NOT_SUPPORTED, NOT_SUPPORTED, ERR(13),       ERR(13),       ERR(13)}},
  {"P9", "not listed, no RBCD bit",
   "MS-SFU 3.2.5.2.1; s4u_tests.py rbcd_no_pac_options_b; observed on Samba 4.17 and 4.22",
   PROXY, C(NO_RBCD_BIT) | C(LIST_NONEMPTY), C(SPN_LISTED),
   {NO_MATCH,      NO_MATCH,      NO_MATCH,      ERR(13),       ERR(13),       ERR(13)}},
  {"P10", "not listed, target's descriptor does not grant",
   "MS-SFU 3.2.5.2.3; s4u_tests.py rbcd_not_allowed; observed on Samba 4.17 and 4.22",
   PROXY, NOTHING, C(SPN_LISTED) | C(RBCD_GRANTS),
   {NOT_FOUND,     NOT_FOUND,     GO_ON,         ERR(13),       ERR(13),       ERR(13)}},
  {"P10a", "as P10, list empty, a KDC that does not know the RBCD bit",
   "MS-SFU 3.2.5.2.1, 3.1.5.2.3",
   PROXY, NOTHING, C(SPN_LISTED) | C(RBCD_GRANTS) | C(LIST_NONEMPTY),
   {GO_ON,         GO_ON,         NOT_SUPPORTED, GO_ON,         GO_ON,         GO_ON}},
  {"P10b", "as P10, list not empty, a KDC that does not know the RBCD bit",
   "MS-SFU 3.2.5.2.1, 3.1.5.2.3",
   PROXY, C(LIST_NONEMPTY), C(SPN_LISTED) | C(RBCD_GRANTS),
   {GO_ON,         GO_ON,         NO_MATCH,      GO_ON,         GO_ON,         GO_ON}},
  {"P11a", "not listed, target's descriptor grants, a KDC without RBCD",
   "Samba 4.17 WHATSNEW; observed on Samba 4.17; KB2665790",
   PROXY, C(RBCD_GRANTS), C(SPN_LISTED),
   {GO_ON,         GO_ON,         M_ERR(13),     ERR(13),       GO_ON,         GO_ON}},
  {"P12a", "as P12, and the user is sensitive",
   "KB4577252",
   PROXY, C(RBCD_GRANTS) | C(USER_SENSITIVE), C(SPN_LISTED) | C(EVIDENCE_FORWARDABLE),
   {GO_ON,         RESTRICTION,   GO_ON,         GO_ON,         GO_ON,         GO_ON}},
  {"P12", "not listed, target's descriptor grants, evidence not forwardable",
   "MS-SFU 3.2.5.2.3; s4u_tests.py rbcd_non_forwardable; observed on Samba 4.22",
   PROXY, C(RBCD_GRANTS), C(SPN_LISTED) | C(EVIDENCE_FORWARDABLE),
   {RESTRICTION,   GO_ON,         GO_ON,         GO_ON,         ERR(13),       ERR(13)}},

  /* From here on the right is there: what is left is the state of the user and of the target. */
  {"P4", "target takes tickets without authorization data",
   "s4u_tests.py constrained_delegation_no_auth_data_required; observed on Samba 4.17, no effect on 4.22",
   PROXY, C(TARGET_NO_AUTH_DATA), NOTHING,
   {GO_ON,         GO_ON,         GO_ON,         ERR(13),       GO_ON,         GO_ON}},
  {"P15a", "user locked after the evidence was issued",
   "observed on Samba 4.17",
   PROXY, C(USER_LOCKED), NOTHING,
   {M_ERR(18),     M_ERR(18),     M_ERR(18),     ERR(18),       ERR(18),       M_ERR(18)}},
  {"P15", "user disabled after the evidence was issued",
   "observed on Samba 4.17 and 4.22",
   PROXY, C(USER_DISABLED), NOTHING,
   {M_ERR(18),     M_ERR(18),     M_ERR(18),     ERR(12),       ERR(12),       M_ERR(18)}},
  {"P15b", "user expired after the evidence was issued",
   "observed on Samba 4.17",
   PROXY, C(USER_EXPIRED), NOTHING,
   {M_ERR(18),     M_ERR(18),     M_ERR(18),     ERR(1),        ERR(1),        M_ERR(1)}},
  {"P16", "user must change the password",
   "observed on Samba 4.17 and 4.22",
   PROXY, C(USER_MUST_CHANGE), NOTHING,
   {M_GO_ON,       M_GO_ON,       M_GO_ON,       ERR(23),       ERR(23),       M_GO_ON}},
  {"P18a", "target locked",
   "Heimdal kdc/kerberos5.c kdc_check_flags; observed on Samba 4.17",
   PROXY, C(TARGET_LOCKED), NOTHING,
   {M_GO_ON,       M_GO_ON,       M_GO_ON,       ERR(19),       ERR(19),       M_GO_ON}},
  {"P19", "target is sensitive",
   "observed on Samba 4.17 and 4.22",
   PROXY, C(TARGET_SENSITIVE), NOTHING,
   {M_TKT,         M_TKT,         M_TKT,         TKT,           TKT,           M_TKT}},
  {"P19a", "host's TGT is not forwardable",
   "RFC 4120 2.6; observed on Samba 4.17",
   PROXY, C(TGT_NOT_FORWARDABLE), NOTHING,
   {TKT,           TKT,           TKT,           TKT,           TKT,           TKT}},
  {"P12b", "as P12, a KDC without the check of KB4577252",
   "KB4577252; MS-SFU 3.2.5.2.3",
   PROXY, C(RBCD_GRANTS), C(SPN_LISTED) | C(EVIDENCE_FORWARDABLE),
   {GO_ON,         TKT,           GO_ON,         GO_ON,         GO_ON,         GO_ON}},
  {"P6", "listed, evidence forwardable",
   "MS-SFU 3.2.5.2.1; s4u_tests.py constrained_delegation; observed on Samba 4.17 and 4.22",
   PROXY, C(SPN_LISTED) | C(EVIDENCE_FORWARDABLE), NOTHING,
   {FWD,           FWD,           FWD,           FWD,           FWD,           FWD}},
  {"P11", "not listed, target's descriptor grants, evidence forwardable",
   "MS-SFU 3.2.5.2.3; s4u_tests.py rbcd; observed on Samba 4.22",
   PROXY, C(RBCD_GRANTS) | C(EVIDENCE_FORWARDABLE), C(SPN_LISTED),
   {FWD,           FWD,           GO_ON,         GO_ON,         FWD,           FWD}},
};
/* clang-format on */

const size_t kcd_n_rules = sizeof kcd_rules / sizeof kcd_rules[0];
