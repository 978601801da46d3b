/* netlogon.h - a DC's answer to the netlogon ping over LDAP (MS-ADTS 6.3.3): what it is, and which site the asker is
 * in.
 *
 * It comes before any login, so it may only help to choose whom to ask first.
 */
#ifndef KCDFIX_NETLOGON_H
#define KCDFIX_NETLOGON_H

#include <stddef.h>
#include <stdint.h>

#include <kcdfix/error.h>

/* DS_FLAG (MS-ADTS 6.3.1.2) */
#define KCD_NETLOGON_PDC 0x1u
#define KCD_NETLOGON_GC 0x4u
#define KCD_NETLOGON_KDC 0x20u
#define KCD_NETLOGON_CLOSEST 0x80u /* the DC is in the site of the asker, or covers it */
#define KCD_NETLOGON_WRITABLE 0x100u

struct kcd_netlogon {
  uint32_t flags;
  char *forest, *domain, *host; /* DNS names without final dot; owned, not terminal-safe, as the sites */
  char *dc_site, *client_site;  /* NULL where empty: not known */
};
void kcd_netlogon_done(struct kcd_netlogon *answer);

/* The value of the attribute netlogon, NETLOGON_SAM_LOGON_RESPONSE_EX (MS-ADTS 6.3.1.9); KCD_E_MALFORMED for anything
 * else. */
int kcd_netlogon_decode(const void *data, size_t len, struct kcd_netlogon *ret, struct kcd_error *err);

#endif
