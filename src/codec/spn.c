#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/spn.h>
#include <kcdfix/text.h>

static int refuse(struct kcd_error *err, const char *text, const char *why)
{
  kcd_fail(err, KCD_E_USAGE, "'%.120s' is no service principal name: %s", text, why);
  return kcd_error_on(err, text, NULL);
}

static bool has_blank_at_an_end(const char *text)
{
  size_t len = strlen(text);
  return len > 0 && (text[0] == ' ' || text[len - 1] == ' ');
}

/* Checks that concern the operand as a whole; NULL if there is nothing against it. */
static const char *fault_of(const char *text)
{
  if (strlen(text) > KCD_SPN_MAX)
    return "it is longer than 1024 bytes";
  if (!kcd_is_utf8(text, strlen(text)))
    return "it is not UTF-8";
  if (!kcd_is_displayable(text))
    return "it holds control or invisible characters";
  if (has_blank_at_an_end(text))
    return "it begins or ends with a blank";
  if (strchr(text, '@') != NULL)
    return "leave out '@' and the realm, a KDC compares names without it";
  return NULL;
}

static const char *take_until(const char *text, char end, char **ret)
{
  const char *at = strchr(text, end);
  size_t len = at == NULL ? strlen(text) : (size_t)(at - text);
  *ret = kcd_strndup(text, len);
  return at == NULL ? NULL : at + 1;
}

static bool is_ipv6(const char *text)
{
  struct in6_addr address;
  return inet_pton(AF_INET6, text, &address) == 1;
}

static bool is_bracketed_ipv6(const char *text)
{
  size_t len = strlen(text);
  if (len < 2 || text[0] != '[' || text[len - 1] != ']')
    return false;
  KCD_AUTO_CHAR inside = kcd_strndup(text + 1, len - 2);
  return is_ipv6(inside);
}

static bool is_address(const char *host)
{
  struct in_addr address;
  return is_bracketed_ipv6(host) || is_ipv6(host) || inet_pton(AF_INET, host, &address) == 1;
}

/* "host", "host:port", "host:instance", "[address]:port" or a bare IPv6 address, which holds colons of its own. */
static const char *split_host(struct kcd_spn *spn, const char *component)
{
  const char *colon = strrchr(component, ':');
  if (colon != NULL && (is_ipv6(component) || is_bracketed_ipv6(component)))
    colon = NULL;
  spn->host = kcd_strndup(component, colon == NULL ? strlen(component) : (size_t)(colon - component));
  if (colon != NULL)
    spn->port = kcd_strdup(colon + 1);
  spn->host_is_address = is_address(spn->host);
  spn->host_is_fqdn = !spn->host_is_address && strchr(spn->host, '.') != NULL;
  if (spn->host[0] == '\0')
    return "there is no host behind the '/'";
  if (spn->port != NULL && spn->port[0] == '\0')
    return "there is no port or instance behind the ':'";
  if (strchr(spn->host, ':') != NULL && !spn->host_is_address)
    return "a host is followed by one ':' at most";
  return NULL;
}

static const char *split(struct kcd_spn *spn, const char *text)
{
  KCD_AUTO_CHAR host = NULL;
  const char *rest = take_until(text, '/', &spn->service_class);
  if (rest == NULL)
    return "it has the form class/host, for example cifs/2016GUI";
  if (spn->service_class[0] == '\0')
    return "there is no service class before the '/'";
  rest = take_until(rest, '/', &host);
  if (rest != NULL && (rest[0] == '\0' || strchr(rest, '/') != NULL))
    return "it has the form class/host or class/host/service";
  spn->service_name = kcd_strdup(rest);
  return split_host(spn, host);
}

int kcd_spn_parse(const char *text, struct kcd_spn *ret, struct kcd_error *err)
{
  const char *fault = fault_of(text);
  if (fault != NULL)
    return refuse(err, text, fault);
  struct kcd_spn spn = {.text = kcd_strdup(text), .has_blank = strchr(text, ' ') != NULL};
  fault = split(&spn, text);
  if (fault != NULL) {
    kcd_spn_done(&spn);
    return refuse(err, text, fault);
  }
  *ret = spn;
  return 0;
}

void kcd_spn_done(struct kcd_spn *spn)
{
  if (spn == NULL)
    return;
  free(spn->text);
  free(spn->service_class);
  free(spn->host);
  free(spn->port);
  free(spn->service_name);
  *spn = (struct kcd_spn){0};
}

static char *compose(const char *service_class, const char *host, const struct kcd_spn *rest)
{
  return kcd_asprintf("%s/%s%s%s%s%s", service_class, host, rest->port == NULL ? "" : ":",
                      rest->port == NULL ? "" : rest->port, rest->service_name == NULL ? "" : "/",
                      rest->service_name == NULL ? "" : rest->service_name);
}

char *kcd_spn_with_host(const struct kcd_spn *spn, const char *host)
{
  return compose(spn->service_class, host, spn);
}

char *kcd_spn_with_class(const struct kcd_spn *spn, const char *service_class)
{
  return compose(service_class, spn->host, spn);
}

char *kcd_spn_short_host(const struct kcd_spn *spn)
{
  size_t len = spn->host_is_fqdn ? strcspn(spn->host, ".") : strlen(spn->host);
  return kcd_strndup(spn->host, len);
}
