#include <string.h>

#include <kcdfix/bytes.h>
#include <kcdfix/replmeta.h>

#define BLOB_VERSION 1
#define ROW_BYTES 48

/* Seconds from 1601-01-01 to 1970-01-01: the times are DSTIME (MS-DRSR 5.49). */
#define DSTIME_EPOCH INT64_C(11644473600)
/* Later than year 9999 is no time. */
#define DSTIME_MAX (DSTIME_EPOCH + INT64_C(253402300799))

static int malformed(struct kcd_error *err, const char *what)
{
  return kcd_fail(err, KCD_E_MALFORMED, "malformed replPropertyMetaData: %s", what);
}

static bool read_row(struct kcd_reader *in, struct kcd_attr_meta *ret)
{
  ret->attid = kcd_read_u32le(in);
  ret->version = kcd_read_u32le(in);
  uint64_t changed = kcd_read_u64le(in);
  const uint8_t *dsa = kcd_read_bytes(in, sizeof(ret->originating_dsa));
  if (dsa == NULL || changed > DSTIME_MAX)
    return false;
  memcpy(ret->originating_dsa, dsa, sizeof(ret->originating_dsa));
  ret->originating_time = (time_t)((int64_t)changed - DSTIME_EPOCH);
  ret->originating_usn = kcd_read_u64le(in);
  ret->local_usn = kcd_read_u64le(in);
  return !in->failed;
}

static int find_row(struct kcd_reader *in, uint32_t attid, struct kcd_attr_meta *ret, struct kcd_error *err)
{
  while (in->left > 0) {
    struct kcd_attr_meta row;
    if (!read_row(in, &row))
      return malformed(err, "a row");
    if (row.attid != attid)
      continue;
    *ret = row;
    return 0;
  }
  return 1;
}

int kcd_replmeta_find(const void *blob, size_t len, uint32_t attid, struct kcd_attr_meta *ret, struct kcd_error *err)
{
  struct kcd_reader in;
  kcd_reader_init(&in, blob, len);
  uint32_t version = kcd_read_u32le(&in);
  (void)kcd_read_u32le(&in);
  uint32_t count = kcd_read_u32le(&in);
  (void)kcd_read_u32le(&in);
  if (in.failed)
    return malformed(err, "shorter than its header");
  if (version != BLOB_VERSION)
    return malformed(err, "unknown version");
  if (in.left % ROW_BYTES != 0 || in.left / ROW_BYTES != count)
    return malformed(err, "its length does not fit its number of rows");
  return find_row(&in, attid, ret, err);
}
