/* Keytabs of every bad kind, made here; no packet is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <kcdfix/probe.h>

static char directory[] = "/tmp/kcdfix-keytab.XXXXXX";
static char path[64];

static int set_up(void **state)
{
  (void)state;
  if (mkdtemp(directory) == NULL)
    return -1;
  snprintf(path, sizeof(path), "%s/test.keytab", directory);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  remove(path);
  return rmdir(directory);
}

static void write_file(const void *data, size_t len)
{
  remove(path);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(data, 1, len, file), len);
  fclose(file);
}

static void add_be(struct kcd_buf *out, uint32_t value, int bytes)
{
  while (bytes-- > 0)
    kcd_buf_add_u8(out, (uint8_t)(value >> (8 * bytes)));
}

static void add_counted(struct kcd_buf *out, const char *text)
{
  add_be(out, (uint32_t)strlen(text), 2);
  kcd_buf_add_text(out, text);
}

/* One record of the file format 0x502: principal of one or two components, kvno, an all-zero aes256 key. */
static void add_entry(struct kcd_buf *out, const char *first, const char *second, uint8_t kvno)
{
  static const uint8_t key[32];
  struct kcd_buf record;
  kcd_buf_init(&record, 1024);
  add_be(&record, second == NULL ? 1 : 2, 2);
  add_counted(&record, "KCD.TEST");
  add_counted(&record, first);
  if (second != NULL)
    add_counted(&record, second);
  add_be(&record, 1, 4); /* name type */
  add_be(&record, 0, 4); /* time */
  kcd_buf_add_u8(&record, kvno);
  add_be(&record, 18, 2);
  add_be(&record, sizeof(key), 2);
  kcd_buf_add(&record, key, sizeof(key));
  add_be(out, (uint32_t)record.len, 4);
  kcd_buf_add(out, record.data, record.len);
  kcd_buf_done(&record);
}

static void begin_keytab(struct kcd_buf *out)
{
  kcd_buf_init(out, 65536);
  kcd_buf_add_u8(out, 5);
  kcd_buf_add_u8(out, 2);
}

static int open_probe(const char *host, struct kcd_probe **ret, struct kcd_error *err)
{
  *err = KCD_ERROR_INIT;
  struct kcd_probe_options options = {
      .keytab = path, .host = host, .realm = "KCD.TEST", .kdc = "dc1.kcd.test", .timeout_ms = 1000};
  return kcd_probe_open(&options, ret, err);
}

static void assert_refused(const char *host, enum kcd_errc code, const char *id, const char *words)
{
  struct kcd_error err;
  struct kcd_probe *probe = NULL;
  assert_int_equal(open_probe(host, &probe, &err), -1);
  assert_null(probe);
  assert_int_equal(err.code, code);
  assert_string_equal(err.id, id);
  if (strstr(err.message, words) == NULL)
    fail_msg("\"%s\" is not in: %s", words, err.message);
  assert_string_equal(err.object, path);
}

static void files_that_are_no_keytab(void **state)
{
  (void)state;
  remove(path);
  assert_refused("CORE2016$", KCD_E_IO, "keytab-unreadable", "No such file or directory");
  write_file("", 0);
  assert_refused("CORE2016$", KCD_E_IO, "keytab-damaged", "is empty");
  write_file("\x05", 1);
  assert_refused("CORE2016$", KCD_E_IO, "keytab-damaged", "is no keytab");
  write_file("[libdefaults]\n", 14);
  assert_refused("CORE2016$", KCD_E_IO, "keytab-damaged", "is no keytab");
  remove(path);
  assert_int_equal(mkdir(path, 0700), 0);
  assert_refused("CORE2016$", KCD_E_IO, "keytab-damaged", "is no regular file");
  rmdir(path);
  assert_int_equal(mkfifo(path, 0600), 0);
  assert_refused("CORE2016$", KCD_E_IO, "keytab-damaged", "is no regular file");
}

static void unreadable_file(void **state)
{
  (void)state;
  write_file("\x05\x02", 2);
  assert_int_equal(chmod(path, 0), 0);
  bool root = geteuid() == 0; /* root may read all, so ask as somebody else */
  if (root)
    assert_int_equal(seteuid(65534), 0);
  struct kcd_error err;
  struct kcd_probe *probe = NULL;
  int status = open_probe("CORE2016$", &probe, &err);
  if (root)
    assert_int_equal(seteuid(0), 0);
  assert_int_equal(status, -1);
  assert_string_equal(err.id, "keytab-unreadable");
  assert_non_null(strstr(err.message, "Permission denied"));
}

static void cut_off_file(void **state)
{
  (void)state;
  struct kcd_buf keytab;
  begin_keytab(&keytab);
  add_entry(&keytab, "CORE2016$", NULL, 2);
  size_t first = keytab.len;
  add_entry(&keytab, "CORE2016$", NULL, 3);
  for (size_t len = first + 1; len < keytab.len; len++) {
    write_file(keytab.data, len);
    assert_refused("CORE2016$", KCD_E_IO, "keytab-damaged", "is cut off");
  }
  kcd_buf_done(&keytab);
}

/* gcc says it by a macro, clang by a feature */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define LEAKS_ARE_FOUND
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(LEAKS_ARE_FOUND)
#include <sanitizer/lsan_interface.h>
#else
static void __lsan_disable(void)
{
}
static void __lsan_enable(void)
{
}
#endif

/* Any byte may be wrong: an error or not, but no crash. libkrb5 1.20 forgets the realm of a record that it gives up on
 * (kt_file.c krb5_ktfileint_internal_read_entry), so leaks are not looked for here. */
static void damaged_bytes(void **state)
{
  (void)state;
  struct kcd_buf keytab;
  begin_keytab(&keytab);
  add_entry(&keytab, "CORE2016$", NULL, 2);
  for (size_t i = 0; i < keytab.len; i++) {
    static const uint8_t changes[] = {0xff, 0x80, 0x01};
    for (size_t j = 0; j < sizeof(changes); j++) {
      keytab.data[i] ^= changes[j];
      write_file(keytab.data, keytab.len);
      struct kcd_error err;
      struct kcd_probe *probe = NULL;
      __lsan_disable();
      int status = open_probe(NULL, &probe, &err);
      __lsan_enable();
      if (status == 0)
        kcd_probe_close(probe);
      else
        assert_true(kcd_error_is_set(&err));
      keytab.data[i] ^= changes[j];
    }
  }
  kcd_buf_done(&keytab);
}

static void keytab_of_somebody_else(void **state)
{
  (void)state;
  struct kcd_buf keytab;
  begin_keytab(&keytab);
  write_file(keytab.data, keytab.len);
  assert_refused("CORE2016$", KCD_E_NOT_AUTHENTICATED, "keytab-without-host", "it holds no keys at all");
  add_entry(&keytab, "host", "core2016.kcd.test", 2);
  add_entry(&keytab, "host", "core2016.kcd.test", 3);
  write_file(keytab.data, keytab.len);
  assert_refused("CORE2016$", KCD_E_NOT_AUTHENTICATED, "keytab-without-host",
                 "no key of CORE2016$@KCD.TEST; it holds host/core2016.kcd.test@KCD.TEST");
  for (int i = 0; i < 6; i++)
    add_entry(&keytab, (char[]){'A', (char)('0' + i), '\0'}, NULL, 1);
  write_file(keytab.data, keytab.len);
  assert_refused("CORE2016$", KCD_E_NOT_AUTHENTICATED, "keytab-without-host", "A3@KCD.TEST and others");
  assert_refused(NULL, KCD_E_NOT_AUTHENTICATED, "keytab-without-host", "no key of a computer account (NAME$)");
  kcd_buf_done(&keytab);
}

static void assert_host(const char *asked, const char *expected)
{
  struct kcd_error err;
  struct kcd_probe *probe = NULL;
  assert_int_equal(open_probe(asked, &probe, &err), 0);
  assert_string_equal(kcd_probe_host(probe), expected);
  assert_string_equal(kcd_probe_realm(probe), "KCD.TEST");
  assert_int_equal(kcd_probe_requests(probe), 0);
  kcd_probe_close(probe);
}

static void the_host_is_found(void **state)
{
  (void)state;
  struct kcd_buf keytab;
  begin_keytab(&keytab);
  add_entry(&keytab, "host", "core2016.kcd.test", 2);
  add_entry(&keytab, "Core2016$", NULL, 2);
  add_entry(&keytab, "NODE1$", NULL, 2);
  write_file(keytab.data, keytab.len);
  assert_host("Core2016$", "Core2016$");
  assert_host("CORE2016$", "Core2016$");
  assert_host("NODE1$", "NODE1$");
  assert_host(NULL, "Core2016$");
  kcd_buf_done(&keytab);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(files_that_are_no_keytab),
      cmocka_unit_test(unreadable_file),
      cmocka_unit_test(cut_off_file),
      cmocka_unit_test(damaged_bytes),
      cmocka_unit_test(keytab_of_somebody_else),
      cmocka_unit_test(the_host_is_found),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
