#include <string.h>

#include "ace.h"

#define ACE_HEADER_BYTES 4

/* Flags of object ACEs, MS-DTYP 2.4.4.3. */
#define OBJECT_TYPE_PRESENT 0x1u
#define INHERITED_OBJECT_TYPE_PRESENT 0x2u

enum layout { LAYOUT_UNKNOWN, LAYOUT_SIMPLE, LAYOUT_OBJECT };

/* AceType, MS-DTYP 2.4.4.1. Callback ACEs carry a condition that only the DC can evaluate, so they are neither a grant
 * nor a denial here. */
static const struct {
  enum kcd_ace_kind kind;
  enum layout layout;
} TYPES[] = {
    [0x00] = {KCD_ACE_ALLOW, LAYOUT_SIMPLE}, /* ACCESS_ALLOWED */
    [0x01] = {KCD_ACE_DENY, LAYOUT_SIMPLE},  /* ACCESS_DENIED */
    [0x02] = {KCD_ACE_OTHER, LAYOUT_SIMPLE}, /* SYSTEM_AUDIT */
    [0x03] = {KCD_ACE_OTHER, LAYOUT_UNKNOWN}, [0x04] = {KCD_ACE_OTHER, LAYOUT_UNKNOWN},
    [0x05] = {KCD_ACE_ALLOW, LAYOUT_OBJECT},                                           /* ACCESS_ALLOWED_OBJECT */
    [0x06] = {KCD_ACE_DENY, LAYOUT_OBJECT},                                            /* ACCESS_DENIED_OBJECT */
    [0x07] = {KCD_ACE_OTHER, LAYOUT_OBJECT},                                           /* SYSTEM_AUDIT_OBJECT */
    [0x08] = {KCD_ACE_OTHER, LAYOUT_UNKNOWN}, [0x09] = {KCD_ACE_OTHER, LAYOUT_SIMPLE}, /* ACCESS_ALLOWED_CALLBACK */
    [0x0a] = {KCD_ACE_OTHER, LAYOUT_SIMPLE},                                           /* ACCESS_DENIED_CALLBACK */
    [0x0b] = {KCD_ACE_OTHER, LAYOUT_OBJECT}, /* ACCESS_ALLOWED_CALLBACK_OBJECT */
    [0x0c] = {KCD_ACE_OTHER, LAYOUT_OBJECT}, /* ACCESS_DENIED_CALLBACK_OBJECT */
};

static enum kcd_ace_kind kind_of(uint8_t type)
{
  return type < sizeof(TYPES) / sizeof(TYPES[0]) ? TYPES[type].kind : KCD_ACE_OTHER;
}

static enum layout layout_of(uint8_t type)
{
  return type < sizeof(TYPES) / sizeof(TYPES[0]) ? TYPES[type].layout : LAYOUT_UNKNOWN;
}

static void read_object_types(struct kcd_reader *in, struct kcd_ace *ace)
{
  uint32_t present = kcd_read_u32le(in);
  if (present & OBJECT_TYPE_PRESENT) {
    const uint8_t *type = kcd_read_bytes(in, sizeof(ace->object_type));
    if (type != NULL)
      memcpy(ace->object_type, type, sizeof(ace->object_type));
    ace->has_object_type = true;
  }
  if (present & INHERITED_OBJECT_TYPE_PRESENT)
    (void)kcd_read_bytes(in, sizeof(ace->object_type));
}

/* What follows the SID (the condition of a callback ACE, or slack) is kept in the raw bytes alone. */
static bool read_body(struct kcd_reader *body, struct kcd_ace *ace)
{
  enum layout layout = layout_of(ace->type);
  if (layout == LAYOUT_UNKNOWN)
    return true;
  ace->mask = kcd_read_u32le(body);
  if (layout == LAYOUT_OBJECT)
    read_object_types(body, ace);
  kcd_sid_read(body, &ace->sid);
  return !body->failed;
}

bool kcd_ace_read(struct kcd_reader *in, struct kcd_ace *ret)
{
  struct kcd_reader start = *in;
  struct kcd_ace ace = {.type = kcd_read_u8(&start), .flags = kcd_read_u8(&start)};
  size_t size = kcd_read_u16le(&start);
  ace.kind = kind_of(ace.type);
  const uint8_t *raw = kcd_read_bytes(in, size);
  if (raw == NULL || size < ACE_HEADER_BYTES)
    return false;
  struct kcd_reader body;
  kcd_reader_init(&body, raw + ACE_HEADER_BYTES, size - ACE_HEADER_BYTES);
  if (!read_body(&body, &ace))
    return false;
  ace.raw = kcd_bytes_copy(raw, size);
  *ret = ace;
  return true;
}

void kcd_ace_done(struct kcd_ace *ace)
{
  kcd_bytes_done(&ace->raw);
}

/* An object ACE that names a type grants or denies that one extended right or property set; the KDC asks for none. */
bool kcd_ace_counts(const struct kcd_ace *ace)
{
  return ace->kind != KCD_ACE_OTHER && (ace->flags & KCD_ACE_INHERIT_ONLY) == 0 && !ace->has_object_type;
}
