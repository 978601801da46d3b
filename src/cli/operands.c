#include "operands.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/report.h>
#include <kcdfix/spn.h>
#include <kcdfix/text.h>

bool kcd_operand_is_spn(const char *operand)
{
  return strchr(operand, '/') && !kcd_looks_like_dn(operand);
}

static int check_spn(const char *text, struct kcd_error *err)
{
  KCD_AUTO_VALUE(kcd_spn) spn = {0};
  return kcd_spn_parse(text, &spn, err);
}

/* What is on the administrator's screen is the path of a share; the name behind it is what delegation is about. */
static int refuse_path(const char *command, const char *path, struct kcd_error *err)
{
  const char *server = path + strspn(path, "\\");
  KCD_AUTO_CHAR spn = kcd_asprintf("cifs/%.*s", (int)strcspn(server, "\\"), server);
  KCD_AUTO_CHAR word = kcd_shell_word(spn);
  KCD_AUTO_CHAR safe = kcd_safe(path);
  kcd_fail(err, KCD_E_USAGE, "%s is the path of a share; delegation is to the service behind it", safe);
  return kcd_error_next(err, "kcdfix %s HOST %s", command, word);
}

static void add_host(struct kcd_operands *operands, const char *host)
{
  operands->hosts = kcd_reallocarray(operands->hosts, operands->n_hosts + 2, sizeof *operands->hosts);
  operands->hosts[operands->n_hosts++] = host;
}

/* A host, or the nodes that the name of a cluster stands for. */
static void add_host_operand(struct kcd_operands *operands, const char *operand)
{
  const struct kcd_cluster *cluster = kcd_cluster_named(operands->clusters, operands->n_clusters, operand);
  if (!cluster)
    add_host(operands, operand);
  for (size_t i = 0; cluster && i < cluster->n_nodes; i++)
    add_host(operands, cluster->nodes[i]);
}

/* Its services are for the scenario to know. */
static int add_server(const struct kcd_options *options, const char *operand, struct kcd_operands *ret,
                      struct kcd_error *err)
{
  KCD_AUTO_CHAR safe = kcd_safe(operand);
  if (*operand == '-')
    return kcd_fail(err, KCD_E_USAGE, "%s stands behind --, where the servers are; options come before it", safe);
  struct kcd_machine_name name;
  kcd_machine_name_of(operand, NULL, &name);
  KCD_AUTO_CHAR text = kcd_asprintf("cifs/%s", name.fqdn);
  kcd_machine_name_done(&name);
  struct kcd_spn spn = {0};
  if (kcd_spn_parse(text, &spn, err) != 0)
    return kcd_error_wrap(err, "the server behind --");
  bool is_address = spn.host_is_address;
  kcd_spn_done(&spn);
  if (is_address)
    return kcd_fail(err, KCD_E_USAGE,
                    "%s is an address, which Kerberos has no ticket for; --for %s takes the name in the path", safe,
                    kcd_scenario_name(options->scenario));
  ret->servers[ret->n_servers++] = operand;
  return 0;
}

static int refuse_spn(const struct kcd_options *options, const char *operand, struct kcd_error *err)
{
  KCD_AUTO_CHAR safe = kcd_safe(operand);
  return kcd_fail(err, KCD_E_USAGE, "--for %s finds the SPNs itself, and %s is one; name hosts, and servers behind --",
                  kcd_scenario_name(options->scenario), safe);
}

static int split(const struct kcd_options *options, const char *command, struct kcd_operands *ret,
                 struct kcd_error *err)
{
  const bool scenario = options->scenario != KCD_SCENARIO_NONE;
  for (size_t i = 0; i < options->n_operands; i++) {
    const char *operand = options->operands[i];
    const bool server = scenario && options->has_dashes && i >= options->n_before_dashes;
    if (!*operand)
      return kcd_fail(err, KCD_E_USAGE, "an operand is empty");
    if (strncmp(operand, "\\\\", 2) == 0)
      return refuse_path(command, operand, err);
    if (scenario && kcd_operand_is_spn(operand))
      return refuse_spn(options, operand, err);
    if (server && add_server(options, operand, ret, err) != 0)
      return -1;
    if (server)
      continue;
    if (!kcd_operand_is_spn(operand)) {
      add_host_operand(ret, operand);
      continue;
    }
    if (check_spn(operand, err) != 0)
      return -1;
    ret->spns[ret->n_spns++] = operand;
  }
  return 0;
}

static int no_host(const char *command, const char *spn, struct kcd_error *err)
{
  KCD_AUTO_CHAR word = kcd_shell_word(spn);
  kcd_fail(err, KCD_E_USAGE, "no host is named that should delegate to %s", word);
  return kcd_error_next(err, "kcdfix %s HOST %s", command, word);
}

static int no_operands(const char *command, const char *why, struct kcd_error *err)
{
  kcd_fail(err, KCD_E_USAGE, "no host and no SPN given, and %s", why);
  return kcd_error_next(err, "kcdfix %s HOST SPN, for example: kcdfix %s CORE2016 cifs/2016GUI", command, command);
}

/* The last check counts only for the login and the domain it was made with. */
static int last_check_fits(const struct kcd_last_check *last, const struct kcd_options *options,
                           const struct kcd_login *login, const char *command, struct kcd_error *err)
{
  time_t age = time(NULL) - last->when;
  if (age < 0 || age > KCD_LAST_CHECK_LIFETIME)
    return no_operands(command, "the last check is older than an hour", err);
  if (strcmp(last->login, kcd_login_principal(login)) != 0)
    return no_operands(command, "the last check was made with another login", err);
  if (options->domain && !kcd_equal_nocase(options->domain, last->domain))
    return no_operands(command, "the last check was made in another domain", err);
  if ((options->server && !kcd_equal_nocase(options->server, last->dc)) || options->uri)
    return no_operands(command, "the last check was made at another domain controller", err);
  return 0;
}

static int take_last(const struct kcd_options *options, const struct kcd_login *login, const char *command,
                     struct kcd_operands *ret, struct kcd_error *err)
{
  struct kcd_state state;
  if (kcd_state_open(&state, err) != 0)
    return -1;
  struct kcd_error none = KCD_ERROR_INIT;
  int rc = kcd_state_load_last_check(&state, &ret->last, &none);
  kcd_state_done(&state);
  if (rc != 0)
    return no_operands(command, "there is no check before this one to take them from", err);
  if (last_check_fits(&ret->last, options, login, command, err) != 0)
    return -1;
  ret->hosts = kcd_reallocarray(ret->hosts, ret->last.n_hosts + 1, sizeof *ret->hosts);
  ret->spns = kcd_reallocarray(ret->spns, ret->last.n_spns + 1, sizeof *ret->spns);
  for (size_t i = 0; i < ret->last.n_hosts; i++)
    ret->hosts[ret->n_hosts++] = ret->last.hosts[i];
  for (size_t i = 0; i < ret->last.n_spns; i++) {
    if (check_spn(ret->last.spns[i], err) != 0)
      return -1;
    ret->spns[ret->n_spns++] = ret->last.spns[i];
  }
  return 0;
}

int kcd_operands_and_login(const struct kcd_options *options, const char *command, struct kcd_session *session,
                           struct kcd_operands *ret, struct kcd_error *err)
{
  const bool scenario = options->scenario != KCD_SCENARIO_NONE;
  struct kcd_operands operands = {.typed = scenario || options->n_operands > 0,
                                  .scenario = options->scenario,
                                  .clusters = options->clusters,
                                  .n_clusters = options->n_clusters};
  operands.hosts = kcd_calloc(options->n_operands + 1, sizeof *operands.hosts);
  operands.spns = kcd_calloc(options->n_operands + 1, sizeof *operands.spns);
  operands.servers = kcd_calloc(options->n_operands + 1, sizeof *operands.servers);
  int rc = operands.typed ? split(options, command, &operands, err) : 0;
  if (rc == 0 && scenario)
    rc = kcd_scenario_check(options->scenario, operands.n_hosts, operands.n_servers, err);
  if (rc == 0 && operands.typed && operands.n_hosts == 0)
    rc = no_host(command, operands.spns[0], err);
  if (rc == 0)
    rc = kcd_session_login(options, session, err);
  if (rc == 0 && !operands.typed)
    rc = take_last(options, session->login, command, &operands, err);
  if (rc != 0) {
    kcd_operands_done(&operands);
    return -1;
  }
  *ret = operands;
  return 0;
}

void kcd_operands_done(struct kcd_operands *operands)
{
  free(operands->hosts);
  free(operands->spns);
  free(operands->servers);
  kcd_scenario_pairs_done(&operands->pairs);
  kcd_last_check_done(&operands->last);
  *operands = (struct kcd_operands){0};
}

const char *kcd_operands_as(const struct kcd_operands *operands, const struct kcd_options *options)
{
  return options->as ? options->as : operands->last.as;
}

const char *kcd_operands_server(const struct kcd_operands *operands)
{
  return operands->last.dc;
}

void kcd_operands_announce(const struct kcd_operands *operands)
{
  if (operands->typed)
    return;
  KCD_AUTO_CHAR hosts = kcd_join_words(operands->hosts, operands->n_hosts);
  KCD_AUTO_CHAR spns = kcd_join_words(operands->spns, operands->n_spns);
  KCD_AUTO_CHAR safe_hosts = kcd_safe(hosts);
  KCD_AUTO_CHAR safe_spns = kcd_safe(operands->n_spns ? spns : "every listed service");
  KCD_AUTO_CHAR user = kcd_safe(operands->last.as ? operands->last.as : operands->last.login);
  KCD_AUTO_CHAR when = kcd_time_people(operands->last.when);
  kcd_message("last check: %s -> %s as %s at %s, %s", safe_hosts, safe_spns, user, operands->last.dc, when);
}
