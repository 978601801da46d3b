/* observe.h - what a KDC answered, exchange by exchange, as plain structs. */
#ifndef KCDFIX_OBSERVE_H
#define KCDFIX_OBSERVE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <kcdfix/bytes.h>
#include <kcdfix/error.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/predict.h>

enum kcd_exchange_kind { KCD_EXCHANGE_AS, KCD_EXCHANGE_TGS, KCD_EXCHANGE_S4U2SELF, KCD_EXCHANGE_S4U2PROXY };
const char *kcd_exchange_name(enum kcd_exchange_kind kind); /* "AS", "TGS", "S4U2Self", "S4U2Proxy" */

/* What an exchange is made for. The proof is the way of Hyper-V 2016 and later; the others are controls, which tell
 * apart what a KDC refuses with one and the same code (pattern.h, docs/decisions/0009). */
enum kcd_purpose {
  KCD_FOR_PROOF,
  KCD_FOR_LIST,        /* S4U2Proxy as the proof, without the resource-based bit: only the host's list can grant */
  KCD_FOR_SERVICE,     /* S4U2Proxy with the proof's evidence to what is surely not listed: the host's own account */
  KCD_FOR_USER,        /* S4U2Self for another user: the account that the SPN's host part names */
  KCD_FOR_HOST_TICKET, /* S4U2Proxy with the host's ordinary ticket to itself, which is forwardable in any mode */
  KCD_FOR_HOST_LIST,   /* the same without the resource-based bit */
  KCD_FOR_OWN_TICKET,  /* S4U2Proxy with the user's own ticket to the host: the way of 2012 R2 */
  KCD_PURPOSES
};
const char *kcd_purpose_name(enum kcd_purpose purpose); /* "proof", "without-resource-bit", ... as in docs/JSON.md */

/* One exchange: what was asked, of whom, and what came back. Strings owned, terminal-safe. */
struct kcd_exchange {
  enum kcd_exchange_kind kind;
  enum kcd_purpose purpose;
  char *kdc;     /* the server asked, "dc1.kcd.test" */
  char *client;  /* who asked: "CORE2016$@KCD.TEST" */
  char *user;    /* on whose behalf; NULL for AS */
  char *service; /* what for */
  struct kcd_answer answer;
  /* with KCD_TICKET */
  int enctype; /* of the ticket's encrypted part */
  unsigned kvno;
  bool ok_as_delegate;
  time_t starts, ends;
  /* with KCD_ERROR */
  bool has_krb_error;
  struct kcd_krb_error krb_error; /* as the KDC sent it */
  char *client_text;              /* libkrb5's message; NULL if none */
  unsigned messages;              /* requests sent to the KDC for this exchange; 0: answered earlier in this session */
};

/* The probe of one pair. */
struct kcd_observation {
  const char *by; /* "keytab" or "stand-in" */
  char *kdc;
  char *host; /* who asked: "CORE2016$", or the stand-in, "KCDFIX-4F21$" */
  char *user;
  char *spn;
  struct kcd_exchange *exchanges; /* in the order of asking */
  size_t n;
  bool tgt_forwardable;
  struct kcd_answer s4u2self, s4u2proxy, user_ticket;
  struct kcd_answer controls[KCD_PURPOSES]; /* the answer that each control asks for; that of OWN_TICKET is
                                             * user_ticket, that of PROOF is s4u2proxy */
  struct kcd_answer own_evidence;           /* the user's own ticket to the host; S4U2Proxy only if it is forwardable */
  struct kcd_error error; /* set: the probe could not run or not to its end, and no verdict follows from it */
};
void kcd_exchange_copy(struct kcd_exchange *to, const struct kcd_exchange *from);
void kcd_exchange_done(struct kcd_exchange *exchange);
void kcd_observation_done(struct kcd_observation *observation);

/* The last exchange of that kind made for the proof, or NULL. */
const struct kcd_exchange *kcd_observation_exchange(const struct kcd_observation *observation,
                                                    enum kcd_exchange_kind kind);

/* Whether the KDC refused the host its ticket-granting ticket; then nothing else was asked. */
bool kcd_observation_host_refused(const struct kcd_observation *observation);

/* Whether any step of the proof was refused: the host's own ticket, S4U2Self or S4U2Proxy. */
bool kcd_observation_refused(const struct kcd_observation *observation);

#endif
