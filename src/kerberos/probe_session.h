/* probe_session.h - the insides of a probe, shared by its life (probe.c) and its exchanges (probe_run.c). */
#ifndef KCDFIX_KERBEROS_PROBE_SESSION_H
#define KCDFIX_KERBEROS_PROBE_SESSION_H

#include <stdbool.h>

#include <kcdfix/observe.h>

#include "config.h"
#include "kdc_exchange.h"
#include "keytab.h"
#include "s4u.h"

/* What came of S4U2Self for a user, good for every SPN of the session. */
struct kcd_evidence {
  char *user;        /* as asked */
  krb5_creds *creds; /* NULL where there is no ticket */
  struct kcd_exchange exchange;
  struct kcd_error error; /* no answer came: no second wait for it */
};

struct kcd_probe {
  struct kcd_config config;
  struct kcd_kdc kdc;
  struct kcd_keytab keytab;
  struct kcd_s4u s4u; /* context, cache and principal of the session */
  char *file;
  char *host;   /* "CORE2016$" */
  char *client; /* "CORE2016$@KCD.TEST" */
  bool asked;   /* the AS exchange has been made, with this result: */
  struct kcd_exchange as;
  struct kcd_error as_error;
  struct kcd_evidence *evidence;
  size_t n_evidence;
};

#endif
