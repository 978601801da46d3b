/* expected_order.c - what makes no difference: checks that come later, and conditions that a KDC does not know. */
#include "expectations.h"

/* Samba 4.17 alone refuses for it. */
#define NOT_ON_417 B(TARGET_NO_AUTH_DATA)
#define BLANKS (B(SPN_BLANK) | B(SPN_BLANK_UNLISTED)) /* known to Heimdal alone */

/* A computer without SPN is like any other on Samba, and a password to be changed does not matter to S4U2Self. */
#define SELF_ON_SAMBA(name, row, set, cell)                                                                            \
  {                                                                                                                    \
    name, row, OF_S4U2SELF, B(HOST_COMPUTER) | (set),                                                                  \
        FREE | SPN | B(USER_MUST_CHANGE) | SPN_STATE | TARGET_STATE | RBCD | B(SPN_LISTED), SAMBA(cell)                \
  }

/* S4U2Proxy with the user's own ticket. Windows: listed; and by the descriptor of a target in another domain. */
#define WINDOWS_LISTED(name, row, set, cell)                                                                           \
  {                                                                                                                    \
    name, row, OF_USER_TICKET, LISTED | (set), FREE | BLANKS | RBCD | NOT_ON_417, WINDOWS(cell)                        \
  }
#define WINDOWS_FAR(name, row, set, cell)                                                                              \
  {                                                                                                                    \
    name, row, OF_USER_TICKET, B(RBCD_GRANTS) | B(TARGET_OTHER_DOMAIN) | (set),                                        \
        FREE | BLANKS | B(LIST_NONEMPTY) | NOT_ON_417,                                                                 \
    {                                                                                                                  \
      cell, cell, NULL, NULL, NULL, NULL                                                                               \
    }                                                                                                                  \
  }
/* Old Windows: by the descriptor, and with evidence that is not forwardable. */
#define WINDOWS_OLD(name, row, set, free, cell)                                                                        \
  {                                                                                                                    \
    name, row, OF_USER_TICKET, B(RBCD_GRANTS) | B(USER_PROTECTED) | (set),                                             \
        FREE | BLANKS | NOT_ON_417 | B(TARGET_KRBTGT) | B(TARGET_OTHER_DOMAIN) | B(LIST_NONEMPTY) | (free),            \
    {                                                                                                                  \
      NULL, cell, NULL, NULL, NULL, NULL                                                                               \
    }                                                                                                                  \
  }
/* Heimdal: listed, the target disabled or not, found by its SPN or by its name; the same by descriptor. */
#define HEIMDAL_LISTED(name, row, set, cell)                                                                           \
  {                                                                                                                    \
    name, row, OF_USER_TICKET, LISTED | B(SPN_BY_NAME) | (set), FREE | B(TARGET_DISABLED) | B(SPN_UNKNOWN) | RBCD,     \
        HEIMDAL(cell)                                                                                                  \
  }
#define SAMBA_419_RBCD(name, row, set, cell)                                                                           \
  {                                                                                                                    \
    name, row, OF_USER_TICKET, B(RBCD_GRANTS) | B(SPN_BY_NAME) | (set),                                                \
        FREE | B(TARGET_DISABLED) | B(SPN_UNKNOWN) | B(LIST_NONEMPTY) | B(TARGET_KRBTGT) | B(SPN_BLANK_UNLISTED),      \
    {                                                                                                                  \
      NULL, NULL, NULL, NULL, cell, NULL                                                                               \
    }                                                                                                                  \
  }

static const struct expectation rows[] = {
    {"computer or account without SPN, host protected",
     "B1",
     OF_S4U2SELF,
     B(HOST_PROTECTED),
     0,
     {"7?", "7?", "7?", "7", "7", "7"}},
    {"computer without SPN, host protected", "B1a", OF_S4U2SELF, B(HOST_COMPUTER) | B(HOST_PROTECTED), 0,
     WINDOWS("7?")},
    {"user sensitive, host protected",
     "E1",
     OF_S4U2SELF,
     TRANSITION | B(USER_SENSITIVE) | B(HOST_PROTECTED),
     0,
     {NULL, NULL, "plain", NULL, NULL, NULL}},
    {"list empty, host protected",
     "E4",
     OF_S4U2SELF,
     SPN | B(HOST_PROTECTED),
     0,
     {NULL, NULL, "plain?", NULL, NULL, NULL}},
    SELF_ON_SAMBA("user unknown", "C1", B(USER_UNKNOWN), "6"),
    {"user foreign", "C2", OF_S4U2SELF, B(HOST_COMPUTER) | B(USER_FOREIGN), SPN, {NULL, NULL, NULL, "6", "6", "12"}},
    {"user locked", "C5", OF_S4U2SELF, B(HOST_COMPUTER) | B(USER_LOCKED), SPN, HEIMDAL("18")},
    {"user disabled", "C4", OF_S4U2SELF, B(HOST_COMPUTER) | B(USER_DISABLED), SPN, HEIMDAL("12")},
    {"user expired", "C6", OF_S4U2SELF, B(HOST_COMPUTER) | B(USER_EXPIRED), SPN, HEIMDAL("1")},
    SELF_ON_SAMBA("host protected", "D1", B(HOST_PROTECTED) | B(HOST_TRANSITION), "plain"),
    SELF_ON_SAMBA("user sensitive", "E1", B(USER_SENSITIVE) | B(HOST_TRANSITION), "plain"),
    {"user protected",
     "E2",
     OF_S4U2SELF,
     B(HOST_COMPUTER) | B(USER_PROTECTED),
     SPN | B(USER_MUST_CHANGE),
     {NULL, NULL, NULL, NULL, NULL, "plain"}},
    SELF_ON_SAMBA("transition on", "E3", B(HOST_TRANSITION), "fwd"),
    {"transition off, list empty",
     "E4",
     OF_S4U2SELF,
     B(HOST_COMPUTER),
     SPN | B(USER_MUST_CHANGE),
     {NULL, NULL, NULL, "plain", "plain", "fwd"}},
    SELF_ON_SAMBA("transition off, list not empty", "E5", B(LIST_NONEMPTY), "plain"),

    WINDOWS_LISTED("user locked", "P15a", B(USER_LOCKED), "18?"),
    WINDOWS_LISTED("user disabled", "P15", B(USER_DISABLED), "18?"),
    WINDOWS_LISTED("user expired", "P15b", B(USER_EXPIRED), "18?"),
    WINDOWS_LISTED("user must change", "P6", B(USER_MUST_CHANGE), "fwd?"),
    WINDOWS_LISTED("target locked", "P6", B(TARGET_LOCKED), "fwd?"),
    WINDOWS_LISTED("target sensitive", "P19", B(TARGET_SENSITIVE) | B(TARGET_LOCKED), "plain?"),
    WINDOWS_LISTED("own ticket", "P6", 0, "fwd"),
    WINDOWS_FAR("user locked", "P15a", B(USER_LOCKED), "18?"),
    WINDOWS_FAR("user disabled", "P15", B(USER_DISABLED), "18?"),
    WINDOWS_FAR("user expired", "P15b", B(USER_EXPIRED), "18?"),
    WINDOWS_FAR("user must change", "P11", B(USER_MUST_CHANGE), "fwd?"),
    WINDOWS_FAR("target locked", "P11", B(TARGET_LOCKED), "fwd?"),
    WINDOWS_FAR("target sensitive", "P19", B(TARGET_SENSITIVE) | B(USER_MUST_CHANGE), "plain?"),
    WINDOWS_FAR("host protected", "P19a", B(HOST_PROTECTED), "plain"),
    WINDOWS_FAR("RBCD", "P11", 0, "fwd"),
    WINDOWS_OLD("user locked", "P15a", B(USER_LOCKED), B(HOST_SENSITIVE), "18?"),
    WINDOWS_OLD("user disabled", "P15", B(USER_DISABLED), B(HOST_SENSITIVE), "18?"),
    WINDOWS_OLD("user expired", "P15b", B(USER_EXPIRED), B(HOST_SENSITIVE), "18?"),
    WINDOWS_OLD("user must change", "P12b", B(USER_MUST_CHANGE), 0, "plain?"),
    WINDOWS_OLD("target locked", "P12b", B(TARGET_LOCKED), 0, "plain?"),
    WINDOWS_OLD("target sensitive", "P19", B(TARGET_SENSITIVE), B(HOST_SENSITIVE), "plain?"),
    WINDOWS_OLD("host protected", "P19a", B(HOST_PROTECTED), B(HOST_SENSITIVE), "plain"),
    WINDOWS_OLD("RBCD", "P12b", 0, 0, "plain"),
    HEIMDAL_LISTED("user locked", "P15a", B(USER_LOCKED), "18"),
    HEIMDAL_LISTED("user disabled", "P15", B(USER_DISABLED), "12"),
    HEIMDAL_LISTED("user expired", "P15b", B(USER_EXPIRED), "1"),
    HEIMDAL_LISTED("user must change", "P16", B(USER_MUST_CHANGE), "23"),
    HEIMDAL_LISTED("target locked", "P18a", B(TARGET_LOCKED), "19"),
    HEIMDAL_LISTED("target sensitive", "P19", B(TARGET_SENSITIVE), "plain"),
    HEIMDAL_LISTED("host protected", "P19a", B(HOST_PROTECTED), "plain"),
    HEIMDAL_LISTED("own ticket", "P6", 0, "fwd"),
    HEIMDAL_LISTED("user sensitive", "P7", B(USER_SENSITIVE), "13"),
    HEIMDAL_LISTED("user protected", "P7", B(USER_PROTECTED), "13"),
    HEIMDAL_LISTED("host sensitive", "P7", B(HOST_SENSITIVE), "13"),
    SAMBA_419_RBCD("user sensitive", "P12", B(USER_SENSITIVE), "13"),
    SAMBA_419_RBCD("user protected", "P12", B(USER_PROTECTED), "13"),
    SAMBA_419_RBCD("RBCD", "P11", 0, "fwd"),
};

const struct expectation_table expected_order = {"order", rows, sizeof rows / sizeof rows[0]};
