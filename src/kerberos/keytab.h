/* keytab.h - is this file a keytab, and does it hold a key of the host? Keys stay inside libkrb5. */
#ifndef KCDFIX_KERBEROS_KEYTAB_H
#define KCDFIX_KERBEROS_KEYTAB_H

#include <krb5.h>

#include <kcdfix/error.h>

struct kcd_keytab {
  krb5_keytab handle;
  krb5_principal client; /* the host, as the keytab spells it */
  char *kvnos;           /* its key versions in words: "2 and 3" */
};

/* Opens FILE and finds HOST ("CORE2016$", compared without regard to case as AD does; NULL: the first principal of the
 * form NAME$) of REALM. Fails with KCD_E_IO (id keytab-unreadable or keytab-damaged) or
 * KCD_E_NOT_AUTHENTICATED (id keytab-without-host). */
int kcd_keytab_open(krb5_context k5, const char *file, const char *host, const char *realm, struct kcd_keytab *ret,
                    struct kcd_error *err);
void kcd_keytab_done(krb5_context k5, struct kcd_keytab *keytab);

/* Whether the bytes of the open file are a keytab, as far as its record lengths tell: KCD_E_IO otherwise. libkrb5 takes
 * a file that ends within a record for one that ends before it. */
int kcd_keytab_check_file(int fd, const char *file, struct kcd_error *err);

#endif
