/* tcp.h - a TCP connection whose every step ends at a deadline. */
#ifndef KCDFIX_KERBEROS_TCP_H
#define KCDFIX_KERBEROS_TCP_H

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/clock.h>

/* A deadline is a point of kcd_now_ms. */

/* Connects to one of the addresses, in their order; each gets its share of the time that is left. A descriptor, or -1
 * and errno of the last attempt (ETIMEDOUT at the deadline). */
int kcd_tcp_connect(const struct addrinfo *addresses, int64_t deadline);

/* Sends all LEN bytes; -1 and errno. */
int kcd_tcp_send(int fd, const void *data, size_t len, int64_t deadline);

/* Receives up to LEN bytes and returns how many came; fewer than LEN: errno says why, 0 if the peer closed. */
size_t kcd_tcp_receive(int fd, void *data, size_t len, int64_t deadline);

void kcd_tcp_closep(int *fd);
#define KCD_AUTO_SOCKET __attribute__((cleanup(kcd_tcp_closep))) int

#endif
