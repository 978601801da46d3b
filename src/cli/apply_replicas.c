/* What the other domain controllers hold: before a write, since the list replicates as a whole, and after it, until all
 * of them show it. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#include "applying.h"
#include "interrupt.h"

#define COMPARE_MS 3000    /* for each DC; all are asked at the same time */
#define FIRST_PAUSE_MS 250 /* between two readings, growing */
#define LONGEST_PAUSE_MS 2000
#define STEP_MS 50 /* how long a signal may go unnoticed */

static const struct kcd_options *options_of(const struct applying *applying)
{
  return applying->run->options;
}

static bool is_own(const struct applying *applying, const struct kcd_replica *replica)
{
  return kcd_equal_nocase(replica->dc->name, kcd_dir_dc(applying->session.dir)->name) ||
         kcd_equal_nocase(replica->dc->name, applying->session.server);
}

/* ---- before ---- */

void apply_look_around(struct applying *applying)
{
  const struct kcd_options *options = options_of(applying);
  struct kcd_error err = KCD_ERROR_INIT;
  if (!options->all_dcs && !options->wait)
    return;
  int limit = options->timeout_ms < COMPARE_MS ? options->timeout_ms : COMPARE_MS;
  if (kcd_everywhere_open(&applying->session, options, limit, &applying->planned.set, &applying->everywhere, &err) != 0)
    kcd_run_failed(applying->run, &err);
  else
    kcd_everywhere_report(&applying->everywhere, &applying->planned.set, applying->run->report, false);
}

/* Takes MESSAGE. */
static void warn(struct kcd_object_plan *plan, char *message)
{
  plan->warnings = kcd_reallocarray(plan->warnings, plan->n_warnings + 1, sizeof *plan->warnings);
  plan->warnings[plan->n_warnings++] = message;
}

void apply_warn_of_replicas(const struct applying *applying, struct apply_plans *plans)
{
  const struct kcd_replicas *replicas = kcd_everywhere_replicas(&applying->everywhere);
  for (size_t object = 0; replicas && object < plans->n; object++) {
    struct kcd_object_plan *plan = &plans->plans[object];
    for (size_t i = 0; kcd_object_plan_state(plan) == KCD_PLAN_CHANGE && i < replicas->n; i++) {
      char *warning =
          is_own(applying, &replicas->v[i]) ? NULL : kcd_replica_warning(&replicas->v[i], plans->set.dc, plan->host);
      if (warning)
        warn(plan, warning);
    }
  }
}

/* ---- after ---- */

/* What every DC is to show of one host: what was planned, or, where nothing had to be done, what is there. */
struct wanted {
  struct kcd_account now;                 /* on the session's DC */
  const struct kcd_values *values, *gone; /* what its list has to hold, and what not any more */
  bool is_target;                         /* its descriptor counts, as it is here */
};

struct waiting {
  struct applying *applying;
  struct wanted *wanted;
  size_t n_wanted;
  struct kcd_wait_row *rows; /* one a DC, without the session's own */
  bool *pending;             /* one a replica */
  size_t n_rows;
  struct timespec began;
};

static unsigned elapsed_ms(const struct waiting *waiting)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (unsigned)((now.tv_sec - waiting->began.tv_sec) * 1000 + (now.tv_nsec - waiting->began.tv_nsec) / 1000000);
}

/* A host that was not written to, for whatever reason, is not waited for. */
static void add_wanted(struct waiting *waiting, const struct kcd_object_plan *plan, bool is_target)
{
  struct kcd_error ignored = KCD_ERROR_INIT;
  struct wanted wanted = {.is_target = is_target};
  if (!plan->host || kcd_object_plan_state(plan) == KCD_PLAN_REFUSED ||
      kcd_gather_account(waiting->applying->session.dir, plan->host->guid, &wanted.now, &ignored) != 0)
    return;
  struct kcd_copy here = {.there = true, .account = wanted.now};
  bool nothing = kcd_object_plan_state(plan) == KCD_PLAN_NOTHING;
  const struct kcd_bytes *rbcd = plan->rbcd_after.len > 0 ? &plan->rbcd_after : NULL;
  uint32_t uac = plan->uac_before == plan->uac_after ? wanted.now.uac : plan->uac_after;
  if (!nothing && !kcd_copy_shows(&here, &plan->add, &plan->remove, uac, rbcd)) {
    kcd_account_done(&wanted.now);
    return;
  }
  wanted.values = nothing ? NULL : &plan->add;
  wanted.gone = nothing ? NULL : &plan->remove;
  waiting->wanted = kcd_reallocarray(waiting->wanted, waiting->n_wanted + 1, sizeof *waiting->wanted);
  waiting->wanted[waiting->n_wanted++] = wanted;
}

static void waiting_done(struct waiting *waiting)
{
  for (size_t i = 0; i < waiting->n_wanted; i++)
    kcd_account_done(&waiting->wanted[i].now);
  free(waiting->wanted);
  free(waiting->rows);
  free(waiting->pending);
}

static bool shows(const struct wanted *wanted, const struct kcd_replica *replica)
{
  const struct kcd_copy *copy = kcd_replica_copy(replica, wanted->now.guid);
  const struct kcd_values *values = wanted->values ? wanted->values : &wanted->now.delegate_to;
  const struct kcd_bytes *rbcd = wanted->is_target ? &wanted->now.rbcd : NULL;
  return replica->reached && copy && kcd_copy_shows(copy, values, wanted->gone, wanted->now.uac, rbcd);
}

static bool shows_all(const struct waiting *waiting, const struct kcd_replica *replica)
{
  for (size_t i = 0; i < waiting->n_wanted; i++)
    if (!shows(&waiting->wanted[i], replica))
      return false;
  return true;
}

static void tell_progress(const char *name, unsigned seconds)
{
  if (!isatty(STDERR_FILENO))
    return;
  KCD_AUTO_CHAR safe = kcd_safe(name);
  kcd_message("%s shows the change after %u s", safe, seconds);
}

/* Reads all DCs that lacked the change; whether one still does. */
static bool look(struct waiting *waiting)
{
  struct kcd_everywhere *everywhere = &waiting->applying->everywhere;
  const struct kcd_replicas *replicas = kcd_everywhere_replicas(everywhere);
  kcd_rollcall_read(everywhere->rollcall, everywhere->domain, waiting->pending);
  bool lacking = false;
  size_t row = 0;
  for (size_t i = 0; i < replicas->n; i++) {
    if (is_own(waiting->applying, &replicas->v[i]))
      continue;
    struct kcd_wait_row *it = &waiting->rows[row++];
    if (waiting->pending[i] && shows_all(waiting, &replicas->v[i])) {
      waiting->pending[i] = false;
      it->shows = true;
      it->after = elapsed_ms(waiting) / 1000;
      tell_progress(replicas->v[i].dc->name, it->after);
    }
    lacking = lacking || !it->shows;
  }
  return lacking;
}

static void pause_for(unsigned ms)
{
  for (unsigned slept = 0; slept < ms && !kcd_interrupted(); slept += STEP_MS) {
    struct timespec step = {.tv_nsec = (long)STEP_MS * 1000000};
    nanosleep(&step, NULL);
  }
}

/* Whether all show it. */
static bool wait_for_all(struct waiting *waiting, unsigned limit_ms)
{
  unsigned pause = FIRST_PAUSE_MS;
  while (look(waiting)) {
    unsigned elapsed = elapsed_ms(waiting);
    if (kcd_interrupted() || elapsed >= limit_ms)
      return false;
    pause_for(limit_ms - elapsed < pause ? limit_ms - elapsed : pause);
    pause = pause * 2 < LONGEST_PAUSE_MS ? pause * 2 : LONGEST_PAUSE_MS;
  }
  return true;
}

static void report_laggards(const struct waiting *waiting)
{
  struct kcd_report *report = waiting->applying->run->report;
  for (size_t row = 0; row < waiting->n_rows; row++) {
    const struct kcd_replica *replica = waiting->rows[row].replica;
    for (size_t i = 0; !waiting->rows[row].shows && i < waiting->n_wanted; i++) {
      struct kcd_finding lag;
      if (shows(&waiting->wanted[i], replica))
        continue;
      kcd_replica_lag(replica, kcd_dir_dc(waiting->applying->session.dir), &waiting->wanted[i].now, &lag);
      kcd_report_finding(report, &lag);
      kcd_finding_done(&lag);
    }
  }
}

/* "kcdfix check --all-dcs ..." for each host that is not everywhere yet. */
static void suggest_check(const struct waiting *waiting)
{
  struct applying *applying = waiting->applying;
  for (size_t i = 0; i < applying->planned.set.n_hosts; i++) {
    const struct kcd_host_facts *host = &applying->planned.set.hosts[i];
    if (!host->account)
      continue;
    KCD_AUTO_CHAR line = apply_command_line(applying, "check --all-dcs", host->operand);
    KCD_AUTO_CHAR step = kcd_asprintf("then: %s", line);
    kcd_report_next_step(applying->run->report, step);
  }
}

static void begin(struct waiting *waiting)
{
  const struct kcd_replicas *replicas = kcd_everywhere_replicas(&waiting->applying->everywhere);
  const struct apply_plans *planned = &waiting->applying->planned;
  clock_gettime(CLOCK_MONOTONIC, &waiting->began);
  for (size_t i = 0; i < planned->n; i++)
    add_wanted(waiting, &planned->plans[i], !planned->hosts[i]);
  waiting->rows = kcd_calloc(replicas->n + 1, sizeof *waiting->rows);
  waiting->pending = kcd_calloc(replicas->n + 1, sizeof *waiting->pending);
  for (size_t i = 0; i < replicas->n; i++) {
    waiting->pending[i] = !is_own(waiting->applying, &replicas->v[i]);
    if (waiting->pending[i])
      waiting->rows[waiting->n_rows++].replica = &replicas->v[i];
  }
}

int apply_wait(struct applying *applying)
{
  const struct kcd_options *options = options_of(applying);
  if (!options->wait || !kcd_everywhere_replicas(&applying->everywhere))
    return options->wait ? KCD_EXIT_CANNOT_TELL : KCD_EXIT_OK;
  struct waiting waiting = {.applying = applying};
  begin(&waiting);
  bool all = wait_for_all(&waiting, options->wait_seconds * 1000);
  kcd_report_wait(applying->run->report, options->wait_seconds, elapsed_ms(&waiting) / 1000, waiting.rows,
                  waiting.n_rows);
  if (!all) {
    report_laggards(&waiting);
    suggest_check(&waiting);
  }
  waiting_done(&waiting);
  if (kcd_interrupted())
    return KCD_EXIT_INTERRUPTED;
  return all ? KCD_EXIT_OK : KCD_EXIT_STILL_FAILS;
}
