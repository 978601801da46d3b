/* Whether the name of an SPN that nobody holds is an alias in DNS: a question that is asked only then. */
#include <ctype.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "gathering.h"

#define NAME_MAX_LEN 255

static bool is_name(const char *text)
{
  size_t len = strlen(text);
  for (const char *c = text; *c != '\0'; c++)
    if (!isalnum((unsigned char)*c) && strchr("-._", *c) == NULL)
      return false;
  return len > 0 && len <= NAME_MAX_LEN && text[0] != '-' && text[0] != '.';
}

/* The resolver of this thread waits no longer than one round of a second for each server meanwhile: the name is a hint
 * and no check waits for it. */
struct patience {
  bool done;
  int retrans, retry;
};

static void hurry(struct patience *saved)
{
  saved->done = (_res.options & RES_INIT) != 0 || res_init() == 0;
  if (!saved->done)
    return;
  saved->retrans = _res.retrans;
  saved->retry = _res.retry;
  _res.retrans = 1;
  _res.retry = 1;
}

static void calm(const struct patience *saved)
{
  if (!saved->done)
    return;
  _res.retrans = saved->retrans;
  _res.retry = saved->retry;
}

/* The addresses of NAME, quickly or not at all; freed with freeaddrinfo. */
static struct addrinfo *addresses_of(const char *name, int flags)
{
  const struct addrinfo hints = {.ai_flags = flags, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  struct patience saved;
  hurry(&saved);
  int rc = getaddrinfo(name, NULL, &hints, &found);
  calm(&saved);
  return rc == 0 ? found : NULL;
}

/* The name that DNS knows NAME by; NULL if it knows none. Owned by the caller. */
static char *canonical(const char *name)
{
  struct addrinfo *found = addresses_of(name, AI_CANONNAME);
  if (found == NULL)
    return NULL;
  char *text = found->ai_canonname != NULL && is_name(found->ai_canonname) ? kcd_strdup(found->ai_canonname) : NULL;
  freeaddrinfo(found);
  return text;
}

/* "files" and "files.contoso.com" are the same name, written short. */
static bool same_name(const char *asked, const char *canonical_name)
{
  size_t len = strlen(asked);
  return kcd_equal_nocase(asked, canonical_name) ||
         (strchr(asked, '.') == NULL && kcd_starts_nocase(canonical_name, asked) && canonical_name[len] == '.');
}

static char *fqdn_of(const char *host, const struct kcd_dc *dc)
{
  if (strchr(host, '.') != NULL || dc->domain == NULL)
    return kcd_strdup(host);
  return kcd_asprintf("%s.%s", host, dc->domain);
}

void aliases_look_up(struct gathering *g)
{
  unsigned asked = 0;
  for (size_t i = 0; i < g->set->n_targets && asked < ALIAS_MAX_NAMES; i++) {
    struct kcd_target *target = &g->set->targets[i];
    if (target->n_owners > 0 || target->named != NULL || target->spn.host_is_address || !is_name(target->spn.host))
      continue;
    asked++;
    KCD_AUTO_CHAR name = fqdn_of(target->spn.host, g->dc);
    KCD_AUTO_CHAR found = canonical(name);
    if (found != NULL && !same_name(target->spn.host, found))
      target->canonical_host = KCD_TAKE(found);
  }
}

static bool share_address(const struct addrinfo *a, const struct addrinfo *b)
{
  for (; a != NULL; a = a->ai_next)
    for (const struct addrinfo *other = b; other != NULL; other = other->ai_next)
      if (a->ai_addrlen == other->ai_addrlen && memcmp(a->ai_addr, other->ai_addr, a->ai_addrlen) == 0)
        return true;
  return false;
}

static struct addrinfo *addresses_of_label(const struct gathering *g, const char *label)
{
  if (!is_name(label))
    return NULL;
  KCD_AUTO_CHAR name = fqdn_of(label, g->dc);
  return addresses_of(name, 0);
}

void addresses_in_common(const struct gathering *g, const char *role, const struct kcd_values *names,
                         struct kcd_values *ret)
{
  struct addrinfo *own = addresses_of_label(g, role);
  for (size_t i = 0; own != NULL && i < names->n && i < ALIAS_MAX_NAMES; i++) {
    struct addrinfo *other = addresses_of_label(g, (const char *)names->v[i].data);
    if (share_address(own, other))
      kcd_values_add(ret, names->v[i].data, names->v[i].len);
    if (other != NULL)
      freeaddrinfo(other);
  }
  if (own != NULL)
    freeaddrinfo(own);
}
