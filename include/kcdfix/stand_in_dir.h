/* stand_in_dir.h - stand-ins in the directory: may one be made here, make it, look at it, delete it. */
#ifndef KCDFIX_STAND_IN_DIR_H
#define KCDFIX_STAND_IN_DIR_H

#include <stdbool.h>

#include <kcdfix/directory.h>
#include <kcdfix/stand_in.h>

/* Before anything is made: whether the login may create computer objects in CONTAINER (allowedChildClassesEffective,
 * MS-ADTS 3.1.1.4.5.23; a machine account quota does not count: who uses it may not delete again).
 * 0; KCD_E_NOT_FOUND (id stand-in-container): there is no such container; KCD_E_DENIED (id stand-in-denied): says which
 * right is missing, on which container, and what to do. */
int kcd_stand_in_may_create(struct kcd_dir *dir, const char *container, struct kcd_error *err);

/* What is made. All borrowed. */
struct kcd_stand_in_spec {
  const char *dn;   /* CN=KCDFIX-4F21,CN=Computers,DC=... */
  const char *name; /* KCDFIX-4F21$ */
  const char *description;
  const char *spn; /* NULL: none */
  const struct kcd_stand_in_settings *settings;
  const char *password; /* ASCII; its encoded copy (unicodePwd: quoted, UTF-16LE, MS-ADTS 3.1.1.3.1.5.1) is wiped */
};
/* One Add, over the sealed connection. Where the DC is no Samba and offers dynamic objects (RFC 2589: the extended
 * operation 1.3.6.1.4.1.1466.101.119.1 in supportedExtension), the object is one, with a time to live of
 * KCD_STAND_IN_TTL; a server that refuses that (and not for lack of rights or because the name is taken) gets the plain
 * object. RET_DYNAMIC says which it became. Results:
 *   0                       made
 *   KCD_E_CONFLICT          68 entryAlreadyExists, id "stand-in-name-taken": DN or sAMAccountName is in use
 *   KCD_E_DENIED            50, and 19 or 53 where the server speaks of rights
 *   KCD_E_NOT_FOUND         32: the container is gone
 *   KCD_E_UNKNOWN_RESULT    sent, and no answer came
 *   KCD_E_REJECTED          anything else
 * The server's words are kept in err->server_text. libldap gives its copy of the request back to the heap as it is,
 * with the password in it: that memory cannot be wiped from here. */
int kcd_stand_in_add(struct kcd_dir *dir, const struct kcd_stand_in_spec *spec, bool *ret_dynamic,
                     struct kcd_error *err);

/* The account with this sAMAccountName, or with this objectGUID, with all that kcd_stand_in_is_recorded wants to know.
 * KCD_E_NOT_FOUND where there is none: said only for an answer of the server, never for a lost one. */
int kcd_stand_in_find(struct kcd_dir *dir, const char *name, struct kcd_stand_in_found *ret, struct kcd_error *err);
int kcd_stand_in_find_guid(struct kcd_dir *dir, const uint8_t guid[16], struct kcd_stand_in_found *ret,
                           struct kcd_error *err);

/* One Delete of the object with this objectGUID. 0; KCD_E_NOT_FOUND 32; KCD_E_DENIED; KCD_E_CONFLICT 66
 * notAllowedOnNonLeaf; KCD_E_UNKNOWN_RESULT; KCD_E_REJECTED. */
int kcd_stand_in_delete(struct kcd_dir *dir, const uint8_t guid[16], struct kcd_error *err);

/* All accounts of the domain whose name and description look like those of a stand-in. Beside them the SID of the
 * domain is read, into kcd_dir_dc(dir)->domain_sid: kcd_stand_in_is_abandoned wants it. */
struct kcd_stand_ins_found {
  struct kcd_stand_in_found *v;
  size_t n;
};
int kcd_stand_ins_search(struct kcd_dir *dir, struct kcd_stand_ins_found *ret, struct kcd_error *err);
void kcd_stand_ins_found_done(struct kcd_stand_ins_found *found);

/* objectSid of the account that is logged in: by tokenGroups of the RootDSE (MS-ADTS 3.1.1.3.2.26), whose first value
 * it is, or where that is not offered by the login's name. No SID (revision 0) where it cannot be told. LOGIN is the
 * principal, "admin@KCD.TEST". */
void kcd_login_sid(struct kcd_dir *dir, const char *login, struct kcd_sid *ret);

#endif
