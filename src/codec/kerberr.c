#include <stdlib.h>
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/text.h>

#include "asn1.h"
#include "der.h"
#include "krbname.h"

#define KRB_ERROR_TAG KCD_DER_APPLICATION(30)
#define PVNO 5
#define MSG_TYPE_KRB_ERROR 30

bool kcd_is_krb_error(const void *message, size_t len)
{
  return len > 0 && ((const uint8_t *)message)[0] == KRB_ERROR_TAG;
}

/* A field as terminal-safe text; NULL where it is absent. */
static char *safe_field(const struct kcd_asn1 *asn1, const char *field)
{
  struct kcd_bytes bytes;
  char *text = kcd_asn1_bytes(asn1, field, &bytes) ? kcd_safe_text(bytes.data, bytes.len) : NULL;
  kcd_bytes_done(&bytes);
  return text;
}

static char *principal(const struct kcd_asn1 *asn1, const char *name_string)
{
  struct kcd_bytes bytes;
  struct kcd_buf joined;
  size_t parts;
  char *text = NULL;
  kcd_buf_init(&joined, KCD_KRB_MESSAGE_MAX);
  if (kcd_asn1_bytes(asn1, name_string, &bytes) && kcd_krb_name_join(&bytes, &joined, &parts))
    text = kcd_safe_text(joined.data, joined.len);
  kcd_buf_done(&joined);
  kcd_bytes_done(&bytes);
  return text;
}

static int64_t time_field(const struct kcd_asn1 *asn1, const char *field)
{
  struct kcd_bytes bytes;
  time_t when = 0;
  if (kcd_asn1_bytes(asn1, field, &bytes))
    (void)kcd_time_parse_generalized((const char *)bytes.data, &when);
  kcd_bytes_done(&bytes);
  return when;
}

static bool is_version_5_error(const struct kcd_asn1 *asn1)
{
  int32_t pvno;
  int32_t msg_type;
  return kcd_asn1_int32(asn1, "pvno", &pvno) && pvno == PVNO && kcd_asn1_int32(asn1, "msg-type", &msg_type) &&
         msg_type == MSG_TYPE_KRB_ERROR;
}

static bool read_fields(const struct kcd_asn1 *asn1, struct kcd_krb_error *error)
{
  if (!is_version_5_error(asn1) || !kcd_asn1_int32(asn1, "error-code", &error->code))
    return false;
  error->server_time = time_field(asn1, "stime");
  error->realm = safe_field(asn1, "realm");
  error->sname = principal(asn1, "sname.name-string");
  error->text = safe_field(asn1, "e-text");
  (void)kcd_asn1_bytes(asn1, "e-data", &error->data);
  error->edata = kcd_edata_decode(error->data.data, error->data.len, &error->ntstatus);
  return error->realm != NULL && error->sname != NULL;
}

int kcd_krb_error_decode(const void *message, size_t len, struct kcd_krb_error *ret, struct kcd_error *err)
{
  struct kcd_asn1 asn1;
  struct kcd_krb_error error = {0};
  if (!kcd_asn1_decode(&asn1, "KERBEROS.KRB-ERROR", message, len))
    return kcd_fail(err, KCD_E_MALFORMED, "the KDC's answer is no well-formed KRB-ERROR");
  bool good = read_fields(&asn1, &error);
  kcd_asn1_done(&asn1);
  if (!good) {
    kcd_krb_error_done(&error);
    return kcd_fail(err, KCD_E_MALFORMED, "a field of the KDC's KRB-ERROR is malformed");
  }
  *ret = error;
  return 0;
}

void kcd_krb_error_done(struct kcd_krb_error *error)
{
  if (error == NULL)
    return;
  free(error->text);
  free(error->realm);
  free(error->sname);
  kcd_bytes_done(&error->data);
  *error = (struct kcd_krb_error){0};
}
