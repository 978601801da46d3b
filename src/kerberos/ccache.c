#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/text.h>

#include "ccache.h"
#include "errors.h"
#include "names.h"

enum { MANY_TICKETS = 10000 };

struct content {
  bool any;
  krb5_timestamp latest; /* end of the ticket that lasts longest */
};

char *kcd_ccache_name(krb5_context k5, krb5_ccache ccache)
{
  char *name = NULL;
  if (krb5_cc_get_full_name(k5, ccache, &name) != 0)
    return kcd_strdup("the credential cache");
  char *copy = kcd_strdup(name);
  krb5_free_string(k5, name);
  return copy;
}

static krb5_error_code read_content(krb5_context k5, krb5_ccache ccache, struct content *ret)
{
  krb5_cc_cursor cursor;
  krb5_error_code code = krb5_cc_start_seq_get(k5, ccache, &cursor);
  if (code != 0)
    return code;
  krb5_creds creds;
  for (int i = 0; i < MANY_TICKETS && (code = krb5_cc_next_cred(k5, ccache, &cursor, &creds)) == 0; i++) {
    if (!krb5_is_config_principal(k5, creds.server)) {
      ret->any = true;
      if ((uint32_t)creds.times.endtime > (uint32_t)ret->latest)
        ret->latest = creds.times.endtime;
    }
    krb5_free_cred_contents(k5, &creds);
  }
  krb5_cc_end_seq_get(k5, ccache, &cursor);
  return code == KRB5_CC_END ? 0 : code;
}

static bool is_absent(krb5_error_code code)
{
  return code == KRB5_FCC_NOFILE || code == KRB5_CC_NOTFOUND || code == ENOENT || code == KRB5_CC_END;
}

static int fail_without_principal(krb5_context k5, krb5_error_code code, const char *name, struct kcd_error *err)
{
  if (is_absent(code))
    kcd_krb5_fail_as(err, KCD_E_NOT_AUTHENTICATED, code, "no-ticket", "no Kerberos ticket: there is no cache %s", name);
  else
    kcd_krb5_fail(err, KCD_E_IO, k5, code, "cannot read the Kerberos tickets in %s", name);
  kcd_error_id(err, "no-ticket");
  kcd_error_on(err, name, NULL);
  return kcd_error_next(err, "kinit USER@REALM");
}

static int fail_without_ticket(krb5_context k5, krb5_const_principal principal, const struct content *content,
                               const char *name, struct kcd_error *err)
{
  KCD_AUTO_CHAR who = kcd_principal_text(k5, principal);
  if (content->any) {
    KCD_AUTO_CHAR when = kcd_time_people((time_t)(uint32_t)content->latest);
    kcd_krb5_fail_as(err, KCD_E_NOT_AUTHENTICATED, KRB5KRB_AP_ERR_TKT_EXPIRED, "ticket-expired",
                     "the Kerberos ticket of %s in %s expired at %s", who, name, when);
  } else {
    kcd_fail(err, KCD_E_NOT_AUTHENTICATED, "no Kerberos ticket: %s holds none for %s", name, who);
    kcd_error_id(err, "no-ticket");
  }
  kcd_error_on(err, name, NULL);
  KCD_AUTO_CHAR word = kcd_shell_word(who);
  return kcd_error_next(err, "kinit %s", word);
}

int kcd_ccache_check(krb5_context k5, krb5_ccache ccache, krb5_principal *ret, struct kcd_error *err)
{
  KCD_AUTO_CHAR name = kcd_ccache_name(k5, ccache);
  krb5_principal principal = NULL;
  struct content content = {.any = false};
  krb5_error_code code = krb5_cc_get_principal(k5, ccache, &principal);
  if (code == 0)
    code = read_content(k5, ccache, &content);
  krb5_timestamp now = 0;
  if (code == 0)
    code = krb5_timeofday(k5, &now);
  int status = 0;
  if (code != 0)
    status = fail_without_principal(k5, code, name, err);
  else if (!content.any || (uint32_t)content.latest <= (uint32_t)now)
    status = fail_without_ticket(k5, principal, &content, name, err);
  if (status == 0)
    *ret = principal;
  else
    krb5_free_principal(k5, principal);
  return status;
}
