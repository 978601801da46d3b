/* Whatever a server sends as answer to a netlogon ping: names that come out have no NUL inside and are not too long. */
#include <string.h>

#include <kcdfix/dnsname.h>
#include <kcdfix/netlogon.h>

#include "decode.h"
#include "target.h"

static void check_name(const char *name)
{
  REQUIRE(name == NULL || (name[0] != '\0' && strlen(name) <= KCD_DNS_NAME_MAX));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_netlogon answer = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_netlogon_decode(data, size, &answer, &err) < 0) {
    REQUIRE(kcd_error_is_set(&err) && answer.forest == NULL);
    return 0;
  }
  check_name(answer.forest);
  check_name(answer.domain);
  check_name(answer.host);
  check_name(answer.dc_site);
  check_name(answer.client_site);
  kcd_netlogon_done(&answer);
  return 0;
}
