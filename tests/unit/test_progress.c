/* The progress line: its words, and that only a terminal gets it, after a second, and never with -q. */
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <kcdfix/alloc.h>

#include "progress.h"

static void words(void **state)
{
  (void)state;
  KCD_AUTO_CHAR slow = kcd_progress_text("hosts checked", 3, 12, 6000);
  assert_string_equal(slow, "3 of 12 hosts checked, 0.5/s, 18 s left");
  KCD_AUTO_CHAR fast = kcd_progress_text("objects changed", 250, 500, 5000);
  assert_string_equal(fast, "250 of 500 objects changed, 50/s, 5 s left");
  KCD_AUTO_CHAR open_end = kcd_progress_text("objects read", 1250, 0, 5000);
  assert_string_equal(open_end, "1250 objects read, 250/s");
  KCD_AUTO_CHAR at_once = kcd_progress_text("objects changed", 1, 1, 0);
  assert_non_null(strstr(at_once, "0 s left"));
}

/* A step SECONDS after the beginning, and the end, with FD as stderr. */
static void steps(int fd, const struct kcd_options *options, time_t seconds)
{
  struct kcd_progress progress;
  fflush(stderr);
  int saved = dup(STDERR_FILENO);
  assert_true(dup2(fd, STDERR_FILENO) >= 0);
  kcd_progress_begin(&progress, options, "hosts checked", 4);
  progress.began.tv_sec -= seconds;
  kcd_progress_step(&progress);
  kcd_progress_clear(&progress);
  fflush(stderr);
  assert_true(dup2(saved, STDERR_FILENO) >= 0);
  close(saved);
}

static void a_terminal_after_a_second(void **state)
{
  (void)state;
  const struct kcd_options options = {0};
  int master, slave;
  char text[256] = "";
  assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
  steps(slave, &options, 0); /* too soon */
  steps(slave, &(struct kcd_options){.quiet = true}, 2);
  steps(slave, &options, 2);
  const char *once = "\r\033[Kkcdfix: 1 of 4 hosts checked, 0.5/s, 6 s left\r\033[K";
  for (size_t got = 0; got < strlen(once);) { /* a terminal may hand over in parts what was written in parts */
    ssize_t n = read(master, text + got, sizeof text - 1 - got);
    assert_true(n > 0);
    got += (size_t)n;
  }
  assert_string_equal(text, once);
  close(master);
  close(slave);
}

static void never_a_pipe(void **state)
{
  (void)state;
  const struct kcd_options options = {0};
  int ends[2];
  char text[16];
  assert_int_equal(pipe(ends), 0);
  steps(ends[1], &options, 2);
  close(ends[1]);
  assert_int_equal(read(ends[0], text, sizeof text), 0);
  close(ends[0]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words),
      cmocka_unit_test(a_terminal_after_a_second),
      cmocka_unit_test(never_a_pipe),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
