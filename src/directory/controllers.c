/* The domain controllers of a domain, from its computer accounts and from the sites. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/rollcall.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "dir.h"

#define MAX_CONTROLLERS 5000 /* of a domain; nobody has as many */
/* 0x2000 SERVER_TRUST_ACCOUNT, 0x4000000 PARTIAL_SECRETS_ACCOUNT (MS-ADTS 2.2.16) */
#define ACCOUNT_FILTER                                                                                                 \
  "(&(objectCategory=computer)(|(userAccountControl:1.2.840.113556.1.4.803:=8192)"                                     \
  "(userAccountControl:1.2.840.113556.1.4.803:=67108864)))"

static const char *const account_attributes[] = {"dNSHostName", "userAccountControl", "operatingSystem",
                                                 "operatingSystemVersion", NULL};
static const char *const server_attributes[] = {"dNSHostName", "serverReference", NULL};

static void take_text(char **to, const char *text)
{
  if (text == NULL || *to != NULL)
    return;
  *to = kcd_strdup(text);
}

static void take_account(const struct kcd_dir *dir, const struct kcd_entry *entry, struct kcd_controllers *ret)
{
  const char *name = kcd_entry_text(entry, "dNSHostName");
  uint32_t uac = 0;
  if (name == NULL || ret->n >= MAX_CONTROLLERS)
    return;
  struct kcd_controller *dc = kcd_controllers_add(ret, name);
  take_text(&dc->operating_system, kcd_entry_text(entry, "operatingSystem"));
  take_text(&dc->operating_system_version, kcd_entry_text(entry, "operatingSystemVersion"));
  if (kcd_entry_u32(entry, "userAccountControl", &uac))
    dc->read_only = (uac & KCD_UAC_PARTIAL_SECRETS) != 0 ? KCD_YES : KCD_NO;
  /* The vendor of the one that is asked stands for all: two of them in one domain are not known to exist. */
  dc->flavour = kcd_flavour_of(dir->dc.vendor, dc->operating_system, dc->operating_system_version, dir->dc.dc_level);
}

/* A server object may belong to a DC of another domain of the forest: only names that are known get their site. */
static void take_server(const struct kcd_entry *entry, struct kcd_controllers *ret)
{
  const char *name = kcd_entry_text(entry, "dNSHostName");
  KCD_AUTO_CHAR site = dir_site_of(entry->dn);
  for (size_t i = 0; name != NULL && site != NULL && i < ret->n; i++)
    if (kcd_equal_nocase(ret->v[i].name, name))
      take_text(&ret->v[i].site, site);
}

int kcd_controllers_read(struct kcd_dir *dir, struct kcd_controllers *ret, struct kcd_error *err)
{
  KCD_AUTO_CHAR sites = kcd_asprintf("CN=Sites,%s", dir->dc.config_nc);
  const struct kcd_search searches[] = {
      {.base = dir->dc.domain_nc, .scope = KCD_SUBTREE, .filter = ACCOUNT_FILTER, .attributes = account_attributes},
      {.base = sites,
       .scope = KCD_SUBTREE,
       .filter = "(objectClass=server)",
       .attributes = server_attributes,
       .missing_is_empty = true},
  };
  struct kcd_entries found[2] = {{NULL, 0}, {NULL, 0}};
  if (kcd_dir_search(dir, searches, 2, found, err) < 0)
    return kcd_error_wrap(err, "cannot list the domain controllers");
  for (size_t i = 0; i < found[0].n; i++)
    take_account(dir, &found[0].v[i], ret);
  for (size_t i = 0; i < found[1].n; i++)
    take_server(&found[1].v[i], ret);
  kcd_entries_done(&found[0]);
  kcd_entries_done(&found[1]);
  return 0;
}
