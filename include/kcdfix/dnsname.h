/* dnsname.h - names as DNS messages hold them: labels, and pointers to where the rest stands (RFC 1035 4.1.4). */
#ifndef KCDFIX_DNSNAME_H
#define KCDFIX_DNSNAME_H

#include <stdbool.h>
#include <stddef.h>

#define KCD_DNS_NAME_MAX 255

/* The name at *OFFSET of the message with its pointers followed, into NAME (KCD_DNS_NAME_MAX + 1 bytes, NUL behind it;
 * a label may hold any byte), with a dot behind each label; *USED is its length. *OFFSET goes to what follows the name.
 * Each pointer must lead before the piece that holds it, so there is no loop. False, with nothing to be used, where the
 * name is malformed or too long. */
bool kcd_dns_name_read(const void *message, size_t len, size_t *offset, char *name, size_t *used);

#endif
