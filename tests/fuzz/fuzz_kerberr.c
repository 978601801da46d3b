/* KRB-ERROR, e-data alone, and taking padata out of a TGS-REQ. */
#include <string.h>

#include <kcdfix/kerberr.h>
#include <kcdfix/text.h>

#include "decode.h"
#include "target.h"

static void check_error(const uint8_t *data, size_t size)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_krb_error error;
  if (kcd_krb_error_decode(data, size, &error, &err) != 0) {
    REQUIRE(err.code == KCD_E_MALFORMED);
    return;
  }
  REQUIRE(kcd_is_krb_error(data, size));
  REQUIRE(kcd_is_displayable(error.realm) && kcd_is_displayable(error.sname));
  REQUIRE(error.text == NULL || kcd_is_displayable(error.text));
  uint32_t ntstatus = 0;
  REQUIRE(kcd_edata_decode(error.data.data, error.data.len, &ntstatus) == error.edata);
  REQUIRE(ntstatus == error.ntstatus);
  kcd_krb_error_done(&error);
}

static void check_request(const uint8_t *data, size_t size)
{
  static const int32_t TYPES[] = {136, 167};
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_bytes stripped;
  struct kcd_bytes again;
  if (kcd_tgs_req_without_padata(data, size, TYPES, 2, &stripped, &err) != 0)
    return;
  REQUIRE(stripped.len <= size);
  REQUIRE(kcd_tgs_req_without_padata(stripped.data, stripped.len, TYPES, 2, &again, &err) == 0);
  REQUIRE(kcd_bytes_equal(&stripped, &again));
  kcd_bytes_done(&again);
  REQUIRE(kcd_tgs_req_without_padata(data, size, NULL, 0, &again, &err) == 0);
  REQUIRE(again.len == size && memcmp(again.data, data, size) == 0);
  kcd_bytes_done(&again);
  kcd_bytes_done(&stripped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  uint32_t ntstatus = 0;
  enum kcd_edata_kind kind = kcd_edata_decode(data, size, &ntstatus);
  REQUIRE((kind == KCD_EDATA_NONE) == (size == 0));
  REQUIRE(kind == KCD_EDATA_NTSTATUS || ntstatus == 0);
  check_error(data, size);
  check_request(data, size);
  return 0;
}
