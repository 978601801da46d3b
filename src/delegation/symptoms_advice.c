/* Questions that narrow it down, and the advice that people arrive with. */
#include "symptoms.h"

#define TOPIC(TITLE, WORDS_OF_IT, DELEGATION, MEANS, TELL, CAUSES_OF_IT, NEXT, SOURCE)                                 \
  {                                                                                                                    \
    .kind = KCD_SYMPTOM_WORDS, .title = (TITLE), .words = (WORDS_OF_IT), .role = KCD_ROLE_TOPIC,                       \
    .delegation = KCD_DELEGATION_##DELEGATION, .means = (MEANS), .tell = (TELL), .causes = (CAUSES_OF_IT),             \
    .next = KCD_NEXT_##NEXT, .source = (SOURCE)                                                                        \
  }

#define LM16 "Microsoft Tech Community, Live Migration via Constrained Delegation with Kerberos in Windows Server 2016"
#define ASKCORE "Ask the Core Team, 2017-05-17"

static const struct kcd_symptom rows[] = {
    TOPIC("works at the host, fails from another machine",
          "logged on at the host|works locally|works on the host|fails remotely|from the remote console|double hop|"
          "double-hop",
          YES, "the host may not pass the administrator on", "The double hop: this is what delegation is for.",
          CAUSES(TITLES(F(PROTOCOL_TRANSITION_OFF), F(LIST_EMPTY), F(SPN_NOT_LISTED))), SHARE, ASKCORE),
    TOPIC("fails on the host too", "fails locally too|fails on the host too|fails locally", SELDOM,
          "share or NTFS rights, of the user and of the host's computer account",
          "With a path that is local to the host, created from another machine, it can be delegation all the same: the "
          "host goes to itself, so check it with cifs/HOST.",
          CAUSES(TITLES(F(SHARE_PERMISSION_OF_HOST), F(PROTOCOL_TRANSITION_OFF))), SHARE,
          ASKCORE "; Microsoft Learn, Error 0x80070005 when exporting VMs"),
    TOPIC("fails even with a local path", "local path|path local to the host|local folder|even locally", USUALLY,
          "the host goes to itself as the user, over the network",
          "The classic case fails for a folder of the host too: check the host with cifs/ and its own name.",
          CAUSES(TITLES(F(PROTOCOL_TRANSITION_OFF), F(LIST_EMPTY), F(SPN_NOT_LISTED))), SHARE, ASKCORE),
    TOPIC("Everyone has Full Control", "everyone full control|full control|everyone has full", YES,
          "rights are not what is missing", "Where it fails with Everyone Full Control it is delegation.",
          CAUSES(TITLES(F(PROTOCOL_TRANSITION_OFF), F(LIST_EMPTY), F(SPN_NOT_LISTED))), SHARE, ASKCORE),
    TOPIC("some administrators can, others cannot",
          "some admins can|some administrators can|only some admins|sensitive and cannot be delegated|protected users",
          YES, "the ones who cannot are protected from delegation",
          "Compare the account of one who can with one who cannot.",
          CAUSES(TITLES(F(USER_SENSITIVE), F(USER_PROTECTED), F(ADMINS_MARKED_SENSITIVE))), PAIR,
          "PingCastle P-Delegated; MS-SFU 3.2.5.1.2"),
    TOPIC("works in one direction", "one direction|other direction|back migration|only one way", YES,
          "the other host lacks the reverse entries", "Each host needs its own list.",
          CAUSES(TITLES(F(ONE_DIRECTION_ONLY))), MIGRATION, "Microsoft Learn, Live migration hosts"),
    TOPIC("worked with 2012 R2", "2012 r2|2012r2", YES,
          "2012 R2 used the administrator's own ticket, 2016 and later make one",
          "That needs \"Use any authentication protocol\" on the host.", CAUSES(TITLES(F(PROTOCOL_TRANSITION_OFF))),
          SHARE, LM16),
    TOPIC("broke with Windows Server 2025", "server 2025|credential guard", USUALLY,
          "Credential Guard is on from there, and CredSSP and unconstrained delegation end",
          "Use Kerberos on the hosts, with the list and any protocol.",
          CAUSES(TITLES(F(CREDSSP_BLOCKED_BY_CREDENTIAL_GUARD), F(HOST_USES_CREDSSP), F(PROTOCOL_TRANSITION_OFF))),
          MIGRATION, "Microsoft Learn, Credential Guard considerations"),
    TOPIC("advice: select \"Use Kerberos only\"", "use kerberos only|kerberos only|pingcastle", YES,
          "true for 2012 R2 only: from 2016 on it breaks Hyper-V",
          "PingCastle's remedy and documents, exam texts and posts of 2012 to 2016 say so. The host makes its own "
          "evidence since 2016, and with \"Use Kerberos only\" that may not be passed on.",
          CAUSES(TITLES(F(PROTOCOL_TRANSITION_OFF), F(LIST_BREAKS_RBCD))), SHARE,
          "PingCastle RuleDescription.resx; " LM16),
    TOPIC("advice: \"Use any authentication protocol\" is not safe",
          "use any authentication protocol|any authentication protocol|any protocol|kb2602377|powerbi-docs|"
          "trustedtoauthfordelegation",
          YES, "it is what Hyper-V needs from 2016 on",
          "KB2602377 and others advise against it. Hyper-V's own team calls the difference to a list with Kerberos "
          "only marginal; what limits it is to mark the privileged accounts as sensitive.",
          CAUSES(TITLES(F(PROTOCOL_TRANSITION_OFF), F(PRIVILEGED_USERS_EXPOSED))), SHARE,
          LM16 "; Microsoft KB2602377; powerbi-docs issue 4155"),
    TOPIC("advice: \"Trust this computer for delegation to any service\"",
          "delegation to any service|any service (kerberos only)|trustedfordelegation|unconstrained", YES,
          "never: the host could then be anybody anywhere",
          "It does not help the way of 2016, it hides errors of the list, and Credential Guard blocks it.",
          CAUSES(TITLES(F(UNCONSTRAINED_ALSO_SET))), SHARE, "MS-ADTS 2.2.16; PingCastle P-UnconstrainedDelegation"),
    TOPIC("advice: restart the host, or gpupdate /force", "gpupdate|gpupdate /force|restart|reboot", PERHAPS,
          "a restart helps, gpupdate /force has no documented effect",
          "What counts is that the change has reached the host's domain controller and that the host gets fresh "
          "tickets. A restart gives it those; so do klist purge -li 0x3e7 and -li 0x3e4, or 15 minutes.",
          CAUSES(TITLES(F(NEGATIVE_CACHE), F(CHANGE_NOT_REPLICATED))), SHARE,
          ASKCORE "; Microsoft Learn, Live migration hosts; Microsoft KB837361"),
    TOPIC("advice: wait 15 minutes, or klist purge", "klist purge|klist|kb4558514|wait 15 minutes|15 minutes", PERHAPS,
          "right: the host remembers a refusal for 15 minutes",
          "klist purge takes the tickets; that it takes a remembered refusal too is not documented, 15 minutes are "
          "sure.",
          CAUSES(TITLES(F(NEGATIVE_CACHE))), SHARE, "Microsoft KB4558514, KB837361"),
    TOPIC("KCDSetup.ps1", "kcdsetup", YES, "incomplete: it writes the list and never the protocol",
          "Set \"Use any authentication protocol\" on every node as well.",
          CAUSES(TITLES(F(PROTOCOL_TRANSITION_OFF), F(WRONG_OBJECT))), SHARE, "Microsoft, KCDSetup.ps1"),
    TOPIC("the guide for live migration is silent on the protocol",
          "troubleshooting guide|live migration guide|microsoft virtual system migration service", YES,
          "incomplete: both services are named there, the protocol is not",
          "List cifs and the migration service, both forms, and set \"Use any authentication protocol\".",
          CAUSES(TITLES(F(PROTOCOL_TRANSITION_OFF), F(SERVICE_CLASS_MISSING))), MIGRATION,
          "Microsoft Learn, Troubleshooting guide: Hyper-V live migration"),
    TOPIC("all lists complete, resource-based too, and it still fails", "issue 405|resource-based|rbcd", YES,
          "a list with \"Use Kerberos only\" breaks resource-based delegation too",
          "Set \"Use any authentication protocol\" on the host, or empty its list.",
          CAUSES(TITLES(F(LIST_BREAKS_RBCD), F(PROTOCOL_TRANSITION_OFF), F(RBCD_NEEDS_TRANSITION_ON_SAMBA),
                        F(KCD_AND_RBCD_BOTH))),
          PAIR, "Windows Admin Center issue 405; krb5 pull request 1225"),
    TOPIC("HTTP 400, request header too long", "request too long|http 400|request header too long", NO,
          "the ticket is too large for what carries it", "The user is in very many groups.",
          CAUSES(TITLES(F(TOKEN_TOO_LARGE))), NOTHING, "Microsoft Learn, MaxTokenSize"),
};

const struct kcd_symptom_part kcd_symptoms_advice = {rows, sizeof rows / sizeof rows[0]};
