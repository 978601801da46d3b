/* The catalogue: one row for each finding. docs/FINDINGS.md shows the same rows, and a test compares them.
 *
 * Columns: severity in check, title, remedy, whether kcdfix can write the cure, and who says so. */
#include <kcdfix/findings.h>

/* The ids of the list, each with an address that a static table may hold. */
static const struct {
#define X(NAME, ID) char NAME[sizeof(ID)];
  KCD_FINDING_LIST(X)
#undef X
} ids = {
#define X(NAME, ID) ID,
    KCD_FINDING_LIST(X)
#undef X
};

#define ROW(NAME, SEVERITY, TITLE, REMEDY, KCDFIX, SOURCE)                                                             \
  [KCD_F_##NAME] = {ids.NAME, SEVERITY, TITLE, REMEDY, KCDFIX, SOURCE}

static const struct kcd_finding_info table[] = {
    ROW(HOST_NOT_FOUND, KCD_FAULT, "the host is not in the directory",
        "Check the spelling, or name the host by its DN.", "no", "MS-ADTS 3.1.1.3"),
    ROW(HOST_OBJECT_DUPLICATE, KCD_FAULT, "the host's name means more than one object",
        "Find out which object the host uses and have the stale one deleted.", "no", "MS-ADTS 3.1.1.5.1.2"),
    ROW(WRONG_OBJECT, KCD_WARNING, "delegation is asked of, or set on, an object that does not delegate",
        "Write the list on the computer object of each host or node, and take it off this object.", "partly",
        "Ask the Core Team, 2017-05-17"),
    ROW(USER_NOT_FOUND, KCD_FAULT, "the user is not in this domain",
        "Name the user as sAMAccountName or sAMAccountName@REALM.", "no", "MS-SFU 3.2.5.1; Microsoft KB2009157"),
    ROW(HOST_ACCOUNT_UNUSABLE, KCD_FAULT, "the host's account is disabled, locked or expired",
        "Enable or repair the computer account, if the host is still in use.", "no", "RFC 4120 3.1.3; MS-KILE 3.3.5.6"),
    ROW(HOST_SPN_MISSING, KCD_FAULT, "the host has no service principal name", "Register its names: setspn -R HOST.",
        "no", "MS-KILE 3.3.5.7; Microsoft Learn, setspn"),
    ROW(USER_ACCOUNT_UNUSABLE, KCD_FAULT, "the user's account is disabled, locked, expired or must change its password",
        "Have the account repaired, or use another one.", "no", "MS-KILE 3.3.5.6; Samba kdc/db-glue.c"),
    ROW(KRBTGT_LISTED, KCD_WARNING, "a service of the KDC itself is listed",
        "Take krbtgt/ and kadmin/ entries off the list: they hand over the domain.", "no", "MS-SFU 3.2.5.2"),
    ROW(TARGET_OTHER_DOMAIN, KCD_FAULT, "the target is in another domain",
        "List entries end at the domain. Resource-based delegation, written on the target in its own domain, does not.",
        "no", "MS-SFU 3.2.5.2.1"),
    ROW(TARGET_SPN_MISSING, KCD_FAULT, "no account holds the SPN",
        "If the name is right, register it on the account that runs the service: setspn -S SPN ACCOUNT.", "no",
        "RFC 4120 7.5.9; MS-DRSR 4.1.4.2.19"),
    ROW(MIGRATION_SPN_REGISTRATION_FAILED, KCD_FAULT, "a Hyper-V host has not registered its service name",
        "On that host: Restart-Service vmms; if that does not help, setspn -S SPN HOST.", "no",
        "Microsoft Learn, Hyper-V event 14050"),
    ROW(SPN_WITH_BLANK_ON_SAMBA, KCD_FAULT, "Samba's KDC does not find names with blanks",
        "Nothing to mend on the hosts: a Windows DC finds the name. On a Samba test DC, register and list the form "
        "with a "
        "backslash before each blank as well.",
        "no", "Heimdal lib/krb5/principal.c; Samba kdc/db-glue.c"),
    ROW(DUPLICATE_SPN, KCD_FAULT, "the SPN is held by more than one account",
        "Find all holders with setspn -X and take the name off the account that does not run the service.", "no",
        "MS-ADTS 3.1.1.5.1.3; Microsoft Learn, KDC_ERR_PRINCIPAL_NOT_UNIQUE"),
    ROW(LIST_EMPTY, KCD_FAULT, "the host lists no service",
        "List the SPN on the host, and set \"Use any authentication protocol\".", "yes", "MS-SFU 3.2.5.2.1"),
    ROW(LIST_ENTRY_MALFORMED, KCD_WARNING, "a listed entry can never match",
        "List the SPN as class/host without a realm, and take the broken entry off the list.", "partly",
        "MS-SFU 3.2.5.2.1; Samba kdc/db-glue.c"),
    ROW(SHORT_OR_FQDN_MISSING, KCD_FAULT, "only one form of the server's name is listed",
        "List both the short and the FQDN form.", "yes", "MS-SFU 3.2.5.2.1; Microsoft Learn, Live migration hosts"),
    ROW(HOST_CLASS_ONLY, KCD_FAULT, "HOST/ is listed where another class is asked for",
        "List the class that is asked for.", "yes", "MS-SFU 3.2.5.2.1; Samba kdc/db-glue.c"),
    ROW(SERVICE_CLASS_MISSING, KCD_FAULT, "another service class of the same server is listed",
        "List the class that is asked for.", "yes", "Microsoft Learn, Live migration hosts"),
    ROW(SPN_NOT_LISTED, KCD_FAULT, "the SPN is not listed", "List the SPN on the host.", "yes", "MS-SFU 3.2.5.2.1"),
    ROW(RBCD_UNSUPPORTED_SAMBA_417, KCD_FAULT, "this Samba does not read resource-based delegation",
        "List the SPN on the host instead, or use Samba 4.19 or newer.", "partly", "Samba 4.19.0 release notes"),
    ROW(PROTOCOL_TRANSITION_OFF, KCD_FAULT, "\"Use Kerberos only\" is set",
        "Set \"Use any authentication protocol\" on the host: the bit TRUSTED_TO_AUTH_FOR_DELEGATION, 0x1000000 of "
        "userAccountControl.",
        "yes", "MS-SFU 3.2.5.1.2; Ask the Core Team, 2017-05-17"),
    ROW(LIST_BREAKS_RBCD, KCD_FAULT, "a \"Use Kerberos only\" list breaks resource-based delegation",
        "Set \"Use any authentication protocol\" on the host, or empty its list.", "yes",
        "MS-SFU 3.2.5.1.2; krb5 pull request 1225"),
    ROW(RBCD_NEEDS_TRANSITION_ON_SAMBA, KCD_FAULT, "resource-based delegation on Samba needs protocol transition too",
        "Set \"Use any authentication protocol\" on the host.", "yes", "Heimdal kdc/mssfu.c"),
    ROW(HOST_SENSITIVE, KCD_FAULT, "the host itself is marked sensitive",
        "Clear \"Account is sensitive and cannot be delegated\" on the computer account.", "no", "MS-SFU 3.2.5.1.2"),
    ROW(HOST_PROTECTED_USERS, KCD_FAULT, "the host is in Protected Users",
        "Take the computer out of the group; it is meant for people.", "no",
        "Microsoft Learn, Protected Users; MS-KILE 3.3.5.1"),
    ROW(KRBTGT_SENSITIVE, KCD_FAULT, "krbtgt is marked sensitive",
        "Have the domain's administrators clear \"Account is sensitive and cannot be delegated\" on krbtgt.", "no",
        "MS-KILE 3.3.5.1"),
    ROW(USER_SENSITIVE, KCD_FAULT, "the user is marked sensitive",
        "Use a Hyper-V operator account without the mark, or work on the host itself.", "no", "MS-SFU 3.2.5.1.2"),
    ROW(USER_PROTECTED, KCD_FAULT, "the user is in Protected Users",
        "Use a Hyper-V operator account outside the group, or work on the host itself.", "no",
        "MS-SFU 3.2.5.1.2; Microsoft Learn, Protected Users"),
    ROW(TARGET_DISABLED, KCD_FAULT, "the account that holds the SPN is disabled or locked",
        "Enable the account if the server is in use, else ask for the server that replaced it.", "no",
        "MS-KILE 3.3.5.7; Heimdal kdc/kerberos5.c"),
    ROW(TARGET_WITHOUT_KEYS, KCD_FAULT, "the account that holds the SPN has no keys",
        "Join the machine to the domain, or set a password for its account.", "no",
        "RFC 4120 3.1.3; Samba kdc/db-glue.c"),
    ROW(PROBE_TGT_NOT_FORWARDABLE, KCD_WARNING, "the probe's own ticket is not forwardable",
        "Probe again; if it stays so, look at the domain's ticket policy, not at the delegation.", "no",
        "RFC 4120 2.6; MS-SFU 3.2.5.1.2"),
    ROW(PREDICTION_DIFFERS, KCD_WARNING, "the KDC answered otherwise than predicted",
        "Believe the KDC. Check again, and name the DC with -S so that directory and KDC are the same.", "no",
        "MS-SFU 3.2.5"),
    ROW(UNCONSTRAINED_ALSO_SET, KCD_WARNING, "unconstrained delegation is set as well",
        "Once the list works, choose \"Trust this computer for delegation to specified services only\".", "no",
        "MS-ADTS 2.2.16; Microsoft Learn, Credential Guard"),
    ROW(TARGET_IS_DC, KCD_WARNING, "the target is a domain controller",
        "Open a file server instead, so that a Hyper-V host does not reach a domain controller as an administrator.",
        "asks", "MS-SFU 5.1"),
    ROW(LIST_ENTRY_DUPLICATE_CASE, KCD_WARNING, "an entry is listed twice, in different case",
        "Take one of the two off the list.", "no", "Samba dsdb; MS-ADTS 3.1.1.2.2.2"),
    ROW(NEGATIVE_CACHE, KCD_NOTE, "changed a moment ago: the host may still remember a refusal",
        "On the host: klist purge -li 0x3e7 & klist purge -li 0x3e4, or wait 15 minutes, or restart it.", "no",
        "Microsoft KB837361; Microsoft Learn, Troubleshoot live migration"),
};

_Static_assert(sizeof table / sizeof table[0] == KCD_FINDINGS, "one row for each finding");

const struct kcd_finding_info *kcd_finding_info(enum kcd_finding_id id)
{
  return &table[id];
}
