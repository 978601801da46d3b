/* The answer to a netlogon ping: as Samba 4.17 sends it, cut at every length, and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/bytes.h>
#include <kcdfix/dnsname.h>
#include <kcdfix/netlogon.h>

/* Captured from dc1 of the lab: "kcd" "test" stand at 24, every other domain name points there. */
static const uint8_t captured[] =
    "\x17\x00\x00\x00\xbd\x11\x00\x00\x9b\xde\xf5\x0c\x6f\x35\x80\x47\x9c\x9b\xc3\x9f\x28\xdd\x5d\xa6"
    "\x03kcd\x04test\x00\xc0\x18"
    "\x03"
    "dc1\xc0\x18\x03KCD\x00\x03"
    "DC1\x00\x00"
    "\x17"
    "Default-First-Site-Name\x00\xc0\x35\x05\x00\x00\x00\xff\xff\xff\xff";
#define CAPTURED_LEN (sizeof captured - 1)
#define NAMES_END 0x50 /* behind the pointer to the client's site; what follows is not needed */

static int decode(const void *data, size_t len, struct kcd_netlogon *ret)
{
  struct kcd_error err = KCD_ERROR_INIT;
  int status = kcd_netlogon_decode(data, len, ret, &err);
  assert_true((status == 0) != kcd_error_is_set(&err));
  return status;
}

static void reads_what_samba_sends(void **state)
{
  (void)state;
  struct kcd_netlogon answer;
  assert_int_equal(decode(captured, CAPTURED_LEN, &answer), 0);
  assert_string_equal(answer.forest, "kcd.test");
  assert_string_equal(answer.domain, "kcd.test");
  assert_string_equal(answer.host, "dc1.kcd.test");
  assert_string_equal(answer.dc_site, "Default-First-Site-Name");
  assert_string_equal(answer.client_site, "Default-First-Site-Name");
  assert_int_equal(answer.flags & KCD_NETLOGON_PDC, KCD_NETLOGON_PDC);
  assert_int_equal(answer.flags & KCD_NETLOGON_GC, KCD_NETLOGON_GC);
  assert_int_equal(answer.flags & KCD_NETLOGON_KDC, KCD_NETLOGON_KDC);
  assert_int_equal(answer.flags & KCD_NETLOGON_CLOSEST, KCD_NETLOGON_CLOSEST);
  assert_int_equal(answer.flags & KCD_NETLOGON_WRITABLE, KCD_NETLOGON_WRITABLE);
  kcd_netlogon_done(&answer);
}

/* Each prefix in a block of its own size, so that a read behind it is seen. */
static void refuses_every_prefix(void **state)
{
  (void)state;
  for (size_t len = 0; len < CAPTURED_LEN; len++) {
    uint8_t *part = malloc(len > 0 ? len : 1);
    memcpy(part, captured, len);
    struct kcd_netlogon answer = {0};
    int status = decode(part, len, &answer);
    assert_int_equal(status, len < NAMES_END ? -1 : 0);
    kcd_netlogon_done(&answer);
    free(part);
  }
}

static int decode_changed(size_t at, uint8_t byte, struct kcd_netlogon *ret)
{
  uint8_t message[CAPTURED_LEN];
  memcpy(message, captured, CAPTURED_LEN);
  message[at] = byte;
  return decode(message, CAPTURED_LEN, ret);
}

static void refuses_other_forms(void **state)
{
  (void)state;
  struct kcd_netlogon answer = {0};
  assert_int_equal(decode_changed(0, 19, &answer), -1);    /* LOGON_SAM_LOGON_RESPONSE, the form without sites */
  assert_int_equal(decode_changed(24, 0x40, &answer), -1); /* no length of a label */
  assert_int_equal(decode_changed(25, 0, &answer), -1);    /* a NUL inside a name */
  assert_int_equal(decode_changed(0, 25, &answer), 0);     /* LOGON_SAM_USER_UNKNOWN_EX */
  kcd_netlogon_done(&answer);
}

/* A site that is not known comes as the empty name. */
static void takes_an_unknown_site(void **state)
{
  (void)state;
  uint8_t message[CAPTURED_LEN];
  memcpy(message, captured, CAPTURED_LEN);
  message[NAMES_END - 2] = 0;
  struct kcd_netlogon answer;
  assert_int_equal(decode(message, CAPTURED_LEN, &answer), 0);
  assert_null(answer.client_site);
  assert_non_null(answer.dc_site);
  kcd_netlogon_done(&answer);
}

/* ---- names alone ---- */

static bool read_name(const char *message, size_t len, size_t at, char *name, size_t *end)
{
  size_t used = 0;
  *end = at;
  return kcd_dns_name_read(message, len, end, name, &used);
}

static void pointers_lead_backwards(void **state)
{
  (void)state;
  char name[KCD_DNS_NAME_MAX + 1];
  size_t end = 0;
  assert_true(read_name("\x01"
                        "a\x00\x01"
                        "b\xc0\x00!",
                        8, 3, name, &end));
  assert_string_equal(name, "b.a.");
  assert_int_equal(end, 7);
  assert_false(read_name("\xc0\x00", 2, 0, name, &end));              /* at itself */
  assert_false(read_name("\xc0\x02\x00", 3, 0, name, &end));          /* forwards */
  assert_false(read_name("\x01z\xc0\x04\xc0\x00", 6, 4, name, &end)); /* back and forth */
  assert_false(read_name("\xc0", 1, 0, name, &end));
}

static void a_name_has_an_end(void **state)
{
  (void)state;
  char message[400], name[KCD_DNS_NAME_MAX + 1];
  size_t end = 0;
  for (size_t i = 0; i < sizeof message; i++)
    message[i] = (char)(i % 64 == 0 ? 63 : 'x');
  assert_false(read_name(message, sizeof message, 0, name, &end)); /* four labels of 63 are one too many */
  message[192] = 0;
  assert_true(read_name(message, sizeof message, 0, name, &end));
  assert_int_equal(strlen(name), 192);
  assert_int_equal(end, 193);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_what_samba_sends),  cmocka_unit_test(refuses_every_prefix),
      cmocka_unit_test(refuses_other_forms),     cmocka_unit_test(takes_an_unknown_site),
      cmocka_unit_test(pointers_lead_backwards), cmocka_unit_test(a_name_has_an_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
