#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#include "names.h"

static krb5_data data_of(const char *text, size_t len)
{
  /* libkrb5 copies it and takes no const */
  return (krb5_data){.magic = KV5M_DATA, .length = (unsigned)len, .data = (char *)text};
}

static krb5_error_code build(krb5_context k5, krb5_data *parts, size_t n, krb5_int32 type, const char *realm,
                             krb5_principal *ret)
{
  krb5_principal_data view = {
      .magic = KV5M_PRINCIPAL,
      .realm = data_of(realm, strlen(realm)),
      .data = parts,
      .length = (krb5_int32)n,
      .type = type,
  };
  return krb5_copy_principal(k5, &view, ret);
}

krb5_error_code kcd_principal_of_spn(krb5_context k5, const char *spn, const char *realm, krb5_principal *ret)
{
  size_t n = 1;
  for (const char *c = spn; *c != '\0'; c++)
    n += *c == '/';
  krb5_data *parts = kcd_calloc(n, sizeof(*parts));
  const char *part = spn;
  for (size_t i = 0; i < n; i++) {
    size_t len = strcspn(part, "/");
    parts[i] = data_of(part, len);
    part += len + 1;
  }
  krb5_error_code code = build(k5, parts, n, KRB5_NT_SRV_INST, realm, ret);
  free(parts);
  return code;
}

krb5_error_code kcd_principal_of_account(krb5_context k5, const char *account, const char *realm, krb5_principal *ret)
{
  krb5_data part = data_of(account, strlen(account));
  return build(k5, &part, 1, KRB5_NT_PRINCIPAL, realm, ret);
}

krb5_error_code kcd_principal_of_user(krb5_context k5, const char *user, const char *realm, krb5_principal *ret)
{
  const char *at = strrchr(user, '@');
  size_t len = strlen(user);
  krb5_int32 type = at == NULL ? KRB5_NT_PRINCIPAL : KRB5_NT_ENTERPRISE_PRINCIPAL;
  if (at != NULL && kcd_equal_nocase(at + 1, realm)) {
    len = (size_t)(at - user);
    type = KRB5_NT_PRINCIPAL;
  }
  krb5_data part = data_of(user, len);
  return build(k5, &part, 1, type, realm, ret);
}

/* Without libkrb5's escapes: the text is for people, and what could harm a terminal is replaced. */
char *kcd_principal_text(krb5_context k5, krb5_const_principal principal)
{
  int flags = KRB5_PRINCIPAL_UNPARSE_DISPLAY;
  if (principal->type == KRB5_NT_ENTERPRISE_PRINCIPAL)
    flags |= KRB5_PRINCIPAL_UNPARSE_NO_REALM;
  char *text = NULL;
  if (krb5_unparse_name_flags(k5, principal, flags, &text) != 0)
    return kcd_strdup("");
  char *safe = kcd_safe(text);
  krb5_free_unparsed_name(k5, text);
  return safe;
}

char *kcd_principal_component(krb5_const_principal principal, int index)
{
  if (index >= principal->length)
    return NULL;
  const krb5_data *part = &principal->data[index];
  return kcd_strndup(part->data, part->length);
}
