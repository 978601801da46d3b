/* expected_fixtures.c - answers observed on Samba 4.17.12 (level 2008 R2) and 4.22.11 (level 2016), both Heimdal.
 * HOST is WEB$, the target SQL$ unless said otherwise. Each line: S4U2Self and S4U2Proxy, or the user's own ticket. */
#include "expectations.h"

#define HOST (B(HOST_HAS_SPN) | B(HOST_COMPUTER))
#define ON B(HOST_TRANSITION)
#define OTHER B(LIST_NONEMPTY)
#define GRANTS B(RBCD_GRANTS)

#define BOTH(cell)                                                                                                     \
  {                                                                                                                    \
    NULL, NULL, NULL, cell, cell, NULL                                                                                 \
  }
#define EACH(samba_417, samba_422)                                                                                     \
  {                                                                                                                    \
    NULL, NULL, NULL, samba_417, samba_422, NULL                                                                       \
  }
#define SELF_PROXY(name, set, self, proxy)                                                                             \
  {name ", S4U2Self", NULL, OF_S4U2SELF, HOST | (set), 0, BOTH(self)},                                                 \
  {                                                                                                                    \
    name ", S4U2Proxy", NULL, OF_S4U2PROXY, HOST | (set), 0, BOTH(proxy)                                               \
  }
#define PROXY(name, set, samba_417, samba_422)                                                                         \
  {                                                                                                                    \
    name, NULL, OF_S4U2PROXY, HOST | (set), 0, EACH(samba_417, samba_422)                                              \
  }
#define OWN(name, set, samba_417, samba_422)                                                                           \
  {                                                                                                                    \
    name, NULL, OF_USER_TICKET, HOST | (set), 0, EACH(samba_417, samba_422)                                            \
  }

static const struct expectation rows[] = {
    SELF_PROXY("1 empty list", 0, "plain", "13"),
    SELF_PROXY("2 empty list, transition", ON, "fwd", "13"),
    SELF_PROXY("3 listed", LISTED, "plain", "13"),
    SELF_PROXY("4 other entry", OTHER, "plain", "13"),
    SELF_PROXY("5 other entry, transition", OTHER | ON, "fwd", "13"),
    SELF_PROXY("6 listed, transition", LISTED | ON, "fwd", "fwd"),
    SELF_PROXY("8 short form asked, FQDN listed", OTHER | ON, "fwd", "13"),
    SELF_PROXY("9 user sensitive", LISTED | ON | B(USER_SENSITIVE), "plain", "13"),
    SELF_PROXY("10 user protected", LISTED | ON | B(USER_PROTECTED), "fwd", "fwd"),
    SELF_PROXY("11 user disabled", LISTED | ON | B(USER_DISABLED), "12", "-"),
    SELF_PROXY("12 user expired", LISTED | ON | B(USER_EXPIRED), "1", "-"),
    SELF_PROXY("13 user must change", LISTED | ON | B(USER_MUST_CHANGE), "fwd", "23"),
    SELF_PROXY("15 user unknown", LISTED | ON | B(USER_UNKNOWN), "6", "-"),
    SELF_PROXY("17 user of another realm", LISTED | ON | B(USER_FOREIGN), "6", "-"),
    OWN("20 own ticket", LISTED, "fwd", "fwd"),
    OWN("20 own ticket, transition", LISTED | ON, "fwd", "fwd"),
    OWN("21 own ticket of a sensitive user", LISTED | B(USER_SENSITIVE), "13", "13"),
    SELF_PROXY("23 listed under host", OTHER | ON, "fwd", "13"),
    SELF_PROXY("27 SPN unregistered", LISTED | ON | B(SPN_UNKNOWN), "fwd", "7"),
    SELF_PROXY("28 target disabled", LISTED | ON | B(TARGET_DISABLED), "fwd", "fwd"),
    SELF_PROXY("29 target sensitive", LISTED | ON | B(TARGET_SENSITIVE), "fwd", "plain"),
    SELF_PROXY("31 krbtgt, not listed", OTHER | ON | B(TARGET_KRBTGT), "fwd", "13"),
    SELF_PROXY("32 krbtgt listed: the client refuses", LISTED | ON | B(TARGET_KRBTGT), "fwd", "-1"),
    SELF_PROXY("33 host part of another domain, not listed", OTHER | ON | B(SPN_UNKNOWN) | B(SPN_BY_NAME), "fwd", "13"),
    SELF_PROXY("35 host sensitive", LISTED | ON | B(HOST_SENSITIVE), "plain", "13"),
    SELF_PROXY("36 unconstrained alone", LISTED | B(HOST_UNCONSTRAINED), "plain", "13"),
    {"37 host disabled", NULL, OF_AS, B(HOST_DISABLED), 0, BOTH("18 ACCOUNT_DISABLED")},
    {"38 service account without SPN", NULL, OF_S4U2SELF, ON, 0, BOTH("7")},
    {"38 service account with SPN", NULL, OF_S4U2PROXY, ON | LISTED | B(HOST_HAS_SPN), 0, BOTH("fwd")},
    SELF_PROXY("39 user locked", LISTED | ON | B(USER_LOCKED), "18", "-"),
    SELF_PROXY("40 without the RBCD bit", LISTED | ON | B(NO_RBCD_BIT), "fwd", "fwd"),
    SELF_PROXY("41 RBCD, empty list", GRANTS, "plain", "13"),
    PROXY("42 RBCD, transition", GRANTS | ON, "13", "fwd"),
    OWN("43 RBCD, own ticket", GRANTS, "13", "fwd"),
    PROXY("44 RBCD, other entry", GRANTS | OTHER, NULL, "13"),
    OWN("44 RBCD, other entry, own ticket", GRANTS | OTHER, NULL, "fwd"),
    PROXY("45 RBCD, other entry, transition", GRANTS | OTHER | ON, NULL, "fwd"),
    PROXY("45 without the RBCD bit", GRANTS | OTHER | ON | B(NO_RBCD_BIT), NULL, "13"),
    PROXY("46 RBCD, user protected", GRANTS | OTHER | ON | B(USER_PROTECTED), NULL, "fwd"),
    PROXY("46 RBCD, user sensitive", GRANTS | OTHER | ON | B(USER_SENSITIVE), NULL, "13"),
    OWN("49 user disabled between the steps", LISTED | ON | B(USER_DISABLED), "12", "12"),
    SELF_PROXY("56 blank, plain form", LISTED | ON | B(SPN_BLANK), "fwd", "7"),
    SELF_PROXY("57 blank, escaped form registered", OTHER | ON | B(SPN_BLANK_UNLISTED), "fwd", "13"),
    SELF_PROXY("58 blank, escaped form listed", LISTED | ON, "fwd", "fwd"),

    /* Observed on 4.17.12 alone. */
    {"host expired", NULL, OF_AS, B(HOST_EXPIRED), 0, EACH("18 ACCOUNT_EXPIRED", NULL)},
    {"host locked", NULL, OF_AS, B(HOST_LOCKED), 0, EACH("18", NULL)},
    {"service account must change", NULL, OF_AS, B(HOST_MUST_CHANGE), 0, EACH("23 MUST_CHANGE", NULL)},
    {"service account expired and must change", NULL, OF_AS, B(HOST_MUST_CHANGE) | B(HOST_EXPIRED), 0,
     EACH("18 ACCOUNT_EXPIRED", NULL)},
    {"computer without SPN", NULL, OF_S4U2SELF, ON | B(HOST_COMPUTER), 0, EACH("fwd", NULL)},
    {"krbtgt sensitive", NULL, OF_AS, HOST | B(TGT_NOT_FORWARDABLE), 0, EACH("fwd", NULL)},
    PROXY("krbtgt sensitive", LISTED | ON | B(TGT_NOT_FORWARDABLE), "fwd", NULL),
    OWN("krbtgt sensitive, own ticket", LISTED | ON | B(TGT_NOT_FORWARDABLE), "fwd", NULL),
    {"host protected", NULL, OF_AS, HOST | B(HOST_PROTECTED), 0, EACH("plain", NULL)},
    PROXY("host protected", LISTED | ON | B(HOST_PROTECTED), "13", NULL),
    OWN("host protected, own ticket", LISTED | ON | B(HOST_PROTECTED), "plain", NULL),
    OWN("host sensitive, own ticket", LISTED | ON | B(HOST_SENSITIVE), "13", NULL),
    OWN("own ticket of a protected user", LISTED | ON | B(USER_PROTECTED), "13", NULL),
    OWN("user locked between the steps", LISTED | ON | B(USER_LOCKED), "18", NULL),
    OWN("user expired between the steps", LISTED | ON | B(USER_EXPIRED), "1", NULL),
    OWN("user must change between the steps", LISTED | ON | B(USER_MUST_CHANGE), "23", NULL),
    OWN("user must change between the steps, not listed", OTHER | ON | B(USER_MUST_CHANGE), "13", NULL),
    {"user locked and disabled", NULL, OF_S4U2SELF, HOST | B(USER_LOCKED) | B(USER_DISABLED), 0, EACH("18", NULL)},
    {"user locked and expired", NULL, OF_S4U2SELF, HOST | B(USER_LOCKED) | B(USER_EXPIRED), 0, EACH("18", NULL)},
    {"user disabled and expired", NULL, OF_S4U2SELF, HOST | B(USER_DISABLED) | B(USER_EXPIRED), 0, EACH("12", NULL)},
    {"user expired, must change", NULL, OF_S4U2SELF, HOST | B(USER_EXPIRED) | B(USER_MUST_CHANGE), 0, EACH("1", NULL)},
    PROXY("user must change, not listed", OTHER | ON | B(USER_MUST_CHANGE), "13", NULL),
    PROXY("target without keys", LISTED | ON | B(TARGET_NO_KEYS), "14", NULL),
    PROXY("target without keys, not listed", OTHER | ON | B(TARGET_NO_KEYS), "14", NULL),
    PROXY("target without keys, user sensitive", LISTED | ON | B(TARGET_NO_KEYS) | B(USER_SENSITIVE), "14", NULL),
    PROXY("target found by name", LISTED | ON | B(SPN_UNKNOWN) | B(SPN_BY_NAME), "fwd", NULL),
    PROXY("host/ held by another than the computer of that name", LISTED | ON | B(SPN_DUPLICATE), "7", NULL),
    PROXY("target locked, not listed", OTHER | ON | B(TARGET_LOCKED), "13", NULL),
    PROXY("target locked, user sensitive", LISTED | ON | B(TARGET_LOCKED) | B(USER_SENSITIVE), "13", NULL),
    PROXY("target locked and sensitive", LISTED | ON | B(TARGET_LOCKED) | B(TARGET_SENSITIVE), "19", NULL),
    PROXY("target locked", LISTED | ON | B(TARGET_LOCKED), "19", NULL),
    PROXY("target locked, user must change", LISTED | ON | B(TARGET_LOCKED) | B(USER_MUST_CHANGE), "23", NULL),
    PROXY("krbtgt listed, user sensitive", LISTED | ON | B(TARGET_KRBTGT) | B(USER_SENSITIVE), "13", NULL),
};

const struct expectation_table expected_fixtures = {"observed", rows, sizeof rows / sizeof rows[0]};
