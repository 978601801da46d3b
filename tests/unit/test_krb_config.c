/* The configurations in memory: what libkrb5 reads from them, and that no name can write one of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <profile.h>

#include <kcdfix/alloc.h>

#include "../../src/kerberos/config.h"
#include "../../src/kerberos/environment.h"

static void write_machine_configuration(char path[static 32])
{
  strcpy(path, "/tmp/kcdfix-krb5.XXXXXX");
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  FILE *file = fdopen(fd, "w");
  assert_non_null(file);
  fputs("[libdefaults]\n default_realm = OTHER.TEST\n rdns = true\n[realms]\n"
        "KCD.TEST = {\n kdc = wrong1\n kdc = wrong2\n}\nOTHER.TEST = {\n kdc = kept\n}\n",
        file);
  fclose(file);
}

static void assert_only_value(krb5_context k5, const char *const *names, const char *expected)
{
  profile_t profile = NULL;
  char **values = NULL;
  assert_int_equal(krb5_get_profile(k5, &profile), 0);
  assert_int_equal(profile_get_values(profile, names, &values), 0);
  assert_string_equal(values[0], expected);
  assert_null(values[1]);
  profile_free_list(values);
  profile_release(profile);
}

static void pin_stands_before_the_machine(void **state)
{
  (void)state;
  char path[32];
  write_machine_configuration(path);
  setenv("KRB5_CONFIG", path, 1);
  struct kcd_environment environment;
  kcd_environment_note(&environment);
  struct kcd_config pin;
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_config_pin("KCD.TEST", "DC1.kcd.test.", 0, &pin, &err), 0);
  assert_int_equal(kcd_environment_put_config_first(&environment, pin.path), 0);
  krb5_context k5 = NULL;
  assert_int_equal(krb5_init_context(&k5), 0);
  assert_only_value(k5, (const char *[]){"realms", "KCD.TEST", "kdc", NULL}, "DC1.kcd.test.:88");
  assert_only_value(k5, (const char *[]){"realms", "OTHER.TEST", "kdc", NULL}, "kept");
  assert_only_value(k5, (const char *[]){"domain_realm", "dc1.kcd.test", NULL}, "KCD.TEST");
  assert_only_value(k5, (const char *[]){"libdefaults", "default_realm", NULL}, "OTHER.TEST");
  krb5_free_context(k5);
  kcd_environment_done(&environment);
  assert_string_equal(getenv("KRB5_CONFIG"), path);
  kcd_config_done(&pin);
  unsetenv("KRB5_CONFIG");
  remove(path);
}

static void service_is_named_as_the_dc_is(void **state)
{
  (void)state;
  struct kcd_config pin;
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_config_pin("KCD.TEST", "dc1", 0, &pin, &err), 0);
  krb5_context k5 = NULL;
  assert_int_equal(kcd_config_context(&pin, &k5), 0);
  krb5_principal service = NULL;
  assert_int_equal(krb5_sname_to_principal(k5, "dc1", "ldap", KRB5_NT_SRV_HST, &service), 0);
  char *text = NULL;
  assert_int_equal(krb5_unparse_name(k5, service, &text), 0);
  assert_string_equal(text, "ldap/dc1@KCD.TEST");
  krb5_free_unparsed_name(k5, text);
  krb5_free_principal(k5, service);
  krb5_free_context(k5);
  kcd_config_done(&pin);
}

static void private_configuration_reads_nothing_else(void **state)
{
  (void)state;
  char path[32];
  write_machine_configuration(path);
  setenv("KRB5_CONFIG", path, 1);
  struct kcd_config config;
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_config_private("KCD.TEST", "::1", 8888, &config, &err), 0);
  krb5_context k5 = NULL;
  assert_int_equal(kcd_config_context(&config, &k5), 0);
  assert_only_value(k5, (const char *[]){"realms", "KCD.TEST", "kdc", NULL}, "[::1]:8888");
  assert_only_value(k5, (const char *[]){"libdefaults", "default_realm", NULL}, "KCD.TEST");
  assert_only_value(k5, (const char *[]){"libdefaults", "forwardable", NULL}, "true");
  krb5_free_context(k5);
  kcd_config_done(&config);
  unsetenv("KRB5_CONFIG");
  remove(path);
}

static void names_cannot_write_configuration(void **state)
{
  (void)state;
  static const char *const bad[] = {"", "KCD TEST", "KCD\n}", "KCD={", "A#B", "A*", "[x]", "A\"B", "A\tB", "$(x)"};
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    struct kcd_config config;
    struct kcd_error err = KCD_ERROR_INIT;
    assert_int_equal(kcd_config_private(bad[i], "dc1", 0, &config, &err), -1);
    assert_int_equal(err.code, KCD_E_USAGE);
    err = KCD_ERROR_INIT;
    assert_int_equal(kcd_config_pin("KCD.TEST", bad[i], 0, &config, &err), -1);
    assert_int_equal(err.code, KCD_E_USAGE);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pin_stands_before_the_machine),
      cmocka_unit_test(service_is_named_as_the_dc_is),
      cmocka_unit_test(private_configuration_reads_nothing_else),
      cmocka_unit_test(names_cannot_write_configuration),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
