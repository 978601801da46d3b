/* Attributes and their values for a Modify or an Add, in libldap's form. */
#include <stdlib.h>

#include "written.h"

void native_mods_done(struct native_mods *native)
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

void native_mods_init(struct native_mods *native, const struct kcd_mod *mods, size_t n)
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
