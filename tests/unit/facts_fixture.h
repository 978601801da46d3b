/* facts_fixture.h - a healthy domain in literals, to be varied by one fault at a time.
 *
 * CORE2016$ lists both forms of cifs/2016GUI and has protocol transition; 2016GUI$ owns the name through HOST/; alice
 * may be delegated; nothing has changed since long.
 */
#ifndef KCDFIX_TEST_FACTS_FIXTURE_H
#define KCDFIX_TEST_FACTS_FIXTURE_H

#include <kcdfix/facts.h>

#define NOW ((time_t)1795292043) /* 2026-11-21T20:14:03Z */
#define MIGRATION "Microsoft Virtual System Migration Service"

struct domain {
  struct kcd_dc dc;
  struct kcd_account host;   /* CORE2016$ */
  struct kcd_account server; /* 2016GUI$ */
  struct kcd_account other;  /* OLDFS$, a second server */
  struct kcd_account user;   /* alice */
  struct kcd_account krbtgt;
  struct kcd_target target;
  struct kcd_account *holders[2];
  struct kcd_facts facts;
};

void domain_init(struct domain *domain);
void domain_done(struct domain *domain);

/* Asks for another SPN; its owner is 2016GUI$, directly for the Hyper-V classes, else through HOST/. */
void domain_ask(struct domain *domain, const char *spn);
/* The host's list, NULL-terminated, in place of the one before. */
void domain_list(struct domain *domain, const char *const *entries);
#define LIST(domain, ...) domain_list(domain, (const char *const[]){__VA_ARGS__, NULL})
#define NO_LIST(domain) domain_list(domain, (const char *const[]){NULL})
/* An entry of a descriptor: type 0 allows, 1 denies, 5 allows one right (object), 9 allows on a condition. */
struct ace {
  uint8_t type, flags;
  uint32_t mask;
  struct kcd_sid sid;
};
/* The target's descriptor, of these entries in this order. */
void domain_aces(struct domain *domain, const struct ace *aces, size_t n);
/* The target's descriptor lets the host delegate to it. */
void domain_grant_rbcd(struct domain *domain);
void domain_drop_owners(struct domain *domain);
/* Another account holds the SPN asked for. */
void domain_add_owner(struct domain *domain, struct kcd_account *account, const char *value, bool direct);
void set_string(char **to, const char *text);

#endif
