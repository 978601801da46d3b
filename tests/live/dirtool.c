/* dirtool - what src/directory says about a real domain controller, as plain lines "what: value". For the tests alone.
 *
 *   dirtool [OPTION...] dc                           the DC, from its RootDSE
 *   dirtool [OPTION...] gather [HOST|SPN]...         facts, as kcdfix would gather them
 *   dirtool [OPTION...] account NAME                 one account, read anew by its objectGUID
 *   dirtool [OPTION...] modify NAME add|delete ATTRIBUTE VALUE
 *   dirtool [OPTION...] count FILTER                 how many objects match, by pages
 *   dirtool [OPTION...] may-create CONTAINER         whether a stand-in may be made there
 *   dirtool [OPTION...] stand-in-add CONTAINER CN PASSWORD DESCRIPTION [SPN...]    SPN: the list
 *   dirtool [OPTION...] stand-in NAME                the account, by its name and again by its objectGUID
 *   dirtool [OPTION...] stand-in-delete NAME
 *   dirtool [OPTION...] stand-ins                    all that look like one
 *   dirtool [OPTION...] login-sid PRINCIPAL
 *   dirtool filter OPERAND                           the filter for a host, no I/O
 *   dirtool locate DOMAIN                            the domain controllers by DNS
 *
 *   -s HOST  -p PORT  -l (TLS)  -t MS  -v (show requests)  -u USER  -r (reachable accounts)  -D DOMAIN (DNS instead of
 * -s) -o CMD   run CMD when the connection is open    -b CMD   run CMD when the login is done
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <kcdfix/directory.h>
#include <kcdfix/gather.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/locate.h>
#include <kcdfix/stand_in_dir.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

struct settings {
  struct kcd_dir_options dir;
  const char *domain, *user, *after_open, *after_bind;
  bool reachable;
};

static void say(const char *what, const char *value)
{
  KCD_AUTO_CHAR safe = kcd_safe(value != NULL ? value : "-");
  printf("%s: %s\n", what, safe);
}

static void say_number(const char *what, unsigned long long number)
{
  printf("%s: %llu\n", what, number);
}

static int complain(const struct kcd_error *err)
{
  fprintf(stderr, "error: %s\ncode: %d\nforeign: %s %lld %s\nid: %s\nsaid: %s\nobject: %s\nserver: %s\nnext: %s\n",
          err->message, (int)err->code, kcd_code_kind_name(err->kind), (long long)err->foreign, err->name, err->id,
          err->server_text, err->object, err->server, err->next);
  return 1;
}

static void trace(void *data, const char *line)
{
  (void)data;
  fprintf(stderr, "%s\n", line);
}

static void run_hook(const char *command)
{
  if (command != NULL && system(command) != 0)
    fprintf(stderr, "hook failed: %s\n", command);
}

/* ---- connecting ---- */

static int open_one(const struct settings *settings, const char *host, uint16_t port, struct kcd_dir **ret,
                    struct kcd_error *err)
{
  struct kcd_dir_options options = settings->dir;
  options.host = host;
  if (port != 0)
    options.port = port;
  return kcd_dir_open(&options, ret, err);
}

/* The next record when a DC does not answer. */
static int open_by_dns(const struct settings *settings, struct kcd_dir **ret, struct kcd_error *err)
{
  struct kcd_srv_list list = {NULL, 0};
  if (kcd_locate(settings->domain, settings->dir.timeout_ms, &list, err) < 0)
    return -1;
  int status = -1;
  for (size_t i = 0; i < list.n && status < 0; i++) {
    *err = KCD_ERROR_INIT;
    status = open_one(settings, list.v[i].host, list.v[i].port, ret, err);
    if (status < 0)
      fprintf(stderr, "skipped: %s\n", err->message);
  }
  kcd_srv_list_done(&list);
  return status;
}

static int connect_to(const struct settings *settings, struct kcd_dir **ret, struct kcd_error *err)
{
  int status = settings->domain != NULL ? open_by_dns(settings, ret, err)
                                        : open_one(settings, settings->dir.host, settings->dir.port, ret, err);
  if (status < 0)
    return -1;
  run_hook(settings->after_open);
  if (kcd_dir_bind(*ret, err) < 0)
    return -1;
  run_hook(settings->after_bind);
  return 0;
}

/* ---- printing ---- */

static void print_dc(const struct kcd_dc *dc)
{
  char sid[KCD_SID_TEXT_MAX];
  say("dc.name", dc->name);
  say("dc.site", dc->site);
  say("dc.domain", dc->domain);
  say("dc.realm", dc->realm);
  say("dc.nc", dc->domain_nc);
  say("dc.vendor", dc->vendor);
  say("dc.os", dc->operating_system);
  say("dc.os_version", dc->operating_system_version);
  say("dc.flavour", kcd_flavour_name(dc->flavour));
  say("dc.sid", dc->domain_sid.revision != 0 ? kcd_sid_text(&dc->domain_sid, sid) : NULL);
  printf("dc.levels: %u %u %u\n", dc->domain_level, dc->forest_level, dc->dc_level);
  printf("dc.catalog: %d\ndc.read_only: %d\n", dc->global_catalog, (int)dc->read_only);
  long skew = (long)(dc->clock - dc->clock_read_at);
  printf("dc.clock: %s\n", dc->clock != 0 && skew > -5 && skew < 5 ? "near" : "far");
}

static const char *tri(enum kcd_tri value)
{
  return value == KCD_YES ? "yes" : value == KCD_NO ? "no" : "unknown";
}

static void print_values(const char *what, const char *name, const struct kcd_values *values)
{
  printf("%s.%s.n: %zu\n", what, name, values->n);
  for (size_t i = 0; i < values->n && i < 50; i++) {
    KCD_AUTO_CHAR safe = kcd_safe_text(values->v[i].data, values->v[i].len);
    printf("%s.%s: %s\n", what, name, safe);
  }
}

static void print_account(const char *what, const struct kcd_account *account)
{
  if (account == NULL) {
    printf("%s: none\n", what);
    return;
  }
  KCD_AUTO_CHAR dn = kcd_safe(account->dn);
  printf("%s: %s\n", what, dn);
  KCD_AUTO_CHAR guid = kcd_guid_text(account->guid);
  printf("%s.guid: %s\n", what, guid);
  KCD_AUTO_CHAR sam = kcd_safe(account->sam_account_name != NULL ? account->sam_account_name : "-");
  printf("%s.sam: %s\n%s.kind: %d\n%s.uac: 0x%x\n%s.computed: 0x%x\n", what, sam, what, (int)account->kind, what,
         account->uac, what, account->uac_computed);
  printf("%s.protected: %s\n%s.token: %zu\n%s.keys: %s\n", what, tri(account->protected_user), what, account->n_token,
         what, tri(account->has_keys));
  printf("%s.rbcd: %zu\n%s.uac_version: %u\n", what, account->rbcd.len, what, account->uac_meta.version);
  print_values(what, "list", &account->delegate_to);
  print_values(what, "spn", &account->spns);
}

static void print_host(const struct kcd_host_facts *host)
{
  say("host.operand", host->operand);
  say_number("host.matches", host->matches);
  for (size_t i = 0; i < host->matches; i++)
    say("host.match", host->match_dns[i]);
  print_account("host", host->account);
  for (size_t i = 0; i < host->n_reachable && i < 50; i++) {
    KCD_AUTO_CHAR spn = kcd_safe(host->reachable[i].spn);
    const struct kcd_account *account = host->reachable[i].account;
    printf("host.reachable: %s -> %s\n", spn, account != NULL ? account->sam_account_name : "nobody");
  }
  say_number("host.reachable.n", host->n_reachable);
}

static void print_owners(const char *what, const struct kcd_spn_owner *owners, size_t n)
{
  printf("%s.n: %zu\n", what, n);
  for (size_t i = 0; i < n; i++) {
    KCD_AUTO_CHAR value = kcd_safe(owners[i].value);
    printf("%s: %s %s %s\n", what, owners[i].account->sam_account_name, owners[i].direct ? "direct" : "mapped", value);
  }
}

static void print_target(const struct kcd_target *target)
{
  say("target", target->spn.text);
  printf("target.mapped: %d\ntarget.escaped: %d\n", target->class_is_mapped, target->escaped_form_owned);
  say("target.named", target->named != NULL ? target->named->sam_account_name : NULL);
  print_owners("target.owner", target->owners, target->n_owners);
  say("target.sibling", target->sibling);
  print_owners("target.sibling_owner", target->sibling_owners, target->n_sibling_owners);
}

static void print_names(const char *what, struct kcd_account *const *list, size_t n)
{
  printf("%s.n: %zu\n", what, n);
  for (size_t i = 0; i < n; i++)
    say(what, list[i]->sam_account_name);
}

static void print_facts(const struct kcd_facts_set *set)
{
  print_dc(set->dc);
  for (size_t i = 0; i < set->n_hosts; i++)
    print_host(&set->hosts[i]);
  for (size_t i = 0; i < set->n_targets && i < 50; i++)
    print_target(&set->targets[i]);
  say_number("targets.n", set->n_targets);
  say_number("user.matches", set->user_matches);
  say("user.realm", set->user_realm);
  print_account("user", set->user);
  print_account("krbtgt", set->krbtgt);
  print_names("holder", set->holders, set->n_holders);
  print_names("privileged", set->privileged, set->n_privileged);
}

/* ---- commands ---- */

static int cmd_gather(struct kcd_dir *dir, const struct settings *settings, char **operands, struct kcd_error *err)
{
  const char *hosts[100], *spns[100];
  struct kcd_query query = {
      .hosts = hosts, .spns = spns, .user = settings->user, .reachable_accounts = settings->reachable};
  for (; *operands != NULL && query.n_hosts < 100 && query.n_spns < 100; operands++) {
    if (strchr(*operands, '/') != NULL)
      spns[query.n_spns++] = *operands;
    else
      hosts[query.n_hosts++] = *operands;
  }
  __attribute__((cleanup(kcd_facts_set_done))) struct kcd_facts_set set = {0};
  if (kcd_gather(dir, &query, &set, err) < 0)
    return -1;
  print_facts(&set);
  say_number("requests", kcd_dir_requests(dir));
  return 0;
}

static int find_guid(struct kcd_dir *dir, const char *name, uint8_t guid[16], struct kcd_error *err)
{
  struct kcd_query query = {.hosts = &name, .n_hosts = 1};
  __attribute__((cleanup(kcd_facts_set_done))) struct kcd_facts_set set = {0};
  if (kcd_gather(dir, &query, &set, err) < 0)
    return -1;
  if (set.hosts[0].account == NULL)
    return kcd_fail(err, KCD_E_NOT_FOUND, "no such account: %s", name);
  memcpy(guid, set.hosts[0].account->guid, 16);
  return 0;
}

static int cmd_account(struct kcd_dir *dir, char **operands, struct kcd_error *err)
{
  uint8_t guid[16];
  if (find_guid(dir, operands[0], guid, err) < 0)
    return -1;
  KCD_AUTO_VALUE(kcd_account) account = {0};
  if (kcd_gather_account(dir, guid, &account, err) < 0)
    return -1;
  print_account("account", &account);
  return 0;
}

/* A hook between reading and writing is what -b is for here: it runs again. */
static int cmd_modify(struct kcd_dir *dir, const struct settings *settings, char **operands, struct kcd_error *err)
{
  uint8_t guid[16];
  if (operands[0] == NULL || operands[1] == NULL || operands[2] == NULL || operands[3] == NULL)
    return kcd_fail(err, KCD_E_USAGE, "modify NAME add|delete ATTRIBUTE VALUE");
  if (find_guid(dir, operands[0], guid, err) < 0)
    return -1;
  run_hook(settings->after_bind);
  __attribute__((cleanup(kcd_values_done))) struct kcd_values values = {NULL, 0};
  kcd_values_add_text(&values, operands[3]);
  struct kcd_mod mod = {strcmp(operands[1], "add") == 0 ? KCD_MOD_ADD : KCD_MOD_DELETE, operands[2], values};
  struct kcd_modify change = {.guid = guid, .mods = &mod, .n = 1};
  kcd_dir_modify(dir, &change, 1);
  printf("usn_before: %s\n", change.usn_before > 0 ? "told" : "unknown");
  *err = change.error;
  return kcd_error_is_set(err) ? -1 : 0;
}

static int cmd_count(struct kcd_dir *dir, char **operands, struct kcd_error *err)
{
  static const char *const attributes[] = {"sAMAccountName", NULL};
  struct kcd_search search = {
      .base = kcd_dir_dc(dir)->domain_nc, .scope = KCD_SUBTREE, .filter = operands[0], .attributes = attributes};
  __attribute__((cleanup(kcd_entries_done))) struct kcd_entries found = {NULL, 0};
  unsigned before = kcd_dir_requests(dir);
  if (kcd_dir_search(dir, &search, 1, &found, err) < 0)
    return -1;
  printf("objects: %zu\npages: %u\n", found.n, kcd_dir_requests(dir) - before);
  return 0;
}

/* ---- stand-ins ---- */

static int cmd_stand_in_add(struct kcd_dir *dir, const struct settings *settings, char **operands,
                            struct kcd_error *err)
{
  size_t n = 0;
  while (operands[n] != NULL)
    n++;
  if (n < 4)
    return kcd_fail(err, KCD_E_USAGE, "stand-in-add CONTAINER CN PASSWORD DESCRIPTION [SPN...]");
  KCD_AUTO_CHAR dn = kcd_asprintf("CN=%s,%s", operands[1], operands[0]);
  KCD_AUTO_CHAR name = kcd_asprintf("%s$", operands[1]);
  struct kcd_stand_in_settings made = {.uac = KCD_UAC_WORKSTATION, .enctypes = 24, .has_enctypes = true};
  for (size_t i = 4; i < n; i++)
    kcd_values_add_text(&made.list, operands[i]);
  struct kcd_stand_in_spec spec = {
      .dn = dn, .name = name, .description = operands[3], .settings = &made, .password = operands[2]};
  bool dynamic = false;
  run_hook(settings->after_bind);
  int status = kcd_stand_in_add(dir, &spec, &dynamic, err);
  kcd_values_done(&made.list);
  printf("dynamic: %d\n", dynamic);
  return status;
}

static void print_stand_in(const struct kcd_stand_in_found *found)
{
  char sid[KCD_SID_TEXT_MAX];
  say("stand-in", found->dn);
  say("stand-in.name", found->name);
  say("stand-in.description", found->description);
  say_number("stand-in.spns", found->spns.n);
  long age = (long)(time(NULL) - found->created);
  say("stand-in.created", age > -60 && age < 60 ? "now" : found->created == 0 ? NULL : "another time");
  printf("stand-in.children: %d\n", found->has_children);
  say("stand-in.owner", found->has_owner ? kcd_sid_text(&found->owner, sid) : NULL);
}

static int cmd_stand_in(struct kcd_dir *dir, char **operands, struct kcd_error *err)
{
  KCD_AUTO_VALUE(kcd_stand_in_found) found = {.dn = NULL};
  KCD_AUTO_VALUE(kcd_stand_in_found) again = {.dn = NULL};
  if (operands[0] == NULL)
    return kcd_fail(err, KCD_E_USAGE, "which account?");
  if (kcd_stand_in_find(dir, operands[0], &found, err) < 0 || kcd_stand_in_find_guid(dir, found.guid, &again, err) < 0)
    return -1;
  if (strcmp(found.dn, again.dn) != 0)
    return kcd_fail(err, KCD_E_CONFLICT, "another object by its objectGUID");
  print_stand_in(&again);
  return 0;
}

static int cmd_stand_in_delete(struct kcd_dir *dir, const struct settings *settings, char **operands,
                               struct kcd_error *err)
{
  KCD_AUTO_VALUE(kcd_stand_in_found) found = {.dn = NULL};
  if (operands[0] == NULL)
    return kcd_fail(err, KCD_E_USAGE, "which account?");
  if (kcd_stand_in_find(dir, operands[0], &found, err) < 0)
    return -1;
  run_hook(settings->after_bind);
  return kcd_stand_in_delete(dir, found.guid, err);
}

static int cmd_stand_ins(struct kcd_dir *dir, struct kcd_error *err)
{
  KCD_AUTO_VALUE(kcd_stand_ins_found) all = {NULL, 0};
  if (kcd_stand_ins_search(dir, &all, err) < 0)
    return -1;
  say_number("stand-ins", all.n);
  for (size_t i = 0; i < all.n; i++)
    print_stand_in(&all.v[i]);
  return 0;
}

static int cmd_login_sid(struct kcd_dir *dir, char **operands, struct kcd_error *err)
{
  char text[KCD_SID_TEXT_MAX];
  struct kcd_sid sid;
  if (operands[0] == NULL)
    return kcd_fail(err, KCD_E_USAGE, "which login?");
  kcd_login_sid(dir, operands[0], &sid);
  say("login", sid.revision != 0 ? kcd_sid_text(&sid, text) : NULL);
  return 0;
}

static int cmd_filter(char **operands)
{
  struct kcd_dc dc = {.domain = (char[]){"kcd.test"}, .realm = (char[]){"KCD.TEST"}};
  struct kcd_error err = KCD_ERROR_INIT;
  KCD_AUTO_CHAR filter = kcd_host_filter(operands[0], &dc, &err);
  if (filter == NULL)
    return complain(&err);
  puts(filter);
  return 0;
}

static int cmd_locate(const struct settings *settings, char **operands)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_srv_list list = {NULL, 0};
  if (kcd_locate(operands[0], settings->dir.timeout_ms, &list, &err) < 0)
    return complain(&err);
  for (size_t i = 0; i < list.n; i++)
    printf("srv: %s %u %u %u\n", list.v[i].host, list.v[i].port, list.v[i].priority, list.v[i].weight);
  kcd_srv_list_done(&list);
  return 0;
}

static int run_stand_in_command(struct kcd_dir *dir, const struct settings *settings, const char *command,
                                char **operands, struct kcd_error *err)
{
  if (strcmp(command, "may-create") == 0)
    return operands[0] == NULL ? kcd_fail(err, KCD_E_USAGE, "where?") : kcd_stand_in_may_create(dir, operands[0], err);
  if (strcmp(command, "stand-in-add") == 0)
    return cmd_stand_in_add(dir, settings, operands, err);
  if (strcmp(command, "stand-in") == 0)
    return cmd_stand_in(dir, operands, err);
  if (strcmp(command, "stand-in-delete") == 0)
    return cmd_stand_in_delete(dir, settings, operands, err);
  if (strcmp(command, "stand-ins") == 0)
    return cmd_stand_ins(dir, err);
  if (strcmp(command, "login-sid") == 0)
    return cmd_login_sid(dir, operands, err);
  return kcd_fail(err, KCD_E_USAGE, "no such command: %s", command);
}

static int run_command(struct kcd_dir *dir, const struct settings *settings, const char *command, char **operands,
                       struct kcd_error *err)
{
  if (strcmp(command, "gather") == 0)
    return cmd_gather(dir, settings, operands, err);
  if (strcmp(command, "account") == 0)
    return cmd_account(dir, operands, err);
  if (strcmp(command, "modify") == 0)
    return cmd_modify(dir, settings, operands, err);
  if (strcmp(command, "count") == 0)
    return cmd_count(dir, operands, err);
  if (strcmp(command, "dc") != 0)
    return run_stand_in_command(dir, settings, command, operands, err);
  print_dc(kcd_dir_dc(dir));
  return 0;
}

static int with_connection(const struct settings *settings, const char *command, char **operands)
{
  struct kcd_error err = KCD_ERROR_INIT;
  KCD_AUTO(kcd_dir) dir = NULL;
  if (connect_to(settings, &dir, &err) < 0 || run_command(dir, settings, command, operands, &err) < 0)
    return complain(&err);
  return 0;
}

static void read_option(struct settings *settings, int option)
{
  switch (option) {
  case 's':
    settings->dir.host = optarg;
    break;
  case 'p':
    settings->dir.port = (uint16_t)atoi(optarg);
    break;
  case 'l':
    settings->dir.tls = true;
    break;
  case 't':
    settings->dir.timeout_ms = atoi(optarg);
    break;
  case 'v':
    settings->dir.trace = trace;
    break;
  case 'u':
    settings->user = optarg;
    break;
  case 'r':
    settings->reachable = true;
    break;
  case 'D':
    settings->domain = optarg;
    break;
  case 'o':
    settings->after_open = optarg;
    break;
  case 'b':
    settings->after_bind = optarg;
    break;
  default:
    exit(2);
  }
}

int main(int argc, char **argv)
{
  struct settings settings = {.dir = {.host = getenv("KCDFIX_DC"), .timeout_ms = 5000}};
  signal(SIGPIPE, SIG_IGN);
  for (int option; (option = getopt(argc, argv, "s:p:lt:vu:rD:o:b:")) != -1;)
    read_option(&settings, option);
  if (optind >= argc)
    return 2;
  const char *command = argv[optind];
  char **operands = argv + optind + 1;
  if (strcmp(command, "filter") == 0)
    return operands[0] == NULL ? 2 : cmd_filter(operands);
  if (strcmp(command, "locate") == 0)
    return operands[0] == NULL ? 2 : cmd_locate(&settings, operands);
  return with_connection(&settings, command, operands);
}
