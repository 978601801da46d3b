/* expectations.h - what a KDC is expected to answer, written from the specifications, from Samba's tests and from
 * observation, and not from the rule table. Used to test the table, and to test that the tests notice every change of
 * it.
 */
#ifndef EXPECTATIONS_H
#define EXPECTATIONS_H

#include <kcdfix/predict.h>

#define B(condition) KCD_BIT(KCD_C_##condition)
#define EVERY (KCD_BIT(KCD_C_COUNT) - 1)
#define HOST_FAILS (B(HOST_DISABLED) | B(HOST_LOCKED) | B(HOST_EXPIRED) | B(HOST_MUST_CHANGE))
#define HOST_ENCTYPE (B(HOST_DES_ONLY) | B(HOST_NO_ETYPE))
#define NO_FORWARD (B(HOST_SENSITIVE) | B(HOST_PROTECTED) | B(TGT_NOT_FORWARDABLE))
#define USER_GONE (B(USER_UNKNOWN) | B(USER_FOREIGN))
#define USER_STATE (B(USER_LOCKED) | B(USER_DISABLED) | B(USER_EXPIRED) | B(USER_MUST_CHANGE))
#define USER_FLAGS (B(USER_SENSITIVE) | B(USER_PROTECTED))
#define LISTED (B(LIST_NONEMPTY) | B(SPN_LISTED))
#define SPN_STATE (B(SPN_UNKNOWN) | B(SPN_BY_NAME) | B(SPN_DUPLICATE) | B(SPN_BLANK) | B(SPN_BLANK_UNLISTED))
#define TARGET_STATE                                                                                                   \
  (B(TARGET_KRBTGT) | B(TARGET_NO_KEYS) | B(TARGET_DISABLED) | B(TARGET_LOCKED) | B(TARGET_SENSITIVE) |                \
   B(TARGET_OTHER_DOMAIN) | B(TARGET_NO_ETYPE) | B(TARGET_NO_AUTH_DATA))
#define RBCD (B(RBCD_GRANTS) | B(NO_RBCD_BIT))
/* never matter once the host has an SPN: unconstrained delegation, the class of the host, what the walker sets itself
 */
#define FREE (B(HOST_UNCONSTRAINED) | B(HOST_COMPUTER) | B(EVIDENCE_FORWARDABLE))

#define SPN B(HOST_HAS_SPN) /* the ordinary host; whether it is a computer makes no difference then */
#define TARGET_FLAGS (B(TARGET_LOCKED) | B(TARGET_SENSITIVE))
/* What makes the evidence of S4U2Self forwardable, and the ways to the right to delegate. */
#define TRANSITION (SPN | B(HOST_TRANSITION))
#define GRANTED (TRANSITION | LISTED)
#define KERBEROS_ONLY (SPN | LISTED)
#define BY_RBCD (TRANSITION | B(RBCD_GRANTS))

#define ALL(cell)                                                                                                      \
  {                                                                                                                    \
    cell, cell, cell, cell, cell, cell                                                                                 \
  }
#define WINDOWS(cell)                                                                                                  \
  {                                                                                                                    \
    cell, cell, cell, NULL, NULL, NULL                                                                                 \
  }
#define SAMBA(cell)                                                                                                    \
  {                                                                                                                    \
    NULL, NULL, NULL, cell, cell, cell                                                                                 \
  }
#define HEIMDAL(cell)                                                                                                  \
  {                                                                                                                    \
    NULL, NULL, NULL, cell, cell, NULL                                                                                 \
  }

enum exchange { OF_AS, OF_S4U2SELF, OF_S4U2PROXY, OF_USER_TICKET };

struct expectation {
  const char *name;
  const char *row; /* the deciding row, NULL where the source names none */
  enum exchange of;
  uint64_t set; /* conditions that hold; all others do not, */
  uint64_t any; /* but these, which must make no difference */
  /* One cell a flavour: "fwd", "plain" (a ticket that is not forwardable), "13", "13 NOT_FOUND", "-" (not tried). A '?'
   * behind it: not certain. "@P6" behind that: another deciding row. NULL: not stated. */
  const char *cell[KCD_FLAVOURS];
};

struct expectation_table {
  const char *name;
  const struct expectation *v;
  size_t n;
};

/* The truth tables, row by row. */
extern const struct expectation_table expected_s4u2self, expected_user_ticket, expected_target, expected_right,
    expected_state, expected_enctype, expected_order, expected_denials;
extern const struct expectation_table expected_short_table; /* the Hyper-V case in one table */
extern const struct expectation_table
    expected_samba_tests;                                /* Samba's own tests: Windows, and Samba's known deviations */
extern const struct expectation_table expected_fixtures; /* observed on Samba 4.17.12 and 4.22.11 */
extern const struct expectation_table *const all_expectations[]; /* NULL-terminated */

#define WHY_MAX 512
/* Whether a prediction over these rules is as expected in the cell of this flavour, and with any of `any` set. Else WHY
 * says what is not. */
bool expectation_holds(const struct kcd_rule *rules, size_t n_rules, const struct expectation *expected,
                       enum kcd_flavour flavour, char *why);

/* The whole table as a cmocka test of the real rules: prints each failure, then fails. */
void assert_expectations(const struct expectation_table *table);

#endif
