#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <kcdfix/alloc.h>

#define PASSWORD_MAX 1024
#define DEFAULT_WIDTH 100

/* The terminal as it was before echo was switched off; the signal handler puts it back. */
static struct termios before;
static volatile sig_atomic_t echo_is_off;

bool kcd_terminal_can_ask(void)
{
  return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

int kcd_terminal_width(FILE *out)
{
  struct winsize size;
  int fd = fileno(out);
  if (fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < 40)
    return DEFAULT_WIDTH;
  return size.ws_col;
}

void kcd_terminal_restore(void)
{
  if (!echo_is_off)
    return;
  echo_is_off = 0;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
}

/* One line from stdin, byte by byte: what lies behind it stays in the terminal. */
static bool read_line(char *line, size_t size)
{
  size_t len = 0;
  for (;;) {
    char c;
    ssize_t n = read(STDIN_FILENO, &c, 1);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    if (c == '\n')
      break;
    if (len + 1 < size)
      line[len++] = c;
  }
  line[len] = '\0';
  return true;
}

bool kcd_ask(const char *question, char *answer, size_t size)
{
  fflush(stdout);
  tcflush(STDIN_FILENO, TCIFLUSH);
  fputs(question, stderr);
  fflush(stderr);
  bool answered = read_line(answer, size);
  if (!answered)
    fputc('\n', stderr);
  return answered;
}

bool kcd_ask_for(const char *question, const char *wanted)
{
  char answer[256];
  return kcd_ask(question, answer, sizeof answer) && strcmp(answer, wanted) == 0;
}

char *kcd_ask_password(const char *question, struct kcd_error *err)
{
  if (!kcd_terminal_can_ask() || tcgetattr(STDIN_FILENO, &before) != 0) {
    kcd_fail(err, KCD_E_USAGE, "--prompt-password needs a terminal");
    kcd_error_next(err, "use --password-file FILE, or kinit and the credential cache");
    return NULL;
  }
  struct termios silent = before;
  silent.c_lflag &= (tcflag_t)~ECHO;
  echo_is_off = 1;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  char line[PASSWORD_MAX];
  bool answered = kcd_ask(question, line, sizeof line);
  kcd_terminal_restore();
  fputc('\n', stderr);
  char *password = answered && *line ? kcd_strdup(line) : NULL;
  kcd_wipe(line, sizeof line);
  if (!password)
    kcd_fail(err, KCD_E_USAGE, "no password was typed");
  return password;
}

static int check_password_file(int fd, const char *path, struct kcd_error *err)
{
  struct stat st;
  if (fstat(fd, &st) != 0)
    return kcd_fail_errno(err, KCD_E_USAGE, errno, "password file %s", path);
  if (S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO))) {
    kcd_fail(err, KCD_E_USAGE, "password file %s can be read by others", path);
    return kcd_error_next(err, "chmod 600 %s, and consider a new password", path);
  }
  return 0;
}

char *kcd_read_password_file(const char *path, struct kcd_error *err)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    kcd_fail_errno(err, KCD_E_USAGE, errno, "password file %s", path);
    return NULL;
  }
  char line[PASSWORD_MAX];
  ssize_t n = check_password_file(fd, path, err) == 0 ? read(fd, line, sizeof line - 1) : -1;
  int errnum = errno;
  close(fd);
  char *password = NULL;
  if (n > 0) {
    line[n] = '\0';
    size_t len = strcspn(line, "\r\n");
    password = len ? kcd_strndup(line, len) : NULL;
  }
  kcd_wipe(line, sizeof line);
  if (!password && !kcd_error_is_set(err)) {
    if (n < 0)
      kcd_fail_errno(err, KCD_E_USAGE, errnum, "password file %s", path);
    else
      kcd_fail(err, KCD_E_USAGE, "password file %s has no password in its first line", path);
  }
  return password;
}
