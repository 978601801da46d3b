#include "estate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#include "exit_status.h"
#include "file.h"
#include "interrupt.h"

/* ---- the file ---- */

static void problem_error(const char *file, const struct kcd_inventory_problem *problem, struct kcd_error *err)
{
  KCD_AUTO_CHAR safe = kcd_safe(file);
  kcd_fail(err, KCD_E_USAGE, "%s:%u: %s", safe, problem->line, problem->text);
  kcd_error_id(err, "inventory-wrong");
  kcd_error_on(err, file, NULL);
}

/* Each by a line of its own; the last one is the error that the command ends with. */
static int tell_problems(struct kcd_run *run, const char *file, const struct kcd_inventory_problems *problems,
                         struct kcd_error *err)
{
  for (size_t i = 0; i < problems->n; i++) {
    *err = KCD_ERROR_INIT;
    problem_error(file, &problems->v[i], err);
    if (i + 1 < problems->n)
      kcd_run_failed(run, err);
  }
  return problems->more == 0 ? -1 : kcd_error_next(err, "mend these first: %zu more are not shown", problems->more);
}

static const char **texts_of(const struct kcd_values *values)
{
  const char **texts = kcd_calloc(values->n + 1, sizeof *texts);
  for (size_t i = 0; i < values->n; i++)
    texts[i] = (const char *)values->v[i].data;
  return texts;
}

/* Without a scenario the columns are the services themselves, and every host is to reach each. */
static void make_plain_pairs(struct kcd_operands *operands)
{
  const size_t n = operands->n_spns;
  struct kcd_scenario_pairs *pairs = &operands->pairs;
  *pairs = (struct kcd_scenario_pairs){.n_hosts = operands->n_hosts, .n_columns = n, .n_spns = n};
  pairs->columns = kcd_calloc(n + 1, sizeof *pairs->columns);
  pairs->spns = kcd_calloc(n + 1, sizeof *pairs->spns);
  pairs->column_of = kcd_calloc(n + 1, sizeof *pairs->column_of);
  pairs->asked = kcd_calloc(operands->n_hosts * n + 1, sizeof *pairs->asked);
  for (size_t i = 0; i < n; i++) {
    pairs->columns[i] = kcd_strdup(operands->spns[i]);
    pairs->spns[i] = kcd_strdup(operands->spns[i]);
    pairs->column_of[i] = i;
  }
  for (size_t i = 0; i < operands->n_hosts * n; i++)
    pairs->asked[i] = true;
}

static void make_operands(const char *file, const struct kcd_inventory_group *group, struct kcd_operands *ret)
{
  *ret = (struct kcd_operands){.hosts = texts_of(&group->hosts),
                               .n_hosts = group->hosts.n,
                               .spns = texts_of(&group->services),
                               .n_spns = group->services.n,
                               .servers = texts_of(&group->servers),
                               .n_servers = group->servers.n,
                               .scenario = group->scenario,
                               .clusters = group->clusters,
                               .n_clusters = group->n_clusters,
                               .inventory = file,
                               .kerberos_only = group->mode == KCD_MODE_KERBEROS_ONLY,
                               .typed = true};
  if (group->scenario == KCD_SCENARIO_NONE)
    make_plain_pairs(ret);
}

/* "-" is standard input: a file that a script makes need not be on the disk. One byte more than there can be is read,
 * so that it is told. */
static int read_text(const char *file, struct kcd_buf *ret, struct kcd_error *err)
{
  KCD_AUTO_CHAR name = kcd_safe(file);
  const bool dash = strcmp(file, "-") == 0;
  bool cut = false;
  kcd_buf_init(ret, KCD_INVENTORY_MAX + 1);
  int fd = dash ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return kcd_fail_errno(err, KCD_E_USAGE, errno, "cannot read %s", name);
  int rc = kcd_read_stream(fd, dash ? "standard input" : name, KCD_INVENTORY_MAX + 1, ret, &cut, err);
  if (rc != 0)
    err->code = KCD_E_USAGE;
  if (!dash)
    close(fd);
  return rc;
}

int kcd_estate_read(struct kcd_run *run, struct kcd_estate *ret, struct kcd_error *err)
{
  const char *file = run->options->inventory;
  KCD_AUTO_VALUE(kcd_buf) text = {0};
  struct kcd_inventory_problems problems = {0};
  if (read_text(file, &text, err) != 0)
    return -1;
  struct kcd_estate estate = {.file = file};
  int rc = kcd_inventory_read(text.data, text.len, &estate.inventory, &problems);
  if (rc != 0)
    rc = tell_problems(run, file, &problems, err);
  kcd_inventory_problems_done(&problems);
  if (rc != 0)
    return -1;
  estate.n_groups = estate.inventory.n_groups;
  estate.groups = kcd_calloc(estate.n_groups + 1, sizeof *estate.groups);
  for (size_t i = 0; i < estate.n_groups; i++)
    make_operands(file, &estate.inventory.groups[i], &estate.groups[i].operands);
  *ret = estate;
  return 0;
}

/* ---- what was gathered ---- */

static void forget(struct kcd_estate *estate)
{
  for (size_t i = 0; i < estate->n_needs; i++)
    kcd_need_done(&estate->needs[i]);
  free(estate->needs);
  estate->needs = NULL;
  estate->n_needs = 0;
  for (size_t i = 0; i < estate->n_groups; i++)
    kcd_facts_set_done(&estate->groups[i].set);
}

void kcd_estate_done(struct kcd_estate *estate)
{
  forget(estate);
  for (size_t i = 0; i < estate->n_groups; i++)
    kcd_operands_done(&estate->groups[i].operands);
  free(estate->groups);
  kcd_inventory_done(&estate->inventory);
  *estate = (struct kcd_estate){0};
}

const struct kcd_need *kcd_estate_need(const struct kcd_estate *estate, const struct kcd_account *host)
{
  for (size_t i = 0; i < estate->n_needs; i++)
    if (memcmp(estate->needs[i].host->guid, host->guid, sizeof host->guid) == 0)
      return &estate->needs[i];
  return NULL;
}

static struct kcd_need *need_of(struct kcd_estate *estate, const struct kcd_account *host, enum kcd_mode mode)
{
  const struct kcd_need *known = kcd_estate_need(estate, host);
  if (known)
    return &estate->needs[known - estate->needs];
  estate->needs = kcd_reallocarray(estate->needs, estate->n_needs + 1, sizeof *estate->needs);
  estate->needs[estate->n_needs] = (struct kcd_need){.host = host, .mode = mode};
  return &estate->needs[estate->n_needs++];
}

static int named_twice(const struct kcd_inventory_group *group, const char *a, const char *b, struct kcd_error *err)
{
  KCD_AUTO_CHAR name = kcd_safe(group->name);
  KCD_AUTO_CHAR first = kcd_safe(a);
  KCD_AUTO_CHAR second = kcd_safe(b);
  kcd_fail(err, KCD_E_USAGE, "[%s]: %s and %s are one account; name it once, and in one mode", name, first, second);
  return kcd_error_id(err, "inventory-wrong");
}

static int add_needs(struct kcd_estate *estate, size_t index, struct kcd_error *err)
{
  const struct kcd_inventory_group *declared = &estate->inventory.groups[index];
  const struct kcd_estate_group *group = &estate->groups[index];
  const struct kcd_facts_set *set = &group->set;
  for (size_t host = 0; host < set->n_hosts; host++) {
    const struct kcd_account *account = set->hosts[host].account;
    if (!account)
      continue;
    for (size_t i = 0; i < host; i++)
      if (set->hosts[i].account == account)
        return named_twice(declared, set->hosts[i].operand, set->hosts[host].operand, err);
    struct kcd_need *need = need_of(estate, account, declared->mode);
    if (need->mode != declared->mode)
      return named_twice(declared, need->host->sam_account_name, set->hosts[host].operand, err);
    for (size_t target = 0; target < set->n_targets; target++)
      if (kcd_pair_is_asked(set, &group->operands, host, target))
        kcd_need_add(need, &set->targets[target], declared->scenario);
  }
  return 0;
}

int kcd_estate_gather(struct kcd_session *session, const struct kcd_query *rest, struct kcd_estate *estate,
                      struct kcd_error *err)
{
  forget(estate);
  for (size_t i = 0; i < estate->n_groups; i++) {
    KCD_AUTO_CHAR name = kcd_safe(estate->inventory.groups[i].name);
    if (kcd_operands_gather(session->dir, &estate->groups[i].operands, rest, &estate->groups[i].set, err) != 0)
      return kcd_error_wrap(err, "[%s]", name);
    if (add_needs(estate, i, err) != 0)
      return -1;
  }
  return 0;
}

/* ---- all groups as one ---- */

static size_t host_place(const struct kcd_estate_group *group, size_t host, const char **hosts,
                         const struct kcd_account **accounts, size_t *n)
{
  const struct kcd_account *account = group->set.hosts[host].account;
  const char *operand = group->operands.hosts[host]; /* that of the set goes with it when it is read anew */
  for (size_t i = 0; i < *n; i++)
    if (account && accounts[i] ? memcmp(account->guid, accounts[i]->guid, sizeof account->guid) == 0
                               : !account && !accounts[i] && kcd_equal_nocase(operand, hosts[i]))
      return i;
  hosts[*n] = operand;
  accounts[*n] = account;
  return (*n)++;
}

static size_t spn_place(const char *spn, const char **spns, size_t *n)
{
  for (size_t i = 0; i < *n; i++)
    if (kcd_equal_nocase(spn, spns[i]))
      return i;
  spns[*n] = spn;
  return (*n)++;
}

static void merge_group(const struct kcd_estate_group *group, struct kcd_operands *to,
                        const struct kcd_account **accounts, size_t stride)
{
  const struct kcd_facts_set *set = &group->set;
  size_t *places = kcd_calloc(set->n_targets + 1, sizeof *places);
  for (size_t target = 0; target < set->n_targets; target++)
    places[target] = spn_place(set->targets[target].spn.text, to->spns, &to->n_spns);
  for (size_t host = 0; host < set->n_hosts; host++) {
    const size_t row = host_place(group, host, to->hosts, accounts, &to->n_hosts);
    for (size_t target = 0; target < set->n_targets; target++)
      if (kcd_pair_is_asked(set, &group->operands, host, target))
        to->pairs.asked[row * stride + places[target]] = true;
  }
  free(places);
}

/* The table was made for as many SPNs as there could be. */
static void finish_pairs(struct kcd_operands *operands, size_t stride)
{
  struct kcd_scenario_pairs *pairs = &operands->pairs;
  const size_t n = operands->n_spns;
  for (size_t host = 0; host < operands->n_hosts; host++)
    memmove(&pairs->asked[host * n], &pairs->asked[host * stride], n * sizeof *pairs->asked);
  pairs->n_hosts = operands->n_hosts;
  pairs->n_spns = n;
  pairs->spns = kcd_calloc(n + 1, sizeof *pairs->spns);
  for (size_t i = 0; i < n; i++)
    pairs->spns[i] = kcd_strdup(operands->spns[i]);
}

void kcd_estate_merge(const struct kcd_estate *estate, struct kcd_operands *ret)
{
  size_t hosts = 0;
  size_t spns = 0;
  for (size_t i = 0; i < estate->n_groups; i++) {
    hosts += estate->groups[i].set.n_hosts;
    spns += estate->groups[i].set.n_targets;
  }
  *ret = (struct kcd_operands){.inventory = estate->file, .typed = true};
  ret->hosts = kcd_calloc(hosts + 1, sizeof *ret->hosts);
  ret->spns = kcd_calloc(spns + 1, sizeof *ret->spns);
  ret->pairs.asked = kcd_calloc(hosts * spns + 1, sizeof *ret->pairs.asked);
  const struct kcd_account **accounts = kcd_calloc(hosts + 1, sizeof(const struct kcd_account *));
  for (size_t i = 0; i < estate->n_groups; i++)
    merge_group(&estate->groups[i], ret, accounts, spns);
  finish_pairs(ret, spns);
  /* the sets are read anew for the check afterwards, and these stay */
  for (size_t i = 0; i < ret->n_spns; i++)
    ret->spns[i] = ret->pairs.spns[i];
  free(accounts);
}

/* ---- the check ---- */

/* The command that brings the directory to what the file says, but for the options that say how; owned. */
static char *command_of(const struct kcd_run *run, const struct kcd_dc *dc, const struct kcd_estate *estate)
{
  KCD_AUTO_CHAR context = kcd_check_context(run, dc);
  const char *as = run->options->as;
  KCD_AUTO_CHAR user = as ? kcd_shell_word(as) : NULL;
  KCD_AUTO_CHAR file = kcd_shell_word(estate->file);
  return kcd_asprintf("kcdfix apply%s%s%s%s -f %s", *context ? " " : "", context, user ? " --as " : "",
                      user ? user : "", file);
}

static void check_group(struct kcd_run *run, struct kcd_report *report, struct kcd_session *session,
                        const struct kcd_estate *estate, size_t index, struct kcd_pairs_outcome *total)
{
  const struct kcd_inventory_group *declared = &estate->inventory.groups[index];
  const struct kcd_estate_group *group = &estate->groups[index];
  struct kcd_pairs_outcome outcome;
  kcd_report_group_begin(report);
  kcd_check_pairs(run, report, session, &group->set, &group->operands, &outcome);
  const struct kcd_group_report row = {.name = declared->name,
                                       .scenario = declared->scenario,
                                       .mode = declared->mode,
                                       .hosts = group->set.n_hosts,
                                       .pairs = outcome.pairs,
                                       .failing = outcome.failing,
                                       .unknown = outcome.unknown,
                                       .failing_hosts = outcome.failing_hosts};
  kcd_report_group_end(report, &row);
  total->exit_status = kcd_exit_worse(total->exit_status, outcome.exit_status);
  total->pairs += outcome.pairs;
  total->works += outcome.works;
  total->fixable = total->fixable || outcome.fixable;
  total->transition = total->transition || outcome.transition;
}

static void report_beyond(struct kcd_report *report, const struct kcd_need *need, const char *command)
{
  KCD_AUTO_VALUE(kcd_beyond) beyond = {0};
  KCD_AUTO_VALUE(kcd_findings) findings = {0};
  kcd_beyond_of(need, &beyond);
  kcd_beyond_findings(need, &beyond, command, &findings);
  for (size_t i = 0; i < findings.n; i++)
    kcd_report_finding(report, &findings.v[i]);
  kcd_report_inventory_host(report, need, &beyond);
}

void kcd_estate_check(struct kcd_run *run, struct kcd_report *report, struct kcd_session *session,
                      const struct kcd_estate *estate, struct kcd_pairs_outcome *ret)
{
  *ret = (struct kcd_pairs_outcome){.exit_status = KCD_EXIT_OK};
  kcd_report_inventory(report, estate->file);
  for (size_t i = 0; i < estate->n_groups && !kcd_interrupted(); i++)
    check_group(run, report, session, estate, i, ret);
  KCD_AUTO_CHAR command = command_of(run, kcd_dir_dc(session->dir), estate);
  KCD_AUTO_CHAR fix = kcd_asprintf("%s%s", command, ret->transition ? " --protocol-transition" : "");
  kcd_report_inventory_fix(report, ret->fixable ? fix : NULL);
  for (size_t i = 0; i < estate->n_needs && !kcd_interrupted(); i++)
    report_beyond(report, &estate->needs[i], command);
}
