/* libldap with GnuTLS shakes hands without regard to any time limit, and spins while the server is silent. So a thread
 * waits beside it and shuts the socket down when the time is over, which ends the handshake. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dir.h"

static void *watch(void *data)
{
  struct dir_deadline *deadline = data;
  struct pollfd wake = {.fd = deadline->wake, .events = POLLIN};
  int64_t end = kcd_now_ms() + deadline->ms, left = deadline->ms;
  while (left > 0 && poll(&wake, 1, (int)left) <= 0)
    left = end - kcd_now_ms();
  if (left > 0)
    return NULL;
  deadline->passed = true;
  shutdown(deadline->fd, SHUT_RDWR);
  return NULL;
}

/* The signals are for the thread that was there before. */
static int start_thread(struct dir_deadline *deadline)
{
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int errnum = pthread_create(&deadline->thread, NULL, watch, deadline);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return errnum;
}

bool dir_deadline(struct dir_deadline *deadline, int fd, int ms)
{
  *deadline = (struct dir_deadline){.fd = fd, .ms = ms, .wake = eventfd(0, EFD_CLOEXEC)};
  if (deadline->wake < 0)
    return false;
  if (start_thread(deadline) == 0)
    return true;
  close(deadline->wake);
  return false;
}

bool dir_deadline_end(struct dir_deadline *deadline)
{
  eventfd_write(deadline->wake, 1);
  pthread_join(deadline->thread, NULL);
  close(deadline->wake);
  return deadline->passed;
}
