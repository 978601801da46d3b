/* One Add that makes a stand-in, dynamic where the DC can forget it by itself. */
#include <inttypes.h>

#include <kcdfix/stand_in_dir.h>

#include "gathering.h"
#include "written.h"

#define ATTRIBUTES_MAX 11

/* The attributes of one Add. Stays where it is: the elements point into it. */
struct attributes {
  struct kcd_mod v[ATTRIBUTES_MAX];
  struct kcd_values owned[ATTRIBUTES_MAX]; /* empty for what is borrowed */
  size_t n;
  struct kcd_buf password; /* encoded */
  struct kcd_bytes password_value;
};

static void attributes_done(struct attributes *attributes)
{
  for (size_t i = 0; i < attributes->n; i++)
    kcd_values_done(&attributes->owned[i]);
  kcd_buf_done(&attributes->password); /* wipes it */
}

static void add_borrowed(struct attributes *attributes, const char *name, struct kcd_values values)
{
  attributes->v[attributes->n++] = (struct kcd_mod){.op = KCD_MOD_ADD, .attribute = name, .values = values};
}

static void add_owned(struct attributes *attributes, const char *name, struct kcd_values values)
{
  attributes->owned[attributes->n] = values;
  add_borrowed(attributes, name, values);
}

static void add_text(struct attributes *attributes, const char *name, const char *text)
{
  struct kcd_values values = {NULL, 0};
  kcd_values_add_text(&values, text);
  add_owned(attributes, name, values);
}

static void add_u32(struct attributes *attributes, const char *name, uint32_t number)
{
  struct kcd_values values = {NULL, 0};
  kcd_values_add_u32(&values, number);
  add_owned(attributes, name, values);
}

/* unicodePwd: in quotation marks, UTF-16LE (MS-ADTS 3.1.1.3.1.5.1). */
static void add_password(struct attributes *attributes, const char *password)
{
  struct kcd_buf *encoded = &attributes->password;
  kcd_buf_add_u16le(encoded, '"');
  for (; *password != '\0'; password++)
    kcd_buf_add_u16le(encoded, (uint8_t)*password);
  kcd_buf_add_u16le(encoded, '"');
  attributes->password_value = (struct kcd_bytes){encoded->data, encoded->len};
  add_borrowed(attributes, "unicodePwd", (struct kcd_values){&attributes->password_value, 1});
}

/* A dynamic object is one of the auxiliary class, with the seconds that it lives (RFC 2589 section 3). */
static void add_class(struct attributes *attributes, bool dynamic)
{
  struct kcd_values classes = {NULL, 0};
  kcd_values_add_text(&classes, "computer");
  if (dynamic)
    kcd_values_add_text(&classes, "dynamicObject");
  add_owned(attributes, "objectClass", classes);
  if (dynamic)
    add_u32(attributes, "entryTTL", KCD_STAND_IN_TTL);
}

static void attributes_init(struct attributes *attributes, const struct kcd_stand_in_spec *spec, bool dynamic)
{
  const struct kcd_stand_in_settings *settings = spec->settings;
  *attributes = (struct attributes){.n = 0};
  kcd_buf_init(&attributes->password, KCD_BUF_DEFAULT_CAP);
  attributes->password.secret = true;
  add_class(attributes, dynamic);
  add_text(attributes, "sAMAccountName", spec->name);
  add_text(attributes, "description", spec->description);
  add_u32(attributes, "userAccountControl", settings->uac);
  if (settings->list.n > 0)
    add_borrowed(attributes, "msDS-AllowedToDelegateTo", settings->list);
  if (settings->has_enctypes)
    add_u32(attributes, "msDS-SupportedEncryptionTypes", settings->enctypes);
  if (settings->expires != 0) {
    KCD_AUTO_CHAR expires = kcd_asprintf("%" PRId64, (int64_t)settings->expires);
    add_text(attributes, "accountExpires", expires);
  }
  if (settings->logon_hours.n > 0)
    add_borrowed(attributes, "logonHours", settings->logon_hours);
  if (spec->spn != NULL)
    add_text(attributes, "servicePrincipalName", spec->spn);
  add_password(attributes, spec->password);
}

static int add_once(struct kcd_dir *dir, const struct kcd_stand_in_spec *spec, bool dynamic, struct kcd_error *err)
{
  static const int conflicts[] = {LDAP_ALREADY_EXISTS, LDAP_SUCCESS};
  const struct written written = {"the request to create the account", spec->dn, LDAP_RES_ADD, conflicts};
  if (dir->lost)
    return written_not_sent(dir, &written, LDAP_SERVER_DOWN, err);
  __attribute__((cleanup(attributes_done))) struct attributes attributes;
  __attribute__((cleanup(native_mods_done))) struct native_mods native = {NULL, NULL, 0};
  attributes_init(&attributes, spec, dynamic);
  native_mods_init(&native, attributes.v, attributes.n);
  int msgid = -1;
  int result = ldap_add_ext(dir->ld, spec->dn, native.list, NULL, NULL, &msgid);
  if (written_sent(dir, &written, result, err, "add \"%s\", %zu attributes", spec->dn, attributes.n) < 0)
    return -1;
  return written_answer(dir, &written, msgid, err);
}

static int explain(const struct kcd_stand_in_spec *spec, struct kcd_error *err)
{
  switch (err->code) {
  case KCD_E_CONFLICT:
    kcd_error_wrap(err, "the name %s is in use", spec->name);
    kcd_error_id(err, "stand-in-name-taken");
    return kcd_error_next(err, "the same command again takes another name");
  case KCD_E_DENIED:
    kcd_error_id(err, "stand-in-denied");
    return kcd_error_next(err,
                          "run it as a domain administrator: it takes \"Create Computer objects\" on the container "
                          "and, with delegation settings, SeEnableDelegationPrivilege");
  case KCD_E_NOT_FOUND:
    kcd_error_wrap(err, "the container is gone");
    kcd_error_id(err, "stand-in-container");
    return kcd_error_next(err, "name another container with --stand-in-ou");
  default:
    return -1;
  }
}

int kcd_stand_in_add(struct kcd_dir *dir, const struct kcd_stand_in_spec *spec, bool *ret_dynamic,
                     struct kcd_error *err)
{
  const struct kcd_dc *dc = kcd_dir_dc(dir);
  *ret_dynamic = dc->dynamic_objects && !dc_is_samba(dc); /* filled whatever comes of it, for a lost answer too */
  int status = add_once(dir, spec, *ret_dynamic, err);
  if (status < 0 && *ret_dynamic && err->code == KCD_E_REJECTED) {
    *err = KCD_ERROR_INIT;
    *ret_dynamic = false;
    status = add_once(dir, spec, false, err);
  }
  return status < 0 ? explain(spec, err) : 0;
}
