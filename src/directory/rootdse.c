#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kcdfix/clock.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#include "dir.h"

/* Only a read-only DC has it (MS-ADTS 3.1.1.3.4.3.6). */
#define PARTIAL_SECRETS "1.2.840.113556.1.4.1920"
/* RFC 2589 section 4: who offers the refresh of dynamic objects has dynamic objects. */
#define DYNAMIC_REFRESH "1.3.6.1.4.1.1466.101.119.1"

static const char *const attributes[] = {"dnsHostName",
                                         "ldapServiceName",
                                         "serverName",
                                         "defaultNamingContext",
                                         "configurationNamingContext",
                                         "rootDomainNamingContext",
                                         "domainFunctionality",
                                         "forestFunctionality",
                                         "domainControllerFunctionality",
                                         "isGlobalCatalogReady",
                                         "currentTime",
                                         "vendorName",
                                         "supportedCapabilities",
                                         "supportedExtension",
                                         NULL};

static char *text_of(const struct kcd_entry *entry, const char *name)
{
  return kcd_strdup(kcd_entry_text(entry, name));
}

static unsigned level_of(const struct kcd_entry *entry, const char *name)
{
  uint32_t level = 0;
  kcd_entry_u32(entry, name, &level);
  return level;
}

const char *dir_next_component(const char *dn)
{
  for (; *dn != '\0' && *dn != ','; dn++)
    if (*dn == '\\' && dn[1] != '\0')
      dn++;
  return *dn == ',' ? dn + 1 : NULL;
}

char *dir_site_of(const char *server_dn)
{
  if (server_dn == NULL)
    return NULL;
  const char *servers = dir_next_component(server_dn);
  if (servers == NULL || !kcd_starts_nocase(servers, "CN=Servers,"))
    return NULL;
  KCD_AUTO_CHAR site = kcd_dn_first_value(dir_next_component(servers));
  return site != NULL && site[0] != '\0' ? KCD_TAKE(site) : NULL;
}

/* What one reading of it says. */
struct rootdse {
  struct kcd_dc dc;
  char *account; /* sAMAccountName of the DC */
};

static void rootdse_done(struct rootdse *root)
{
  kcd_dc_done(&root->dc);
  kcd_free_charp(&root->account);
}

/* "kcd.test:dc1$@KCD.TEST": the forest's DNS name, the DC's account, its realm. */
static void read_service_name(struct rootdse *root, const char *text)
{
  const char *account = text != NULL ? strchr(text, ':') : NULL;
  const char *realm = account != NULL ? strrchr(account, '@') : NULL;
  if (realm != NULL && realm > account + 1) {
    root->account = kcd_strndup(account + 1, (size_t)(realm - account - 1));
    root->dc.realm = kcd_strdup(realm + 1);
  }
}

/* What a DC without ldapServiceName would have put there. */
static void guess_service_name(const struct kcd_dir *dir, struct rootdse *root)
{
  const char *name = root->dc.name != NULL ? root->dc.name : dir->host;
  if (root->account == NULL)
    root->account = kcd_asprintf("%.*s$", (int)strcspn(name, "."), name);
  if (root->dc.realm == NULL)
    root->dc.realm = kcd_upper(root->dc.domain);
}

static void read_clock(struct kcd_dc *dc, const char *text)
{
  dc->clock_read_at = time(NULL);
  if (text == NULL || kcd_time_parse_generalized(text, &dc->clock) < 0)
    dc->clock = 0;
}

static bool offers(const struct kcd_entry *entry, const char *attribute, const char *oid)
{
  const struct kcd_values *oids = kcd_entry_get(entry, attribute);
  return oids != NULL && kcd_values_find_nocase(oids, oid) >= 0;
}

static void read_entry(struct rootdse *root, const struct kcd_entry *entry)
{
  struct kcd_dc *dc = &root->dc;
  dc->name = text_of(entry, "dnsHostName");
  dc->domain_nc = text_of(entry, "defaultNamingContext");
  dc->config_nc = text_of(entry, "configurationNamingContext");
  dc->root_nc = text_of(entry, "rootDomainNamingContext");
  dc->server_dn = text_of(entry, "serverName");
  dc->vendor = text_of(entry, "vendorName");
  dc->site = dir_site_of(dc->server_dn);
  dc->domain_level = level_of(entry, "domainFunctionality");
  dc->forest_level = level_of(entry, "forestFunctionality");
  dc->dc_level = level_of(entry, "domainControllerFunctionality");
  const char *catalog = kcd_entry_text(entry, "isGlobalCatalogReady");
  dc->global_catalog = catalog != NULL && kcd_equal_nocase(catalog, "TRUE");
  dc->dynamic_objects = offers(entry, "supportedExtension", DYNAMIC_REFRESH);
  if (offers(entry, "supportedCapabilities", PARTIAL_SECRETS))
    dc->read_only = KCD_YES;
  read_clock(dc, kcd_entry_text(entry, "currentTime"));
  read_service_name(root, kcd_entry_text(entry, "ldapServiceName"));
}

static int complete(const struct kcd_dir *dir, struct rootdse *root, struct kcd_error *err)
{
  struct kcd_dc *dc = &root->dc;
  if (dc->domain_nc != NULL)
    dc->domain = kcd_dn_to_domain(dc->domain_nc);
  if (dc->domain == NULL || dc->config_nc == NULL) {
    kcd_fail(err, KCD_E_UNSUPPORTED, "%s is no Active Directory domain controller: its RootDSE names no domain",
             dir->where);
    return kcd_error_on(err, NULL, dir->host);
  }
  guess_service_name(dir, root);
  if (dc->name == NULL)
    dc->name = kcd_strdup(dir->host);
  dc->flavour = kcd_flavour_of(dc->vendor, NULL, NULL, dc->dc_level);
  return 0;
}

static const char *const ping_attributes[] = {"netlogon", NULL};

/* Once: after the login it would tell nothing new. */
static void read_ping(struct kcd_dir *dir, const struct kcd_entry *entry)
{
  const struct kcd_values *values = kcd_entry_get(entry, "netlogon");
  struct kcd_error ignored = KCD_ERROR_INIT;
  dir->pinged =
      values != NULL && kcd_netlogon_decode(values->v[0].data, values->v[0].len, &dir->netlogon, &ignored) == 0;
  free(dir->ping);
  dir->ping = NULL;
}

static int read_rootdse(struct kcd_dir *dir, struct rootdse *root, struct kcd_error *err)
{
  KCD_AUTO_CHAR domain = dir->ping == NULL ? NULL : kcd_filter_text(dir->ping);
  KCD_AUTO_CHAR filter = domain == NULL ? NULL : kcd_asprintf("(&(DnsDomain=%s)(NtVer=\\16\\00\\00\\00))", domain);
  const struct kcd_search searches[] = {
      {.base = "", .scope = KCD_BASE, .attributes = attributes},
      {.base = "", .scope = KCD_BASE, .filter = filter, .attributes = ping_attributes, .best_effort = true},
  };
  struct kcd_entries found[2] = {{NULL, 0}, {NULL, 0}};
  if (kcd_dir_search(dir, searches, filter == NULL ? 1 : 2, found, err) < 0)
    return kcd_error_wrap(err, "cannot read the RootDSE");
  if (found[0].n == 1)
    read_entry(root, &found[0].v[0]);
  if (found[1].n == 1)
    read_ping(dir, &found[1].v[0]);
  kcd_entries_done(&found[0]);
  kcd_entries_done(&found[1]);
  return complete(dir, root, err);
}

static void replace(struct kcd_dir *dir, struct rootdse *root)
{
  struct rootdse old = {.dc = dir->dc, .account = dir->dc_account};
  dir->dc = root->dc;
  memcpy(dir->dc.address, dir->peer, sizeof(dir->dc.address));
  dir->dc.address_len = dir->peer_len;
  dir->dc_account = root->account;
  *root = old;
}

int dir_read_rootdse(struct kcd_dir *dir, struct kcd_error *err)
{
  __attribute__((cleanup(rootdse_done))) struct rootdse root = {.account = NULL};
  if (read_rootdse(dir, &root, err) < 0)
    return -1;
  replace(dir, &root);
  return 0;
}

static int fail_changed(const struct kcd_dir *dir, const char *what, const char *before, const char *now,
                        struct kcd_error *err)
{
  KCD_AUTO_CHAR told = kcd_safe(before);
  KCD_AUTO_CHAR tells = kcd_safe(now);
  kcd_fail(err, KCD_E_NOT_AUTHENTICATED,
           "%s told another %s before the login than after it, \"%s\" and not \"%s\": somebody on the way may have "
           "changed it",
           dir->where, what, told, tells);
  kcd_error_id(err, "dc-changed-identity");
  return kcd_error_on(err, NULL, dir->host);
}

int dir_read_rootdse_again(struct kcd_dir *dir, struct kcd_error *err)
{
  __attribute__((cleanup(rootdse_done))) struct rootdse root = {.account = NULL};
  if (read_rootdse(dir, &root, err) < 0)
    return -1;
  const struct {
    const char *what, *before, *now;
  } facts[] = {{"name", dir->dc.name, root.dc.name},
               {"domain", dir->dc.domain, root.dc.domain},
               {"realm", dir->dc.realm, root.dc.realm}};
  for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
    if (!kcd_equal_nocase(facts[i].before, facts[i].now))
      return fail_changed(dir, facts[i].what, facts[i].before, facts[i].now, err);
  replace(dir, &root);
  return 0;
}
