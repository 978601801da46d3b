/* auditing.h - what an audit keeps: counts, and one group for each thing that is wrong. */
#ifndef KCDFIX_DELEGATION_AUDITING_H
#define KCDFIX_DELEGATION_AUDITING_H

#include <kcdfix/audit.h>

#define AUDIT_MAX_GROUPS 5000u /* beyond that findings are counted alone */
#define AUDIT_MAX_NAMES 100u   /* accounts that one finding names */
#define AUDIT_MAX_UNREAD 100u

/* One finding in the making: an id and its subject, with the accounts that it joins. */
struct audit_group {
  enum kcd_finding_id id;
  enum kcd_severity severity;
  char *subject;           /* DN or SPN */
  char *about;             /* account name of the subject; "" where it is none */
  char *detail;            /* what the sentence needs besides; "" for nothing */
  char *spn;               /* an entry that leads there, for the command; NULL: none */
  bool anybody;            /* one of the accounts may act as any user */
  struct kcd_values names; /* account names, each once, the first AUDIT_MAX_NAMES */
  size_t n;                /* how many there are */
  char *last;              /* the one that was added last */
};

struct kcd_audit {
  const struct kcd_dc *dc;
  time_t now;
  struct kcd_audit_counts counts;
  void *groups; /* tsearch */
  size_t n_groups;
  struct kcd_values exposed; /* names of privileged users, the first AUDIT_MAX_NAMES */
  struct kcd_values unread;
  uint32_t quota;
};

/* The group of that id and subject, made if there is none; NULL where there are too many. */
struct audit_group *audit_group(struct kcd_audit *audit, enum kcd_finding_id id, const char *subject);
/* Adds an account to the group (NULL: does nothing). */
void audit_group_add(struct audit_group *group, const char *name);
/* Sets a text once; TEXT may be NULL. */
void audit_group_set(char **to, const char *text);
void audit_groups_free(struct kcd_audit *audit);

/* Notes an account that has no AES key in its list of encryption types; whether it is one. */
bool audit_old_enctypes(struct kcd_audit *audit, const struct kcd_account *account);

/* The sentence, the remedy and the command of a group. */
void audit_word(const struct audit_group *group, const char *context, struct kcd_finding *f);

#endif
