#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tcp.h"

void kcd_tcp_closep(int *fd)
{
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

static int wait_for(int fd, short events, int64_t deadline)
{
  for (;;) {
    int64_t left = deadline - kcd_now_ms();
    if (left <= 0)
      return errno = ETIMEDOUT, -1;
    struct pollfd poll_fd = {.fd = fd, .events = events};
    int ready = poll(&poll_fd, 1, left > INT_MAX ? INT_MAX : (int)left);
    if (ready > 0)
      return 0;
    if (ready < 0 && errno != EINTR)
      return -1;
  }
}

static int finish_connect(int fd, int64_t deadline)
{
  if (wait_for(fd, POLLOUT, deadline) != 0)
    return -1;
  int error = 0;
  socklen_t len = sizeof(error);
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
    return -1;
  if (error != 0)
    return errno = error, -1;
  return 0;
}

static int connect_socket(int fd, const struct addrinfo *address, int64_t deadline)
{
  if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
    return 0;
  return errno == EINPROGRESS || errno == EINTR ? finish_connect(fd, deadline) : -1;
}

static int connect_one(const struct addrinfo *address, int64_t deadline)
{
  int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect_socket(fd, address, deadline) == 0)
    return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

int kcd_tcp_connect(const struct addrinfo *addresses, int64_t deadline)
{
  int64_t left = 0;
  for (const struct addrinfo *a = addresses; a != NULL; a = a->ai_next)
    left++;
  errno = EADDRNOTAVAIL;
  for (const struct addrinfo *a = addresses; a != NULL; a = a->ai_next, left--) {
    int64_t now = kcd_now_ms();
    int fd = connect_one(a, now + (deadline - now) / left);
    if (fd >= 0)
      return fd;
  }
  return -1;
}

int kcd_tcp_send(int fd, const void *data, size_t len, int64_t deadline)
{
  const char *at = data;
  while (len > 0) {
    if (wait_for(fd, POLLOUT, deadline) != 0)
      return -1;
    ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
      return -1;
    if (sent > 0) {
      at += sent;
      len -= (size_t)sent;
    }
  }
  return 0;
}

size_t kcd_tcp_receive(int fd, void *data, size_t len, int64_t deadline)
{
  char *at = data;
  size_t got = 0;
  while (got < len) {
    if (wait_for(fd, POLLIN, deadline) != 0)
      return got;
    ssize_t received = recv(fd, at + got, len - got, 0);
    if (received == 0)
      return errno = 0, got;
    if (received < 0 && errno != EAGAIN && errno != EINTR)
      return got;
    if (received > 0)
      got += (size_t)received;
  }
  return got;
}
