#include <stddef.h>
#include <string.h>

#include <sasl/sasl.h>

#include <kcdfix/clock.h>
#include <kcdfix/survey.h>
#include <kcdfix/text.h>

#include "dir.h"

#define MECHANISM "GSSAPI"
#define MIN_SSF 56
#define MAX_STEPS 8 /* GSSAPI takes three */

/* The login decides who we are; there is nothing to ask anybody. */
static int answer_prompts(LDAP *ld, unsigned flags, void *defaults, void *prompts)
{
  (void)ld;
  (void)flags;
  (void)defaults;
  for (sasl_interact_t *prompt = prompts; prompt->id != SASL_CB_LIST_END; prompt++) {
    prompt->result = "";
    prompt->len = 0;
  }
  return LDAP_SUCCESS;
}

/* Inside TLS a DC allows no second layer (MS-ADTS 5.1.2.2); channel binding ties the two together instead. */
static bool set_protection(struct kcd_dir *dir)
{
  int binding = dir->tls ? LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT : LDAP_OPT_X_SASL_CBINDING_NONE;
  const char *properties =
      dir->tls ? "minssf=0,maxssf=0,noanonymous,noplain" : "minssf=56,maxssf=256,noanonymous,noplain,maxbufsize=65536";
  return ldap_set_option(dir->ld, LDAP_OPT_X_SASL_SECPROPS, properties) == LDAP_OPT_SUCCESS &&
         ldap_set_option(dir->ld, LDAP_OPT_X_SASL_CBINDING, &binding) == LDAP_OPT_SUCCESS;
}

/* ---- what went wrong, in words ---- */

/* LD NULL: of cyrus-sasl as this process has it. */
static bool has_mechanism(LDAP *ld)
{
  char **list = NULL;
  if (ldap_get_option(ld, LDAP_OPT_X_SASL_MECHLIST, &list) != LDAP_OPT_SUCCESS || list == NULL)
    return false;
  for (; *list != NULL; list++)
    if (kcd_equal_nocase(*list, MECHANISM))
      return true;
  return false;
}

static int no_plugin(int result, const char *whom, struct kcd_error *err)
{
  kcd_fail_foreign(err, KCD_E_NOT_AUTHENTICATED, KCD_CODE_LDAP, result, dir_result_name(result),
                   "this machine has no SASL mechanism GSSAPI, so nobody can log in to %s", whom);
  kcd_error_id(err, "sasl-plugin-missing");
  return kcd_error_next(err, "install the package libsasl2-modules-gssapi-mit (Debian, Ubuntu) or cyrus-sasl-gssapi "
                             "(Fedora, RHEL)");
}

static int fail_without_plugin(const struct kcd_dir *dir, int result, const char *text, struct kcd_error *err)
{
  no_plugin(result, dir->where, err);
  dir_said(err, text);
  return kcd_error_on(err, NULL, dir->host);
}

int kcd_survey_sasl(struct kcd_error *err)
{
  struct dir_hurry hurry;
  dir_hurry(&hurry);
  bool has = has_mechanism(NULL);
  dir_hurry_end(&hurry);
  return has ? 0 : no_plugin(LDAP_AUTH_UNKNOWN, "a domain controller", err);
}

static int fail_inside_tls(const struct kcd_dir *dir, int result, const char *text, struct kcd_error *err)
{
  kcd_fail_foreign(err, KCD_E_UNSUPPORTED, KCD_CODE_LDAP, result, dir_result_name(result),
                   "%s does not allow a Kerberos login (GSSAPI) inside TLS", dir->where);
  kcd_error_id(err, "login-failed");
  kcd_error_on(err, NULL, dir->host);
  dir_said(err, text);
  return kcd_error_next(err, "use ldap://%s: there the login signs and seals everything itself", dir->host);
}

/* libkrb5's words for KRB_AP_ERR_SKEW and KRB_AP_ERR_TKT_NYV; SASL passes nothing else on. */
static bool speaks_of_clocks(const char *text)
{
  return text != NULL && (strstr(text, "Clock skew too great") != NULL || strstr(text, "Ticket not yet valid") != NULL);
}

static int fail_skew(const struct kcd_dir *dir, int result, const char *text, struct kcd_error *err)
{
  kcd_fail_foreign(
      err, KCD_E_NOT_AUTHENTICATED, KCD_CODE_LDAP, result, dir_result_name(result),
      "cannot log in to %s: this machine's clock differs too much from that of the domain; Kerberos allows "
      "5 min",
      dir->where);
  kcd_error_id(err, "clock-skew");
  kcd_error_on(err, NULL, dir->host);
  dir_said(err, text);
  KCD_AUTO_CHAR remedy = kcd_clock_remedy(dir->host);
  return kcd_error_next(err, "%s", remedy);
}

static int fail_local(const struct kcd_dir *dir, int result, const char *text, struct kcd_error *err)
{
  if (speaks_of_clocks(text))
    return fail_skew(dir, result, text, err);
  kcd_fail_foreign(err, KCD_E_NOT_AUTHENTICATED, KCD_CODE_LDAP, result, dir_result_name(result),
                   "cannot log in to %s: Kerberos gives no ticket for ldap/%s", dir->where, dir->host);
  kcd_error_id(err, "login-failed");
  kcd_error_on(err, NULL, dir->host);
  dir_said(err, text);
  return kcd_error_next(err, "see what Kerberos says: kvno ldap/%s; get a new ticket: kinit", dir->host);
}

/* 8 is the answer of a DC that wants a SASL layer although there is TLS, 53 that of one that wants none. */
static bool is_refusal_of_tls(const struct kcd_dir *dir, int result)
{
  return dir->tls && (result == LDAP_STRONG_AUTH_REQUIRED || result == LDAP_UNWILLING_TO_PERFORM);
}

static int fail_bind(const struct kcd_dir *dir, int result, struct kcd_error *err)
{
  DIR_AUTO_TEXT text = NULL;
  ldap_get_option(dir->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text);
  if (result == LDAP_AUTH_UNKNOWN && !has_mechanism(dir->ld))
    return fail_without_plugin(dir, result, text, err);
  if (is_refusal_of_tls(dir, result))
    return fail_inside_tls(dir, result, text, err);
  if (result == LDAP_LOCAL_ERROR)
    return fail_local(dir, result, text, err);
  dir_fail(dir, result, text, err, "cannot log in");
  if (result == LDAP_INVALID_CREDENTIALS)
    kcd_error_next(err,
                   "the ticket may be older than the password of %s or the clocks may differ: get a new one (kinit)",
                   dir->host);
  return -1;
}

static int fail_unsealed(const struct kcd_dir *dir, unsigned long ssf, struct kcd_error *err)
{
  kcd_fail(err, KCD_E_UNSUPPORTED,
           "%s does not seal the connection (strength %lu, at least %d is needed): nothing was asked", dir->where, ssf,
           MIN_SSF);
  kcd_error_id(err, "login-failed");
  return kcd_error_on(err, NULL, dir->host);
}

/* ---- the exchange ---- */

static int verify_protection(const struct kcd_dir *dir, struct kcd_error *err)
{
  ber_len_t ssf = 0;
  if (dir->tls)
    return 0;
  if (ldap_get_option(dir->ld, LDAP_OPT_X_SASL_SSF, &ssf) != LDAP_OPT_SUCCESS || ssf < MIN_SSF)
    return fail_unsealed(dir, ssf, err);
  return 0;
}

static int next_answer(struct kcd_dir *dir, int msgid, int64_t begin, LDAPMessage **ret, struct kcd_error *err)
{
  if (*ret != NULL)
    ldap_msgfree(*ret);
  *ret = NULL;
  int got = dir_wait(dir, msgid, LDAP_MSG_ALL, dir_left_ms(dir, begin), ret, err);
  if (got < 0)
    return -1;
  return got == 0 ? dir_fail_timeout(dir, err) : 0;
}

static int exchange(struct kcd_dir *dir, struct kcd_error *err)
{
  DIR_AUTO_MESSAGE answer = NULL;
  const char *mechanism = NULL;
  int64_t begin = kcd_now_ms();
  for (int step = 0; step < MAX_STEPS; step++) {
    int msgid = 0;
    int result = ldap_sasl_interactive_bind(dir->ld, NULL, MECHANISM, NULL, NULL, LDAP_SASL_QUIET, answer_prompts, NULL,
                                            answer, &mechanism, &msgid);
    if (result == LDAP_SUCCESS)
      return verify_protection(dir, err);
    if (result != LDAP_SASL_BIND_IN_PROGRESS)
      return fail_bind(dir, result, err);
    dir_sent(dir, "bind %s, step %d", MECHANISM, step + 1);
    if (next_answer(dir, msgid, begin, &answer, err) < 0)
      return kcd_error_wrap(err, "cannot log in");
  }
  return dir_fail_answer(dir, err, "a login without end");
}

/* After a failure nothing more may be asked: the session could be anonymous or unprotected. */
int kcd_dir_bind(struct kcd_dir *dir, struct kcd_error *err)
{
  if (dir->lost)
    return dir_fail(dir, LDAP_SERVER_DOWN, NULL, err, NULL);
  if (!set_protection(dir))
    return kcd_fail(err, KCD_E_UNSUPPORTED, "this libldap does not take the options for a protected login");
  struct dir_hurry hurry;
  dir_hurry(&hurry);
  int status = exchange(dir, err);
  dir_hurry_end(&hurry);
  if (status == 0)
    status = dir_read_rootdse_again(dir, err);
  if (status < 0)
    dir->lost = true;
  return status;
}
