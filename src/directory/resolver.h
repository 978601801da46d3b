/* resolver.h - the resolver of libc, with a time limit of ours. */
#ifndef KCDFIX_DIRECTORY_RESOLVER_H
#define KCDFIX_DIRECTORY_RESOLVER_H

#include <netinet/in.h>
#include <resolv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/clock.h>
#include <kcdfix/error.h>
#include <kcdfix/locate.h>

enum dns_outcome { DNS_FOUND, DNS_NO_RECORD, DNS_NO_ANSWER, DNS_BROKEN };

/* One question, class IN, with a resolver of its own: may run in a thread. The caller frees `answer`. */
struct dns_question {
  const char *name;
  int type;
  int64_t deadline; /* of kcd_now_ms; the resolver waits whole seconds, at least one */
  enum dns_outcome outcome;
  unsigned char *answer;
  size_t len;
  char server[INET6_ADDRSTRLEN]; /* the first of those that are asked */
};
void dns_ask(struct dns_question *question);
/* Asks and decodes SRV records; the same outcomes. */
enum dns_outcome dns_ask_srv(struct dns_question *question, struct kcd_srv_list *ret);
/* Decodes what an asked QUESTION got. */
enum dns_outcome dns_srv_of(struct dns_question *question, struct kcd_srv_list *ret);
/* "_ldap._tcp" and "kcd.test." make "_ldap._tcp.kcd.test"; owned by the caller. */
char *dns_srv_name(const char *service, const char *domain);
bool dns_is_domain(const char *domain);
/* Why there is no answer of use. Returns -1. */
int dns_fail(const struct dns_question *question, enum dns_outcome outcome, struct kcd_error *err);
/* The order to try, at random by weight. */
void dns_order(struct kcd_srv_list *list);

#endif
