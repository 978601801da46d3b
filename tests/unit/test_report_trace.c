/* The document of a trace: conversations, failures and remarks as text and JSON, narrow, verbose and quiet; and what a
 * trace adds to a check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report_fixture.h"
#include "trace_fixture.h"

static struct kcd_report *traced(const struct kcd_trace_result *result)
{
  struct kcd_report *report = kcd_report_new("kcdfix.trace/1", WORLD_NOW);
  kcd_report_trace(report, "host.pcap", 88, result);
  return report;
}

/* alice works, bob is refused with a reason, twice; the host's own ticket comes over UDP first; then silence. */
static struct kcd_trace_result several(void)
{
  struct scene scene = scene_begin();
  scene.udp = true;
  ask_tgt(&scene, "CORE2016$");
  refuse(&scene, 52);
  scene.udp = false;
  ask_tgt(&scene, "CORE2016$");
  give(&scene, KCD_KRB_AS_REP, "CORE2016$", "krbtgt/KCD.TEST");
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/2016GUI");
  for (unsigned times = 0; times < 2; times++) {
    self(&scene, "CORE2016$", "bob");
    ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
    refuse_saying(&scene, 13, 0xC000006E); /* STATUS_ACCOUNT_RESTRICTION */
  }
  ask_ticket(&scene, "cifs/nowhere", false);
  refuse(&scene, 7);
  scene.kdc = DC2;
  self(&scene, "CORE2016$", "alice");
  ask_ticket(&scene, "cifs/2016GUI", true);
  scene_pass(&scene, 120);
  return scene_finish(&scene);
}

static void test_several(void **state)
{
  (void)state;
  struct kcd_trace_result result = several();
  KCD_AUTO(kcd_report) report = traced(&result);
  assert_report_golden("trace-several.txt", report, 1, &text_style);
  assert_report_golden("trace-several.json", report, 1, &json_style);
  struct kcd_style style = text_style;
  style.verbose = 1;
  assert_report_golden("trace-several-verbose.txt", report, 1, &style);
  style = text_style;
  style.width = 72;
  assert_report_golden("trace-several-narrow.txt", report, 1, &style);
  style = text_style;
  style.quiet = true;
  KCD_AUTO_CHAR quiet = rendered(report, 1, &style);
  assert_null(strstr(quiet, "host.pcap"));
  assert_non_null(strstr(quiet, "STATUS_ACCOUNT_RESTRICTION"));
  assert_null(strstr(quiet, "next:"));
  kcd_trace_result_done(&result);
}

static void test_granted(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/2016GUI");
  struct kcd_trace_result result = scene_finish(&scene);
  KCD_AUTO(kcd_report) report = traced(&result);
  assert_report_golden("trace-granted.txt", report, 0, &text_style);
  kcd_trace_result_done(&result);
}

/* What cannot be read, each in one word where it is one and in the plural where there are more. */
static void test_remarks(void **state)
{
  (void)state;
  struct kcd_stream_counts one = {.messages = 1, .cut = 1, .lost = 1, .midstream = 1, .fragments = 1};
  struct kcd_stream_counts more = {.messages = 9, .cut = 2, .lost = 3, .midstream = 4, .fragments = 5};
  const struct kcd_stream_counts *counts[] = {&one, &more};
  static const char *const names[] = {"trace-remark.txt", "trace-remarks.txt"};
  for (size_t i = 0; i < 2; i++) {
    struct scene scene = scene_begin();
    ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
    for (size_t k = 0; k < i; k++) {
      scene.stream++;
      ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
    }
    struct kcd_trace_result result;
    kcd_trace_finish(scene.trace, counts[i], i == 0 ? 0 : 96, &result);
    kcd_trace_free(scene.trace);
    KCD_AUTO(kcd_report) report = traced(&result);
    assert_report_golden(names[i], report, 0, &text_style);
    kcd_trace_result_done(&result);
  }
}

static void test_nothing(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  struct kcd_trace_result result = scene_finish(&scene);
  KCD_AUTO(kcd_report) report = traced(&result);
  assert_report_golden("trace-nothing.txt", report, 3, &text_style);
  assert_report_golden("trace-nothing.json", report, 3, &json_style);
  kcd_trace_result_done(&result);
}

static void test_hostile_names(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CO\x1b[31m$", "al\nice\x1b]0;x\x07");
  ask_proxy(&scene, "CO\x1b[31m$", "cifs/\xe2\x80\x8b\xff\r");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  KCD_AUTO(kcd_report) report = traced(&result);
  struct kcd_style verbose = text_style;
  verbose.verbose = 1;
  KCD_AUTO_CHAR text = rendered(report, 1, &verbose);
  assert_harmless(text, false);
  KCD_AUTO_CHAR json = rendered(report, 1, &json_style);
  assert_harmless(json, true);
  kcd_trace_result_done(&result);
}

/* ---- in a check ---- */

static struct kcd_trace_result refused(void)
{
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  return scene_finish(&scene);
}

static void test_beside_a_check(void **state)
{
  (void)state;
  struct kcd_trace_result result = refused();
  struct world world;
  world_init(&world);
  world_probe(&world);
  world.judgement.facts.traced = &result.v[0];
  world.host.uac_meta = (struct kcd_attr_meta){.version = 2, .originating_time = WORLD_NOW};
  KCD_AUTO(kcd_report) report = check_report(&world);
  kcd_report_trace(report, "host.pcap", 88, &result);
  kcd_report_pair(report, &world.judgement);
  assert_report_golden("check-traced.txt", report, 1, &text_style);
  assert_report_golden("check-traced.json", report, 1, &json_style);
  struct kcd_style narrow = text_style;
  narrow.width = 72;
  assert_report_golden("check-traced-narrow.txt", report, 1, &narrow);
  world_done(&world);
  kcd_trace_result_done(&result);
}

/* It works by now: the trace is older than the cure. */
static void test_beside_a_check_that_works(void **state)
{
  (void)state;
  struct kcd_trace_result result = refused();
  struct world world;
  world_init(&world);
  world_cure(&world);
  world.judgement.facts.traced = &result.v[0];
  world.host.list_meta = (struct kcd_attr_meta){.version = 3, .originating_time = WORLD_NOW};
  memcpy(world.dc.address, (const uint8_t[]){10, 0, 0, 11}, 4); /* not the one that the trace shows */
  world.dc.address_len = 4;
  KCD_AUTO(kcd_report) report = check_report(&world);
  kcd_report_trace(report, "host.pcap", 88, &result);
  kcd_report_pair(report, &world.judgement);
  assert_report_golden("check-traced-works.txt", report, 0, &text_style);
  world_done(&world);
  kcd_trace_result_done(&result);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_several),
      cmocka_unit_test(test_granted),
      cmocka_unit_test(test_remarks),
      cmocka_unit_test(test_nothing),
      cmocka_unit_test(test_hostile_names),
      cmocka_unit_test(test_beside_a_check),
      cmocka_unit_test(test_beside_a_check_that_works),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
