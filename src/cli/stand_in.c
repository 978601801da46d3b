#include "stand_in.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <kcdfix/alloc.h>
#include <kcdfix/gather.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/record.h>
#include <kcdfix/text.h>

#include "interrupt.h"
#include "stand_in_end.h"

#define NAMES_MAX 8 /* names that are tried: each is taken once in 65536 */

/* ---- the maker ---- */

int kcd_stand_in_maker_open(struct kcd_run *run, struct kcd_session *session, const struct kcd_dc *dc,
                            const char *purpose, struct kcd_stand_in_maker *ret, struct kcd_error *err)
{
  *ret = (struct kcd_stand_in_maker){.run = run, .session = session, .dc = dc, .purpose = purpose};
  return kcd_stand_in_store_open(&ret->store, err);
}

void kcd_stand_in_maker_done(struct kcd_stand_in_maker *maker)
{
  kcd_stand_in_store_done(&maker->store);
  free(maker->container);
  *maker = (struct kcd_stand_in_maker){0};
}

static const struct kcd_options *options_of(const struct kcd_stand_in_maker *maker)
{
  return maker->run->options;
}

/* ---- randomness ---- */

static int fill_random(void *out, size_t len, struct kcd_error *err)
{
  uint8_t *at = out;
  while (len > 0) {
    ssize_t n = getrandom(at, len, 0);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return kcd_fail_errno(err, KCD_E_IO, errno, "no random numbers are to be had");
    at += n;
    len -= (size_t)n;
  }
  return 0;
}

/* 128 characters of base64: letters of both cases and digits, longer than any password policy demands. */
static char *make_password(struct kcd_error *err)
{
  uint8_t secret[KCD_STAND_IN_SECRET];
  char *password = fill_random(secret, sizeof secret, err) == 0 ? kcd_base64(secret, sizeof secret) : NULL;
  kcd_wipe(secret, sizeof secret);
  return password;
}

/* ---- what is made ---- */

static int choose_name(const struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record,
                       struct kcd_error *err)
{
  uint16_t number;
  if (fill_random(&number, sizeof number, err) != 0)
    return -1;
  free(record->name);
  free(record->dn);
  record->name = kcd_asprintf(KCD_STAND_IN_PREFIX "%04X$", number);
  record->dn = kcd_asprintf("CN=" KCD_STAND_IN_PREFIX "%04X,%s", number, maker->container);
  return 0;
}

/* A record that bears the name of another one, of the same second, would pass for that. */
static int choose_id(const struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record, struct kcd_error *err)
{
  for (unsigned tried = 0; tried < NAMES_MAX; tried++) {
    if (choose_name(maker, record, err) != 0)
      return -1;
    free(record->id);
    record->id = kcd_record_make_id(record->created, record->name);
    if (!kcd_stand_in_is_recorded_as(&maker->store, record->id))
      return 0;
  }
  return kcd_fail(err, KCD_E_IO, "every name that was tried is in a record of this second, such as %s", record->id);
}

static int choose_container(struct kcd_stand_in_maker *maker, const struct kcd_account *host, struct kcd_error *err)
{
  const char *given = options_of(maker)->stand_in_ou;
  char *container = given ? kcd_strdup(given) : kcd_dn_parent(host->dn);
  if (!container) {
    KCD_AUTO_CHAR dn = kcd_safe(host->dn);
    return kcd_fail(err, KCD_E_MALFORMED, "the container of %s cannot be told from its DN", dn);
  }
  bool same = maker->container && strcmp(maker->container, container) == 0;
  free(maker->container);
  maker->container = container;
  if (same && maker->may_create)
    return 0;
  maker->may_create = false;
  if (kcd_stand_in_may_create(maker->session->dir, container, err) != 0)
    return -1;
  maker->may_create = true;
  return 0;
}

static int describe(const struct kcd_stand_in_maker *maker, const struct kcd_account *host,
                    struct kcd_stand_in_record *record, struct kcd_error *err)
{
  record->state = KCD_STAND_IN_PLANNED;
  record->tool_version = kcd_strdup(KCDFIX_VERSION);
  record->created = time(NULL);
  record->dc_time = kcd_dc_time(maker->dc, record->created);
  record->purpose = kcd_strdup(maker->purpose);
  record->by = kcd_strdup(kcd_login_principal(maker->session->login));
  record->uid = (uint32_t)getuid();
  record->reason = kcd_strdup(options_of(maker)->reason);
  record->dc = kcd_strdup(maker->session->server);
  record->domain = kcd_strdup(maker->dc->domain ? maker->dc->domain : "");
  record->host = kcd_strdup(host->sam_account_name);
  if (fill_random(record->nonce, sizeof record->nonce, err) != 0)
    return -1;
  return choose_id(maker, record, err);
}

/* On disk, and locked, before the account can exist. */
static int record_it(const struct kcd_stand_in_maker *maker, struct kcd_stand_in *stand_in, struct kcd_error *err)
{
  stand_in->lock = kcd_stand_in_lock(&maker->store, stand_in->record.id, err);
  if (stand_in->lock < 0)
    return -1;
  if (kcd_stand_in_save(&maker->store, &stand_in->record, true, err) == 0)
    return 0;
  if (err->code != KCD_E_CONFLICT) /* else it is another run's */
    kcd_stand_in_discard(&maker->store, stand_in->record.id);
  return -1;
}

static void announce(const struct kcd_stand_in_maker *maker, const struct kcd_stand_in *stand_in)
{
  if (options_of(maker)->quiet)
    return;
  const struct kcd_stand_in_record *record = &stand_in->record;
  KCD_AUTO_CHAR host = kcd_safe(record->host);
  KCD_AUTO_CHAR container = kcd_safe(maker->container);
  kcd_message("making %s, a temporary account with the delegation settings of %s%s, in %s on %s; it is deleted again "
              "as soon as the KDC has answered",
              record->name, host, maker->as_planned ? " as planned" : "", container, record->dc);
}

/* ---- making it ---- */

/* A host without SPN gets a stand-in without. Owned by the caller. */
static char *spn_of(const struct kcd_stand_in_maker *maker, const struct kcd_account *host,
                    const struct kcd_stand_in_record *record)
{
  return host->spns.n > 0 ? kcd_stand_in_spn(maker->dc->flavour, record->nonce) : NULL;
}

static int add(const struct kcd_stand_in_maker *maker, const struct kcd_account *host, struct kcd_stand_in *stand_in,
               struct kcd_error *err)
{
  const struct kcd_stand_in_record *record = &stand_in->record;
  KCD_AUTO_CHAR description = kcd_stand_in_description(record->nonce, record->host, record->by,
                                                       record->created + KCD_STAND_IN_TTL, record->reason);
  KCD_AUTO_CHAR spn = spn_of(maker, host, record);
  const struct kcd_stand_in_spec spec = {.dn = record->dn,
                                         .name = record->name,
                                         .description = description,
                                         .spn = spn,
                                         .settings = &stand_in->settings,
                                         .password = stand_in->password};
  return kcd_stand_in_add(maker->session->dir, &spec, &stand_in->dynamic, err);
}

/* A name that is in use is answered with another one. */
static int add_under_free_name(const struct kcd_stand_in_maker *maker, const struct kcd_account *host,
                               struct kcd_stand_in *stand_in, struct kcd_error *err)
{
  for (unsigned tried = 1;; tried++) {
    announce(maker, stand_in);
    if (add(maker, host, stand_in, err) == 0)
      return 0;
    if (err->code != KCD_E_CONFLICT || tried == NAMES_MAX)
      return -1;
    *err = KCD_ERROR_INIT;
    if (choose_name(maker, &stand_in->record, err) != 0 ||
        kcd_stand_in_save(&maker->store, &stand_in->record, false, err) != 0)
      return -1;
  }
}

/* What the right is that is missing, in the words of the policy. */
static int explain_denial(const struct kcd_stand_in_maker *maker, const struct kcd_stand_in *stand_in,
                          struct kcd_error *err)
{
  KCD_AUTO_CHAR login = kcd_safe(kcd_login_principal(maker->session->login));
  if (kcd_stand_in_needs_privilege(&stand_in->settings)) {
    kcd_error_wrap(err,
                   "%s lacks the right \"Enable computer and user accounts to be trusted for delegation\" "
                   "(SeEnableDelegationPrivilege), which the settings of %s need; no stand-in was made",
                   login, stand_in->record.host);
    kcd_error_id(err, "no-delegation-privilege");
  } else {
    kcd_error_wrap(err, "%s may not make a stand-in there; nothing was made", login);
    kcd_error_id(err, "stand-in-denied");
  }
  if (strcmp(maker->purpose, "check") != 0)
    return kcd_error_next(err, "run it as a domain administrator; the change itself takes the same right");
  return kcd_error_next(err, "run it as a domain administrator, or with the host's keytab: -k FILE");
}

/* "No" for lack of rights, or because of the name, is the server's last word; another error may have come up behind the
 * write, so the account is looked for before its record is closed. 1: it is not there. */
static int after_another_error(const struct kcd_stand_in_maker *maker, struct kcd_stand_in *stand_in,
                               struct kcd_error *err)
{
  bool found = false;
  struct kcd_error trouble = KCD_ERROR_INIT;
  if (stand_in_look(maker, &stand_in->record, &found, &trouble) != 0)
    return stand_in_after_lost_answer(maker, stand_in, err);
  if (!found)
    return 1;
  *err = KCD_ERROR_INIT;
  return 0;
}

static int add_failed(const struct kcd_stand_in_maker *maker, struct kcd_stand_in *stand_in, struct kcd_error *err)
{
  kcd_error_on(err, stand_in->record.dn, stand_in->record.dc);
  if (err->code == KCD_E_UNKNOWN_RESULT)
    return stand_in_after_lost_answer(maker, stand_in, err);
  int looked = err->code == KCD_E_REJECTED ? after_another_error(maker, stand_in, err) : 1;
  if (looked <= 0)
    return looked;
  stand_in_save(maker, &stand_in->record, KCD_STAND_IN_REFUSED);
  if (err->code == KCD_E_DENIED)
    return explain_denial(maker, stand_in, err);
  return kcd_error_wrap(err, "no stand-in was made");
}

/* Takes its objectGUID from the DC; what cannot be seen is deleted by what is recorded. */
static int see_it(struct kcd_stand_in_maker *maker, struct kcd_stand_in *stand_in, struct kcd_error *err)
{
  bool found = false;
  struct kcd_stand_in_record *record = &stand_in->record;
  record->state = KCD_STAND_IN_MADE;
  if (stand_in_look(maker, record, &found, err) == 0 && found)
    return kcd_stand_in_save(&maker->store, record, false, err);
  if (!kcd_error_is_set(err))
    kcd_fail(err, KCD_E_REJECTED, "%s does not show the account that it has just made", record->dc);
  return -1;
}

static int make(struct kcd_stand_in_maker *maker, const struct kcd_account *host, struct kcd_stand_in *stand_in,
                struct kcd_error *err)
{
  if (add_under_free_name(maker, host, stand_in, err) != 0 && add_failed(maker, stand_in, err) != 0)
    return -1;
  if (see_it(maker, stand_in, err) == 0) {
    KCD_AUTO_CHAR spn = spn_of(maker, host, &stand_in->record);
    kcd_stand_in_account(host, &stand_in->settings, stand_in->record.name, spn, &stand_in->account);
    return 0;
  }
  struct kcd_error trouble = KCD_ERROR_INIT;
  stand_in_save(maker, &stand_in->record, KCD_STAND_IN_MADE);
  if (kcd_stand_in_remove(maker, stand_in, &trouble) != 0)
    *err = trouble;
  return -1;
}

int kcd_stand_in_make(struct kcd_stand_in_maker *maker, const struct kcd_account *host, struct kcd_stand_in *ret,
                      struct kcd_error *err)
{
  struct kcd_stand_in stand_in = {.lock = -1};
  int rc = kcd_stand_in_settings_of(host, &stand_in.settings, err);
  if (rc == 0)
    rc = kcd_session_refuse_read_only(maker->session, err);
  if (rc == 0)
    rc = choose_container(maker, host, err);
  if (rc == 0)
    rc = kcd_stand_in_store_prepare(&maker->store, err);
  if (rc == 0)
    rc = describe(maker, host, &stand_in.record, err);
  if (rc == 0) {
    stand_in.password = make_password(err);
    rc = stand_in.password ? 0 : -1;
  }
  if (rc == 0) {
    kcd_interrupt_hold(KCD_MIDWAY_STAND_IN);
    rc = record_it(maker, &stand_in, err);
    if (rc == 0)
      rc = make(maker, host, &stand_in, err);
    if (rc != 0)
      kcd_interrupt_release();
  }
  if (rc != 0) {
    kcd_stand_in_done(&stand_in);
    return -1;
  }
  *ret = stand_in;
  return 0;
}

void kcd_stand_in_forget(struct kcd_stand_in *stand_in)
{
  kcd_free_secret(stand_in->password);
  stand_in->password = NULL;
}

void kcd_stand_in_done(struct kcd_stand_in *stand_in)
{
  kcd_stand_in_forget(stand_in);
  kcd_stand_in_unlock(stand_in->lock);
  kcd_stand_in_record_done(&stand_in->record);
  kcd_stand_in_settings_done(&stand_in->settings);
  kcd_account_done(&stand_in->account);
  *stand_in = (struct kcd_stand_in){.lock = -1};
}
