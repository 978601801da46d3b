#include <string.h>

#include <kcdfix/sid.h>

/* MS-DTYP 2.4.2.4, those that are the same in every domain, sorted as there. */
static const struct {
  const char *sid;
  const char *name;
} WELL_KNOWN[] = {
    {"S-1-0-0", "Nobody"},
    {"S-1-1-0", "Everyone"},
    {"S-1-2-0", "LOCAL"},
    {"S-1-2-1", "CONSOLE LOGON"},
    {"S-1-3-0", "CREATOR OWNER"},
    {"S-1-3-1", "CREATOR GROUP"},
    {"S-1-3-4", "OWNER RIGHTS"},
    {"S-1-5-1", "DIALUP"},
    {"S-1-5-2", "NETWORK"},
    {"S-1-5-3", "BATCH"},
    {"S-1-5-4", "INTERACTIVE"},
    {"S-1-5-6", "SERVICE"},
    {"S-1-5-7", "ANONYMOUS LOGON"},
    {"S-1-5-8", "PROXY"},
    {"S-1-5-9", "Enterprise Domain Controllers"},
    {"S-1-5-10", "SELF"},
    {"S-1-5-11", "Authenticated Users"},
    {"S-1-5-12", "RESTRICTED"},
    {"S-1-5-13", "TERMINAL SERVER USER"},
    {"S-1-5-14", "REMOTE INTERACTIVE LOGON"},
    {"S-1-5-15", "This Organization"},
    {"S-1-5-17", "IUSR"},
    {"S-1-5-18", "SYSTEM"},
    {"S-1-5-19", "LOCAL SERVICE"},
    {"S-1-5-20", "NETWORK SERVICE"},
    {"S-1-5-32-544", "BUILTIN\\Administrators"},
    {"S-1-5-32-545", "BUILTIN\\Users"},
    {"S-1-5-32-546", "BUILTIN\\Guests"},
    {"S-1-5-32-547", "BUILTIN\\Power Users"},
    {"S-1-5-32-548", "BUILTIN\\Account Operators"},
    {"S-1-5-32-549", "BUILTIN\\Server Operators"},
    {"S-1-5-32-550", "BUILTIN\\Print Operators"},
    {"S-1-5-32-551", "BUILTIN\\Backup Operators"},
    {"S-1-5-32-552", "BUILTIN\\Replicator"},
    {"S-1-5-32-554", "BUILTIN\\Pre-Windows 2000 Compatible Access"},
    {"S-1-5-32-555", "BUILTIN\\Remote Desktop Users"},
    {"S-1-5-32-556", "BUILTIN\\Network Configuration Operators"},
    {"S-1-5-32-557", "BUILTIN\\Incoming Forest Trust Builders"},
    {"S-1-5-32-558", "BUILTIN\\Performance Monitor Users"},
    {"S-1-5-32-559", "BUILTIN\\Performance Log Users"},
    {"S-1-5-32-560", "BUILTIN\\Windows Authorization Access Group"},
    {"S-1-5-32-561", "BUILTIN\\Terminal Server License Servers"},
    {"S-1-5-32-562", "BUILTIN\\Distributed COM Users"},
    {"S-1-5-32-568", "BUILTIN\\IIS_IUSRS"},
    {"S-1-5-32-569", "BUILTIN\\Cryptographic Operators"},
    {"S-1-5-32-573", "BUILTIN\\Event Log Readers"},
    {"S-1-5-32-574", "BUILTIN\\Certificate Service DCOM Access"},
    {"S-1-5-32-575", "BUILTIN\\RDS Remote Access Servers"},
    {"S-1-5-32-576", "BUILTIN\\RDS Endpoint Servers"},
    {"S-1-5-32-577", "BUILTIN\\RDS Management Servers"},
    {"S-1-5-32-578", "BUILTIN\\Hyper-V Administrators"},
    {"S-1-5-32-579", "BUILTIN\\Access Control Assistance Operators"},
    {"S-1-5-32-580", "BUILTIN\\Remote Management Users"},
    {"S-1-5-64-10", "NTLM Authentication"},
    {"S-1-5-64-14", "SChannel Authentication"},
    {"S-1-5-64-21", "Digest Authentication"},
    {"S-1-5-65-1", "This Organization Certificate"},
    {"S-1-5-1000", "Other Organization"},
    {"S-1-18-1", "Authentication authority asserted identity"},
    {"S-1-18-2", "Service asserted identity"},
};

const char *kcd_sid_well_known(const struct kcd_sid *sid)
{
  char text[KCD_SID_TEXT_MAX];
  kcd_sid_text(sid, text);
  for (size_t i = 0; i < sizeof(WELL_KNOWN) / sizeof(WELL_KNOWN[0]); i++)
    if (strcmp(WELL_KNOWN[i].sid, text) == 0)
      return WELL_KNOWN[i].name;
  return NULL;
}
