/* uac.h - userAccountControl (MS-ADTS 2.2.16, MS-SAMR 2.2.1.13). */
#ifndef KCDFIX_UAC_H
#define KCDFIX_UAC_H

#include <stdint.h>

#define KCD_UAC_DISABLED 0x2u
#define KCD_UAC_LOCKED 0x10u /* computed attribute only */
#define KCD_UAC_PASSWD_NOTREQD 0x20u
#define KCD_UAC_NORMAL 0x200u
#define KCD_UAC_INTERDOMAIN_TRUST 0x800u
#define KCD_UAC_WORKSTATION 0x1000u
#define KCD_UAC_SERVER_TRUST 0x2000u /* domain controller */
#define KCD_UAC_DONT_EXPIRE_PASSWD 0x10000u
#define KCD_UAC_SMARTCARD_REQUIRED 0x40000u
#define KCD_UAC_TRUSTED_FOR_DELEGATION 0x80000u /* unconstrained */
#define KCD_UAC_NOT_DELEGATED 0x100000u         /* "Account is sensitive and cannot be delegated" */
#define KCD_UAC_USE_DES_KEY_ONLY 0x200000u
#define KCD_UAC_DONT_REQUIRE_PREAUTH 0x400000u
#define KCD_UAC_PASSWORD_EXPIRED 0x800000u                /* computed attribute only */
#define KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION 0x1000000u /* protocol transition */
#define KCD_UAC_NO_AUTH_DATA_REQUIRED 0x2000000u
#define KCD_UAC_PARTIAL_SECRETS 0x4000000u /* read-only domain controller */

/* "WORKSTATION_TRUST_ACCOUNT | TRUSTED_TO_AUTH_FOR_DELEGATION", unknown bits as hexadecimal, "0" for none; owned by the
 * caller. */
char *kcd_uac_names(uint32_t uac);

/* The words of the Active Directory delegation tab for an account with these bits and LISTED entries:
 * "Do not trust this computer for delegation", "Trust this computer for delegation to any service",
 * "Use Kerberos only", "Use any authentication protocol". */
const char *kcd_uac_delegation_words(uint32_t uac, unsigned listed);

#endif
