#include <kcdfix/kerberr.h>

#include "asn1.h"
#include "der.h"
#include "padata.h"

/* KERB-ERROR-DATA's data-type (MS-KILE 2.2.1). In METHOD-DATA the same number means PA-PW-SALT (RFC 4120 5.2.7.3),
 * whose value is the same structure when a KDC puts 12 bytes there (MS-KILE 2.2.2). */
#define KERB_ERR_TYPE_EXTENDED 3
#define PA_FX_FAST 136
#define KERB_EXT_ERROR_BYTES 12

static enum kcd_edata_kind read_ext_error(const uint8_t *data, size_t len, uint32_t *ret_ntstatus)
{
  if (len != KERB_EXT_ERROR_BYTES)
    return KCD_EDATA_OTHER;
  struct kcd_reader in;
  kcd_reader_init(&in, data, len);
  *ret_ntstatus = kcd_read_u32le(&in);
  return KCD_EDATA_NTSTATUS;
}

static enum kcd_edata_kind read_error_data(const void *data, size_t len, uint32_t *ret_ntstatus)
{
  struct kcd_asn1 asn1;
  struct kcd_bytes value;
  int32_t type;
  enum kcd_edata_kind kind = KCD_EDATA_OTHER;
  if (!kcd_asn1_decode(&asn1, "KERBEROS.KERB-ERROR-DATA", data, len))
    return kind;
  bool has_value = kcd_asn1_bytes(&asn1, "data-value", &value);
  if (has_value && kcd_asn1_int32(&asn1, "data-type", &type) && type == KERB_ERR_TYPE_EXTENDED)
    kind = read_ext_error(value.data, value.len, ret_ntstatus);
  kcd_bytes_done(&value);
  kcd_asn1_done(&asn1);
  return kind;
}

/* An NTSTATUS wins over everything else in the list, wherever it stands. */
static enum kcd_edata_kind read_methods(const void *data, size_t len, uint32_t *ret_ntstatus)
{
  struct kcd_reader in;
  struct kcd_reader list;
  enum kcd_edata_kind kind = KCD_EDATA_METHODS;
  kcd_reader_init(&in, data, len);
  if (!kcd_der_enter(&in, KCD_DER_SEQUENCE, &list) || in.left > 0)
    return KCD_EDATA_OTHER;
  while (list.left > 0) {
    struct kcd_padata method;
    if (!kcd_padata_read(&list, &method))
      return KCD_EDATA_OTHER;
    if (kind != KCD_EDATA_NTSTATUS && method.type == PA_FX_FAST)
      kind = KCD_EDATA_ARMOURED;
    if (method.type == KERB_ERR_TYPE_EXTENDED && method.len == KERB_EXT_ERROR_BYTES)
      kind = read_ext_error(method.value, method.len, ret_ntstatus);
  }
  return kind;
}

/* KERB-ERROR-DATA begins with its [1], METHOD-DATA with a SEQUENCE or with nothing. */
static bool is_error_data(const void *data, size_t len)
{
  struct kcd_reader in;
  struct kcd_reader content;
  kcd_reader_init(&in, data, len);
  return kcd_der_enter(&in, KCD_DER_SEQUENCE, &content) && kcd_der_tag(&content) == KCD_DER_CONTEXT(1);
}

enum kcd_edata_kind kcd_edata_decode(const void *data, size_t len, uint32_t *ret_ntstatus)
{
  uint32_t ntstatus = 0;
  if (len == 0)
    return KCD_EDATA_NONE;
  if (len > KCD_KRB_MESSAGE_MAX)
    return KCD_EDATA_OTHER;
  enum kcd_edata_kind kind =
      is_error_data(data, len) ? read_error_data(data, len, &ntstatus) : read_methods(data, len, &ntstatus);
  if (kind == KCD_EDATA_NTSTATUS)
    *ret_ntstatus = ntstatus;
  return kind;
}
