#include "everywhere.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/locate.h>
#include <kcdfix/text.h>

#include "exit_status.h"

#define DNS_MS 3000 /* the directory knows them too: DNS only adds what it does not name */

/* ---- which objects ---- */

struct guids {
  uint8_t (*v)[16];
  size_t n;
};

static void add_guid(struct guids *guids, const struct kcd_account *account)
{
  if (!account)
    return;
  for (size_t i = 0; i < guids->n; i++)
    if (memcmp(guids->v[i], account->guid, sizeof *guids->v) == 0)
      return;
  guids->v = kcd_reallocarray(guids->v, guids->n + 1, sizeof *guids->v);
  memcpy(guids->v[guids->n++], account->guid, sizeof *guids->v);
}

static const struct kcd_account *account_of_target(const struct kcd_target *target)
{
  const struct kcd_account *owner = kcd_target_account(target);
  return owner ? owner : target->named;
}

static void objects_of(const struct kcd_facts_set *set, struct guids *ret)
{
  for (size_t i = 0; i < set->n_hosts; i++)
    add_guid(ret, set->hosts[i].account);
  for (size_t i = 0; i < set->n_targets; i++)
    add_guid(ret, account_of_target(&set->targets[i]));
  add_guid(ret, set->user);
}

/* ---- which domain controllers ---- */

static void add_from_dns(struct kcd_everywhere *everywhere, int timeout_ms)
{
  KCD_AUTO_VALUE(kcd_srv_list) list = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_locate(everywhere->domain, timeout_ms < DNS_MS ? timeout_ms : DNS_MS, &list, &ignored) != 0)
    return;
  for (size_t i = 0; i < list.n; i++)
    kcd_controllers_add(&everywhere->controllers, list.v[i].host);
}

/* The session's own has been read; for the others a ticket is needed, and its KDC is the one to give it. */
static void prepare(struct kcd_session *session, struct kcd_everywhere *everywhere)
{
  const struct kcd_dc *own = kcd_dir_dc(session->dir);
  for (size_t i = 0; i < everywhere->controllers.n; i++) {
    const char *name = everywhere->controllers.v[i].name;
    struct kcd_error err = KCD_ERROR_INIT;
    if (kcd_equal_nocase(name, own->name) || kcd_equal_nocase(name, session->server) ||
        kcd_login_ticket(session->login, name, &err) != 0)
      kcd_rollcall_skip(everywhere->rollcall, i, &err);
  }
}

int kcd_everywhere_open(struct kcd_session *session, const struct kcd_options *options, int timeout_ms,
                        const struct kcd_facts_set *set, struct kcd_everywhere *ret, struct kcd_error *err)
{
  struct kcd_everywhere everywhere = {.domain = kcd_strdup(set->dc->domain)};
  if (kcd_controllers_read(session->dir, &everywhere.controllers, err) != 0) {
    kcd_everywhere_done(&everywhere);
    return -1;
  }
  add_from_dns(&everywhere, timeout_ms);
  struct guids guids = {0};
  objects_of(set, &guids);
  struct kcd_dir_options dir_options = {.timeout_ms = timeout_ms, .trace = options->verbose > 1 ? kcd_trace : NULL};
  everywhere.rollcall = kcd_rollcall_new(&everywhere.controllers, (const uint8_t(*)[16])guids.v, guids.n, &dir_options);
  free(guids.v);
  prepare(session, &everywhere);
  kcd_rollcall_read(everywhere.rollcall, everywhere.domain, NULL);
  *ret = everywhere;
  return 0;
}

void kcd_everywhere_done(struct kcd_everywhere *everywhere)
{
  kcd_rollcall_free(everywhere->rollcall);
  kcd_controllers_done(&everywhere->controllers);
  free(everywhere->domain);
  *everywhere = (struct kcd_everywhere){0};
}

struct kcd_replicas *kcd_everywhere_replicas(const struct kcd_everywhere *everywhere)
{
  return everywhere->rollcall ? kcd_rollcall_replicas(everywhere->rollcall) : NULL;
}

int kcd_everywhere_report(const struct kcd_everywhere *everywhere, const struct kcd_facts_set *set,
                          struct kcd_report *report, bool show)
{
  const struct kcd_replicas *replicas = kcd_everywhere_replicas(everywhere);
  int status = KCD_EXIT_OK;
  for (size_t i = 0; replicas && i < replicas->n; i++) {
    const struct kcd_replica *replica = &replicas->v[i];
    bool failed = kcd_error_is_set(&replica->error);
    if (!replica->reached && !failed)
      continue; /* the session's own */
    kcd_report_replica(report, replica, kcd_replica_standing(replica, set->accounts, set->n_accounts));
    if (!failed)
      continue;
    kcd_report_error(report, &replica->error);
    if (show)
      kcd_show_error(&replica->error);
    status = KCD_EXIT_CANNOT_TELL;
  }
  struct kcd_finding mixed;
  if (kcd_controllers_mixed(&everywhere->controllers, everywhere->domain, &mixed)) {
    kcd_report_finding(report, &mixed);
    kcd_finding_done(&mixed);
  }
  return status;
}
