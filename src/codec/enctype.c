#include <stdio.h>

#include <kcdfix/kerberr.h>

#define OUT_BYTES 16

/* RFC 3961 section 8, RFC 3962 section 7, RFC 4757 section 5, RFC 8009 section 7. */
static const struct {
  int enctype;
  const char *name;
} NAMES[] = {
    {1, "des-cbc-crc"}, {2, "des-cbc-md4"},    {3, "des-cbc-md5"},    {16, "des3"}, {17, "aes128"},
    {18, "aes256"},     {19, "aes128-sha256"}, {20, "aes256-sha384"}, {23, "rc4"},  {24, "rc4-exp"},
};

const char *kcd_enctype_name(int enctype, char out[16])
{
  for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
    if (NAMES[i].enctype == enctype)
      return NAMES[i].name;
  if (snprintf(out, OUT_BYTES, "etype %d", enctype) >= OUT_BYTES)
    return "etype unknown"; /* nine digits and more are nobody's number */
  return out;
}
