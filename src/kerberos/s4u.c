#include <stdint.h>

#include "errors.h"
#include "s4u.h"
#include "undeclared.h"

/* Codes that only steer the exchange (RFC 4120 7.5.9): preauthentication asked for, answer too long for UDP. */
enum { ERR_PREAUTH_REQUIRED = 25, ERR_RESPONSE_TOO_BIG = 52 };

krb5_error_code kcd_ticket_to_host(const struct kcd_s4u *s4u, krb5_ccache ccache, krb5_principal client,
                                   krb5_creds **ret)
{
  krb5_creds in = {.client = client, .server = s4u->host};
  return krb5_get_credentials(s4u->k5, KRB5_GC_NO_STORE, ccache, &in, ret);
}

krb5_error_code kcd_s4u2self(const struct kcd_s4u *s4u, krb5_principal user, krb5_creds **ret)
{
  krb5_creds in = {.client = user, .server = s4u->host};
  return krb5_get_credentials_for_user(s4u->k5, KRB5_GC_NO_STORE, s4u->ccache, &in, NULL, ret);
}

/* libkrb5 checks the service in the reply but not the client, since it has no name to compare it with. */
krb5_error_code kcd_s4u2proxy(const struct kcd_s4u *s4u, const krb5_creds *evidence, krb5_principal service,
                              krb5_creds **ret)
{
  krb5_creds in = {.client = s4u->host, .server = service, .second_ticket = evidence->ticket};
  krb5_creds *out = NULL;
  krb5_error_code code =
      krb5_get_credentials(s4u->k5, KRB5_GC_CONSTRAINED_DELEGATION | KRB5_GC_NO_STORE, s4u->ccache, &in, &out);
  if (code != 0)
    return code;
  if (!krb5_principal_compare(s4u->k5, evidence->client, out->client)) {
    krb5_free_creds(s4u->k5, out);
    return KRB5_KDCREP_MODIFIED;
  }
  *ret = out;
  return 0;
}

/* krb5_timestamp is 32 bits, read as unsigned (krb5 1.16 and later: good until 2106). */
static time_t time_of(krb5_timestamp stamp)
{
  return (time_t)(uint32_t)stamp;
}

static void conclude_ticket(struct kcd_exchange *exchange, krb5_context k5, const krb5_creds *creds)
{
  exchange->answer = (struct kcd_answer){
      .outcome = KCD_TICKET,
      .forwardable = (creds->ticket_flags & TKT_FLG_FORWARDABLE) != 0,
      .code = 0,
  };
  exchange->ok_as_delegate = (creds->ticket_flags & TKT_FLG_OK_AS_DELEGATE) != 0;
  exchange->starts = time_of(creds->times.starttime != 0 ? creds->times.starttime : creds->times.authtime);
  exchange->ends = time_of(creds->times.endtime);
  krb5_ticket *ticket = NULL;
  if (krb5_decode_ticket(&creds->ticket, &ticket) != 0)
    return;
  exchange->enctype = ticket->enc_part.enctype;
  exchange->kvno = ticket->enc_part.kvno;
  krb5_free_ticket(k5, ticket);
}

static void conclude_refusal(struct kcd_exchange *exchange, const struct kcd_kdc *kdc)
{
  struct kcd_error ignored = KCD_ERROR_INIT;
  struct kcd_krb_error *error = &exchange->krb_error;
  if (kdc->refusal.len == 0 || kcd_krb_error_decode(kdc->refusal.data, kdc->refusal.len, error, &ignored) != 0)
    return;
  exchange->has_krb_error = true;
  if (error->code == ERR_PREAUTH_REQUIRED || error->code == ERR_RESPONSE_TOO_BIG)
    return;
  exchange->answer.code = error->code;
  exchange->answer.has_ntstatus = error->edata == KCD_EDATA_NTSTATUS;
  exchange->answer.ntstatus = error->ntstatus;
}

void kcd_exchange_conclude(struct kcd_exchange *exchange, krb5_context k5, const struct kcd_kdc *kdc,
                           krb5_error_code code, const krb5_creds *creds)
{
  exchange->messages = kdc->messages;
  if (code == 0) {
    conclude_ticket(exchange, k5, creds);
    return;
  }
  exchange->answer = (struct kcd_answer){.outcome = KCD_ERROR, .code = -1, .client_code = code};
  exchange->client_text = kcd_krb5_text(k5, code);
  conclude_refusal(exchange, kdc);
}
