#include <string.h>

#include "initial.h"

struct steps {
  krb5_context k5;
  krb5_get_init_creds_opt *options;
  krb5_init_creds_context context;
};

static void steps_done(struct steps *steps)
{
  if (steps->context != NULL)
    krb5_init_creds_free(steps->k5, steps->context);
  krb5_get_init_creds_opt_free(steps->k5, steps->options);
}

static krb5_error_code begin(struct steps *steps, const struct kcd_initial *how)
{
  krb5_error_code code = krb5_get_init_creds_opt_alloc(steps->k5, &steps->options);
  if (code != 0)
    return code;
  krb5_get_init_creds_opt_set_forwardable(steps->options, 1);
  krb5_get_init_creds_opt_set_canonicalize(steps->options, how->canonicalize);
  code = krb5_init_creds_init(steps->k5, how->client, NULL, NULL, 0, steps->options, &steps->context);
  if (code != 0)
    return code;
  if (how->keytab != NULL)
    return krb5_init_creds_set_keytab(steps->k5, steps->context, how->keytab);
  return krb5_init_creds_set_password(steps->k5, steps->context, how->password);
}

krb5_error_code kcd_initial_ticket(krb5_context k5, const struct kcd_initial *how, krb5_ccache ccache, krb5_creds *ret)
{
  __attribute__((cleanup(steps_done))) struct steps steps = {.k5 = k5};
  krb5_error_code code = begin(&steps, how);
  if (code == 0)
    code = krb5_init_creds_get(k5, steps.context);
  krb5_creds creds;
  memset(&creds, 0, sizeof(creds));
  if (code == 0)
    code = krb5_init_creds_get_creds(k5, steps.context, &creds);
  if (code == 0)
    code = krb5_cc_initialize(k5, ccache, creds.client);
  if (code == 0)
    code = krb5_cc_store_cred(k5, ccache, &creds);
  if (code == 0 && ret != NULL)
    *ret = creds;
  else
    krb5_free_cred_contents(k5, &creds);
  return code;
}
