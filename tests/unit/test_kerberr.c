#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/kerberr.h>
#include <kcdfix/text.h>

#include "fixture.h"

static const struct {
  const char *name;
  int32_t code;
  const char *text, *sname;
  enum kcd_edata_kind edata;
  uint32_t ntstatus;
} ERRORS[] = {
    {"krb-error-preauth-required.bin", 25, "Need to use PA-ENC-TIMESTAMP/PA-PK-AS-REQ", "krbtgt/KCD.TEST",
     KCD_EDATA_ARMOURED, 0},
    {"krb-error-badoption-fast.bin", 13, NULL, "cifs/2016GUI", KCD_EDATA_ARMOURED, 0},
    {"krb-error-client-unknown.bin", 6, NULL, "krbtgt/KCD.TEST", KCD_EDATA_NONE, 0},
    {"krb-error-revoked-ntstatus.bin", 18, NULL, "krbtgt/KCD.TEST", KCD_EDATA_NTSTATUS, 0xC0000072},
};

static void check_error(size_t i)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_krb_error error;
  struct kcd_bytes bytes = fixture(ERRORS[i].name);
  assert_true(kcd_is_krb_error(bytes.data, bytes.len));
  assert_int_equal(kcd_krb_error_decode(bytes.data, bytes.len, &error, &err), 0);
  assert_int_equal(error.code, ERRORS[i].code);
  assert_string_equal(error.realm, "KCD.TEST");
  assert_string_equal(error.sname, ERRORS[i].sname);
  assert_int_equal(error.server_time, 1795345542); /* 2026-11-22T11:05:42Z */
  assert_int_equal(error.edata, ERRORS[i].edata);
  assert_int_equal(error.ntstatus, ERRORS[i].ntstatus);
  if (ERRORS[i].text == NULL)
    assert_null(error.text);
  else
    assert_string_equal(error.text, ERRORS[i].text);
  kcd_krb_error_done(&error);
  kcd_bytes_done(&bytes);
}

static void errors_of_a_kdc(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(ERRORS) / sizeof(ERRORS[0]); i++)
    check_error(i);
  kcd_krb_error_done(NULL);
}

static void error_fails(const void *data, size_t len)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_krb_error error;
  assert_int_equal(kcd_krb_error_decode(data, len, &error, &err), -1);
  assert_int_equal(err.code, KCD_E_MALFORMED);
}

static void error_truncation(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(ERRORS) / sizeof(ERRORS[0]); i++) {
    struct kcd_bytes bytes = fixture(ERRORS[i].name);
    each_truncation(&bytes, error_fails);
    kcd_bytes_done(&bytes);
  }
}

/* Each byte of a real message set to each of a few values: no crash, and whatever decodes can be freed. */
static void error_with_changed_bytes(void **state)
{
  static const uint8_t VALUES[] = {0x00, 0x30, 0x7f, 0x80, 0x84, 0xff};
  (void)state;
  struct kcd_bytes bytes = fixture("krb-error-revoked-ntstatus.bin");
  for (size_t i = 0; i < bytes.len * sizeof(VALUES); i++) {
    uint8_t old = bytes.data[i / sizeof(VALUES)];
    struct kcd_error err = KCD_ERROR_INIT;
    struct kcd_krb_error error = {0};
    bytes.data[i / sizeof(VALUES)] = VALUES[i % sizeof(VALUES)];
    (void)kcd_krb_error_decode(bytes.data, bytes.len, &error, &err);
    kcd_krb_error_done(&error);
    bytes.data[i / sizeof(VALUES)] = old;
  }
  kcd_bytes_done(&bytes);
}

static void no_error_at_all(void **state)
{
  (void)state;
  struct kcd_bytes reply = from_hex("6d03300102");
  struct kcd_bytes padded = fixture("krb-error-client-unknown.bin");
  assert_false(kcd_is_krb_error(reply.data, reply.len));
  assert_false(kcd_is_krb_error("", 0));
  error_fails(reply.data, reply.len);
  padded.data = kcd_reallocarray(padded.data, padded.len + 1, 1);
  padded.data[padded.len] = 0;
  error_fails(padded.data, padded.len + 1);
  kcd_bytes_done(&reply);
  kcd_bytes_done(&padded);
}

/* Hand-made from the fixture: error-code -1, an e-text and names that attack the terminal, stime that is none. */
static void hostile_fields(void **state)
{
  (void)state;
  struct kcd_bytes bytes = from_hex("7e4f304d"
                                    "a003020105"
                                    "a10302011e"
                                    "a411180f39393939313331313939393939395a"
                                    "a503020100"
                                    "a6030201ff"
                                    "a9051b031b5b6d"
                                    "aa133011a003020102a10a30081b02610a1b02e280"
                                    "ab081b06e280ae0d0a41");
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_krb_error error;
  assert_int_equal(kcd_krb_error_decode(bytes.data, bytes.len, &error, &err), 0);
  assert_int_equal(error.code, -1);
  assert_int_equal(error.server_time, 0);
  assert_string_equal(error.realm, "\\x1b[m");
  assert_string_equal(error.sname, "a\\x0a/\\xe2\\x80");
  assert_string_equal(error.text, "\\u{202e}\\x0d\\x0aA");
  kcd_krb_error_done(&error);
  kcd_bytes_done(&bytes);
}

/* The NTSTATUS forms come from Samba 4.17's tests and from a Samba 4.22 DC. */
static const struct {
  const char *hex;
  enum kcd_edata_kind kind;
  uint32_t ntstatus;
} EDATA[] = {
    {"", KCD_EDATA_NONE, 0},
    {"3015a103020103a20e040c720200c00000000003000000", KCD_EDATA_NTSTATUS, 0xC0000272},
    {"3015a103020103a20e040c720000c00000000001000000", KCD_EDATA_NTSTATUS, 0xC0000072},
    {"30173015a103020103a20e040c720000c00000000001000000", KCD_EDATA_NTSTATUS, 0xC0000072},
    {"3023300aa10402020088a20204003015a103020103a20e040c720000c00000000001000000", KCD_EDATA_NTSTATUS, 0xC0000072},
    {"30233015a103020103a20e040c720000c00000000001000000300aa10402020088a2020400", KCD_EDATA_NTSTATUS, 0xC0000072},
    {"300c300aa10402020088a2020400", KCD_EDATA_ARMOURED, 0},
    /* MS-KILE 2.2.2 in KERB-ERROR-DATA (2.2.1): each status of MS-SFU 3.2.5.2 */
    {"3015a103020103a20e040cbb0000c00000000003000000", KCD_EDATA_NTSTATUS, 0xC00000BB},
    {"3015a103020103a20e040c250200c00000000003000000", KCD_EDATA_NTSTATUS, 0xC0000225},
    {"3015a103020103a20e040c6e0000c00000000003000000", KCD_EDATA_NTSTATUS, 0xC000006E},
    {"3015a103020103a20e040c0b0400c00000000001000000", KCD_EDATA_NTSTATUS, 0xC000040B},
    {"3015a103020103a20e040c130400c00000000001000000", KCD_EDATA_NTSTATUS, 0xC0000413},
    {"3015a103020103a20e040c710300c00000000001000000", KCD_EDATA_NTSTATUS, 0xC0000371},
    {"300b3009a103020102a2020400", KCD_EDATA_METHODS, 0},
    {"30163014a103020103a20d040b4b43442e544553546162", KCD_EDATA_OTHER, 0},         /* the list is cut short */
    {"30183016a103020103a20f040d4b43442e544553546162636465", KCD_EDATA_METHODS, 0}, /* a salt of 13 bytes */
    {"3000", KCD_EDATA_METHODS, 0},
    {"3005a103020102", KCD_EDATA_OTHER, 0},                                       /* clock skew recovery, no value */
    {"3011a103020103a20a0408720200c000000000", KCD_EDATA_OTHER, 0},               /* eight bytes */
    {"3015a103020102a20e040c720200c00000000003000000", KCD_EDATA_OTHER, 0},       /* another data-type */
    {"30173015a103020103a20e040c720000c0000000000100000000", KCD_EDATA_OTHER, 0}, /* a byte behind it */
    {"300d300ba10502030000ff8800", KCD_EDATA_OTHER, 0},
    {"4b43442e54455354", KCD_EDATA_OTHER, 0},
    {"30800000", KCD_EDATA_OTHER, 0},
    {"3084ffffffff", KCD_EDATA_OTHER, 0},
};

static void forms_of_e_data(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(EDATA) / sizeof(EDATA[0]); i++) {
    struct kcd_bytes bytes = from_hex(EDATA[i].hex);
    uint32_t ntstatus = 0;
    assert_int_equal(kcd_edata_decode(bytes.data, bytes.len, &ntstatus), EDATA[i].kind);
    assert_int_equal(ntstatus, EDATA[i].ntstatus);
    kcd_bytes_done(&bytes);
  }
}

static void e_data_is_other(const void *data, size_t len)
{
  uint32_t ntstatus = 0;
  assert_int_equal(kcd_edata_decode(data, len, &ntstatus), len == 0 ? KCD_EDATA_NONE : KCD_EDATA_OTHER);
  assert_int_equal(ntstatus, 0);
}

static void e_data_truncation(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(EDATA) / sizeof(EDATA[0]); i++) {
    if (EDATA[i].kind == KCD_EDATA_NONE || EDATA[i].kind == KCD_EDATA_OTHER)
      continue;
    struct kcd_bytes bytes = from_hex(EDATA[i].hex);
    each_truncation(&bytes, e_data_is_other);
    kcd_bytes_done(&bytes);
  }
}

/* TAG, a length of three bytes, and what IN holds, which is done with. */
static void wrapped(struct kcd_buf *in, uint8_t tag)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_KRB_MESSAGE_MAX);
  kcd_buf_add_u8(&out, tag);
  kcd_buf_add_u8(&out, 0x83);
  for (unsigned shift = 24; shift > 0; shift -= 8)
    kcd_buf_add_u8(&out, (uint8_t)(in->len >> (shift - 8)));
  kcd_buf_add(&out, in->data, in->len);
  assert_false(out.failed);
  kcd_buf_done(in);
  *in = out;
}

static struct kcd_buf repeated(const char *element, size_t len)
{
  struct kcd_buf list;
  kcd_buf_init(&list, KCD_KRB_MESSAGE_MAX);
  while (list.len + len < KCD_KRB_MESSAGE_MAX - 128)
    kcd_buf_add(&list, element, len);
  return list;
}

/* A megabyte of list elements or name components costs no more than reading it once; the test's time limit sees it. */
static void long_list_of_methods(void **state)
{
  (void)state;
  struct kcd_buf list = repeated("\x30\x09\xa1\x03\x02\x01\x02\xa2\x02\x04\x00", 11);
  uint32_t ntstatus;
  wrapped(&list, 0x30);
  assert_int_equal(kcd_edata_decode(list.data, list.len, &ntstatus), KCD_EDATA_METHODS);
  kcd_buf_done(&list);
}

static void long_name(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_krb_error error;
  struct kcd_bytes start = from_hex("a003020105"
                                    "a10302011e"
                                    "a411180f32303236313132323131303534325a"
                                    "a503020100"
                                    "a603020106"
                                    "a9051b034b4344");
  struct kcd_buf name = repeated("\x1b\x00", 2);
  struct kcd_buf message;
  wrapped(&name, 0x30);
  wrapped(&name, 0xa1);
  kcd_buf_init(&message, KCD_KRB_MESSAGE_MAX);
  kcd_buf_add(&message, "\xa0\x03\x02\x01\x02", 5);
  kcd_buf_add(&message, name.data, name.len);
  kcd_buf_done(&name);
  wrapped(&message, 0x30);
  wrapped(&message, 0xaa);
  kcd_buf_init(&name, KCD_KRB_MESSAGE_MAX);
  kcd_buf_add(&name, start.data, start.len);
  kcd_buf_add(&name, message.data, message.len);
  kcd_buf_done(&message);
  wrapped(&name, 0x30);
  wrapped(&name, 0x7e);
  assert_int_equal(kcd_krb_error_decode(name.data, name.len, &error, &err), 0);
  assert_in_range(strlen(error.sname), KCD_SAFE_MAX, KCD_SAFE_MAX + 32);
  kcd_krb_error_done(&error);
  kcd_buf_done(&name);
  kcd_bytes_done(&start);
}

static void messages_have_a_limit(void **state)
{
  (void)state;
  size_t len = KCD_KRB_MESSAGE_MAX + 1;
  uint8_t *message = kcd_calloc(len, 1);
  uint32_t ntstatus;
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_bytes stripped;
  error_fails(message, len);
  assert_int_equal(kcd_edata_decode(message, len, &ntstatus), KCD_EDATA_OTHER);
  assert_int_equal(kcd_tgs_req_without_padata(message, len, NULL, 0, &stripped, &err), -1);
  free(message);
}

static const int32_t FAST_AND_OPTIONS[] = {136, 167};

static struct kcd_bytes stripped(const struct kcd_bytes *message, size_t n_types)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_bytes out;
  assert_int_equal(kcd_tgs_req_without_padata(message->data, message->len, FAST_AND_OPTIONS, n_types, &out, &err), 0);
  return out;
}

/* Length of the last field: an element [4] that ends where the message ends. */
static size_t body_len(const struct kcd_bytes *message)
{
  for (size_t i = 4; i + 4 < message->len; i++) {
    const uint8_t *p = message->data + i;
    size_t len = p[1] < 0x80 ? 2 + (size_t)p[1] : 0;
    if (p[1] == 0x81)
      len = 3 + (size_t)p[2];
    if (p[1] == 0x82)
      len = 4 + ((size_t)p[2] << 8 | p[3]);
    if (p[0] == 0xa4 && i + len == message->len)
      return len;
  }
  return 0;
}

static void check_stripping(const char *name)
{
  struct kcd_bytes request = fixture(name);
  struct kcd_bytes none = stripped(&request, 0);
  struct kcd_bytes without_fast = stripped(&request, 1);
  struct kcd_bytes without_both = stripped(&request, 2);
  struct kcd_bytes again = stripped(&without_both, 2);
  size_t body = body_len(&request);
  assert_in_range(body, 50, request.len);
  assert_true(kcd_bytes_equal(&request, &none));
  assert_in_range(without_fast.len, body, request.len - 100);
  assert_memory_equal(without_fast.data + without_fast.len - body, request.data + request.len - body, body);
  assert_memory_equal(without_both.data + without_both.len - body, request.data + request.len - body, body);
  assert_true(kcd_bytes_equal(&without_both, &again));
  kcd_bytes_done(&request);
  kcd_bytes_done(&none);
  kcd_bytes_done(&without_fast);
  kcd_bytes_done(&without_both);
  kcd_bytes_done(&again);
}

static void requests_without_fast(void **state)
{
  (void)state;
  check_stripping("tgs-req-s4u2self.bin");
  check_stripping("tgs-req-s4u2proxy.bin");
}

/* Hand-made: two elements, of which one, none or both go. */
#define PVNO_AND_TYPE                                                                                                  \
  "a103020105"                                                                                                         \
  "a20302010c"
#define PA_136 "300aa10402020088a2020400"
#define PA_1 "3009a103020101a2020400"
#define BODY "a4023000"
static const struct {
  const char *in, *out;
} REQUESTS[] = {
    {"6c2b"
     "3029" PVNO_AND_TYPE "a319"
     "3017" PA_136 PA_1 BODY,
     "6c1f"
     "301d" PVNO_AND_TYPE "a30d"
     "300b" PA_1 BODY},
    {"6c1f"
     "301d" PVNO_AND_TYPE "a30d"
     "300b" PA_1 BODY,
     "6c1f"
     "301d" PVNO_AND_TYPE "a30d"
     "300b" PA_1 BODY},
    {"6c20"
     "301e" PVNO_AND_TYPE "a30e"
     "300c" PA_136 BODY,
     "6c10"
     "300e" PVNO_AND_TYPE BODY},
    {"6c10"
     "300e" PVNO_AND_TYPE BODY,
     "6c10"
     "300e" PVNO_AND_TYPE BODY},
    {"6c14"
     "3012" PVNO_AND_TYPE "a302"
     "3000" BODY,
     "6c14"
     "3012" PVNO_AND_TYPE "a302"
     "3000" BODY},
};

static void small_requests(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(REQUESTS) / sizeof(REQUESTS[0]); i++) {
    struct kcd_bytes in = from_hex(REQUESTS[i].in);
    struct kcd_bytes expected = from_hex(REQUESTS[i].out);
    struct kcd_bytes out = stripped(&in, 1);
    assert_true(kcd_bytes_equal(&out, &expected));
    kcd_bytes_done(&in);
    kcd_bytes_done(&expected);
    kcd_bytes_done(&out);
  }
}

static void request_fails(const void *data, size_t len)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_bytes out;
  assert_int_equal(kcd_tgs_req_without_padata(data, len, FAST_AND_OPTIONS, 2, &out, &err), -1);
  assert_int_equal(err.code, KCD_E_MALFORMED);
}

static void request_truncation(void **state)
{
  (void)state;
  struct kcd_bytes request = fixture("tgs-req-s4u2self.bin");
  each_truncation(&request, request_fails);
  kcd_bytes_done(&request);
}

static void no_tgs_request(void **state)
{
  static const char *const BAD[] = {
      "6a10"
      "300e" PVNO_AND_TYPE BODY, /* AS-REQ */
      "6c10"
      "300e"
      "a103020104"
      "a20302010c" BODY, /* version 4 */
      "6c10"
      "300e"
      "a103020105"
      "a20302010a" BODY, /* says AS-REQ inside */
      "6c0c"
      "300a" PVNO_AND_TYPE, /* no body */
      "6c12"
      "300e" PVNO_AND_TYPE BODY "0500", /* something behind the sequence */
      "6c12"
      "3010" PVNO_AND_TYPE BODY "0500", /* something behind the body */
      "6c1e"
      "301c" PVNO_AND_TYPE "a30c"
      "300a"
      "a10402020088a202"
      "0400" BODY, /* no sequence in the list */
      "6c16"
      "3014" PVNO_AND_TYPE "a304"
      "3000"
      "0500" BODY, /* something behind the list */
  };
  (void)state;
  for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
    struct kcd_bytes bytes = from_hex(BAD[i]);
    request_fails(bytes.data, bytes.len);
    kcd_bytes_done(&bytes);
  }
}

static void names_of_codes(void **state)
{
  char out[16];
  (void)state;
  assert_string_equal(kcd_kdc_code_name(13), "KDC_ERR_BADOPTION");
  assert_string_equal(kcd_kdc_code_name(41), "KRB_AP_ERR_MODIFIED");
  assert_string_equal(kcd_kdc_code_name(52), "KRB_ERR_RESPONSE_TOO_BIG");
  assert_string_equal(kcd_kdc_code_name(93), "KDC_ERR_UNKNOWN_CRITICAL_FAST_OPTIONS");
  assert_null(kcd_kdc_code_name(30));
  assert_null(kcd_kdc_code_name(-1));
  assert_string_equal(kcd_ntstatus_name(0xC000006E), "STATUS_ACCOUNT_RESTRICTION");
  assert_null(kcd_ntstatus_name(0xC0FFFFFF));
  assert_string_equal(kcd_enctype_name(18, out), "aes256");
  assert_string_equal(kcd_enctype_name(23, out), "rc4");
  assert_string_equal(kcd_enctype_name(99, out), "etype 99");
  assert_string_equal(kcd_enctype_name(INT32_MIN, out), "etype unknown");
}

/* A whole KRB-ERROR of each form: NTSTATUS, armour, text of MIT's KDC, clock skew (data-type 2), a salt; from the
 * specifications, with every truncation. */
static const struct {
  const char *fields; /* behind error-code 13, realm and sname */
  const char *text;
  enum kcd_edata_kind edata;
  uint32_t ntstatus;
} WHOLE[] = {
    {"ac1904173015a103020103a20e040c720200c00000000003000000", NULL, KCD_EDATA_NTSTATUS, 0xC0000272},
    {"ac1b041930173015a103020103a20e040c720000c00000000001000000", NULL, KCD_EDATA_NTSTATUS, 0xC0000072},
    {"ac10040e300c300aa10402020088a2020400", NULL, KCD_EDATA_ARMOURED, 0},
    {"ac1c041a30183016a103020103a20f040d4b43442e544553546162636465", NULL, KCD_EDATA_METHODS, 0},
    {"ac0904073005a103020102", NULL, KCD_EDATA_OTHER, 0},
    {"ab191b174e4f545f414c4c4f5745445f544f5f44454c4547415445", "NOT_ALLOWED_TO_DELEGATE", KCD_EDATA_NONE, 0},
    {"ab0b1b0968616e64206d616465ac020400", "hand made", KCD_EDATA_NONE, 0},
};

static struct kcd_bytes whole_error(const char *fields)
{
  struct kcd_bytes start = from_hex("a003020105a10302011ea411180f32303236313132323131303534325aa503020100a60302010d"
                                    "a90a1b084b43442e54455354aa133011a003020102a10a30081b066b7262746774");
  struct kcd_bytes rest = from_hex(fields);
  struct kcd_buf message;
  kcd_buf_init(&message, KCD_KRB_MESSAGE_MAX);
  kcd_buf_add(&message, start.data, start.len);
  kcd_buf_add(&message, rest.data, rest.len);
  wrapped(&message, 0x30);
  wrapped(&message, 0x7e);
  struct kcd_bytes out = kcd_bytes_copy(message.data, message.len);
  kcd_buf_done(&message);
  kcd_bytes_done(&start);
  kcd_bytes_done(&rest);
  return out;
}

static void whole_errors_of_each_form(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(WHOLE) / sizeof(WHOLE[0]); i++) {
    struct kcd_bytes bytes = whole_error(WHOLE[i].fields);
    struct kcd_error err = KCD_ERROR_INIT;
    struct kcd_krb_error error;
    assert_int_equal(kcd_krb_error_decode(bytes.data, bytes.len, &error, &err), 0);
    assert_int_equal(error.code, 13);
    assert_int_equal(error.edata, WHOLE[i].edata);
    assert_int_equal(error.ntstatus, WHOLE[i].ntstatus);
    if (WHOLE[i].text == NULL)
      assert_null(error.text);
    else
      assert_string_equal(error.text, WHOLE[i].text);
    each_truncation(&bytes, error_fails);
    kcd_krb_error_done(&error);
    kcd_bytes_done(&bytes);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_of_a_kdc),          cmocka_unit_test(error_truncation),
      cmocka_unit_test(error_with_changed_bytes), cmocka_unit_test(no_error_at_all),
      cmocka_unit_test(hostile_fields),           cmocka_unit_test(forms_of_e_data),
      cmocka_unit_test(e_data_truncation),        cmocka_unit_test(whole_errors_of_each_form),
      cmocka_unit_test(long_list_of_methods),     cmocka_unit_test(long_name),
      cmocka_unit_test(messages_have_a_limit),    cmocka_unit_test(requests_without_fast),
      cmocka_unit_test(small_requests),           cmocka_unit_test(request_truncation),
      cmocka_unit_test(no_tgs_request),           cmocka_unit_test(names_of_codes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
