/* What others did between a change and its undoing: kept, or a conflict, never overwritten. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <kcdfix/record.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "facts_fixture.h"
#include "record_fixture.h"

#define BIT KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION

struct scene {
  struct kcd_record record;
  struct domain domain;
  struct kcd_undo_plan plan;
};

/* The object as the change left it. */
static void begin(struct scene *s)
{
  s->plan = (struct kcd_undo_plan){0};
  record_init(&s->record);
  domain_init(&s->domain);
  LIST(&s->domain, "cifs/FS1", "cifs/2016GUI", "cifs/2016GUI.contoso.com");
  s->domain.host.uac_meta.local_usn = s->domain.host.list_meta.local_usn = 5001;
  s->domain.host.uac_meta.originating_time = s->domain.host.list_meta.originating_time = NOW;
}

static void end(struct scene *s)
{
  kcd_undo_plan_done(&s->plan);
  kcd_record_done(&s->record);
  domain_done(&s->domain);
}

static void undo(struct scene *s, enum kcd_undo_verdict verdict, size_t n_removed, uint32_t uac_after)
{
  kcd_undo_plan(&s->record, &s->domain.host, &s->plan);
  assert_int_equal(s->plan.verdict, verdict);
  assert_int_equal(s->plan.remove.n, n_removed);
  assert_int_equal(s->plan.uac_before, s->domain.host.uac);
  assert_int_equal(s->plan.uac_after, uac_after);
  assert_int_equal(s->plan.why != NULL, verdict == KCD_UNDO_CONFLICT);
  if (s->plan.why != NULL)
    assert_true(kcd_is_displayable(s->plan.why));
}

static void undo_is_the_inverse(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  undo(&s, KCD_UNDO_CHANGE, 2, KCD_UAC_WORKSTATION);
  assert_string_equal((char *)s.plan.remove.v[0].data, "cifs/2016GUI");
  assert_string_equal((char *)s.plan.remove.v[1].data, "cifs/2016GUI.contoso.com");
  end(&s);
}

static void kerberos_only_is_taken_back_too(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  s.record.uac_before = KCD_UAC_WORKSTATION | BIT;
  s.record.uac_after = s.domain.host.uac = KCD_UAC_WORKSTATION;
  kcd_values_done(&s.record.list_added);
  undo(&s, KCD_UNDO_CHANGE, 0, KCD_UAC_WORKSTATION | BIT);
  end(&s);
}

static void what_others_added_is_kept(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  LIST(&s.domain, "cifs/FS2", "cifs/2016GUI", "http/x", "cifs/2016GUI.contoso.com");
  s.domain.host.uac |= KCD_UAC_NOT_DELEGATED;
  undo(&s, KCD_UNDO_CHANGE, 2, KCD_UAC_WORKSTATION | KCD_UAC_NOT_DELEGATED);
  end(&s);
}

static void a_value_that_is_gone_is_a_conflict(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  LIST(&s.domain, "cifs/FS1", "cifs/2016GUI");
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  assert_non_null(strstr(s.plan.why, "cifs/2016GUI.contoso.com"));
  assert_non_null(strstr(s.plan.why, "is gone"));
  end(&s);
}

static void a_cleared_bit_is_a_conflict(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  s.domain.host.uac = KCD_UAC_WORKSTATION;
  undo(&s, KCD_UNDO_CONFLICT, 0, KCD_UAC_WORKSTATION);
  assert_non_null(strstr(s.plan.why, "set by that change, was cleared since"));
  end(&s);
}

static void a_bit_set_again_is_a_conflict(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  s.record.uac_before |= BIT;
  s.record.uac_after &= ~BIT;
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  assert_non_null(strstr(s.plan.why, "cleared by that change, was set since"));
  end(&s);
}

static void taken_back_by_hand_is_nothing_to_do(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  LIST(&s.domain, "cifs/FS1");
  s.domain.host.uac = KCD_UAC_WORKSTATION;
  undo(&s, KCD_UNDO_NOTHING, 0, KCD_UAC_WORKSTATION);
  end(&s);
}

static void case_variants_are_not_ours(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  LIST(&s.domain, "CIFS/2016GUI", "cifs/2016GUI.contoso.com");
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  assert_non_null(strstr(s.plan.why, "now written in another case"));
  kcd_undo_plan_done(&s.plan);
  LIST(&s.domain, "cifs/2016GUI", "CIFS/2016GUI", "cifs/2016GUI.contoso.com");
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  assert_non_null(strstr(s.plan.why, "listed again in another case"));
  kcd_undo_plan_done(&s.plan);
  LIST(&s.domain, "CIFS/2016GUI", "CIFS/2016GUI.contoso.com");
  s.domain.host.uac = KCD_UAC_WORKSTATION;
  undo(&s, KCD_UNDO_CONFLICT, 0, KCD_UAC_WORKSTATION);
  end(&s);
}

static void what_was_there_already_stays(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  s.record.uac_ours = false;
  undo(&s, KCD_UNDO_CHANGE, 2, s.domain.host.uac);
  kcd_undo_plan_done(&s.plan);
  s.record.uac_ours = true;
  s.record.list_ours = false;
  undo(&s, KCD_UNDO_CHANGE, 0, KCD_UAC_WORKSTATION);
  kcd_undo_plan_done(&s.plan);
  s.record.uac_ours = false;
  undo(&s, KCD_UNDO_NOTHING, 0, s.domain.host.uac);
  end(&s);
}

static void records_of_nothing_undo_nothing(void **state)
{
  (void)state;
  static const enum kcd_record_state states[] = {KCD_RECORD_ALREADY, KCD_RECORD_REFUSED, KCD_RECORD_CONFLICT,
                                                 KCD_RECORD_UNDONE};
  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
    struct scene s;
    begin(&s);
    s.record.state = states[i];
    undo(&s, KCD_UNDO_NOTHING, 0, s.domain.host.uac);
    end(&s);
  }
}

static void an_interrupted_undo_goes_on(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  s.record.state = KCD_RECORD_UNDOING;
  undo(&s, KCD_UNDO_CHANGE, 2, KCD_UAC_WORKSTATION);
  end(&s);
}

/* ---- records whose program died: the object alone tells ---- */

static void begin_planned(struct scene *s, enum kcd_record_state state)
{
  begin(s);
  s->record.state = state;
  s->record.list_ours = s->record.uac_ours = false;
}

static void a_planned_change_that_was_made(void **state)
{
  (void)state;
  for (int i = 0; i < 2; i++) {
    struct scene s;
    begin_planned(&s, i == 0 ? KCD_RECORD_PLANNED : KCD_RECORD_UNKNOWN);
    assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_APPLIED);
    undo(&s, KCD_UNDO_CHANGE, 2, KCD_UAC_WORKSTATION);
    end(&s);
  }
}

static void a_planned_change_that_was_not_made(void **state)
{
  (void)state;
  struct scene s;
  begin_planned(&s, KCD_RECORD_PLANNED);
  LIST(&s.domain, "cifs/FS1");
  s.domain.host.uac = KCD_UAC_WORKSTATION;
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_CONFLICT);
  undo(&s, KCD_UNDO_NOTHING, 0, KCD_UAC_WORKSTATION);
  end(&s);
}

static void a_planned_change_that_somebody_else_had_made(void **state)
{
  (void)state;
  struct scene s;
  begin_planned(&s, KCD_RECORD_PLANNED);
  s.domain.host.uac_meta.local_usn = s.domain.host.list_meta.local_usn = 5000;
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_ALREADY);
  undo(&s, KCD_UNDO_NOTHING, 0, s.domain.host.uac);
  end(&s);
}

static void a_planned_change_whose_bit_was_there(void **state)
{
  (void)state;
  struct scene s;
  begin_planned(&s, KCD_RECORD_PLANNED);
  s.domain.host.uac_meta.local_usn = 5000;
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_APPLIED);
  undo(&s, KCD_UNDO_CHANGE, 2, s.domain.host.uac);
  end(&s);
}

static void a_planned_change_that_cannot_be_told(void **state)
{
  (void)state;
  struct scene s;
  begin_planned(&s, KCD_RECORD_PLANNED);
  LIST(&s.domain, "cifs/2016GUI");
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_UNKNOWN);
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  end(&s);
  begin_planned(&s, KCD_RECORD_UNKNOWN);
  s.domain.host.list_meta.version = 0;
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_UNKNOWN);
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  end(&s);
}

static void check_cannot_be_told(struct scene *s)
{
  assert_int_equal(kcd_record_resolve(&s->record, &s->domain.host), KCD_RECORD_UNKNOWN);
  undo(s, KCD_UNDO_CONFLICT, 0, s->domain.host.uac);
  end(s);
}

static void a_later_change_of_somebody_else_is_not_claimed(void **state)
{
  (void)state;
  for (int i = 0; i < 2; i++) {
    const enum kcd_record_state open = i == 0 ? KCD_RECORD_PLANNED : KCD_RECORD_UNKNOWN;
    struct scene s;
    begin_planned(&s, open);
    s.domain.host.uac_meta.originating_time = s.domain.host.list_meta.originating_time = NOW + 3600;
    check_cannot_be_told(&s);
    begin_planned(&s, open);
    s.domain.host.uac_meta.originating_time = s.domain.host.list_meta.originating_time = NOW - 3600;
    check_cannot_be_told(&s);
    begin_planned(&s, open);
    s.domain.host.uac_meta.originating_time = NOW + 3600; /* the bit was set again, or only then */
    check_cannot_be_told(&s);
    begin_planned(&s, open);
    kcd_values_done(&s.record.list_added);
    s.domain.host.uac_meta.originating_time = NOW + 3600;
    check_cannot_be_told(&s);
    begin_planned(&s, open);
    s.record.uac_after = s.record.uac_before;
    s.domain.host.list_meta.originating_time = NOW + 3600;
    check_cannot_be_told(&s);
    begin_planned(&s, open);
    s.domain.host.uac_meta.local_usn++; /* ours would have been one write */
    check_cannot_be_told(&s);
  }
}

/* 5 minutes of clock and the wait for an answer. */
static void the_clocks_may_differ_a_little(void **state)
{
  (void)state;
  static const struct {
    time_t changed, written;
    bool ours;
  } cases[] = {{0, NOW - 600, true},         {0, NOW - 601, false},        {0, NOW + 600, true},
               {0, NOW + 601, false},        {NOW + 100, NOW + 700, true}, {NOW + 100, NOW + 701, false},
               {NOW + 100, NOW - 600, true}, {NOW + 100, NOW - 601, false}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct scene s;
    begin_planned(&s, KCD_RECORD_UNKNOWN);
    s.record.changed = cases[i].changed;
    s.domain.host.uac_meta.originating_time = s.domain.host.list_meta.originating_time = cases[i].written;
    assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host),
                     cases[i].ours ? KCD_RECORD_APPLIED : KCD_RECORD_UNKNOWN);
    kcd_record_claim(&s.record, &s.domain.host);
    assert_int_equal(s.record.list_ours && s.record.uac_ours, cases[i].ours);
    assert_int_equal(s.record.list_ours || s.record.uac_ours, cases[i].ours);
    end(&s);
  }
}

static void case_variants_beyond_ascii_are_not_ours(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  kcd_values_done(&s.record.list_added);
  kcd_values_add_text(&s.record.list_added, "cifs/b\xc3\xbcro");
  LIST(&s.domain, "cifs/B\xc3\x9cRO");
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  assert_non_null(strstr(s.plan.why, "now written in another case"));
  end(&s);
}

static void only_what_was_written_after_the_usn_is_claimed(void **state)
{
  (void)state;
  struct scene s;
  begin_planned(&s, KCD_RECORD_APPLIED);
  s.domain.host.uac_meta.local_usn = s.record.usn_before;
  kcd_record_claim(&s.record, &s.domain.host);
  assert_true(s.record.list_ours);
  assert_false(s.record.uac_ours);
  s.domain.host.uac_meta.local_usn++;
  s.domain.host.list_meta.version = 0;
  kcd_record_claim(&s.record, &s.domain.host);
  assert_false(s.record.list_ours);
  assert_true(s.record.uac_ours);
  s.record.uac_after = s.record.uac_before;
  kcd_record_claim(&s.record, &s.domain.host);
  assert_false(s.record.uac_ours);
  end(&s);
}

static void hostile_values_are_shown_harmless(void **state)
{
  (void)state;
  struct scene s;
  begin(&s);
  kcd_values_done(&s.record.list_added);
  kcd_values_add_text(&s.record.list_added, "cifs/2016GUI");
  kcd_values_add_text(&s.record.list_added, "cifs/\x1b[2J\n");
  kcd_values_add(&s.record.list_added, "", 0);
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  end(&s);
}

/* ---- the descriptor of a target ---- */

static const char before[] = "\1\0\4\x80 before", after[] = "\1\0\4\x80 after";

/* The object as a change left it that took cifs/OLD off. */
static void begin_removal(struct scene *s)
{
  begin(s);
  kcd_values_done(&s->record.list_added);
  s->record.uac_after = s->record.uac_before = s->domain.host.uac;
  s->record.uac_ours = false;
  kcd_values_add_text(&s->record.list_before, "cifs/OLD");
  kcd_values_add_text(&s->record.list_removed, "cifs/OLD");
}

static void what_was_taken_off_comes_back(void **state)
{
  (void)state;
  struct scene s;
  begin_removal(&s);
  undo(&s, KCD_UNDO_CHANGE, 0, s.domain.host.uac);
  assert_int_equal(s.plan.restore.n, 1);
  assert_string_equal((const char *)s.plan.restore.v[0].data, "cifs/OLD");
  kcd_undo_plan_done(&s.plan);
  s.record.list_ours = false; /* somebody else's */
  undo(&s, KCD_UNDO_NOTHING, 0, s.domain.host.uac);
  end(&s);
}

static void what_is_listed_again_is_left(void **state)
{
  (void)state;
  struct scene s;
  begin_removal(&s);
  kcd_values_add_text(&s.domain.host.delegate_to, "cifs/OLD"); /* as before */
  undo(&s, KCD_UNDO_NOTHING, 0, s.domain.host.uac);
  kcd_undo_plan_done(&s.plan);
  kcd_values_add_text(&s.record.list_before, "cifs/OLDER"); /* ... but one of two alone */
  kcd_values_add_text(&s.record.list_removed, "cifs/OLDER");
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  assert_int_equal(s.plan.restore.n, 0);
  end(&s);
}

static void another_case_of_it_is_a_conflict(void **state)
{
  (void)state;
  struct scene s;
  begin_removal(&s);
  kcd_values_add_text(&s.domain.host.delegate_to, "CIFS/old");
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  end(&s);
}

static void an_open_removal_is_resolved(void **state)
{
  (void)state;
  struct scene s;
  begin_removal(&s);
  s.record.state = KCD_RECORD_PLANNED;
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_APPLIED);
  s.domain.host.list_meta.local_usn = 4999;
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_ALREADY);
  kcd_values_add_text(&s.domain.host.delegate_to, "cifs/OLD");
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_CONFLICT);
  end(&s);
}

/* The target as the change left it; the scene's host is the target here. */
static void begin_target(struct scene *s)
{
  begin(s);
  kcd_values_done(&s->record.list_added);
  s->record.uac_after = s->record.uac_before;
  s->record.list_ours = s->record.uac_ours = false;
  s->record.rbcd_before = kcd_bytes_copy(before, sizeof before);
  s->record.rbcd_after = kcd_bytes_copy(after, sizeof after);
  s->record.rbcd_ours = true;
  s->domain.host.rbcd = kcd_bytes_copy(after, sizeof after);
  s->domain.host.rbcd_meta = (struct kcd_attr_meta){.version = 2, .originating_time = NOW, .local_usn = 5001};
}

static void holds(struct scene *s, const void *value, size_t len)
{
  kcd_bytes_done(&s->domain.host.rbcd);
  s->domain.host.rbcd = kcd_bytes_copy(value, len);
}

static void a_descriptor_comes_back_whole(void **state)
{
  (void)state;
  struct scene s;
  begin_target(&s);
  undo(&s, KCD_UNDO_CHANGE, 0, s.domain.host.uac);
  assert_true(s.plan.restores_rbcd);
  assert_true(kcd_bytes_equal(&s.plan.rbcd_now, &s.record.rbcd_after));
  assert_true(kcd_bytes_equal(&s.plan.rbcd_then, &s.record.rbcd_before));
  kcd_undo_plan_done(&s.plan);
  kcd_bytes_done(&s.record.rbcd_before); /* there was none */
  undo(&s, KCD_UNDO_CHANGE, 0, s.domain.host.uac);
  assert_true(s.plan.restores_rbcd);
  assert_int_equal(s.plan.rbcd_then.len, 0);
  end(&s);
}

static void another_descriptor_is_a_conflict(void **state)
{
  (void)state;
  struct scene s;
  begin_target(&s);
  holds(&s, "\1\0\4\x80 other", 10);
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  assert_false(s.plan.restores_rbcd);
  kcd_undo_plan_done(&s.plan);
  holds(&s, after, sizeof after - 1); /* a byte less */
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  kcd_undo_plan_done(&s.plan);
  kcd_bytes_done(&s.domain.host.rbcd); /* taken away */
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  end(&s);
}

static void a_descriptor_as_before_needs_nothing(void **state)
{
  (void)state;
  struct scene s;
  begin_target(&s);
  holds(&s, before, sizeof before);
  undo(&s, KCD_UNDO_NOTHING, 0, s.domain.host.uac);
  s.record.rbcd_ours = false; /* somebody else's */
  holds(&s, after, sizeof after);
  undo(&s, KCD_UNDO_NOTHING, 0, s.domain.host.uac);
  end(&s);
}

/* The answer was lost, or kcdfix was killed: the object tells. */
static void an_open_descriptor_is_resolved(void **state)
{
  (void)state;
  struct scene s;
  begin_target(&s);
  s.record.state = KCD_RECORD_PLANNED;
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_APPLIED);
  undo(&s, KCD_UNDO_CHANGE, 0, s.domain.host.uac);
  kcd_undo_plan_done(&s.plan);
  s.domain.host.rbcd_meta.local_usn = 5000;
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_ALREADY);
  kcd_record_claim(&s.record, &s.domain.host);
  assert_false(s.record.rbcd_ours);
  s.domain.host.rbcd_meta.version = 0;
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_UNKNOWN);
  undo(&s, KCD_UNDO_CONFLICT, 0, s.domain.host.uac);
  kcd_undo_plan_done(&s.plan);
  holds(&s, before, sizeof before);
  assert_int_equal(kcd_record_resolve(&s.record, &s.domain.host), KCD_RECORD_CONFLICT);
  undo(&s, KCD_UNDO_NOTHING, 0, s.domain.host.uac);
  end(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_taken_off_comes_back),
      cmocka_unit_test(what_is_listed_again_is_left),
      cmocka_unit_test(another_case_of_it_is_a_conflict),
      cmocka_unit_test(an_open_removal_is_resolved),
      cmocka_unit_test(a_descriptor_comes_back_whole),
      cmocka_unit_test(another_descriptor_is_a_conflict),
      cmocka_unit_test(a_descriptor_as_before_needs_nothing),
      cmocka_unit_test(an_open_descriptor_is_resolved),
      cmocka_unit_test(undo_is_the_inverse),
      cmocka_unit_test(kerberos_only_is_taken_back_too),
      cmocka_unit_test(what_others_added_is_kept),
      cmocka_unit_test(a_value_that_is_gone_is_a_conflict),
      cmocka_unit_test(a_cleared_bit_is_a_conflict),
      cmocka_unit_test(a_bit_set_again_is_a_conflict),
      cmocka_unit_test(taken_back_by_hand_is_nothing_to_do),
      cmocka_unit_test(case_variants_are_not_ours),
      cmocka_unit_test(what_was_there_already_stays),
      cmocka_unit_test(records_of_nothing_undo_nothing),
      cmocka_unit_test(an_interrupted_undo_goes_on),
      cmocka_unit_test(a_planned_change_that_was_made),
      cmocka_unit_test(a_planned_change_that_was_not_made),
      cmocka_unit_test(a_planned_change_that_somebody_else_had_made),
      cmocka_unit_test(a_planned_change_whose_bit_was_there),
      cmocka_unit_test(a_planned_change_that_cannot_be_told),
      cmocka_unit_test(a_later_change_of_somebody_else_is_not_claimed),
      cmocka_unit_test(the_clocks_may_differ_a_little),
      cmocka_unit_test(case_variants_beyond_ascii_are_not_ours),
      cmocka_unit_test(only_what_was_written_after_the_usn_is_claimed),
      cmocka_unit_test(hostile_values_are_shown_harmless),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
