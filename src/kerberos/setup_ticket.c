/* The credential cache that a login would use, and the ticket-granting ticket in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <krb5.h>

#include <kcdfix/setup.h>
#include <kcdfix/text.h>

#include "ccache.h"
#include "context.h"
#include "names.h"
#include "shared_file.h"

static int enctype_of(krb5_context k5, const krb5_data *data)
{
  krb5_ticket *ticket = NULL;
  if (krb5_decode_ticket(data, &ticket) != 0)
    return 0;
  int enctype = ticket->enc_part.enctype;
  krb5_free_ticket(k5, ticket);
  return enctype;
}

/* That of the client's own realm. */
static void read_tgt(krb5_context k5, krb5_ccache ccache, krb5_principal client, struct kcd_ticket_facts *ret)
{
  krb5_creds wanted = {.client = client}, found;
  krb5_principal tgs = NULL;
  const krb5_data *realm = &client->realm;
  if (krb5_build_principal_ext(k5, &tgs, realm->length, realm->data, (unsigned)KRB5_TGS_NAME_SIZE, KRB5_TGS_NAME,
                               realm->length, realm->data, 0) != 0)
    return;
  wanted.server = tgs;
  if (krb5_cc_retrieve_cred(k5, ccache, 0, &wanted, &found) == 0) {
    ret->has_tgt = true;
    ret->forwardable = (found.ticket_flags & TKT_FLG_FORWARDABLE) != 0;
    ret->ends = (time_t)(uint32_t)found.times.endtime;
    ret->session_enctype = found.keyblock.enctype;
    ret->ticket_enctype = enctype_of(k5, &found.ticket);
    krb5_free_cred_contents(k5, &found);
  }
  krb5_free_principal(k5, tgs);
}

static int read_cache(krb5_context k5, krb5_ccache ccache, struct kcd_ticket_facts *ret, struct kcd_error *err)
{
  ret->cache = kcd_ccache_name(k5, ccache);
  if (kcd_starts_nocase(ret->cache, "FILE:"))
    ret->others_may_read = kcd_others_may_read(ret->cache + strlen("FILE:"));
  krb5_principal client = NULL;
  if (kcd_ccache_check(k5, ccache, &client, err) != 0)
    return -1;
  ret->principal = kcd_principal_text(k5, client);
  ret->realm = kcd_strndup(client->realm.data, client->realm.length);
  read_tgt(k5, ccache, client, ret);
  krb5_free_principal(k5, client);
  return 0;
}

void kcd_setup_ticket(const char *name, struct kcd_ticket_facts *ret)
{
  *ret = (struct kcd_ticket_facts){.cache = NULL};
  krb5_context k5 = NULL;
  krb5_ccache ccache = NULL;
  struct kcd_error err = KCD_ERROR_INIT;
  int status = kcd_new_context(&k5, &err);
  if (status == 0)
    status = kcd_open_cache(k5, name, &ccache, &err);
  if (status == 0)
    status = read_cache(k5, ccache, ret, &err);
  kcd_trial_set(&ret->trial, status, &err);
  if (ccache != NULL)
    krb5_cc_close(k5, ccache);
  krb5_free_context(k5);
}
