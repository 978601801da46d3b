/* What libkrb5 says without a KDC. */
#include "symptoms.h"

#define LIBRARY(LAST, WORDS_OF_IT, DELEGATION, MEANS, TELL, CAUSES_OF_IT, NEXT)                                        \
  {                                                                                                                    \
    .kind = KCD_SYMPTOM_KRB5, .number = -1765328000 - (LAST), .words = (WORDS_OF_IT), .role = KCD_ROLE_EXACT,          \
    .delegation = KCD_DELEGATION_##DELEGATION, .means = (MEANS), .tell = (TELL), .causes = (CAUSES_OF_IT),             \
    .next = KCD_NEXT_##NEXT, .source = "MIT krb5 krb5_err.et, s4u_creds.c"                                             \
  }

static const struct kcd_symptom rows[] = {
    LIBRARY(243, "matching credential not found|no credentials cache found", NO,
            "no ticket of that realm is in the cache", "Log in with kinit.", CAUSES(TITLES(F(TARGET_OTHER_DOMAIN))),
            NOTHING),
    LIBRARY(240, "wrong principal in request", NO, "the ticket is for another name than the service's",
            "The keytab and the name do not fit.", CAUSES(TITLES(F(WRONG_PRINCIPAL_NAME), F(DUPLICATE_SPN))), PAIR),
    LIBRARY(238, "requested principal and ticket don't match", NO, "the ticket in the cache is not the host's",
            "S4U needs the host's own ticket.", CAUSES(TITLES(F(WRONG_OBJECT))), PAIR),
    LIBRARY(237, "kdc reply did not match expectations", PERHAPS, "the KDC answered for another name than asked",
            "A KDC without S4U, or a list that names the KDC's own service.",
            CAUSES(TITLES(F(KRBTGT_LISTED), F(RBCD_DC_TOO_OLD))), PAIR),
    LIBRARY(236, "clock skew too great in kdc reply", NO, "the clocks differ by more than five minutes",
            "Every use of Kerberos fails then.", CAUSES(TITLES(F(CLOCK_SKEW))), DOCTOR),
    LIBRARY(230, "cannot find kdc for requested realm", NO, "no KDC is known for the realm",
            "The name was given with another realm, or DNS has no SRV record for it.",
            CAUSES(TITLES(F(TARGET_OTHER_DOMAIN), F(DC_UNREACHABLE))), DOCTOR),
    LIBRARY(228, "cannot contact any kdc", NO, "no KDC answers", "Network or DNS: ports 88, 389 and 464.",
            CAUSES(TITLES(F(DC_UNREACHABLE))), DOCTOR),
    LIBRARY(203, "no key table entry found", NO, "the keytab has no key of that name",
            "Take the keytab of the host, with its account name HOST$.", CAUSES(TITLES(F(HOST_NOT_FOUND))), PAIR),
    LIBRARY(196, "bad encryption type", NO, "this machine does not take the ticket's encryption type",
            "RC4 is switched off here, or the account has no AES keys.", CAUSES(TITLES(F(TARGET_ETYPE_MISMATCH))),
            PAIR),
    LIBRARY(184, NULL, NO, "the ticket in the cache has another encryption type", "Get fresh tickets with kinit.",
            CAUSES(TITLES(F(TARGET_ETYPE_MISMATCH))), PAIR),
    LIBRARY(182, "request missing second ticket", NO, "the evidence was not sent along", "A fault of the client.", NULL,
            NOTHING),
    LIBRARY(167, "cannot determine realm for host", NO, "the realm of the host is not known here",
            "krb5.conf maps no domain to it.", CAUSES(TITLES(F(NAME_CANONICALISED))), DOCTOR),
    LIBRARY(164, "cannot resolve network address for kdc", NO, "the name of the KDC is not in DNS", "Network or DNS.",
            CAUSES(TITLES(F(DC_UNREACHABLE))), DOCTOR),
    LIBRARY(163, "requesting ticket can't get forwardable tickets", YES, "the ticket may not be forwarded",
            "The user or the host is marked sensitive, or the login did not ask for a forwardable ticket.",
            CAUSES(TITLES(F(USER_SENSITIVE), F(HOST_SENSITIVE), F(KRBTGT_SENSITIVE), F(PROBE_TGT_NOT_FORWARDABLE))),
            PAIR),
    LIBRARY(154, "key version number for principal in key table is incorrect", NO,
            "the keytab is older than the password", "Export the keytab again.",
            CAUSES(TITLES(F(HOST_ACCOUNT_UNUSABLE), F(TARGET_KEY_CHANGED))), PAIR),
    LIBRARY(132, NULL, NO, "the KDC wants armoured requests", "It is about FAST, delegation or not.",
            CAUSES(TITLES(F(KDC_DEMANDS_ARMOR))), PAIR),
};

const struct kcd_symptom_part kcd_symptoms_krb5 = {rows, sizeof rows / sizeof rows[0]};
