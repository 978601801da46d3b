/* Stand-ins in the directory, against a FAKE server: what is sent, what each result means, answers that never come, and
 * answers that no honest server gives. What a Windows DC would do (dynamic objects) is FAKED too: no Windows DC was
 * asked, its answers are those of MS-ADTS and RFC 2589. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/stand_in_dir.h>

#include "ldap_server.h"

#define SAMBA "Samba Team (https://www.samba.org)"
#define DYNAMIC "1.3.6.1.4.1.1466.101.119.1"
#define GUID_HEX "283f03e36ce4476582905226a5e925cb"
#define NAME "KCDFIX-4F21$"
#define DN "CN=KCDFIX-4F21,CN=Computers,DC=kcd,DC=test"
#define TARGET "<GUID=e3033f28-e46c-6547-8290-5226a5e925cb>"
/* Self-relative, owner at 20 alone: S-1-5-21-1-2-3-1104. */
#define OWNED_HEX "010000801400000000000000000000000000000001050000000000051500000001000000020000000300000050040000"
#define SID_HEX "01050000000000051500000001000000020000000300000050040000"
#define EVERYONE_HEX "010100000000000100000000"

static const uint8_t guid[16] = {0x28, 0x3f, 0x03, 0xe3, 0x6c, 0xe4, 0x47, 0x65,
                                 0x82, 0x90, 0x52, 0x26, 0xa5, 0xe9, 0x25, 0xcb};
static struct kcd_error err;

/* ---- the fake DC ---- */

#define ADDS_MAX 3
#define VALUES_MAX 4

/* What one Add had, attribute by attribute. */
struct added {
  char dn[512];
  struct {
    size_t n;
    struct kcd_bytes values[VALUES_MAX];
  } attributes[16];
};

static const char *const asked_for[] = {"objectClass",
                                        "sAMAccountName",
                                        "description",
                                        "userAccountControl",
                                        "msDS-AllowedToDelegateTo",
                                        "msDS-SupportedEncryptionTypes",
                                        "accountExpires",
                                        "logonHours",
                                        "servicePrincipalName",
                                        "unicodePwd",
                                        "entryTTL"};
#define ASKED_FOR (sizeof(asked_for) / sizeof(asked_for[0]))

static struct {
  const char *vendor, *extension; /* of its RootDSE */
  int results[ADDS_MAX];          /* of the writes, one after the other */
  const char *text;
  bool silent, ends; /* instead of the answer to a write */
  struct added adds[ADDS_MAX];
  size_t writes;
  char deleted[512];
} dc;

static void keep(const struct ldap_request *request, struct added *added)
{
  strcpy(added->dn, request->base);
  for (size_t i = 0; i < ASKED_FOR; i++)
    added->attributes[i].n = ldap_server_added(request, asked_for[i], added->attributes[i].values, VALUES_MAX);
}

static bool answer_write(struct ldap_request *request)
{
  if (request->op == LDAP_SERVER_SEARCH)
    return ldap_server_rootdse_of(request, dc.vendor, dc.extension);
  if (dc.writes >= ADDS_MAX)
    return false;
  if (request->op == LDAP_SERVER_ADD)
    keep(request, &dc.adds[dc.writes]);
  if (request->op == LDAP_SERVER_DELETE)
    strcpy(dc.deleted, request->base);
  int result = dc.results[dc.writes++];
  if (dc.silent || dc.ends)
    return !dc.ends;
  ldap_server_result(request, result, dc.text);
  return true;
}

static struct kcd_dir *open_dir(ldap_server_fn *answer)
{
  uint16_t port = ldap_server_start(answer);
  struct kcd_dir_options options = {.host = "127.0.0.1", .port = port, .timeout_ms = 300};
  struct kcd_dir *dir = NULL;
  err = KCD_ERROR_INIT;
  assert_int_equal(kcd_dir_open(&options, &dir, &err), 0);
  return dir;
}

static void close_dir(struct kcd_dir *dir)
{
  kcd_dir_close(dir);
  ldap_server_stop();
}

static int reset(void **state)
{
  (void)state;
  for (size_t i = 0; i < ADDS_MAX; i++)
    for (size_t k = 0; k < ASKED_FOR; k++)
      for (size_t v = 0; v < VALUES_MAX; v++)
        kcd_bytes_done(&dc.adds[i].attributes[k].values[v]);
  memset(&dc, 0, sizeof(dc));
  dc.text = "";
  return 0;
}

/* ---- adding ---- */

static struct kcd_stand_in_settings settings;
static bool dynamic;

static int add_once(const char *spn)
{
  struct kcd_stand_in_spec spec = {.dn = DN,
                                   .name = NAME,
                                   .description = "kcdfix stand-in 00",
                                   .spn = spn,
                                   .settings = &settings,
                                   .password = "a-1Z"};
  struct kcd_dir *dir = open_dir(answer_write);
  int status = kcd_stand_in_add(dir, &spec, &dynamic, &err);
  close_dir(dir);
  return status;
}

static size_t attribute_index(const char *name)
{
  for (size_t i = 0; i < ASKED_FOR; i++)
    if (strcmp(asked_for[i], name) == 0)
      return i;
  fail_msg("%s is not kept", name);
  return 0;
}

static size_t count_of(size_t add, const char *name)
{
  return dc.adds[add].attributes[attribute_index(name)].n;
}

static void check_value(size_t add, const char *name, size_t i, const char *text)
{
  assert_true(i < count_of(add, name));
  assert_string_equal((const char *)dc.adds[add].attributes[attribute_index(name)].values[i].data, text);
}

static void the_least_that_is_sent(void **state)
{
  (void)state;
  settings = (struct kcd_stand_in_settings){.uac = 0x1000};
  assert_int_equal(add_once(NULL), 0);
  assert_false(dynamic);
  assert_int_equal(dc.writes, 1);
  assert_string_equal(dc.adds[0].dn, DN);
  assert_int_equal(count_of(0, "objectClass"), 1);
  check_value(0, "objectClass", 0, "computer");
  check_value(0, "sAMAccountName", 0, NAME);
  check_value(0, "description", 0, "kcdfix stand-in 00");
  check_value(0, "userAccountControl", 0, "4096");
  static const char *const absent[] = {"msDS-AllowedToDelegateTo", "msDS-SupportedEncryptionTypes",
                                       "accountExpires",           "logonHours",
                                       "servicePrincipalName",     "entryTTL"};
  for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
    assert_int_equal(count_of(0, absent[i]), 0);
}

static void all_that_is_sent(void **state)
{
  (void)state;
  settings = (struct kcd_stand_in_settings){
      .uac = 0x81001000, .enctypes = 24, .has_enctypes = true, .expires = 134000000000000000};
  kcd_values_add_text(&settings.list, "cifs/2016GUI");
  kcd_values_add_text(&settings.list, "cifs/WEB");
  kcd_values_add(&settings.logon_hours, "\0\xff\1", 3);
  assert_int_equal(add_once("kcdfix/00"), 0);
  kcd_stand_in_settings_done(&settings);
  const struct kcd_bytes *hours = dc.adds[0].attributes[attribute_index("logonHours")].values;
  assert_int_equal(count_of(0, "logonHours"), 1);
  assert_int_equal(hours->len, 3);
  assert_memory_equal(hours->data, "\0\xff\1", 3);
  check_value(0, "userAccountControl", 0, "-2130702336"); /* signed, of 32 bits */
  assert_int_equal(count_of(0, "msDS-AllowedToDelegateTo"), 2);
  check_value(0, "msDS-AllowedToDelegateTo", 0, "cifs/2016GUI");
  check_value(0, "msDS-AllowedToDelegateTo", 1, "cifs/WEB");
  check_value(0, "msDS-SupportedEncryptionTypes", 0, "24");
  check_value(0, "accountExpires", 0, "134000000000000000");
  assert_int_equal(count_of(0, "servicePrincipalName"), 1);
  check_value(0, "servicePrincipalName", 0, "kcdfix/00");
  static const uint8_t password[] = {'"', 0, 'a', 0, '-', 0, '1', 0, 'Z', 0, '"', 0};
  const struct kcd_bytes *sent = dc.adds[0].attributes[attribute_index("unicodePwd")].values;
  assert_int_equal(count_of(0, "unicodePwd"), 1);
  assert_int_equal(sent->len, sizeof(password));
  assert_memory_equal(sent->data, password, sizeof(password));
}

static const struct refusal {
  int result;
  const char *text;
  enum kcd_errc code;
  const char *id;
} add_refusals[] = {
    {68, "00000524: samldb: Account name (sAMAccountName) already in use", KCD_E_CONFLICT, "stand-in-name-taken"},
    {50, "", KCD_E_DENIED, "stand-in-denied"},
    {19, "00002098: SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS)", KCD_E_DENIED, "stand-in-denied"},
    {53, "not permitted without the SeEnableDelegationPrivilege", KCD_E_DENIED, "stand-in-denied"},
    {19, "0000052D: the password does not meet the policy", KCD_E_REJECTED, ""},
    {53, "0000001F: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM)", KCD_E_REJECTED, ""},
    {32, "", KCD_E_NOT_FOUND, "stand-in-container"},
    {16, "", KCD_E_REJECTED, ""}, /* no conflict here, as it is for a modify */
    {20, "", KCD_E_REJECTED, ""},
    {51, "busy", KCD_E_REJECTED, ""},
    {12345, "", KCD_E_REJECTED, ""},
};

static void refused_adds(void **state)
{
  settings = (struct kcd_stand_in_settings){.uac = 0x1000};
  for (size_t i = 0; i < sizeof(add_refusals) / sizeof(add_refusals[0]); i++) {
    const struct refusal *row = &add_refusals[i];
    reset(state);
    dc.results[0] = row->result;
    dc.text = row->text;
    assert_int_equal(add_once(NULL), -1);
    assert_int_equal(err.code, row->code);
    assert_int_equal(err.foreign, row->result);
    assert_string_equal(err.id, row->id);
    assert_string_equal(err.server_text, row->text);
    assert_string_equal(err.object, DN);
    assert_int_equal(dc.writes, 1);
  }
}

static void lost_answers_of_an_add(void **state)
{
  settings = (struct kcd_stand_in_settings){.uac = 0x1000};
  dc.silent = true;
  assert_int_equal(add_once(NULL), -1);
  assert_int_equal(err.code, KCD_E_UNKNOWN_RESULT);
  reset(state);
  dc.ends = true;
  dc.extension = DYNAMIC; /* and it is not tried a second time as a plain object */
  assert_int_equal(add_once(NULL), -1);
  assert_int_equal(err.code, KCD_E_UNKNOWN_RESULT);
  assert_non_null(strstr(err.message, "the request to create the account was sent to 127.0.0.1:"));
  assert_int_equal(dc.writes, 1);
  assert_true(dynamic);
}

/* The FAKED Windows DC. */
static void dynamic_where_the_dc_offers_it(void **state)
{
  (void)state;
  settings = (struct kcd_stand_in_settings){.uac = 0x1000};
  dc.extension = DYNAMIC;
  assert_int_equal(add_once(NULL), 0);
  assert_true(dynamic);
  assert_int_equal(dc.writes, 1);
  assert_int_equal(count_of(0, "objectClass"), 2);
  check_value(0, "objectClass", 0, "computer");
  check_value(0, "objectClass", 1, "dynamicObject");
  check_value(0, "entryTTL", 0, "900");
}

static void another_extension_is_none(void **state)
{
  (void)state;
  dc.extension = "1.3.6.1.4.1.1466.20037"; /* StartTLS */
  assert_int_equal(add_once(NULL), 0);
  assert_false(dynamic);
  assert_int_equal(count_of(0, "objectClass"), 1);
}

static void samba_gets_no_dynamic_object(void **state)
{
  (void)state;
  dc.vendor = SAMBA;
  dc.extension = DYNAMIC;
  assert_int_equal(add_once(NULL), 0);
  assert_false(dynamic);
  assert_int_equal(count_of(0, "objectClass"), 1);
  assert_int_equal(count_of(0, "entryTTL"), 0);
}

/* 53, 65 (objectClassViolation) and 16: the plain object follows, and its result counts. */
static void plain_where_dynamic_is_refused(void **state)
{
  static const int refusals[] = {53, 65, 16, 1};
  for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
    reset(state);
    dc.extension = DYNAMIC;
    dc.results[0] = refusals[i];
    assert_int_equal(add_once(NULL), 0);
    assert_false(dynamic);
    assert_int_equal(dc.writes, 2);
    assert_int_equal(count_of(0, "objectClass"), 2);
    assert_int_equal(count_of(1, "objectClass"), 1);
    assert_int_equal(count_of(1, "entryTTL"), 0);
    assert_int_equal(count_of(1, "unicodePwd"), 1);
  }
  reset(state);
  dc.extension = DYNAMIC;
  dc.results[0] = 53;
  dc.results[1] = 50;
  assert_int_equal(add_once(NULL), -1);
  assert_int_equal(err.code, KCD_E_DENIED);
  assert_int_equal(err.foreign, 50);
}

static void no_second_try_without_rights_or_name(void **state)
{
  static const int final[] = {50, 68, 32};
  for (size_t i = 0; i < sizeof(final) / sizeof(final[0]); i++) {
    reset(state);
    dc.extension = DYNAMIC;
    dc.results[0] = final[i];
    assert_int_equal(add_once(NULL), -1);
    assert_int_equal(err.foreign, final[i]);
    assert_int_equal(dc.writes, 1);
  }
}

/* ---- deleting ---- */

static int delete_once(void)
{
  struct kcd_dir *dir = open_dir(answer_write);
  int status = kcd_stand_in_delete(dir, guid, &err);
  close_dir(dir);
  return status;
}

static void deletes(void **state)
{
  static const struct refusal rows[] = {
      {0, "", KCD_OK, ""},
      {32, "", KCD_E_NOT_FOUND, ""},
      {50, "", KCD_E_DENIED, ""},
      {66, "subtree_delete: Unable to delete a non-leaf node", KCD_E_CONFLICT, ""},
      {53, "access denied", KCD_E_DENIED, ""},
      {53, "", KCD_E_REJECTED, ""},
      {16, "", KCD_E_REJECTED, ""},
      {68, "", KCD_E_REJECTED, ""}, /* no conflict here, as it is for an add */
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    reset(state);
    dc.results[0] = rows[i].result;
    dc.text = rows[i].text;
    assert_int_equal(delete_once(), rows[i].result == 0 ? 0 : -1);
    assert_int_equal(err.code, rows[i].code);
    assert_string_equal(err.server_text, rows[i].text);
    assert_string_equal(dc.deleted, TARGET);
  }
}

static void lost_answers_of_a_delete(void **state)
{
  dc.silent = true;
  assert_int_equal(delete_once(), -1);
  assert_int_equal(err.code, KCD_E_UNKNOWN_RESULT);
  reset(state);
  dc.ends = true;
  assert_int_equal(delete_once(), -1);
  assert_int_equal(err.code, KCD_E_UNKNOWN_RESULT);
}

static void nothing_is_sent_over_a_lost_connection(void **state)
{
  (void)state;
  struct kcd_stand_in_spec spec = {
      .dn = DN, .name = NAME, .description = "", .settings = &settings, .password = "a-1Z"};
  dc.ends = true;
  struct kcd_dir *dir = open_dir(answer_write);
  assert_int_equal(kcd_stand_in_delete(dir, guid, &err), -1);
  err = KCD_ERROR_INIT;
  assert_int_equal(kcd_stand_in_delete(dir, guid, &err), -1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  err = KCD_ERROR_INIT;
  assert_int_equal(kcd_stand_in_add(dir, &spec, &dynamic, &err), -1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  assert_non_null(strstr(err.message, "127.0.0.1"));
  close_dir(dir);
  assert_int_equal(dc.writes, 1);
}

/* ---- looking ---- */

static struct {
  int result;                           /* of the search for accounts */
  size_t entries;                       /* how many answer it */
  const char *guid, *name, *descriptor; /* of them; guid and descriptor in hexadecimal */
  const char *description, *created;
  size_t children;
  bool children_lost; /* the connection ends instead of that answer */
  int sd_flags;       /* what was asked */
  int children_scope, children_limit;
  bool paged;
  char base[512];
} look;

static int reset_look(void **state)
{
  (void)state;
  memset(&look, 0, sizeof(look));
  look.entries = 1;
  look.guid = GUID_HEX;
  look.name = NAME;
  look.descriptor = OWNED_HEX;
  look.description = "kcdfix stand-in 00";
  look.created = "20261121203000.0Z";
  return 0;
}

static void send_account(struct ldap_request *request)
{
  ldap_server_entry(request, DN, look.guid != NULL ? "objectGUID" : "none", look.guid != NULL ? "x1" : "1",
                    look.guid != NULL ? look.guid : "", look.name != NULL ? "sAMAccountName" : "none", "1",
                    look.name != NULL ? look.name : "", "description", "1", look.description, "servicePrincipalName",
                    "2", "kcdfix/00", "host/other", "whenCreated", "1", look.created, "nTSecurityDescriptor", "x1",
                    look.descriptor, NULL);
}

static bool answer_look(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  if (strcmp(request->attribute, "1.1") == 0) {
    look.children_scope = request->scope;
    look.children_limit = request->size_limit;
    if (look.children_lost)
      return false;
    for (size_t i = 0; i < look.children; i++)
      ldap_server_entry(request, "CN=child," DN, NULL);
    ldap_server_result(request, look.children > 0 ? 4 : 0, "");
    return true;
  }
  if (strcmp(request->attribute, "objectSid") == 0) {
    ldap_server_entry(request, request->base, "objectSid", "x1", SID_HEX, NULL);
    ldap_server_result(request, 0, "");
    return true;
  }
  look.sd_flags = request->sd_flags;
  look.paged = request->paged;
  strcpy(look.base, request->base);
  for (size_t i = 0; i < look.entries; i++)
    send_account(request);
  ldap_server_result(request, look.result, "");
  return true;
}

static int find_by(bool by_guid, struct kcd_stand_in_found *found)
{
  struct kcd_dir *dir = open_dir(answer_look);
  int status = by_guid ? kcd_stand_in_find_guid(dir, guid, found, &err) : kcd_stand_in_find(dir, NAME, found, &err);
  close_dir(dir);
  return status;
}

static int find_nothing(bool by_guid)
{
  struct kcd_stand_in_found found = {.dn = NULL};
  int status = find_by(by_guid, &found);
  assert_null(found.dn); /* filled on success only */
  return status;
}

static void an_account_with_all_that_it_bears(void **state)
{
  (void)state;
  for (int by_guid = 0; by_guid < 2; by_guid++) {
    struct kcd_stand_in_found found = {.dn = NULL};
    char sid[KCD_SID_TEXT_MAX];
    assert_int_equal(find_by(by_guid, &found), 0);
    assert_memory_equal(found.guid, guid, sizeof(guid));
    assert_string_equal(found.dn, DN);
    assert_string_equal(found.name, NAME);
    assert_string_equal(found.description, "kcdfix stand-in 00");
    assert_int_equal(found.spns.n, 2);
    assert_int_equal(found.created, 1795293000);
    assert_false(found.has_children);
    assert_true(found.has_owner);
    assert_string_equal(kcd_sid_text(&found.owner, sid), "S-1-5-21-1-2-3-1104");
    assert_int_equal(look.sd_flags, 1); /* the owner alone */
    assert_string_equal(look.base, by_guid ? TARGET : "DC=kcd,DC=test");
    kcd_stand_in_found_done(&found);
  }
}

static void children_are_seen(void **state)
{
  (void)state;
  struct kcd_stand_in_found found = {.dn = NULL};
  look.children = 1;
  assert_int_equal(find_by(false, &found), 0);
  assert_true(found.has_children);
  assert_int_equal(look.children_scope, 1); /* one level */
  assert_int_equal(look.children_limit, 1);
  kcd_stand_in_found_done(&found);
}

static void what_cannot_be_read_is_not_there(void **state)
{
  (void)state;
  static const char *const descriptors[] = {"", "0100", "0100008000000000000000000000000000000000",
                                            "01000080ffffff7f000000000000000000000000"};
  look.created = "yesterday";
  for (size_t i = 0; i < sizeof(descriptors) / sizeof(descriptors[0]); i++) {
    struct kcd_stand_in_found found = {.dn = NULL};
    look.descriptor = descriptors[i];
    assert_int_equal(find_by(false, &found), 0);
    assert_false(found.has_owner);
    assert_int_equal(found.created, 0);
    kcd_stand_in_found_done(&found);
  }
}

static void no_account(void **state)
{
  (void)state;
  look.entries = 0;
  assert_int_equal(find_nothing(false), -1);
  assert_int_equal(err.code, KCD_E_NOT_FOUND);
  assert_int_equal(find_nothing(true), -1);
  assert_int_equal(err.code, KCD_E_NOT_FOUND);
  look.result = 32; /* of the object, where that is the base */
  assert_int_equal(find_nothing(true), -1);
  assert_int_equal(err.code, KCD_E_NOT_FOUND);
  assert_int_equal(find_nothing(false), -1); /* else of the domain: it says nothing about the account */
  assert_int_equal(err.code, KCD_E_REJECTED);
}

static void a_lost_answer_is_not_an_absent_account(void **state)
{
  (void)state;
  look.entries = 0;
  look.result = 51; /* busy */
  assert_int_equal(find_nothing(true), -1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  look.entries = 1;
  look.result = 0;
  look.children_lost = true;
  assert_int_equal(find_nothing(true), -1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
}

static void hostile_answers(void **state)
{
  char *huge = kcd_calloc(1, 5000);
  memset(huge, 'x', 4999);
  for (int by_guid = 0; by_guid < 2; by_guid++) {
    reset_look(state);
    look.entries = 2;
    assert_int_equal(find_nothing(by_guid), -1);
    assert_int_equal(err.code, KCD_E_AMBIGUOUS);
    reset_look(state);
    look.guid = NULL;
    assert_int_equal(find_nothing(by_guid), -1);
    assert_int_equal(err.code, KCD_E_MALFORMED);
    assert_non_null(strstr(err.message, "sent an account without objectGUID"));
    look.guid = "283f";
    assert_int_equal(find_nothing(by_guid), -1);
    assert_int_equal(err.code, KCD_E_MALFORMED);
    reset_look(state);
    look.name = NULL;
    assert_int_equal(find_nothing(by_guid), -1);
    assert_int_equal(err.code, KCD_E_MALFORMED);
    look.name = huge;
    assert_int_equal(find_nothing(by_guid), -1);
    assert_int_equal(err.code, KCD_E_MALFORMED);
    reset_look(state);
    look.description = huge;
    assert_int_equal(find_nothing(by_guid), -1);
    assert_int_equal(err.code, KCD_E_MALFORMED);
    reset_look(state);
    look.guid = "00000000000000000000000000000001";
    look.name = "DC1$"; /* neither the name nor the GUID that was asked for */
    assert_int_equal(find_nothing(by_guid), -1);
    assert_int_equal(err.code, KCD_E_MALFORMED);
    assert_non_null(strstr(err.message, "another account than the one asked for"));
  }
  free(huge);
}

static struct kcd_sid domain_sid; /* what the last search_all knew of it */

static int search_all(struct kcd_stand_ins_found *all)
{
  struct kcd_dir *dir = open_dir(answer_look);
  int status = kcd_stand_ins_search(dir, all, &err);
  domain_sid = kcd_dir_dc(dir)->domain_sid;
  close_dir(dir);
  return status;
}

static void all_that_look_like_one(void **state)
{
  (void)state;
  struct kcd_stand_ins_found all = {NULL, 0};
  look.entries = 300; /* more than are asked for children at once */
  assert_int_equal(search_all(&all), 0);
  assert_int_equal(all.n, 300);
  char sid[KCD_SID_TEXT_MAX];
  assert_string_equal(kcd_sid_text(&domain_sid, sid), "S-1-5-21-1-2-3-1104");
  assert_true(look.paged);
  assert_int_equal(look.sd_flags, 1);
  assert_string_equal(all.v[299].name, NAME);
  assert_false(all.v[299].has_children);
  kcd_stand_ins_found_done(&all);
  look.entries = 2;
  look.children = 1;
  assert_int_equal(search_all(&all), 0);
  assert_int_equal(all.n, 2);
  assert_true(all.v[0].has_children && all.v[1].has_children);
  kcd_stand_ins_found_done(&all);
  look.entries = 0;
  assert_int_equal(search_all(&all), 0);
  assert_int_equal(all.n, 0);
}

static void a_hostile_account_is_passed_over(void **state)
{
  (void)state;
  struct kcd_stand_ins_found all = {NULL, 0};
  look.name = "DC1$"; /* whatever was asked for */
  assert_int_equal(search_all(&all), 0);
  assert_int_equal(all.n, 0);
  look.name = NAME;
  look.guid = NULL;
  assert_int_equal(search_all(&all), 0);
  assert_int_equal(all.n, 0);
}

/* ---- rights, and the login ---- */

static struct {
  int result;
  bool entry;
  const char *class_name; /* NULL: the attribute is absent */
  const char *token;      /* first value of tokenGroups, in hexadecimal; NULL: not offered */
  size_t named;           /* how many accounts have the login's name */
  char base[512];
} who;

static bool answer_who(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  strcpy(who.base, request->base);
  if (strcmp(request->attribute, "allowedChildClassesEffective") == 0 && who.entry)
    ldap_server_entry(request, request->base, "allowedChildClassesEffective", "2", "group",
                      who.class_name != NULL ? who.class_name : "user", NULL);
  if (strcmp(request->attribute, "tokenGroups") == 0)
    ldap_server_entry(request, "", who.token != NULL ? "tokenGroups" : "none", "x2", who.token != NULL ? who.token : "",
                      EVERYONE_HEX, NULL);
  for (size_t i = 0; strcmp(request->attribute, "objectSid") == 0 && i < who.named; i++)
    ldap_server_entry(request, "CN=admin,CN=Users,DC=kcd,DC=test", "objectSid", "x1", SID_HEX, NULL);
  ldap_server_result(request, who.result, "");
  return true;
}

static int may_create(const char *container)
{
  struct kcd_dir *dir = open_dir(answer_who);
  int status = kcd_stand_in_may_create(dir, container, &err);
  close_dir(dir);
  return status;
}

static void who_may_create(void **state)
{
  (void)state;
  memset(&who, 0, sizeof(who));
  who.entry = true;
  who.class_name = "computer";
  assert_int_equal(may_create("CN=Computers,DC=kcd,DC=test"), 0);
  assert_string_equal(who.base, "CN=Computers,DC=kcd,DC=test");
  who.class_name = "msDS-computer"; /* another class */
  assert_int_equal(may_create("CN=Computers,DC=kcd,DC=test"), -1);
  assert_int_equal(err.code, KCD_E_DENIED);
  assert_string_equal(err.id, "stand-in-denied");
  assert_string_equal(err.message, "you may not create computer objects in CN=Computers,DC=kcd,DC=test on "
                                   "fake.kcd.test (the right \"Create Computer objects\")");
  assert_string_equal(err.next,
                      "name a container where you may with --stand-in-ou, or run it as a domain administrator");
}

static void no_such_container(void **state)
{
  (void)state;
  static const int results[] = {0, 32, 34};
  memset(&who, 0, sizeof(who));
  for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
    who.result = results[i];
    assert_int_equal(may_create("OU=\x1b[31mNope,DC=kcd,DC=test"), -1);
    assert_int_equal(err.code, KCD_E_NOT_FOUND);
    assert_string_equal(err.id, "stand-in-container");
    assert_null(strchr(err.message, '\x1b'));
  }
  who.entry = true;
  who.class_name = "computer";
  assert_int_equal(may_create(""), -1); /* not the RootDSE */
  assert_int_equal(err.code, KCD_E_NOT_FOUND);
  who.result = 51;
  assert_int_equal(may_create("OU=X,DC=kcd,DC=test"), -1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
}

static const char *login_sid(const char *login)
{
  static char text[KCD_SID_TEXT_MAX];
  struct kcd_sid sid;
  struct kcd_dir *dir = open_dir(answer_who);
  kcd_login_sid(dir, login, &sid);
  close_dir(dir);
  return sid.revision == 0 ? "none" : kcd_sid_text(&sid, text);
}

static void the_login_by_its_token_or_its_name(void **state)
{
  (void)state;
  memset(&who, 0, sizeof(who));
  who.token = SID_HEX;
  assert_string_equal(login_sid("admin@KCD.TEST"), "S-1-5-21-1-2-3-1104");
  assert_string_equal(who.base, ""); /* the name was not asked for */
  who.token = EVERYONE_HEX;          /* no account's SID */
  assert_string_equal(login_sid("admin@KCD.TEST"), "none");
  who.token = NULL;
  assert_string_equal(login_sid("admin@KCD.TEST"), "none");
  assert_string_equal(who.base, "DC=kcd,DC=test");
  who.named = 1;
  assert_string_equal(login_sid("admin@KCD.TEST"), "S-1-5-21-1-2-3-1104");
  assert_string_equal(login_sid("admin@OTHER.TEST"), "none");
  assert_string_equal(login_sid("admin"), "none");
  who.named = 2;
  assert_string_equal(login_sid("admin@KCD.TEST"), "none");
}

int main(void)
{
  signal(SIGPIPE, SIG_IGN);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_least_that_is_sent, reset),
      cmocka_unit_test_setup(all_that_is_sent, reset),
      cmocka_unit_test_setup(refused_adds, reset),
      cmocka_unit_test_setup(lost_answers_of_an_add, reset),
      cmocka_unit_test_setup(dynamic_where_the_dc_offers_it, reset),
      cmocka_unit_test_setup(another_extension_is_none, reset),
      cmocka_unit_test_setup(samba_gets_no_dynamic_object, reset),
      cmocka_unit_test_setup(plain_where_dynamic_is_refused, reset),
      cmocka_unit_test_setup(no_second_try_without_rights_or_name, reset),
      cmocka_unit_test_setup(deletes, reset),
      cmocka_unit_test_setup(lost_answers_of_a_delete, reset),
      cmocka_unit_test_setup_teardown(nothing_is_sent_over_a_lost_connection, reset, reset),
      cmocka_unit_test_setup(an_account_with_all_that_it_bears, reset_look),
      cmocka_unit_test_setup(children_are_seen, reset_look),
      cmocka_unit_test_setup(what_cannot_be_read_is_not_there, reset_look),
      cmocka_unit_test_setup(no_account, reset_look),
      cmocka_unit_test_setup(a_lost_answer_is_not_an_absent_account, reset_look),
      cmocka_unit_test(hostile_answers),
      cmocka_unit_test_setup(all_that_look_like_one, reset_look),
      cmocka_unit_test_setup(a_hostile_account_is_passed_over, reset_look),
      cmocka_unit_test(who_may_create),
      cmocka_unit_test(no_such_container),
      cmocka_unit_test(the_login_by_its_token_or_its_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
