#include <stdlib.h>
#include <string.h>

#include <kcdfix/secdesc.h>

#include "ace.h"

/* rangeUpper of msDS-AllowedToActOnBehalfOfOtherIdentity in the schema. */
#define SECDESC_MAX 132096
#define SECDESC_REVISION 1
#define HEADER_BYTES 20
#define ACL_HEADER_BYTES 8
#define ACE_MIN_BYTES 4

/* Control bits, MS-DTYP 2.4.6. */
#define CONTROL_DACL_PRESENT 0x0004u
#define CONTROL_SELF_RELATIVE 0x8000u
/* SACL present, defaulted, inherit required, inherited, protected, and the resource manager's byte, which are not kept
 */
#define CONTROL_NOT_KEPT (0x0010u | 0x0020u | 0x0200u | 0x0800u | 0x2000u | 0x4000u)

static int malformed(struct kcd_error *err, const char *where)
{
  return kcd_fail(err, KCD_E_MALFORMED, "malformed security descriptor: %s", where);
}

struct parts {
  uint32_t owner, group, dacl;
};

static int read_header(const void *data, size_t len, struct kcd_secdesc *sd, struct parts *parts, struct kcd_error *err)
{
  struct kcd_reader in;
  kcd_reader_init(&in, data, len);
  uint8_t revision = kcd_read_u8(&in);
  (void)kcd_read_u8(&in);
  sd->control = kcd_read_u16le(&in);
  parts->owner = kcd_read_u32le(&in);
  parts->group = kcd_read_u32le(&in);
  (void)kcd_read_u32le(&in); /* the SACL says nothing about access */
  parts->dacl = kcd_read_u32le(&in);
  if (in.failed)
    return malformed(err, "shorter than its header");
  if (revision != SECDESC_REVISION)
    return malformed(err, "unknown revision");
  if ((sd->control & CONTROL_SELF_RELATIVE) == 0)
    return malformed(err, "not self-relative");
  return 0;
}

/* Offset 0 means that the part is missing; one inside the header can only be an attack. */
static bool seek(const void *data, size_t len, uint32_t offset, struct kcd_reader *ret)
{
  if (offset < HEADER_BYTES || offset > len)
    return false;
  kcd_reader_init(ret, (const uint8_t *)data + offset, len - offset);
  return true;
}

static bool read_sid_at(const void *data, size_t len, uint32_t offset, bool *ret_has, struct kcd_sid *ret)
{
  if (offset == 0)
    return true;
  struct kcd_reader in;
  if (!seek(data, len, offset, &in))
    return false;
  kcd_sid_read(&in, ret);
  *ret_has = !in.failed;
  return !in.failed;
}

static int read_aces(struct kcd_reader *in, size_t count, struct kcd_secdesc *sd, struct kcd_error *err)
{
  if (count > in->left / ACE_MIN_BYTES)
    return malformed(err, "more entries than its DACL holds");
  sd->aces = kcd_calloc(count, sizeof(*sd->aces));
  while (sd->n_aces < count) {
    if (!kcd_ace_read(in, &sd->aces[sd->n_aces]))
      return kcd_fail(err, KCD_E_MALFORMED, "malformed security descriptor: entry %zu of its DACL", sd->n_aces + 1);
    sd->n_aces++;
  }
  return 0;
}

static int read_dacl_at(const void *data, size_t len, uint32_t offset, struct kcd_secdesc *sd, struct kcd_error *err)
{
  struct kcd_reader in;
  if (!seek(data, len, offset, &in))
    return malformed(err, "DACL outside of it");
  sd->acl_revision = kcd_read_u8(&in);
  (void)kcd_read_u8(&in);
  size_t size = kcd_read_u16le(&in);
  size_t count = kcd_read_u16le(&in);
  (void)kcd_read_u16le(&in);
  if (in.failed || size < ACL_HEADER_BYTES || size - ACL_HEADER_BYTES > in.left)
    return malformed(err, "DACL longer than it");
  in.left = size - ACL_HEADER_BYTES;
  sd->has_dacl = true;
  return read_aces(&in, count, sd, err);
}

static int read_parts(const void *data, size_t len, struct kcd_secdesc *sd, struct kcd_error *err)
{
  struct parts parts = {0};
  if (read_header(data, len, sd, &parts, err) != 0)
    return -1;
  if (!read_sid_at(data, len, parts.owner, &sd->has_owner, &sd->owner))
    return malformed(err, "owner");
  if (!read_sid_at(data, len, parts.group, &sd->has_group, &sd->group))
    return malformed(err, "group");
  if ((sd->control & CONTROL_DACL_PRESENT) == 0 || parts.dacl == 0)
    return 0;
  return read_dacl_at(data, len, parts.dacl, sd, err);
}

int kcd_secdesc_decode(const void *data, size_t len, struct kcd_secdesc *ret, struct kcd_error *err)
{
  if (len > SECDESC_MAX)
    return malformed(err, "longer than the schema allows");
  struct kcd_secdesc sd = {0};
  if (read_parts(data, len, &sd, err) != 0) {
    kcd_secdesc_done(&sd);
    return -1;
  }
  *ret = sd;
  return 0;
}

void kcd_secdesc_done(struct kcd_secdesc *sd)
{
  if (sd == NULL)
    return;
  for (size_t i = 0; i < sd->n_aces; i++)
    kcd_ace_done(&sd->aces[i]);
  free(sd->aces);
  *sd = (struct kcd_secdesc){0};
}

void kcd_secdesc_add_allow(struct kcd_secdesc *sd, const struct kcd_sid *trustee, uint32_t mask)
{
  struct kcd_buf raw;
  kcd_buf_init(&raw, UINT16_MAX);
  kcd_buf_add_u8(&raw, 0); /* ACCESS_ALLOWED */
  kcd_buf_add_u8(&raw, 0);
  kcd_buf_add_u16le(&raw, (uint16_t)(16 + 4 * trustee->count)); /* header, mask, SID */
  kcd_buf_add_u32le(&raw, mask);
  kcd_sid_write(&raw, trustee);
  sd->aces = kcd_reallocarray(sd->aces, sd->n_aces + 1, sizeof(*sd->aces));
  sd->aces[sd->n_aces++] =
      (struct kcd_ace){.kind = KCD_ACE_ALLOW, .mask = mask, .sid = *trustee, .raw = kcd_bytes_copy(raw.data, raw.len)};
  kcd_buf_done(&raw);
  if (!sd->has_dacl)
    sd->acl_revision = 4; /* ACL_REVISION_DS, MS-DTYP 2.4.5: what directory objects carry */
  sd->has_dacl = true;
}

static size_t dacl_bytes(const struct kcd_secdesc *sd)
{
  size_t bytes = ACL_HEADER_BYTES;
  for (size_t i = 0; i < sd->n_aces; i++)
    bytes += sd->aces[i].raw.len;
  return bytes;
}

static size_t sid_bytes(bool present, const struct kcd_sid *sid)
{
  return present ? 8 + 4 * (size_t)sid->count : 0;
}

static void write_header(struct kcd_buf *out, const struct kcd_secdesc *sd)
{
  uint32_t owner = HEADER_BYTES;
  uint32_t group = owner + (uint32_t)sid_bytes(sd->has_owner, &sd->owner);
  uint32_t dacl = group + (uint32_t)sid_bytes(sd->has_group, &sd->group);
  uint32_t control = sd->control & ~(CONTROL_NOT_KEPT | CONTROL_DACL_PRESENT);
  kcd_buf_add_u8(out, SECDESC_REVISION);
  kcd_buf_add_u8(out, 0);
  kcd_buf_add_u16le(out, (uint16_t)(control | CONTROL_SELF_RELATIVE | (sd->has_dacl ? CONTROL_DACL_PRESENT : 0)));
  kcd_buf_add_u32le(out, sd->has_owner ? owner : 0);
  kcd_buf_add_u32le(out, sd->has_group ? group : 0);
  kcd_buf_add_u32le(out, 0);
  kcd_buf_add_u32le(out, sd->has_dacl ? dacl : 0);
}

static void write_dacl(struct kcd_buf *out, const struct kcd_secdesc *sd)
{
  kcd_buf_add_u8(out, sd->acl_revision);
  kcd_buf_add_u8(out, 0);
  kcd_buf_add_u16le(out, (uint16_t)dacl_bytes(sd));
  kcd_buf_add_u16le(out, (uint16_t)sd->n_aces);
  kcd_buf_add_u16le(out, 0);
  for (size_t i = 0; i < sd->n_aces; i++)
    kcd_buf_add(out, sd->aces[i].raw.data, sd->aces[i].raw.len);
}

int kcd_secdesc_encode(const struct kcd_secdesc *sd, struct kcd_bytes *ret, struct kcd_error *err)
{
  if (dacl_bytes(sd) > UINT16_MAX)
    return kcd_fail(err, KCD_E_MALFORMED, "a security descriptor's DACL holds at most 65535 bytes, this one has %zu",
                    dacl_bytes(sd));
  struct kcd_buf out;
  kcd_buf_init(&out, SECDESC_MAX);
  write_header(&out, sd);
  if (sd->has_owner)
    kcd_sid_write(&out, &sd->owner);
  if (sd->has_group)
    kcd_sid_write(&out, &sd->group);
  if (sd->has_dacl)
    write_dacl(&out, sd);
  *ret = kcd_bytes_copy(out.data, out.len);
  kcd_buf_done(&out);
  return 0;
}

static bool holds(const struct kcd_sid *token, size_t n_token, const struct kcd_sid *sid)
{
  for (size_t i = 0; i < n_token; i++)
    if (kcd_sid_equal(&token[i], sid))
      return true;
  return false;
}

bool kcd_secdesc_grants(const struct kcd_secdesc *sd, const struct kcd_sid *token, size_t n_token, uint32_t mask)
{
  uint32_t wanted = mask;
  if (!sd->has_dacl)
    return false;
  for (size_t i = 0; i < sd->n_aces && wanted != 0; i++) {
    const struct kcd_ace *ace = &sd->aces[i];
    if (!kcd_ace_counts(ace) || !holds(token, n_token, &ace->sid))
      continue;
    if (ace->kind == KCD_ACE_DENY && (ace->mask & wanted) != 0)
      return false;
    if (ace->kind == KCD_ACE_ALLOW)
      wanted &= ~ace->mask;
  }
  return wanted == 0;
}
