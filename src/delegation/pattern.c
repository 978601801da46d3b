/* The table of patterns. Sources: MS-SFU 3.2.5.2 (statuses), RFC 4120 7.5.9 (codes), and what a Samba DC answers to the
 * controls (tests/live/pattern.bats). docs/decisions/0009 says why these controls. */
#include <string.h>

#include <kcdfix/pattern.h>

#include "pattern_classes.h"

enum step { AT_AS, AT_SELF, AT_PROXY, AT_END };

/* What the answers show, one bit a fact. */
enum sign {
  TGT_POOR,       /* the host's TGT is not forwardable */
  SELF_POOR,      /* S4U2Self gave a ticket that is not forwardable */
  ANOTHER_FWD,    /* S4U2Self for another user gave a forwardable one */
  ANOTHER_POOR,   /* ... one that is not */
  ANOTHER_ALIKE,  /* ... was refused with the code that refused the user */
  SERVICE_ALIKE,  /* the service that is surely not listed is refused with the code that refused the one asked for */
  LIST_REFUSES,   /* without the resource-based bit: refused */
  HOST_GRANTED,   /* with the host's own ticket: granted */
  HOST_REFUSED,   /* ... refused with the same code */
  BY_TARGET_ONLY, /* ... granted with the resource-based bit and refused without */
  OWN_GRANTED,    /* with the user's own ticket: granted */
  OWN_REFUSED,    /* ... refused with the same code */
  OWN_POOR,       /* the user's own ticket is not forwardable */
  SAYS_NOT_FOUND, /* NTSTATUS of the refusal */
  SAYS_NO_MATCH,
  SAYS_NOT_SUPPORTED,
  SAYS_RESTRICTION,
  SAYS_OTHER_REALM,
  SAYS_FIREWALL,
  SAYS_NO_SECRETS,
  LIST_NO_MATCH, /* NTSTATUS without the resource-based bit */
  LIST_NOT_SUPPORTED,
  TEXT_POOR,   /* e-text: evidence not forwardable */
  TEXT_DENIED, /* e-text: not allowed to delegate */
};
#define S(sign) (UINT64_C(1) << (sign))

#define NOT_SUPPORTED 0xC00000BBu
#define RESTRICTION 0xC000006Eu
#define NOT_FOUND 0xC0000225u
#define NO_MATCH 0xC0000272u
#define NO_SECRETS 0xC0000371u
#define OTHER_REALM 0xC000040Bu
#define FIREWALL 0xC0000413u

struct row {
  enum step step;
  int32_t codes[6]; /* ended by 0; none: any */
  uint64_t set;     /* signs that must show */
  enum kcd_class_id class;
};

/* KDC error codes (RFC 4120 7.5.9, MS-KILE). */
enum {
  CLIENT_ONLY = -1, /* libkrb5 refused what the KDC answered */
  NAME_EXPIRED = 1,
  CLIENT_UNKNOWN = 6,
  SERVER_UNKNOWN = 7,
  NOT_UNIQUE = 8,
  POLICY = 12,
  BADOPTION = 13,
  ETYPE = 14,
  CLIENT_REVOKED = 18,
  SERVICE_REVOKED = 19,
  TGT_REVOKED = 20,
  KEY_EXPIRED = 23,
  USER_TO_USER = 27,
  UNAVAILABLE = 29,
  INTEGRITY = 31,
  EXPIRED = 32,
  MODIFIED = 41,
  WRONG_REALM = 68
};

/* clang-format off */
static const struct row rows[] = {
    {AT_END,   {0}, S(LIST_REFUSES), KCD_CLASS_GRANTED_BY_TARGET},
    {AT_END,   {0}, 0, KCD_CLASS_GRANTED},

    {AT_AS,    {CLIENT_UNKNOWN}, 0, KCD_CLASS_HOST_UNKNOWN},
    {AT_AS,    {0}, 0, KCD_CLASS_HOST_REFUSED},

    {AT_SELF,  {0}, S(SAYS_FIREWALL), KCD_CLASS_POLICY},
    {AT_SELF,  {SERVER_UNKNOWN, USER_TO_USER}, 0, KCD_CLASS_HOST_WITHOUT_SPN},
    {AT_SELF,  {NAME_EXPIRED, POLICY, CLIENT_REVOKED}, S(ANOTHER_ALIKE), KCD_CLASS_NOBODY_FOR_HOST},
    {AT_SELF,  {CLIENT_UNKNOWN, WRONG_REALM}, 0, KCD_CLASS_USER_UNKNOWN},
    {AT_SELF,  {NAME_EXPIRED, POLICY, CLIENT_REVOKED, KEY_EXPIRED}, 0, KCD_CLASS_USER_REFUSED},
    {AT_SELF,  {TGT_REVOKED, INTEGRITY, EXPIRED, MODIFIED}, 0, KCD_CLASS_OLD_TICKET},

    {AT_PROXY, {0}, S(SAYS_OTHER_REALM), KCD_CLASS_OTHER_DOMAIN},
    {AT_PROXY, {0}, S(SAYS_FIREWALL), KCD_CLASS_POLICY},
    {AT_PROXY, {SERVER_UNKNOWN}, S(SAYS_NO_SECRETS), KCD_CLASS_TARGET_REFUSED},
    {AT_PROXY, {SERVER_UNKNOWN, NOT_UNIQUE, USER_TO_USER}, 0, KCD_CLASS_SPN_UNKNOWN},
    {AT_PROXY, {ETYPE}, 0, KCD_CLASS_KEYS},
    {AT_PROXY, {NAME_EXPIRED, CLIENT_REVOKED, KEY_EXPIRED}, 0, KCD_CLASS_USER_GONE_BAD},
    {AT_PROXY, {SERVICE_REVOKED, UNAVAILABLE}, 0, KCD_CLASS_TARGET_REFUSED},
    {AT_PROXY, {POLICY}, S(SERVICE_ALIKE), KCD_CLASS_USER_REFUSED},
    {AT_PROXY, {POLICY}, 0, KCD_CLASS_POLICY},
    {AT_PROXY, {TGT_REVOKED, INTEGRITY, EXPIRED, MODIFIED}, 0, KCD_CLASS_OLD_TICKET},
    {AT_PROXY, {CLIENT_ONLY}, 0, KCD_CLASS_WRONG_TICKET},

    /* BADOPTION: what the KDC says, */
    {AT_PROXY, {BADOPTION}, S(SAYS_RESTRICTION) | S(TGT_POOR), KCD_CLASS_HOST_TICKET_POOR},
    {AT_PROXY, {BADOPTION}, S(SAYS_RESTRICTION) | S(ANOTHER_FWD), KCD_CLASS_USER_NOT_DELEGABLE},
    {AT_PROXY, {BADOPTION}, S(SAYS_RESTRICTION) | S(LIST_NO_MATCH), KCD_CLASS_RESOURCE_POOR},
    {AT_PROXY, {BADOPTION}, S(SAYS_RESTRICTION) | S(LIST_NOT_SUPPORTED), KCD_CLASS_RESOURCE_POOR},
    {AT_PROXY, {BADOPTION}, S(SAYS_RESTRICTION) | S(OWN_GRANTED), KCD_CLASS_OWN_WORKS},
    {AT_PROXY, {BADOPTION}, S(SAYS_RESTRICTION) | S(ANOTHER_POOR), KCD_CLASS_TRANSITION},
    {AT_PROXY, {BADOPTION}, S(SAYS_RESTRICTION), KCD_CLASS_EVIDENCE},
    {AT_PROXY, {BADOPTION}, S(SAYS_NOT_SUPPORTED), KCD_CLASS_NOTHING_CONFIGURED},
    {AT_PROXY, {BADOPTION}, S(SAYS_NOT_FOUND) | S(LIST_NOT_SUPPORTED), KCD_CLASS_NOTHING_CONFIGURED},
    {AT_PROXY, {BADOPTION}, S(SAYS_NO_MATCH), KCD_CLASS_LIST_LACKS},
    {AT_PROXY, {BADOPTION}, S(SAYS_NOT_FOUND) | S(LIST_NO_MATCH), KCD_CLASS_LIST_LACKS},
    {AT_PROXY, {BADOPTION}, S(SAYS_NOT_FOUND), KCD_CLASS_NOT_GRANTED},
    /* then what it grants beside it, */
    {AT_PROXY, {BADOPTION}, S(TEXT_POOR) | S(TGT_POOR), KCD_CLASS_HOST_TICKET_POOR},
    {AT_PROXY, {BADOPTION}, S(TGT_POOR), KCD_CLASS_HOST_TICKET_POOR_LIST_OPEN},
    {AT_PROXY, {BADOPTION}, S(HOST_GRANTED) | S(SELF_POOR) | S(ANOTHER_FWD), KCD_CLASS_USER_NOT_DELEGABLE},
    {AT_PROXY, {BADOPTION}, S(HOST_GRANTED) | S(SELF_POOR) | S(BY_TARGET_ONLY), KCD_CLASS_RESOURCE_POOR},
    {AT_PROXY, {BADOPTION}, S(HOST_GRANTED) | S(SELF_POOR) | S(OWN_GRANTED), KCD_CLASS_OWN_WORKS},
    {AT_PROXY, {BADOPTION}, S(HOST_GRANTED) | S(SELF_POOR) | S(ANOTHER_POOR), KCD_CLASS_TRANSITION},
    {AT_PROXY, {BADOPTION}, S(HOST_GRANTED) | S(SELF_POOR), KCD_CLASS_EVIDENCE},
    {AT_PROXY, {BADOPTION}, S(HOST_GRANTED), KCD_CLASS_REFUSED_FOR_USER},
    {AT_PROXY, {BADOPTION}, S(OWN_GRANTED) | S(ANOTHER_FWD), KCD_CLASS_USER_NOT_DELEGABLE},
    {AT_PROXY, {BADOPTION}, S(OWN_GRANTED) | S(SELF_POOR), KCD_CLASS_OWN_WORKS},
    {AT_PROXY, {BADOPTION}, S(TEXT_POOR) | S(ANOTHER_FWD), KCD_CLASS_USER_NOT_DELEGABLE},
    {AT_PROXY, {BADOPTION}, S(TEXT_POOR) | S(ANOTHER_POOR), KCD_CLASS_TRANSITION},
    {AT_PROXY, {BADOPTION}, S(TEXT_POOR), KCD_CLASS_EVIDENCE},
    {AT_PROXY, {BADOPTION}, S(TEXT_DENIED), KCD_CLASS_NOT_GRANTED},
    {AT_PROXY, {BADOPTION}, S(HOST_REFUSED) | S(SELF_POOR) | S(ANOTHER_FWD), KCD_CLASS_NOT_GRANTED_NOR_DELEGABLE},
    {AT_PROXY, {BADOPTION}, S(HOST_REFUSED) | S(SELF_POOR), KCD_CLASS_NOT_GRANTED_NOR_FORWARDABLE},
    {AT_PROXY, {BADOPTION}, S(OWN_REFUSED) | S(SELF_POOR), KCD_CLASS_NOT_GRANTED_NOR_FORWARDABLE},
    /* and what little is left without controls. */
    {AT_PROXY, {BADOPTION}, S(SELF_POOR) | S(OWN_POOR) | S(ANOTHER_FWD), KCD_CLASS_USER_NOT_DELEGABLE},
    {AT_PROXY, {BADOPTION}, S(SELF_POOR), KCD_CLASS_BADOPTION},
    {AT_PROXY, {BADOPTION}, 0, KCD_CLASS_NOT_GRANTED},
};
/* clang-format on */

static uint64_t sign_if(bool holds, enum sign sign)
{
  return holds ? S(sign) : 0;
}

static bool is_refused_alike(const struct kcd_answer *control, const struct kcd_answer *answer)
{
  return control->outcome == KCD_ERROR && answer->outcome == KCD_ERROR && control->code == answer->code;
}

static bool is_ticket(const struct kcd_answer *answer, bool forwardable)
{
  return answer->outcome == KCD_TICKET && answer->forwardable == forwardable;
}

static bool says(const struct kcd_answer *answer, uint32_t status)
{
  return answer->outcome == KCD_ERROR && answer->has_ntstatus && answer->ntstatus == status;
}

static bool has_text(const struct kcd_exchange *exchange, const char *text)
{
  return exchange != NULL && exchange->krb_error.text != NULL && strcmp(exchange->krb_error.text, text) == 0;
}

static uint64_t signs_of_user(const struct kcd_observation *o)
{
  const struct kcd_answer *another = &o->controls[KCD_FOR_USER];
  return sign_if(!o->tgt_forwardable, TGT_POOR) | sign_if(is_ticket(&o->s4u2self, false), SELF_POOR) |
         sign_if(is_ticket(another, true), ANOTHER_FWD) | sign_if(is_ticket(another, false), ANOTHER_POOR) |
         sign_if(is_refused_alike(another, &o->s4u2self), ANOTHER_ALIKE);
}

static uint64_t signs_of_controls(const struct kcd_observation *o)
{
  const struct kcd_answer *host = &o->controls[KCD_FOR_HOST_TICKET];
  const struct kcd_answer *host_list = &o->controls[KCD_FOR_HOST_LIST];
  return sign_if(is_refused_alike(&o->controls[KCD_FOR_SERVICE], &o->s4u2proxy), SERVICE_ALIKE) |
         sign_if(o->controls[KCD_FOR_LIST].outcome == KCD_ERROR, LIST_REFUSES) |
         sign_if(host->outcome == KCD_TICKET, HOST_GRANTED) |
         sign_if(is_refused_alike(host, &o->s4u2proxy), HOST_REFUSED) |
         sign_if(host->outcome == KCD_TICKET && host_list->outcome == KCD_ERROR, BY_TARGET_ONLY) |
         sign_if(o->user_ticket.outcome == KCD_TICKET, OWN_GRANTED) |
         sign_if(is_refused_alike(&o->user_ticket, &o->s4u2proxy), OWN_REFUSED) |
         sign_if(is_ticket(&o->own_evidence, false), OWN_POOR);
}

static uint64_t signs_of_reason(const struct kcd_observation *o, const struct kcd_exchange *deciding)
{
  const struct kcd_answer *answer = &deciding->answer;
  const struct kcd_answer *list = &o->controls[KCD_FOR_LIST];
  return sign_if(says(answer, NOT_FOUND), SAYS_NOT_FOUND) | sign_if(says(answer, NO_MATCH), SAYS_NO_MATCH) |
         sign_if(says(answer, NOT_SUPPORTED), SAYS_NOT_SUPPORTED) |
         sign_if(says(answer, RESTRICTION), SAYS_RESTRICTION) | sign_if(says(answer, OTHER_REALM), SAYS_OTHER_REALM) |
         sign_if(says(answer, FIREWALL), SAYS_FIREWALL) | sign_if(says(answer, NO_SECRETS), SAYS_NO_SECRETS) |
         sign_if(says(list, NO_MATCH), LIST_NO_MATCH) | sign_if(says(list, NOT_SUPPORTED), LIST_NOT_SUPPORTED) |
         sign_if(has_text(deciding, "EVIDENCE_TKT_NOT_FORWARDABLE"), TEXT_POOR) |
         sign_if(has_text(deciding, "NOT_ALLOWED_TO_DELEGATE"), TEXT_DENIED);
}

const struct kcd_exchange *kcd_deciding_exchange(const struct kcd_observation *observation)
{
  for (size_t i = observation->n; i > 0; i--)
    if (observation->exchanges[i - 1].purpose == KCD_FOR_PROOF)
      return &observation->exchanges[i - 1];
  return NULL;
}

static enum step step_of(const struct kcd_exchange *deciding)
{
  if (deciding->kind == KCD_EXCHANGE_AS)
    return AT_AS;
  if (deciding->kind == KCD_EXCHANGE_S4U2SELF)
    return AT_SELF;
  return deciding->answer.outcome == KCD_TICKET ? AT_END : AT_PROXY;
}

static bool has_code(const struct row *row, int32_t code)
{
  size_t i = 0;
  while (row->codes[i] != 0 && row->codes[i] != code)
    i++;
  return row->codes[0] == 0 || row->codes[i] == code;
}

/* A TGT that is not forwardable stops the verdict of a probe, and yet tells something. */
static bool tells_nothing(const struct kcd_observation *observation, const struct kcd_exchange *deciding)
{
  if (deciding == NULL || deciding->answer.outcome == KCD_NOT_TRIED)
    return true;
  if (step_of(deciding) < AT_PROXY && deciding->answer.outcome == KCD_TICKET)
    return true;
  return kcd_error_is_set(&observation->error) && strcmp(observation->error.id, "probe-tgt-not-forwardable") != 0;
}

const struct kcd_class *kcd_pattern_class(const struct kcd_observation *observation)
{
  const struct kcd_exchange *deciding = kcd_deciding_exchange(observation);
  if (tells_nothing(observation, deciding))
    return NULL;
  enum step step = step_of(deciding);
  uint64_t signs = signs_of_user(observation) | signs_of_controls(observation) | signs_of_reason(observation, deciding);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (rows[i].step == step && has_code(&rows[i], deciding->answer.code) && (rows[i].set & ~signs) == 0)
      return &kcd_class_table[rows[i].class];
  return &kcd_class_table[KCD_CLASS_UNTOLD];
}

const struct kcd_class *kcd_class_by_name(const char *name)
{
  for (size_t i = 0; i < KCD_CLASSES; i++)
    if (strcmp(kcd_class_table[i].name, name) == 0)
      return &kcd_class_table[i];
  return NULL;
}

const struct kcd_class *kcd_judgement_class(const struct kcd_judgement *judgement)
{
  const bool like_the_host = judgement->facts.stand_in == NULL || judgement->limits.n == 0;
  return judgement->observation != NULL && like_the_host ? kcd_pattern_class(judgement->observation) : NULL;
}
