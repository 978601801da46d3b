#include <string.h>

#include <kcdfix/clock.h>
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

/* One service after the other until one has a record. Where none has, the first one is what is missing. */
static int ask_in_turn(const char *const *services, const char *domain, int64_t deadline, struct kcd_srv_list *ret,
                       struct kcd_error *err)
{
  struct kcd_error first = KCD_ERROR_INIT;
  for (const char *const *service = services; *service != NULL; service++) {
    struct kcd_error one = KCD_ERROR_INIT;
    enum dns_outcome outcome = ask(*service, domain, deadline, ret, &one);
    if (outcome == DNS_FOUND)
      return 0;
    if (outcome != DNS_NO_RECORD) {
      *err = one;
      return -1;
    }
    if (service == services)
      first = one;
  }
  *err = first;
  return -1;
}

static int locate(const char *const *services, const char *domain, int timeout_ms, struct kcd_srv_list *ret,
                  struct kcd_error *err)
{
  if (!dns_is_domain(domain))
    return kcd_fail(err, KCD_E_USAGE, "not the DNS name of a domain: \"%s\"", domain);
  int64_t deadline = kcd_now_ms() + (timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS);
  struct kcd_srv_list list = {NULL, 0};
  if (ask_in_turn(services, domain, deadline, &list, err) < 0) {
    kcd_srv_list_done(&list);
    return -1;
  }
  dns_order(&list);
  *ret = list;
  return 0;
}

int kcd_locate(const char *domain, int timeout_ms, struct kcd_srv_list *ret, struct kcd_error *err)
{
  static const char *const services[] = {"_ldap._tcp.dc._msdcs", "_ldap._tcp", NULL};
  return locate(services, domain, timeout_ms, ret, err);
}

int kcd_locate_site(const char *domain, const char *site, int timeout_ms, struct kcd_srv_list *ret,
                    struct kcd_error *err)
{
  enum { LABEL_MAX = 63 };
  if (!dns_is_domain(site) || strlen(site) > LABEL_MAX)
    return kcd_fail(err, KCD_E_NOT_FOUND, "no SRV record can name this site");
  KCD_AUTO_CHAR service = kcd_asprintf("_ldap._tcp.%s._sites.dc._msdcs", site);
  const char *const services[] = {service, NULL};
  return locate(services, domain, timeout_ms, ret, err);
}

int kcd_locate_catalogs(const char *forest, int timeout_ms, struct kcd_srv_list *ret, struct kcd_error *err)
{
  static const char *const services[] = {"_gc._tcp", NULL};
  return locate(services, forest, timeout_ms, ret, err);
}
