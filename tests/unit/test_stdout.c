/* What happens when the result cannot be written, and what reaches stderr. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <kcdfix/report.h>
#include <kcdfix/text.h>

static const struct kcd_style json = {.format = KCD_FORMAT_JSON};

static void assert_write_fails(FILE *out, int errnum)
{
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.history/1", 1);
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(-1, kcd_report_write(report, 0, &json, out, &err));
  assert_int_equal(KCD_E_IO, err.code);
  assert_int_equal(KCD_CODE_ERRNO, err.kind);
  assert_int_equal(errnum, err.foreign);
}

static void test_full_device(void **state)
{
  (void)state;
  FILE *out = fopen("/dev/full", "w");
  assert_non_null(out);
  assert_write_fails(out, ENOSPC);
  fclose(out);
}

static void test_broken_pipe(void **state)
{
  (void)state;
  int fds[2];
  assert_int_equal(0, pipe(fds));
  assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
  FILE *out = fdopen(fds[1], "w");
  close(fds[0]);
  assert_write_fails(out, EPIPE);
  fclose(out);
}

static void test_stream_not_for_writing(void **state)
{
  (void)state;
  FILE *out = fdopen(open("/dev/null", O_RDONLY), "r"); /* EBADF too: not open for writing */
  assert_non_null(out);
  assert_write_fails(out, EBADF);
  fclose(out);
}

/* kcd_close_stdout in a process whose stdout is PATH (NULL: closed), after it printed TEXT. Its status: 0 or 1. */
static int close_status(const char *path, const char *text)
{
  fflush(NULL);
  pid_t pid = fork();
  if (pid == 0) {
    close(STDOUT_FILENO);
    if (path != NULL && open(path, O_WRONLY) != STDOUT_FILENO)
      _exit(9);
    fputs(text, stdout);
    _exit(kcd_close_stdout() == 0 ? 0 : 1);
  }
  int status = 0;
  assert_int_equal(pid, waitpid(pid, &status, 0));
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void test_close_stdout(void **state)
{
  (void)state;
  assert_int_equal(0, close_status("/dev/null", "text"));
  assert_int_equal(1, close_status("/dev/full", "text"));
  assert_int_equal(1, close_status(NULL, "text"));
  assert_int_equal(0, close_status(NULL, ""));
  assert_int_equal(0, close_status("/dev/full", ""));
}

/* What CALL prints on stderr; owned by the caller. */
static char *stderr_of(void (*call)(void))
{
  FILE *file = tmpfile();
  assert_non_null(file);
  fflush(stderr);
  int saved = dup(STDERR_FILENO);
  assert_int_equal(STDERR_FILENO, dup2(fileno(file), STDERR_FILENO));
  call();
  fflush(stderr);
  assert_int_equal(STDERR_FILENO, dup2(saved, STDERR_FILENO));
  close(saved);
  rewind(file);
  char *text = kcd_calloc(4096, 1);
  size_t len = fread(text, 1, 4095, file);
  text[len] = '\0';
  fclose(file);
  return text;
}

static void say(void)
{
  kcd_message("asking %s", "dc2\033[31m");
}

static void show(void)
{
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail_foreign(&err, KCD_E_DENIED, KCD_CODE_LDAP, 50, "insufficientAccessRights", "dc1 refused the change (50)");
  kcd_error_id(&err, "no-delegation-privilege");
  kcd_error_said(&err, "00002098: \033[2J without SePrivEnableDelegation!");
  kcd_error_next(&err, "kcdfix apply -n --emit powershell CORE2016");
  kcd_show_error(&err);
}

static void show_plain(void)
{
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail(&err, KCD_E_USAGE, "an SPN needs a host");
  kcd_show_error(&err);
}

static void test_messages(void **state)
{
  (void)state;
  KCD_AUTO_CHAR message = stderr_of(say);
  assert_string_equal("kcdfix: asking dc2\\x1b[31m\n", message);
  KCD_AUTO_CHAR error = stderr_of(show);
  assert_string_equal("kcdfix: dc1 refused the change (50)   [no-delegation-privilege]\n"
                      "  the server said: 00002098: \\x1b[2J without SePrivEnableDelegation!\n"
                      "  kcdfix apply -n --emit powershell CORE2016\n",
                      error);
  KCD_AUTO_CHAR plain = stderr_of(show_plain);
  assert_string_equal("kcdfix: an SPN needs a host\n", plain);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_full_device),
      cmocka_unit_test(test_broken_pipe),
      cmocka_unit_test(test_stream_not_for_writing),
      cmocka_unit_test(test_close_stdout),
      cmocka_unit_test(test_messages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
