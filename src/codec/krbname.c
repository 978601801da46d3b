#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "der.h"
#include "krbname.h"

#define FIELD_MAX 64 /* the longest path in kerberos.asn is far shorter */

bool kcd_krb_name_join(const struct kcd_bytes *name_string, struct kcd_buf *out, size_t *ret_parts)
{
  struct kcd_reader in;
  struct kcd_reader list;
  size_t parts = 0;
  kcd_reader_init(&in, name_string->data, name_string->len);
  if (!kcd_der_enter(&in, KCD_DER_SEQUENCE, &list) || in.left > 0)
    return false;
  for (; list.left > 0; parts++) {
    struct kcd_reader component;
    if (!kcd_der_enter(&list, KCD_DER_GENERAL_STRING, &component))
      return false;
    if (parts > 0)
      kcd_buf_add_u8(out, '/');
    kcd_buf_add(out, component.data, component.left);
  }
  *ret_parts = parts;
  return true;
}

/* A string cannot hold a NUL, and what comes before one is another name. */
static bool is_text(const void *data, size_t len)
{
  return len <= KCD_KRB_NAME_MAX && (len == 0 || memchr(data, '\0', len) == NULL);
}

static bool read_components(const struct kcd_asn1 *asn1, const char *field, struct kcd_krb_name *ret)
{
  struct kcd_bytes bytes;
  struct kcd_buf joined;
  bool absent = !kcd_asn1_bytes(asn1, field, &bytes);
  kcd_buf_init(&joined, KCD_KRB_MESSAGE_MAX);
  bool good = absent || (kcd_krb_name_join(&bytes, &joined, &ret->parts) && is_text(joined.data, joined.len));
  if (good && !absent)
    ret->text = kcd_buf_take_text(&joined);
  kcd_buf_done(&joined);
  kcd_bytes_done(&bytes);
  return good;
}

static bool read_realm(const struct kcd_asn1 *asn1, const char *field, char **ret)
{
  struct kcd_bytes bytes;
  bool absent = !kcd_asn1_bytes(asn1, field, &bytes);
  bool good = absent || is_text(bytes.data, bytes.len);
  if (good && !absent)
    *ret = kcd_strndup((const char *)bytes.data, bytes.len);
  kcd_bytes_done(&bytes);
  return good;
}

bool kcd_krb_name_read(const struct kcd_asn1 *asn1, const char *name, const char *realm, struct kcd_krb_name *ret)
{
  char field[FIELD_MAX];
  struct kcd_krb_name read = {0};
  snprintf(field, sizeof(field), "%s.name-string", name);
  bool good = read_components(asn1, field, &read);
  snprintf(field, sizeof(field), "%s.name-type", name);
  good = good && (read.text == NULL || kcd_asn1_int32(asn1, field, &read.type));
  good = good && (realm == NULL || read_realm(asn1, realm, &read.realm));
  if (!good)
    kcd_krb_name_done(&read);
  *ret = read;
  return good;
}

void kcd_krb_name_copy(struct kcd_krb_name *to, const struct kcd_krb_name *from)
{
  *to = *from;
  to->text = kcd_strdup(from->text);
  to->realm = kcd_strdup(from->realm);
}

void kcd_krb_name_done(struct kcd_krb_name *name)
{
  free(name->text);
  free(name->realm);
  *name = (struct kcd_krb_name){0};
}
