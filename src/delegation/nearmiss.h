/* nearmiss.h - entries of a list that were meant to be the SPN asked for. */
#ifndef KCDFIX_DELEGATION_NEARMISS_H
#define KCDFIX_DELEGATION_NEARMISS_H

#include <kcdfix/facts.h>

enum kcd_near_miss {
  KCD_MISS_FAR,     /* nothing like it is listed */
  KCD_MISS_JUNK,    /* the same but for what can never match: a realm, blanks, backslashes, no class */
  KCD_MISS_SIBLING, /* the short form of an FQDN SPN, or the reverse */
  KCD_MISS_HOST,    /* host/ of the same name, where the class is mapped to host/ */
  KCD_MISS_PORT,    /* the same class and host, with another port or service name behind them */
  KCD_MISS_CLASS,   /* another service class on the same name */
  KCD_MISS_ALIAS    /* the same class on another name of the account that holds the SPN */
};

/* The nearest of the entries, and its index in RET (not set with FAR). */
enum kcd_near_miss kcd_near_miss_find(const struct kcd_values *list, const struct kcd_target *target, size_t *ret);

/* The index of the entry equal to SPN as a KDC compares them, or -1. */
ptrdiff_t kcd_list_find(const struct kcd_values *list, const char *spn);

#endif
