#include <ctype.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openldap.h>

#include "dir.h"

#define DEFAULT_TIMEOUT_MS 10000

/* Everything that ldap.conf or the environment could turn is set here; only the trusted CAs are theirs
 * (copy_trusted_cas). */
static bool set_options(LDAP *ld, int timeout_ms)
{
  int version = LDAP_VERSION3, deref = LDAP_DEREF_NEVER, no_limit = LDAP_NO_LIMIT;
  struct timeval limit = {.tv_sec = timeout_ms / 1000, .tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000};
  const struct {
    int option;
    const void *value;
  } options[] = {
      {LDAP_OPT_PROTOCOL_VERSION, &version},  {LDAP_OPT_REFERRALS, LDAP_OPT_OFF},
      {LDAP_OPT_RESTART, LDAP_OPT_ON},        {LDAP_OPT_DEREF, &deref},
      {LDAP_OPT_SIZELIMIT, &no_limit},        {LDAP_OPT_TIMELIMIT, &no_limit},
      {LDAP_OPT_NETWORK_TIMEOUT, &limit},     {LDAP_OPT_TIMEOUT, &limit},
      {LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_OFF}, {LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON},
  };
  bool good = true;
  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
    good = ldap_set_option(ld, options[i].option, options[i].value) == LDAP_OPT_SUCCESS && good;
  return good;
}

static bool limit_messages(LDAP *ld)
{
  Sockbuf *socket = NULL;
  ber_len_t limit = DIR_MAX_MESSAGE;
  return ldap_get_option(ld, LDAP_OPT_SOCKBUF, &socket) == LDAP_OPT_SUCCESS && socket != NULL &&
         ber_sockbuf_ctrl(socket, LBER_SB_OPT_SET_MAX_INCOMING, &limit) == 1;
}

/* A TLS context of its own takes nothing from ldap.conf but what is copied here: the file or folder of trusted CAs. */
static void copy_trusted_cas(LDAP *ld)
{
  static const int options[] = {LDAP_OPT_X_TLS_CACERTFILE, LDAP_OPT_X_TLS_CACERTDIR};
  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
    DIR_AUTO_TEXT path = NULL;
    if (ldap_get_option(NULL, options[i], &path) == LDAP_OPT_SUCCESS && path != NULL)
      ldap_set_option(ld, options[i], path);
  }
}

static bool set_tls_options(LDAP *ld)
{
  copy_trusted_cas(ld);
  int demand = LDAP_OPT_X_TLS_DEMAND, minimum = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, client = 0;
  return ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == LDAP_OPT_SUCCESS &&
         ldap_set_option(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &minimum) == LDAP_OPT_SUCCESS &&
         ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client) == LDAP_OPT_SUCCESS;
}

static int fail_tls(const struct kcd_dir *dir, int result, struct kcd_error *err)
{
  DIR_AUTO_TEXT text = NULL;
  ldap_get_option(dir->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text);
  kcd_fail_foreign(err, KCD_E_UNREACHABLE, KCD_CODE_LDAP, result, dir_result_name(result),
                   result == LDAP_TIMEOUT ? "%s did not answer the TLS handshake in time"
                                          : "no TLS connection to %s: its certificate is not trusted, is for another "
                                            "name, or the handshake failed",
                   dir->where);
  if (text != NULL && strcmp(text, "(unknown error code)") != 0)
    dir_said(err, text);
  kcd_error_on(err, NULL, dir->host);
  kcd_error_id(err, "dc-unreachable");
  return kcd_error_next(err,
                        "use ldap://%s, which is signed and sealed by Kerberos, or name the CA in ldap.conf "
                        "(TLS_CACERT)",
                        dir->host);
}

/* libldap makes the socket blocking when the handshake is over. */
static int start_tls(struct kcd_dir *dir, int fd, struct kcd_error *err)
{
  if (!set_tls_options(dir->ld))
    return kcd_fail(err, KCD_E_UNSUPPORTED, "this libldap cannot be told to verify the server's certificate");
  struct dir_deadline deadline;
  if (!dir_deadline(&deadline, fd, dir_left_ms(dir, dir->opened_at)))
    return kcd_fail(err, KCD_E_IO, "no thread can be started for the time limit of the TLS handshake");
  int result = ldap_install_tls(dir->ld);
  if (dir_deadline_end(&deadline))
    return fail_tls(dir, LDAP_TIMEOUT, err);
  if (result != LDAP_SUCCESS)
    return fail_tls(dir, result, err);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  return 0;
}

/* The URL gives libldap the name for the service principal (and the certificate), not an address. */
static int adopt_socket(struct kcd_dir *dir, int fd, struct kcd_error *err)
{
  KCD_AUTO_CHAR url = kcd_asprintf("%s://%s", dir->tls ? "ldaps" : "ldap", dir->where);
  struct dir_hurry hurry;
  dir_hurry(&hurry);
  int result = ldap_init_fd(fd, LDAP_PROTO_TCP, url, &dir->ld);
  dir_hurry_end(&hurry);
  if (result != LDAP_SUCCESS) {
    close(fd);
    return kcd_fail_foreign(err, KCD_E_UNSUPPORTED, KCD_CODE_LDAP, result, dir_result_name(result),
                            "libldap does not take the connection to %s", dir->where);
  }
  if (!set_options(dir->ld, dir->timeout_ms) || !limit_messages(dir->ld))
    return kcd_fail(err, KCD_E_UNSUPPORTED, "this libldap does not take an option that kcdfix needs");
  return dir->tls ? start_tls(dir, fd, err) : 0;
}

/* It becomes part of a URL and of a principal. */
static bool is_host_name(const char *host)
{
  size_t len = strlen(host);
  for (const char *c = host; *c != '\0'; c++)
    if (!isalnum((unsigned char)*c) && strchr("-._:", *c) == NULL)
      return false;
  return len > 0 && len < 256;
}

static struct kcd_dir *new_dir(const struct kcd_dir_options *options)
{
  struct kcd_dir *dir = kcd_calloc(1, sizeof(*dir));
  dir->host = kcd_strdup(options->host);
  dir->port = options->port != 0 ? options->port : options->tls ? LDAPS_PORT : LDAP_PORT;
  dir->tls = options->tls;
  dir->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : DEFAULT_TIMEOUT_MS;
  dir->trace = options->trace;
  dir->trace_data = options->trace_data;
  dir->ping = kcd_strdup(options->ping);
  bool is_ipv6 = strchr(dir->host, ':') != NULL;
  dir->where = kcd_asprintf(is_ipv6 ? "[%s]:%u" : "%s:%u", dir->host, dir->port);
  return dir;
}

static void note_peer(struct kcd_dir *dir, int fd)
{
  struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
  socklen_t len = sizeof(peer);
  if (getpeername(fd, (struct sockaddr *)&peer, &len) != 0)
    return;
  if (peer.ss_family == AF_INET) {
    dir->peer_len = sizeof(struct in_addr);
    memcpy(dir->peer, &((const struct sockaddr_in *)&peer)->sin_addr, dir->peer_len);
  } else if (peer.ss_family == AF_INET6) {
    dir->peer_len = sizeof(struct in6_addr);
    memcpy(dir->peer, &((const struct sockaddr_in6 *)&peer)->sin6_addr, dir->peer_len);
  }
}

static int open_connection(struct kcd_dir *dir, struct kcd_error *err)
{
  dir->opened_at = kcd_now_ms();
  int fd = -1;
  if (dir_socket_connect(dir->host, dir->port, dir->timeout_ms, &fd, err) < 0)
    return -1;
  note_peer(dir, fd);
  if (adopt_socket(dir, fd, err) < 0)
    return -1;
  int status = dir_read_rootdse(dir, err);
  dir->opened_at = 0;
  return status;
}

int kcd_dir_open(const struct kcd_dir_options *options, struct kcd_dir **ret, struct kcd_error *err)
{
  if (options->host == NULL || !is_host_name(options->host))
    return kcd_fail(err, KCD_E_USAGE, "not the DNS name of a server: \"%s\"", options->host ? options->host : "");
  KCD_AUTO(kcd_dir) dir = new_dir(options);
  if (open_connection(dir, err) < 0)
    return -1;
  *ret = KCD_TAKE(dir);
  return 0;
}

void kcd_dir_close(struct kcd_dir *dir)
{
  if (dir == NULL)
    return;
  if (dir->ld != NULL)
    ldap_unbind_ext(dir->ld, NULL, NULL);
  kcd_dc_done(&dir->dc);
  kcd_netlogon_done(&dir->netlogon);
  recall_done(dir);
  free(dir->ping);
  free(dir->dc_account);
  free(dir->host);
  free(dir->where);
  free(dir);
}

struct kcd_dc *kcd_dir_dc(struct kcd_dir *dir)
{
  return &dir->dc;
}

const struct kcd_netlogon *kcd_dir_ping(const struct kcd_dir *dir)
{
  return dir->pinged ? &dir->netlogon : NULL;
}

void kcd_dir_watch(struct kcd_dir *dir, void (*watch)(void *data), void *data)
{
  dir->watch = watch;
  dir->watch_data = data;
}

unsigned kcd_dir_requests(const struct kcd_dir *dir)
{
  return dir->requests;
}
