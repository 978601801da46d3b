#include <string.h>

#include <kcdfix/text.h>

#include "nearmiss.h"

ptrdiff_t kcd_list_find(const struct kcd_values *list, const char *spn)
{
  return spn == NULL ? -1 : kcd_values_find_nocase(list, spn);
}

/* TEXT without blanks and controls, with slashes for backslashes and none at its end; where CUT_REALM, without anything
 * from the last '@' on. */
static char *bare(const char *text, bool cut_realm)
{
  char *copy = kcd_strndup(text, strlen(text));
  char *at = cut_realm ? strrchr(copy, '@') : NULL;
  if (at != NULL)
    *at = '\0';
  char *to = copy;
  for (const char *from = copy; *from != '\0'; from++)
    if ((unsigned char)*from > ' ')
      *to++ = *from;
  *to = '\0';
  for (char *backslash = copy; (backslash = strchr(backslash, '\\')) != NULL;)
    *backslash = '/';
  while (to > copy && to[-1] == '/')
    *--to = '\0';
  return copy;
}

/* "2016GUI" of //2016GUI/share, /2016GUI and 2016GUI: a path or a bare name in the place of an SPN. */
static bool names_host(const char *found, const char *host)
{
  const char *name = found + strspn(found, "/");
  size_t len = strcspn(name, "/");
  bool path = name != found || name[len] == '\0';
  return path && strlen(host) == len && kcd_equal_nocase_n(name, host, len);
}

/* The host of the sibling form, owned; NULL if there is none. */
static char *sibling_host(const struct kcd_target *target)
{
  struct kcd_spn spn;
  struct kcd_error err = KCD_ERROR_INIT;
  if (target->sibling == NULL || kcd_spn_parse(target->sibling, &spn, &err) != 0)
    return NULL;
  char *host = kcd_strdup(spn.host);
  kcd_spn_done(&spn);
  return host;
}

static bool is_junk_of(const struct kcd_bytes *entry, const struct kcd_target *target)
{
  if (entry->len == 0 || kcd_list_entry_defect(entry->data, entry->len) == NULL)
    return false;
  KCD_AUTO_CHAR found = bare((const char *)entry->data, true);
  KCD_AUTO_CHAR wanted = bare(target->spn.text, false);
  KCD_AUTO_CHAR sibling = target->sibling == NULL ? NULL : bare(target->sibling, false);
  KCD_AUTO_CHAR other_host = sibling_host(target);
  return kcd_equal_nocase(found, wanted) || (found[0] == '/' && kcd_ends_nocase(wanted, found)) ||
         names_host(found, target->spn.host) || (other_host != NULL && names_host(found, other_host)) ||
         (sibling != NULL && kcd_equal_nocase(found, sibling));
}

static ptrdiff_t find_junk(const struct kcd_values *list, const struct kcd_target *target)
{
  for (size_t i = 0; i < list->n; i++)
    if (is_junk_of(&list->v[i], target))
      return (ptrdiff_t)i;
  return -1;
}

static ptrdiff_t find_host_class(const struct kcd_values *list, const struct kcd_target *target)
{
  if (!target->class_is_mapped)
    return -1;
  KCD_AUTO_CHAR alias = kcd_spn_with_class(&target->spn, "HOST");
  return kcd_list_find(list, alias);
}

/* With CLASS, it has to be that service class as well. */
static bool has_host(const struct kcd_bytes *entry, const char *class, const char *host, const char *other_host)
{
  struct kcd_spn spn;
  struct kcd_error err = KCD_ERROR_INIT;
  if (entry->len == 0 || strlen((const char *)entry->data) != entry->len ||
      kcd_spn_parse((const char *)entry->data, &spn, &err) != 0)
    return false;
  bool same = kcd_equal_nocase(spn.host, host) || (other_host != NULL && kcd_equal_nocase(spn.host, other_host));
  same = same && (class == NULL || kcd_equal_nocase(spn.service_class, class));
  kcd_spn_done(&spn);
  return same;
}

static ptrdiff_t find_host(const struct kcd_values *list, const struct kcd_target *target, const char *class)
{
  KCD_AUTO_CHAR other_host = sibling_host(target);
  for (size_t i = 0; i < list->n; i++)
    if (has_host(&list->v[i], class, target->spn.host, other_host))
      return (ptrdiff_t)i;
  return -1;
}

static bool account_bears(const struct kcd_account *account, const char *host)
{
  KCD_AUTO_CHAR own = kcd_account_short_name(account);
  if (kcd_equal_nocase(own, host) || (account->dns_host_name != NULL && kcd_equal_nocase(account->dns_host_name, host)))
    return true;
  for (size_t i = 0; i < account->spns.n; i++)
    if (has_host(&account->spns.v[i], NULL, host, NULL))
      return true;
  return false;
}

/* The account's own name is listed where an alias of it was asked for, or the reverse. */
static ptrdiff_t find_alias(const struct kcd_values *list, const struct kcd_target *target)
{
  const struct kcd_account *account = kcd_target_account(target);
  for (size_t i = 0; account != NULL && i < list->n; i++) {
    struct kcd_spn spn;
    struct kcd_error err = KCD_ERROR_INIT;
    if (list->v[i].len == 0 || strlen((const char *)list->v[i].data) != list->v[i].len ||
        kcd_spn_parse((const char *)list->v[i].data, &spn, &err) != 0)
      continue;
    bool found = kcd_equal_nocase(spn.service_class, target->spn.service_class) && account_bears(account, spn.host);
    kcd_spn_done(&spn);
    if (found)
      return (ptrdiff_t)i;
  }
  return -1;
}

enum kcd_near_miss kcd_near_miss_find(const struct kcd_values *list, const struct kcd_target *target, size_t *ret)
{
  const struct {
    enum kcd_near_miss kind;
    ptrdiff_t at;
  } found[] = {{KCD_MISS_JUNK, find_junk(list, target)},
               {KCD_MISS_SIBLING, kcd_list_find(list, target->sibling)},
               {KCD_MISS_HOST, find_host_class(list, target)},
               {KCD_MISS_PORT, find_host(list, target, target->spn.service_class)},
               {KCD_MISS_CLASS, find_host(list, target, NULL)},
               {KCD_MISS_ALIAS, find_alias(list, target)}};
  for (size_t i = 0; i < sizeof found / sizeof found[0]; i++)
    if (found[i].at >= 0) {
      *ret = (size_t)found[i].at;
      return found[i].kind;
    }
  return KCD_MISS_FAR;
}
