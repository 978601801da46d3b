/* reverse.h - the names that DNS has for an address (PTR records). */
#ifndef KCDFIX_DIRECTORY_REVERSE_H
#define KCDFIX_DIRECTORY_REVERSE_H

#include <netdb.h>

#include "resolver.h"

/* "10.0.0.127.in-addr.arpa"; owned by the caller. */
char *reverse_question(const struct sockaddr *address);
/* The name in the answer of QUESTION: EXPECTED where it is among them, else the first. *RET is owned by the caller,
 * NULL where there is none. */
enum dns_outcome reverse_name(const struct dns_question *question, const char *expected, char **ret);

#endif
