/* A TCP connection within a time limit, name look-up included. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dir.h"

#define MAX_ADDRESSES 16
#define MIN_SHARE_MS 250

static void free_addresses(struct addrinfo **list)
{
  if (*list != NULL)
    freeaddrinfo(*list);
}

static void close_fd(const int *fd)
{
  if (*fd >= 0)
    close(*fd);
}

/* ---- name look-up ---- */

/* What getaddrinfo_a works on. It outlives its caller when the look-up does not end in time. */
struct lookup {
  struct gaicb job;
  struct addrinfo hints;
  char host[256];
  char port[8];
};

static struct lookup *new_lookup(const char *host, uint16_t port)
{
  struct lookup *lookup = kcd_calloc(1, sizeof(*lookup));
  snprintf(lookup->host, sizeof(lookup->host), "%s", host);
  snprintf(lookup->port, sizeof(lookup->port), "%u", port);
  lookup->hints = (struct addrinfo){.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  lookup->job.ar_name = lookup->host;
  lookup->job.ar_service = lookup->port;
  lookup->job.ar_request = &lookup->hints;
  return lookup;
}

/* 0 or an EAI_ code; EAI_INPROGRESS when the time is over. */
static int wait_for(struct lookup *lookup, int64_t deadline)
{
  const struct gaicb *const jobs[] = {&lookup->job};
  for (;;) {
    int status = gai_error(&lookup->job);
    int64_t left = deadline - kcd_now_ms();
    if (status != EAI_INPROGRESS || left <= 0)
      return status;
    struct timespec limit = {.tv_sec = left / 1000, .tv_nsec = (long)(left % 1000) * 1000000};
    gai_suspend(jobs, 1, &limit);
  }
}

static int run_lookup(struct lookup *lookup, int64_t deadline, struct addrinfo **ret)
{
  struct gaicb *jobs[] = {&lookup->job};
  int status = getaddrinfo_a(GAI_NOWAIT, jobs, 1, NULL);
  if (status == 0)
    status = wait_for(lookup, deadline);
  if (status == 0)
    *ret = lookup->job.ar_result;
  /* A job that is still running keeps its memory: glibc writes to it when the DNS server answers at last. */
  if (status != EAI_INPROGRESS || gai_cancel(&lookup->job) == EAI_CANCELED)
    free(lookup);
  return status;
}

static int resolve(const char *host, uint16_t port, int64_t deadline, struct addrinfo **ret)
{
  char service[8];
  snprintf(service, sizeof(service), "%u", port);
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_NUMERICHOST};
  if (getaddrinfo(host, service, &hints, ret) == 0)
    return 0;
  return run_lookup(new_lookup(host, port), deadline, ret);
}

static int fail_lookup(const char *host, int status, struct kcd_error *err)
{
  if (status == EAI_INPROGRESS)
    kcd_fail(err, KCD_E_UNREACHABLE, "no DNS server told the address of %s in time", host);
  else if (status == EAI_NONAME || status == EAI_NODATA)
    kcd_fail(err, KCD_E_UNREACHABLE, "there is no address for the name %s", host);
  else
    kcd_fail(err, KCD_E_UNREACHABLE, "cannot look up the address of %s: %s", host, gai_strerror(status));
  kcd_error_on(err, NULL, host);
  return kcd_error_id(err, "dc-unreachable");
}

int dir_addresses(const char *host, uint16_t port, int64_t deadline, struct addrinfo **ret, struct kcd_error *err)
{
  int status = resolve(host, port, deadline, ret);
  return status == 0 ? 0 : fail_lookup(host, status, err);
}

/* ---- connecting ---- */

/* 0 or errno. */
static int finish_connect(int fd, int ms)
{
  struct pollfd wait = {.fd = fd, .events = POLLOUT};
  int64_t deadline = kcd_now_ms() + ms;
  int got;
  do
    got = poll(&wait, 1, (int)(deadline > kcd_now_ms() ? deadline - kcd_now_ms() : 0));
  while (got < 0 && errno == EINTR);
  if (got == 0)
    return ETIMEDOUT;
  int status = 0;
  socklen_t size = sizeof(status);
  if (got < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &status, &size) < 0)
    return errno;
  return status;
}

/* Requests are small and wait for each other's answers: never delay one. */
static void set_no_delay(int fd)
{
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static int take_fd(int *fd)
{
  int taken = *fd;
  *fd = -1;
  return taken;
}

/* 0 and *RET, or errno. */
static int try_address(const struct addrinfo *address, int ms, int *ret)
{
  __attribute__((cleanup(close_fd))) int fd =
      socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol);
  if (fd < 0)
    return errno;
  set_no_delay(fd);
  int status = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
  if (status == EINPROGRESS || status == EINTR)
    status = finish_connect(fd, ms);
  if (status != 0)
    return status;
  *ret = take_fd(&fd);
  return 0;
}

static size_t count(const struct addrinfo *list)
{
  size_t n = 0;
  for (; list != NULL && n < MAX_ADDRESSES; list = list->ai_next)
    n++;
  return n;
}

static void address_text(const struct addrinfo *address, char *out, size_t size)
{
  if (getnameinfo(address->ai_addr, address->ai_addrlen, out, (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
    snprintf(out, size, "?");
}

static int fail_connect(const char *host, uint16_t port, const struct addrinfo *address, size_t n, int status,
                        struct kcd_error *err)
{
  char text[64], others[48] = "";
  address_text(address, text, sizeof(text));
  if (n > 1)
    snprintf(others, sizeof(others), " (the last of %zu addresses)", n);
  kcd_fail_errno(err, KCD_E_UNREACHABLE, status, "cannot connect to %s, port %u, at %s%s", host, port, text, others);
  kcd_error_on(err, NULL, host);
  return kcd_error_id(err, "dc-unreachable");
}

/* Every address gets its share of the time that is left, so that a dead one does not eat up that of the next. */
static int try_all(const struct addrinfo *list, const char *host, uint16_t port, int64_t deadline, int *ret,
                   struct kcd_error *err)
{
  size_t n = count(list), left = n;
  const struct addrinfo *last = list;
  int status = ETIMEDOUT;
  for (const struct addrinfo *address = list; left > 0; address = address->ai_next, left--) {
    int64_t share = (deadline - kcd_now_ms()) / (int64_t)left;
    last = address;
    status = try_address(address, (int)(share > MIN_SHARE_MS ? share : MIN_SHARE_MS), ret);
    if (status == 0)
      return 0;
  }
  return fail_connect(host, port, last, n, status, err);
}

int dir_socket_connect(const char *host, uint16_t port, int timeout_ms, int *ret, struct kcd_error *err)
{
  int64_t deadline = kcd_now_ms() + timeout_ms;
  __attribute__((cleanup(free_addresses))) struct addrinfo *list = NULL;
  if (dir_addresses(host, port, deadline, &list, err) < 0)
    return -1;
  return try_all(list, host, port, deadline, ret, err);
}
