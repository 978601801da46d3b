/* expected_samba_tests.c - Samba's python/samba/tests/krb5/s4u_tests.py and authn_policy_tests.py, which are written
 * against Windows, and where Samba itself is known to deviate (its lists of known failures, and observation).
 *
 * Their set-up: the host and the target are computers with an SPN, and the evidence is the user's own forwardable
 * ticket where the test is not about S4U2Self.
 */
#include "expectations.h"

#define HOST (B(HOST_HAS_SPN) | B(HOST_COMPUTER))
#define OTHER B(LIST_NONEMPTY)

/* The same everywhere; or Windows first, then Samba 4.17, 4.19 and MIT. */
#define SAME(cell)                                                                                                     \
  {                                                                                                                    \
    cell, NULL, NULL, cell, cell, cell                                                                                 \
  }
#define DIFFERS(windows, samba_417, samba_419, samba_mit)                                                              \
  {                                                                                                                    \
    windows, NULL, NULL, samba_417, samba_419, samba_mit                                                               \
  }
/* Samba's KDCs give no NTSTATUS for these. */
#define SILENT(windows) DIFFERS(windows, "13", "13", "13")

static const struct expectation rows[] = {
    {"s4u2self_forwardable", NULL, OF_S4U2SELF, HOST, 0, DIFFERS("fwd", "plain", "plain", "fwd")},
    {"s4u2self_not_forwardable", NULL, OF_S4U2SELF, HOST | B(HOST_SENSITIVE), 0, SAME("plain")},
    {"s4u2self_without_forwardable", NULL, OF_S4U2SELF, HOST | B(HOST_SENSITIVE) | B(HOST_TRANSITION), 0,
     SAME("plain")},
    {"s4u2self_client_not_delegated", NULL, OF_S4U2SELF, HOST | B(USER_SENSITIVE), 0, SAME("plain")},
    {"s4u2self_not_trusted_empty_allowed", NULL, OF_S4U2SELF, HOST, 0, DIFFERS("fwd", "plain", "plain", "fwd")},
    {"s4u2self_not_trusted_nonempty_allowed", NULL, OF_S4U2SELF, HOST | OTHER, 0, SAME("plain")},
    {"s4u2self_trusted_empty_allowed", NULL, OF_S4U2SELF, HOST | B(HOST_TRANSITION), 0, SAME("fwd")},
    {"s4u2self_trusted_nonempty_allowed", NULL, OF_S4U2SELF, HOST | OTHER | B(HOST_TRANSITION), 0, SAME("fwd")},
    {"constrained_delegation", NULL, OF_USER_TICKET, HOST | LISTED | B(NO_RBCD_BIT), 0, SAME("fwd")},
    {"constrained_delegation_service_asserted_identity", NULL, OF_S4U2PROXY, HOST | LISTED | B(HOST_TRANSITION), 0,
     SAME("fwd")},
    {"constrained_delegation_not_allowed", NULL, OF_USER_TICKET, HOST | B(NO_RBCD_BIT), 0, SILENT("13 NOT_SUPPORTED")},
    {"constrained_delegation_non_forwardable", NULL, OF_USER_TICKET, HOST | LISTED | B(USER_SENSITIVE), B(NO_RBCD_BIT),
     SILENT("13 RESTRICTION")},
    {"constrained_delegation_pac_options_rbcd", NULL, OF_USER_TICKET, HOST | LISTED, 0, SAME("fwd")},
    {"rbcd", NULL, OF_USER_TICKET, HOST | B(RBCD_GRANTS), 0, DIFFERS("fwd", "13", "fwd", "fwd")},
    {"rbcd_not_allowed", NULL, OF_USER_TICKET, HOST, 0, SILENT("13 NOT_FOUND")},
    {"rbcd_non_forwardable", NULL, OF_USER_TICKET, HOST | B(RBCD_GRANTS) | B(USER_SENSITIVE), 0,
     SILENT("13 RESTRICTION")},
    {"rbcd_no_pac_options_a", NULL, OF_USER_TICKET, HOST | B(RBCD_GRANTS) | B(NO_RBCD_BIT), 0,
     SILENT("13 NOT_SUPPORTED")},
    {"rbcd_no_pac_options_b", NULL, OF_USER_TICKET, HOST | B(RBCD_GRANTS) | B(NO_RBCD_BIT) | OTHER, 0,
     SILENT("13 NO_MATCH")},
    /* The target is the host itself: no right without an entry or a descriptor. */
    {"not_allowed_constrained_delegation_to_self", NULL, OF_USER_TICKET, HOST | B(NO_RBCD_BIT), 0,
     SILENT("13 NOT_SUPPORTED")},
    {"not_allowed_rbcd_to_self", NULL, OF_USER_TICKET, HOST, 0, SILENT("13 NOT_FOUND")},
};

const struct expectation_table expected_samba_tests = {"Samba's tests", rows, sizeof rows / sizeof rows[0]};
