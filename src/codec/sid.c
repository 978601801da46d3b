#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <kcdfix/sid.h>
#include <kcdfix/text.h>

#define SID_REVISION 1
#define AUTHORITY_BYTES 6
#define AUTHORITY_MAX ((UINT64_C(1) << 48) - 1)

void kcd_sid_read(struct kcd_reader *in, struct kcd_sid *ret)
{
  struct kcd_sid sid = {.revision = kcd_read_u8(in), .count = kcd_read_u8(in)};
  sid.authority = kcd_read_be(in, AUTHORITY_BYTES);
  if (sid.revision != SID_REVISION || sid.count > KCD_SID_MAX_SUB)
    in->failed = true;
  for (size_t i = 0; !in->failed && i < sid.count; i++)
    sid.sub[i] = kcd_read_u32le(in);
  *ret = in->failed ? (struct kcd_sid){0} : sid;
}

int kcd_sid_decode(const void *data, size_t len, struct kcd_sid *ret)
{
  struct kcd_reader in;
  struct kcd_sid sid;
  kcd_reader_init(&in, data, len);
  kcd_sid_read(&in, &sid);
  if (in.failed || in.left > 0)
    return -1;
  *ret = sid;
  return 0;
}

void kcd_sid_write(struct kcd_buf *out, const struct kcd_sid *sid)
{
  kcd_buf_add_u8(out, sid->revision);
  kcd_buf_add_u8(out, sid->count);
  for (unsigned shift = 8 * AUTHORITY_BYTES; shift > 0; shift -= 8)
    kcd_buf_add_u8(out, (uint8_t)(sid->authority >> (shift - 8)));
  for (size_t i = 0; i < sid->count; i++)
    kcd_buf_add_u32le(out, sid->sub[i]);
}

/* Cuts the next '-'-separated part out of *TEXT and reads it as a number. Only the authority may be hexadecimal. */
static int next_number(const char **text, bool hex_allowed, uint64_t max, uint64_t *ret)
{
  char part[24];
  size_t len = strcspn(*text, "-");
  if (len >= sizeof(part))
    return -1;
  memcpy(part, *text, len);
  part[len] = '\0';
  if (!hex_allowed && strchr("xX", part[len > 1 ? 1 : 0]) != NULL)
    return -1;
  if (kcd_parse_u64(part, max, ret) != 0)
    return -1;
  *text += len;
  return 0;
}

int kcd_sid_parse(const char *text, struct kcd_sid *ret)
{
  struct kcd_sid sid = {.revision = SID_REVISION};
  if (strncmp(text, "S-1-", 4) != 0)
    return -1;
  text += 4;
  if (next_number(&text, true, AUTHORITY_MAX, &sid.authority) != 0)
    return -1;
  while (*text == '-') {
    uint64_t sub;
    text++;
    if (sid.count == KCD_SID_MAX_SUB || next_number(&text, false, UINT32_MAX, &sub) != 0)
      return -1;
    sid.sub[sid.count++] = (uint32_t)sub;
  }
  *ret = sid;
  return 0;
}

/* Authorities that do not fit into 32 bits are hexadecimal with twelve digits (MS-DTYP 2.4.2.1). */
const char *kcd_sid_text(const struct kcd_sid *sid, char *out)
{
  const char *format_end = out + KCD_SID_TEXT_MAX;
  char *p = out;
  if (sid->authority <= UINT32_MAX)
    p += snprintf(p, (size_t)(format_end - p), "S-%u-%" PRIu64, sid->revision, sid->authority);
  else
    p += snprintf(p, (size_t)(format_end - p), "S-%u-0x%012" PRIx64, sid->revision, sid->authority & AUTHORITY_MAX);
  for (size_t i = 0; i < sid->count && i < KCD_SID_MAX_SUB; i++)
    p += snprintf(p, (size_t)(format_end - p), "-%" PRIu32, sid->sub[i]);
  return out;
}

static bool same_start(const struct kcd_sid *a, const struct kcd_sid *b, size_t n_sub)
{
  return a->revision == b->revision && a->authority == b->authority &&
         memcmp(a->sub, b->sub, n_sub * sizeof(a->sub[0])) == 0;
}

bool kcd_sid_equal(const struct kcd_sid *a, const struct kcd_sid *b)
{
  return a->count == b->count && same_start(a, b, a->count);
}

uint32_t kcd_sid_rid(const struct kcd_sid *sid)
{
  return sid->count == 0 ? 0 : sid->sub[sid->count - 1];
}

int kcd_sid_child(const struct kcd_sid *domain, uint32_t rid, struct kcd_sid *ret)
{
  if (domain->count >= KCD_SID_MAX_SUB)
    return -1;
  struct kcd_sid child = *domain;
  child.sub[child.count++] = rid;
  *ret = child;
  return 0;
}

bool kcd_sid_in_domain(const struct kcd_sid *sid, const struct kcd_sid *domain)
{
  return sid->count == domain->count + 1 && same_start(sid, domain, domain->count);
}
