/* What is emitted is run by domain administrators: read back by other programs than the one that wrote it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kcdfix/emit.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "../fuzz/decode.h"
#include "facts_fixture.h"

#define BIT KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION
#define DC "dc1.contoso.com"

static void plan(struct domain *d, enum kcd_mode mode, struct kcd_object_plan *ret)
{
  const struct kcd_plan_options options = {.mode = mode};
  kcd_plan_object(&d->facts, 1, &options, ret);
}

static char *emitted(const struct kcd_object_plan *plan, enum kcd_emit_format format)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_emit_plan(&out, format, plan, DC, NOW);
  return kcd_buf_take_text(&out);
}

static void check(enum kcd_mode mode, uint32_t uac, enum kcd_emit_format format, const char *expected)
{
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  NO_LIST(&d);
  d.host.uac = uac;
  plan(&d, mode, &p);
  KCD_AUTO_CHAR text = emitted(&p, format);
  assert_string_equal(text, expected);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void formats_have_names(void **state)
{
  (void)state;
  enum kcd_emit_format format = KCD_EMIT_LDIF;
  assert_int_equal(kcd_emit_format_parse("samba-tool", &format), 0);
  assert_int_equal(format, KCD_EMIT_SAMBA_TOOL);
  assert_int_equal(kcd_emit_format_parse("powershell", &format), 0);
  assert_int_equal(format, KCD_EMIT_POWERSHELL);
  assert_int_equal(kcd_emit_format_parse("ldif", &format), 0);
  assert_int_equal(kcd_emit_format_parse("json", &format), -1);
}

static void ldif_deletes_the_old_and_adds_the_new(void **state)
{
  (void)state;
  check(KCD_MODE_PROTOCOL_TRANSITION, KCD_UAC_WORKSTATION, KCD_EMIT_LDIF,
        "# CORE2016$, made from dc1.contoso.com at 2026-11-21T20:14:03Z\n"
        "# fails harmlessly (16 noSuchAttribute) once userAccountControl is no longer 4096\n"
        "dn: CN=CORE2016,OU=HyperV,DC=contoso,DC=com\n"
        "changetype: modify\n"
        "add: msDS-AllowedToDelegateTo\n"
        "msDS-AllowedToDelegateTo: cifs/2016GUI\n"
        "msDS-AllowedToDelegateTo: cifs/2016GUI.contoso.com\n"
        "-\n"
        "delete: userAccountControl\n"
        "userAccountControl: 4096\n"
        "-\n"
        "add: userAccountControl\n"
        "userAccountControl: 16781312\n"
        "-\n"
        "\n");
}

/* Values by name, so that what others listed meanwhile stays. */
static void what_is_taken_off_is_named_in_each_format(void **state)
{
  (void)state;
  static const char *const expected[] = {
      [KCD_EMIT_LDIF] = "delete: msDS-AllowedToDelegateTo\nmsDS-AllowedToDelegateTo: cifs/OLD\n-\n"
                        "add: msDS-AllowedToDelegateTo\nmsDS-AllowedToDelegateTo: cifs/2016GUI\n",
      [KCD_EMIT_POWERSHELL] = "-Remove @{'msDS-AllowedToDelegateTo'='cifs/OLD'}\n",
      [KCD_EMIT_SAMBA_TOOL] = "samba-tool delegation del-service -H ldap://dc1.contoso.com --use-kerberos=required "
                              "'CORE2016$' cifs/OLD\n"};
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  LIST(&d, "cifs/OLD");
  plan(&d, KCD_MODE_LIST_ONLY, &p);
  kcd_values_add_text(&p.remove, "cifs/OLD");
  for (int format = KCD_EMIT_LDIF; format <= KCD_EMIT_SAMBA_TOOL; format++) {
    KCD_AUTO_CHAR text = emitted(&p, (enum kcd_emit_format)format);
    assert_non_null(strstr(text, expected[format]));
  }
  kcd_values_add(&p.remove, "cifs/\xff", 6);
  KCD_AUTO_CHAR script = emitted(&p, KCD_EMIT_POWERSHELL);
  assert_non_null(strstr(script, "not emitted"));
  struct kcd_account after;
  kcd_plan_preview(&p, &after);
  assert_int_equal(kcd_values_find(&after.delegate_to, "cifs/OLD", 8), -1);
  assert_true(kcd_values_find(&after.delegate_to, "cifs/2016GUI", 12) >= 0);
  kcd_account_done(&after);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void ldif_names_nothing_that_stays(void **state)
{
  (void)state;
  check(KCD_MODE_LIST_ONLY, 0x80001000u, KCD_EMIT_LDIF,
        "# CORE2016$, made from dc1.contoso.com at 2026-11-21T20:14:03Z\n"
        "dn: CN=CORE2016,OU=HyperV,DC=contoso,DC=com\n"
        "changetype: modify\n"
        "add: msDS-AllowedToDelegateTo\n"
        "msDS-AllowedToDelegateTo: cifs/2016GUI\n"
        "msDS-AllowedToDelegateTo: cifs/2016GUI.contoso.com\n"
        "-\n"
        "\n");
}

static void ldif_writes_numbers_as_the_directory_does(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  d.host.uac = 0x80001000u;
  plan(&d, KCD_MODE_PROTOCOL_TRANSITION, &p);
  KCD_AUTO_CHAR text = emitted(&p, KCD_EMIT_LDIF);
  assert_non_null(strstr(text, "delete: userAccountControl\nuserAccountControl: -2147479552\n-\n"));
  assert_null(strstr(text, "msDS-AllowedToDelegateTo"));
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void powershell_adds_and_never_replaces(void **state)
{
  (void)state;
  check(KCD_MODE_PROTOCOL_TRANSITION, KCD_UAC_WORKSTATION, KCD_EMIT_POWERSHELL,
        "# CORE2016$, made from dc1.contoso.com at 2026-11-21T20:14:03Z\n"
        "$h = 'CN=CORE2016,OU=HyperV,DC=contoso,DC=com'\n"
        "Set-ADComputer $h -Server 'dc1.contoso.com' -Add "
        "@{'msDS-AllowedToDelegateTo'='cifs/2016GUI','cifs/2016GUI.contoso.com'}\n"
        "Set-ADAccountControl $h -Server 'dc1.contoso.com' -TrustedToAuthForDelegation $true\n");
}

static void kerberos_only_clears(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  plan(&d, KCD_MODE_KERBEROS_ONLY, &p);
  KCD_AUTO_CHAR script = emitted(&p, KCD_EMIT_POWERSHELL);
  assert_non_null(strstr(script, "-TrustedToAuthForDelegation $false\n"));
  assert_null(strstr(script, "-Add"));
  KCD_AUTO_CHAR lines = emitted(&p, KCD_EMIT_SAMBA_TOOL);
  assert_non_null(
      strstr(lines, "for-any-protocol -H ldap://dc1.contoso.com --use-kerberos=required 'CORE2016$' off\n"));
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void samba_tool_gets_a_line_for_each(void **state)
{
  (void)state;
  check(KCD_MODE_PROTOCOL_TRANSITION, KCD_UAC_WORKSTATION, KCD_EMIT_SAMBA_TOOL,
        "# CORE2016$, made from dc1.contoso.com at 2026-11-21T20:14:03Z\n"
        "samba-tool delegation add-service -H ldap://dc1.contoso.com --use-kerberos=required 'CORE2016$' cifs/2016GUI\n"
        "samba-tool delegation add-service -H ldap://dc1.contoso.com --use-kerberos=required 'CORE2016$' "
        "cifs/2016GUI.contoso.com\n"
        "samba-tool delegation for-any-protocol -H ldap://dc1.contoso.com --use-kerberos=required 'CORE2016$' on\n");
}

static void nothing_for_no_change(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  plan(&d, KCD_MODE_PROTOCOL_TRANSITION, &p);
  for (int format = KCD_EMIT_LDIF; format <= KCD_EMIT_SAMBA_TOOL; format++) {
    KCD_AUTO_CHAR text = emitted(&p, (enum kcd_emit_format)format);
    assert_string_equal(text, "");
  }
  kcd_object_plan_done(&p);
  d.facts.host = NULL;
  plan(&d, KCD_MODE_PROTOCOL_TRANSITION, &p);
  KCD_AUTO_CHAR text = emitted(&p, KCD_EMIT_LDIF);
  assert_string_equal(text, "");
  kcd_object_plan_done(&p);
  domain_done(&d);
}

/* ---- hostile names ---- */

static const char *const hostile[] = {"a'b",
                                      "a\"b",
                                      "a`b",
                                      "$(reboot)",
                                      "`reboot`",
                                      "a;reboot",
                                      "a\nreboot",
                                      "a\n",
                                      "\r\n-\nreplace: x",
                                      "a\xe2\x80\x98; reboot; \xe2\x80\x99",
                                      "\xe2\x80\x9a\xe2\x80\x9b",
                                      "\xe2\x80\x9c$x\xe2\x80\x9d",
                                      "#> reboot <#",
                                      "@{a=1}",
                                      "-rf",
                                      "M\xc3\xbcller",
                                      "\x1b[2J",
                                      "\xe2\x80\xaex.exe",
                                      "a b",
                                      " a ",
                                      "!history",
                                      "*?[a]~",
                                      "\\x41\\n",
                                      "'\\''"};
#define N_HOSTILE (sizeof hostile / sizeof hostile[0])

/* A plan as no directory should make it: every name is TEXT. */
static void hostile_plan(struct domain *d, const char *text, struct kcd_object_plan *ret)
{
  domain_init(d);
  set_string(&d->host.dn, text);
  set_string(&d->host.sam_account_name, text);
  *ret = (struct kcd_object_plan){.host = &d->host, .uac_before = 4096, .uac_after = 4096 | BIT};
  kcd_values_add_text(&ret->add, text);
}

/* The next logical line of LDIF, its folds kept; owned. TEXT goes on behind it. */
static char *ldif_line(const char **text)
{
  const char *end = *text;
  do
    end = strchr(end, '\n') + 1;
  while (*end == ' ');
  char *line = kcd_strndup(*text, (size_t)(end - *text));
  *text = end;
  return line;
}

static void check_ldif_value(const char **text, const char *attribute, const char *value)
{
  struct kcd_buf decoded;
  kcd_buf_init(&decoded, KCD_BUF_DEFAULT_CAP);
  KCD_AUTO_CHAR line = ldif_line(text);
  decode_ldif_line(line, attribute, &decoded);
  assert_int_equal(decoded.len, strlen(value));
  assert_memory_equal(decoded.data, value, decoded.len);
  kcd_buf_done(&decoded);
}

static void hostile_names_stay_values_in_ldif(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_HOSTILE; i++) {
    struct domain d;
    struct kcd_object_plan p;
    hostile_plan(&d, hostile[i], &p);
    KCD_AUTO_CHAR text = emitted(&p, KCD_EMIT_LDIF);
    const char *at = text;
    for (int comment = 0; comment < 2; comment++) {
      KCD_AUTO_CHAR line = ldif_line(&at);
      check_comment(line);
    }
    check_ldif_value(&at, "dn", hostile[i]);
    assert_true(kcd_starts_nocase(at, "changetype: modify\nadd: msDS-AllowedToDelegateTo\n"));
    at = strchr(strchr(at, '\n') + 1, '\n') + 1;
    check_ldif_value(&at, "msDS-AllowedToDelegateTo", hostile[i]);
    assert_string_equal(at, "-\ndelete: userAccountControl\nuserAccountControl: 4096\n-\nadd: userAccountControl\n"
                            "userAccountControl: 16781312\n-\n\n");
    kcd_object_plan_done(&p);
    domain_done(&d);
  }
}

/* The expression between PREFIX and SUFFIX of the line at TEXT means VALUE. */
static void check_psh_value(const char **text, const char *prefix, const char *suffix, const char *value)
{
  struct kcd_buf decoded;
  kcd_buf_init(&decoded, KCD_BUF_DEFAULT_CAP);
  const char *end = strchr(*text, '\n');
  assert_non_null(end);
  KCD_AUTO_CHAR line = kcd_strndup(*text, (size_t)(end - *text));
  *text = end + 1;
  assert_true(strncmp(line, prefix, strlen(prefix)) == 0 && kcd_ends_nocase(line, suffix));
  KCD_AUTO_CHAR expression = kcd_strndup(line + strlen(prefix), strlen(line) - strlen(prefix) - strlen(suffix));
  decode_psh_string(expression, &decoded);
  assert_int_equal(decoded.len, strlen(value));
  assert_memory_equal(decoded.data, value, decoded.len);
  kcd_buf_done(&decoded);
}

static void hostile_names_stay_strings_in_powershell(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_HOSTILE; i++) {
    struct domain d;
    struct kcd_object_plan p;
    hostile_plan(&d, hostile[i], &p);
    KCD_AUTO_CHAR text = emitted(&p, KCD_EMIT_POWERSHELL);
    const char *at = strchr(text, '\n') + 1;
    KCD_AUTO_CHAR comment = kcd_strndup(text, (size_t)(at - text));
    check_comment(comment);
    check_psh_value(&at, "$h = ", "", hostile[i]);
    check_psh_value(&at, "Set-ADComputer $h -Server 'dc1.contoso.com' -Add @{'msDS-AllowedToDelegateTo'=", "}",
                    hostile[i]);
    assert_string_equal(at, "Set-ADAccountControl $h -Server 'dc1.contoso.com' -TrustedToAuthForDelegation $true\n");
    kcd_object_plan_done(&p);
    domain_done(&d);
  }
}

#define KERBEROS "--use-kerberos=required"

/* Runs the lines in /bin/sh with a samba-tool that prints its arguments, each ended by NUL. */
static void shell_output(const char *lines, struct kcd_buf *ret)
{
  char path[] = "/tmp/kcdfix-test-emit-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  FILE *script = fdopen(fd, "w");
  /* a function of that name is not allowed in every sh, an alias to one is, where aliases are read before the lines */
  fprintf(script, "stub() { printf '%%s\\0' \"$@\"; }\nalias samba-tool=stub\n%s", lines);
  fclose(script);
  KCD_AUTO_CHAR check_syntax = kcd_asprintf("/bin/sh -n %s", path);
  assert_int_equal(system(check_syntax), 0);
  KCD_AUTO_CHAR command = kcd_asprintf("/bin/sh %s", path);
  FILE *out = popen(command, "re");
  assert_non_null(out);
  char piece[4096];
  for (size_t n = 0; (n = fread(piece, 1, sizeof piece, out)) > 0;)
    kcd_buf_add(ret, piece, n);
  assert_int_equal(pclose(out), 0);
  unlink(path);
}

static void expect_arguments(const char **at, const char *const *arguments)
{
  for (; *arguments != NULL; arguments++) {
    assert_string_equal(*at, *arguments);
    *at += strlen(*at) + 1;
  }
}

static void hostile_names_stay_words_in_the_shell(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_HOSTILE; i++) {
    struct domain d;
    struct kcd_object_plan p;
    struct kcd_buf out;
    kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
    hostile_plan(&d, hostile[i], &p);
    KCD_AUTO_CHAR text = emitted(&p, KCD_EMIT_SAMBA_TOOL);
    shell_output(text, &out);
    kcd_buf_add_u8(&out, 0);
    const char *at = (const char *)out.data;
    const char *const dash = hostile[i][0] == '-' ? "--" : NULL;
    expect_arguments(&at, (const char *const[]){"delegation", "add-service", "-H", "ldap://" DC, KERBEROS, dash, NULL});
    expect_arguments(&at, (const char *const[]){hostile[i], hostile[i], NULL});
    expect_arguments(&at,
                     (const char *const[]){"delegation", "for-any-protocol", "-H", "ldap://" DC, KERBEROS, dash, NULL});
    expect_arguments(&at, (const char *const[]){hostile[i], "on", NULL});
    assert_int_equal(at - (const char *)out.data, out.len - 1);
    kcd_buf_done(&out);
    kcd_object_plan_done(&p);
    domain_done(&d);
  }
}

static void what_is_no_text_is_not_put_into_scripts(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  hostile_plan(&d, "\xff\xfe", &p);
  for (int format = KCD_EMIT_POWERSHELL; format <= KCD_EMIT_SAMBA_TOOL; format++) {
    KCD_AUTO_CHAR text = emitted(&p, (enum kcd_emit_format)format);
    check_comment(text);
    assert_non_null(strstr(text, "not emitted"));
  }
  KCD_AUTO_CHAR ldif = emitted(&p, KCD_EMIT_LDIF);
  assert_non_null(strstr(ldif, "\ndn:: //4=\n"));
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void long_values_are_whole(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  char *value = kcd_calloc(65537, 1);
  memset(value, 'x', 65536);
  hostile_plan(&d, value, &p);
  KCD_AUTO_CHAR ldif = emitted(&p, KCD_EMIT_LDIF);
  const char *at = strstr(ldif, "\ndn:") + 1;
  check_ldif_value(&at, "dn", value);
  kcd_object_plan_done(&p);
  domain_done(&d);
  free(value);
}

/* ---- the descriptor of a target ---- */

static void plan_target(struct domain *d, struct kcd_object_plan *ret)
{
  kcd_plan_target(&d->facts, 1, ret);
}

static void check_target(bool has_one, enum kcd_emit_format format, bool local_only, const char *expected)
{
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  const struct kcd_trustee known = {.sid = d.other.sid, .name = d.other.sam_account_name, .exists = KCD_YES};
  d.facts.trustees = &known;
  d.facts.n_trustees = 1;
  if (has_one)
    domain_aces(&d, &(struct ace){.mask = KCD_RIGHT_RBCD_FULL, .sid = d.other.sid}, 1);
  plan_target(&d, &p);
  p.local_only = local_only;
  KCD_AUTO_CHAR text = emitted(&p, format);
  assert_string_equal(text, expected);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

#define HEADING "# 2016GUI$, made from dc1.contoso.com at 2026-11-21T20:14:03Z\n"
#define NEW_DESCRIPTOR                                                                                                 \
  "msDS-AllowedToActOnBehalfOfOtherIdentity:: AQAEgBQAAAAAAAAAAAAAACQAAAABAgAAA\n"                                     \
  " AAABSAAAAAgAgAABAAsAAEAAAAAACQA/wEPAAEFAAAAAAAFFQAAAOgDAADQBwAAuAsAAE0EAAA=\n"

static void ldif_adds_a_first_descriptor(void **state)
{
  (void)state;
  check_target(false, KCD_EMIT_LDIF, false,
               HEADING "# lets CORE2016$ delegate to it\n"
                       "# fails harmlessly (16 or 20) once the descriptor is another\n"
                       "dn: CN=2016GUI,CN=Computers,DC=contoso,DC=com\n"
                       "changetype: modify\n"
                       "add: msDS-AllowedToActOnBehalfOfOtherIdentity\n" NEW_DESCRIPTOR "-\n\n");
}

static void ldif_swaps_a_descriptor(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  domain_aces(&d, &(struct ace){.mask = KCD_RIGHT_RBCD_FULL, .sid = d.other.sid}, 1);
  plan_target(&d, &p);
  KCD_AUTO_CHAR text = emitted(&p, KCD_EMIT_LDIF);
  const char *delete = strstr(text, "delete: msDS-AllowedToActOnBehalfOfOtherIdentity\n");
  const char *add = strstr(text, "add: msDS-AllowedToActOnBehalfOfOtherIdentity\n");
  assert_true(delete != NULL && add != NULL && delete < add);
  assert_null(strstr(text, "replace"));
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void powershell_reads_the_list_and_writes_it_with_the_new_one(void **state)
{
  (void)state;
  check_target(true, KCD_EMIT_POWERSHELL, false,
               HEADING "# lets CORE2016$ delegate to it\n"
                       "$h = 'CN=2016GUI,CN=Computers,DC=contoso,DC=com'\n"
                       "$now = @((Get-ADComputer $h -Server 'dc1.contoso.com' -Properties "
                       "PrincipalsAllowedToDelegateToAccount).PrincipalsAllowedToDelegateToAccount)\n"
                       "Set-ADComputer $h -Server 'dc1.contoso.com' -PrincipalsAllowedToDelegateToAccount ($now + "
                       "@('CN=CORE2016,OU=HyperV,DC=contoso,DC=com'))\n");
}

static void powershell_loses_no_entry(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  domain_aces(&d, &(struct ace){.type = 1, .mask = KCD_RIGHT_RBCD_FULL, .sid = d.other.sid}, 1);
  plan_target(&d, &p);
  KCD_AUTO_CHAR text = emitted(&p, KCD_EMIT_POWERSHELL);
  assert_null(strstr(text, "Set-AD"));
  assert_non_null(strstr(text, "not emitted"));
  kcd_object_plan_done(&p);
  d.server.kind = KCD_KIND_USER;
  kcd_bytes_done(&d.server.rbcd);
  plan_target(&d, &p);
  KCD_AUTO_CHAR user = emitted(&p, KCD_EMIT_POWERSHELL);
  assert_non_null(strstr(user, "Set-ADUser $h"));
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void samba_tool_runs_where_the_dc_takes_it(void **state)
{
  (void)state;
  check_target(false, KCD_EMIT_SAMBA_TOOL, false,
               HEADING "samba-tool delegation add-principal -H ldap://dc1.contoso.com --use-kerberos=required "
                       "'2016GUI$' 'CORE2016$'\n");
  check_target(false, KCD_EMIT_SAMBA_TOOL, true,
               HEADING "# to be run on the domain controller itself, as root: Samba refuses this over LDAP\n"
                       "samba-tool delegation add-principal '2016GUI$' 'CORE2016$'\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ldif_adds_a_first_descriptor),
      cmocka_unit_test(ldif_swaps_a_descriptor),
      cmocka_unit_test(powershell_reads_the_list_and_writes_it_with_the_new_one),
      cmocka_unit_test(powershell_loses_no_entry),
      cmocka_unit_test(samba_tool_runs_where_the_dc_takes_it),
      cmocka_unit_test(formats_have_names),
      cmocka_unit_test(ldif_deletes_the_old_and_adds_the_new),
      cmocka_unit_test(what_is_taken_off_is_named_in_each_format),
      cmocka_unit_test(ldif_names_nothing_that_stays),
      cmocka_unit_test(ldif_writes_numbers_as_the_directory_does),
      cmocka_unit_test(powershell_adds_and_never_replaces),
      cmocka_unit_test(kerberos_only_clears),
      cmocka_unit_test(samba_tool_gets_a_line_for_each),
      cmocka_unit_test(nothing_for_no_change),
      cmocka_unit_test(hostile_names_stay_values_in_ldif),
      cmocka_unit_test(hostile_names_stay_strings_in_powershell),
      cmocka_unit_test(hostile_names_stay_words_in_the_shell),
      cmocka_unit_test(what_is_no_text_is_not_put_into_scripts),
      cmocka_unit_test(long_values_are_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
