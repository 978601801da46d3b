/* spn.h - service principal names (MS-ADTS 5.1.1.4, MS-KILE 3.1.5.11): class/host[:port or instance][/service]. */
#ifndef KCDFIX_SPN_H
#define KCDFIX_SPN_H

#include <stdbool.h>
#include <stddef.h>

#include <kcdfix/error.h>

#define KCD_SPN_MAX 1024 /* longest SPN that kcdfix takes as an operand, in bytes */

struct kcd_spn {
  char *text;           /* as given, without any realm */
  char *service_class;  /* "cifs", "Microsoft Virtual System Migration Service" */
  char *host;           /* "2016GUI", "2016gui.contoso.com", "192.0.2.1", "[fe80::1]" as given */
  char *port;           /* port or instance name behind ':', or NULL */
  char *service_name;   /* third component, or NULL */
  bool host_is_fqdn;    /* host holds a dot and is no address */
  bool host_is_address; /* IPv4 or IPv6 literal */
  bool has_blank;       /* a blank anywhere: Samba's Heimdal KDC escapes it */
};

/* Parses an operand. Refused with KCD_E_USAGE and a sentence that says what is wrong: no or empty class or host,
 * control characters, not UTF-8, more than three components, '@REALM' behind it, leading or trailing blanks, too long.
 */
int kcd_spn_parse(const char *text, struct kcd_spn *ret, struct kcd_error *err);
void kcd_spn_done(struct kcd_spn *spn);

/* The same SPN for another HOST: class/HOST[:port][/service]; owned by the caller. */
char *kcd_spn_with_host(const struct kcd_spn *spn, const char *host);
/* The same SPN with another class; owned by the caller. */
char *kcd_spn_with_class(const struct kcd_spn *spn, const char *service_class);
/* The first label of the host; owned by the caller. */
char *kcd_spn_short_host(const struct kcd_spn *spn);
/* Blanks preceded by a backslash, as Samba's Heimdal KDC writes a principal; owned by the caller. */
char *kcd_spn_heimdal_escaped(const char *text);

/* What keeps a value of msDS-AllowedToDelegateTo from ever matching a request, or NULL if nothing does:
 * "ends in a realm", "has no service class", "has no host", "has stray blanks", "is not text", "is empty". A bare
 * account name
 * ("SQL$") is allowed by KDCs and gives NULL. */
const char *kcd_list_entry_defect(const void *data, size_t len);

/* Whether a value of msDS-AllowedToDelegateTo names a service of the KDC itself: krbtgt/..., kadmin/..., or the bare
 * account name krbtgt (krbtgt_NNNNN for a read-only domain controller). It needs no servicePrincipalName anywhere. */
bool kcd_list_entry_is_kdc_service(const void *data, size_t len);

#endif
