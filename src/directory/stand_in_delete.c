/* One Delete of a stand-in, by its objectGUID. */
#include <kcdfix/ldaptext.h>
#include <kcdfix/stand_in_dir.h>

#include "written.h"

static int explain(struct kcd_error *err)
{
  switch (err->code) {
  case KCD_E_CONFLICT:
    kcd_error_wrap(err, "there are other objects below the account, which are not kcdfix's");
    return kcd_error_next(err, "see what they are, and delete the account by hand");
  case KCD_E_DENIED:
    return kcd_error_next(err, "run it as the one who made the account, or as a domain administrator");
  default:
    return -1;
  }
}

int kcd_stand_in_delete(struct kcd_dir *dir, const uint8_t guid[16], struct kcd_error *err)
{
  static const int conflicts[] = {LDAP_NOT_ALLOWED_ON_NONLEAF, LDAP_SUCCESS};
  KCD_AUTO_CHAR target = kcd_guid_dn(guid);
  const struct written written = {"the request to delete the account", target, LDAP_RES_DELETE, conflicts};
  if (dir->lost)
    return written_not_sent(dir, &written, LDAP_SERVER_DOWN, err);
  int msgid = -1;
  int result = ldap_delete_ext(dir->ld, target, NULL, NULL, &msgid);
  if (written_sent(dir, &written, result, err, "delete \"%s\"", target) < 0)
    return -1;
  return written_answer(dir, &written, msgid, err) < 0 ? explain(err) : 0;
}
