/* A trace, from decoded messages to what is said of it: what belongs together, which causes are left open, and what is
 * missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/alloc.h>

#include "trace_fixture.h"

static bool leaves_open(const struct kcd_trace_failure *failure, enum kcd_finding_id id)
{
  for (size_t i = 0; i < failure->n_ids; i++)
    if (failure->ids[i] == id)
      return true;
  return false;
}

static const struct kcd_remark *remark(const struct kcd_trace_result *result, enum kcd_remark_kind kind)
{
  for (size_t i = 0; i < result->n_remarks; i++)
    if (result->remarks[i].kind == kind)
      return &result->remarks[i];
  return NULL;
}

static void the_case_of_the_article(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 1);
  const struct kcd_conversation *conversation = &result.v[0];
  assert_int_equal(conversation->n, 2);
  assert_string_equal(conversation->host, "CORE2016$");
  assert_string_equal(conversation->user, "alice");
  assert_string_equal(conversation->spn, "cifs/2016GUI");
  assert_int_equal(conversation->steps[0].answer.outcome, KCD_TICKET);
  assert_int_equal(conversation->steps[1].answer.code, 13);
  assert_true(conversation->steps[1].rbcd_bit);
  assert_int_equal(result.n_failures, 1);
  const struct kcd_trace_failure *failure = &result.failures[0];
  assert_true(failure->delegation);
  assert_true(leaves_open(failure, KCD_F_PROTOCOL_TRANSITION_OFF));
  assert_true(leaves_open(failure, KCD_F_USER_SENSITIVE));
  assert_string_equal(failure->sentence, "CORE2016 asked for a ticket for alice to cifs/2016GUI by constrained "
                                         "delegation (S4U2Proxy), and the KDC refused: KDC_ERR_BADOPTION (13).");
  KCD_AUTO_CHAR command = kcd_trace_command(failure);
  assert_string_equal(command, "kcdfix check --as alice CORE2016 cifs/2016GUI");
  kcd_trace_result_done(&result);
}

static void two_hosts_interleaved_stay_apart(void **state)
{
  (void)state;
  struct scene core = scene_begin();
  struct scene hv2 = core;
  hv2.client = HV2;
  hv2.stream = 1000;
  ask_self(&core, "CORE2016$", "alice");
  hv2.now = core.now;
  ask_self(&hv2, "HV2$", "alice");
  core.now = hv2.now;
  give(&core, KCD_KRB_TGS_REP, "alice", "CORE2016$");
  hv2.now = core.now;
  give(&hv2, KCD_KRB_TGS_REP, "alice", "HV2$");
  core.now = hv2.now;
  ask_proxy(&core, "CORE2016$", "cifs/A");
  hv2.now = core.now;
  ask_proxy(&hv2, "HV2$", "cifs/B");
  hv2.now += 10;
  refuse(&hv2, 13);
  core.now = hv2.now;
  give(&core, KCD_KRB_TGS_REP, "alice", "cifs/A");
  struct kcd_trace_result result = scene_finish(&core);
  assert_int_equal(result.n, 2);
  assert_string_equal(result.v[0].spn, "cifs/A");
  assert_int_equal(result.v[0].steps[1].answer.outcome, KCD_TICKET);
  assert_string_equal(result.v[1].spn, "cifs/B");
  assert_int_equal(result.v[1].steps[1].answer.code, 13);
  assert_int_equal(result.n_failures, 1);
  assert_string_equal(result.failures[0].host, "HV2$");
  kcd_trace_result_done(&result);
}

static void what_the_protocol_asks_twice_is_one_step(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  scene.udp = true;
  ask_tgt(&scene, "CORE2016$");
  scene.now += SECOND;
  ask_tgt(&scene, "CORE2016$"); /* the datagram again */
  refuse(&scene, 25);
  ask_tgt(&scene, "CORE2016$");
  refuse(&scene, 52);
  scene.udp = false;
  ask_tgt(&scene, "CORE2016$");
  give(&scene, KCD_KRB_AS_REP, "CORE2016$", "krbtgt/KCD.TEST");
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 1);
  const struct kcd_trace_step *step = &result.v[0].steps[0];
  assert_int_equal(step->kind, KCD_STEP_KIND_AS);
  assert_int_equal(step->requests, 4);
  assert_true(step->refused_by_udp);
  assert_int_equal(step->answer.outcome, KCD_TICKET);
  assert_int_equal(result.n_failures, 0);
  kcd_trace_result_done(&result);
}

static void what_was_asked_twice_stands_where_it_began(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  ask_tgt(&scene, "CORE2016$");
  refuse(&scene, 25);
  self(&scene, "HV2$", "alice");
  ask_tgt(&scene, "CORE2016$");
  give(&scene, KCD_KRB_AS_REP, "CORE2016$", "krbtgt/KCD.TEST");
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 2);
  assert_int_equal(result.v[0].steps[0].kind, KCD_STEP_KIND_AS);
  assert_int_equal(result.v[0].steps[0].when, START);
  assert_int_equal(result.v[1].steps[0].kind, KCD_STEP_KIND_SELF);
  kcd_trace_result_done(&result);
}

static void armour_hides_the_user_but_not_the_answer(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  ask_ticket(&scene, "CORE2016$", true);
  give(&scene, KCD_KRB_TGS_REP, "alice", "CORE2016$");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 1);
  assert_int_equal(result.v[0].n, 2);
  assert_int_equal(result.v[0].steps[0].kind, KCD_STEP_KIND_SELF);
  assert_string_equal(result.v[0].user, "alice");
  kcd_trace_result_done(&result);
}

/* bob's S4U2Self is missing from the capture, its answer is not: what follows is not taken for alice's. */
static void an_answer_without_request_tells_the_user(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/2016GUI");
  give(&scene, KCD_KRB_TGS_REP, "bob", "CORE2016$");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  give(&scene, KCD_KRB_TGS_REP, "carol", "CORE2016$");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  give(&scene, KCD_KRB_TGS_REP, "nina", "cifs/2016GUI");
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 4);
  assert_string_equal(result.v[1].user, "bob");
  assert_int_equal(result.v[1].steps[0].kind, KCD_STEP_KIND_SELF);
  assert_int_equal(result.v[2].steps[0].kind, KCD_STEP_KIND_TGS); /* of carol: nobody used it */
  assert_string_equal(result.v[3].user, "nina");
  assert_int_equal(result.n_failures, 1);
  assert_false(leaves_open(&result.failures[0], KCD_F_PROTOCOL_TRANSITION_OFF));
  assert_true(leaves_open(&result.failures[0], KCD_F_USER_SENSITIVE));
  kcd_trace_result_done(&result);
}

/* Two users' tickets for the same host: the evidence itself tells whose it is, minutes later too. */
static void the_ticket_itself_tells_whose_it_is(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  scene.mark = 11;
  self(&scene, "CORE2016$", "alice");
  scene.mark = 22;
  self(&scene, "CORE2016$", "bob");
  scene_pass(&scene, 300);
  scene.mark = 11;
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  scene.mark = 33;
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 3);
  assert_string_equal(result.v[0].user, "alice");
  assert_int_equal(result.v[0].n, 2);
  assert_string_equal(result.v[1].user, "bob");
  assert_int_equal(result.v[1].n, 1);
  assert_null(result.v[2].user); /* of another ticket, whose S4U2Self is not there */
  kcd_trace_result_done(&result);
}

static void a_ticket_of_another_host_is_no_evidence(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "OTHER$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 2);
  assert_null(result.v[1].user);
  kcd_trace_result_done(&result);
}

static void the_reason_of_the_kdc_counts_more_than_its_code(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse_saying(&scene, 13, 0xC0000225u); /* STATUS_NOT_FOUND: not listed */
  struct kcd_trace_result result = scene_finish(&scene);
  const struct kcd_trace_failure *failure = &result.failures[0];
  assert_true(failure->has_ntstatus);
  assert_true(leaves_open(failure, KCD_F_SPN_NOT_LISTED));
  assert_false(leaves_open(failure, KCD_F_USER_SENSITIVE));
  assert_non_null(strstr(failure->sentence, "STATUS_NOT_FOUND"));
  kcd_trace_result_done(&result);
}

static void what_was_granted_before_rules_causes_out(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/GOOD");
  give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/GOOD");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  const struct kcd_trace_failure *failure = &result.failures[0];
  assert_false(leaves_open(failure, KCD_F_PROTOCOL_TRANSITION_OFF));
  assert_false(leaves_open(failure, KCD_F_USER_SENSITIVE));
  assert_true(leaves_open(failure, KCD_F_SPN_NOT_LISTED));
  assert_int_equal(failure->n_excluded, 2);
  assert_non_null(strstr(failure->excluded[0], "cifs/GOOD"));
  assert_non_null(strstr(failure->excluded[1], "same user"));
  kcd_trace_result_done(&result);
}

static void another_users_ticket_leaves_the_user(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/2016GUI");
  self(&scene, "CORE2016$", "bob");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  const struct kcd_trace_failure *failure = &result.failures[0];
  assert_string_equal(failure->user, "bob");
  assert_true(leaves_open(failure, KCD_F_USER_SENSITIVE));
  assert_false(leaves_open(failure, KCD_F_SPN_NOT_LISTED));
  assert_false(leaves_open(failure, KCD_F_PROTOCOL_TRANSITION_OFF));
  kcd_trace_result_done(&result);
}

/* The host's own ticket is forwardable in any mode: it shows that the service is listed, and nothing else. */
static void another_evidence_leaves_protocol_transition(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  ask_ticket(&scene, "CORE2016$", false);
  give(&scene, KCD_KRB_TGS_REP, "CORE2016$", "CORE2016$");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  give(&scene, KCD_KRB_TGS_REP, "CORE2016$", "cifs/2016GUI");
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  const struct kcd_trace_failure *failure = &result.failures[0];
  assert_true(leaves_open(failure, KCD_F_PROTOCOL_TRANSITION_OFF));
  assert_true(leaves_open(failure, KCD_F_USER_SENSITIVE));
  assert_false(leaves_open(failure, KCD_F_SPN_NOT_LISTED));
  kcd_trace_result_done(&result);
}

/* It is refused again behind the ticket, so nobody has mended it in between. */
static void what_was_granted_between_two_refusals_counts(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  for (int i = 0; i < 2; i++) {
    self(&scene, "CORE2016$", "alice");
    ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
    refuse(&scene, 13);
    self(&scene, "CORE2016$", "alice");
    ask_proxy(&scene, "CORE2016$", "cifs/GOOD");
    give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/GOOD");
  }
  struct kcd_trace_result result = scene_finish(&scene);
  assert_false(leaves_open(&result.failures[0], KCD_F_PROTOCOL_TRANSITION_OFF));
  kcd_trace_result_done(&result);
}

/* Between the two somebody mended it. */
static void what_is_granted_afterwards_rules_nothing_out(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/OTHER");
  give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/OTHER");
  struct kcd_trace_result result = scene_finish(&scene);
  assert_true(leaves_open(&result.failures[0], KCD_F_PROTOCOL_TRANSITION_OFF));
  kcd_trace_result_done(&result);
}

/* What one DC granted says nothing of another one, which may not have heard of the change yet. */
static void what_another_kdc_granted_rules_nothing_out(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "bob");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  give(&scene, KCD_KRB_TGS_REP, "bob", "cifs/2016GUI");
  scene.kdc = DC2;
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.failures[0].n_excluded, 0);
  assert_true(leaves_open(&result.failures[0], KCD_F_SPN_NOT_LISTED));
  kcd_trace_result_done(&result);
}

/* Its S4U2Self came before the refusal, its ticket after it: somebody may have mended it in between. */
static void what_was_granted_meanwhile_rules_nothing_out(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  scene.mark = 1;
  self(&scene, "CORE2016$", "bob");
  scene.mark = 2;
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  scene_pass(&scene, 300);
  scene.mark = 1;
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  give(&scene, KCD_KRB_TGS_REP, "bob", "cifs/2016GUI");
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 2);
  assert_int_equal(result.failures[0].n_excluded, 0);
  kcd_trace_result_done(&result);
}

/* The KDC knows that the name is of another realm, not that it is registered there. */
static void a_referral_is_no_ticket_to_the_service(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  ask_ticket(&scene, "cifs/2016GUI", false);
  give(&scene, KCD_KRB_TGS_REP, "CORE2016$", "krbtgt/OTHER.TEST");
  ask_ticket(&scene, "cifs/2016GUI", false);
  refuse(&scene, 7);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_true(result.v[0].steps[0].referred);
  assert_false(result.v[1].steps[0].referred);
  assert_int_equal(result.failures[0].n_excluded, 0);
  assert_true(leaves_open(&result.failures[0], KCD_F_TARGET_SPN_MISSING));
  kcd_trace_result_done(&result);
}

/* A datagram sent twice, or captured at two places, is answered twice. */
static void the_second_answer_is_no_exchange_of_its_own(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  scene.udp = true;
  ask_ticket(&scene, "cifs/A", false);
  ask_ticket(&scene, "cifs/A", false);
  refuse(&scene, 7);
  scene.stream--;
  ask_ticket(&scene, "cifs/B", false);
  refuse(&scene, 7);
  scene.stream--;
  give(&scene, KCD_KRB_TGS_REP, "CORE2016$", "cifs/B");
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 2);
  assert_int_equal(result.v[0].steps[0].requests, 2);
  assert_int_equal(result.v[0].steps[0].answers, 2);
  assert_int_equal(result.v[0].steps[0].answer.code, 7);
  assert_int_equal(result.v[1].steps[0].answer.outcome, KCD_TICKET);
  assert_null(remark(&result, KCD_REMARK_LATE));
  kcd_trace_result_done(&result);
}

/* Both go to the same name from the same port, and the first was not answered. */
static void another_users_datagram_is_no_repetition(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  scene.udp = true;
  ask_self(&scene, "CORE2016$", "alice");
  ask_self(&scene, "CORE2016$", "bob");
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 2);
  assert_string_equal(result.v[1].user, "bob");
  kcd_trace_result_done(&result);
}

/* Behind one address two hosts use one service: each one's second try is its own. */
static void a_second_try_is_of_the_same_evidence(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  scene.udp = true;
  scene.mark = 1;
  ask_proxy(&scene, "CORE2016$", "cifs/A");
  refuse(&scene, 52);
  scene.udp = false;
  scene.mark = 2;
  ask_proxy(&scene, "HV2$", "cifs/A");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 2);
  assert_false(result.v[1].steps[0].refused_by_udp);
  kcd_trace_result_done(&result);
}

/* The capture cut it: what it asks for is not known, but that it asked, and got its answer, is. */
static void a_cut_request_keeps_its_answer(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  tell(&scene, false, KCD_KRB_TGS_REQ, NULL);
  give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/A");
  tell(&scene, false, KCD_KRB_AS_REQ, NULL);
  tell(&scene, true, KCD_KRB_AS_REP, NULL);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 2);
  assert_int_equal(result.v[0].steps[0].kind, KCD_STEP_KIND_TGS);
  assert_int_equal(result.v[0].steps[0].answer.outcome, KCD_TICKET);
  assert_string_equal(result.v[0].spn, "cifs/A");
  assert_int_equal(result.v[1].steps[0].kind, KCD_STEP_KIND_AS);
  assert_null(remark(&result, KCD_REMARK_NO_ANSWER));
  assert_null(remark(&result, KCD_REMARK_LATE));
  kcd_trace_result_done(&result);
}

/* alice's machine, with armour, asked for the ticket that she handed to the host: no S4U2Self, and no proof that
 * protocol transition works. */
static void a_ticket_that_the_user_asked_for_is_no_s4u2self(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  scene.mark = 5;
  scene.client = FILER;
  ask_ticket(&scene, "CORE2016$", true);
  give(&scene, KCD_KRB_TGS_REP, "alice", "CORE2016$");
  scene.client = CORE;
  ask_proxy(&scene, "CORE2016$", "cifs/A");
  give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/A");
  scene.mark = 6;
  self(&scene, "CORE2016$", "bob");
  ask_proxy(&scene, "CORE2016$", "cifs/A");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 3);
  assert_int_equal(result.v[0].steps[0].kind, KCD_STEP_KIND_TGS);
  assert_string_equal(result.v[1].user, "alice");
  assert_true(leaves_open(&result.failures[0], KCD_F_PROTOCOL_TRANSITION_OFF));
  kcd_trace_result_done(&result);
}

static void the_same_failure_is_named_once(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  for (int i = 0; i < 3; i++) {
    self(&scene, "CORE2016$", "alice");
    ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
    refuse(&scene, 13);
  }
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, 3);
  assert_int_equal(result.n_failures, 1);
  assert_int_equal(result.failures[0].times, 3);
  struct kcd_traced_pairs pairs;
  kcd_trace_pairs(&result, &pairs);
  assert_int_equal(pairs.n, 1);
  assert_ptr_equal(pairs.v[0].conversation, &result.v[2]);
  kcd_traced_pairs_done(&pairs);
  kcd_trace_result_done(&result);
}

static void names_are_the_same_in_any_case(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  self(&scene, "core2016$", "Alice");
  ask_proxy(&scene, "core2016$", "CIFS/2016gui");
  refuse(&scene, 13);
  self(&scene, "core2016$", "Alicf");
  ask_proxy(&scene, "core2016$", "CIFS/2016gui");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n_failures, 2);
  assert_int_equal(result.failures[0].times, 2);
  kcd_trace_result_done(&result);
}

static void refusals_beside_delegation_come_last(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  ask_ticket(&scene, "cifs/nobody", false);
  refuse(&scene, 7);
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n_failures, 2);
  assert_true(result.failures[0].delegation);
  assert_false(result.failures[1].delegation);
  kcd_trace_result_done(&result);
}

static void silence_after_a_refusal_is_the_negative_cache(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  scene_pass(&scene, 300);
  struct kcd_trace_result result = scene_finish(&scene);
  const struct kcd_remark *silence = remark(&result, KCD_REMARK_NOT_ASKED_AGAIN);
  assert_non_null(silence);
  assert_string_equal(silence->host, "CORE2016$");
  assert_string_equal(silence->target, "cifs/2016GUI");
  assert_non_null(strstr(silence->next, "klist purge"));
  kcd_trace_result_done(&result);
}

static void a_host_that_asks_again_is_not_silent(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  scene_pass(&scene, 300);
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/2016GUI");
  struct kcd_trace_result result = scene_finish(&scene);
  assert_null(remark(&result, KCD_REMARK_NOT_ASKED_AGAIN));
  kcd_trace_result_done(&result);
}

static void two_kdcs_are_remarked(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/A");
  refuse(&scene, 13);
  scene.kdc = DC2;
  ask_proxy(&scene, "CORE2016$", "cifs/A");
  give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/A");
  struct kcd_trace_result result = scene_finish(&scene);
  const struct kcd_remark *other = remark(&result, KCD_REMARK_OTHER_KDC);
  assert_non_null(other);
  assert_non_null(strstr(other->sentence, "10.0.0.11"));
  kcd_trace_result_done(&result);
}

/* NTLMSSP AUTHENTICATE with a user, as a client that was given an address sends it. */
static void ntlm_instead_of_s4u(void **state)
{
  (void)state;
  static const uint8_t payload[] = "xNTLMSSP\0\3\0\0\0" /* signature, type */
                                   "\0\0\0\0\0\0\0\0"   /* LM */
                                   "\0\0\0\0\0\0\0\0"   /* NT */
                                   "\0\0\0\0\0\0\0\0"   /* domain */
                                   "\5\0\5\0\x40\0\0\0" /* user */
                                   "\0\0\0\0\0\0\0\0"   /* workstation */
                                   "\0\0\0\0\0\0\0\0"   /* session key */
                                   "\0\0\0\0"           /* flags: OEM */
                                   "alice";
  struct scene scene = scene_begin();
  struct kcd_frame frame = {
      .kind = KCD_FRAME_TCP, .payload = payload, .len = sizeof payload - 1, .whole = sizeof payload - 1};
  frame.source = end(CORE, 0).address;
  frame.destination = end(FILER, 0).address;
  frame.destination_port = 445;
  kcd_trace_frame(scene.trace, &frame, scene.now);
  kcd_trace_frame(scene.trace, &frame, scene.now + 5);
  struct kcd_trace_result result = scene_finish(&scene);
  const struct kcd_remark *ntlm = remark(&result, KCD_REMARK_NO_S4U);
  assert_non_null(ntlm);
  assert_string_equal(ntlm->host, "10.0.0.5");
  assert_string_equal(ntlm->target, "10.0.0.20");
  assert_non_null(strstr(ntlm->sentence, "alice"));
  assert_non_null(remark(&result, KCD_REMARK_NO_KERBEROS));
  kcd_trace_result_done(&result);
}

static void what_cannot_be_read_is_said(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  give(&scene, KCD_KRB_TGS_REP, "alice", "cifs/A"); /* its request is not there */
  tell(&scene, false, KCD_KRB_TGS_REQ, NULL);       /* cut */
  struct kcd_trace_result result;
  struct kcd_stream_counts counts = {.cut = 1, .lost = 2, .midstream = 1, .fragments = 3};
  kcd_trace_finish(scene.trace, &counts, 96, &result);
  kcd_trace_free(scene.trace);
  assert_non_null(remark(&result, KCD_REMARK_LATE));
  assert_non_null(strstr(remark(&result, KCD_REMARK_CUT)->sentence, "96 bytes"));
  assert_int_equal(remark(&result, KCD_REMARK_LOST)->count, 2);
  assert_int_equal(remark(&result, KCD_REMARK_FRAGMENTS)->count, 3);
  assert_non_null(remark(&result, KCD_REMARK_NO_ANSWER));
  assert_null(remark(&result, KCD_REMARK_MALFORMED));
  kcd_trace_result_done(&result);
}

static void an_armoured_refusal_hides_its_reason(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  ask_ticket(&scene, "CORE2016$", true);
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(remark(&result, KCD_REMARK_ARMOURED)->count, 1);
  assert_non_null(strstr(remark(&result, KCD_REMARK_ARMOURED)->next, "kcdfix check --stand-in HOST SPN"));
  kcd_trace_result_done(&result);
}

static void what_to_ask_without_armour_has_the_names(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  self(&scene, "CORE2016$", "alice");
  ask_proxy(&scene, "CORE2016$", "cifs/2016GUI");
  refuse(&scene, 13);
  ask_ticket(&scene, "CORE2016$", true);
  refuse(&scene, 13);
  struct kcd_trace_result result = scene_finish(&scene);
  assert_string_equal(remark(&result, KCD_REMARK_ARMOURED)->next,
                      "ask again without armour: kcdfix check --stand-in --as alice CORE2016 cifs/2016GUI");
  kcd_trace_result_done(&result);
}

static void more_than_is_kept_is_counted(void **state)
{
  (void)state;
  struct scene scene = scene_begin();
  for (unsigned i = 0; i < KCD_TRACE_MAX + 7; i++) {
    ask_ticket(&scene, "cifs/A", false);
    scene.stream++;
  }
  struct kcd_trace_result result = scene_finish(&scene);
  assert_int_equal(result.n, KCD_TRACE_MAX);
  assert_int_equal(result.n_more, 7);
  assert_int_equal(remark(&result, KCD_REMARK_TOO_MANY)->count, 7);
  kcd_trace_result_done(&result);
}

/* Names as long as a message allows: the steps stay far below their number, and what does not fit is counted. */
static void long_names_fill_the_room(void **state)
{
  (void)state;
  enum { LONG = 4000, STEPS = 20000 };
  KCD_AUTO_CHAR spn = kcd_calloc(LONG + 1, 1);
  memset(spn, 'x', LONG);
  struct scene scene = scene_begin();
  for (unsigned i = 0; i < STEPS; i++) {
    ask_proxy(&scene, spn, spn);
    scene.stream++;
  }
  struct kcd_trace_result result = scene_finish(&scene);
  assert_true(result.n < STEPS);
  assert_int_equal(result.n + result.n_more, STEPS);
  assert_int_equal(remark(&result, KCD_REMARK_TOO_MANY)->count, result.n_more);
  kcd_trace_result_done(&result);
}

static void names_become_operands(void **state)
{
  (void)state;
  static const struct {
    const char *name, *operand;
  } rows[] = {{"CORE2016$", "CORE2016"},
              {"$", "$"},
              {"host/core2016.kcd.test", "core2016.kcd.test"},
              {"HTTP/web:8080", "web"},
              {"a/b/c", "b"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    KCD_AUTO_CHAR operand = kcd_trace_operand(rows[i].name);
    assert_string_equal(operand, rows[i].operand);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_case_of_the_article),
      cmocka_unit_test(two_hosts_interleaved_stay_apart),
      cmocka_unit_test(what_the_protocol_asks_twice_is_one_step),
      cmocka_unit_test(what_was_asked_twice_stands_where_it_began),
      cmocka_unit_test(armour_hides_the_user_but_not_the_answer),
      cmocka_unit_test(an_answer_without_request_tells_the_user),
      cmocka_unit_test(the_ticket_itself_tells_whose_it_is),
      cmocka_unit_test(a_ticket_of_another_host_is_no_evidence),
      cmocka_unit_test(the_reason_of_the_kdc_counts_more_than_its_code),
      cmocka_unit_test(what_was_granted_before_rules_causes_out),
      cmocka_unit_test(another_users_ticket_leaves_the_user),
      cmocka_unit_test(another_evidence_leaves_protocol_transition),
      cmocka_unit_test(what_was_granted_between_two_refusals_counts),
      cmocka_unit_test(what_is_granted_afterwards_rules_nothing_out),
      cmocka_unit_test(what_another_kdc_granted_rules_nothing_out),
      cmocka_unit_test(what_was_granted_meanwhile_rules_nothing_out),
      cmocka_unit_test(a_referral_is_no_ticket_to_the_service),
      cmocka_unit_test(the_second_answer_is_no_exchange_of_its_own),
      cmocka_unit_test(another_users_datagram_is_no_repetition),
      cmocka_unit_test(a_second_try_is_of_the_same_evidence),
      cmocka_unit_test(a_cut_request_keeps_its_answer),
      cmocka_unit_test(a_ticket_that_the_user_asked_for_is_no_s4u2self),
      cmocka_unit_test(the_same_failure_is_named_once),
      cmocka_unit_test(names_are_the_same_in_any_case),
      cmocka_unit_test(refusals_beside_delegation_come_last),
      cmocka_unit_test(silence_after_a_refusal_is_the_negative_cache),
      cmocka_unit_test(a_host_that_asks_again_is_not_silent),
      cmocka_unit_test(two_kdcs_are_remarked),
      cmocka_unit_test(ntlm_instead_of_s4u),
      cmocka_unit_test(what_cannot_be_read_is_said),
      cmocka_unit_test(an_armoured_refusal_hides_its_reason),
      cmocka_unit_test(what_to_ask_without_armour_has_the_names),
      cmocka_unit_test(more_than_is_kept_is_counted),
      cmocka_unit_test(long_names_fill_the_room),
      cmocka_unit_test(names_become_operands),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
