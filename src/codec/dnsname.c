#include <kcdfix/dnsname.h>

#include <stdint.h>
#include <string.h>

/* Adds a label and its dot. False when the name becomes too long. */
static bool add_label(char *name, size_t *used, const uint8_t *label, size_t len)
{
  if (*used + len + 1 > KCD_DNS_NAME_MAX)
    return false;
  memcpy(name + *used, label, len);
  *used += len;
  name[(*used)++] = '.';
  return true;
}

bool kcd_dns_name_read(const void *message, size_t len, size_t *offset, char *name, size_t *used)
{
  const uint8_t *data = message;
  size_t at = *offset, piece = *offset, end = 0; /* end: behind the first pointer */
  *used = 0;
  for (;;) {
    if (at >= len)
      return false;
    size_t label = data[at++];
    if (label == 0)
      break;
    if (label >= 0xc0) {
      if (at >= len)
        return false;
      size_t target = (label & 0x3f) << 8 | data[at++];
      if (end == 0)
        end = at;
      if (target >= piece)
        return false;
      piece = at = target;
      continue;
    }
    if (label >= 0x40 || label > len - at || !add_label(name, used, data + at, label))
      return false;
    at += label;
  }
  name[*used] = '\0';
  *offset = end == 0 ? at : end;
  return true;
}
