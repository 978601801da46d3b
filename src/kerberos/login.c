#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/login.h>
#include <kcdfix/text.h>

#include "ccache.h"
#include "config.h"
#include "context.h"
#include "environment.h"
#include "errors.h"
#include "initial.h"
#include "login_errors.h"
#include "names.h"

struct kcd_login {
  krb5_context k5; /* the machine's configuration; after a start with the pin in front of it */
  krb5_ccache ccache;
  krb5_principal client;
  char *ccache_name;
  char *principal, *realm; /* for people, for configuration */
  char *password;          /* until the KDC has answered */
  bool by_password;        /* CCACHE is ours, in memory */
  int timeout_ms;
  void (*trace)(void *data, const char *line);
  void *trace_data;
  struct kcd_environment environment;
  struct kcd_kdc kdc;
  unsigned requests;       /* to KDCs pinned before */
  struct kcd_config *pins; /* every one of the process's life: see config.h */
  size_t n_pins;
};

char *kcd_default_realm(void)
{
  krb5_context k5 = NULL;
  char *realm = NULL, *copy = NULL;
  if (krb5_init_context(&k5) == 0 && krb5_get_default_realm(k5, &realm) == 0)
    copy = kcd_strdup(realm);
  krb5_free_default_realm(k5, realm);
  krb5_free_context(k5);
  return copy;
}

/* ---- open ---- */

static int open_cache(struct kcd_login *login, const char *name, struct kcd_error *err)
{
  if (kcd_open_cache(login->k5, name, &login->ccache, err) != 0 ||
      kcd_ccache_check(login->k5, login->ccache, &login->client, err) != 0)
    return -1;
  login->realm = kcd_strndup(login->client->realm.data, login->client->realm.length);
  return 0;
}

/* The realm for USER: as given, or behind the '@' (realms of Active Directory are in capitals), or the machine's. */
static char *realm_for(const char *user, const char *realm)
{
  const char *at = strrchr(user, '@');
  if (realm != NULL)
    return kcd_strdup(realm);
  return at == NULL ? kcd_default_realm() : kcd_upper(at + 1);
}

static int note_user(struct kcd_login *login, const struct kcd_login_options *options, struct kcd_error *err)
{
  login->by_password = true;
  login->password = kcd_strdup(options->password == NULL ? "" : options->password);
  if (options->password != NULL)
    kcd_wipe(options->password, strlen(options->password));
  login->realm = realm_for(options->user, options->realm);
  if (login->realm == NULL || login->realm[0] == '\0') {
    kcd_fail(err, KCD_E_USAGE, "which realm is %s of?", options->user);
    return kcd_error_next(err, "Write USER@REALM, or name the realm with --realm.");
  }
  krb5_error_code code = kcd_principal_of_user(login->k5, options->user, login->realm, &login->client);
  if (code == 0)
    code = krb5_cc_new_unique(login->k5, "MEMORY", NULL, &login->ccache);
  if (code != 0)
    return kcd_krb5_fail(err, KCD_E_IO, login->k5, code, "cannot set up libkrb5");
  return 0;
}

int kcd_login_open(const struct kcd_login_options *options, struct kcd_login **ret, struct kcd_error *err)
{
  KCD_AUTO(kcd_login) login = kcd_calloc(1, sizeof(*login));
  kcd_environment_note(&login->environment);
  login->timeout_ms = options->timeout_ms;
  login->trace = options->trace;
  login->trace_data = options->trace_data;
  if (kcd_new_context(&login->k5, err) != 0)
    return -1;
  if (options->user != NULL ? note_user(login, options, err) != 0 : open_cache(login, options->ccache, err) != 0)
    return -1;
  login->ccache_name = kcd_ccache_name(login->k5, login->ccache);
  login->principal = kcd_principal_text(login->k5, login->client);
  *ret = KCD_TAKE(login);
  return 0;
}

static void forget_password(struct kcd_login *login)
{
  kcd_free_secret(login->password);
  login->password = NULL;
}

static void close_cache(struct kcd_login *login)
{
  if (login->ccache != NULL && login->by_password)
    krb5_cc_destroy(login->k5, login->ccache);
  else if (login->ccache != NULL)
    krb5_cc_close(login->k5, login->ccache);
}

void kcd_login_close(struct kcd_login *login)
{
  if (login == NULL)
    return;
  forget_password(login);
  close_cache(login);
  krb5_free_principal(login->k5, login->client);
  krb5_free_context(login->k5);
  kcd_kdc_done(&login->kdc);
  kcd_environment_done(&login->environment);
  for (size_t i = 0; i < login->n_pins; i++)
    kcd_config_done(&login->pins[i]);
  free(login->pins);
  free(login->ccache_name);
  free(login->principal);
  free(login->realm);
  free(login);
}

const char *kcd_login_principal(const struct kcd_login *login)
{
  return login->principal;
}

const char *kcd_login_realm(const struct kcd_login *login)
{
  return login->realm;
}

const char *kcd_login_ccache(const struct kcd_login *login)
{
  return login->ccache_name;
}

unsigned kcd_login_requests(const struct kcd_login *login)
{
  return login->requests + login->kdc.requests;
}

/* ---- start ---- */

static int set_environment(const struct kcd_login *login, const struct kcd_config *pin, struct kcd_error *err)
{
  if (kcd_environment_put_config_first(&login->environment, pin->path) != 0 ||
      kcd_environment_set_ccache(login->ccache_name) != 0 || kcd_environment_without_locator() != 0)
    return kcd_fail_errno(err, KCD_E_IO, errno, "cannot set the environment");
  return 0;
}

/* A context that has read the pin, with the same cache. */
static int renew_context(struct kcd_login *login, struct kcd_error *err)
{
  krb5_context k5 = NULL;
  krb5_ccache ccache = NULL;
  if (kcd_new_context(&k5, err) != 0)
    return -1;
  krb5_error_code code = krb5_cc_resolve(k5, login->ccache_name, &ccache);
  if (code != 0) {
    kcd_krb5_fail(err, KCD_E_IO, k5, code, "%s", login->ccache_name);
    krb5_free_context(k5);
    return -1;
  }
  krb5_cc_close(login->k5, login->ccache);
  krb5_free_context(login->k5);
  login->k5 = k5;
  login->ccache = ccache;
  return 0;
}

static int pin(struct kcd_login *login, const struct kcd_kdc_options *options, struct kcd_error *err)
{
  struct kcd_config config;
  if (kcd_config_pin(options->realm, options->host, options->port, &config, err) != 0)
    return -1;
  login->pins = kcd_reallocarray(login->pins, login->n_pins + 1, sizeof(*login->pins));
  login->pins[login->n_pins++] = config;
  if (set_environment(login, &config, err) != 0 || renew_context(login, err) != 0)
    return -1;
  login->requests += login->kdc.requests;
  kcd_kdc_done(&login->kdc);
  kcd_kdc_init(&login->kdc, options);
  kcd_kdc_attach(&login->kdc, login->k5);
  return 0;
}

/* The KDC may know the user by another name than was typed (enterprise names, case). */
static void adopt_client(struct kcd_login *login)
{
  krb5_principal client = NULL;
  if (krb5_cc_get_principal(login->k5, login->ccache, &client) != 0)
    return;
  krb5_free_principal(login->k5, login->client);
  free(login->principal);
  login->client = client;
  login->principal = kcd_principal_text(login->k5, client);
}

static int log_in(struct kcd_login *login, struct kcd_error *err)
{
  if (login->password == NULL)
    return 0;
  kcd_kdc_begin(&login->kdc);
  struct kcd_initial how = {
      .client = login->client,
      .password = login->password,
      .canonicalize = login->client->type == KRB5_NT_ENTERPRISE_PRINCIPAL,
  };
  krb5_error_code code = kcd_initial_ticket(login->k5, &how, login->ccache, NULL);
  if (!kcd_error_is_set(&login->kdc.failure)) /* else it is needed for the next DC */
    forget_password(login);
  if (code != 0)
    return kcd_fail_password_login(err, login->k5, &login->kdc, code, login->principal);
  adopt_client(login);
  return 0;
}

/* The name that GSSAPI will look for in the cache. */
static krb5_error_code ldap_service(const struct kcd_login *login, krb5_principal *ret)
{
  return krb5_sname_to_principal(login->k5, login->kdc.host, "ldap", KRB5_NT_SRV_HST, ret);
}

static int get_service_ticket(struct kcd_login *login, struct kcd_error *err)
{
  krb5_principal service = NULL;
  krb5_creds *creds = NULL;
  kcd_kdc_begin(&login->kdc);
  krb5_error_code code = ldap_service(login, &service);
  krb5_creds in = {.client = login->client, .server = service};
  if (code == 0)
    code = krb5_get_credentials(login->k5, 0, login->ccache, &in, &creds);
  int status = 0;
  if (code != 0) {
    struct kcd_service_login what = {.principal = login->principal, .ccache = login->ccache_name};
    status = kcd_fail_service_ticket(err, login->k5, &login->kdc, code, &what);
  }
  krb5_free_creds(login->k5, creds);
  krb5_free_principal(login->k5, service);
  return status;
}

int kcd_login_start(struct kcd_login *login, const char *realm, const char *host, uint16_t kdc_port,
                    struct kcd_error *err)
{
  struct kcd_kdc_options options = {
      .host = host,
      .realm = realm,
      .port = kdc_port,
      .timeout_ms = login->timeout_ms,
      .trace = login->trace,
      .trace_data = login->trace_data,
  };
  if (pin(login, &options, err) != 0 || log_in(login, err) != 0)
    return -1;
  return get_service_ticket(login, err);
}
