/* Whether the login may make a stand-in, and who the login is. */
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/stand_in_dir.h>
#include <kcdfix/text.h>

#include "gathering.h"

static int fail_no_container(struct kcd_dir *dir, const char *container, struct kcd_error *err)
{
  const char *dc = kcd_dir_dc(dir)->name;
  kcd_fail(err, KCD_E_NOT_FOUND, "there is no container %s on %s, or you may not see it", container, dc);
  kcd_error_id(err, "stand-in-container");
  kcd_error_on(err, container, dc);
  return kcd_error_next(err, "name an organizational unit or a container by its DN with --stand-in-ou");
}

static int fail_denied(struct kcd_dir *dir, const char *container, struct kcd_error *err)
{
  const char *dc = kcd_dir_dc(dir)->name;
  kcd_fail(err, KCD_E_DENIED, "you may not create computer objects in %s on %s (the right \"Create Computer objects\")",
           container, dc);
  kcd_error_id(err, "stand-in-denied");
  kcd_error_on(err, container, dc);
  return kcd_error_next(err, "name a container where you may with --stand-in-ou, or run it as a domain administrator");
}

int kcd_stand_in_may_create(struct kcd_dir *dir, const char *container, struct kcd_error *err)
{
  static const char *const attributes[] = {"allowedChildClassesEffective", NULL};
  struct kcd_search search = {.base = container, .scope = KCD_BASE, .attributes = attributes, .missing_is_empty = true};
  KCD_AUTO_VALUE(kcd_entries) found = {NULL, 0};
  if (container[0] == '\0') /* as the base of a search it would be the RootDSE */
    return fail_no_container(dir, container, err);
  if (kcd_dir_search(dir, &search, 1, &found, err) < 0)
    return kcd_error_wrap(err, "cannot read what may be created in %s", container);
  if (found.n == 0)
    return fail_no_container(dir, container, err);
  const struct kcd_values *classes = kcd_entry_get(&found.v[0], attributes[0]);
  if (classes == NULL || kcd_values_find_nocase(classes, "computer") < 0)
    return fail_denied(dir, container, err);
  return 0;
}

/* S-1-5-21-a-b-c-RID: an account of a domain, no well-known group of a token. */
static bool is_of_domain(const struct kcd_sid *sid)
{
  return sid->revision == 1 && sid->authority == 5 && sid->count == 5 && sid->sub[0] == 21;
}

static bool by_token(struct kcd_dir *dir, struct kcd_sid *ret)
{
  static const char *const attributes[] = {"tokenGroups", NULL};
  struct kcd_search search = {.base = "", .scope = KCD_BASE, .attributes = attributes};
  KCD_AUTO_VALUE(kcd_entries) found = {NULL, 0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  struct kcd_sid sid;
  if (kcd_dir_search(dir, &search, 1, &found, &ignored) < 0 || found.n != 1 ||
      !kcd_entry_sid(&found.v[0], attributes[0], &sid) || !is_of_domain(&sid))
    return false;
  *ret = sid;
  return true;
}

/* Only a principal of the DC's own realm has its name from there. */
static void by_name(struct kcd_dir *dir, const char *login, struct kcd_sid *ret)
{
  static const char *const attributes[] = {"objectSid", NULL};
  const struct kcd_dc *dc = kcd_dir_dc(dir);
  const char *realm = strrchr(login, '@');
  if (realm == NULL || !realm_is_domain(realm + 1, dc))
    return;
  KCD_AUTO_CHAR name = kcd_strndup(login, (size_t)(realm - login));
  KCD_AUTO_CHAR value = kcd_filter_text(name);
  KCD_AUTO_CHAR filter = kcd_asprintf("(sAMAccountName=%s)", value);
  struct kcd_search search = {
      .base = dc->domain_nc, .scope = KCD_SUBTREE, .filter = filter, .attributes = attributes, .limit = 2};
  KCD_AUTO_VALUE(kcd_entries) found = {NULL, 0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  struct kcd_sid sid;
  if (kcd_dir_search(dir, &search, 1, &found, &ignored) == 0 && found.n == 1 &&
      kcd_entry_sid(&found.v[0], attributes[0], &sid))
    *ret = sid;
}

void kcd_login_sid(struct kcd_dir *dir, const char *login, struct kcd_sid *ret)
{
  *ret = (struct kcd_sid){.revision = 0};
  if (!by_token(dir, ret))
    by_name(dir, login, ret);
}
