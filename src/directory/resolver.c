#include "resolver.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "dir.h"

#define ANSWER_MAX 65535

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

void dns_ask(struct dns_question *question)
{
  __attribute__((cleanup(resolver_close))) struct __res_state resolver;
  memset(&resolver, 0, sizeof(resolver));
  snprintf(question->server, sizeof(question->server), "?");
  question->outcome = DNS_NO_ANSWER;
  if (res_ninit(&resolver) != 0)
    return;
  server_text(&resolver, question->server, sizeof(question->server));
  set_limit(&resolver, question->deadline - kcd_now_ms());
  question->answer = kcd_calloc(1, ANSWER_MAX);
  int len = res_nquery(&resolver, question->name, C_IN, question->type, question->answer, ANSWER_MAX);
  if (len < 0) {
    bool none = resolver.res_h_errno == HOST_NOT_FOUND || resolver.res_h_errno == NO_DATA;
    question->outcome = none ? DNS_NO_RECORD : DNS_NO_ANSWER;
    return;
  }
  question->outcome = len > ANSWER_MAX ? DNS_BROKEN : DNS_FOUND;
  question->len = len > ANSWER_MAX ? 0 : (size_t)len;
}

enum dns_outcome dns_srv_of(struct dns_question *question, struct kcd_srv_list *ret)
{
  if (question->outcome != DNS_FOUND)
    return question->outcome;
  if (kcd_srv_decode(question->answer, question->len, ret) < 0)
    return DNS_BROKEN;
  return ret->n > 0 ? DNS_FOUND : DNS_NO_RECORD;
}

enum dns_outcome dns_ask_srv(struct dns_question *question, struct kcd_srv_list *ret)
{
  dns_ask(question);
  enum dns_outcome outcome = dns_srv_of(question, ret);
  free(question->answer);
  question->answer = NULL;
  return outcome;
}

char *dns_srv_name(const char *service, const char *domain)
{
  size_t len = strlen(domain);
  if (len > 0 && domain[len - 1] == '.')
    len--;
  return kcd_asprintf("%s.%.*s", service, (int)len, domain);
}

bool dns_is_domain(const char *domain)
{
  size_t len = strlen(domain);
  for (const char *c = domain; *c != '\0'; c++)
    if (!isalnum((unsigned char)*c) && strchr("-._", *c) == NULL)
      return false;
  return len > 0 && len < 230 && domain[0] != '.';
}

int dns_fail(const struct dns_question *question, enum dns_outcome outcome, struct kcd_error *err)
{
  const char *type = question->type == T_SRV ? "SRV record " : "name for ";
  if (outcome == DNS_NO_RECORD)
    kcd_fail(err, KCD_E_NOT_FOUND, "DNS has no %s%s (asked %s)", type, question->name, question->server);
  else if (outcome == DNS_BROKEN)
    kcd_fail(err, KCD_E_UNREACHABLE, "the DNS server %s sent an answer for %s that cannot be decoded", question->server,
             question->name);
  else
    kcd_fail(err, KCD_E_UNREACHABLE, "no DNS server answered the question for %s (asked %s)", question->name,
             question->server);
  kcd_error_on(err, NULL, question->server);
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

void dns_order(struct kcd_srv_list *list)
{
  kcd_srv_order(list, random_below, NULL);
}
