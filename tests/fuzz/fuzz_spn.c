/* The parts of an SPN put together again are the SPN; a list value gets a verdict whatever it holds. */
#include <string.h>

#include <kcdfix/spn.h>
#include <kcdfix/text.h>

#include "decode.h"
#include "target.h"

static void check_parts(const struct kcd_spn *spn, const char *text)
{
  KCD_AUTO_CHAR same_host = kcd_spn_with_host(spn, spn->host);
  KCD_AUTO_CHAR same_class = kcd_spn_with_class(spn, spn->service_class);
  KCD_AUTO_CHAR short_host = kcd_spn_short_host(spn);
  REQUIRE(strcmp(spn->text, text) == 0);
  REQUIRE(strcmp(same_host, text) == 0);
  REQUIRE(strcmp(same_class, text) == 0);
  REQUIRE(strncmp(short_host, spn->host, strlen(short_host)) == 0);
  REQUIRE(kcd_is_displayable(text) && strchr(text, '@') == NULL);
  REQUIRE(spn->service_class[0] != '\0' && spn->host[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_spn spn;
  KCD_AUTO_CHAR text = string_of(data, size);
  KCD_AUTO_CHAR escaped = kcd_spn_heimdal_escaped(text);
  REQUIRE(strlen(escaped) >= strlen(text));
  (void)kcd_list_entry_defect(data, size);
  if (kcd_spn_parse(text, &spn, &err) != 0) {
    REQUIRE(err.code == KCD_E_USAGE && err.message[0] != '\0');
    return 0;
  }
  check_parts(&spn, text);
  kcd_spn_done(&spn);
  return 0;
}
