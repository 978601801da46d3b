/* The file may be cut off, changed or made by somebody else: what is decoded is whole, or refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <kcdfix/record.h>
#include <kcdfix/uac.h>
#include <kcdfix/secdesc.h>
#include <kcdfix/text.h>

#include "facts_fixture.h"
#include "record_fixture.h"

static int decode_text(const char *text, struct kcd_record *ret)
{
  struct kcd_error err = KCD_ERROR_INIT;
  int result = kcd_record_decode(text, strlen(text), ret, &err);
  assert_int_equal(kcd_error_is_set(&err), result != 0);
  return result;
}

static enum kcd_errc refusal(const char *text, size_t len)
{
  struct kcd_record record = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  int result = kcd_record_decode(text, len, &record, &err);
  kcd_record_done(&record);
  return result == 0 ? KCD_OK : err.code;
}

static void check_round_trip(const struct kcd_record *record)
{
  struct kcd_record again = {0};
  KCD_AUTO_CHAR text = kcd_record_encode(record);
  assert_int_equal(decode_text(text, &again), 0);
  KCD_AUTO_CHAR second = kcd_record_encode(&again);
  assert_string_equal(text, second);
  kcd_record_done(&again);
}

static void every_member_comes_back(void **state)
{
  (void)state;
  struct kcd_record record, again = {0};
  record_init(&record);
  record.undone = NOW + 60;
  record.reason = kcd_strdup("ticket 4711");
  KCD_AUTO_CHAR text = kcd_record_encode(&record);
  assert_int_equal(decode_text(text, &again), 0);
  assert_string_equal(again.id, record.id);
  assert_string_equal(again.run, record.run);
  assert_int_equal(again.state, KCD_RECORD_APPLIED);
  assert_string_equal(again.tool_version, "0.1.0");
  assert_int_equal(again.created, NOW);
  assert_int_equal(again.changed, NOW + 1);
  assert_int_equal(again.undone, NOW + 60);
  assert_string_equal(again.by, record.by);
  assert_int_equal(again.uid, 1000);
  assert_string_equal(again.reason, "ticket 4711");
  assert_string_equal(again.dc, record.dc);
  assert_string_equal(again.domain, record.domain);
  assert_string_equal(again.host, record.host);
  assert_string_equal(again.dn, record.dn);
  assert_memory_equal(again.guid, record.guid, 16);
  assert_int_equal(again.mode, KCD_MODE_PROTOCOL_TRANSITION);
  assert_int_equal(again.n_spns, 1);
  assert_string_equal(again.spns[0], "cifs/2016GUI");
  assert_int_equal(again.list_before.n, 1);
  assert_int_equal(again.list_added.n, 2);
  assert_true(kcd_bytes_equal(&again.list_added.v[1], &record.list_added.v[1]));
  assert_true(again.list_ours && again.uac_ours);
  assert_int_equal(again.uac_before, record.uac_before);
  assert_int_equal(again.uac_after, record.uac_after);
  assert_int_equal(again.usn_before, 5000);
  kcd_record_done(&again);
  kcd_record_done(&record);
}

static void every_state_and_mode_comes_back(void **state)
{
  (void)state;
  for (int i = KCD_RECORD_PLANNED; i <= KCD_RECORD_UNDONE; i++) {
    struct kcd_record record;
    record_init(&record);
    record.state = (enum kcd_record_state)i;
    record.mode = (enum kcd_mode)(i % 4);
    check_round_trip(&record);
    kcd_record_done(&record);
  }
}

/* A descriptor that names the first N of these accounts. */
static struct kcd_bytes descriptor(size_t n)
{
  struct kcd_secdesc sd = {.has_owner = true, .owner = {.revision = 1, .count = 1, .authority = 5, .sub = {18}}};
  struct kcd_bytes bytes = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  for (uint32_t i = 0; i < n; i++) {
    const struct kcd_sid sid = {.revision = 1, .count = 2, .authority = 5, .sub = {21, 1000 + i}};
    kcd_secdesc_add_allow(&sd, &sid, KCD_RIGHT_RBCD_FULL);
  }
  assert_int_equal(kcd_secdesc_encode(&sd, &bytes, &err), 0);
  kcd_secdesc_done(&sd);
  return bytes;
}

/* A target's descriptor: bytes, never text. */
static void describe_target(struct kcd_record *record)
{
  record_init(record);
  record->mode = KCD_MODE_RESOURCE_BASED;
  record->uac_after = record->uac_before;
  record->list_ours = record->uac_ours = false;
  kcd_values_done(&record->list_added);
  record->rbcd_before = descriptor(1);
  record->rbcd_after = descriptor(2);
  record->rbcd_ours = true;
  kcd_values_add_text(&record->rbcd_added, "CORE2016$");
}

static void a_descriptor_comes_back(void **state)
{
  (void)state;
  struct kcd_record record, again = {0};
  describe_target(&record);
  KCD_AUTO_CHAR text = kcd_record_encode(&record);
  assert_int_equal(decode_text(text, &again), 0);
  assert_true(kcd_bytes_equal(&again.rbcd_before, &record.rbcd_before));
  assert_true(kcd_bytes_equal(&again.rbcd_after, &record.rbcd_after));
  assert_int_equal(again.rbcd_added.n, 1);
  assert_true(again.rbcd_ours);
  assert_int_equal(again.mode, KCD_MODE_RESOURCE_BASED);
  kcd_record_done(&again);
  kcd_bytes_done(&record.rbcd_before); /* where there was none before */
  check_round_trip(&record);
  kcd_record_done(&record);
}

static enum kcd_errc refusal_of(const struct kcd_record *record)
{
  struct kcd_record again = {0};
  KCD_AUTO_CHAR text = kcd_record_encode(record);
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_record_decode(text, strlen(text), &again, &err) == 0)
    kcd_record_done(&again);
  return err.code;
}

/* What undoing would write comes from the file: it may take entries away and bring none. */
static void a_descriptor_that_undoing_would_open_is_refused(void **state)
{
  (void)state;
  struct kcd_record record;
  describe_target(&record);
  assert_int_equal(refusal_of(&record), 0);
  struct kcd_bytes one = record.rbcd_before;
  record.rbcd_before = record.rbcd_after;
  record.rbcd_after = one;
  assert_int_equal(refusal_of(&record), KCD_E_MALFORMED);
  kcd_bytes_done(&record.rbcd_after);
  record.rbcd_after = descriptor(2); /* the same twice: nothing was added */
  assert_int_equal(refusal_of(&record), KCD_E_MALFORMED);
  kcd_bytes_done(&record.rbcd_before);
  record.rbcd_before = descriptor(1);
  record.rbcd_before.data[record.rbcd_before.len - 1] ^= 1; /* another account */
  assert_int_equal(refusal_of(&record), KCD_E_MALFORMED);
  record.rbcd_before.data[0] = 2; /* no descriptor */
  assert_int_equal(refusal_of(&record), KCD_E_MALFORMED);
  kcd_record_done(&record);
}

/* The screen of an undo shows one or the other. */
static void a_descriptor_stands_alone(void **state)
{
  (void)state;
  struct kcd_record record;
  describe_target(&record);
  kcd_values_add_text(&record.list_added, "cifs/2016GUI");
  assert_int_equal(refusal_of(&record), KCD_E_MALFORMED);
  kcd_values_done(&record.list_added);
  record.uac_after ^= KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
  assert_int_equal(refusal_of(&record), KCD_E_MALFORMED);
  kcd_record_done(&record);
}

static void values_come_back_byte_for_byte(void **state)
{
  (void)state;
  struct kcd_record record, again = {0};
  record_init(&record);
  static const struct {
    const char *data;
    size_t len;
  } values[] = {
      {"", 0},      {"a\0b", 3},         {"\xff\xfe", 2},         {"\xed\xa0\x80", 3}, {"\x1b[2J\n\r", 6},
      {"\"\\/", 3}, {"\xef\xbf\xbf", 3}, {"\xf0\x9f\x98\x80", 4}, {"\0", 1},           {"{\"base64\":\"AA==\"}", 17}};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
    kcd_values_add(&record.list_added, values[i].data, values[i].len);
  KCD_AUTO_CHAR text = kcd_record_encode(&record);
  assert_int_equal(decode_text(text, &again), 0);
  assert_int_equal(again.list_added.n, record.list_added.n);
  for (size_t i = 0; i < record.list_added.n; i++)
    assert_true(kcd_bytes_equal(&again.list_added.v[i], &record.list_added.v[i]));
  kcd_record_done(&again);
  kcd_record_done(&record);
}

static void hostile_names_come_back(void **state)
{
  (void)state;
  static const char *const names[] = {"", "\xff", "a\nb", "\xe2\x80\xae", "'\"`$()", "\x1b]0;x\x07"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    struct kcd_record record;
    record_init(&record);
    set_string(&record.dn, names[i]);
    set_string(&record.host, names[i]);
    set_string(&record.by, names[i]);
    set_string(&record.reason, names[i]);
    set_string(&record.spns[0], names[i]);
    check_round_trip(&record);
    kcd_record_done(&record);
  }
}

static void the_largest_numbers_come_back(void **state)
{
  (void)state;
  struct kcd_record record, again = {0};
  record_init(&record);
  record.usn_before = UINT64_MAX;
  record.uid = UINT32_MAX;
  record.uac_before |= 0x80000000u;
  record.uac_after |= 0x80000000u;
  KCD_AUTO_CHAR text = kcd_record_encode(&record);
  assert_int_equal(decode_text(text, &again), 0);
  assert_true(again.usn_before == UINT64_MAX);
  assert_int_equal(again.uid, UINT32_MAX);
  assert_int_equal(again.uac_after, record.uac_after);
  kcd_record_done(&again);
  kcd_record_done(&record);
}

static void cut_off_anywhere_is_refused(void **state)
{
  (void)state;
  struct kcd_record record;
  record_init(&record);
  KCD_AUTO_CHAR text = kcd_record_encode(&record);
  const size_t len = strlen(text);
  assert_true(text[len - 1] == '\n');
  for (size_t cut = 0; cut + 1 < len; cut++) {
    char *piece = kcd_strndup(text, cut);
    assert_int_equal(refusal(piece, cut), KCD_E_MALFORMED);
    free(piece);
  }
  assert_int_equal(refusal(text, len - 1), KCD_OK); /* only the newline is missing */
  kcd_record_done(&record);
}

static void changed_anywhere_does_no_harm(void **state)
{
  (void)state;
  struct kcd_record record;
  record_init(&record);
  KCD_AUTO_CHAR text = kcd_record_encode(&record);
  const size_t len = strlen(text);
  for (size_t at = 0; at < len; at++)
    for (unsigned byte = 0; byte < 256; byte += 15) {
      KCD_AUTO_CHAR copy = kcd_strndup(text, len);
      copy[at] = (char)byte;
      (void)refusal(copy, len);
    }
  kcd_record_done(&record);
}

/* The encoded record with one member set to VALUE (taken), or dropped for NULL. */
static char *with_member(const char *key, json_t *value)
{
  struct kcd_record record;
  record_init(&record);
  KCD_AUTO_CHAR text = kcd_record_encode(&record);
  kcd_record_done(&record);
  json_t *object = json_loads(text, 0, NULL);
  if (value == NULL)
    json_object_del(object, key);
  else
    json_object_set_new(object, key, value);
  char *changed = json_dumps(object, 0);
  json_decref(object);
  return changed;
}

static enum kcd_errc refusal_with(const char *key, json_t *value)
{
  KCD_AUTO_CHAR text = with_member(key, value);
  return refusal(text, strlen(text));
}

static const char *const keys[] = {"schema",      "id",          "run",        "state",      "tool_version", "created",
                                   "changed",     "undone",      "by",         "uid",        "reason",       "dc",
                                   "domain",      "host",        "dn",         "guid",       "mode",         "spns",
                                   "list_before", "list_added",  "list_ours",  "uac_before", "uac_after",    "uac_ours",
                                   "usn_before",  "rbcd_before", "rbcd_after", "rbcd_added", "rbcd_ours"};

static void every_member_is_needed(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
    assert_int_equal(refusal_with(keys[i], NULL), KCD_E_MALFORMED);
}

static void every_member_has_its_type(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    assert_int_equal(refusal_with(keys[i], json_real(1.5)), KCD_E_MALFORMED);
    assert_int_equal(refusal_with(keys[i], json_pack("{s:s}", "base32", "x")), KCD_E_MALFORMED);
    assert_int_equal(refusal_with(keys[i], json_pack("[i]", 1)), KCD_E_MALFORMED);
    assert_int_equal(refusal_with(keys[i], json_integer(-1)), KCD_E_MALFORMED);
  }
}

static void no_member_but_those(void **state)
{
  (void)state;
  assert_int_equal(refusal_with("more", json_true()), KCD_E_MALFORMED);
  assert_int_equal(refusal("{\"schema\":\"kcdfix.record/2\",\"schema\":\"kcdfix.record/2\"}", 55), KCD_E_MALFORMED);
}

/* A record of an older schema, as kcdfix wrote it before it took entries off, and at first before it knew descriptors.
 */
static char *older_schema(int schema, bool with_new_member)
{
  static const char *const since[] = {"list_removed", "rbcd_before", "rbcd_after", "rbcd_added", "rbcd_ours"};
  KCD_AUTO_CHAR name = kcd_asprintf("kcdfix.record/%d", schema);
  KCD_AUTO_CHAR text = with_member("schema", json_string(name));
  json_t *object = json_loads(text, 0, NULL);
  for (size_t i = 0; i < (schema == 1 ? sizeof since / sizeof since[0] : 1); i++)
    if (!with_new_member || i > 0)
      json_object_del(object, since[i]);
  char *old = json_dumps(object, 0);
  json_decref(object);
  return old;
}

static void check_older(int schema)
{
  struct kcd_record record = {0};
  KCD_AUTO_CHAR text = older_schema(schema, false);
  assert_int_equal(decode_text(text, &record), 0);
  assert_int_equal(record.list_added.n, 2);
  assert_int_equal(record.usn_before, 5000);
  assert_int_equal(record.rbcd_after.len, 0);
  assert_false(record.rbcd_ours);
  check_round_trip(&record);
  kcd_record_done(&record);
  KCD_AUTO_CHAR mixed = older_schema(schema, true);
  assert_int_equal(refusal(mixed, strlen(mixed)), KCD_E_MALFORMED);
}

static void records_of_older_schemas_are_read(void **state)
{
  (void)state;
  check_older(1);
  check_older(2);
}

/* Undoing adds these values: they have to be the ones that were there. */
static void what_was_removed_was_there(void **state)
{
  (void)state;
  struct kcd_record record;
  struct kcd_record again = {0};
  record_init(&record);
  kcd_values_add_text(&record.list_removed, "cifs/FS1");
  KCD_AUTO_CHAR text = kcd_record_encode(&record);
  assert_int_equal(decode_text(text, &again), 0);
  assert_int_equal(again.list_removed.n, 1);
  kcd_record_done(&again);
  check_round_trip(&record);
  kcd_record_done(&record);
  assert_int_equal(refusal_with("list_removed", json_pack("[s]", "cifs/OTHER")), KCD_E_MALFORMED);
  assert_int_equal(refusal_with("list_removed", json_pack("[s]", "CIFS/fs1")), KCD_E_MALFORMED);
  assert_int_equal(refusal_with("list_removed", json_pack("[s, s]", "cifs/FS1", "cifs/FS1")), KCD_E_MALFORMED);
}

static void another_schema_is_said_to_be_one(void **state)
{
  (void)state;
  assert_int_equal(refusal_with("schema", json_string("kcdfix.record/4")), KCD_E_UNSUPPORTED);
  assert_int_equal(refusal_with("schema", json_string("kcdfix.check/1")), KCD_E_MALFORMED);
}

static void wrong_values_are_refused(void **state)
{
  (void)state;
  const struct {
    const char *key;
    json_t *value;
  } cases[] = {{"id", json_string("../../etc/passwd")},
               {"id", json_string("20261121T201403Z-a/b")},
               {"run", json_string("")},
               {"state", json_string("done")},
               {"mode", json_string("unconstrained")},
               {"guid", json_string("04030201-0605-0807-090a-0b0c0d0e0f1")},
               {"created", json_string("yesterday")},
               {"uid", json_integer(INT64_C(4294967296))},
               {"uac_after", json_integer(4096 | 0x80000)},
               {"uac_before", json_integer(0)},
               {"usn_before", json_string("18446744073709551616")},
               {"usn_before", json_string("-1")},
               {"dc", json_stringn("a\0b", 3)},
               {"host", json_null()},
               {"dn", json_pack("{s:s}", "base64", "AGE=")},
               {"dn", json_pack("{s:s}", "base64", "YWI=")},
               {"dn", json_pack("{s:s,s:s}", "base64", "/w==", "more", "x")},
               {"list_before", json_pack("[{s:s}]", "base64", "/w=")},
               {"list_before", json_pack("[s]", "cifs/2016GUI")},
               {"list_added", json_pack("[s,s]", "cifs/x", "cifs/x")},
               {"list_added", json_pack("[n]")},
               {"list_added", json_pack("{}")},
               {"rbcd_after", json_string("")},
               {"rbcd_after", json_pack("{s:s}", "base64", "AQ==")},  /* is UTF-8, and so no base64 */
               {"rbcd_before", json_pack("{s:s}", "base64", "/w==")}, /* without a value afterwards */
               {"rbcd_added", json_pack("[s]", "CORE2016$")},
               {"rbcd_ours", json_true()},
               {"spns", json_pack("[i]", 3)}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (refusal_with(cases[i].key, cases[i].value) != KCD_E_MALFORMED)
      fail_msg("case %zu, %s, was taken", i, cases[i].key);
}

static void huge_input_is_refused(void **state)
{
  (void)state;
  char *huge = kcd_calloc(KCD_RECORD_MAX + 2, 1);
  memset(huge, ' ', KCD_RECORD_MAX + 1);
  assert_int_equal(refusal(huge, KCD_RECORD_MAX + 1), KCD_E_MALFORMED);
  memset(huge, '[', KCD_RECORD_MAX);
  assert_int_equal(refusal(huge, KCD_RECORD_MAX), KCD_E_MALFORMED);
  memset(huge, 'x', 300000);
  huge[300000] = '\0';
  assert_int_equal(refusal_with("dn", json_string(huge)), KCD_E_MALFORMED);
  free(huge);
  json_t *many = json_array();
  for (int i = 0; i < 20001; i++)
    json_array_append_new(many, json_integer(i));
  assert_int_equal(refusal_with("list_before", json_incref(many)), KCD_E_MALFORMED);
  assert_int_equal(refusal_with("spns", many), KCD_E_MALFORMED);
}

static void a_long_list_comes_back(void **state)
{
  (void)state;
  struct kcd_record record;
  record_init(&record);
  for (int i = 0; i < 3000; i++) {
    KCD_AUTO_CHAR value = kcd_asprintf("cifs/server%d.contoso.com", i);
    kcd_values_add_text(&record.list_before, value);
  }
  check_round_trip(&record);
  kcd_record_done(&record);
}

static void ids_are_file_names(void **state)
{
  (void)state;
  static const struct {
    const char *sam, *id;
  } made[] = {{"CORE2016$", "20261121T201403Z-CORE2016"},
              {"../..", "20261121T201403Z-.._.."},
              {"a b/c\n\xc3\xa4$", "20261121T201403Z-a_b_c___"},
              {"$", "20261121T201403Z-_"},
              {"", "20261121T201403Z-_"}};
  for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
    KCD_AUTO_CHAR id = kcd_record_make_id(NOW, made[i].sam);
    assert_string_equal(id, made[i].id);
    assert_true(kcd_record_id_is_valid(id));
  }
  char sam[301];
  memset(sam, 'x', sizeof sam);
  sam[300] = '\0';
  KCD_AUTO_CHAR id = kcd_record_make_id(NOW, sam);
  assert_true(kcd_record_id_is_valid(id));
  KCD_AUTO_CHAR another = kcd_asprintf("%s-1001", id); /* of the same second */
  assert_int_equal(strlen(another), KCD_RECORD_ID_MAX);
  assert_true(kcd_record_id_is_valid(another));
}

static void fill(struct kcd_values *values, size_t from, size_t to)
{
  kcd_values_done(values);
  values->v = kcd_calloc(to - from + 1, sizeof *values->v);
  for (size_t i = from; i < to; i++) {
    KCD_AUTO_CHAR value = kcd_asprintf("cifs/server%zu.contoso.com", i);
    values->v[values->n++] = kcd_bytes_of(value);
  }
}

/* What the encoder writes the decoder takes: texts that are not known, and more values than any server sends. */
static void whatever_is_encoded_comes_back(void **state)
{
  (void)state;
  struct kcd_record record, again = {0};
  record_init(&record);
  set_string(&record.domain, NULL);
  set_string(&record.host, NULL);
  set_string(&record.by, "");
  char *reason = kcd_calloc(131072 + 1, 1); /* the longest argument on Linux */
  memset(reason, 'x', 131072);
  free(record.reason);
  record.reason = reason;
  fill(&record.list_before, 0, 21000);
  fill(&record.list_added, 21000, 27000);
  KCD_AUTO_CHAR text = kcd_record_encode(&record);
  assert_int_equal(decode_text(text, &again), 0);
  assert_string_equal(again.domain, "");
  assert_string_equal(again.host, "");
  assert_int_equal(again.list_before.n, 21000);
  assert_int_equal(again.list_added.n, 6000);
  kcd_values_add_text(&record.list_added, "cifs/server14000.contoso.com");
  KCD_AUTO_CHAR doubled = kcd_record_encode(&record);
  assert_int_equal(refusal(doubled, strlen(doubled)), KCD_E_MALFORMED);
  kcd_record_done(&again);
  kcd_record_done(&record);
}

static void other_names_are_no_ids(void **state)
{
  (void)state;
  static const char *const names[] = {"",
                                      "CORE2016",
                                      "20261121T201403Z-",
                                      "20261121T201403Z",
                                      "2026112xT201403Z-A",
                                      "20261121T201403Z-A/B",
                                      "../20261121T201403Z-A",
                                      "20261121T201403Z-A\n",
                                      "20261121t201403z-A"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    assert_false(kcd_record_id_is_valid(names[i]));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_member_comes_back),
      cmocka_unit_test(every_state_and_mode_comes_back),
      cmocka_unit_test(a_descriptor_comes_back),
      cmocka_unit_test(a_descriptor_that_undoing_would_open_is_refused),
      cmocka_unit_test(a_descriptor_stands_alone),
      cmocka_unit_test(records_of_older_schemas_are_read),
      cmocka_unit_test(what_was_removed_was_there),
      cmocka_unit_test(values_come_back_byte_for_byte),
      cmocka_unit_test(hostile_names_come_back),
      cmocka_unit_test(the_largest_numbers_come_back),
      cmocka_unit_test(cut_off_anywhere_is_refused),
      cmocka_unit_test(changed_anywhere_does_no_harm),
      cmocka_unit_test(every_member_is_needed),
      cmocka_unit_test(every_member_has_its_type),
      cmocka_unit_test(no_member_but_those),
      cmocka_unit_test(another_schema_is_said_to_be_one),
      cmocka_unit_test(wrong_values_are_refused),
      cmocka_unit_test(huge_input_is_refused),
      cmocka_unit_test(a_long_list_comes_back),
      cmocka_unit_test(ids_are_file_names),
      cmocka_unit_test(whatever_is_encoded_comes_back),
      cmocka_unit_test(other_names_are_no_ids),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
