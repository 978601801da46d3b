#include "session.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/locate.h>
#include <kcdfix/report.h>
#include <kcdfix/rollcall.h>
#include <kcdfix/text.h>

#include "terminal.h"

/* Where to connect to. */
struct endpoint {
  char *host;
  uint16_t port; /* 0: the default one */
  bool tls;
};

void kcd_trace(void *data, const char *line)
{
  (void)data;
  kcd_message("%s", line);
}

static char *password_of(const struct kcd_options *options, struct kcd_error *err)
{
  if (options->password_file)
    return kcd_read_password_file(options->password_file, err);
  KCD_AUTO_CHAR user = kcd_safe(options->login_user);
  KCD_AUTO_CHAR question = kcd_asprintf("Password of %s: ", user);
  return kcd_ask_password(question, err);
}

int kcd_session_login(const struct kcd_options *options, struct kcd_session *ret, struct kcd_error *err)
{
  char *password = NULL;
  if (options->login_user) {
    password = password_of(options, err);
    if (!password)
      return -1;
  }
  KCD_AUTO_CHAR realm = kcd_strdup(options->realm);
  if (!realm && options->domain)
    realm = kcd_upper(options->domain);
  struct kcd_login_options login = {.ccache = options->ccache,
                                    .user = options->login_user,
                                    .password = password,
                                    .realm = realm,
                                    .timeout_ms = options->timeout_ms,
                                    .trace = options->verbose > 1 ? kcd_trace : NULL};
  struct kcd_session session = {0};
  int rc = kcd_login_open(&login, &session.login, err);
  kcd_free_secret(password);
  if (rc == 0)
    *ret = session;
  else if (strcmp(err->id, "no-ticket") == 0)
    kcd_error_next(err, "kinit USER@%s, or log in with a password: -U USER -W", realm ? realm : "REALM");
  return rc;
}

static bool is_address(const char *host)
{
  unsigned char buffer[sizeof(struct in6_addr)];
  return inet_pton(AF_INET, host, buffer) == 1 || inet_pton(AF_INET6, host, buffer) == 1;
}

/* Kerberos proves names, not addresses: an address would be believed on the word of whoever answers there. */
static int refuse_address(const char *host, const struct kcd_dc *dc, struct kcd_error *err)
{
  KCD_AUTO_CHAR name = kcd_safe(dc->name ? dc->name : "its DNS name");
  kcd_fail(err, KCD_E_NOT_AUTHENTICATED, "%s is an address; Kerberos needs the name of the domain controller", host);
  kcd_error_id(err, "dc-by-address");
  kcd_error_on(err, NULL, host);
  return kcd_error_next(err, "name it as it calls itself: -S %s", name);
}

/* With --server the domain could be another one than that which is meant. */
static int refuse_other_domain(const char *domain, const char *host, const struct kcd_dc *dc, struct kcd_error *err)
{
  KCD_AUTO_CHAR its = kcd_safe(dc->domain);
  kcd_fail(err, KCD_E_USAGE, "%s is a domain controller of %s, not of %s", host, its, domain);
  kcd_error_id(err, "dc-of-other-domain");
  kcd_error_on(err, NULL, host);
  return kcd_error_next(err, "leave out --domain, or name a domain controller of %s", domain);
}

int kcd_session_check_dc(const struct kcd_options *options, const char *host, const struct kcd_dc *dc,
                         struct kcd_error *err)
{
  if (is_address(host))
    return refuse_address(host, dc, err);
  if (options->domain && dc->domain && !kcd_equal_nocase(options->domain, dc->domain))
    return refuse_other_domain(options->domain, host, dc, err);
  return 0;
}

static int cannot_open(struct kcd_error *err)
{
  if (err->code == KCD_E_UNREACHABLE && !err->next[0])
    kcd_error_next(err, "check the name, and that this machine may reach the port; or name another domain controller "
                        "with -S");
  return -1;
}

/* PING: the domain for the netlogon ping that goes along; NULL: none. */
static int open_at(const struct kcd_options *options, const struct endpoint *at, const char *ping, struct kcd_dir **ret,
                   struct kcd_error *err)
{
  struct kcd_dir_options dir_options = {.host = at->host,
                                        .port = at->port,
                                        .tls = at->tls,
                                        .ping = ping,
                                        .timeout_ms = options->timeout_ms,
                                        .trace = options->verbose > 1 ? kcd_trace : NULL};
  return kcd_dir_open(&dir_options, ret, err) == 0 ? 0 : cannot_open(err);
}

/* Takes DIR, whatever comes of it. */
static int log_in(struct kcd_session *session, const struct kcd_options *options, const char *host, struct kcd_dir *dir,
                  struct kcd_error *err)
{
  KCD_AUTO(kcd_dir) open = dir;
  const struct kcd_dc *dc = kcd_dir_dc(open);
  if (kcd_session_check_dc(options, host, dc, err) != 0)
    return -1;
  const char *realm = options->realm ? options->realm : dc->realm;
  if (kcd_login_start(session->login, realm, host, 0, err) != 0 || kcd_dir_bind(open, err) != 0)
    return -1;
  session->dir = KCD_TAKE(open);
  session->server = kcd_strdup(host);
  return 0;
}

static int connect_to(struct kcd_session *session, const struct kcd_options *options, const struct endpoint *at,
                      struct kcd_error *err)
{
  struct kcd_dir *dir = NULL;
  return open_at(options, at, NULL, &dir, err) == 0 ? log_in(session, options, at->host, dir, err) : -1;
}

/* ---- by DNS ---- */

/* The domain controllers that DNS names, while they are tried. */
struct search {
  const char *domain;
  struct kcd_srv_list list;
  size_t next;
  bool sorted; /* those of the nearest site stand first */
};

static void search_done(struct search *search)
{
  kcd_srv_list_done(&search->list);
}

/* A DC of another site knows which site this machine is in, and DNS which DCs are there. Whether one of those that were
 * not tried yet now stands first. */
static bool put_nearest_first(struct search *search, const struct kcd_options *options, const struct kcd_dir *dir)
{
  const struct kcd_netlogon *ping = kcd_dir_ping(dir);
  search->sorted = true;
  if (!ping || !ping->client_site || (ping->flags & KCD_NETLOGON_CLOSEST))
    return false;
  KCD_AUTO_VALUE(kcd_srv_list) near = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_locate_site(search->domain, ping->client_site, options->timeout_ms, &near, &ignored) != 0)
    return false;
  struct kcd_srv_list rest = {.v = search->list.v + search->next, .n = search->list.n - search->next};
  const char *first = rest.v[0].host;
  kcd_srv_put_first(&rest, &near);
  return rest.v[0].host != first;
}

static void note_unreached(struct kcd_session *session, const char *host)
{
  session->unreached = kcd_reallocarray(session->unreached, session->n_unreached + 1, sizeof(char *));
  session->unreached[session->n_unreached++] = kcd_strdup(host);
}

static int refuse_read_only(const char *host, struct kcd_error *err)
{
  KCD_AUTO_CHAR name = kcd_safe(host);
  kcd_fail(err, KCD_E_USAGE, "%s is a read-only domain controller; nothing is written there", name);
  kcd_error_id(err, "dc-read-only");
  return kcd_error_on(err, NULL, host);
}

/* Before the login only the ping tells; what it says is believed here since it can do no harm. */
static bool is_read_only(const struct kcd_dir *dir)
{
  const struct kcd_netlogon *ping = kcd_dir_ping(dir);
  return ping && !(ping->flags & KCD_NETLOGON_WRITABLE);
}

/* The DC that is next. 1: a nearer one has come to stand there. */
static int try_next(struct kcd_session *session, const struct kcd_options *options, struct search *search,
                    struct kcd_error *err)
{
  const struct kcd_srv *record = &search->list.v[search->next];
  struct endpoint at = {.host = record->host, .port = record->port};
  struct kcd_dir *dir = NULL;
  if (open_at(options, &at, search->list.n > 1 ? search->domain : NULL, &dir, err) != 0)
    return -1;
  if (!search->sorted && put_nearest_first(search, options, dir)) {
    kcd_dir_close(dir);
    return 1;
  }
  if (session->writable && is_read_only(dir)) {
    kcd_dir_close(dir);
    return refuse_read_only(at.host, err);
  }
  return log_in(session, options, at.host, dir, err);
}

static bool may_try_another(const struct kcd_error *err)
{
  return err->code == KCD_E_UNREACHABLE || strcmp(err->id, "dc-read-only") == 0;
}

static int cannot_locate(const char *domain, struct kcd_error *err)
{
  if (err->code != KCD_E_USAGE)
    kcd_error_next(err, "name a domain controller with -S; find out more: kcdfix doctor -D %s", domain);
  return -1;
}

static int connect_by_dns(struct kcd_session *session, const struct kcd_options *options, struct kcd_error *err)
{
  KCD_AUTO_CHAR domain = kcd_session_domain(options, kcd_login_realm(session->login), err);
  if (!domain)
    return -1;
  __attribute__((cleanup(search_done))) struct search search = {.domain = domain};
  if (kcd_locate(domain, options->timeout_ms, &search.list, err) != 0)
    return cannot_locate(domain, err);
  search.sorted = search.list.n < 2;
  while (search.next < search.list.n) {
    struct kcd_error trouble = KCD_ERROR_INIT;
    int rc = try_next(session, options, &search, &trouble);
    if (rc == 0)
      return 0;
    if (rc > 0)
      continue;
    if (!may_try_another(&trouble) || search.next + 1 == search.list.n) {
      *err = trouble;
      return -1;
    }
    if (trouble.code == KCD_E_UNREACHABLE)
      note_unreached(session, search.list.v[search.next].host);
    KCD_AUTO_CHAR next = kcd_safe(search.list.v[++search.next].host);
    kcd_message("%s; asking %s", trouble.message, next);
  }
  return kcd_fail(err, KCD_E_UNREACHABLE, "no domain controller of %s is named in DNS", domain);
}

/* ldap://HOST[:PORT][/] or ldaps://...; nothing else of RFC 4516 means anything here. */
static int parse_uri(const char *uri, struct endpoint *ret, struct kcd_error *err)
{
  struct endpoint at = {0};
  const char *rest;
  if (kcd_starts_nocase(uri, "ldap://")) {
    rest = uri + strlen("ldap://");
  } else if (kcd_starts_nocase(uri, "ldaps://")) {
    rest = uri + strlen("ldaps://");
    at.tls = true;
  } else {
    return kcd_fail(err, KCD_E_USAGE, "--uri takes ldap://DC[:PORT] or ldaps://DC[:PORT]");
  }
  size_t host_len = strcspn(rest, ":/");
  const char *port = rest[host_len] == ':' ? rest + host_len + 1 : NULL;
  KCD_AUTO_CHAR port_text = port ? kcd_strndup(port, strcspn(port, "/")) : NULL;
  const char *tail = port ? port + strcspn(port, "/") : rest + host_len;
  uint64_t number = 0;
  if (host_len == 0 || (port_text && (kcd_parse_u64(port_text, 65535, &number) != 0 || number == 0)) ||
      (*tail && strcmp(tail, "/") != 0))
    return kcd_fail(err, KCD_E_USAGE, "--uri takes ldap://DC[:PORT] or ldaps://DC[:PORT]");
  at.host = kcd_strndup(rest, host_len);
  at.port = (uint16_t)number;
  *ret = at;
  return 0;
}

int kcd_session_connect(struct kcd_session *session, const struct kcd_options *options, const char *server,
                        struct kcd_error *err)
{
  if (options->uri) {
    struct endpoint at = {0};
    if (parse_uri(options->uri, &at, err) != 0)
      return -1;
    int rc = connect_to(session, options, &at, err);
    free(at.host);
    return rc;
  }
  if (options->server)
    server = options->server;
  if (!server)
    return connect_by_dns(session, options, err);
  KCD_AUTO_CHAR host = kcd_strdup(server);
  struct endpoint at = {.host = host};
  return connect_to(session, options, &at, err);
}

int kcd_session_refuse_read_only(const struct kcd_session *session, struct kcd_error *err)
{
  struct kcd_controllers list = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_dir_dc(session->dir)->read_only != KCD_YES)
    return 0;
  refuse_read_only(session->server, err);
  const struct kcd_controller *other =
      kcd_controllers_read(session->dir, &list, &ignored) == 0 ? kcd_controllers_writable(&list) : NULL;
  KCD_AUTO_CHAR word = other ? kcd_shell_word(other->name) : NULL;
  kcd_controllers_done(&list);
  return word ? kcd_error_next(err, "name a writable one: -S %s", word)
              : kcd_error_next(err, "name a writable one with -S");
}

void kcd_session_report(const struct kcd_session *session, struct kcd_report *report, enum kcd_flavour flavour)
{
  kcd_report_dc(report, kcd_dir_dc(session->dir), flavour);
  for (size_t i = 0; i < session->n_unreached; i++)
    kcd_report_unreached_dc(report, session->unreached[i]);
}

int kcd_session_reconnect(struct kcd_session *session, const struct kcd_options *options, struct kcd_error *err)
{
  struct kcd_session again = {.login = session->login};
  if (kcd_session_connect(&again, options, session->server, err) != 0)
    return -1;
  session->retired = kcd_reallocarray(session->retired, session->n_retired + 1, sizeof(struct kcd_dir *));
  session->retired[session->n_retired++] = session->dir;
  session->dir = again.dir;
  free(again.server);
  return 0;
}

static void one_more(void *data)
{
  kcd_progress_step(data);
}

void kcd_session_reading(struct kcd_session *session, const struct kcd_options *options)
{
  kcd_progress_begin(&session->reading, options, "objects read", 0);
  kcd_dir_watch(session->dir, one_more, &session->reading);
}

void kcd_session_read(struct kcd_session *session)
{
  kcd_dir_watch(session->dir, NULL, NULL);
  kcd_progress_clear(&session->reading);
}

void kcd_session_done(struct kcd_session *session)
{
  for (size_t i = 0; i < session->n_retired; i++)
    kcd_dir_close(session->retired[i]);
  free(session->retired);
  for (size_t i = 0; i < session->n_unreached; i++)
    free(session->unreached[i]);
  free(session->unreached);
  kcd_dir_close(session->dir);
  kcd_login_close(session->login);
  free(session->server);
  *session = (struct kcd_session){0};
}

char *kcd_session_domain(const struct kcd_options *options, const char *login_realm, struct kcd_error *err)
{
  if (options->domain)
    return kcd_strdup(options->domain);
  if (options->realm)
    return kcd_lower(options->realm);
  if (login_realm && *login_realm)
    return kcd_lower(login_realm);
  kcd_fail(err, KCD_E_USAGE, "no domain is named and there is no ticket that names a realm");
  kcd_error_next(err, "add -D DOMAIN or -S DC");
  return NULL;
}

char *kcd_session_user(const struct kcd_session *session, const char *as)
{
  if (as)
    return kcd_strdup(as);
  const char *principal = kcd_login_principal(session->login);
  return kcd_strndup(principal, strcspn(principal, "@"));
}

static void add_option(struct kcd_buf *out, const char *option, const char *value)
{
  if (!value)
    return;
  KCD_AUTO_CHAR word = kcd_shell_word(value);
  kcd_buf_addf(out, "%s%s %s", out->len ? " " : "", option, word);
}

char *kcd_session_context(const struct kcd_options *options)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  add_option(&out, "-D", options->domain);
  add_option(&out, "-R", options->realm);
  add_option(&out, "-S", options->server);
  add_option(&out, "-H", options->uri);
  add_option(&out, "-c", options->ccache);
  add_option(&out, "-U", options->login_user);
  add_option(&out, "--password-file", options->password_file);
  if (options->prompt_password)
    kcd_buf_add_text(&out, out.len ? " -W" : "-W");
  return kcd_buf_take_text(&out);
}
