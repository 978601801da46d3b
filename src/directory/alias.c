/* Whether the name of an SPN that nobody holds is an alias in DNS: a question that is asked only then. */
#include <ctype.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "gathering.h"

#define MAX_LOOK_UPS 8 /* names that nobody holds, in one run */
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

/* The name that DNS knows NAME by; NULL if it knows none. Owned by the caller. */
static char *canonical(const char *name)
{
  const struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  struct patience saved;
  hurry(&saved);
  int rc = getaddrinfo(name, NULL, &hints, &found);
  calm(&saved);
  if (rc != 0)
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
  for (size_t i = 0; i < g->set->n_targets && asked < MAX_LOOK_UPS; i++) {
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
