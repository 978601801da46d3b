/* One Modify, and in the same flight just before it the question for highestCommittedUSN. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kcdfix/ldaptext.h>

#include "dir.h"

/* ---- the request in libldap's form ---- */

struct native_mods {
  LDAPMod *mods;  /* n of them */
  LDAPMod **list; /* NULL-terminated */
  size_t n;
};

static void native_mods_done(struct native_mods *native)
{
  for (size_t i = 0; i < native->n; i++) {
    if (native->mods[i].mod_bvalues != NULL)
      free(native->mods[i].mod_bvalues[0]);
    free(native->mods[i].mod_bvalues);
  }
  free(native->mods);
  free(native->list);
}

/* A NULL-terminated list of pointers into one array of bervals; NULL for no values (delete them all). */
static struct berval **native_values(const struct kcd_values *values)
{
  if (values->n == 0)
    return NULL;
  struct berval *array = kcd_calloc(values->n, sizeof(*array));
  struct berval **list = kcd_calloc(values->n + 1, sizeof(struct berval *));
  for (size_t i = 0; i < values->n; i++) {
    array[i] = (struct berval){values->v[i].len, (char *)values->v[i].data};
    list[i] = &array[i];
  }
  return list;
}

static void native_mods_init(struct native_mods *native, const struct kcd_mod *mods, size_t n)
{
  native->n = n;
  native->mods = kcd_calloc(n, sizeof(LDAPMod));
  native->list = kcd_calloc(n + 1, sizeof(LDAPMod *));
  for (size_t i = 0; i < n; i++) {
    int op = mods[i].op == KCD_MOD_ADD ? LDAP_MOD_ADD : LDAP_MOD_DELETE;
    native->mods[i].mod_op = op | LDAP_MOD_BVALUES;
    native->mods[i].mod_type = (char *)mods[i].attribute; /* libldap only reads it */
    native->mods[i].mod_bvalues = native_values(&mods[i].values);
    native->list[i] = &native->mods[i];
  }
}

/* ---- what the answer means ---- */

/* 19 and 53 have many meanings; with these words it is that of missing rights. Code 50 needs no words. */
static bool speaks_of_rights(const char *text)
{
  static const char *const words[] = {"INSUFF_ACCESS", "SecErr",     "privilege",     "SeEnableDelegation",
                                      "access denied", "permission", "not permitted", "00000005"};
  for (size_t i = 0; text != NULL && i < sizeof(words) / sizeof(words[0]); i++)
    if (strcasestr(text, words[i]) != NULL)
      return true;
  return false;
}

static enum kcd_errc meaning(int result, const char *text)
{
  switch (result) {
  case LDAP_NO_SUCH_ATTRIBUTE:
  case LDAP_TYPE_OR_VALUE_EXISTS:
    return KCD_E_CONFLICT;
  case LDAP_INSUFFICIENT_ACCESS:
    return KCD_E_DENIED;
  case LDAP_CONSTRAINT_VIOLATION:
  case LDAP_UNWILLING_TO_PERFORM:
    return speaks_of_rights(text) ? KCD_E_DENIED : KCD_E_REJECTED;
  case LDAP_NO_SUCH_OBJECT:
    return KCD_E_NOT_FOUND;
  default:
    return KCD_E_REJECTED;
  }
}

static int fail_refused(const struct kcd_dir *dir, int result, const char *text, const char *target,
                        struct kcd_error *err)
{
  kcd_fail_foreign(err, meaning(result, text), KCD_CODE_LDAP, result, dir_result_name(result),
                   "%s refused the change: %s (%d)", dir->where, dir_result_name(result), result);
  dir_said(err, text);
  return kcd_error_on(err, target, dir->host);
}

static int fail_unknown(const struct kcd_dir *dir, const char *target, const char *why, struct kcd_error *err)
{
  kcd_fail_foreign(err, KCD_E_UNKNOWN_RESULT, KCD_CODE_LDAP, LDAP_TIMEOUT, dir_result_name(LDAP_TIMEOUT),
                   "the change was sent to %s, and %s: it is done or not done", dir->where, why);
  return kcd_error_on(err, target, dir->host);
}

/* ---- the flight ---- */

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

static int send_modify(struct kcd_dir *dir, const char *target, const struct kcd_mod *mods, size_t n, int *msgid,
                       struct kcd_error *err)
{
  __attribute__((cleanup(native_mods_done))) struct native_mods native = {NULL, NULL, 0};
  native_mods_init(&native, mods, n);
  int result = ldap_modify_ext(dir->ld, target, native.list, NULL, NULL, msgid);
  if (result == LDAP_SUCCESS) {
    dir_sent(dir, "modify \"%s\", %zu elements", target, n);
    return 0;
  }
  /* Not all of it was handed over, so the server cannot have done it. */
  dir->lost = true;
  dir_fail(dir, result, NULL, err, "the change was not sent");
  return kcd_error_on(err, target, NULL);
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

static int take_answer(struct kcd_dir *dir, LDAPMessage *message, const char *target, struct kcd_error *err)
{
  int result = LDAP_OTHER;
  DIR_AUTO_TEXT text = NULL;
  if (ldap_parse_result(dir->ld, message, &result, NULL, &text, NULL, NULL, 0) != LDAP_SUCCESS)
    return fail_unknown(dir, target, "its answer cannot be decoded", err);
  return result == LDAP_SUCCESS ? 0 : fail_refused(dir, result, text, target, err);
}

/* Takes messages until the answer to MODIFY is among them; the question goes first and so is answered before. */
static int collect(struct kcd_dir *dir, int question, int modify, const char *target, uint64_t *usn,
                   struct kcd_error *err)
{
  int64_t deadline = dir_now_ms() + dir->timeout_ms;
  for (;;) {
    DIR_AUTO_MESSAGE message = NULL;
    struct kcd_error lost = KCD_ERROR_INIT;
    int got = dir_wait(dir, LDAP_RES_ANY, LDAP_MSG_ONE, (int)(deadline - dir_now_ms()), &message, &lost);
    if (got < 0)
      return fail_unknown(dir, target, "the connection broke before the answer", err);
    if (got == 0)
      return fail_unknown(dir, target, "no answer came in time", err);
    if (ldap_msgid(message) == question && ldap_msgtype(message) == LDAP_RES_SEARCH_ENTRY)
      *usn = usn_of(dir, message);
    if (ldap_msgid(message) == modify && ldap_msgtype(message) == LDAP_RES_MODIFY)
      return take_answer(dir, message, target, err);
  }
}

int kcd_dir_modify(struct kcd_dir *dir, const uint8_t guid[16], const struct kcd_mod *mods, size_t n,
                   struct kcd_modify_result *ret, struct kcd_error *err)
{
  if (dir->lost)
    return dir_fail(dir, LDAP_SERVER_DOWN, NULL, err, "the change was not sent");
  KCD_AUTO_CHAR target = kcd_guid_dn(guid);
  int question = send_question(dir), modify = -1;
  ret->usn_before = 0; /* filled whatever comes of it: who has to find out about a lost answer needs it */
  if (send_modify(dir, target, mods, n, &modify, err) < 0)
    return -1;
  return collect(dir, question, modify, target, &ret->usn_before, err);
}
