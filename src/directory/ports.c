#include "ports.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dir.h"

/* One connection on its way. */
struct attempt {
  struct kcd_port_facts *port;
  int64_t begin;
};

/* Attempts and their sockets, in the same order. */
struct attempts {
  struct attempt *v;
  struct pollfd *sockets;
  size_t n, open;
};

/* The better one stays where a server has several addresses. */
static int rank(enum kcd_port_outcome outcome)
{
  static const int ranks[] = {
      [KCD_PORT_NOT_TRIED] = 0, [KCD_PORT_SILENT] = 1, [KCD_PORT_UNREACHABLE] = 2,
      [KCD_PORT_REFUSED] = 3,   [KCD_PORT_OPEN] = 4,
  };
  return ranks[outcome];
}

static void note(const struct attempt *attempt, enum kcd_port_outcome outcome)
{
  if (rank(outcome) <= rank(attempt->port->outcome))
    return;
  attempt->port->outcome = outcome;
  attempt->port->ms = (unsigned)(kcd_now_ms() - attempt->begin);
}

static enum kcd_port_outcome outcome_of(int error)
{
  switch (error) {
  case 0:
    return KCD_PORT_OPEN;
  case ECONNREFUSED:
    return KCD_PORT_REFUSED;
  case ETIMEDOUT:
    return KCD_PORT_SILENT;
  default:
    return KCD_PORT_UNREACHABLE;
  }
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
  if (address->ss_family == AF_INET6)
    ((struct sockaddr_in6 *)(void *)address)->sin6_port = htons(port);
  else
    ((struct sockaddr_in *)(void *)address)->sin_port = htons(port);
}

static void begin(struct attempts *attempts, const struct addrinfo *address, struct kcd_port_facts *port)
{
  struct sockaddr_storage to = {0};
  if (address->ai_addrlen > sizeof(to))
    return;
  memcpy(&to, address->ai_addr, address->ai_addrlen);
  set_port(&to, port->port);
  struct attempt attempt = {port, kcd_now_ms()};
  int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return;
  int error = connect(fd, (const struct sockaddr *)&to, address->ai_addrlen) == 0 ? 0 : errno;
  if (error != EINPROGRESS && error != EINTR) {
    note(&attempt, outcome_of(error));
    close(fd);
    return;
  }
  attempts->v[attempts->n] = attempt;
  attempts->sockets[attempts->n++] = (struct pollfd){.fd = fd, .events = POLLOUT};
  attempts->open++;
}

static void begin_server(struct attempts *attempts, struct kcd_server_facts *server, const struct addrinfo *address)
{
  for (int i = 0; address != NULL && i < PORTS_ADDRESSES; address = address->ai_next, i++)
    for (int p = 0; p < KCD_PORTS; p++)
      begin(attempts, address, &server->ports[p]);
}

/* poll(2) leaves out what has a negative number. */
static void conclude(struct attempts *attempts, size_t i, enum kcd_port_outcome outcome)
{
  note(&attempts->v[i], outcome);
  close(attempts->sockets[i].fd);
  attempts->sockets[i].fd = -1;
  attempts->open--;
}

static void take_answers(struct attempts *attempts)
{
  for (size_t i = 0; i < attempts->n; i++) {
    if (attempts->sockets[i].fd < 0 || attempts->sockets[i].revents == 0)
      continue;
    int error = 0;
    socklen_t size = sizeof(error);
    if (getsockopt(attempts->sockets[i].fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
      error = errno;
    conclude(attempts, i, outcome_of(error));
  }
}

void ports_try(struct kcd_server_facts *servers, struct addrinfo *const *addresses, size_t n, int64_t deadline)
{
  size_t most = n * KCD_PORTS * PORTS_ADDRESSES;
  struct attempts attempts = {.v = kcd_calloc(most, sizeof(*attempts.v)),
                              .sockets = kcd_calloc(most, sizeof(*attempts.sockets))};
  for (size_t i = 0; i < n; i++)
    begin_server(&attempts, &servers[i], addresses[i]);
  for (int64_t left = 0; attempts.open > 0 && (left = deadline - kcd_now_ms()) > 0;)
    if (poll(attempts.sockets, (nfds_t)attempts.n, (int)left) > 0)
      take_answers(&attempts);
  for (size_t i = 0; i < attempts.n; i++)
    if (attempts.sockets[i].fd >= 0)
      conclude(&attempts, i, KCD_PORT_SILENT);
  free(attempts.v);
  free(attempts.sockets);
}
