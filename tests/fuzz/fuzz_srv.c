/* Whatever a DNS server sends: hosts that come out can stand in a URL, and ordering keeps every record. */
#include <string.h>

#include <kcdfix/locate.h>

#include "decode.h"
#include "target.h"

static uint32_t take_last(void *data, uint32_t below)
{
  (void)data;
  return below - 1;
}

static void check_host(const char *host)
{
  size_t len = strlen(host);
  REQUIRE(len > 0 && len < 256);
  REQUIRE(strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_srv_list list = {NULL, 0};
  if (kcd_srv_decode(data, size, &list) < 0) {
    REQUIRE(list.v == NULL && list.n == 0);
    return 0;
  }
  size_t n = list.n;
  kcd_srv_order(&list, take_last, NULL);
  REQUIRE(list.n == n);
  for (size_t i = 0; i < list.n; i++) {
    check_host(list.v[i].host);
    REQUIRE(list.v[i].port != 0);
    REQUIRE(i == 0 || list.v[i - 1].priority <= list.v[i].priority);
  }
  kcd_srv_list_done(&list);
  return 0;
}
