/* replmeta.h - replPropertyMetaData: who changed an attribute last (MS-ADTS 3.1.1.1.9; layout as
 * stored: version 1, reserved, count, reserved, then 48-byte rows; Samba drsblobs.idl replPropertyMetaDataBlob). */
#ifndef KCDFIX_REPLMETA_H
#define KCDFIX_REPLMETA_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <kcdfix/error.h>

/* attids of the standard prefix table (MS-DRSR 5.12.4): prefix 9 is 1.2.840.113556.1.4 */
#define KCD_ATTID_USER_ACCOUNT_CONTROL 0x00090008u
#define KCD_ATTID_ALLOWED_TO_DELEGATE_TO 0x000906FBu   /* 1787 */
#define KCD_ATTID_ALLOWED_TO_ACT_ON_BEHALF 0x00090886u /* 2182 */

struct kcd_attr_meta {
  uint32_t attid;
  uint32_t version;
  time_t originating_time; /* seconds since 1970 */
  uint8_t originating_dsa[16];
  uint64_t originating_usn;
  uint64_t local_usn; /* on the DC that was asked */
};

/* The row for ATTID. 0 and RET filled; 1 when there is none; -1 with KCD_E_MALFORMED. */
int kcd_replmeta_find(const void *blob, size_t len, uint32_t attid, struct kcd_attr_meta *ret, struct kcd_error *err);

#endif
