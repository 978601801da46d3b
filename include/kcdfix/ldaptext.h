/* ldaptext.h - text forms of LDAP: filter values, DN values, LDIF. */
#ifndef KCDFIX_LDAPTEXT_H
#define KCDFIX_LDAPTEXT_H

#include <stddef.h>

#include <kcdfix/bytes.h>

/* An assertion value for a filter (RFC 4515 section 3): everything but plain ASCII letters, digits and a few harmless
 * marks as \NN; owned by the caller. */
char *kcd_filter_value(const void *data, size_t len);
char *kcd_filter_text(const char *text);

/* An attribute value for a DN (RFC 4514 section 2.4); owned by the caller. */
char *kcd_dn_value(const char *text);
/* The value of the first RDN of a DN, unescaped ("CORE2016" of "CN=CORE2016,CN=Computers,..."); owned, "" if malformed.
 */
char *kcd_dn_first_value(const char *dn);
/* The DN of the container, as written ("CN=Computers,DC=..." of the above); owned, NULL where there is none or the DN
 * is malformed. */
char *kcd_dn_parent(const char *dn);
/* Whether DN lies below BASE or is it (compared without regard to ASCII case, component-wise). */
bool kcd_dn_is_below(const char *dn, const char *base);
/* "contoso.com" from "DC=contoso,DC=com"; owned by the caller, NULL if the DN has other components. */
char *kcd_dn_to_domain(const char *dn);
/* "DC=contoso,DC=com" from "contoso.com"; owned by the caller. */
char *kcd_domain_to_dn(const char *domain);
/* Whether the text has the form of a DN: attribute=value, ... */
bool kcd_looks_like_dn(const char *text);

/* "<GUID=xxxxxxxx-...>" for use as a base or target DN (MS-ADTS 3.1.1.3.1.2.4); owned by the caller. */
char *kcd_guid_dn(const uint8_t guid[16]);
/* "1bd0eab8-..." from the 16 bytes of objectGUID (mixed endian, MS-DTYP 2.3.4.3); owned by the caller. */
char *kcd_guid_text(const uint8_t guid[16]);
int kcd_guid_parse(const char *text, uint8_t ret[16]);

/* One "attr: value" line of LDIF (RFC 2849), base64 ("attr:: ") where the value needs it or holds
 * control characters, folded at 76 columns. ATTRIBUTE is a trusted constant. */
void kcd_ldif_line(struct kcd_buf *out, const char *attribute, const void *value, size_t len);
/* A "# " comment in printable ASCII; nothing in TEXT can end it. */
void kcd_ldif_comment(struct kcd_buf *out, const char *text);

#endif
