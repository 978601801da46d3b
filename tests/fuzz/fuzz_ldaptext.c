/* Filter values, DN values and LDIF lines lead back to the input; DN and GUID readers take anything. */
#include <string.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#include "decode.h"
#include "target.h"

static void same(struct kcd_buf *decoded, const void *data, size_t size)
{
  REQUIRE(!decoded->failed && decoded->len == size && (size == 0 || memcmp(decoded->data, data, size) == 0));
  kcd_buf_done(decoded);
}

static void check_filter(const uint8_t *data, size_t size)
{
  struct kcd_buf decoded;
  kcd_buf_init(&decoded, KCD_BUF_DEFAULT_CAP);
  KCD_AUTO_CHAR filter = kcd_filter_value(data, size);
  decode_filter(filter, &decoded);
  same(&decoded, data, size);
}

static void check_ldif(const uint8_t *data, size_t size, const char *text)
{
  struct kcd_buf out;
  struct kcd_buf decoded;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_buf_init(&decoded, KCD_BUF_DEFAULT_CAP);
  kcd_ldif_line(&out, "servicePrincipalName", data, size);
  KCD_AUTO_CHAR line = kcd_buf_take_text(&out);
  decode_ldif_line(line, "servicePrincipalName", &decoded);
  same(&decoded, data, size);
  kcd_ldif_comment(&out, text);
  KCD_AUTO_CHAR comment = kcd_buf_take_text(&out);
  check_comment(comment);
}

/* A value is one RDN, wherever it is put, and comes back as it was. */
static void check_dn_value(const char *text)
{
  if (*text == '\0')
    return;
  KCD_AUTO_CHAR value = kcd_dn_value(text);
  KCD_AUTO_CHAR dn = kcd_asprintf("CN=%s,DC=kcd,DC=test", value);
  KCD_AUTO_CHAR first = kcd_dn_first_value(dn);
  REQUIRE(strcmp(first, text) == 0);
  REQUIRE(kcd_looks_like_dn(dn));
  REQUIRE(kcd_dn_is_below(dn, "dc=KCD,dc=TEST"));
  REQUIRE(kcd_dn_is_below(dn, dn));
}

static void check_domain(const char *text)
{
  KCD_AUTO_CHAR dn = kcd_domain_to_dn(text);
  KCD_AUTO_CHAR domain = kcd_dn_to_domain(dn);
  REQUIRE(*dn == '\0' || domain != NULL);
  KCD_AUTO_CHAR from_text = kcd_dn_to_domain(text);
  (void)from_text;
}

static void check_guid(const uint8_t *data, size_t size, const char *text)
{
  uint8_t guid[16];
  if (size >= sizeof(guid)) {
    KCD_AUTO_CHAR guid_text = kcd_guid_text(data);
    REQUIRE(kcd_guid_parse(guid_text, guid) == 0 && memcmp(guid, data, sizeof(guid)) == 0);
  }
  (void)kcd_guid_parse(text, guid);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  KCD_AUTO_CHAR text = string_of(data, size);
  check_filter(data, size);
  check_ldif(data, size, text);
  check_dn_value(text);
  check_domain(text);
  check_guid(data, size, text);
  REQUIRE(!kcd_looks_like_dn(text) || kcd_dn_is_below(text, text));
  return 0;
}
