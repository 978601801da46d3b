/* expected_enctype.c - encryption types that nobody uses any more, and targets without authorization data. */
#include "expectations.h"

#define BEHIND_AS                                                                                                      \
  (FREE | SPN | B(HOST_TRANSITION) | LISTED | USER_GONE | USER_STATE | USER_FLAGS | SPN_STATE | TARGET_STATE | RBCD |  \
   B(HOST_NO_ETYPE))
#define BEHIND_SELF (FREE | LISTED | SPN_STATE | TARGET_STATE | RBCD | NO_FORWARD)
#define MAYBE_14                                                                                                       \
  {                                                                                                                    \
    "14?", "14?", "14?", "14", "14", "14?"                                                                             \
  }
#define UNTRIED                                                                                                        \
  {                                                                                                                    \
    "-?", "-?", "-?", "-", "-", "-?"                                                                                   \
  }
#define HEIMDAL_14                                                                                                     \
  {                                                                                                                    \
    NULL, NULL, NULL, "14", "14", NULL                                                                                 \
  }
#define S417(cell)                                                                                                     \
  {                                                                                                                    \
    NULL, NULL, NULL, cell, NULL, NULL                                                                                 \
  }

static const struct expectation rows[] = {
    /* The host */
    {"host with DES keys only", "A2", OF_AS, B(HOST_DES_ONLY), BEHIND_AS | NO_FORWARD, MAYBE_14},
    {"host with DES keys only gets no ticket", NULL, OF_S4U2SELF, SPN | B(HOST_DES_ONLY), BEHIND_AS, UNTRIED},
    {"host without enctype", "B3", OF_S4U2SELF, SPN | B(HOST_NO_ETYPE),
     BEHIND_SELF | USER_GONE | USER_STATE | USER_FLAGS | B(HOST_TRANSITION), MAYBE_14},
    {"host without enctype, no SPN", "B3", OF_S4U2SELF, B(HOST_COMPUTER) | B(HOST_NO_ETYPE), BEHIND_SELF & ~FREE,
     S417("14")},
    {"host without enctype, a user without SPN", "B1", OF_S4U2SELF, B(HOST_NO_ETYPE), LISTED, SAMBA("7")},
    {"host without enctype", NULL, OF_S4U2PROXY, GRANTED | B(HOST_NO_ETYPE), BEHIND_SELF, UNTRIED},
    {"own ticket to a host without enctype", NULL, OF_USER_TICKET, LISTED | B(HOST_NO_ETYPE),
     FREE | SPN | B(HOST_TRANSITION) | USER_STATE | USER_FLAGS | NO_FORWARD | SPN_STATE | TARGET_STATE | RBCD, UNTRIED},
    {"own ticket to a host without enctype, nothing listed", NULL, OF_USER_TICKET, B(HOST_NO_ETYPE), LISTED, UNTRIED},

    /* The target */
    {"target without enctype", "P2e", OF_S4U2PROXY, GRANTED | B(TARGET_NO_ETYPE),
     FREE | B(SPN_BLANK_UNLISTED) | (TARGET_STATE & ~(B(TARGET_DISABLED) | B(TARGET_NO_KEYS))) | RBCD | USER_FLAGS,
     MAYBE_14},
    {"target without enctype, by name", "P2e", OF_S4U2PROXY, SPN | B(TARGET_NO_ETYPE) | B(SPN_BY_NAME),
     B(SPN_UNKNOWN) | B(TARGET_DISABLED) | B(HOST_PROTECTED) | B(SPN_BLANK_UNLISTED), HEIMDAL_14},
    {"target without enctype, blanks", "P2e", OF_S4U2PROXY, SPN | B(TARGET_NO_ETYPE),
     B(SPN_BLANK) | B(SPN_BLANK_UNLISTED) | B(HOST_PROTECTED), WINDOWS("14?")},
    {"target without enctype, not listed", "P2e", OF_S4U2PROXY, SPN | B(TARGET_NO_ETYPE),
     RBCD | LISTED | B(HOST_SENSITIVE), MAYBE_14},
    {"target without enctype, own ticket", "P2e", OF_USER_TICKET, LISTED | B(TARGET_NO_ETYPE), USER_STATE | FREE,
     MAYBE_14},
    {"target without enctype, SPN unknown", "P1", OF_S4U2PROXY, GRANTED | B(TARGET_NO_ETYPE) | B(SPN_UNKNOWN), 0,
     ALL("7")},
    {"target without enctype, user must change", "P2e", OF_S4U2PROXY,
     GRANTED | B(TARGET_NO_ETYPE) | B(USER_MUST_CHANGE), 0, S417("14")},
    {"target without keys and enctype", "P2", OF_S4U2PROXY, GRANTED | B(TARGET_NO_KEYS) | B(TARGET_NO_ETYPE), 0,
     S417("14")},
    {"target without authorization data", "P4", OF_S4U2PROXY, GRANTED | B(TARGET_NO_AUTH_DATA),
     FREE | RBCD | TARGET_FLAGS | B(TARGET_DISABLED) | B(USER_MUST_CHANGE) | B(USER_PROTECTED), S417("13")},
    {"target without authorization data, by name", "P4", OF_USER_TICKET,
     LISTED | B(TARGET_NO_AUTH_DATA) | B(SPN_BY_NAME), B(SPN_UNKNOWN) | B(TARGET_DISABLED), S417("13")},
    {"target without authorization data, own ticket", "P4", OF_USER_TICKET, LISTED | B(TARGET_NO_AUTH_DATA),
     FREE | USER_STATE | B(HOST_PROTECTED), S417("13")},
    {"target without authorization data",
     "P6",
     OF_S4U2PROXY,
     GRANTED | B(TARGET_NO_AUTH_DATA),
     FREE,
     {"fwd", "fwd", "fwd", NULL, "fwd", "fwd"}},
    {"target without authorization data, RBCD",
     "P11",
     OF_S4U2PROXY,
     BY_RBCD | B(TARGET_NO_AUTH_DATA),
     B(LIST_NONEMPTY) | B(TARGET_KRBTGT) | B(SPN_BLANK_UNLISTED),
     {NULL, NULL, NULL, NULL, "fwd", NULL}},
    {"target without authorization data, blanks", "P4", OF_S4U2PROXY, GRANTED | B(TARGET_NO_AUTH_DATA) | B(RBCD_GRANTS),
     B(SPN_BLANK_UNLISTED), S417("13")},
    {"target without authorization data, krbtgt", "P5a", OF_S4U2PROXY,
     GRANTED | B(TARGET_NO_AUTH_DATA) | B(TARGET_KRBTGT), 0, S417("-1")},
    {"target without authorization data, not listed", "P10", OF_S4U2PROXY, TRANSITION | B(TARGET_NO_AUTH_DATA), 0,
     SAMBA("13")},
};

const struct expectation_table expected_enctype = {"encryption types", rows, sizeof rows / sizeof rows[0]};
