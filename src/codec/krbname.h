/* krbname.h - a PrincipalName (RFC 4120 5.2.2) as bytes: components with '/' between them. */
#ifndef KCDFIX_CODEC_KRBNAME_H
#define KCDFIX_CODEC_KRBNAME_H

#include <kcdfix/krbmsg.h>

#include "asn1.h"

/* Adds the components of a name-string (SEQUENCE OF GeneralString) to OUT. */
bool kcd_krb_name_join(const struct kcd_bytes *name_string, struct kcd_buf *out, size_t *ret_parts);

/* The PrincipalName in field NAME and the realm in field REALM (NULL: none). False, and nothing to free, where one of
 * them is malformed by the rules of krbmsg.h; a field that is absent leaves NULL. */
bool kcd_krb_name_read(const struct kcd_asn1 *asn1, const char *name, const char *realm, struct kcd_krb_name *ret);
void kcd_krb_name_copy(struct kcd_krb_name *to, const struct kcd_krb_name *from);
void kcd_krb_name_done(struct kcd_krb_name *name);

#endif
