/* Every row that the input holds is found under its attid, and nothing else is. */
#include <kcdfix/bytes.h>
#include <kcdfix/replmeta.h>

#include "decode.h"
#include "target.h"

#define HEADER_BYTES 16
#define ROW_BYTES 48

static void check_rows(const uint8_t *data, size_t size)
{
  for (size_t row = 0; row < 64 && HEADER_BYTES + (row + 1) * ROW_BYTES <= size; row++) {
    struct kcd_error err = KCD_ERROR_INIT;
    struct kcd_attr_meta meta;
    struct kcd_reader in;
    kcd_reader_init(&in, data + HEADER_BYTES + row * ROW_BYTES, ROW_BYTES);
    uint32_t attid = kcd_read_u32le(&in);
    int result = kcd_replmeta_find(data, size, attid, &meta, &err);
    REQUIRE(result == 0 || result == -1);
    REQUIRE(result != 0 || meta.attid == attid);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_attr_meta meta;
  int result = kcd_replmeta_find(data, size, KCD_ATTID_USER_ACCOUNT_CONTROL, &meta, &err);
  REQUIRE((result == -1) == kcd_error_is_set(&err));
  if (result >= 0)
    check_rows(data, size);
  return 0;
}
