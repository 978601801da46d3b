#include "interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <kcdfix/alloc.h>

#include "exit_status.h"
#include "terminal.h"

/* What is said when a signal ends the program, on stderr and as the document that is promised. */
struct words {
  const char *message, *next;
  char *line, *document; /* document: NULL: none is promised */
};
/* Filled before the handlers are installed, so the handler may read it. */
static struct words words[] = {
    [KCD_MIDWAY_NOTHING] = {.message = "interrupted; nothing was changed"},
    [KCD_MIDWAY_CHANGE] = {.message = "interrupted twice, in the middle of a change",
                           .next = "kcdfix history tells what was done"},
    [KCD_MIDWAY_STAND_IN] = {.message = "interrupted twice; a temporary account may be left behind",
                             .next = "kcdfix stand-in --clean"},
};

/* Written by the handler, read by any thread. */
static atomic_bool noted;
_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "a handler may take no lock");
static volatile sig_atomic_t held;
static volatile sig_atomic_t kept;
static volatile sig_atomic_t midway; /* an enum kcd_midway */
static volatile sig_atomic_t document_begun;

/* write(2) is all that may be called in a handler; whether it succeeds changes nothing. */
static void say(int fd, const char *text)
{
  ssize_t ignored = write(fd, text, strlen(text));
  (void)ignored;
}

static void on_signal(int number)
{
  (void)number;
  if (held && !noted) {
    noted = true;
    return;
  }
  kcd_terminal_restore();
  const struct words *said = &words[held ? midway : KCD_MIDWAY_NOTHING];
  say(STDERR_FILENO, said->line);
  if (said->document && !document_begun)
    say(STDOUT_FILENO, said->document);
  _exit(KCD_EXIT_INTERRUPTED);
}

void kcd_interrupt_init(kcd_interrupt_document_fn *document)
{
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    struct words *one = &words[i];
    one->line = kcd_asprintf("kcdfix: %s\n%s%s%s", one->message, one->next ? "  " : "", one->next ? one->next : "",
                             one->next ? "\n" : "");
    one->document = document ? document(one->message, one->next) : NULL;
  }
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

void kcd_interrupt_hold(enum kcd_midway what)
{
  midway = what;
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
  document_begun = 1;
}

bool kcd_interrupted(void)
{
  return noted;
}
