#include <string.h>

#include <kcdfix/krbmsg.h>
#include <kcdfix/text.h>

/* AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3): where its fields stand. */
#define USER_FIELDS 36
#define WORKSTATION_FIELDS 44
#define FLAGS 60
#define NEGOTIATE_UNICODE 0x00000001u

static const uint8_t START[] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 3, 0, 0, 0};

static bool has_nul(const uint8_t *data, size_t len, size_t unit)
{
  for (size_t i = 0; i + unit <= len; i += unit)
    if (data[i] == 0 && data[i + unit - 1] == 0)
      return true;
  return false;
}

/* The bytes that a Len, MaxLen, Offset at AT point to, inside the message; NULL where they do not, or there are none.
 */
static const uint8_t *pointed_at(const uint8_t *message, size_t len, size_t at, size_t *ret_len)
{
  struct kcd_reader in;
  kcd_reader_init(&in, message, len);
  (void)kcd_read_bytes(&in, at);
  *ret_len = kcd_read_u16le(&in);
  (void)kcd_read_u16le(&in);
  size_t offset = kcd_read_u32le(&in);
  if (in.failed || *ret_len == 0 || offset > len || *ret_len > len - offset)
    return NULL;
  return message + offset;
}

static char *name_at(const uint8_t *message, size_t len, size_t at, bool unicode)
{
  size_t name_len;
  size_t unit = unicode ? 2 : 1;
  const uint8_t *name = pointed_at(message, len, at, &name_len);
  if (name == NULL || name_len % unit != 0 || has_nul(name, name_len, unit))
    return NULL;
  return unicode ? kcd_utf16le_text(name, name_len) : kcd_strndup((const char *)name, name_len);
}

bool kcd_ntlm_find(const void *data, size_t len, char **ret_user, char **ret_workstation)
{
  struct kcd_reader in;
  const uint8_t *message = len == 0 ? NULL : memmem(data, len, START, sizeof(START));
  *ret_user = NULL;
  *ret_workstation = NULL;
  if (message == NULL)
    return false;
  len -= (size_t)(message - (const uint8_t *)data);
  kcd_reader_init(&in, message, len);
  (void)kcd_read_bytes(&in, FLAGS);
  bool unicode = (kcd_read_u32le(&in) & NEGOTIATE_UNICODE) != 0;
  if (in.failed)
    return true;
  *ret_user = name_at(message, len, USER_FIELDS, unicode);
  *ret_workstation = name_at(message, len, WORKSTATION_FIELDS, unicode);
  return true;
}
