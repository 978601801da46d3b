/* clock.h - points in time as the protocols write them. All UTC. What lies outside the years 0000 to 9999 is written as
 * the first or last moment of them. */
#ifndef KCDFIX_CLOCK_H
#define KCDFIX_CLOCK_H

#include <stdint.h>
#include <time.h>

/* "2026-11-21T20:30:00Z" (RFC 3339); owned by the caller. */
char *kcd_time_rfc3339(time_t when);
/* "20261121T203000Z": for names of records; owned by the caller. */
char *kcd_time_compact(time_t when);
/* "2026-11-21 20:30Z": for people; owned by the caller. */
char *kcd_time_people(time_t when);
/* -1 if TEXT is not of the form that kcd_time_rfc3339 writes. */
int kcd_time_parse_rfc3339(const char *text, time_t *ret);
/* LDAP GeneralizedTime of Active Directory, "20261121203000.0Z" (RFC 4517 3.3.13, UTC forms only, a fraction
 * only behind seconds); -1 if malformed. */
int kcd_time_parse_generalized(const char *text, time_t *ret);
/* FILETIME: 100 ns since 1601-01-01 (MS-DTYP 2.3.3). 0 and 0x7fffffffffffffff mean never and give -1. */
int kcd_time_from_filetime(uint64_t filetime, time_t *ret);

/* Milliseconds of a clock that only goes forward (CLOCK_MONOTONIC): for deadlines. */
int64_t kcd_now_ms(void);

/* How a clock that differs by SECONDS stands to the other: "7 min 12 s ahead of", "3 s behind"; owned by the caller. */
char *kcd_clock_offset(int64_t seconds);
/* What sets this machine's clock by SERVER, a host name; owned by the caller. */
char *kcd_clock_remedy(const char *server);

#endif
