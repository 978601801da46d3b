/* locate.h - domain controllers of a domain by DNS SRV (RFC 2782, MS-ADTS 6.3.2.3). */
#ifndef KCDFIX_LOCATE_H
#define KCDFIX_LOCATE_H

#include <stddef.h>
#include <stdint.h>

#include <kcdfix/error.h>

struct kcd_srv {
  char *host;
  uint16_t port, priority, weight;
};
struct kcd_srv_list {
  struct kcd_srv *v; /* in the order to try: priority, then weighted at random */
  size_t n;
};
void kcd_srv_list_done(struct kcd_srv_list *list);

/* _ldap._tcp.dc._msdcs.DOMAIN, else _ldap._tcp.DOMAIN. Fails with KCD_E_NOT_FOUND (id dc-unreachable) naming the record
 * asked for and the DNS server that said no, or KCD_E_UNREACHABLE where no DNS server answered within TIMEOUT_MS. */
int kcd_locate(const char *domain, int timeout_ms, struct kcd_srv_list *ret, struct kcd_error *err);

/* The same of one site alone, _ldap._tcp.SITE._sites.dc._msdcs.DOMAIN; also fails with KCD_E_NOT_FOUND for a name that
 * cannot be part of such a record. */
int kcd_locate_site(const char *domain, const char *site, int timeout_ms, struct kcd_srv_list *ret,
                    struct kcd_error *err);
/* Global catalogue servers of a forest, _gc._tcp.FOREST (MS-ADTS 6.3.2.3). */
int kcd_locate_catalogs(const char *forest, int timeout_ms, struct kcd_srv_list *ret, struct kcd_error *err);
/* Puts the hosts of FIRST before the others of LIST, which keeps its records. */
void kcd_srv_put_first(struct kcd_srv_list *list, const struct kcd_srv_list *first);

/* Decodes the answer section of a DNS message (RFC 1035): the bounded part of kcd_locate, for the tests and the fuzzer.
 */
int kcd_srv_decode(const void *message, size_t len, struct kcd_srv_list *ret);
/* Orders by priority and, within one, at random by weight; RANDOM gives numbers below its argument. */
void kcd_srv_order(struct kcd_srv_list *list, uint32_t (*random)(void *data, uint32_t below), void *data);

#endif
