#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/ldaptext.h>

#include "../fuzz/decode.h"
#include "fixture.h"

struct pair {
  const char *in;
  const char *out;
};

static const struct pair FILTERS[] = {
    {"", ""},
    {"CORE2016$", "CORE2016$"},
    {"cifs/2016gui.kcd.test:445", "cifs/2016gui.kcd.test:445"},
    {"a@KCD.TEST", "a@KCD.TEST"},
    {"*()\\", "\\2a\\28\\29\\5c"},
    {"a b", "a\\20b"},
    {"J\xc3\xb6rg", "J\\c3\\b6rg"},
    {"x)(objectClass=*", "x\\29\\28objectClass\\3d\\2a"},
    {"\n\x1b\x7f", "\\0a\\1b\\7f"},
};

static void filters(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(FILTERS) / sizeof(FILTERS[0]); i++) {
    KCD_AUTO_CHAR filter = kcd_filter_text(FILTERS[i].in);
    assert_string_equal(filter, FILTERS[i].out);
  }
  KCD_AUTO_CHAR binary = kcd_filter_value("\0\xff", 2);
  assert_string_equal(binary, "\\00\\ff");
}

static const struct pair DN_VALUES[] = {
    {"CORE2016", "CORE2016"},
    {"a, b", "a\\, b"},
    {"\"+,;<>\\", "\\\"\\+\\,\\;\\<\\>\\\\"},
    {"#1", "\\#1"},
    {"1#", "1#"},
    {" a ", "\\ a\\ "},
    {" ", "\\ "},
    {"a=b", "a=b"},
    {"J\xc3\xb6rg", "J\xc3\xb6rg"},
    {"a\nb\x7f", "a\\0Ab\\7F"},
    {"\xff", "\\FF"},
};

static void dn_values(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(DN_VALUES) / sizeof(DN_VALUES[0]); i++) {
    KCD_AUTO_CHAR value = kcd_dn_value(DN_VALUES[i].in);
    KCD_AUTO_CHAR dn = kcd_asprintf("CN=%s,DC=kcd", value);
    KCD_AUTO_CHAR first = kcd_dn_first_value(dn);
    assert_string_equal(value, DN_VALUES[i].out);
    assert_string_equal(first, DN_VALUES[i].in);
  }
}

static const struct pair FIRST[] = {
    {"CN=CORE2016,CN=Computers,DC=kcd,DC=test", "CORE2016"},
    {"cn = a b , DC=kcd", "a b"},
    {"CN=a\\2C b\\, c\\3D", "a, b, c="},
    {"CN=\\C3\\B6", "\xc3\xb6"},
    {"CN=a\\0ACNF:1bd0eab8,DC=kcd", "a\nCNF:1bd0eab8"},
    {"2.5.4.3=x", "x"},
    {"", ""},
    {"CN=", ""},
    {"CN", ""},
    {"=x", ""},
    {"CN=a\\", ""},
    {"CN=a\\4", ""},
    {"CN=a\\zz", ""},
    {"CN=#0403", ""},
    {"CN=a+OU=b", ""},
    {"CN=a;DC=b", ""},
    {"CN=a,", ""},
    {"CN=a,,DC=b", ""},
    {"C N=a", ""},
    {"CN=\\00", ""},
};

static void first_values(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(FIRST) / sizeof(FIRST[0]); i++) {
    KCD_AUTO_CHAR value = kcd_dn_first_value(FIRST[i].in);
    assert_string_equal(value, FIRST[i].out);
  }
}

static const struct {
  const char *dn, *base;
  bool below;
} BELOW[] = {
    {"CN=a,OU=HyperV,DC=kcd,DC=test", "ou=hyperv,dc=KCD,dc=TEST", true},
    {"OU=HyperV,DC=kcd,DC=test", "OU=HyperV,DC=kcd,DC=test", true},
    {"CN=a,DC=kcd,DC=test", "", true},
    {"CN=a\\2Cb,DC=kcd", "CN=a\\,b,DC=kcd", true},
    {"CN=a,OU=xHyperV,DC=kcd,DC=test", "OU=HyperV,DC=kcd,DC=test", false},
    {"CN=a\\,OU=HyperV,DC=kcd", "OU=HyperV,DC=kcd", false},
    {"DC=kcd,DC=test", "CN=a,DC=kcd,DC=test", false},
    {"CN=a,DC=kcd", "DC=kcd,", false},
    {"nonsense", "DC=kcd", false},
};

static void below(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(BELOW) / sizeof(BELOW[0]); i++)
    assert_int_equal(kcd_dn_is_below(BELOW[i].dn, BELOW[i].base), BELOW[i].below);
}

static void domains(void **state)
{
  (void)state;
  KCD_AUTO_CHAR domain = kcd_dn_to_domain("DC=contoso,dc=com");
  KCD_AUTO_CHAR dn = kcd_domain_to_dn("contoso.com");
  KCD_AUTO_CHAR rooted = kcd_domain_to_dn(".contoso..com.");
  KCD_AUTO_CHAR hostile = kcd_domain_to_dn("a,CN=b.c");
  assert_string_equal(domain, "contoso.com");
  assert_string_equal(dn, "DC=contoso,DC=com");
  assert_string_equal(rooted, "DC=contoso,DC=com");
  assert_string_equal(hostile, "DC=a\\,CN=b,DC=c");
  assert_null(kcd_dn_to_domain("CN=a,DC=com"));
  assert_null(kcd_dn_to_domain("DC=a.b,DC=com"));
  assert_null(kcd_dn_to_domain("DC=a\\00,DC=com"));
  assert_null(kcd_dn_to_domain(""));
}

static void dn_or_not(void **state)
{
  static const char *const NONE[] = {"",     "CORE2016", "DOM\\CORE2016", "cifs/x", "core2016.kcd.test",
                                     "1=x,", "=",        "-a=x",          "1a=x"};
  (void)state;
  assert_true(kcd_looks_like_dn("CN=CORE2016,DC=kcd"));
  assert_true(kcd_looks_like_dn("msDS-Name=a"));
  for (size_t i = 0; i < sizeof(NONE) / sizeof(NONE[0]); i++)
    assert_false(kcd_looks_like_dn(NONE[i]));
}

/* The example of MS-DTYP 2.3.4.3's order: DRSUAPI's interface identifier. */
static void guids(void **state)
{
  static const char *const BAD[] = {"",
                                    "e3514235-4b06-11d1-ab04-00c04fc2dcd",
                                    "e3514235-4b06-11d1-ab04-00c04fc2dcd22",
                                    "{e3514235-4b06-11d1-ab04-00c04fc2dcd2}",
                                    "e3514235x4b06-11d1-ab04-00c04fc2dcd2",
                                    "g3514235-4b06-11d1-ab04-00c04fc2dcd2"};
  (void)state;
  struct kcd_bytes bytes = from_hex("354251e3064bd111ab0400c04fc2dcd2");
  uint8_t guid[16];
  KCD_AUTO_CHAR text = kcd_guid_text(bytes.data);
  KCD_AUTO_CHAR dn = kcd_guid_dn(bytes.data);
  assert_string_equal(text, "e3514235-4b06-11d1-ab04-00c04fc2dcd2");
  assert_string_equal(dn, "<GUID=e3514235-4b06-11d1-ab04-00c04fc2dcd2>");
  assert_int_equal(kcd_guid_parse("E3514235-4B06-11D1-AB04-00C04FC2DCD2", guid), 0);
  assert_memory_equal(guid, bytes.data, 16);
  for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
    assert_int_equal(kcd_guid_parse(BAD[i], guid), -1);
  kcd_bytes_done(&bytes);
}

#define X60 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct pair LDIF[] = {
    {"", "a:\n"},
    {"4096", "a: 4096\n"},
    {"cifs/2016GUI", "a: cifs/2016GUI\n"},
    {"a: b < c", "a: a: b < c\n"},
    {" x", "a:: IHg=\n"},
    {"x ", "a:: eCA=\n"},
    {":x", "a:: Ong=\n"},
    {"<x", "a:: PHg=\n"},
    {"x\ny", "a:: eAp5\n"},
    {"\x1b[m", "a:: G1tt\n"},
    {"\xc3\xb6", "a:: w7Y=\n"},
    {X60 "xxxxxxxxxxxxx", "a: " X60 "xxxxxxxxxxxxx\n"},
    {X60 "xxxxxxxxxxxxxy", "a: " X60 "xxxxxxxxxxxxx\n y\n"},
};

static void ldif_lines(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(LDIF) / sizeof(LDIF[0]); i++) {
    struct kcd_buf out;
    struct kcd_buf decoded;
    kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
    kcd_buf_init(&decoded, KCD_BUF_DEFAULT_CAP);
    kcd_ldif_line(&out, "a", LDIF[i].in, strlen(LDIF[i].in));
    KCD_AUTO_CHAR line = kcd_buf_take_text(&out);
    assert_string_equal(line, LDIF[i].out);
    decode_ldif_line(line, "a", &decoded);
    assert_int_equal(decoded.len, strlen(LDIF[i].in));
    kcd_buf_done(&decoded);
  }
}

static void large_value(void **state)
{
  (void)state;
  uint8_t *value = kcd_calloc(65536, 1);
  struct kcd_buf out;
  struct kcd_buf decoded;
  for (size_t i = 0; i < 65536; i++)
    value[i] = (uint8_t)(i * 7);
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_buf_init(&decoded, KCD_BUF_DEFAULT_CAP);
  kcd_ldif_line(&out, "nTSecurityDescriptor", value, 65536);
  KCD_AUTO_CHAR line = kcd_buf_take_text(&out);
  decode_ldif_line(line, "nTSecurityDescriptor", &decoded);
  assert_int_equal(decoded.len, 65536);
  assert_memory_equal(decoded.data, value, 65536);
  kcd_buf_done(&decoded);
  free(value);
}

static void comments(void **state)
{
  (void)state;
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_ldif_comment(&out, "host\ndn: CN=x\r\nchangetype: delete \xc3\xb6 #");
  KCD_AUTO_CHAR line = kcd_buf_take_text(&out);
  assert_string_equal(line, "# host\\x0adn: CN=x\\x0d\\x0achangetype: delete \\xc3\\xb6 #\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(filters),  cmocka_unit_test(dn_values),  cmocka_unit_test(first_values),
      cmocka_unit_test(below),    cmocka_unit_test(domains),    cmocka_unit_test(dn_or_not),
      cmocka_unit_test(guids),    cmocka_unit_test(ldif_lines), cmocka_unit_test(large_value),
      cmocka_unit_test(comments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
