/* One Modify, and in the same flight just before it the question for highestCommittedUSN. */
#include <stdlib.h>

#include <kcdfix/ldaptext.h>

#include "written.h"

static int send_question(struct kcd_dir *dir)
{
  char name[] = "highestCommittedUSN";
  char *attributes[] = {name, NULL};
  int msgid = -1;
  if (ldap_search_ext(dir->ld, "", LDAP_SCOPE_BASE, "(objectClass=*)", attributes, 0, NULL, NULL, NULL, 0, &msgid) !=
      LDAP_SUCCESS)
    return -1;
  dir_sent(dir, "search base \"\" highestCommittedUSN");
  return msgid;
}

static int send_modify(struct kcd_dir *dir, const struct written *written, const struct kcd_mod *mods, size_t n,
                       int *msgid, struct kcd_error *err)
{
  __attribute__((cleanup(native_mods_done))) struct native_mods native = {NULL, NULL, 0};
  native_mods_init(&native, mods, n);
  int result = ldap_modify_ext(dir->ld, written->target, native.list, NULL, NULL, msgid);
  return written_sent(dir, written, result, err, "modify \"%s\", %zu elements", written->target, n);
}

static uint64_t usn_of(struct kcd_dir *dir, LDAPMessage *message)
{
  uint64_t usn = 0;
  struct berval **values = ldap_get_values_len(dir->ld, message, "highestCommittedUSN");
  if (values == NULL)
    return 0;
  KCD_AUTO_CHAR text = kcd_strndup(values[0]->bv_val, values[0]->bv_len);
  char *end = NULL;
  unsigned long long number = strtoull(text, &end, 10);
  if (end != text && *end == '\0')
    usn = number;
  ldap_value_free_len(values);
  return usn;
}

struct question {
  int msgid;
  uint64_t *usn;
};

/* The question goes before the Modify and so is answered before it. */
static void take_usn(struct kcd_dir *dir, LDAPMessage *message, void *data)
{
  const struct question *question = data;
  if (ldap_msgid(message) == question->msgid && ldap_msgtype(message) == LDAP_RES_SEARCH_ENTRY)
    *question->usn = usn_of(dir, message);
}

int kcd_dir_modify(struct kcd_dir *dir, const uint8_t guid[16], const struct kcd_mod *mods, size_t n,
                   struct kcd_modify_result *ret, struct kcd_error *err)
{
  static const int conflicts[] = {LDAP_NO_SUCH_ATTRIBUTE, LDAP_TYPE_OR_VALUE_EXISTS, LDAP_SUCCESS};
  KCD_AUTO_CHAR target = kcd_guid_dn(guid);
  const struct written written = {"the change", target, LDAP_RES_MODIFY, conflicts};
  if (dir->lost)
    return written_not_sent(dir, &written, LDAP_SERVER_DOWN, err);
  int modify = -1;
  struct question question = {.msgid = send_question(dir), .usn = &ret->usn_before};
  ret->usn_before = 0; /* filled whatever comes of it: who has to find out about a lost answer needs it */
  if (send_modify(dir, &written, mods, n, &modify, err) < 0)
    return -1;
  return written_answer(dir, &written, modify, take_usn, &question, err);
}
