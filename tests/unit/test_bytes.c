#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/bytes.h>

static void byte_strings(void **state)
{
  (void)state;
  struct kcd_bytes a = kcd_bytes_copy("a\0b", 3);
  struct kcd_bytes b = kcd_bytes_of("a");
  struct kcd_bytes unset = {0};
  struct kcd_bytes empty = kcd_bytes_copy("", 0);
  assert_int_equal(a.data[3], 0);
  assert_non_null(empty.data);
  assert_true(kcd_bytes_equal(&a, &a));
  assert_false(kcd_bytes_equal(&a, &b));
  assert_true(kcd_bytes_equal(&unset, &empty));
  assert_int_equal(kcd_bytes_compare(&a, &a), 0);
  assert_int_equal(kcd_bytes_compare(&unset, &empty), 0);
  assert_true(kcd_bytes_compare(&empty, &a) < 0 && kcd_bytes_compare(&a, &empty) > 0);
  assert_true((kcd_bytes_compare(&a, &b) < 0) != (kcd_bytes_compare(&b, &a) < 0));
  kcd_bytes_done(&a);
  kcd_bytes_done(&a);
  kcd_bytes_done(&b);
  kcd_bytes_done(&empty);
  kcd_bytes_done(NULL);
  assert_null(a.data);
}

static void values_of_an_attribute(void **state)
{
  (void)state;
  struct kcd_values values = {0};
  struct kcd_values copy = {0};
  kcd_values_add_text(&values, "cifs/2016GUI");
  kcd_values_add(&values, "a\0b", 3);
  kcd_values_copy(&copy, &values);
  kcd_values_copy(&copy, &values);
  assert_int_equal(copy.n, 4);
  assert_int_equal(kcd_values_find(&values, "a\0b", 3), 1);
  assert_int_equal(kcd_values_find(&values, "CIFS/2016GUI", 12), -1);
  assert_int_equal(kcd_values_find_nocase(&values, "CIFS/2016gui"), 0);
  assert_int_equal(kcd_values_find_nocase(&values, "a"), -1);
  assert_int_equal(kcd_values_find_fold(&values, "CIFS/2016gui"), 0);
  assert_int_equal(kcd_values_find_fold(&values, "a"), -1);
  kcd_values_done(&values);
  kcd_values_done(&copy);
  kcd_values_done(NULL);
}

static void numbers_are_written_as_a_directory_does(void **state)
{
  (void)state;
  struct kcd_values values = {NULL, 0};
  kcd_values_add_u32(&values, 0x1001000);
  kcd_values_add_u32(&values, 0x80000002);
  kcd_values_add_u32(&values, 0);
  assert_int_equal(values.n, 3);
  assert_string_equal((const char *)values.v[0].data, "16781312");
  assert_string_equal((const char *)values.v[1].data, "-2147483646");
  assert_string_equal((const char *)values.v[2].data, "0");
  kcd_values_done(&values);
}

static void reader_reads_both_orders(void **state)
{
  (void)state;
  const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xff, 0xfe};
  struct kcd_reader in;
  kcd_reader_init(&in, data, sizeof(data));
  assert_int_equal(kcd_read_u8(&in), 1);
  assert_int_equal(kcd_read_u16le(&in), 0x0302);
  assert_int_equal(kcd_read_u32le(&in), 0x07060504);
  assert_int_equal(kcd_read_u64le(&in), 0x0f0e0d0c0b0a0908);
  assert_int_equal(kcd_read_be(&in, 2), 0xfffe);
  assert_false(in.failed);
  assert_int_equal(in.left, 0);
}

static void reader_stays_failed(void **state)
{
  (void)state;
  struct kcd_reader in;
  kcd_reader_init(&in, "abc", 3);
  assert_int_equal(kcd_read_u32le(&in), 0);
  assert_true(in.failed);
  assert_int_equal(kcd_read_u8(&in), 0);
  assert_null(kcd_read_bytes(&in, 0));
  kcd_reader_init(&in, NULL, 0);
  assert_null(kcd_read_bytes(&in, 1));
  kcd_reader_init(&in, "123456789", 9);
  assert_int_equal(kcd_read_be(&in, 9), 0);
  assert_true(in.failed);
}

static void writer_grows_up_to_its_cap(void **state)
{
  (void)state;
  struct kcd_buf buf;
  kcd_buf_init(&buf, 300);
  for (size_t i = 0; i < 300; i++)
    kcd_buf_add_u8(&buf, (uint8_t)i);
  assert_false(buf.failed);
  assert_int_equal(buf.len, 300);
  kcd_buf_add_u8(&buf, 0);
  assert_true(buf.failed);
  assert_int_equal(buf.len, 300);
  kcd_buf_add(&buf, "", 0);
  assert_true(buf.failed);
  assert_null(kcd_buf_take_text(&buf));
  assert_null(buf.data);
}

static void writer_writes_little_endian(void **state)
{
  (void)state;
  struct kcd_buf buf;
  kcd_buf_init(&buf, 100);
  kcd_buf_add_u16le(&buf, 0x0201);
  kcd_buf_add_u32le(&buf, 0x06050403);
  assert_int_equal(buf.len, 6);
  assert_memory_equal(buf.data, "\1\2\3\4\5\6", 7);
  kcd_buf_done(&buf);
  kcd_buf_done(NULL);
}

static void writer_hands_text_over(void **state)
{
  (void)state;
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  KCD_AUTO_CHAR nothing = kcd_buf_take_text(&buf);
  assert_string_equal(nothing, "");
  kcd_buf_add_text(&buf, "cifs");
  kcd_buf_addf(&buf, "/%s:%d", "2016GUI", 445);
  KCD_AUTO_CHAR text = kcd_buf_take_text(&buf);
  assert_string_equal(text, "cifs/2016GUI:445");
  assert_int_equal(buf.len, 0);
  kcd_buf_init(&buf, 3);
  kcd_buf_addf(&buf, "%s", "four");
  assert_true(buf.failed);
  assert_null(kcd_buf_take_text(&buf));
}

static void secret_writer_moves_its_bytes(void **state)
{
  (void)state;
  struct kcd_buf buf;
  kcd_buf_init(&buf, 1000);
  buf.secret = true;
  for (size_t i = 0; i < 500; i++)
    kcd_buf_add_u8(&buf, (uint8_t)i);
  for (size_t i = 0; i < 500; i++)
    assert_int_equal(buf.data[i], (uint8_t)i);
  kcd_buf_done(&buf);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(byte_strings),
      cmocka_unit_test(values_of_an_attribute),
      cmocka_unit_test(numbers_are_written_as_a_directory_does),
      cmocka_unit_test(reader_reads_both_orders),
      cmocka_unit_test(reader_stays_failed),
      cmocka_unit_test(writer_grows_up_to_its_cap),
      cmocka_unit_test(writer_writes_little_endian),
      cmocka_unit_test(writer_hands_text_over),
      cmocka_unit_test(secret_writer_moves_its_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
