/* audit_fixture.h - a domain with one delegation of each kind, in literals. */
#ifndef KCDFIX_TEST_AUDIT_FIXTURE_H
#define KCDFIX_TEST_AUDIT_FIXTURE_H

#include <kcdfix/audit.h>

#define ESTATE_NOW ((time_t)1795292640) /* 2026-11-21T20:24:00Z */
#define FILETIME_NOW UINT64_C(134397662400000000)
#define FILETIME_2020 UINT64_C(132223104000000000)
#define MIGRATION "Microsoft Virtual System Migration Service"

enum estate_account { HV1, HV2, HV3, FS1, FS2, DC2, CA1, SSO, KRBTGT, WEB, OFF, SVC, CNO, ESTATE_ACCOUNTS };

struct estate {
  struct kcd_dc dc;
  struct kcd_account accounts[ESTATE_ACCOUNTS];
};
void estate_init(struct estate *estate);
void estate_done(struct estate *estate);

/* Edges of the estate, judged by AUDIT. OWNER and SECOND: ESTATE_ACCOUNTS for none. */
void estate_entry(struct kcd_audit *audit, const struct estate *estate, enum estate_account source, const char *spn,
                  enum estate_account owner, enum estate_account second, void (*fn)(void *, const struct kcd_edge *),
                  void *data);
/* SOURCE ESTATE_ACCOUNTS: nobody bears SID. */
void estate_accepts(struct kcd_audit *audit, const struct estate *estate, enum estate_account target,
                    enum estate_account source, const struct kcd_sid *sid, void (*fn)(void *, const struct kcd_edge *),
                    void *data);
void estate_unconstrained(struct kcd_audit *audit, const struct estate *estate, enum estate_account source,
                          void (*fn)(void *, const struct kcd_edge *), void *data);

#endif
