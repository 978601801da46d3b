/* Kerberos as it is set up: krb5.conf files in every state, and the relations of it; caches that are not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <kcdfix/bytes.h>
#include <kcdfix/setup.h>

static char directory[] = "/tmp/kcdfix-setup.XXXXXX";

static int make_directory(void **state)
{
  (void)state;
  return mkdtemp(directory) == NULL ? -1 : 0;
}

static int remove_directory(void **state)
{
  (void)state;
  static const char *const names[] = {"a", "b"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    KCD_AUTO_CHAR path = kcd_asprintf("%s/%s", directory, names[i]);
    unlink(path);
  }
  return rmdir(directory);
}

/* Owned by the caller. */
static char *file(const char *name, const char *text)
{
  char *path = kcd_asprintf("%s/%s", directory, name);
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  fputs(text, out);
  assert_int_equal(0, fclose(out));
  return path;
}

static void read_config(struct kcd_machine *machine, const char *text)
{
  *machine = (struct kcd_machine){.now = 0};
  KCD_AUTO_CHAR path = file("a", text);
  assert_int_equal(0, setenv("KRB5_CONFIG", path, 1));
  kcd_setup_config(&machine->config);
}

static void test_relations(void **state)
{
  (void)state;
  struct kcd_machine machine;
  read_config(&machine, "[libdefaults]\n default_realm = KCD.TEST\n rdns = no\n dns_canonicalize_hostname = fallback\n"
                        " forwardable = yes\n udp_preference_limit = 1\n default_ccache_name = DIR:/tmp/x\n"
                        " permitted_enctypes = aes256-cts\n");
  const struct kcd_config_facts *config = &machine.config;
  assert_int_equal(KCD_TRIAL_DONE, config->trial.state);
  assert_int_equal(1, config->n_files);
  assert_int_equal(KCD_FILE_GOOD, config->files[0].state);
  assert_string_equal("KCD.TEST", config->default_realm);
  assert_string_equal("DIR:/tmp/x", config->default_ccache_name);
  assert_string_equal("no", config->rdns);
  assert_false(config->rdns_on || config->canonicalize_on || config->forwardable_off);
  assert_int_equal(1, config->udp_limit);
  assert_true(config->permits_aes && !config->permits_rc4);
  kcd_machine_done(&machine);
}

static void test_defaults(void **state)
{
  (void)state;
  struct kcd_machine machine;
  read_config(&machine, "# nothing\n");
  const struct kcd_config_facts *config = &machine.config;
  assert_int_equal(KCD_FILE_GOOD, config->files[0].state);
  assert_null(config->default_realm);
  assert_null(config->rdns);
  assert_null(config->forwardable);
  assert_true(config->rdns_on && config->canonicalize_on && config->forwardable_off);
  assert_int_equal(-1, config->udp_limit);
  assert_true(config->permits_aes);
  kcd_machine_done(&machine);
}

static void test_only_rc4(void **state)
{
  (void)state;
  struct kcd_machine machine;
  read_config(&machine, "[libdefaults]\n permitted_enctypes = rc4\n allow_rc4 = true\n");
  assert_true(!machine.config.permits_aes && machine.config.permits_rc4);
  kcd_machine_done(&machine);
}

static void test_files(void **state)
{
  (void)state;
  KCD_AUTO_CHAR good = file("a", "[libdefaults]\n default_realm = A.TEST\n");
  KCD_AUTO_CHAR bad = file("b", "[libdefaults]\nnonsense\n");
  KCD_AUTO_CHAR list = kcd_asprintf("%s/none:%s:%s", directory, good, bad);
  assert_int_equal(0, setenv("KRB5_CONFIG", list, 1));
  struct kcd_machine machine = {.now = 0};
  kcd_setup_config(&machine.config);
  assert_int_equal(3, machine.config.n_files);
  assert_int_equal(KCD_FILE_MISSING, machine.config.files[0].state);
  assert_int_equal(KCD_FILE_GOOD, machine.config.files[1].state);
  assert_int_equal(KCD_FILE_MALFORMED, machine.config.files[2].state);
  assert_string_equal(bad, machine.config.files[2].path);
  assert_int_equal(KCD_TRIAL_FAILED, machine.config.trial.state);
  assert_string_equal("krb5-configuration", machine.config.trial.error.id);
  kcd_machine_done(&machine);
}

/* What stands behind an empty name is read by nobody: neither by libkrb5 nor here. */
static void test_empty_name(void **state)
{
  (void)state;
  KCD_AUTO_CHAR good = file("a", "[libdefaults]\n default_realm = A.TEST\n");
  KCD_AUTO_CHAR bad = file("b", "[libdefaults]\nnonsense\n");
  KCD_AUTO_CHAR list = kcd_asprintf("%s::%s", good, bad);
  assert_int_equal(0, setenv("KRB5_CONFIG", list, 1));
  struct kcd_machine machine = {.now = 0};
  kcd_setup_config(&machine.config);
  assert_int_equal(1, machine.config.n_files);
  assert_int_equal(KCD_TRIAL_DONE, machine.config.trial.state);
  kcd_machine_done(&machine);
}

static void test_many_files(void **state)
{
  (void)state;
  struct kcd_buf list;
  kcd_buf_init(&list, KCD_BUF_DEFAULT_CAP);
  for (int i = 0; i < 100; i++)
    kcd_buf_addf(&list, "%s/none%d:", directory, i);
  KCD_AUTO_CHAR text = kcd_buf_take_text(&list);
  assert_int_equal(0, setenv("KRB5_CONFIG", text, 1));
  struct kcd_machine machine = {.now = 0};
  kcd_setup_config(&machine.config);
  assert_in_range(machine.config.n_files, 1, 32);
  kcd_machine_done(&machine);
}

/* Which cache it is, and who may read it, is known of one that holds nothing. */
static void test_no_ticket(void **state)
{
  (void)state;
  struct kcd_machine machine;
  read_config(&machine, "[libdefaults]\n default_realm = A.TEST\n");
  KCD_AUTO_CHAR path = file("b", "");
  assert_int_equal(0, chmod(path, 0644));
  kcd_setup_ticket(path, &machine.ticket);
  assert_int_equal(KCD_TRIAL_FAILED, machine.ticket.trial.state);
  assert_string_equal("no-ticket", machine.ticket.trial.error.id);
  KCD_AUTO_CHAR name = kcd_asprintf("FILE:%s", path);
  assert_string_equal(name, machine.ticket.cache);
  assert_true(machine.ticket.others_may_read);
  assert_false(machine.ticket.has_tgt);
  kcd_machine_done(&machine);
}

static void test_no_keytab(void **state)
{
  (void)state;
  struct kcd_machine machine;
  read_config(&machine, "[libdefaults]\n default_realm = A.TEST\n");
  machine.keytab.file = kcd_asprintf("%s/none", directory);
  kcd_setup_keytab("CORE2016$", "A.TEST", &machine.keytab);
  assert_int_equal(KCD_TRIAL_FAILED, machine.keytab.trial.state);
  assert_string_equal("keytab-unreadable", machine.keytab.trial.error.id);
  kcd_machine_done(&machine);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_relations), cmocka_unit_test(test_defaults),   cmocka_unit_test(test_only_rc4),
      cmocka_unit_test(test_files),     cmocka_unit_test(test_many_files), cmocka_unit_test(test_empty_name),
      cmocka_unit_test(test_no_ticket), cmocka_unit_test(test_no_keytab),
  };
  return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
