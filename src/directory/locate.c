#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <kcdfix/locate.h>

#include "dir.h"

#define ANSWER_MAX 65535
#define DEFAULT_TIMEOUT_MS 10000

/* ---- the resolver of libc, with a time limit of ours ---- */

static void resolver_close(struct __res_state *resolver)
{
  res_nclose(resolver);
}

static int server_count(const struct __res_state *resolver)
{
  return resolver->nscount > 0 ? resolver->nscount : 1;
}

/* The resolver waits whole seconds: RETRANS for each server in the first round, twice that for all of them together in
 * the second. */
static void set_limit(res_state resolver, int64_t ms)
{
  int seconds = (int)((ms + 999) / 1000), servers = server_count(resolver);
  resolver->retry = seconds >= servers + 2 ? 2 : 1;
  resolver->retrans = seconds / (resolver->retry == 2 ? servers + 2 : servers);
  if (resolver->retrans < 1)
    resolver->retrans = 1;
}

/* "127.0.0.53", the first of the servers; for messages. */
static void server_text(const struct __res_state *resolver, char *out, socklen_t size)
{
  const struct sockaddr_in *v4 = &resolver->nsaddr_list[0];
  const struct sockaddr_in6 *v6 = resolver->_u._ext.nsaddrs[0];
  const char *text = NULL;
  if (v4->sin_family == AF_INET)
    text = inet_ntop(AF_INET, &v4->sin_addr, out, size);
  else if (v6 != NULL)
    text = inet_ntop(AF_INET6, &v6->sin6_addr, out, size);
  if (text == NULL)
    snprintf(out, size, "?");
}

/* ---- one question ---- */

enum outcome { FOUND, NO_RECORD, NO_ANSWER, BROKEN };

static enum outcome ask(res_state resolver, const char *name, struct kcd_srv_list *ret)
{
  KCD_AUTO_CHAR answer = kcd_calloc(1, ANSWER_MAX);
  int len = res_nquery(resolver, name, C_IN, T_SRV, (unsigned char *)answer, ANSWER_MAX);
  if (len < 0)
    return resolver->res_h_errno == HOST_NOT_FOUND || resolver->res_h_errno == NO_DATA ? NO_RECORD : NO_ANSWER;
  if (len > ANSWER_MAX || kcd_srv_decode(answer, (size_t)len, ret) < 0)
    return BROKEN;
  return ret->n > 0 ? FOUND : NO_RECORD;
}

static int fail(enum outcome outcome, const struct __res_state *resolver, const char *name, struct kcd_error *err)
{
  char server[INET6_ADDRSTRLEN];
  server_text(resolver, server, sizeof(server));
  if (outcome == NO_RECORD)
    kcd_fail(err, KCD_E_NOT_FOUND, "DNS has no SRV record %s (asked %s)", name, server);
  else if (outcome == BROKEN)
    kcd_fail(err, KCD_E_UNREACHABLE, "the DNS server %s sent an answer for %s that cannot be decoded", server, name);
  else
    kcd_fail(err, KCD_E_UNREACHABLE, "no DNS server answered the question for %s (asked %s)", name, server);
  kcd_error_on(err, NULL, server);
  kcd_error_id(err, "dc-unreachable");
  return kcd_error_next(err, "name a domain controller with -S, or see which DNS server /etc/resolv.conf names");
}

static uint32_t random_below(void *data, uint32_t below)
{
  (void)data;
  uint32_t number = 0;
  if (below == 0 || getrandom(&number, sizeof(number), 0) != sizeof(number))
    return 0;
  return number % below;
}

/* ---- the two questions ---- */

static char *record_name(const char *service, const char *domain)
{
  size_t len = strlen(domain);
  if (len > 0 && domain[len - 1] == '.')
    len--;
  return kcd_asprintf("%s.%.*s", service, (int)len, domain);
}

static int ask_both(res_state resolver, const char *domain, int64_t deadline, struct kcd_srv_list *ret,
                    struct kcd_error *err)
{
  KCD_AUTO_CHAR first = record_name("_ldap._tcp.dc._msdcs", domain);
  set_limit(resolver, deadline - dir_now_ms());
  enum outcome outcome = ask(resolver, first, ret);
  if (outcome == FOUND)
    return 0;
  if (outcome != NO_RECORD)
    return fail(outcome, resolver, first, err);
  KCD_AUTO_CHAR second = record_name("_ldap._tcp", domain);
  set_limit(resolver, deadline - dir_now_ms());
  outcome = ask(resolver, second, ret);
  if (outcome == FOUND)
    return 0;
  return fail(outcome, resolver, outcome == NO_RECORD ? first : second, err);
}

static bool is_domain(const char *domain)
{
  size_t len = strlen(domain);
  for (const char *c = domain; *c != '\0'; c++)
    if (!isalnum((unsigned char)*c) && strchr("-._", *c) == NULL)
      return false;
  return len > 0 && len < 230 && domain[0] != '.';
}

int kcd_locate(const char *domain, int timeout_ms, struct kcd_srv_list *ret, struct kcd_error *err)
{
  if (!is_domain(domain))
    return kcd_fail(err, KCD_E_USAGE, "not the DNS name of a domain: \"%s\"", domain);
  __attribute__((cleanup(resolver_close))) struct __res_state resolver;
  memset(&resolver, 0, sizeof(resolver));
  if (res_ninit(&resolver) != 0)
    return kcd_fail(err, KCD_E_IO, "cannot read /etc/resolv.conf");
  int64_t deadline = dir_now_ms() + (timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS);
  struct kcd_srv_list list = {NULL, 0};
  if (ask_both(&resolver, domain, deadline, &list, err) < 0) {
    kcd_srv_list_done(&list);
    return -1;
  }
  kcd_srv_order(&list, random_below, NULL);
  *ret = list;
  return 0;
}
