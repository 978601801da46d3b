#include "interrupt.h"

#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <kcdfix/alloc.h>

#include "exit_status.h"
#include "terminal.h"

static volatile sig_atomic_t noted;
static volatile sig_atomic_t held;
static volatile sig_atomic_t kept;
static const char *volatile second; /* what is said at a second signal */
/* Written once before the handlers are installed, so the handler may read them. */
static const char *document;
static size_t document_len;

static void on_signal(int number)
{
  (void)number;
  static const char unchanged[] = "kcdfix: interrupted; nothing was changed\n";
  if (held && !noted) {
    noted = 1;
    return;
  }
  kcd_terminal_restore();
  /* write(2) is all that may be called here; whether it succeeds changes nothing. */
  const char *said = held ? second : unchanged;
  ssize_t ignored = write(STDERR_FILENO, said, strlen(said));
  if (document_len > 0 && !held)
    ignored = write(STDOUT_FILENO, document, document_len);
  (void)ignored;
  _exit(KCD_EXIT_INTERRUPTED);
}

void kcd_interrupt_init(const char *text)
{
  document = kcd_strdup(text);
  document_len = text ? strlen(text) : 0;
  struct sigaction action = {.sa_handler = on_signal};
  sigemptyset(&action.sa_mask);
  const int signals[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
    struct sigaction old;
    /* nohup and background jobs ignore them on purpose */
    if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaction(signals[i], &action, NULL);
  }
  /* A reader that goes away is an error of writing, reported like a full disk. */
  signal(SIGPIPE, SIG_IGN);
}

void kcd_interrupt_hold(enum kcd_midway midway)
{
  static const char *const lines[] = {
      [KCD_MIDWAY_CHANGE] =
          "kcdfix: interrupted twice, in the middle of a change; kcdfix history tells what was done\n",
      [KCD_MIDWAY_STAND_IN] = "kcdfix: interrupted twice; a temporary account may be left behind\n"
                              "  next: kcdfix stand-in --clean\n",
  };
  second = lines[midway];
  held = 1;
}

void kcd_interrupt_release(void)
{
  held = kept;
}

void kcd_interrupt_keep(void)
{
  kept = 1;
}

void kcd_interrupt_no_document(void)
{
  document_len = 0;
}

bool kcd_interrupted(void)
{
  return noted != 0;
}
