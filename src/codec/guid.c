#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#define GUID_BYTES 16

/* Where each byte of the text stands in the binary form: the first three fields are little-endian integers. */
static const uint8_t ORDER[GUID_BYTES] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
static const char FORM[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

char *kcd_guid_text(const uint8_t guid[16])
{
  uint8_t ordered[GUID_BYTES];
  for (size_t i = 0; i < GUID_BYTES; i++)
    ordered[i] = guid[ORDER[i]];
  KCD_AUTO_CHAR hex = kcd_hex(ordered, sizeof(ordered));
  return kcd_asprintf("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

char *kcd_guid_dn(const uint8_t guid[16])
{
  KCD_AUTO_CHAR text = kcd_guid_text(guid);
  return kcd_asprintf("<GUID=%s>", text);
}

int kcd_guid_parse(const char *text, uint8_t ret[16])
{
  char hex[2 * GUID_BYTES + 1] = "";
  size_t digits = 0;
  if (strlen(text) != sizeof(FORM) - 1)
    return -1;
  for (size_t i = 0; FORM[i] != '\0'; i++) {
    if (FORM[i] == 'x')
      hex[digits++] = text[i];
    else if (text[i] != FORM[i])
      return -1;
  }
  struct kcd_bytes bytes = {0};
  if (kcd_hex_decode(hex, &bytes) != 0)
    return -1;
  for (size_t i = 0; i < GUID_BYTES; i++)
    ret[ORDER[i]] = bytes.data[i];
  kcd_bytes_done(&bytes);
  return 0;
}
