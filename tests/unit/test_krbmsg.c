/* The literals are what tshark 4.0 decodes of the same bytes (tests/unit/capture_messages). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/krbmsg.h>
#include <kcdfix/text.h>

#include "fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIST_MAX 8

struct name {
  const char *text;
  int32_t type;
  size_t parts;
  const char *realm;
};
struct ticket {
  struct name service;
  int32_t enctype;
  uint32_t kvno;
};

static const int32_t ETYPES[] = {18, 17, 20, 19, 16, 23, 25, 26}; /* what libkrb5 offers by default */

#define KRBTGT                                                                                                         \
  {                                                                                                                    \
    "krbtgt/KCD.TEST", 2, 2, "KCD.TEST"                                                                                \
  }
#define TGT                                                                                                            \
  {                                                                                                                    \
    KRBTGT, 18, 1                                                                                                      \
  }
#define ALICE                                                                                                          \
  {                                                                                                                    \
    "alice", 1, 1, "KCD.TEST"                                                                                          \
  }
#define ALICE_ENTERPRISE                                                                                               \
  {                                                                                                                    \
    "alice", 10, 1, "KCD.TEST"                                                                                         \
  }
#define CORE                                                                                                           \
  {                                                                                                                    \
    "CORE2016$", 1, 1, "KCD.TEST"                                                                                      \
  }
#define EVIDENCE                                                                                                       \
  {                                                                                                                    \
    CORE, 23, 1                                                                                                        \
  }

static const struct expected {
  const char *file;
  enum kcd_krb_type type;
  uint32_t options;
  struct name client, service, user;
  size_t n_padata;
  int32_t padata[LIST_MAX];
  struct ticket tgt, additional, ticket; /* without a name: none */
  uint32_t pac_options;
  bool for_user, has_pac_options, armoured, wants_preauth_only;
  int32_t error;
} MESSAGES[] = {
    {.file = "krbmsg-as-req-bare.bin",
     .type = KCD_KRB_AS_REQ,
     .options = 0x40000010,
     .client = ALICE,
     .service = KRBTGT,
     .n_padata = 2,
     .padata = {150, 149},
     .wants_preauth_only = true},
    {.file = "krbmsg-as-req-preauth.bin",
     .type = KCD_KRB_AS_REQ,
     .options = 0x40000010,
     .client = ALICE,
     .service = KRBTGT,
     .n_padata = 3,
     .padata = {2, 150, 149}},
    {.file = "krbmsg-as-rep.bin",
     .type = KCD_KRB_AS_REP,
     .client = ALICE,
     .service = KRBTGT,
     .n_padata = 1,
     .padata = {19},
     .ticket = TGT},
    {.file = "krbmsg-tgs-req-s4u2self.bin",
     .type = KCD_KRB_TGS_REQ,
     .options = 0x40810000,
     .service = CORE,
     .user = ALICE_ENTERPRISE,
     .for_user = true,
     .n_padata = 4,
     .padata = {1, 136, 130, 129},
     .tgt = TGT,
     .armoured = true},
    {.file = "krbmsg-tgs-req-s4u2self-bare.bin",
     .type = KCD_KRB_TGS_REQ,
     .options = 0x40810000,
     .service = CORE,
     .user = CORE,
     .for_user = true,
     .n_padata = 3,
     .padata = {1, 130, 129},
     .tgt = TGT},
    {.file = "krbmsg-tgs-rep-s4u2self.bin",
     .type = KCD_KRB_TGS_REP,
     .client = ALICE_ENTERPRISE,
     .service = CORE,
     .n_padata = 1,
     .padata = {136},
     .ticket = EVIDENCE,
     .armoured = true},
    {.file = "krbmsg-tgs-req-s4u2proxy.bin",
     .type = KCD_KRB_TGS_REQ,
     .options = 0x40830000,
     .service = {"cifs/2016GUI", 1, 2, "KCD.TEST"},
     .n_padata = 3,
     .padata = {1, 136, 167},
     .tgt = TGT,
     .additional = EVIDENCE,
     .has_pac_options = true,
     .pac_options = KCD_PAC_OPTION_RBCD,
     .armoured = true},
    {.file = "krbmsg-tgs-req-s4u2proxy-bare.bin",
     .type = KCD_KRB_TGS_REQ,
     .options = 0x40830000,
     .service = {"cifs/2016GUI", 2, 2, "KCD.TEST"},
     .n_padata = 2,
     .padata = {1, 167},
     .tgt = TGT,
     .additional = EVIDENCE,
     .has_pac_options = true,
     .pac_options = KCD_PAC_OPTION_RBCD},
    {.file = "krbmsg-tgs-rep-s4u2proxy.bin",
     .type = KCD_KRB_TGS_REP,
     .client = ALICE_ENTERPRISE,
     .service = {"cifs/2016GUI", 1, 2, "KCD.TEST"},
     .n_padata = 1,
     .padata = {136},
     .ticket = {{"cifs/2016GUI", 1, 2, "KCD.TEST"}, 23, 1},
     .armoured = true},
    {.file = "krbmsg-tgs-req-fast.bin",
     .type = KCD_KRB_TGS_REQ,
     .options = 0x40810000,
     .service = {"cifs/2016GUI.kcd.test", 1, 2, "KCD.TEST"},
     .n_padata = 2,
     .padata = {1, 136},
     .tgt = TGT,
     .armoured = true},
    {.file = "krbmsg-error-preauth-required.bin",
     .type = KCD_KRB_ERROR,
     .client = ALICE,
     .service = KRBTGT,
     .error = 25},
    {.file = "krbmsg-error-too-big.bin", .type = KCD_KRB_ERROR, .client = ALICE, .service = KRBTGT, .error = 52},
    {.file = "krbmsg-error-badoption.bin",
     .type = KCD_KRB_ERROR,
     .client = CORE,
     .service = {"HOST/SQL", 2, 2, "KCD.TEST"},
     .error = 13},
};

static void check_text(const char *text, const char *expected)
{
  if (expected == NULL)
    assert_null(text);
  else
    assert_string_equal(text, expected);
}

static void check_name(const struct kcd_krb_name *name, const struct name *expected)
{
  check_text(name->text, expected->text);
  check_text(name->realm, expected->realm);
  assert_int_equal(name->type, expected->type);
  assert_int_equal(name->parts, expected->parts);
}

static void check_ticket(const struct kcd_krb_ticket *ticket, const struct ticket *expected)
{
  check_name(&ticket->service, &expected->service);
  assert_int_equal(ticket->enctype, expected->enctype);
  assert_int_equal(ticket->kvno, expected->kvno);
  assert_int_equal(ticket->has_kvno, expected->service.text != NULL);
}

static void check_list(const int32_t *list, size_t n, const int32_t *expected, size_t n_expected)
{
  assert_int_equal(n, n_expected);
  for (size_t i = 0; i < n; i++)
    assert_int_equal(list[i], expected[i]);
}

static bool is_request(enum kcd_krb_type type)
{
  return type == KCD_KRB_AS_REQ || type == KCD_KRB_TGS_REQ;
}

static void check_flags(const struct kcd_krb_message *message, const struct expected *expected)
{
  assert_int_equal(message->type, expected->type);
  assert_int_equal(message->options, expected->options);
  assert_int_equal(message->pac_options, expected->pac_options);
  assert_int_equal(message->for_user, expected->for_user);
  assert_int_equal(message->has_pac_options, expected->has_pac_options);
  assert_int_equal(message->armoured, expected->armoured);
  assert_int_equal(message->wants_preauth_only, expected->wants_preauth_only);
  assert_int_equal(message->has_tgt, expected->tgt.service.text != NULL);
  assert_int_equal(message->error.code, expected->error);
}

static void check_message(const struct kcd_krb_message *message, const struct expected *expected)
{
  check_flags(message, expected);
  check_name(&message->client, &expected->client);
  check_name(&message->service, &expected->service);
  check_name(&message->user, &expected->user);
  check_list(message->etypes, message->n_etypes, ETYPES, is_request(expected->type) ? COUNT(ETYPES) : 0);
  check_list(message->padata, message->n_padata, expected->padata, expected->n_padata);
  check_ticket(&message->tgt, &expected->tgt);
  check_ticket(&message->ticket, &expected->ticket);
  assert_int_equal(message->n_additional, expected->additional.service.text != NULL ? 1 : 0);
  for (size_t i = 0; i < message->n_additional; i++)
    check_ticket(&message->additional[i], &expected->additional);
}

static void decodes(const struct kcd_bytes *bytes, struct kcd_krb_message *ret)
{
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_krb_message_decode(bytes->data, bytes->len, ret, &err) != 0)
    fail_msg("%s", err.message);
}

static void real_messages(void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT(MESSAGES); i++) {
    struct kcd_bytes bytes = fixture(MESSAGES[i].file);
    struct kcd_krb_message message;
    decodes(&bytes, &message);
    check_message(&message, &MESSAGES[i]);
    kcd_krb_message_done(&message);
    kcd_bytes_done(&bytes);
  }
}

static uint64_t mark_in(const char *file, bool evidence)
{
  struct kcd_bytes bytes = fixture(file);
  struct kcd_krb_message message;
  decodes(&bytes, &message);
  uint64_t mark = evidence ? message.additional[0].mark : message.ticket.mark;
  kcd_krb_message_done(&message);
  kcd_bytes_done(&bytes);
  return mark;
}

/* The evidence of S4U2Proxy is the ticket that S4U2Self gave. */
static void a_ticket_is_known_again(void **state)
{
  (void)state;
  uint64_t mark = mark_in("krbmsg-tgs-rep-s4u2self.bin", false);
  assert_int_not_equal(mark, 0);
  assert_int_equal(mark_in("krbmsg-tgs-req-s4u2proxy.bin", true), mark);
  assert_int_not_equal(mark_in("krbmsg-tgs-rep-s4u2proxy.bin", false), mark);
}

static void an_error_as_its_own_decoder_has_it(void **state)
{
  (void)state;
  struct kcd_bytes bytes = fixture("krbmsg-error-preauth-required.bin");
  struct kcd_krb_message message;
  decodes(&bytes, &message);
  assert_string_equal(message.error.text, "Need to use PA-ENC-TIMESTAMP/PA-PK-AS-REQ");
  assert_string_equal(message.error.sname, "krbtgt/KCD.TEST");
  assert_int_equal(message.error.server_time, 1795753313); /* 2026-11-27T04:21:53Z */
  assert_int_equal(message.error.edata, KCD_EDATA_ARMOURED);
  kcd_krb_message_done(&message);
  kcd_bytes_done(&bytes);
}

static void fails(const void *data, size_t len)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_krb_message message;
  assert_int_equal(kcd_krb_message_decode(data, len, &message, &err), -1);
  assert_int_equal(err.code, KCD_E_MALFORMED);
  assert_string_equal(err.id, "krb-message-malformed");
}

/* A beginning is never a message, but its type is known from the first byte on. */
static void truncation(void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT(MESSAGES); i++) {
    struct kcd_bytes bytes = fixture(MESSAGES[i].file);
    each_truncation(&bytes, fails);
    for (size_t len = 1; len <= bytes.len; len++)
      assert_int_equal(kcd_krb_message_type(bytes.data, len), MESSAGES[i].type);
    kcd_bytes_done(&bytes);
  }
}

static void try_message(const struct kcd_bytes *bytes)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_krb_message message;
  if (kcd_krb_message_decode(bytes->data, bytes->len, &message, &err) == 0)
    kcd_krb_message_done(&message);
}

/* Each byte with one of its bits turned, and with one of the values that mean something as a tag or a length; which of
 * them goes by its place and by the message, so that all come up beside each other. */
static void change_byte(struct kcd_bytes *bytes, size_t at, size_t turn)
{
  static const uint8_t VALUES[] = {0x00, 0x30, 0x7f, 0x80, 0x84, 0xff};
  uint8_t old = bytes->data[at];
  bytes->data[at] = (uint8_t)(old ^ 1u << (at + turn) % 8);
  try_message(bytes);
  bytes->data[at] = VALUES[(at + turn) % COUNT(VALUES)];
  try_message(bytes);
  bytes->data[at] = old;
}

/* How many bytes from AT on are ciphertext: an OCTET STRING with a length of two bytes that holds no structure. */
static size_t opaque_at(const struct kcd_bytes *bytes, size_t at)
{
  const uint8_t *p = bytes->data + at;
  if (at + 5 > bytes->len || p[0] != 0x04 || p[1] != 0x82 || p[4] == 0x6e || p[4] == 0x30 || p[4] == 0xa0)
    return 0;
  return (size_t)p[2] << 8 | p[3];
}

static void changed_bytes(void **state)
{
  enum { HEADER = 4 };
  (void)state;
  for (size_t i = 0; i < COUNT(MESSAGES); i++) {
    struct kcd_bytes bytes = fixture(MESSAGES[i].file);
    for (size_t at = 0; at < bytes.len; at++) {
      size_t opaque = opaque_at(&bytes, at);
      for (size_t j = 0; j < HEADER && opaque > 0; j++)
        change_byte(&bytes, at + j, i);
      at += opaque > 0 ? HEADER + opaque - 1 : 0; /* ends on the last byte of the ciphertext, which is changed too */
      if (at < bytes.len)
        change_byte(&bytes, at, i);
    }
    kcd_bytes_done(&bytes);
  }
}

static void types_by_the_first_bytes(void **state)
{
  static const struct {
    const char *hex;
    int type;
  } STARTS[] = {{"6a03300102", 10},     {"6b8130", 11}, {"6b813030", 11},      {"6c82010030", 12}, {"6d8300010030", 13},
                {"7e840000010030", 30}, {"6c80", 0},    {"6c850000000000", 0}, {"6c820100a1", 0},  {"6e03300102", 0},
                {"2a0330", 0},          {"6c", 12},     {"6c8401", 12},        {"30", 0}};
  (void)state;
  for (size_t i = 0; i < COUNT(STARTS); i++) {
    struct kcd_bytes bytes = from_hex(STARTS[i].hex);
    assert_int_equal(kcd_krb_message_type(bytes.data, bytes.len), STARTS[i].type);
    kcd_bytes_done(&bytes);
  }
  assert_int_equal(kcd_krb_message_type(NULL, 0), 0);
}

static void names_of_types(void **state)
{
  (void)state;
  assert_string_equal(kcd_krb_type_name(KCD_KRB_AS_REQ), "AS-REQ");
  assert_string_equal(kcd_krb_type_name(KCD_KRB_AS_REP), "AS-REP");
  assert_string_equal(kcd_krb_type_name(KCD_KRB_TGS_REQ), "TGS-REQ");
  assert_string_equal(kcd_krb_type_name(KCD_KRB_TGS_REP), "TGS-REP");
  assert_string_equal(kcd_krb_type_name(KCD_KRB_ERROR), "KRB-ERROR");
  assert_null(kcd_krb_type_name((enum kcd_krb_type)0));
}

static void names_of_options(void **state)
{
  static const struct {
    uint32_t options;
    const char *names;
  } OPTIONS[] = {{0, ""},
                 {0x40830000, "forwardable, renewable, cname-in-addl-tkt, canonicalize"},
                 {0x40020040, "forwardable, cname-in-addl-tkt, 0x00000040"},
                 {0x80000040, "0x80000040"},
                 {0x0000003b, "disable-transited-check, renewable-ok, enc-tkt-in-skey, renew, validate"}};
  (void)state;
  for (size_t i = 0; i < COUNT(OPTIONS); i++) {
    KCD_AUTO_CHAR names = kcd_kdc_options_names(OPTIONS[i].options);
    assert_string_equal(names, OPTIONS[i].names);
  }
}

/* Hand-made messages. */
static void wrap(struct kcd_buf *buf, uint8_t tag)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_u8(&out, tag);
  kcd_buf_add_u8(&out, 0x83);
  kcd_buf_add_u8(&out, (uint8_t)(buf->len >> 16));
  kcd_buf_add_u8(&out, (uint8_t)(buf->len >> 8));
  kcd_buf_add_u8(&out, (uint8_t)buf->len);
  if (buf->len < 0x10000) { /* DER wants the shortest form */
    out.len = 1;
    if (buf->len >= 0x80)
      kcd_buf_add_u8(&out, buf->len < 0x100 ? 0x81 : 0x82);
    if (buf->len >= 0x100)
      kcd_buf_add_u8(&out, (uint8_t)(buf->len >> 8));
    kcd_buf_add_u8(&out, (uint8_t)buf->len);
  }
  kcd_buf_add(&out, buf->data, buf->len);
  kcd_buf_done(buf);
  *buf = out;
}

static void add_hex(struct kcd_buf *out, const char *hex)
{
  struct kcd_bytes bytes = from_hex(hex);
  kcd_buf_add(out, bytes.data, bytes.len);
  kcd_bytes_done(&bytes);
}

static void take(struct kcd_buf *part, struct kcd_buf *out)
{
  kcd_buf_add(out, part->data, part->len);
  kcd_buf_done(part);
}

static void repeat(struct kcd_buf *out, const char *hex, size_t times, uint8_t tag)
{
  struct kcd_buf list;
  kcd_buf_init(&list, KCD_BUF_DEFAULT_CAP);
  struct kcd_bytes element = from_hex(hex);
  for (size_t i = 0; i < times; i++)
    kcd_buf_add(&list, element.data, element.len);
  kcd_bytes_done(&element);
  wrap(&list, 0x30);
  wrap(&list, tag);
  take(&list, out);
}

#define OPTIONS_0 "a007030500"
#define REALM "a2031b0152"
#define TILL_AND_NONCE "a511180f31393730303130313030303030305aa703020101"
#define TICKET_R_S                                                                                                     \
  "612c302aa003020105a1031b0152a20f300da003020101a10630041b0273"                                                       \
  "73a30d300ba003020112a2040402abcd"
#define PA_PAC_BAD                                                                                                     \
  "300aa1040202"                                                                                                       \
  "00a7a2020400"

struct parts {
  const char *padata;
  size_t padata_times;
  const char *sname; /* [3] */
  const char *etype; /* one INTEGER */
  size_t etype_times;
  const char *ticket;
  size_t ticket_times;
};

static struct kcd_bytes tgs_req(const struct parts *parts)
{
  struct kcd_buf message;
  struct kcd_buf body;
  kcd_buf_init(&message, KCD_BUF_DEFAULT_CAP);
  kcd_buf_init(&body, KCD_BUF_DEFAULT_CAP);
  add_hex(&message, "a103020105a20302010c");
  if (parts->padata_times > 0)
    repeat(&message, parts->padata, parts->padata_times, 0xa3);
  add_hex(&body, OPTIONS_0 "00000000" REALM);
  add_hex(&body, parts->sname);
  add_hex(&body, TILL_AND_NONCE);
  repeat(&body, parts->etype, parts->etype_times, 0xa8);
  if (parts->ticket_times > 0)
    repeat(&body, parts->ticket, parts->ticket_times, 0xab);
  wrap(&body, 0x30);
  wrap(&body, 0xa4);
  take(&body, &message);
  wrap(&message, 0x30);
  wrap(&message, 0x6c);
  struct kcd_bytes out = kcd_bytes_copy(message.data, message.len);
  kcd_buf_done(&message);
  return out;
}

#define ETYPE "020112"
#define PA_128_EMPTY "300aa10402020080a2020400"

/* Long lists: what is kept has an end, and the time grows with the length. */
static void long_lists(void **state)
{
  (void)state;
  struct parts parts = {PA_128_EMPTY, 20000, "", ETYPE, 60000, TICKET_R_S, 10000};
  struct kcd_bytes bytes = tgs_req(&parts);
  struct kcd_krb_message message;
  assert_in_range(bytes.len, 800000, KCD_KRB_MESSAGE_MAX);
  decodes(&bytes, &message);
  assert_int_equal(message.n_padata, KCD_KRB_LIST_MAX);
  assert_int_equal(message.n_etypes, KCD_KRB_LIST_MAX);
  assert_int_equal(message.n_additional, KCD_KRB_LIST_MAX);
  assert_string_equal(message.additional[KCD_KRB_LIST_MAX - 1].service.text, "ss");
  assert_false(message.additional[0].has_kvno);
  assert_null(message.service.text);
  assert_string_equal(message.service.realm, "R");
  kcd_krb_message_done(&message);
  kcd_bytes_done(&bytes);
}

static void name_in_request(const char *sname, const char *text, size_t parts_of_name)
{
  struct parts parts = {.sname = sname, .etype = ETYPE, .etype_times = 1};
  struct kcd_bytes bytes = tgs_req(&parts);
  struct kcd_krb_message message;
  if (text == NULL) {
    fails(bytes.data, bytes.len);
  } else {
    decodes(&bytes, &message);
    assert_string_equal(message.service.text, text);
    assert_int_equal(message.service.parts, parts_of_name);
    kcd_krb_message_done(&message);
  }
  kcd_bytes_done(&bytes);
}

static void forms_of_names(void **state)
{
  (void)state;
  name_in_request("a30f300da003020102a10630041b026162", "ab", 1);
  name_in_request("a312"
                  "3010a003020102a10930071b0161"
                  "1b02622f",
                  "a/b/", 2);
  name_in_request("a30b3009a003020102a1023000", "", 0);
  name_in_request("a30f300da003020102a10630041b02c3a4", "\xc3\xa4", 1);
  name_in_request("a30f300da003020102a10630041b02ff1b", "\xff\x1b", 1);
  name_in_request("a30f300da003020102a10630041b026100", NULL, 0); /* a NUL */
  name_in_request("a30f300da003020102a10630040c026162", NULL, 0); /* no GeneralString */
  name_in_request("a310300ea00402020fa2a106300404026162", NULL, 0);
}

static void a_name_has_a_limit(void **state)
{
  (void)state;
  for (size_t over = 0; over < 2; over++) {
    struct kcd_buf name;
    kcd_buf_init(&name, KCD_BUF_DEFAULT_CAP);
    for (size_t i = 0; i < KCD_KRB_NAME_MAX + over; i++)
      kcd_buf_add_u8(&name, 'x');
    KCD_AUTO_CHAR text = kcd_strndup((const char *)name.data, name.len);
    wrap(&name, 0x1b);
    wrap(&name, 0x30);
    wrap(&name, 0xa1);
    struct kcd_buf sname;
    kcd_buf_init(&sname, KCD_BUF_DEFAULT_CAP);
    add_hex(&sname, "a003020102");
    take(&name, &sname);
    wrap(&sname, 0x30);
    wrap(&sname, 0xa3);
    KCD_AUTO_CHAR hex = kcd_hex(sname.data, sname.len);
    kcd_buf_done(&sname);
    name_in_request(hex, over == 0 ? text : NULL, 1);
  }
}

static void first_of_a_type_counts(const char *padata, size_t times, bool good)
{
  struct parts parts = {padata, times, "", ETYPE, 1, NULL, 0};
  struct kcd_bytes bytes = tgs_req(&parts);
  struct kcd_krb_message message;
  if (good) {
    decodes(&bytes, &message);
    assert_true(message.has_pac_options);
    assert_int_equal(message.pac_options, 0x30000000);
    kcd_krb_message_done(&message);
  } else {
    fails(bytes.data, bytes.len);
  }
  kcd_bytes_done(&bytes);
}

/* A BIT STRING of three bits, twice, the second time malformed; and malformed alone. */
static void pac_options(void **state)
{
  (void)state;
  first_of_a_type_counts("3012a104020200a7a20a04083006a00403020430" PA_PAC_BAD, 1, true);
  first_of_a_type_counts(PA_PAC_BAD, 1, false);
}

static void bad_messages(void **state)
{
  static const char *const BAD[] = {"",       "00",       "6a",       "6c0230",  "6c03300102",
                                    "610330", "6e023000", "6d023000", "7e023000"};
  (void)state;
  for (size_t i = 0; i < COUNT(BAD); i++) {
    struct kcd_bytes bytes = from_hex(BAD[i]);
    fails(bytes.data, bytes.len);
    kcd_bytes_done(&bytes);
  }
  struct kcd_bytes zeros = {.data = kcd_calloc(KCD_KRB_MESSAGE_MAX + 1, 1), .len = KCD_KRB_MESSAGE_MAX + 1};
  zeros.data[0] = 0x6c;
  fails(zeros.data, zeros.len);
  kcd_bytes_done(&zeros);
}

/* NTLM */
static void check_ntlm(const struct kcd_bytes *bytes, bool found, const char *user, const char *workstation)
{
  char *got_user;
  char *got_workstation;
  assert_int_equal(kcd_ntlm_find(bytes->data, bytes->len, &got_user, &got_workstation), found);
  check_text(got_user, user);
  check_text(got_workstation, workstation);
  free(got_user);
  free(got_workstation);
}

static void a_logon_by_ntlm(void **state)
{
  (void)state;
  struct kcd_bytes bytes = fixture("ntlm-ldap-bind.bin");
  check_ntlm(&bytes, true, "alice", "HV1");
  kcd_bytes_done(&bytes);
}

#define NTLM_START "4e544c4d5353500003000000"
#define NTLM_EMPTY_3 "000000000000000000000000000000000000000000000000" /* both responses and the domain */
static const struct {
  const char *hex;
  bool found;
  const char *user, *workstation;
} LOGONS[] = {
    {"", false, NULL, NULL},
    {"4e544c4d5353500001000000", false, NULL, NULL}, /* NEGOTIATE */
    {"4e544c4d53535000030000", false, NULL, NULL},   /* cut in the type */
    {NTLM_START, true, NULL, NULL},                  /* cut behind it */
    {"ffff" NTLM_START NTLM_EMPTY_3 "0200020040000000"
     "0100010042000000"
     "0000000000000000"
     "02000000"
     "61e442",
     true, "a\xe4", "B"}, /* OEM */
    {NTLM_START NTLM_EMPTY_3 "0400040040000000"
                             "0200020044000000"
                             "0000000000000000"
                             "01000000"
                             "6100fc004200",
     true, "a\xc3\xbc", "B"}, /* Unicode */
    {NTLM_START NTLM_EMPTY_3 "0400040040000000"
                             "0400040044000000"
                             "0000000000000000"
                             "01000000"
                             "6100fc004200",
     true, "a\xc3\xbc", NULL}, /* the second goes past the end */
    {NTLM_START NTLM_EMPTY_3 "04000400ffffffff"
                             "ffffffff40000000"
                             "0000000000000000"
                             "01000000"
                             "6100fc004200",
     true, NULL, NULL},
    {NTLM_START NTLM_EMPTY_3 "0300030040000000"
                             "0400040040000000"
                             "0000000000000000"
                             "01000000"
                             "610000004200",
     true, NULL, NULL}, /* half a character, a NUL */
    {NTLM_START NTLM_EMPTY_3 "0200020040000000"
                             "0200020042000000"
                             "0000000000000000"
                             "00000000"
                             "61004200",
     true, NULL, NULL}, /* NULs in OEM */
};

static void forms_of_ntlm(void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT(LOGONS); i++) {
    struct kcd_bytes bytes = from_hex(LOGONS[i].hex);
    check_ntlm(&bytes, LOGONS[i].found, LOGONS[i].user, LOGONS[i].workstation);
    kcd_bytes_done(&bytes);
  }
}

static void try_ntlm(const void *data, size_t len)
{
  char *user;
  char *workstation;
  bool found = kcd_ntlm_find(data, len, &user, &workstation);
  assert_true(found || (user == NULL && workstation == NULL));
  free(user);
  free(workstation);
}

static void hostile_ntlm(void **state)
{
  (void)state;
  struct kcd_bytes bytes = fixture("ntlm-ldap-bind.bin");
  each_truncation(&bytes, try_ntlm);
  for (size_t i = 0; i < bytes.len * 8; i++) {
    uint8_t old = bytes.data[i / 8];
    bytes.data[i / 8] = (uint8_t)(old ^ 1u << i % 8);
    try_ntlm(bytes.data, bytes.len);
    bytes.data[i / 8] = old;
  }
  kcd_bytes_done(&bytes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(real_messages),
      cmocka_unit_test(a_ticket_is_known_again),
      cmocka_unit_test(an_error_as_its_own_decoder_has_it),
      cmocka_unit_test(truncation),
      cmocka_unit_test(changed_bytes),
      cmocka_unit_test(types_by_the_first_bytes),
      cmocka_unit_test(names_of_types),
      cmocka_unit_test(names_of_options),
      cmocka_unit_test(long_lists),
      cmocka_unit_test(forms_of_names),
      cmocka_unit_test(a_name_has_a_limit),
      cmocka_unit_test(pac_options),
      cmocka_unit_test(bad_messages),
      cmocka_unit_test(a_logon_by_ntlm),
      cmocka_unit_test(forms_of_ntlm),
      cmocka_unit_test(hostile_ntlm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
