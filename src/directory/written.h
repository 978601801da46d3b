/* written.h - requests that change an object (Modify, Add, Delete): what they are made of, and what becomes of them. */
#ifndef KCDFIX_DIRECTORY_WRITTEN_H
#define KCDFIX_DIRECTORY_WRITTEN_H

#include "dir.h"

/* ---- mods.c: attributes in libldap's form ---- */

/* MODS point into what they were made from, which must outlive them. */
struct native_mods {
  LDAPMod *mods;  /* n of them */
  LDAPMod **list; /* NULL-terminated */
  size_t n;
};
void native_mods_init(struct native_mods *native, const struct kcd_mod *mods, size_t n);
void native_mods_done(struct native_mods *native);

/* ---- written.c: the answer ---- */

/* One request that writes. All borrowed. */
struct written {
  const char *what;     /* in messages: "the change" */
  const char *target;   /* DN, for the error */
  int type;             /* of the answer: LDAP_RES_MODIFY, ... */
  const int *conflicts; /* results that say that the object is not as it was thought to be; ends in 0 */
};

/* RESULT is what libldap said to sending the request, whose trace line is FORMAT. Fails where not all of it was handed
 * over: the server cannot have done it then, and the connection is of no more use. */
int written_sent(struct kcd_dir *dir, const struct written *written, int result, struct kcd_error *err,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Takes messages until the answer to MSGID is among them. KCD_E_UNKNOWN_RESULT where none comes. */
int written_answer(struct kcd_dir *dir, const struct written *written, int msgid, struct kcd_error *err);
/* MESSAGE is the answer. */
int written_take(struct kcd_dir *dir, const struct written *written, LDAPMessage *message, struct kcd_error *err);
/* Fails with KCD_E_UNKNOWN_RESULT for a request that was sent and has no answer, and says WHY. */
#define WRITTEN_BROKEN "the connection broke before the answer"
#define WRITTEN_LATE "no answer came in time"
int written_unknown(const struct kcd_dir *dir, const struct written *written, const char *why, struct kcd_error *err);
/* Fails for a connection that is gone already: nothing was sent. */
int written_not_sent(struct kcd_dir *dir, const struct written *written, int result, struct kcd_error *err);

#endif
