/* expected_denials.c - the order in which S4U2Proxy is refused: what would be asked later makes no difference. */
#include "expectations.h"

#define BLANKS (B(SPN_BLANK) | B(SPN_BLANK_UNLISTED)) /* known to Heimdal alone */
#define LATER (FREE | TARGET_FLAGS | B(TARGET_NO_AUTH_DATA))
/* The target has the SPN, or is only found by its name: the same on Samba. */
#define NAMED B(SPN_BY_NAME)
#define HOWEVER_FOUND (B(SPN_UNKNOWN) | B(TARGET_DISABLED))
#define UNFIT                                                                                                          \
  (B(SPN_DUPLICATE) | B(TARGET_NO_KEYS) | B(TARGET_NO_ETYPE) | B(TARGET_DISABLED) | B(TARGET_KRBTGT) |                 \
   B(TARGET_OTHER_DOMAIN))

#define WINDOWS_NEW_OLD(cell)                                                                                          \
  {                                                                                                                    \
    cell, cell, NULL, NULL, NULL, NULL                                                                                 \
  }
#define WINDOWS_NEW(cell)                                                                                              \
  {                                                                                                                    \
    cell, NULL, NULL, NULL, NULL, NULL                                                                                 \
  }
#define WINDOWS_OLD(cell)                                                                                              \
  {                                                                                                                    \
    NULL, cell, NULL, NULL, NULL, NULL                                                                                 \
  }
#define WINDOWS_2008(cell)                                                                                             \
  {                                                                                                                    \
    NULL, NULL, cell, NULL, NULL, NULL                                                                                 \
  }
#define SAMBA_417(cell)                                                                                                \
  {                                                                                                                    \
    NULL, NULL, NULL, cell, NULL, NULL                                                                                 \
  }
#define SAMBA_MIT(cell)                                                                                                \
  {                                                                                                                    \
    NULL, NULL, NULL, NULL, NULL, cell                                                                                 \
  }

#define BY_SELF(name, row, set, any, ...)                                                                              \
  {                                                                                                                    \
    name, row, OF_S4U2PROXY, SPN | (set), any, __VA_ARGS__                                                             \
  }
#define BY_OWN(name, row, set, any, ...)                                                                               \
  {                                                                                                                    \
    name, row, OF_USER_TICKET, set, any, __VA_ARGS__                                                                   \
  }

static const struct expectation rows[] = {
    /* Windows asks nothing of the evidence before the SPN is found; the user's own ticket may be uncertain itself. */
    BY_SELF("by name", "P1a", B(SPN_UNKNOWN) | NAMED,
            LATER | LISTED | USER_FLAGS | NO_FORWARD | B(HOST_TRANSITION) | B(USER_MUST_CHANGE), WINDOWS("7?")),
    BY_OWN("by name", "P1a", B(SPN_UNKNOWN) | NAMED, LATER | USER_STATE | USER_FLAGS | NO_FORWARD, WINDOWS("7?")),
    BY_OWN("unknown", "P1", B(SPN_UNKNOWN), LATER | UNFIT | USER_STATE, ALL("7")),
    BY_OWN("unknown, user sensitive", "P1",
           B(SPN_UNKNOWN) | B(USER_SENSITIVE) | B(HOST_PROTECTED) | B(TGT_NOT_FORWARDABLE), LATER | UNFIT,
           WINDOWS_NEW_OLD("7")),
    BY_OWN("unknown, user protected", "P1",
           B(SPN_UNKNOWN) | B(USER_PROTECTED) | B(HOST_PROTECTED) | B(TGT_NOT_FORWARDABLE), LATER | UNFIT,
           WINDOWS_NEW_OLD("7")),
    BY_OWN("unknown, krbtgt sensitive", "P1", B(SPN_UNKNOWN) | B(HOST_PROTECTED) | B(TGT_NOT_FORWARDABLE),
           LATER | UNFIT, WINDOWS("7?")),
    BY_OWN("unknown, host sensitive", "P1", B(SPN_UNKNOWN) | B(HOST_SENSITIVE), LATER | UNFIT, WINDOWS("7?")),
    BY_OWN("duplicate", "P1b", B(SPN_DUPLICATE) | NAMED, B(SPN_UNKNOWN), {NULL, NULL, NULL, "7", "7", "7?"}),
    BY_SELF("blank", "P1s", B(SPN_BLANK) | NAMED, B(SPN_UNKNOWN) | B(HOST_PROTECTED), HEIMDAL("7")),
    BY_SELF("target disabled", "P18", B(TARGET_DISABLED), BLANKS | B(HOST_PROTECTED), WINDOWS("7?")),
    BY_SELF("target disabled, by name", "P6", B(HOST_TRANSITION) | LISTED | B(TARGET_DISABLED) | NAMED, B(SPN_UNKNOWN),
            SAMBA_MIT("fwd?")),
    BY_SELF("no keys", "P2", B(TARGET_NO_KEYS), BLANKS | B(HOST_PROTECTED), WINDOWS("14?")),
    BY_SELF("no keys, by name", "P2", B(TARGET_NO_KEYS) | NAMED, HOWEVER_FOUND | B(HOST_PROTECTED), HEIMDAL("14")),
    BY_SELF("blank, not listed, by name", "P1t", B(SPN_BLANK_UNLISTED) | NAMED, HOWEVER_FOUND | B(HOST_PROTECTED),
            HEIMDAL("13")),

    BY_OWN("krbtgt listed, by name", "P5a", LISTED | B(TARGET_KRBTGT) | NAMED, HOWEVER_FOUND, HEIMDAL("-1")),
    BY_OWN("krbtgt listed, RBCD", "P5a", LISTED | B(TARGET_KRBTGT) | B(RBCD_GRANTS),
           (BLANKS & ~B(SPN_BLANK)) | B(TARGET_NO_AUTH_DATA), HEIMDAL("-1")),
    BY_OWN("krbtgt", "P5", B(TARGET_KRBTGT), FREE | BLANKS | B(USER_LOCKED) | B(TARGET_NO_AUTH_DATA), WINDOWS("13?")),
    BY_OWN("krbtgt, user protected", "P5", B(TARGET_KRBTGT) | B(USER_PROTECTED), FREE, WINDOWS_2008("13?")),
    BY_OWN("krbtgt, by name", "P5", B(TARGET_KRBTGT) | NAMED, B(SPN_UNKNOWN), SAMBA_MIT("12")),
    BY_OWN("krbtgt, target disabled", "P5", B(TARGET_KRBTGT) | B(TARGET_DISABLED), 0, SAMBA_MIT("12?")),
    BY_OWN("other domain", "P20", B(TARGET_OTHER_DOMAIN),
           BLANKS | B(HOST_PROTECTED) | B(USER_PROTECTED) | B(TARGET_NO_AUTH_DATA), WINDOWS_2008("13 CROSSREALM")),
    BY_OWN("other domain, krbtgt", "P20", B(TARGET_OTHER_DOMAIN) | B(USER_SENSITIVE), B(TARGET_KRBTGT),
           WINDOWS_2008("13 CROSSREALM")),
    BY_OWN("other domain, by name", "P20", B(TARGET_OTHER_DOMAIN) | NAMED,
           HOWEVER_FOUND | B(HOST_PROTECTED) | B(USER_PROTECTED), HEIMDAL("13")),
    BY_OWN("other domain", "P20a", B(TARGET_OTHER_DOMAIN) | B(USER_PROTECTED),
           BLANKS | B(HOST_PROTECTED) | B(TARGET_KRBTGT) | B(TARGET_NO_AUTH_DATA), WINDOWS_NEW_OLD("13 NOT_FOUND?")),
    BY_OWN("other domain, by name", "P20a", B(TARGET_OTHER_DOMAIN) | NAMED, HOWEVER_FOUND, SAMBA_MIT("13?")),

    BY_OWN("evidence not forwardable", "P7", LISTED | B(USER_SENSITIVE), LATER | BLANKS, WINDOWS("13 RESTRICTION")),
    BY_OWN("evidence not forwardable", "P7", LISTED | B(USER_PROTECTED), LATER | BLANKS | B(TARGET_KRBTGT),
           WINDOWS_NEW_OLD("13 RESTRICTION")),
    BY_OWN("evidence not forwardable, other domain", "P7", LISTED | B(USER_SENSITIVE) | B(RBCD_GRANTS),
           LATER | B(TARGET_OTHER_DOMAIN), WINDOWS_NEW_OLD("13 RESTRICTION")),
    BY_OWN("evidence not forwardable, other domain", "P7", LISTED | B(USER_PROTECTED) | B(RBCD_GRANTS),
           LATER | B(TARGET_OTHER_DOMAIN), WINDOWS_NEW_OLD("13 RESTRICTION")),
    BY_OWN("krbtgt sensitive", "P7", LISTED | B(TGT_NOT_FORWARDABLE),
           LATER | RBCD | USER_STATE | BLANKS | B(TARGET_KRBTGT) | B(USER_PROTECTED), WINDOWS("13 RESTRICTION?")),
    BY_OWN("krbtgt and host sensitive", "P7", LISTED | B(TGT_NOT_FORWARDABLE) | B(HOST_SENSITIVE), LATER,
           {"13 RESTRICTION?", "13 RESTRICTION?", "13 RESTRICTION?", "13", "13", "13?"}),
    BY_OWN("krbtgt sensitive, RBCD", "P12", B(RBCD_GRANTS) | B(TGT_NOT_FORWARDABLE),
           LATER | B(LIST_NONEMPTY) | B(TARGET_OTHER_DOMAIN), WINDOWS_NEW("13 RESTRICTION?")),
    BY_OWN("krbtgt sensitive, RBCD", "P19a", B(RBCD_GRANTS) | B(TGT_NOT_FORWARDABLE), B(LIST_NONEMPTY),
           WINDOWS_OLD("plain?")),
    BY_OWN("krbtgt sensitive, host protected, by name", "P19a",
           LISTED | B(TGT_NOT_FORWARDABLE) | B(HOST_PROTECTED) | NAMED, B(SPN_UNKNOWN) | B(TARGET_DISABLED),
           {NULL, NULL, NULL, "plain", "plain", "plain?"}),
    BY_OWN("host sensitive", "P7", LISTED | B(HOST_SENSITIVE),
           LATER | RBCD | USER_STATE | BLANKS | B(TARGET_KRBTGT) | B(TGT_NOT_FORWARDABLE), WINDOWS("13 RESTRICTION?")),
    BY_OWN("host sensitive, RBCD", "P12", B(RBCD_GRANTS) | B(HOST_SENSITIVE),
           LATER | B(LIST_NONEMPTY) | B(TARGET_OTHER_DOMAIN), WINDOWS_NEW("13 RESTRICTION?")),
    BY_OWN("host sensitive, user must change, RBCD", "P19a",
           B(RBCD_GRANTS) | B(HOST_SENSITIVE) | B(USER_PROTECTED) | B(USER_MUST_CHANGE), FREE, WINDOWS_OLD("plain?")),
    BY_OWN("host sensitive, target locked, RBCD", "P19a",
           B(RBCD_GRANTS) | B(HOST_SENSITIVE) | B(USER_PROTECTED) | B(TARGET_LOCKED), FREE, WINDOWS_OLD("plain?")),

    BY_SELF("list empty, no RBCD bit", "P8", B(NO_RBCD_BIT) | B(HOST_TRANSITION), LATER | BLANKS | B(HOST_SENSITIVE),
            WINDOWS("13 NOT_SUPPORTED")),
    BY_OWN("list empty, no RBCD bit", "P8", B(NO_RBCD_BIT) | B(USER_SENSITIVE), LATER | USER_STATE | B(TARGET_KRBTGT),
           WINDOWS("13 NOT_SUPPORTED")),
    BY_OWN("list empty, no RBCD bit, other domain", "P8", B(NO_RBCD_BIT) | B(RBCD_GRANTS), B(TARGET_OTHER_DOMAIN),
           WINDOWS_NEW_OLD("13 NOT_SUPPORTED")),
    BY_OWN("list empty, no RBCD bit, by name", "P8", B(NO_RBCD_BIT) | NAMED, HOWEVER_FOUND, HEIMDAL("13")),
    BY_SELF("not listed, no RBCD bit", "P9", B(NO_RBCD_BIT) | B(LIST_NONEMPTY), LATER | BLANKS | B(HOST_SENSITIVE),
            WINDOWS("13 NO_MATCH")),
    BY_OWN("not listed, no RBCD bit", "P9", B(NO_RBCD_BIT) | B(LIST_NONEMPTY) | B(USER_SENSITIVE),
           LATER | USER_STATE | B(TARGET_KRBTGT), WINDOWS("13 NO_MATCH")),
    BY_OWN("not listed, no RBCD bit, other domain", "P9", B(NO_RBCD_BIT) | B(LIST_NONEMPTY) | B(RBCD_GRANTS),
           B(TARGET_OTHER_DOMAIN), WINDOWS_NEW_OLD("13 NO_MATCH")),
    BY_OWN("not listed, no RBCD bit, by name", "P9", B(NO_RBCD_BIT) | B(LIST_NONEMPTY) | NAMED, HOWEVER_FOUND,
           HEIMDAL("13")),
    BY_SELF("not listed", "P10", B(HOST_TRANSITION), LATER | BLANKS | B(HOST_SENSITIVE),
            WINDOWS_NEW_OLD("13 NOT_FOUND")),
    BY_SELF("list empty", "P10a", B(HOST_TRANSITION), LATER | BLANKS | B(HOST_SENSITIVE),
            WINDOWS_2008("13 NOT_SUPPORTED")),
    BY_OWN("list empty", "P10a", B(USER_SENSITIVE), LATER | BLANKS | B(TARGET_KRBTGT),
           WINDOWS_2008("13 NOT_SUPPORTED")),
    BY_OWN("list empty, krbtgt sensitive", "P10a", B(TGT_NOT_FORWARDABLE), LATER, WINDOWS_2008("13 NOT_SUPPORTED?")),
    BY_SELF("not listed", "P10b", B(LIST_NONEMPTY), LATER | BLANKS | B(HOST_SENSITIVE), WINDOWS_2008("13 NO_MATCH")),
    BY_OWN("not listed", "P10b", B(LIST_NONEMPTY) | B(USER_SENSITIVE), LATER | BLANKS | B(TARGET_KRBTGT),
           WINDOWS_2008("13 NO_MATCH")),
    BY_OWN("not listed, krbtgt sensitive", "P10b", B(LIST_NONEMPTY) | B(TGT_NOT_FORWARDABLE), LATER,
           WINDOWS_2008("13 NO_MATCH?")),
    BY_OWN("RBCD", "P11a", B(RBCD_GRANTS) | B(USER_SENSITIVE), LATER | BLANKS | B(TARGET_KRBTGT) | B(HOST_SENSITIVE),
           WINDOWS_2008("13?")),
    BY_OWN("RBCD, by name", "P11a", B(RBCD_GRANTS) | NAMED, LATER | HOWEVER_FOUND | B(HOST_SENSITIVE), SAMBA_417("13")),
    BY_OWN("RBCD, user sensitive", "P12a", B(RBCD_GRANTS) | B(USER_SENSITIVE),
           LATER | BLANKS | B(HOST_SENSITIVE) | B(TARGET_KRBTGT) | B(TARGET_OTHER_DOMAIN),
           WINDOWS_OLD("13 RESTRICTION")),
    BY_OWN("RBCD, user protected", "P12", B(RBCD_GRANTS) | B(USER_PROTECTED),
           LATER | BLANKS | B(HOST_SENSITIVE) | B(TARGET_KRBTGT) | B(TARGET_OTHER_DOMAIN),
           WINDOWS_NEW("13 RESTRICTION")),
    BY_OWN("other domain, listed, RBCD", "P6", LISTED | B(RBCD_GRANTS) | B(TARGET_OTHER_DOMAIN), FREE,
           WINDOWS_NEW_OLD("fwd")),
};

const struct expectation_table expected_denials = {"denials", rows, sizeof rows / sizeof rows[0]};
