#include "pairs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/inventory.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/predict.h>
#include <kcdfix/probe.h>
#include <kcdfix/text.h>

#include "asking.h"
#include "everywhere.h"
#include "exit_status.h"
#include "interrupt.h"
#include "own_ticket.h"
#include "prober.h"
#include "progress.h"
#include "remembered.h"

#define COMPARE_MS 3000 /* for each DC that is asked besides */

/* The check of all pairs, while it runs. */
struct checking {
  struct kcd_run *run;
  struct kcd_report *report;
  struct kcd_session *session;
  const struct kcd_facts_set *set;
  const struct kcd_operands *operands;
  char *context;
  char *user_ccache;               /* full name; NULL: no own ticket of the user is at hand */
  struct kcd_stand_in_maker maker; /* with --stand-in */
  struct kcd_asking *asking;
  struct kcd_prober prober;        /* of the host that is checked */
  struct kcd_list_defects defects; /* of its list; with a host alone */
  struct kcd_remembered remembered;
  const struct kcd_replicas *replicas; /* NULL: not compared */
  struct kcd_everywhere everywhere;    /* opened here, where a probe gave reason to */
  bool looked_around;
  struct kcd_matrix matrix; /* with a scenario or an inventory */
  struct kcd_progress progress;
  struct kcd_pairs_outcome outcome;
};

static const struct kcd_options *options_of(const struct checking *checking)
{
  return checking->run->options;
}

bool kcd_pair_is_asked(const struct kcd_facts_set *set, const struct kcd_operands *operands, size_t host, size_t target)
{
  if (operands->traced)
    return kcd_operands_traced(operands, set->hosts[host].operand, set->targets[target].spn.text) != NULL;
  if (operands->pairs.asked)
    return kcd_scenario_asks(&operands->pairs, host, target);
  if (operands->n_spns > 0)
    return true;
  const struct kcd_account *account = set->hosts[host].account;
  return account && kcd_values_find_nocase(&account->delegate_to, set->targets[target].spn.text) >= 0;
}

size_t kcd_pairs_asked(const struct kcd_facts_set *set, const struct kcd_operands *operands, size_t host)
{
  size_t n = 0;
  for (size_t target = 0; target < set->n_targets; target++)
    n += kcd_pair_is_asked(set, operands, host, target);
  return n;
}

/* The number that a keytab entry must have; read only when the key turned out to be wrong. 0: not known. */
static unsigned directory_kvno(struct kcd_session *session, const struct kcd_account *host)
{
  static const char *const attributes[] = {"msDS-KeyVersionNumber", NULL};
  KCD_AUTO_CHAR base = kcd_guid_dn(host->guid);
  struct kcd_search search = {.base = base, .scope = KCD_BASE, .attributes = attributes, .missing_is_empty = true};
  KCD_AUTO_VALUE(kcd_entries) found = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  uint32_t kvno = 0;
  if (kcd_dir_search(session->dir, &search, 1, &found, &ignored) == 0 && found.n == 1)
    kcd_entry_u32(&found.v[0], attributes[0], &kvno);
  return kvno;
}

static void probe_failed(struct checking *checking, const struct kcd_error *err)
{
  kcd_progress_clear(&checking->progress);
  kcd_report_error(checking->report, err);
  if (checking->run->style.format == KCD_FORMAT_TEXT)
    kcd_show_error(err);
  checking->outcome.exit_status = kcd_exit_worse(checking->outcome.exit_status, KCD_EXIT_CANNOT_TELL);
}

static int stand_in_prober(struct checking *checking, const struct kcd_account *host, struct kcd_error *err)
{
  struct kcd_stand_in_maker *maker = &checking->maker;
  if (!maker->run &&
      kcd_stand_in_maker_open(checking->run, checking->session, checking->set->dc, "check", maker, err) != 0)
    return -1;
  return kcd_prober_by_stand_in(maker, host, &checking->prober, err);
}

/* Whoever asks the KDC for this host; nobody where that was not asked for or cannot be had (said once a host). */
static void open_prober(struct checking *checking, size_t host)
{
  const struct kcd_account *account = checking->set->hosts[host].account;
  const struct kcd_options *options = options_of(checking);
  struct kcd_error err = KCD_ERROR_INIT;
  checking->prober = (struct kcd_prober){.stand_in = {.lock = -1}};
  kcd_report_not_asked(checking->report, options->keytab && options->no_probe ? "--no-probe was given" : NULL);
  if (!kcd_options_ask_kdc(options) || !account)
    return;
  int rc = options->stand_in ? stand_in_prober(checking, account, &err)
                             : kcd_asking_prober(checking->asking, host, &checking->prober, &err);
  if (rc == 0)
    return;
  probe_failed(checking, &err);
  kcd_report_not_asked(checking->report, options->stand_in ? "no stand-in could be made" : "the keytab cannot be used");
}

static void close_prober(struct checking *checking)
{
  struct kcd_prober *prober = &checking->prober;
  struct kcd_error err = KCD_ERROR_INIT;
  if (prober->probe && options_of(checking)->verbose > 1)
    kcd_message("%u requests to the KDC for the probe", kcd_probe_requests(prober->probe));
  if (kcd_prober_end(prober, &checking->maker, &err) != 0)
    probe_failed(checking, &err);
  if (prober->by_stand_in)
    kcd_report_stand_in(checking->report, &prober->stand_in.record, prober->stand_in.dynamic, prober->stand_in.end);
  kcd_prober_done(prober);
}

/* The wrong key is asked about once more, so that the line can name both key versions. The KDC is not: the answer that
 * it gave to the probe stands. */
static void name_both_kvnos(struct checking *checking, const struct kcd_facts *facts,
                            struct kcd_observation *observation)
{
  if (strcmp(observation->error.id, "keytab-wrong-key") != 0)
    return;
  unsigned kvno = directory_kvno(checking->session, facts->host);
  if (kvno == 0)
    return;
  const char *user = facts->user ? facts->user->sam_account_name : facts->user_operand;
  kcd_observation_done(observation);
  kcd_probe_run(checking->prober.probe, user, facts->target->spn.text, kvno, observation);
}

/* A TGT that is not forwardable stops the verdict, since it may be an artefact; where the directory says why it is so,
 * it is the answer that was to be expected. */
static void expect_poor_tgt(const struct kcd_facts *facts, struct kcd_observation *observation)
{
  struct kcd_situation situation;
  struct kcd_prediction prediction;
  if (strcmp(observation->error.id, "probe-tgt-not-forwardable") != 0)
    return;
  kcd_situation_of(facts, facts->dc->flavour, &situation);
  kcd_predict(&situation, &prediction);
  if (prediction.as.answer.outcome == KCD_TICKET && !prediction.as.answer.forwardable)
    observation->error = KCD_ERROR_INIT;
}

/* The KDC says something else than the directory lets expect: another DC may hold what it answered with. Once a run. */
static bool look_around(struct checking *checking)
{
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (checking->replicas || checking->looked_around)
    return false;
  checking->looked_around = true;
  const int timeout_ms = options_of(checking)->timeout_ms;
  if (kcd_everywhere_open(checking->session, options_of(checking), timeout_ms < COMPARE_MS ? timeout_ms : COMPARE_MS,
                          checking->set, &checking->everywhere, &ignored) != 0)
    return false;
  checking->replicas = kcd_everywhere_replicas(&checking->everywhere);
  return true;
}

static void judge(struct checking *checking, struct kcd_facts *facts, const struct kcd_observation *observation,
                  struct kcd_judgement *ret)
{
  const struct kcd_options *options = options_of(checking);
  enum kcd_flavour flavour = options->has_flavour ? options->flavour : checking->set->dc->flavour;
  facts->replicas = checking->replicas;
  kcd_judge(facts, flavour, observation, checking->context, ret);
  if (ret->agree || !look_around(checking))
    return;
  kcd_judgement_done(ret);
  facts->replicas = checking->replicas;
  kcd_judge(facts, flavour, observation, checking->context, ret);
}

/* A scenario, or a group of an inventory: the pairs come as a table. */
static bool has_matrix(const struct checking *checking)
{
  return checking->operands->pairs.columns != NULL;
}

/* Of a scenario without a probe the text shows the matrix alone, unless more is asked for; two thousand pairs would be
 * described for nobody. */
static bool shows_pairs(const struct checking *checking)
{
  const struct kcd_options *options = options_of(checking);
  return !has_matrix(checking) || options->format != KCD_FORMAT_TEXT || options->verbose > 0 ||
         checking->report != checking->run->report || kcd_options_ask_kdc(options);
}

static void count(struct checking *checking, const struct kcd_judgement *judgement)
{
  struct kcd_pairs_outcome *outcome = &checking->outcome;
  outcome->failing += judgement->verdict == KCD_FAILS;
  outcome->unknown += judgement->verdict == KCD_CANNOT_TELL;
  for (size_t i = 0; i < judgement->findings.n; i++) {
    const struct kcd_finding *finding = &judgement->findings.v[i];
    if (finding->severity != KCD_FAULT || !finding->command)
      continue;
    outcome->fixable = true;
    outcome->transition = outcome->transition || finding->id == KCD_F_PROTOCOL_TRANSITION_OFF;
  }
}

static void check_pair(struct checking *checking, size_t host, size_t target)
{
  struct kcd_facts facts;
  kcd_facts_of_pair(checking->set, host, target, time(NULL), &facts);
  kcd_remember(&checking->remembered, &facts);
  if (checking->operands->traced)
    facts.traced = kcd_operands_traced(checking->operands, facts.host_operand, facts.target->spn.text);
  facts.defects = facts.host ? &checking->defects : NULL;
  if (checking->prober.by_stand_in)
    facts.stand_in = &checking->prober.stand_in.account;
  struct kcd_observation observation = {0};
  bool probed = checking->prober.probe && facts.host;
  if (probed) {
    kcd_asking_pair(checking->asking, &checking->prober, target, &observation);
    name_both_kvnos(checking, &facts, &observation);
    expect_poor_tgt(&facts, &observation);
  }
  struct kcd_judgement judgement = {0};
  judge(checking, &facts, probed ? &observation : NULL, &judgement);
  if (checking->operands->kerberos_only)
    kcd_judge_kerberos_only(&judgement);
  if (shows_pairs(checking))
    kcd_report_pair(checking->report, &judgement);
  if (has_matrix(checking))
    kcd_matrix_add(&checking->matrix, host, checking->operands->pairs.column_of[target], &judgement);
  bool fault = kcd_findings_worst(&judgement.findings) == KCD_FAULT;
  int status = judgement.verdict == KCD_CANNOT_TELL      ? KCD_EXIT_CANNOT_TELL
               : fault || judgement.verdict == KCD_FAILS ? KCD_EXIT_PROBLEM
                                                         : KCD_EXIT_OK;
  checking->outcome.exit_status = kcd_exit_worse(checking->outcome.exit_status, status);
  checking->outcome.pairs++;
  checking->outcome.works += status == KCD_EXIT_OK;
  count(checking, &judgement);
  if (probed && kcd_error_is_set(&observation.error))
    probe_failed(checking, &observation.error);
  kcd_judgement_done(&judgement);
  if (probed)
    kcd_observation_done(&observation);
}

static enum kcd_finding_id why_no_pair(const struct kcd_host_facts *host)
{
  if (host->account)
    return KCD_F_LIST_EMPTY;
  return host->matches > 1 ? KCD_F_HOST_OBJECT_DUPLICATE : KCD_F_HOST_NOT_FOUND;
}

/* A host without SPN operands that lists nothing, or is not there: no pair, and yet a finding. */
static void no_pair(struct checking *checking, const struct kcd_host_facts *host)
{
  KCD_AUTO_CHAR name = kcd_safe(host->operand);
  KCD_AUTO_CHAR word = kcd_shell_word(host->operand);
  struct kcd_finding finding = {.id = why_no_pair(host), .severity = KCD_FAULT};
  finding.subject = kcd_strdup(host->account ? host->account->dn : host->operand);
  switch (finding.id) {
  case KCD_F_LIST_EMPTY:
    finding.message = kcd_asprintf("%s lists no service, so there is nothing to check without an SPN.", name);
    finding.remedy = kcd_asprintf("Name the service: kcdfix check %s%s%s SPN, for example cifs/FILESERVER.",
                                  checking->context, *checking->context ? " " : "", word);
    break;
  case KCD_F_HOST_OBJECT_DUPLICATE:
    finding.message = kcd_asprintf("%s names %zu objects, and none of them is picked.", name, host->matches);
    finding.remedy = kcd_strdup("Name the host by its DN.");
    break;
  default:
    finding.message = kcd_asprintf("No computer named %s was found.", name);
    finding.remedy = kcd_strdup("Check the spelling, or name the host by its DN. A host of another domain is looked "
                                "for with -D.");
    break;
  }
  kcd_report_finding(checking->report, &finding);
  free(finding.subject);
  free(finding.message);
  free(finding.remedy);
  checking->outcome.exit_status = kcd_exit_worse(checking->outcome.exit_status, KCD_EXIT_PROBLEM);
}

static void check_host(struct checking *checking, size_t host)
{
  const struct kcd_host_facts *facts = &checking->set->hosts[host];
  if (kcd_pairs_asked(checking->set, checking->operands, host) == 0) { /* no account is made for nothing */
    no_pair(checking, facts);
    return;
  }
  const unsigned failing = checking->outcome.failing;
  open_prober(checking, host);
  if (facts->account)
    kcd_list_defects_of(facts->account, checking->set->krbtgt, &checking->defects);
  kcd_report_host(checking->report, true);
  for (size_t target = 0; target < checking->set->n_targets && kcd_asking_goes_on(&checking->prober); target++)
    if (kcd_pair_is_asked(checking->set, checking->operands, host, target))
      check_pair(checking, host, target);
  close_prober(checking);
  checking->outcome.failing_hosts += checking->outcome.failing > failing;
  kcd_report_host(checking->report, false);
  kcd_list_defects_done(&checking->defects);
}

/* A stand-in is not left where a signal came; it is noted until the account is gone. */
static void check_hosts(struct checking *checking)
{
  const struct kcd_asking_about about = {.session = checking->session,
                                         .options = options_of(checking),
                                         .set = checking->set,
                                         .operands = checking->operands,
                                         .user_ccache = checking->user_ccache};
  checking->asking = kcd_asking_new(&about);
  kcd_progress_begin(&checking->progress, options_of(checking), "hosts checked", checking->set->n_hosts);
  for (size_t host = 0; host < checking->set->n_hosts && !kcd_interrupted(); host++) {
    check_host(checking, host);
    kcd_progress_step(&checking->progress);
  }
  kcd_asking_free(checking->asking);
  kcd_progress_clear(&checking->progress);
  if (!kcd_interrupted())
    return;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail(&err, KCD_E_INTERRUPTED, "interrupted; the check is not complete");
  kcd_error_id(&err, "interrupted");
  kcd_report_error(checking->report, &err);
  if (checking->run->style.format == KCD_FORMAT_TEXT)
    kcd_show_error(&err);
  checking->outcome.exit_status = KCD_EXIT_INTERRUPTED;
}

/* The commands that are shown write, and nothing is written to a read-only DC. */
char *kcd_check_context(const struct kcd_run *run, const struct kcd_dc *dc)
{
  struct kcd_options options = *run->options;
  if (dc->read_only == KCD_YES)
    options.server = options.uri = NULL;
  return kcd_session_context(&options);
}

/* Not to be had, or another user's: said once, and the check goes on without. */
static void take_own_ticket(struct checking *checking)
{
  const struct kcd_facts_set *set = checking->set;
  const struct kcd_options *options = options_of(checking);
  const char *user = set->user ? set->user->sam_account_name : set->user_operand;
  const char *realm = options->realm ? options->realm : set->dc->realm;
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_own_ticket(options, checking->session->login, user, realm, &checking->user_ccache, &err) == 0)
    return;
  int status = err.code == KCD_E_USAGE ? KCD_EXIT_USAGE : KCD_EXIT_CANNOT_TELL;
  probe_failed(checking, &err);
  checking->outcome.exit_status = kcd_exit_worse(checking->outcome.exit_status, status);
}

/* ---- the matrix of a scenario ---- */

static void matrix_begin(struct checking *checking)
{
  const struct kcd_facts_set *set = checking->set;
  if (!has_matrix(checking))
    return;
  char **rows = kcd_calloc(set->n_hosts + 1, sizeof *rows);
  for (size_t i = 0; i < set->n_hosts; i++)
    rows[i] = set->hosts[i].account && set->hosts[i].account->sam_account_name
                  ? kcd_account_short_name(set->hosts[i].account)
                  : kcd_strdup(set->hosts[i].operand);
  kcd_matrix_init(&checking->matrix, &checking->operands->pairs, (const char *const *)rows);
  kcd_free_texts(rows, set->n_hosts);
}

/* Every pair with one command; NULL where none mends anything, or where it is said for a whole inventory. Owned by the
 * caller. */
static char *fix_of(const struct checking *checking)
{
  const char *as = kcd_operands_as(checking->operands, options_of(checking));
  if (!checking->matrix.fixable || checking->operands->inventory)
    return NULL;
  KCD_AUTO_CHAR user = as ? kcd_shell_word(as) : NULL;
  KCD_AUTO_CHAR context = kcd_asprintf("%s%s%s%s", checking->context, *checking->context && user ? " " : "",
                                       user ? "--as " : "", user ? user : "");
  return kcd_operands_scenario_command(checking->operands,
                                       checking->matrix.transition ? "apply --protocol-transition" : "apply", context);
}

static void matrix_report(struct checking *checking)
{
  const struct kcd_facts_set *set = checking->set;
  if (!has_matrix(checking))
    return;
  kcd_matrix_finish(&checking->matrix);
  KCD_AUTO_CHAR fix = fix_of(checking);
  struct kcd_scenario_report scenario = {.scenario = checking->operands->scenario,
                                         .clusters = checking->operands->clusters,
                                         .n_clusters = checking->operands->n_clusters,
                                         .matrix = &checking->matrix,
                                         .user = set->user ? set->user->sam_account_name : set->user_operand,
                                         .command = fix};
  kcd_report_scenario(checking->report, &scenario);
  struct kcd_finding too_long;
  if (kcd_matrix_too_long(&checking->matrix, &too_long)) {
    kcd_report_finding(checking->report, &too_long);
    kcd_finding_done(&too_long);
  }
  kcd_matrix_done(&checking->matrix);
}

void kcd_check_pairs(struct kcd_run *run, struct kcd_report *report, struct kcd_session *session,
                     const struct kcd_facts_set *set, const struct kcd_operands *operands,
                     struct kcd_pairs_outcome *ret)
{
  struct checking checking = {.run = run,
                              .report = report,
                              .session = session,
                              .set = set,
                              .operands = operands,
                              .replicas = set->replicas,
                              .context = kcd_check_context(run, set->dc)};
  take_own_ticket(&checking);
  matrix_begin(&checking);
  check_hosts(&checking);
  matrix_report(&checking);
  if (checking.everywhere.rollcall)
    kcd_everywhere_report(&checking.everywhere, set, report, false);
  kcd_everywhere_done(&checking.everywhere);
  kcd_stand_in_maker_done(&checking.maker);
  free(checking.user_ccache);
  free(checking.context);
  kcd_remembered_done(&checking.remembered);
  *ret = checking.outcome;
}
