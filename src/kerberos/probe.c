#include <errno.h>
#include <stdlib.h>

#include <kcdfix/probe.h>

#include "environment.h"
#include "errors.h"
#include "names.h"
#include "probe_session.h"

static int set_up(struct kcd_probe *probe, const struct kcd_probe_options *options, struct kcd_error *err)
{
  if (kcd_config_private(options->realm, options->kdc, options->kdc_port, &probe->config, err) != 0)
    return -1;
  if (kcd_environment_without_locator() != 0)
    return kcd_fail_errno(err, KCD_E_IO, errno, "cannot set the environment");
  struct kcd_s4u *s4u = &probe->s4u;
  krb5_error_code code = kcd_config_context(&probe->config, &s4u->k5);
  if (code == 0)
    code = krb5_cc_new_unique(s4u->k5, "MEMORY", NULL, &s4u->ccache);
  if (code != 0)
    return kcd_krb5_fail(err, KCD_E_IO, s4u->k5, code, "cannot set up libkrb5");
  kcd_kdc_init(&probe->kdc, &(struct kcd_kdc_options){.host = options->kdc,
                                                      .realm = options->realm,
                                                      .port = options->kdc_port,
                                                      .timeout_ms = options->timeout_ms,
                                                      .trace = options->trace,
                                                      .trace_data = options->trace_data});
  probe->kdc.left_out = KCD_LEAVE_OUT_FAST;
  kcd_kdc_attach(&probe->kdc, s4u->k5);
  return 0;
}

/* Whose key it is, and where it is from. */
static int take_key(struct kcd_probe *probe, const struct kcd_probe_options *options, struct kcd_error *err)
{
  krb5_context k5 = probe->s4u.k5;
  krb5_error_code code;
  if (options->keytab != NULL) {
    if (kcd_keytab_open(k5, options->keytab, options->host, options->realm, &probe->keytab, err) != 0)
      return -1;
    probe->file = kcd_strdup(options->keytab);
    code = krb5_copy_principal(k5, probe->keytab.client, &probe->s4u.host);
  } else {
    probe->password = kcd_strdup(options->password);
    code = kcd_principal_of_user(k5, options->host, options->realm, &probe->s4u.host);
  }
  return code == 0 ? 0 : kcd_krb5_fail(err, KCD_E_IO, k5, code, "cannot set up libkrb5");
}

int kcd_probe_open(const struct kcd_probe_options *options, struct kcd_probe **ret, struct kcd_error *err)
{
  KCD_AUTO(kcd_probe) probe = kcd_calloc(1, sizeof(*probe));
  probe->config = KCD_CONFIG_INIT;
  if (set_up(probe, options, err) != 0 || take_key(probe, options, err) != 0)
    return -1;
  krb5_context k5 = probe->s4u.k5;
  probe->host = kcd_principal_component(probe->s4u.host, 0);
  probe->client = kcd_principal_text(k5, probe->s4u.host);
  *ret = KCD_TAKE(probe);
  return 0;
}

static void evidence_done(krb5_context k5, struct kcd_evidence *evidence)
{
  free(evidence->user);
  krb5_free_creds(k5, evidence->creds);
  kcd_exchange_done(&evidence->exchange);
}

void kcd_probe_close(struct kcd_probe *probe)
{
  if (probe == NULL)
    return;
  krb5_context k5 = probe->s4u.k5;
  for (size_t i = 0; i < probe->n_evidence; i++)
    evidence_done(k5, &probe->evidence[i]);
  free(probe->evidence);
  kcd_exchange_done(&probe->as);
  kcd_keytab_done(k5, &probe->keytab);
  krb5_free_principal(k5, probe->s4u.host);
  if (probe->s4u.ccache != NULL)
    krb5_cc_destroy(k5, probe->s4u.ccache);
  krb5_free_context(k5);
  kcd_kdc_done(&probe->kdc);
  kcd_config_done(&probe->config);
  free(probe->file);
  kcd_free_secret(probe->password);
  free(probe->host);
  free(probe->client);
  free(probe);
}

const char *kcd_probe_host(const struct kcd_probe *probe)
{
  return probe->host;
}

const char *kcd_probe_realm(const struct kcd_probe *probe)
{
  return probe->kdc.realm;
}

unsigned kcd_probe_requests(const struct kcd_probe *probe)
{
  return probe->kdc.requests;
}
