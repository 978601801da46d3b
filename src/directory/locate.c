#include <stdlib.h>

#include <kcdfix/locate.h>

#include "dir.h"
#include "resolver.h"

#define DEFAULT_TIMEOUT_MS 10000

static enum dns_outcome ask(const char *service, const char *domain, int64_t deadline, struct kcd_srv_list *ret,
                            struct kcd_error *err)
{
  KCD_AUTO_CHAR name = dns_srv_name(service, domain);
  struct dns_question question = {.name = name, .type = T_SRV, .deadline = deadline};
  enum dns_outcome outcome = dns_ask_srv(&question, ret);
  if (outcome != DNS_FOUND)
    dns_fail(&question, outcome, err);
  return outcome;
}

/* Where neither is there, the first one is what is missing. */
static int ask_both(const char *domain, int64_t deadline, struct kcd_srv_list *ret, struct kcd_error *err)
{
  enum dns_outcome first = ask("_ldap._tcp.dc._msdcs", domain, deadline, ret, err);
  if (first != DNS_NO_RECORD)
    return first == DNS_FOUND ? 0 : -1;
  struct kcd_error second = KCD_ERROR_INIT;
  enum dns_outcome outcome = ask("_ldap._tcp", domain, deadline, ret, &second);
  if (outcome == DNS_FOUND)
    *err = KCD_ERROR_INIT;
  else if (outcome != DNS_NO_RECORD)
    *err = second;
  return outcome == DNS_FOUND ? 0 : -1;
}

int kcd_locate(const char *domain, int timeout_ms, struct kcd_srv_list *ret, struct kcd_error *err)
{
  if (!dns_is_domain(domain))
    return kcd_fail(err, KCD_E_USAGE, "not the DNS name of a domain: \"%s\"", domain);
  int64_t deadline = dir_now_ms() + (timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS);
  struct kcd_srv_list list = {NULL, 0};
  if (ask_both(domain, deadline, &list, err) < 0) {
    kcd_srv_list_done(&list);
    return -1;
  }
  dns_order(&list);
  *ret = list;
  return 0;
}
