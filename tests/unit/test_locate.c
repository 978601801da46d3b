/* SRV answers: decoding of good, cut and hostile messages; order by priority and weight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/bytes.h>
#include <kcdfix/locate.h>

/* ---- messages ---- */

#define QUESTION_AT 12

static void header(struct kcd_buf *out, uint8_t answers)
{
  kcd_buf_init(out, 65536);
  const uint8_t bytes[] = {0x12, 0x34, 0x85, 0x80, 0, 1, 0, answers, 0, 0, 0, 0};
  kcd_buf_add(out, bytes, sizeof(bytes));
  /* _ldap._tcp.kcd.test SRV IN; "kcd" stands at offset 23 */
  static const char question[] = "\x05_ldap\x04_tcp\x03kcd\x04test\x00\x00\x21\x00\x01";
  kcd_buf_add(out, question, sizeof(question) - 1);
}

static void record(struct kcd_buf *out, uint8_t priority, uint8_t weight, const void *name, size_t len)
{
  const uint8_t head[] = {0xc0, QUESTION_AT,        0, 33,       0, 1,      0,    0,   3, 0x84,
                          0,    (uint8_t)(6 + len), 0, priority, 0, weight, 0x01, 0x85};
  kcd_buf_add(out, head, sizeof(head));
  kcd_buf_add(out, name, len);
}

static struct kcd_buf good_message(void)
{
  struct kcd_buf out;
  header(&out, 3);
  record(&out, 0, 100,
         "\x03"
         "dc1\xc0\x17",
         6);
  /* an address record in between, as servers add */
  static const uint8_t address[] = {0xc0, QUESTION_AT, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 10};
  kcd_buf_add(&out, address, sizeof(address));
  record(&out, 10, 0,
         "\x03"
         "DC2\x03kcd\x04test\x00",
         14);
  return out;
}

static void decodes(void **state)
{
  (void)state;
  struct kcd_buf message = good_message();
  struct kcd_srv_list list = {NULL, 0};
  assert_int_equal(kcd_srv_decode(message.data, message.len, &list), 0);
  assert_int_equal(list.n, 2);
  assert_string_equal(list.v[0].host, "dc1.kcd.test");
  assert_int_equal(list.v[0].port, 389);
  assert_int_equal(list.v[0].priority, 0);
  assert_int_equal(list.v[0].weight, 100);
  assert_string_equal(list.v[1].host, "DC2.kcd.test");
  assert_int_equal(list.v[1].priority, 10);
  kcd_srv_list_done(&list);
  kcd_buf_done(&message);
}

/* Each prefix in a block of its own size, so that a read behind it is seen. */
static void truncated(void **state)
{
  (void)state;
  struct kcd_buf message = good_message();
  for (size_t len = 0; len < message.len; len++) {
    uint8_t *part = malloc(len > 0 ? len : 1);
    memcpy(part, message.data, len);
    struct kcd_srv_list list = {NULL, 0};
    assert_int_equal(kcd_srv_decode(part, len, &list), -1);
    assert_null(list.v);
    free(part);
  }
  kcd_buf_done(&message);
}

static int decode_name(const void *name, size_t len, struct kcd_srv_list *list)
{
  struct kcd_buf message;
  header(&message, 1);
  record(&message, 0, 0, name, len);
  int status = kcd_srv_decode(message.data, message.len, list);
  kcd_buf_done(&message);
  return status;
}

/* Where the name of the one record stands: behind header, question and the fixed part of the record. */
#define NAME_AT (12 + 25 + 18)

static void loops(void **state)
{
  (void)state;
  static const uint8_t self[] = {0xc0, NAME_AT};
  static const uint8_t behind_a_label[] = {1, 'a', 0xc0, NAME_AT};
  static const uint8_t forward[] = {0xc0, NAME_AT + 4, 0, 0, 1, 'a', 0};
  static const uint8_t outside[] = {0xff, 0xff};
  static const uint8_t reserved[] = {0x80, 0};
  static const uint8_t too_long_label[] = {63, 'a', 0};
  struct kcd_srv_list list = {NULL, 0};
  assert_int_equal(decode_name(self, sizeof(self), &list), -1);
  assert_int_equal(decode_name(behind_a_label, sizeof(behind_a_label), &list), -1);
  assert_int_equal(decode_name(forward, sizeof(forward), &list), -1);
  assert_int_equal(decode_name(outside, sizeof(outside), &list), -1);
  assert_int_equal(decode_name(reserved, sizeof(reserved), &list), -1);
  assert_int_equal(decode_name(too_long_label, sizeof(too_long_label), &list), -1);
  assert_null(list.v);
}

static void long_name(void **state)
{
  (void)state;
  struct kcd_buf name;
  kcd_buf_init(&name, 65536);
  for (int i = 0; i < 60; i++)
    kcd_buf_add(&name,
                "\x03"
                "abc",
                4);
  kcd_buf_add_u8(&name, 0);
  struct kcd_srv_list list = {NULL, 0};
  assert_int_equal(decode_name(name.data, 241, &list), 0);
  kcd_srv_list_done(&list);
  kcd_buf_done(&name);
}

/* What is no host name is left out: it would become part of a URL and of a principal. */
static void no_hosts(void **state)
{
  (void)state;
  static const struct {
    const char *name;
    size_t len;
  } names[] = {{"\x00", 1},
               {"\x03"
                "a b\x00",
                5},
               {"\x03"
                "a/b\x00",
                5},
               {"\x03"
                "a\0b\x00",
                5},
               {"\x03"
                "\x1b[m\x00",
                5},
               {"\x03"
                "a@b\x00",
                5}};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    struct kcd_srv_list list = {NULL, 0};
    assert_int_equal(decode_name(names[i].name, names[i].len, &list), 0);
    assert_int_equal(list.n, 0);
  }
}

static void many_records(void **state)
{
  (void)state;
  struct kcd_buf message;
  kcd_buf_init(&message, KCD_BUF_DEFAULT_CAP);
  static const uint8_t head[] = {0, 0, 0x85, 0x80, 0, 0, 0x10, 0, 0, 0, 0, 0};
  kcd_buf_add(&message, head, sizeof(head));
  for (int i = 0; i < 4096; i++)
    record(&message, 0, 0,
           "\x01"
           "a\x00",
           3);
  struct kcd_srv_list list = {NULL, 0};
  assert_int_equal(kcd_srv_decode(message.data, message.len, &list), 0);
  assert_true(list.n > 0 && list.n <= 1000);
  kcd_srv_list_done(&list);
  kcd_buf_done(&message);
}

/* ---- order ---- */

static void add(struct kcd_srv_list *list, const char *host, uint16_t priority, uint16_t weight)
{
  list->v = kcd_reallocarray(list->v, list->n + 1, sizeof(*list->v));
  list->v[list->n++] = (struct kcd_srv){kcd_strdup(host), 389, priority, weight};
}

static uint32_t take_number(void *data, uint32_t below)
{
  uint32_t *number = data;
  return *number < below ? *number : below - 1;
}

static uint32_t take_random(void *data, uint32_t below)
{
  uint64_t *seed = data;
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*seed >> 33) % below;
}

static void priorities_first(void **state)
{
  (void)state;
  for (uint32_t number = 0; number < 3; number++) {
    struct kcd_srv_list list = {NULL, 0};
    add(&list, "c", 20, 65535);
    add(&list, "a", 0, 0);
    add(&list, "b", 10, 5);
    kcd_srv_order(&list, take_number, &number);
    assert_string_equal(list.v[0].host, "a");
    assert_string_equal(list.v[1].host, "b");
    assert_string_equal(list.v[2].host, "c");
    kcd_srv_list_done(&list);
  }
}

/* The running sum that first reaches the number is chosen (RFC 2782): 0 -> the one of no weight, 1..10 -> a, 11..40 ->
 * b. */
static void running_sums(void **state)
{
  (void)state;
  static const struct {
    uint32_t number;
    const char *first;
  } rows[] = {{0, "zero"}, {1, "a"}, {10, "a"}, {11, "b"}, {40, "b"}};
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct kcd_srv_list list = {NULL, 0};
    uint32_t number = rows[i].number;
    add(&list, "b", 0, 30);
    add(&list, "zero", 0, 0);
    add(&list, "a", 0, 10);
    kcd_srv_order(&list, take_number, &number);
    assert_string_equal(list.v[0].host, rows[i].first);
    assert_int_equal(list.n, 3);
    kcd_srv_list_done(&list);
  }
}

static void weights(void **state)
{
  (void)state;
  uint64_t seed = 1;
  int heavy_first = 0;
  for (int i = 0; i < 10000; i++) {
    struct kcd_srv_list list = {NULL, 0};
    add(&list, "light", 0, 10);
    add(&list, "heavy", 0, 90);
    kcd_srv_order(&list, take_random, &seed);
    heavy_first += strcmp(list.v[0].host, "heavy") == 0;
    kcd_srv_list_done(&list);
  }
  assert_in_range(heavy_first, 8700, 9300);
}

static void short_lists(void **state)
{
  (void)state;
  struct kcd_srv_list list = {NULL, 0};
  uint32_t number = 0;
  kcd_srv_order(&list, take_number, &number);
  add(&list, "a", 0, 0);
  kcd_srv_order(&list, take_number, &number);
  assert_string_equal(list.v[0].host, "a");
  kcd_srv_list_done(&list);
}

static void bad_domains(void **state)
{
  (void)state;
  static const char *const domains[] = {"", ".", "a b", "a/b", "..", "\x1b[m", "d\xc3\xbc.test"};
  for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
    struct kcd_error err = KCD_ERROR_INIT;
    struct kcd_srv_list list = {NULL, 0};
    assert_int_equal(kcd_locate(domains[i], 100, &list, &err), -1);
    assert_int_equal(err.code, KCD_E_USAGE);
  }
}

/* The nearest ones come first, in the order they had. */
static void puts_some_first(void **state)
{
  (void)state;
  char a[] = "a.test", b[] = "b.test", c[] = "c.test", d[] = "d.test", near_d[] = "D.test", near_b[] = "b.test";
  struct kcd_srv all[] = {{.host = a}, {.host = b}, {.host = c}, {.host = d}};
  struct kcd_srv near[] = {{.host = near_d}, {.host = near_b}};
  struct kcd_srv_list list = {all, 4};
  const struct kcd_srv_list first = {near, 2}, none = {NULL, 0};
  kcd_srv_put_first(&list, &none);
  assert_string_equal(all[0].host, "a.test");
  kcd_srv_put_first(&list, &first);
  assert_string_equal(all[0].host, "b.test");
  assert_string_equal(all[1].host, "d.test");
  assert_string_equal(all[2].host, "a.test");
  assert_string_equal(all[3].host, "c.test");
}

/* A site comes from a DC that nobody has proved yet: no packet is sent for a name that no record can have. */
static void refuses_odd_sites(void **state)
{
  (void)state;
  const char *const sites[] = {"", "a b", "a/b", ".x",
                               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
  for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++) {
    struct kcd_srv_list list = {NULL, 0};
    struct kcd_error err = KCD_ERROR_INIT;
    assert_int_equal(kcd_locate_site("kcd.test", sites[i], 100, &list, &err), -1);
    assert_int_equal(err.code, KCD_E_NOT_FOUND);
    assert_string_equal(err.message, "no SRV record can name this site");
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(decodes),           cmocka_unit_test(truncated),    cmocka_unit_test(loops),
      cmocka_unit_test(long_name),         cmocka_unit_test(no_hosts),     cmocka_unit_test(many_records),
      cmocka_unit_test(priorities_first),  cmocka_unit_test(running_sums), cmocka_unit_test(weights),
      cmocka_unit_test(short_lists),       cmocka_unit_test(bad_domains),  cmocka_unit_test(puts_some_first),
      cmocka_unit_test(refuses_odd_sites),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
