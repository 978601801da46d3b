/* One account anew: before a change, and for reading back. */
#include <stdlib.h>

#include <kcdfix/gather.h>
#include <kcdfix/ldaptext.h>

#include "dir.h"

/* The list of kcd_account_attributes and tokenGroups, which only a base search can have; owned by the caller. */
static const char **attributes_with_token(void)
{
  size_t n = 0;
  while (kcd_account_attributes[n] != NULL)
    n++;
  const char **list = kcd_calloc(n + 2, sizeof(char *));
  for (size_t i = 0; i < n; i++)
    list[i] = kcd_account_attributes[i];
  list[n] = "tokenGroups";
  return list;
}

static void free_list(const char ***list)
{
  free(*list);
}

int kcd_gather_account(struct kcd_dir *dir, const uint8_t guid[16], struct kcd_account *ret, struct kcd_error *err)
{
  KCD_AUTO_CHAR base = kcd_guid_dn(guid);
  __attribute__((cleanup(free_list))) const char **attributes = attributes_with_token();
  struct kcd_search search = {.base = base, .scope = KCD_BASE, .attributes = attributes, .missing_is_empty = true};
  __attribute__((cleanup(kcd_entries_done))) struct kcd_entries found = {NULL, 0};
  if (kcd_dir_search(dir, &search, 1, &found, err) < 0)
    return -1;
  if (found.n != 1) {
    kcd_fail(err, KCD_E_NOT_FOUND, "the object is no longer in the directory, or not readable");
    return kcd_error_on(err, base, dir->host);
  }
  kcd_account_from_entry(&found.v[0], ret);
  if (dir->dc.domain_sid.revision != 0)
    kcd_account_set_token(ret, kcd_entry_get(&found.v[0], "tokenGroups"), &dir->dc.domain_sid);
  return 0;
}
