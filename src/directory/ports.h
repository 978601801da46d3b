/* ports.h - which ports of a server answer, all of them tried at the same time. */
#ifndef KCDFIX_DIRECTORY_PORTS_H
#define KCDFIX_DIRECTORY_PORTS_H

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/clock.h>
#include <kcdfix/machine.h>

/* PORTS_ADDRESSES of each server at most. */
enum { PORTS_ADDRESSES = 4 };

/* The ports of SERVERS, whose addresses are ADDRESSES (NULL: none), until DEADLINE (kcd_now_ms). A port is open if it
 * is so at one of the addresses. */
void ports_try(struct kcd_server_facts *servers, struct addrinfo *const *addresses, size_t n, int64_t deadline);

#endif
