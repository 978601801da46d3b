#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kcdfix/error.h>
#include <kcdfix/text.h>

static void one_line_per_failing_branch(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  assert_false(kcd_error_is_set(&err));
  assert_int_equal(kcd_fail(&err, KCD_E_NOT_FOUND, "no host named %s", "CORE2016"), -1);
  assert_true(kcd_error_is_set(&err));
  assert_int_equal(err.code, KCD_E_NOT_FOUND);
  assert_int_equal(err.kind, KCD_CODE_NONE);
  assert_string_equal(err.message, "no host named CORE2016");
  assert_string_equal(err.id, "");
}

static void the_foreign_code_is_kept(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail_foreign(&err, KCD_E_DENIED, KCD_CODE_LDAP, 50, "insufficientAccessRights", "modify %s", "CN=x");
  assert_int_equal(err.kind, KCD_CODE_LDAP);
  assert_int_equal(err.foreign, 50);
  assert_string_equal(err.name, "insufficientAccessRights");
  assert_string_equal(err.message, "modify CN=x");
  struct kcd_error without_name = KCD_ERROR_INIT;
  kcd_fail_foreign(&without_name, KCD_E_REJECTED, KCD_CODE_NTSTATUS, 0xC0000072, NULL, "x");
  assert_int_equal(without_name.foreign, 0xC0000072);
  assert_string_equal(without_name.name, "");
}

static void errno_brings_its_name_and_text(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail_errno(&err, KCD_E_IO, ENOENT, "open %s", "x.keytab");
  assert_int_equal(err.kind, KCD_CODE_ERRNO);
  assert_int_equal(err.foreign, ENOENT);
  assert_string_equal(err.name, "ENOENT");
  assert_string_equal(err.message, "open x.keytab: No such file or directory");
  struct kcd_error unknown = KCD_ERROR_INIT;
  kcd_fail_errno(&unknown, KCD_E_IO, 99999, "x");
  assert_string_equal(unknown.message, "x: error 99999");
}

static void context_goes_in_front(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_error_wrap(&err, "nothing to wrap"), -1);
  assert_false(kcd_error_is_set(&err));
  kcd_fail(&err, KCD_E_MALFORMED, "bad\x1b[31m byte");
  kcd_error_wrap(&err, "object %s", "CN=a\nb");
  kcd_error_wrap(&err, "host CORE2016");
  assert_string_equal(err.message, "host CORE2016: object CN=a\\x0ab: bad\\x1b[31m byte");
  assert_int_equal(err.code, KCD_E_MALFORMED);
}

static void other_members(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail(&err, KCD_E_UNREACHABLE, "no answer");
  assert_int_equal(kcd_error_id(&err, "dc-unreachable"), -1);
  assert_int_equal(kcd_error_on(&err, "CN=x\x9b", "dc1.kcd.test"), -1);
  assert_int_equal(kcd_error_on(&err, NULL, NULL), -1);
  assert_int_equal(kcd_error_next(&err, "kcdfix doctor -S %s", "dc1"), -1);
  assert_int_equal(kcd_error_said(&err, "bad\r\nthing"), -1);
  assert_string_equal(err.id, "dc-unreachable");
  assert_string_equal(err.object, "CN=x\\x9b");
  assert_string_equal(err.server, "dc1.kcd.test");
  assert_string_equal(err.next, "kcdfix doctor -S dc1");
  assert_string_equal(err.server_text, "bad\\x0d\\x0athing");
}

static void long_text_is_cut_between_characters(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  char text[2001];
  for (size_t i = 0; i < 2000; i += 2)
    memcpy(text + i, "ä", 2);
  text[2000] = '\0';
  kcd_fail(&err, KCD_E_MALFORMED, "%s", text);
  kcd_error_wrap(&err, "context");
  assert_in_range(strlen(err.message), sizeof(err.message) - 5, sizeof(err.message) - 1);
  assert_true(kcd_ends_nocase(err.message, "..."));
  assert_true(kcd_is_displayable(err.message));
}

static void set_twice(void)
{
  struct kcd_error err = KCD_ERROR_INIT;
  const struct rlimit no_core = {0};
  (void)setrlimit(RLIMIT_CORE, &no_core);
  (void)close(STDERR_FILENO);
  kcd_fail(&err, KCD_E_DENIED, "first");
  kcd_fail(&err, KCD_E_IO, "second");
  _exit(err.code == KCD_E_DENIED && strcmp(err.message, "first") == 0 ? 0 : 1);
}

/* A programming error: it ends a build with assertions; in one without, the first error stays. */
static void the_first_error_wins(void **state)
{
  (void)state;
  int status;
  pid_t child = fork();
  if (child == 0)
    set_twice();
  assert_int_equal(waitpid(child, &status, 0), child);
#ifdef NDEBUG
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
#else
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
#endif
}

static void kinds_have_the_words_of_the_json_contract(void **state)
{
  (void)state;
  assert_string_equal(kcd_code_kind_name(KCD_CODE_NONE), "none");
  assert_string_equal(kcd_code_kind_name(KCD_CODE_ERRNO), "errno");
  assert_string_equal(kcd_code_kind_name(KCD_CODE_LDAP), "ldap");
  assert_string_equal(kcd_code_kind_name(KCD_CODE_KRB5), "krb5");
  assert_string_equal(kcd_code_kind_name(KCD_CODE_NTSTATUS), "ntstatus");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_line_per_failing_branch),
      cmocka_unit_test(the_foreign_code_is_kept),
      cmocka_unit_test(errno_brings_its_name_and_text),
      cmocka_unit_test(context_goes_in_front),
      cmocka_unit_test(other_members),
      cmocka_unit_test(long_text_is_cut_between_characters),
      cmocka_unit_test(the_first_error_wins),
      cmocka_unit_test(kinds_have_the_words_of_the_json_contract),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
