/* doctor.h - can this machine talk to the domain: facts to lines, each ok, warning or fault with its remedy. No I/O. */
#ifndef KCDFIX_DOCTOR_H
#define KCDFIX_DOCTOR_H

#include <kcdfix/machine.h>

enum kcd_check_state { KCD_CHECK_OK, KCD_CHECK_WARNING, KCD_CHECK_FAULT, KCD_CHECK_NOT_TRIED };
/* "ok", "warning", "fault", "not-tried". */
const char *kcd_check_state_name(enum kcd_check_state state);

struct kcd_check {
  const char *name;  /* stable: "dns-ldap" */
  const char *label; /* for text: "DNS" */
  enum kcd_check_state state;
  char *subject; /* what it is about: a record, a server, a file; NULL if nothing */
  char *message; /* one or two sentences, terminal-safe */
  char *remedy;  /* NULL where there is nothing to do; terminal-safe */
  char *id;      /* of an error or a finding, "clock-skew"; NULL if none */
  char *said;    /* the server's own words, terminal-safe; NULL if none */
};

struct kcd_doctor {
  struct kcd_check *checks;
  size_t n;
  char *domain; /* DNS name; NULL if not known */
  char *next;   /* the next command or sentence */
};
void kcd_doctor_done(struct kcd_doctor *doctor);

/* Every check has its line: one that could not be made is "not tried" with the reason, and what depends on a failed one
 * is not a fault of its own. Limits: clock 5 min (RFC 4120 1.6, MS-KILE 3.1.1.2), warned of from 1 min. */
void kcd_doctor_judge(const struct kcd_machine *machine, struct kcd_doctor *ret);

/* Whether the clocks differ so much that no login can succeed. */
bool kcd_doctor_clock_is_off(const struct kcd_talk_facts *talk);
size_t kcd_doctor_count(const struct kcd_doctor *doctor, enum kcd_check_state state);

#endif
