/* What the login may write of a host, and the encryption types of the DC: searches behind the login. */
#include <string.h>

#include <kcdfix/gather.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/survey.h>
#include <kcdfix/text.h>

#include "dir.h"

/* ---- the DC ---- */

enum { GROUP_OF_DCS = 516 };

int kcd_survey_dc(struct kcd_dir *dir, struct kcd_talk_facts *ret, struct kcd_error *err)
{
  static const char *const attributes[] = {"msDS-SupportedEncryptionTypes", NULL};
  const struct kcd_dc *dc = kcd_dir_dc(dir);
  KCD_AUTO_CHAR name = kcd_filter_text(dc->name);
  KCD_AUTO_CHAR filter = kcd_asprintf("(&(primaryGroupID=%d)(dNSHostName=%s))", GROUP_OF_DCS, name);
  struct kcd_search search = {
      .base = dc->domain_nc, .scope = KCD_SUBTREE, .filter = filter, .attributes = attributes, .limit = 1};
  KCD_AUTO_VALUE(kcd_entries) found = {NULL, 0};
  if (kcd_dir_search(dir, &search, 1, &found, err) < 0)
    return kcd_error_wrap(err, "cannot read the object of %s", dc->name);
  ret->domain_level = dc->domain_level;
  if (found.n == 1)
    kcd_entry_u32(&found.v[0], attributes[0], &ret->dc_enctypes);
  return 0;
}

/* ---- rights ---- */

static bool may_write(const struct kcd_entry *entry, const char *attribute)
{
  const struct kcd_values *names = kcd_entry_get(entry, "allowedAttributesEffective");
  for (size_t i = 0; names != NULL && i < names->n; i++)
    if (names->v[i].len == strlen(attribute) &&
        kcd_equal_nocase_n((const char *)names->v[i].data, attribute, names->v[i].len))
      return true;
  return false;
}

/* Administrators have SeEnableDelegationPrivilege on domain controllers by default; Domain Admins and Enterprise Admins
 * are members of it, and are seen also where tokenGroups leaves out builtin groups. */
static bool is_privileged(const struct kcd_sid *sid, const struct kcd_sid *domain)
{
  static const uint32_t rids[] = {512, 519};
  const char *known = kcd_sid_well_known(sid);
  if (known != NULL && strcmp(known, "BUILTIN\\Administrators") == 0)
    return true;
  for (size_t i = 0; i < sizeof(rids) / sizeof(rids[0]); i++)
    if (kcd_sid_in_domain(sid, domain) && kcd_sid_rid(sid) == rids[i])
      return true;
  return false;
}

static void take_login(const struct kcd_account *login, const struct kcd_sid *domain, struct kcd_rights_facts *ret)
{
  ret->token_known = login != NULL && login->token != NULL;
  for (size_t i = 0; ret->token_known && i < login->n_token; i++)
    if (is_privileged(&login->token[i], domain))
      ret->administrator = true;
}

static int fail_host(const struct kcd_host_facts *host, struct kcd_error *err)
{
  if (host->matches > 1)
    kcd_fail(err, KCD_E_AMBIGUOUS, "%zu objects bear the name %s", host->matches, host->operand);
  else
    kcd_fail(err, KCD_E_NOT_FOUND, "the directory has no host %s", host->operand);
  kcd_error_id(err, host->matches > 1 ? "host-object-duplicate" : "host-not-found");
  return kcd_error_next(err, "name the host by its account name, HOST$, or by its DN");
}

static int read_host(struct kcd_dir *dir, const struct kcd_account *host, struct kcd_rights_facts *ret,
                     struct kcd_error *err)
{
  static const char *const attributes[] = {"allowedAttributesEffective", "msDS-KeyVersionNumber", NULL};
  KCD_AUTO_CHAR base = kcd_guid_dn(host->guid);
  struct kcd_search search = {.base = base, .scope = KCD_BASE, .attributes = attributes};
  KCD_AUTO_VALUE(kcd_entries) found = {NULL, 0};
  if (kcd_dir_search(dir, &search, 1, &found, err) < 0)
    return kcd_error_wrap(err, "cannot read the rights on %s", ret->host);
  if (found.n == 0)
    return kcd_fail(err, KCD_E_NOT_FOUND, "%s is gone", ret->host);
  ret->list = may_write(&found.v[0], "msDS-AllowedToDelegateTo");
  ret->account_control = may_write(&found.v[0], "userAccountControl");
  uint32_t version = 0;
  if (kcd_entry_u32(&found.v[0], "msDS-KeyVersionNumber", &version))
    ret->key_version = version;
  ret->account = kcd_strdup(host->sam_account_name != NULL ? host->sam_account_name : ret->host);
  return 0;
}

int kcd_survey_rights(struct kcd_dir *dir, const char *login, struct kcd_rights_facts *ret, struct kcd_error *err)
{
  const char *hosts[] = {ret->host};
  struct kcd_query query = {.hosts = hosts, .n_hosts = 1, .user = login};
  KCD_AUTO_VALUE(kcd_facts_set) set = {.n_hosts = 0};
  if (kcd_gather(dir, &query, &set, err) < 0)
    return -1;
  if (set.hosts[0].account == NULL)
    return fail_host(&set.hosts[0], err);
  take_login(set.user, &set.dc->domain_sid, ret);
  return read_host(dir, set.hosts[0].account, ret, err);
}
