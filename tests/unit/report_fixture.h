/* report_fixture.h - a small world of literals for the tests of src/report, and the comparison with golden files. */
#ifndef KCDFIX_TEST_REPORT_FIXTURE_H
#define KCDFIX_TEST_REPORT_FIXTURE_H

#include <kcdfix/report.h>

/* A string literal where a struct owns its text; nothing in a world is ever freed but the values. */
#define TEXT(literal) ((char *)(literal))

#define WORLD_NOW ((time_t)1795292640) /* 2026-11-21T20:24:00Z */

/* CORE2016 -> cifs/2016GUI as alice, "Use Kerberos only" with both forms listed, on a Samba DC. */
struct world {
  struct kcd_dc dc;
  struct kcd_account host, target, stale, user;
  struct kcd_target spn;
  struct kcd_spn_owner owners[2];
  struct kcd_finding findings[3];
  struct kcd_suspect suspect;
  struct kcd_evidence evidence[4];
  struct kcd_exchange exchanges[3];
  struct kcd_observation observation;
  struct kcd_judgement judgement;
};
void world_init(struct world *world);
void world_done(struct world *world);

/* "Use any authentication protocol": the pair works and has no finding. */
void world_cure(struct world *world);
/* The KDC was asked with the host's key, and answered as predicted. */
void world_probe(struct world *world);
/* Neither list nor bit: two findings. */
void world_strip(struct world *world);
/* Another finding at the end. The texts are literals. */
struct kcd_finding *world_add_finding(struct world *world, enum kcd_finding_id id, enum kcd_severity severity,
                                      const char *message, const char *remedy, const char *command);

extern const struct kcd_style text_style, json_style;

/* The document as it would be written; owned by the caller. */
char *rendered(struct kcd_report *report, int exit_status, const struct kcd_style *style);
/* A report of schema check that knows the world's DC. */
struct kcd_report *check_report(const struct world *world);

size_t count_lines(const char *text);
/* No byte that a terminal could obey, and nothing that is not UTF-8; ASCII alone for JSON. */
void assert_harmless(const char *text, bool ascii);
/* The text is that of golden/NAME. With KCDFIX_UPDATE_GOLDEN in the environment the file is written instead. */
void assert_golden(const char *name, const char *text);
void assert_report_golden(const char *name, struct kcd_report *report, int exit_status, const struct kcd_style *style);

#endif
