/* expected_short_table.c - S4U2Self and then S4U2Proxy, the SPN registered and the user in order: the case of Hyper-V.
 */
#include "expectations.h"

#define HOST (B(HOST_HAS_SPN) | B(HOST_COMPUTER))
#define OTHER B(LIST_NONEMPTY)

/* Stated for Windows, Samba 4.17 and Samba 4.19. */
#define ROW(name, set, any, ...)                                                                                       \
  {                                                                                                                    \
    name, NULL, OF_S4U2PROXY, HOST | (set), any, CELLS(__VA_ARGS__)                                                    \
  }
#define CELLS(windows, samba_417, samba_419)                                                                           \
  {                                                                                                                    \
    windows, NULL, NULL, samba_417, samba_419, NULL                                                                    \
  }

static const struct expectation rows[] = {
    /* clang-format off */
    ROW("empty list", 0, 0,
        "13 NOT_FOUND",     "13",   "13"),
    ROW("empty list, no RBCD bit", B(NO_RBCD_BIT), 0,
        "13 NOT_SUPPORTED", "13",   "13"),
    ROW("other values, transition", OTHER | B(HOST_TRANSITION), 0,
        "13 NOT_FOUND",     "13",   "13"),
    ROW("other values, transition, no RBCD bit", OTHER | B(HOST_TRANSITION) | B(NO_RBCD_BIT), 0,
        "13 NO_MATCH",      "13",   "13"),
    ROW("Use Kerberos only", LISTED, 0,
        "13 RESTRICTION",   "13",   "13"),
    ROW("Use any authentication protocol", LISTED | B(HOST_TRANSITION), B(RBCD_GRANTS),
        "fwd",              "fwd",  "fwd"),
    ROW("any protocol, user sensitive", LISTED | B(HOST_TRANSITION) | B(USER_SENSITIVE), B(RBCD_GRANTS),
        "13 RESTRICTION",   "13",   "13"),
    ROW("any protocol, user protected", LISTED | B(HOST_TRANSITION) | B(USER_PROTECTED), B(RBCD_GRANTS),
        "13 RESTRICTION",   "fwd",  "fwd"),
    ROW("empty list, RBCD", B(RBCD_GRANTS), 0,
        "fwd",              "13",   "13"),
    ROW("empty list, transition, RBCD", B(HOST_TRANSITION) | B(RBCD_GRANTS), 0,
        "fwd",              "13",   "fwd"),
    ROW("other values, RBCD: the list breaks it", OTHER | B(RBCD_GRANTS), 0,
        "13 RESTRICTION",   "13",   "13"),
    ROW("other values, transition, RBCD", OTHER | B(HOST_TRANSITION) | B(RBCD_GRANTS), 0,
        "fwd",              "13",   "fwd"),
    ROW("unconstrained alone", B(HOST_UNCONSTRAINED), 0,
        "13 NOT_FOUND",     "13",   "13"),
    /* clang-format on */
};

const struct expectation_table expected_short_table = {"short table", rows, sizeof rows / sizeof rows[0]};
