/* krbmsg.h - the parts of the decoder of Kerberos messages. Each function gives NULL, or the name of the part of the
 * message that is malformed; what it has filled in by then is freed with the message. */
#ifndef KCDFIX_CODEC_KRBMSG_H
#define KCDFIX_CODEC_KRBMSG_H

#include <kcdfix/krbmsg.h>

#define KCD_PA_TGS_REQ 1
#define KCD_PA_FX_FAST 136 /* RFC 6113 5.4.2 */

const char *kcd_krb_request_read(const void *data, size_t len, struct kcd_krb_message *message);
/* The elements of a padata: their types, and of a request what they say in the clear. */
const char *kcd_krb_padata_read(struct kcd_reader list, struct kcd_krb_message *message);

bool kcd_krb_ticket_read(const void *data, size_t len, struct kcd_krb_ticket *ret);
void kcd_krb_ticket_done(struct kcd_krb_ticket *ticket);

/* Adds a number to a list unless it is full. */
void kcd_krb_list_add(int32_t **list, size_t *n, int32_t number);

#endif
