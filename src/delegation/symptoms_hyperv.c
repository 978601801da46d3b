/* What Hyper-V, the failover cluster and Virtual Machine Manager show. */
#include "symptoms.h"

/* The causes that events and statuses of one kind share. */
#define SHARE_CAUSES                                                                                                   \
  CAUSES(CAUSE("the host is set to \"Use Kerberos only\"", F(PROTOCOL_TRANSITION_OFF)),                                \
         CAUSE("{spn} is not listed on the host, or in one form only", F(LIST_EMPTY), F(SPN_NOT_LISTED),               \
               F(SHORT_OR_FQDN_MISSING)),                                                                              \
         CAUSE("{user} is marked sensitive, or in Protected Users", F(USER_SENSITIVE), F(USER_PROTECTED)),             \
         CAUSE("it was put right less than 15 minutes ago", F(NEGATIVE_CACHE)),                                        \
         CAUSE("share or NTFS rights of the host's computer account, if the check below says WORKS",                   \
               F(SHARE_PERMISSION_OF_HOST)))
#define ISO_CAUSES                                                                                                     \
  CAUSES(CAUSE("{spn} is not listed on every host", F(SPN_NOT_LISTED), F(LIST_EMPTY), F(CLUSTER_NODE_FORGOTTEN)),      \
         CAUSE("a host is set to \"Use Kerberos only\"", F(PROTOCOL_TRANSITION_OFF)),                                  \
         CAUSE("the share does not admit the host's computer account", F(SHARE_PERMISSION_OF_HOST)))

#define ASKCORE "Ask the Core Team, 2017-05-17"
#define TLM "Microsoft Learn, Troubleshoot live migration issues (KB4558514)"
#define LM25 "Microsoft Learn, Set up hosts for live migration without Failover Clustering"
#define LM16 "Microsoft Tech Community, Live Migration via Constrained Delegation with Kerberos in Windows Server 2016"
#define GUARD "Microsoft Learn, Credential Guard considerations"
#define TG26 "Microsoft Learn, Troubleshooting guide: Hyper-V live migration"

#define EVENT(NUMBER) .kind = KCD_SYMPTOM_EVENT, .number = (NUMBER)
#define STATUS(NUMBER) .kind = KCD_SYMPTOM_HRESULT, .number = (NUMBER)
#define WORDS(TITLE) .kind = KCD_SYMPTOM_WORDS, .title = (TITLE)

#define FILE_EVENT(NUMBER, WORDS_OF_IT, MEANS)                                                                         \
  {                                                                                                                    \
    EVENT(NUMBER),                                                                                                     \
        .words = (WORDS_OF_IT), .family = "file-access", .role = KCD_ROLE_EXACT, .delegation = KCD_DELEGATION_USUALLY, \
        .means = (MEANS),                                                                                              \
        .tell =                                                                                                        \
            "It is, if the same works when you are logged on at the host; the classic case fails for a path that is "  \
            "local to the host too. 13000, 16350 and 16352 beside each other mean the same.",                          \
        .causes = SHARE_CAUSES, .next = KCD_NEXT_SHARE,                                                                \
        .source = ASKCORE "; Microsoft Learn, Error 0x80070005 when exporting VMs"                                     \
  }

#define PORT_STATUS(NUMBER, WORDS_OF_IT, MEANS)                                                                        \
  {                                                                                                                    \
    STATUS(NUMBER),                                                                                                    \
        .words = (WORDS_OF_IT), .family = "port", .role = KCD_ROLE_EXACT, .delegation = KCD_DELEGATION_NO,             \
        .means = (MEANS),                                                                                              \
        .tell =                                                                                                        \
            "The connection breaks before anybody is authenticated: firewall, antivirus, a broken Registry.pol, or "   \
            "nothing that listens on TCP 6600.",                                                                       \
        .causes = CAUSES(TITLES(F(MIGRATION_PORT_BLOCKED))), .next = KCD_NEXT_ON_HOST, .source = TLM                   \
  }

#define NOT_AUTHENTICATION(NUMBER, WORDS_OF_IT, MEANS)                                                                 \
  {                                                                                                                    \
    EVENT(NUMBER), .words = (WORDS_OF_IT), .role = KCD_ROLE_EXACT, .delegation = KCD_DELEGATION_NO, .means = (MEANS),  \
                   .tell = "It speaks of the migration itself; nobody was refused.",                                   \
                   .causes = CAUSES(TITLES(F(HYPERV_RESOURCE_ERROR))), .next = KCD_NEXT_ON_HOST,                       \
                   .source = TLM "; " TG26                                                                             \
  }

#define WINRM_EVENT(NUMBER, WORDS_OF_IT)                                                                               \
  {                                                                                                                    \
    EVENT(NUMBER),                                                                                                     \
        .words = (WORDS_OF_IT), .family = "winrm", .role = KCD_ROLE_EXACT, .delegation = KCD_DELEGATION_NO,            \
        .means = "the management client does not get to the host",                                                     \
        .tell = "It fails on the first hop, before the host delegates: WinRM, TrustedHosts, a proxy, or the name.",    \
        .causes = CAUSES(CAUSE("the name leads elsewhere, or WinRM refuses it", F(NAME_CANONICALISED))),               \
        .next = KCD_NEXT_ON_HOST, .source = TG26                                                                       \
  }

static const struct kcd_symptom rows[] = {
    FILE_EVENT(13000, "failed to create external configuration store",
               "the host was refused when it opened {share} as {user}"),
    FILE_EVENT(16350, "cannot change the storage location of checkpoints|failed to change the checkpoint",
               "the host was refused when it moved the checkpoints to {share} as {user}"),
    FILE_EVENT(16352, "failed to change smart paging store|cannot change the smart paging",
               "the host was refused when it moved the Smart Paging file to {share} as {user}"),
    {WORDS("\"The server encountered an error while creating\""), .role = KCD_ROLE_WRAPPER,
     .words = "server encountered an error while creating|failed to create a new virtual machine|"
              "server encountered an error trying to create",
     .delegation = KCD_DELEGATION_UNTOLD, .means = "Hyper-V Manager could not create the virtual machine",
     .tell = "Look for event 13000 in Hyper-V-VMMS-Admin on the host: with 0x80070005 it is most likely delegation.",
     .causes = CAUSES(
         CAUSE("event 13000 with 0x80070005: the host is set to \"Use Kerberos only\"", F(PROTOCOL_TRANSITION_OFF)),
         CAUSE("or the file server is not listed", F(LIST_EMPTY), F(SPN_NOT_LISTED))),
     .next = KCD_NEXT_SHARE, .source = ASKCORE},
    {STATUS(0x80070005), .words = "general access denied|access is denied", .role = KCD_ROLE_GENERIC,
     .delegation = KCD_DELEGATION_SELDOM, .means = "\"General access denied error\"",
     .tell = "Most uses of this code have nothing to do with delegation. It is delegation when it comes from a host "
             "that opens a share for an administrator on another machine, works when you are logged on at the host, "
             "and stays with Everyone Full Control.",
     .causes = SHARE_CAUSES, .next = KCD_NEXT_SHARE,
     .source = ASKCORE "; Microsoft Learn, Error 0x80070005 when exporting VMs"},
    {STATUS(0x8009030E),
     .words = "no credentials are available in the security package|no suitable credentials available",
     .role = KCD_ROLE_EXACT, .delegation = KCD_DELEGATION_USUALLY,
     .means = "\"No credentials are available in the security package\"",
     .tell = "Seen in live migration, event 21502 on the source host. It is something else when it also fails on the "
             "console of the source host.",
     .causes = CAUSES(
         CAUSE("the source host is set to \"Use Kerberos only\"", F(PROTOCOL_TRANSITION_OFF)),
         CAUSE("started from a third machine, and a host uses CredSSP", F(HOST_USES_CREDSSP)),
         CAUSE("Windows Server 2025 or Credential Guard, which stops CredSSP", F(CREDSSP_BLOCKED_BY_CREDENTIAL_GUARD)),
         CAUSE("the destination is not listed, or not both of its services", F(LIST_EMPTY), F(SPN_NOT_LISTED),
               F(SERVICE_CLASS_MISSING)),
         CAUSE("{user} is in Protected Users", F(USER_PROTECTED)),
         CAUSE("no ticket of the domain can be forwarded", F(KRBTGT_SENSITIVE)),
         CAUSE("it was put right less than 15 minutes ago", F(NEGATIVE_CACHE))),
     .next = KCD_NEXT_MIGRATION, .source = TLM "; " LM16 "; " LM25 "; " GUARD},
    {STATUS(0x8009030D), .words = "credentials supplied to the package were not recognized", .role = KCD_ROLE_EXACT,
     .delegation = KCD_DELEGATION_USUALLY, .means = "\"The credentials supplied to the package were not recognized\"",
     .tell = "Seen in live migration. The cure is Kerberos on both hosts, and both services listed with any "
             "protocol; rarely it is a missing registry key of SSL.",
     .causes = CAUSES(CAUSE("the source host is set to \"Use Kerberos only\"", F(PROTOCOL_TRANSITION_OFF)),
                      CAUSE("not both services of the destination are listed", F(SERVICE_CLASS_MISSING)),
                      CAUSE("a host uses CredSSP", F(HOST_USES_CREDSSP)),
                      CAUSE("it was put right less than 15 minutes ago", F(NEGATIVE_CACHE))),
     .next = KCD_NEXT_MIGRATION, .source = TLM "; Microsoft Learn, Troubleshooting Hyper-V operational failures"},
    {STATUS(0x80090303), .words = "failed to authenticate 442", .role = KCD_ROLE_EXACT,
     .delegation = KCD_DELEGATION_PERHAPS, .means = "the service that was asked for is not known to the KDC",
     .tell = "The name comes before any delegation: register the SPNs again, restart vmms, then check.",
     .causes = CAUSES(TITLES(F(TARGET_SPN_MISSING), F(DUPLICATE_SPN), F(MIGRATION_SPN_REGISTRATION_FAILED))),
     .next = KCD_NEXT_MIGRATION, .source = "MS-ERREF SEC_E_TARGET_UNKNOWN; itimagination.com"},
    {STATUS(0x80090322), .words = "target principal name is incorrect", .role = KCD_ROLE_EXACT,
     .delegation = KCD_DELEGATION_NO, .means = "\"The target principal name is incorrect\"",
     .tell = "The KDC gave a ticket and the service could not read it: a name on the wrong account, stale DNS, or an "
             "old key.",
     .causes = CAUSES(TITLES(F(WRONG_PRINCIPAL_NAME), F(DUPLICATE_SPN), F(TARGET_KEY_CHANGED))),
     .next = KCD_NEXT_ON_HOST, .source = TLM "; Microsoft Q&A 66454"},
    {STATUS(0x80090311), .words = "no authority could be contacted", .role = KCD_ROLE_EXACT,
     .delegation = KCD_DELEGATION_NO, .means = "\"No authority could be contacted for authentication\"",
     .tell = "No domain controller answered the host: network or DNS.", .causes = CAUSES(TITLES(F(DC_UNREACHABLE))),
     .next = KCD_NEXT_ON_HOST, .source = "MS-ERREF SEC_E_NO_AUTHENTICATING_AUTHORITY"},
    {STATUS(0x80090324), .words = "clocks on the client and server machines are skewed", .role = KCD_ROLE_EXACT,
     .delegation = KCD_DELEGATION_NO, .means = "the clocks differ by more than five minutes",
     .tell = "Every use of Kerberos fails then.", .causes = CAUSES(TITLES(F(CLOCK_SKEW))), .next = KCD_NEXT_ON_HOST,
     .source = "MS-ERREF SEC_E_TIME_SKEW; RFC 4120 7.5.9"},
    {EVENT(21502), .words = "live migration of 'virtual machine", .role = KCD_ROLE_WRAPPER,
     .delegation = KCD_DELEGATION_UNTOLD, .means = "the cluster could not move a virtual machine",
     .tell = "Some fifteen errors come in this event (switch name, CPU, memory, ISO, ports). Only 0x8009030E and "
             "0x8009030D inside it are delegation: read the inner code first.",
     .causes = NULL, .next = KCD_NEXT_INNER, .source = TLM},
    {EVENT(21024), .words = "failed at migration source|failed at migration destination", .role = KCD_ROLE_WRAPPER,
     .delegation = KCD_DELEGATION_UNTOLD, .means = "a live migration failed; the text beside it tells why",
     .tell = "The event is generic. \"Network connection was lost\" is no authentication; beside Operational 1106 or "
             "0x80070534 the creator of the machine is gone.",
     .causes = CAUSES(TITLES(F(VM_CREATOR_DELETED), F(MIGRATION_PORT_BLOCKED))), .next = KCD_NEXT_INNER,
     .source = TLM "; Azure Local supportability, pull request 326"},
    {STATUS(0x80070569),
     .words = "user not granted logon type|user has not been granted the requested logon type|"
              "not been granted the requested logon type",
     .role = KCD_ROLE_EXACT, .delegation = KCD_DELEGATION_NO,
     .means = "\"Logon failure: the user has not been granted the requested logon type\"",
     .tell = "A group policy took a right from NT VIRTUAL MACHINE\\Virtual Machines.",
     .causes = CAUSES(TITLES(F(VM_LOGON_RIGHT_LOST))), .next = KCD_NEXT_ON_HOST, .source = TLM},
    PORT_STATUS(0x8007274C, "did not properly respond after a period of time", "the other host did not answer in time"),
    PORT_STATUS(0x8007274D, "target machine actively refused it", "nothing listens on the other host"),
    PORT_STATUS(0x80072746, "forcibly closed by the remote host", "the other host closed the connection"),
    PORT_STATUS(0x8007271D, "forbidden by its access permissions", "this host may not open the connection"),
    {STATUS(0x80070534), .words = "no mapping between account names and security ids", .family = "creator",
     .role = KCD_ROLE_EXACT, .delegation = KCD_DELEGATION_NO,
     .means = "\"No mapping between account names and security IDs was done\"",
     .tell = "The account that made the virtual machine was deleted.", .causes = CAUSES(TITLES(F(VM_CREATOR_DELETED))),
     .next = KCD_NEXT_ON_HOST, .source = "Azure Local supportability, pull request 326"},
    {EVENT(1106), .family = "creator", .role = KCD_ROLE_EXACT, .delegation = KCD_DELEGATION_NO,
     .means = "the virtual machine's owner has no name any more (Hyper-V Operational log)",
     .tell = "The account that made the virtual machine was deleted.", .causes = CAUSES(TITLES(F(VM_CREATOR_DELETED))),
     .next = KCD_NEXT_ON_HOST, .source = "Azure Local supportability, pull request 326"},
    {STATUS(0x800705AA), .words = "insufficient system resources exist", .role = KCD_ROLE_EXACT,
     .delegation = KCD_DELEGATION_NO, .means = "the host lacks system resources",
     .tell = "It is about the destination's memory and CPU.", .causes = CAUSES(TITLES(F(HYPERV_RESOURCE_ERROR))),
     .next = KCD_NEXT_ON_HOST, .source = TLM},
    {STATUS(0x80071398), .words = "cluster node is not the owner", .role = KCD_ROLE_EXACT,
     .delegation = KCD_DELEGATION_NO, .means = "the node does not own the cluster group",
     .tell = "It is about the cluster.", .causes = CAUSES(TITLES(F(HYPERV_RESOURCE_ERROR))), .next = KCD_NEXT_ON_HOST,
     .source = TLM "; MS-ERREF 2.2"},
    WINRM_EVENT(20406, "hyper-v manager could not connect"),
    WINRM_EVENT(280, "client cannot connect to the destination|winrm cannot complete the operation"),
    NOT_AUTHENTICATION(21125, NULL, "the destination has no virtual switch of that name"),
    NOT_AUTHENTICATION(21501, NULL, "the limit of simultaneous migrations is reached"),
    NOT_AUTHENTICATION(20413, NULL, "a path of the virtual machine is not there"),
    NOT_AUTHENTICATION(20417, NULL, "the virtual machine was paused too long while it moved"),
    NOT_AUTHENTICATION(10698, NULL, "the destination does not support the version of the virtual machine"),
    {EVENT(20100), .words = "failed to register the configuration", .role = KCD_ROLE_EXACT,
     .delegation = KCD_DELEGATION_NO, .means = "the destination may not read the virtual machine's files on {share}",
     .tell = "The migration shifted NTFS rights: the machine account of the destination needs them.",
     .causes = CAUSES(TITLES(F(SHARE_PERMISSION_OF_HOST))), .next = KCD_NEXT_ON_HOST,
     .source = "virtualizationdojo.com, event 20100"},
    {EVENT(14050), .words = "failed to register the service principal name|failed to register service principal name",
     .role = KCD_ROLE_EXACT, .delegation = KCD_DELEGATION_PERHAPS,
     .means = "a Hyper-V host could not register its service name",
     .tell = "It comes before delegation: no KDC gives a ticket for a name that no account holds. First mend the "
             "registration, then check.",
     .causes = CAUSES(TITLES(F(MIGRATION_SPN_REGISTRATION_FAILED), F(TARGET_SPN_MISSING))), .next = KCD_NEXT_MIGRATION,
     .source = "Microsoft Learn, Hyper-V VMM service fails with event ID 14050"},
    {EVENT(12700), .words = "does not have read access to file share", .role = KCD_ROLE_EXACT,
     .delegation = KCD_DELEGATION_PERHAPS, .means = "VMM: the host's machine account may not read {share}",
     .tell = "First look at the rights of the machine account on the share and in NTFS, then at the list.",
     .causes = CAUSES(TITLES(F(SHARE_PERMISSION_OF_HOST), F(SPN_NOT_LISTED), F(PROTOCOL_TRANSITION_OFF))),
     .next = KCD_NEXT_SHARE, .source = "Microsoft KB2689989"},
    {WORDS("an ISO of the VMM library cannot be attached"), .family = "file-access", .role = KCD_ROLE_EXACT,
     .words = "library server|vmm library|share image file instead of copying", .delegation = KCD_DELEGATION_YES,
     .means = "the host opens the ISO on the library server as somebody else",
     .tell = "VMM runs as a domain account: that account and the machine account of the host both read the share.",
     .causes = ISO_CAUSES, .next = KCD_NEXT_SHARE,
     .source = "Microsoft Learn, System Center: Install an operating system on a VM in the VMM fabric"},
    {WORDS("an ISO of a file share cannot be attached"), .family = "file-access", .role = KCD_ROLE_EXACT,
     .words = "iso image|.iso'|.iso\"|failed to add device 'virtual cd/dvd disk'", .delegation = KCD_DELEGATION_YES,
     .means = "the host opens the ISO on {share} as {user}", .tell = "Started on the host itself it works.",
     .causes = ISO_CAUSES, .next = KCD_NEXT_SHARE,
     .source = "Cisco, Hyper-V deployment guide; Technology Toolbox build notes"},
    {WORDS("Windows Admin Center: a move is denied"), .role = KCD_ROLE_EXACT,
     .words = "windows admin center|windows-admin-center", .delegation = KCD_DELEGATION_USUALLY,
     .means = "the gateway is one hop more: two delegations in a row",
     .tell = "It is, if Move-VM on the host works while the move in Windows Admin Center is denied.",
     .causes = CAUSES(TITLES(F(SECOND_HOP_CHAIN), F(PROTOCOL_TRANSITION_OFF), F(LIST_BREAKS_RBCD))),
     .next = KCD_NEXT_MIGRATION, .source = "Windows Admin Center issue 405; " LM16},
    {WORDS("VMConnect: unknown disconnection reason 3848"), .role = KCD_ROLE_EXACT,
     .words = "disconnection reason 3848|reason 3848|unknown disconnection reason", .delegation = KCD_DELEGATION_NO,
     .means = "the console connection of a virtual machine was refused",
     .tell = "It is the CredSSP policy of your own machine: it has to allow \"Microsoft Virtual Console Service/*\".",
     .causes = CAUSES(TITLES(F(HOST_USES_CREDSSP))), .next = KCD_NEXT_NOTHING,
     .source = "Microsoft support, VMConnect and CredSSP"},
    {WORDS("Hyper-V Replica"), .role = KCD_ROLE_TOPIC, .words = "hyper-v replica|replica server",
     .delegation = KCD_DELEGATION_NO, .means = "replication goes from host to host with their own accounts",
     .tell = "It needs no delegation entry, though some scripts add one.",
     .causes = CAUSES(TITLES(F(ENTRY_BEYOND_NEED))), .next = KCD_NEXT_NOTHING, .source = "infotechninja.com"},
    {EVENT(20306), .role = KCD_ROLE_WRAPPER, .delegation = KCD_DELEGATION_UNTOLD,
     .means = "sometimes named beside 0x8009030E; no source says what it means",
     .tell = "Go by the code beside it. This row is unverified.", .causes = NULL, .next = KCD_NEXT_INNER,
     .source = "unverified: reports only"},
};

const struct kcd_symptom_part kcd_symptoms_hyperv = {rows, sizeof rows / sizeof rows[0]};
