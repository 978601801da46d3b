/* The pattern of a KDC's answers: every row of the tables of differential reading, and every NTSTATUS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/alloc.h>
#include <kcdfix/pattern.h>

#define NOT_SUPPORTED 0xC00000BBu
#define RESTRICTION 0xC000006Eu
#define NOT_FOUND 0xC0000225u
#define NO_MATCH 0xC0000272u
#define NO_SECRETS 0xC0000371u
#define OTHER_REALM 0xC000040Bu
#define FIREWALL 0xC0000413u

/* Short forms of an answer. */
#define NONE                                                                                                           \
  {                                                                                                                    \
    .outcome = KCD_NOT_TRIED                                                                                           \
  }
#define FWD                                                                                                            \
  {                                                                                                                    \
    .outcome = KCD_TICKET, .forwardable = true                                                                         \
  }
#define POOR                                                                                                           \
  {                                                                                                                    \
    .outcome = KCD_TICKET                                                                                              \
  }
#define ERR(number)                                                                                                    \
  {                                                                                                                    \
    .outcome = KCD_ERROR, .code = (number)                                                                             \
  }
#define SAYS(number, status)                                                                                           \
  {                                                                                                                    \
    .outcome = KCD_ERROR, .code = (number), .has_ntstatus = true, .ntstatus = (status)                                 \
  }

/* One state of the world as the KDC shows it, and the class that it must have with a cause that the class must name. */
struct row {
  const char *what;
  struct kcd_answer self, proxy;
  struct {
    struct kcd_answer list, service, user, host, host_list, own, own_evidence;
  } control;
  const char *class;
  enum kcd_finding_id cause;
  bool poor_tgt;
  const char *text;
};

#define ROW(WHAT, SELF, PROXY, CLASS, CAUSE, ...)                                                                      \
  {                                                                                                                    \
    .what = (WHAT), .self = SELF, .proxy = PROXY, .class = (CLASS), .cause = (CAUSE), ##__VA_ARGS__                    \
  }

/* clang-format off */
static const struct row rows[] = {
    /* without any control: the rows of a KDC that says only a code */
    ROW("works", FWD, FWD, "granted", KCD_F_HOST_USES_CREDSSP),
    ROW("forwardable and refused", FWD, ERR(13), "not-granted", KCD_F_SPN_NOT_LISTED),
    ROW("not forwardable", POOR, ERR(13), "one-code-many-causes", KCD_F_PROTOCOL_TRANSITION_OFF),
    ROW("user unknown", ERR(6), NONE, "user-unknown", KCD_F_USER_NOT_FOUND),
    ROW("groups of the user unreadable", ERR(6), NONE, "user-unknown", KCD_F_HOST_CANNOT_READ_USER_GROUPS),
    ROW("user of another realm", ERR(68), NONE, "user-unknown", KCD_F_USER_NOT_FOUND),
    ROW("host without SPN", ERR(7), NONE, "host-without-spn", KCD_F_HOST_SPN_MISSING),
    ROW("host without SPN, Windows", ERR(27), NONE, "host-without-spn", KCD_F_HOST_SPN_MISSING),
    ROW("user disabled, Samba", ERR(12), NONE, "user-refused", KCD_F_USER_ACCOUNT_UNUSABLE),
    ROW("user disabled or locked", ERR(18), NONE, "user-refused", KCD_F_USER_ACCOUNT_UNUSABLE),
    ROW("user expired", ERR(1), NONE, "user-refused", KCD_F_USER_ACCOUNT_UNUSABLE),
    ROW("user refused by policy", ERR(12), NONE, "user-refused", KCD_F_USER_AUTH_POLICY),
    ROW("policy, said so", SAYS(12, FIREWALL), NONE, "policy", KCD_F_TRUST_SELECTIVE_AUTH),
    ROW("ticket of a read-only DC", ERR(20), NONE, "ticket-not-accepted", KCD_F_RODC_TGT),
    ROW("SPN unknown", FWD, ERR(7), "spn-unknown", KCD_F_TARGET_SPN_MISSING),
    ROW("SPN twice", FWD, ERR(8), "spn-unknown", KCD_F_DUPLICATE_SPN),
    ROW("SPN unknown, evidence not forwardable", POOR, ERR(7), "spn-unknown", KCD_F_SPN_WITH_BLANK_ON_SAMBA),
    ROW("no secrets", FWD, SAYS(7, NO_SECRETS), "target-refused", KCD_F_RODC_TGT),
    ROW("target without keys", FWD, ERR(14), "target-keys", KCD_F_TARGET_WITHOUT_KEYS),
    ROW("target locked", FWD, ERR(19), "target-refused", KCD_F_TARGET_DISABLED),
    ROW("must change password, Samba", FWD, ERR(23), "user-refused-at-the-service", KCD_F_USER_ACCOUNT_UNUSABLE),
    ROW("krbtgt asked for", FWD, ERR(12), "policy", KCD_F_KRBTGT_LISTED),
    ROW("ticket for another name", FWD, ERR(-1), "ticket-for-another-name", KCD_F_KRBTGT_LISTED),
    ROW("target without authorization data", FWD, ERR(41), "ticket-not-accepted", KCD_F_TARGET_NO_AUTH_DATA),
    ROW("a code of no pattern", FWD, ERR(60), "no-known-pattern", KCD_F_PREDICTION_DIFFERS),

    /* the pair of probes of Windows: with and without the resource-based bit */
    ROW("A NOT_FOUND, B NOT_SUPPORTED", FWD, SAYS(13, NOT_FOUND), "nothing-configured", KCD_F_LIST_EMPTY,
        .control = {.list = SAYS(13, NOT_SUPPORTED)}),
    ROW("A NOT_FOUND, B NO_MATCH", FWD, SAYS(13, NOT_FOUND), "list-lacks-spn", KCD_F_SPN_NOT_LISTED,
        .control = {.list = SAYS(13, NO_MATCH)}),
    ROW("A and B RESTRICTION", POOR, SAYS(13, RESTRICTION), "evidence-not-forwardable", KCD_F_PROTOCOL_TRANSITION_OFF,
        .control = {.list = SAYS(13, RESTRICTION)}),
    ROW("A RESTRICTION, B NO_MATCH", POOR, SAYS(13, RESTRICTION), "resource-based-not-forwardable",
        KCD_F_LIST_BREAKS_RBCD,
        .control = {.list = SAYS(13, NO_MATCH)}),
    ROW("A RESTRICTION, B NOT_SUPPORTED", POOR, SAYS(13, RESTRICTION), "resource-based-not-forwardable",
        KCD_F_USER_SENSITIVE,
        .control = {.list = SAYS(13, NOT_SUPPORTED)}),
    ROW("A OK, B 13", FWD, FWD, "granted-by-target", KCD_F_KCD_AND_RBCD_BOTH, .control = {.list = ERR(13)}),
    ROW("A OK, B OK", FWD, FWD, "granted", KCD_F_NEGATIVE_CACHE, .control = {.list = FWD}),
    ROW("NOT_SUPPORTED alone", FWD, SAYS(13, NOT_SUPPORTED), "nothing-configured", KCD_F_LIST_EMPTY),
    ROW("NO_MATCH alone", FWD, SAYS(13, NO_MATCH), "list-lacks-spn", KCD_F_SHORT_OR_FQDN_MISSING),
    ROW("NOT_FOUND alone", FWD, SAYS(13, NOT_FOUND), "not-granted", KCD_F_LIST_EMPTY),
    ROW("RESTRICTION, another user is fine", POOR, SAYS(13, RESTRICTION), "user-not-delegable", KCD_F_USER_PROTECTED,
        .control = {.user = FWD}),
    ROW("RESTRICTION, nobody is", POOR, SAYS(13, RESTRICTION), "protocol-transition-missing",
        KCD_F_PROTOCOL_TRANSITION_OFF,
        .control = {.list = SAYS(13, RESTRICTION), .user = POOR}),
    ROW("other domain", FWD, SAYS(13, OTHER_REALM), "target-in-other-domain", KCD_F_TARGET_OTHER_DOMAIN),
    ROW("policy at the service", FWD, SAYS(12, FIREWALL), "policy", KCD_F_USER_AUTH_POLICY),

    /* MIT's texts */
    ROW("text: evidence", POOR, ERR(13), "evidence-not-forwardable", KCD_F_USER_SENSITIVE,
        .text = "EVIDENCE_TKT_NOT_FORWARDABLE"),
    ROW("text: evidence, nobody is fine", POOR, ERR(13), "protocol-transition-missing", KCD_F_PROTOCOL_TRANSITION_OFF,
        .control = {.user = POOR}, .text = "EVIDENCE_TKT_NOT_FORWARDABLE"),
    ROW("text: evidence, another user is fine", POOR, ERR(13), "user-not-delegable", KCD_F_USER_SENSITIVE,
        .control = {.user = FWD}, .text = "EVIDENCE_TKT_NOT_FORWARDABLE"),
    ROW("text: not allowed", POOR, ERR(13), "not-granted", KCD_F_LIST_EMPTY, .text = "NOT_ALLOWED_TO_DELEGATE"),
    ROW("text: evidence, host's TGT", POOR, ERR(13), "host-ticket-not-forwardable", KCD_F_HOST_SENSITIVE,
        .poor_tgt = true, .text = "EVIDENCE_TKT_NOT_FORWARDABLE"),

    /* a silent KDC with its controls */
    ROW("transition off", POOR, ERR(13), "protocol-transition-missing", KCD_F_PROTOCOL_TRANSITION_OFF,
        .control = {.list = ERR(13), .service = ERR(13), .user = POOR, .host = FWD, .host_list = FWD}),
    ROW("transition off, own ticket works", POOR, ERR(13), "protocol-transition-missing", KCD_F_PROTOCOL_TRANSITION_OFF,
        .control = {.user = POOR, .host = FWD, .own = FWD, .own_evidence = FWD}),
    ROW("own ticket works, no other control", POOR, ERR(13), "protocol-transition-missing",
        KCD_F_PROTOCOL_TRANSITION_CLEARED_AGAIN,
        .control = {.own = FWD, .own_evidence = FWD}),
    ROW("user sensitive", POOR, ERR(13), "user-not-delegable", KCD_F_USER_SENSITIVE,
        .control = {.user = FWD, .host = FWD, .host_list = FWD}),
    ROW("user sensitive by the own ticket", POOR, ERR(13), "user-not-delegable", KCD_F_USER_SENSITIVE,
        .control = {.user = FWD, .own_evidence = POOR}),
    ROW("no other user known", POOR, ERR(13), "evidence-not-forwardable", KCD_F_USER_SENSITIVE,
        .control = {.user = ERR(6), .host = FWD}),
    ROW("resource-based and a list", POOR, ERR(13), "resource-based-not-forwardable", KCD_F_LIST_BREAKS_RBCD,
        .control = {.user = POOR, .host = FWD, .host_list = ERR(13)}),
    ROW("nothing granted, nothing forwardable", POOR, ERR(13), "not-granted-nor-forwardable", KCD_F_LIST_EMPTY,
        .control = {.user = POOR, .host = ERR(13)}),
    ROW("nothing granted, own ticket refused", POOR, ERR(13), "not-granted-nor-forwardable", KCD_F_SPN_NOT_LISTED,
        .control = {.own = ERR(13), .own_evidence = FWD}),
    ROW("nothing granted, user sensitive", POOR, ERR(13), "not-granted-nor-delegable", KCD_F_USER_SENSITIVE,
        .control = {.user = FWD, .host = ERR(13)}),
    ROW("not listed", FWD, ERR(13), "not-granted", KCD_F_SPN_NOT_LISTED,
        .control = {.list = ERR(13), .service = ERR(13), .host = ERR(13)}),
    ROW("granted to the host, refused for the user", FWD, ERR(13), "refused-for-this-user", KCD_F_USER_PROTECTED,
        .control = {.host = FWD}),
    ROW("host's TGT", POOR, ERR(13), "host-ticket-not-forwardable-list-unseen", KCD_F_HOST_SENSITIVE,
        .control = {.list = ERR(13), .user = POOR}, .poor_tgt = true),
    ROW("host's TGT, the KDC says that the list grants", POOR, SAYS(13, RESTRICTION), "host-ticket-not-forwardable",
        KCD_F_KRBTGT_SENSITIVE,
        .control = {.user = POOR}, .poor_tgt = true),
    ROW("two users refused alike", ERR(12), NONE, "no-user-for-host", KCD_F_USER_ACCOUNT_UNUSABLE,
        .control = {.user = ERR(12)}),
    ROW("one user refused", ERR(12), NONE, "user-refused", KCD_F_USER_ACCOUNT_UNUSABLE, .control = {.user = FWD}),
    ROW("policy whatever the service", FWD, ERR(12), "user-refused", KCD_F_USER_AUTH_POLICY,
        .control = {.service = ERR(12)}),
};
/* clang-format on */

struct world {
  struct kcd_exchange exchanges[3];
  struct kcd_observation observation;
};

static void build(const struct row *row, struct world *world)
{
  *world = (struct world){.exchanges = {{.kind = KCD_EXCHANGE_AS, .answer = FWD},
                                        {.kind = KCD_EXCHANGE_S4U2SELF, .answer = row->self},
                                        {.kind = KCD_EXCHANGE_S4U2PROXY, .answer = row->proxy}},
                          .observation = {.s4u2self = row->self,
                                          .s4u2proxy = row->proxy,
                                          .user_ticket = row->control.own,
                                          .own_evidence = row->control.own_evidence,
                                          .tgt_forwardable = !row->poor_tgt}};
  struct kcd_answer *controls = world->observation.controls;
  controls[KCD_FOR_LIST] = row->control.list;
  controls[KCD_FOR_SERVICE] = row->control.service;
  controls[KCD_FOR_USER] = row->control.user;
  controls[KCD_FOR_HOST_TICKET] = row->control.host;
  controls[KCD_FOR_HOST_LIST] = row->control.host_list;
  world->observation.exchanges = world->exchanges;
  world->observation.n = row->proxy.outcome == KCD_NOT_TRIED ? 2 : 3;
  struct kcd_exchange *last = &world->exchanges[world->observation.n - 1];
  last->has_krb_error = last->answer.outcome == KCD_ERROR && last->answer.code > 0;
  last->krb_error.text = (char *)row->text;
  last->krb_error.edata = last->answer.has_ntstatus ? KCD_EDATA_NTSTATUS : KCD_EDATA_NONE;
}

static bool names(const struct kcd_class *class, enum kcd_finding_id cause)
{
  for (size_t i = 0; i < class->n_ids; i++)
    if (class->ids[i] == cause)
      return true;
  return false;
}

static void every_row(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct world world;
    build(&rows[i], &world);
    const struct kcd_class *class = kcd_pattern_class(&world.observation);
    if (class == NULL || strcmp(class->name, rows[i].class) != 0 || !names(class, rows[i].cause))
      fail_msg("%s: %s, expected %s with %s", rows[i].what, class == NULL ? "no class" : class->name, rows[i].class,
               kcd_finding_info(rows[i].cause)->id);
  }
}

/* What a class says is one or two sentences, and its ids are known and named once. */
static void classes_are_in_order(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct kcd_class *class = kcd_class_by_name(rows[i].class);
    assert_non_null(class);
    assert_in_range(class->n_ids, 1, KCD_FINDINGS);
    size_t len = strlen(class->sentence);
    assert_in_range(len, 20, 320);
    assert_int_equal(class->sentence[len - 1], '.');
    for (size_t a = 0; a < class->n_ids; a++)
      for (size_t b = 0; b < a; b++)
        assert_int_not_equal(class->ids[a], class->ids[b]);
  }
  assert_null(kcd_class_by_name("no such class"));
}

/* The sentence of the administrator whose setup worked until 2016. */
static void own_ticket_has_its_sentence(void **state)
{
  static const struct row row = {
      .self = POOR, .proxy = ERR(13), .control = {.user = POOR, .host = FWD, .own = FWD, .own_evidence = FWD}};
  (void)state;
  struct world world;
  build(&row, &world);
  const struct kcd_class *class = kcd_pattern_class(&world.observation);
  assert_non_null(
      strstr(class->sentence, "Works with your own ticket, fails with the host's: only protocol transition"));
  assert_non_null(strstr(class->sentence, "2012 R2"));
}

static void host_refused(void **state)
{
  (void)state;
  static const struct {
    int32_t code;
    const char *class;
  } refusals[] = {{1, "host-refused"}, {6, "host-unknown"}, {12, "host-refused"}, {18, "host-refused"}};
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    struct kcd_exchange as = {.kind = KCD_EXCHANGE_AS, .answer = ERR(refusals[i].code)};
    struct kcd_observation observation = {.exchanges = &as, .n = 1};
    assert_string_equal(kcd_pattern_class(&observation)->name, refusals[i].class);
  }
}

static void nothing_follows(void **state)
{
  (void)state;
  struct kcd_observation empty = {.n = 0};
  assert_null(kcd_pattern_class(&empty));
  assert_null(kcd_deciding_exchange(&empty));
  struct world world;
  build(&rows[1], &world);
  kcd_fail(&world.observation.error, KCD_E_UNREACHABLE, "no answer");
  assert_null(kcd_pattern_class(&world.observation));
  kcd_error_id(&world.observation.error, "probe-tgt-not-forwardable");
  assert_non_null(kcd_pattern_class(&world.observation));
  struct kcd_exchange as = {.kind = KCD_EXCHANGE_AS, .answer = FWD};
  struct kcd_observation begun = {.exchanges = &as, .n = 1};
  assert_null(kcd_pattern_class(&begun));
}

/* A control behind the proof decides nothing by itself. */
static void controls_do_not_decide(void **state)
{
  (void)state;
  struct kcd_exchange exchanges[] = {
      {.kind = KCD_EXCHANGE_S4U2PROXY, .answer = ERR(13)},
      {.kind = KCD_EXCHANGE_S4U2PROXY, .purpose = KCD_FOR_HOST_TICKET, .answer = FWD},
  };
  struct kcd_observation observation = {.exchanges = exchanges, .n = 2};
  assert_ptr_equal(kcd_deciding_exchange(&observation), &exchanges[0]);
  assert_ptr_equal(kcd_observation_exchange(&observation, KCD_EXCHANGE_S4U2PROXY), &exchanges[0]);
}

static void reasons(void **state)
{
  (void)state;
  static const struct {
    struct kcd_answer answer;
    const char *text;
    enum kcd_edata_kind edata;
    const char *words;
  } table[] = {
      {SAYS(13, NO_MATCH), NULL, KCD_EDATA_NTSTATUS, "STATUS_NO_MATCH: the list does not hold this SPN"},
      {SAYS(13, NOT_SUPPORTED), NULL, KCD_EDATA_NTSTATUS, "STATUS_NOT_SUPPORTED: the host's list is empty"},
      {SAYS(13, 0xC0FFEE00u), NULL, KCD_EDATA_NTSTATUS, "NTSTATUS 0xc0ffee00"},
      {SAYS(13, 0xC00000E5u), NULL, KCD_EDATA_NTSTATUS, "STATUS_INTERNAL_ERROR"},
      {ERR(13), NULL, KCD_EDATA_NONE, "none"},
      {ERR(13), "", KCD_EDATA_OTHER, "none"},
      {ERR(13), NULL, KCD_EDATA_ARMOURED, "hidden inside the FAST armour"},
      {ERR(13), "EVIDENCE_TKT_NOT_FORWARDABLE", KCD_EDATA_NONE,
       "EVIDENCE_TKT_NOT_FORWARDABLE: the ticket for the user is not forwardable"},
      {ERR(60), "Something else", KCD_EDATA_NONE, "\"Something else\""},
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    struct kcd_exchange exchange = {.answer = table[i].answer,
                                    .has_krb_error = true,
                                    .krb_error = {.text = (char *)table[i].text, .edata = table[i].edata}};
    KCD_AUTO_CHAR words = kcd_reason_given(&exchange);
    assert_string_equal(words, table[i].words);
  }
  struct kcd_exchange ticket = {.answer = FWD};
  struct kcd_exchange client = {.answer = ERR(-1)};
  assert_null(kcd_reason_given(NULL));
  assert_null(kcd_reason_given(&ticket));
  assert_null(kcd_reason_given(&client));
}

/* The stand-in was let in or kept out where the host would not be: the requests of the probe that do not decide may
 * have got another answer. */
static void a_stand_in_that_differs_tells_nothing(void **state)
{
  (void)state;
  static const struct kcd_account stand_in;
  struct world world;
  build(&rows[1], &world);
  struct kcd_judgement judgement = {.observation = &world.observation};
  const struct kcd_class *class = kcd_pattern_class(&world.observation);
  assert_non_null(class);
  assert_ptr_equal(kcd_judgement_class(&judgement), class);
  judgement.facts.stand_in = &stand_in;
  judgement.limits.covers = true;
  assert_ptr_equal(kcd_judgement_class(&judgement), class);
  judgement.limits.n = 1;
  assert_null(kcd_judgement_class(&judgement));
  judgement.observation = NULL;
  judgement.limits.n = 0;
  assert_null(kcd_judgement_class(&judgement));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_row),
      cmocka_unit_test(classes_are_in_order),
      cmocka_unit_test(own_ticket_has_its_sentence),
      cmocka_unit_test(host_refused),
      cmocka_unit_test(nothing_follows),
      cmocka_unit_test(controls_do_not_decide),
      cmocka_unit_test(reasons),
      cmocka_unit_test(a_stand_in_that_differs_tells_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
