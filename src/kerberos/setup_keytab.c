/* A keytab that is to be used for a probe. */
#include <krb5.h>

#include <kcdfix/setup.h>

#include "context.h"
#include "keytab.h"
#include "names.h"
#include "shared_file.h"

enum { MANY_ENTRIES = 10000, AES_FIRST = 17, AES_LAST = 20 };

static void look_at(krb5_context k5, const struct kcd_keytab *keytab, const krb5_keytab_entry *entry,
                    struct kcd_keytab_facts *ret)
{
  if (!krb5_principal_compare(k5, keytab->client, entry->principal))
    return;
  if (entry->vno > ret->newest)
    ret->newest = entry->vno;
  if (entry->key.enctype >= AES_FIRST && entry->key.enctype <= AES_LAST)
    ret->has_aes = true;
}

static void walk(krb5_context k5, const struct kcd_keytab *keytab, struct kcd_keytab_facts *ret)
{
  krb5_kt_cursor cursor;
  if (krb5_kt_start_seq_get(k5, keytab->handle, &cursor) != 0)
    return;
  krb5_keytab_entry entry;
  for (int i = 0; i < MANY_ENTRIES && krb5_kt_next_entry(k5, keytab->handle, &entry, &cursor) == 0; i++) {
    look_at(k5, keytab, &entry, ret);
    krb5_free_keytab_entry_contents(k5, &entry);
  }
  krb5_kt_end_seq_get(k5, keytab->handle, &cursor);
}

void kcd_setup_keytab(const char *host, const char *realm, struct kcd_keytab_facts *ret)
{
  krb5_context k5 = NULL;
  struct kcd_keytab keytab = {.handle = NULL};
  struct kcd_error err = KCD_ERROR_INIT;
  int status = kcd_new_context(&k5, &err);
  if (status == 0)
    status = kcd_keytab_open(k5, ret->file, host, realm, &keytab, &err);
  kcd_trial_set(&ret->trial, status, &err);
  if (status == 0) {
    ret->host = kcd_principal_component(keytab.client, 0);
    ret->others_may_read = kcd_others_may_read(ret->file);
    walk(k5, &keytab, ret);
    kcd_keytab_done(k5, &keytab);
  }
  krb5_free_context(k5);
}
