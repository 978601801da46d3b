/* probe_session.h - the insides of a probe, shared by its life (probe.c), the exchanges of the proof (probe_run.c) and
 * those of the controls (probe_controls.c). */
#ifndef KCDFIX_KERBEROS_PROBE_SESSION_H
#define KCDFIX_KERBEROS_PROBE_SESSION_H

#include <stdbool.h>

#include <kcdfix/observe.h>

#include "config.h"
#include "kdc_exchange.h"
#include "keytab.h"
#include "s4u.h"

/* A ticket for a user to the host, or why there is none; good for every SPN of the session. */
struct kcd_evidence {
  enum kcd_purpose purpose; /* PROOF and USER: by S4U2Self; HOST_TICKET and OWN_TICKET: an ordinary one */
  char *user;               /* as asked */
  krb5_creds *creds;        /* NULL where there is no ticket */
  struct kcd_exchange exchange;
  struct kcd_error error; /* no answer came: no second wait for it */
};

struct kcd_probe {
  struct kcd_config config;
  struct kcd_kdc kdc;
  struct kcd_keytab keytab;
  struct kcd_s4u s4u; /* context, cache and principal of the session */
  char *file;         /* NULL for a stand-in: */
  char *password;     /* until the KDC has answered */
  char *host;         /* "CORE2016$" */
  char *client;       /* "CORE2016$@KCD.TEST" */
  bool asked;         /* the AS exchange has been made, with this result: */
  struct kcd_exchange as;
  struct kcd_error as_error;
  struct kcd_evidence *evidence;
  size_t n_evidence;
};

/* A new exchange for USER (NULL: on nobody's behalf). */
struct kcd_exchange kcd_probe_exchange(const struct kcd_probe *probe, enum kcd_exchange_kind kind,
                                       enum kcd_purpose purpose, const char *user);
/* Adds a copy to the observation; the messages of EXCHANGE are counted there and nowhere else. */
void kcd_probe_note(struct kcd_observation *observation, struct kcd_exchange *exchange);

/* NULL if there is none. */
struct kcd_evidence *kcd_probe_evidence(const struct kcd_probe *probe, enum kcd_purpose purpose, const char *user);
/* Takes what EVIDENCE holds; good until the next one is kept. */
struct kcd_evidence *kcd_probe_keep(struct kcd_probe *probe, const struct kcd_evidence *evidence);
/* S4U2Self for USER, asked once in a session. */
struct kcd_evidence *kcd_probe_self(struct kcd_probe *probe, enum kcd_purpose purpose, const char *user);
/* S4U2Proxy with that evidence, which holds a ticket. RET has the answer; free it with kcd_exchange_done. */
krb5_error_code kcd_probe_proxy(struct kcd_probe *probe, const struct kcd_evidence *evidence, enum kcd_purpose purpose,
                                const char *spn, struct kcd_exchange *ret);

#endif
