#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#include "commands.h"

#define ANY                                                                                                            \
  (KCD_CMD_CHECK | KCD_CMD_APPLY | KCD_CMD_UNDO | KCD_CMD_HISTORY | KCD_CMD_PROBE | KCD_CMD_EXPLAIN | KCD_CMD_HOSTS |  \
   KCD_CMD_AUDIT | KCD_CMD_STAND_IN | KCD_CMD_DOCTOR)
#define DIRECTORY (KCD_CMD_CHECK | KCD_CMD_APPLY | KCD_CMD_UNDO | KCD_CMD_HOSTS | KCD_CMD_AUDIT | KCD_CMD_STAND_IN)
#define ONLINE (DIRECTORY | KCD_CMD_PROBE | KCD_CMD_DOCTOR)
#define PAIRS (KCD_CMD_CHECK | KCD_CMD_APPLY | KCD_CMD_PROBE)
#define CHANGING (KCD_CMD_APPLY | KCD_CMD_UNDO)

#define DEFAULT_TIMEOUT_MS 10000

#define STORE_TEXT(member)                                                                                             \
  static int store_##member(struct kcd_options *options, const char *value, struct kcd_error *err)                     \
  {                                                                                                                    \
    if (!*value)                                                                                                       \
      return kcd_fail(err, KCD_E_USAGE, "an option has an empty argument");                                            \
    options->member = value;                                                                                           \
    return 0;                                                                                                          \
  }
#define STORE_FLAG(member)                                                                                             \
  static int store_##member(struct kcd_options *options, const char *value, struct kcd_error *err)                     \
  {                                                                                                                    \
    (void)value;                                                                                                       \
    (void)err;                                                                                                         \
    options->member = true;                                                                                            \
    return 0;                                                                                                          \
  }

STORE_TEXT(domain)
STORE_TEXT(realm)
STORE_TEXT(server)
STORE_TEXT(uri)
STORE_TEXT(ccache)
STORE_TEXT(login_user)
STORE_TEXT(password_file)
STORE_TEXT(as)
STORE_TEXT(keytab)
STORE_TEXT(user_ccache)
STORE_TEXT(stand_in_ou)
STORE_TEXT(inventory)
STORE_TEXT(file)
STORE_TEXT(trace)
STORE_TEXT(output)
STORE_FLAG(prompt_password)
STORE_FLAG(no_probe)
STORE_FLAG(stand_in)
STORE_FLAG(rehearse)
STORE_FLAG(clean)
STORE_FLAG(all)
STORE_FLAG(resource_based)
STORE_FLAG(exact)
STORE_FLAG(prune)
STORE_FLAG(dry_run)
STORE_FLAG(yes)
STORE_FLAG(quiet)
STORE_FLAG(all_dcs)

static int store_reason(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  enum { REASON_MAX = 1000 };
  if (strlen(value) > REASON_MAX || !kcd_is_utf8(value, strlen(value)))
    return kcd_fail(err, KCD_E_USAGE, "--reason takes at most %d bytes of UTF-8 text", REASON_MAX);
  options->reason = value;
  return 0;
}

static int store_scenario(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  if (kcd_scenario_parse(value, &options->scenario) == 0)
    return 0;
  return kcd_fail(err, KCD_E_USAGE, "--for takes vm-storage, live-migration, storage-migration or library-iso");
}

static int store_cluster(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  struct kcd_cluster cluster = {0};
  if (kcd_cluster_parse(value, &cluster, err) != 0)
    return -1;
  options->clusters = kcd_reallocarray(options->clusters, options->n_clusters + 1, sizeof *options->clusters);
  options->clusters[options->n_clusters++] = cluster;
  return 0;
}

static int store_mode(struct kcd_options *options, enum kcd_mode mode)
{
  options->mode = mode;
  options->n_modes++;
  return 0;
}

static int store_transition(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  (void)value;
  (void)err;
  return store_mode(options, KCD_MODE_PROTOCOL_TRANSITION);
}

static int store_kerberos_only(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  (void)value;
  (void)err;
  return store_mode(options, KCD_MODE_KERBEROS_ONLY);
}

static int store_emit(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  options->has_emit = true;
  if (kcd_emit_format_parse(value, &options->emit) == 0)
    return 0;
  return kcd_fail(err, KCD_E_USAGE, "--emit takes ldif, powershell or samba-tool");
}

static int store_flavour(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  options->has_flavour = true;
  if (kcd_flavour_parse(value, &options->flavour) == 0 && options->flavour != KCD_FLAVOUR_UNKNOWN)
    return 0;
  return kcd_fail(err, KCD_E_USAGE,
                  "--kdc-flavour takes windows, windows-old, windows-2008, samba-heimdal-4.17, samba-heimdal-4.19 or "
                  "samba-mit");
}

static int store_json(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  (void)value;
  (void)err;
  options->format = KCD_FORMAT_JSON;
  return 0;
}

/* The formats that each set of commands takes: words of the option table. */
#define FORMATS "text json"
#define CHECK_FORMATS "text json junit"
#define HOSTS_FORMATS "text json csv"
#define AUDIT_FORMATS "text json csv dot opengraph html"

static bool is_word_of(const char *words, const char *value)
{
  const size_t len = strlen(value);
  for (const char *word = words; *word != '\0'; word += strspn(word, " ")) {
    const size_t word_len = strcspn(word, " ");
    if (word_len == len && strncmp(word, value, len) == 0)
      return true;
    word += word_len;
  }
  return false;
}

/* "text, json or csv" of "text json csv"; owned by the caller. */
static char *alternatives(const char *words)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (const char *word = words; *word != '\0';) {
    const size_t len = strcspn(word, " ");
    const char *next = word + len + strspn(word + len, " ");
    const char *before = word == words ? "" : *next == '\0' ? " or " : ", ";
    kcd_buf_addf(&out, "%s%.*s", before, (int)len, word);
    word = next;
  }
  return kcd_buf_take_text(&out);
}

static int take_format(struct kcd_options *options, const char *words, const char *value, struct kcd_error *err)
{
  if (is_word_of(words, value) && kcd_format_parse(value, &options->format) == 0)
    return 0;
  KCD_AUTO_CHAR names = alternatives(words);
  return kcd_fail(err, KCD_E_USAGE, "--format takes %s here", names);
}

static int store_format(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  return take_format(options, FORMATS, value, err);
}

static int store_check_format(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  return take_format(options, CHECK_FORMATS, value, err);
}

static int store_hosts_format(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  return take_format(options, HOSTS_FORMATS, value, err);
}

static int store_audit_format(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  return take_format(options, AUDIT_FORMATS, value, err);
}

static int store_verbose(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  (void)value;
  (void)err;
  options->verbose++;
  return 0;
}

static int store_color(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  if (strcmp(value, "auto") == 0)
    options->color = KCD_AUTO_COLOR;
  else if (strcmp(value, "always") == 0)
    options->color = KCD_ALWAYS;
  else if (strcmp(value, "never") == 0)
    options->color = KCD_NEVER;
  else
    return kcd_fail(err, KCD_E_USAGE, "--color takes auto, always or never");
  return 0;
}

static int store_timeout(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  uint64_t seconds;
  if (kcd_parse_u64(value, 3600, &seconds) != 0 || seconds == 0)
    return kcd_fail(err, KCD_E_USAGE, "--timeout takes 1 to 3600 seconds");
  options->timeout_ms = (int)seconds * 1000;
  return 0;
}

static int store_port(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  uint64_t port;
  if (kcd_parse_u64(value, UINT16_MAX, &port) != 0 || port == 0)
    return kcd_fail(err, KCD_E_USAGE, "--port takes 1 to 65535");
  options->port = (uint16_t)port;
  return 0;
}

#define DEFAULT_WAIT_SECONDS 300

static int store_wait(struct kcd_options *options, const char *value, struct kcd_error *err)
{
  uint64_t seconds = DEFAULT_WAIT_SECONDS;
  if (value && kcd_parse_u64(value, 86400, &seconds) != 0)
    return kcd_fail(err, KCD_E_USAGE, "--wait takes 0 to 86400 seconds");
  options->wait = true;
  options->wait_seconds = (unsigned)seconds;
  return 0;
}

/* clang-format off */
const struct kcd_option_row kcd_option_rows[] = {
  {"domain", 'D', "DOMAIN", ONLINE, KCD_GROUP_WHERE, KCD_COMPLETES_NOTHING, NULL,
   "DNS name of the domain; its domain controllers are found by DNS SRV (default: the realm of the ticket)", store_domain},
  {"realm", 'R', "REALM", ONLINE, KCD_GROUP_WHERE, KCD_COMPLETES_NOTHING, NULL,
   "Kerberos realm, where it is not the domain's name in capitals", store_realm},
  {"server", 'S', "DC", ONLINE, KCD_GROUP_WHERE, KCD_COMPLETES_NOTHING, NULL,
   "the one domain controller to ask, for LDAP and Kerberos; no other is tried", store_server},
  {"uri", 'H', "URI", DIRECTORY, KCD_GROUP_WHERE, KCD_COMPLETES_NOTHING, NULL,
   "the same as an LDAP URI: ldap://DC[:PORT] or ldaps://DC[:PORT]", store_uri},
  {"all-dcs", 0, NULL, KCD_CMD_CHECK | KCD_CMD_APPLY, KCD_GROUP_WHERE, KCD_COMPLETES_NOTHING, NULL,
   "read the same on every domain controller of the domain and name those that differ", store_all_dcs},

  {"ccache", 'c', "CCACHE", ONLINE, KCD_GROUP_LOGIN, KCD_COMPLETES_FILE, NULL,
   "credential cache to log in with (default: the default cache, as klist shows it)", store_ccache},
  {"login-user", 'U', "USER", DIRECTORY | KCD_CMD_DOCTOR, KCD_GROUP_LOGIN, KCD_COMPLETES_NOTHING, NULL,
   "log in as USER with a password; the ticket is kept in memory", store_login_user},
  {"prompt-password", 'W', NULL, DIRECTORY | KCD_CMD_DOCTOR, KCD_GROUP_LOGIN, KCD_COMPLETES_NOTHING, NULL,
   "ask for the password of --login-user", store_prompt_password},
  {"password-file", 0, "FILE", DIRECTORY | KCD_CMD_DOCTOR, KCD_GROUP_LOGIN, KCD_COMPLETES_FILE, NULL,
   "read the password of --login-user from the first line of FILE", store_password_file},

  {"as", 0, "USER", PAIRS, KCD_GROUP_PROOF, KCD_COMPLETES_NOTHING, NULL,
   "the user to delegate (default: the login, since that is who runs Hyper-V Manager)", store_as},
  {"keytab", 'k', "FILE", PAIRS | KCD_CMD_DOCTOR, KCD_GROUP_PROOF, KCD_COMPLETES_FILE, NULL,
   "the host's own key: ask the KDC for real (S4U2Self, S4U2Proxy)", store_keytab},
  {"user-ccache", 0, "CCACHE", KCD_CMD_CHECK | KCD_CMD_PROBE, KCD_GROUP_PROOF, KCD_COMPLETES_FILE, NULL,
   "tickets of the user to delegate, tried as evidence where the host's fail (default: the login, if it is that user)",
   store_user_ccache},
  {"stand-in", 0, NULL, KCD_CMD_CHECK, KCD_GROUP_PROOF, KCD_COMPLETES_NOTHING, NULL,
   "ask the KDC through a temporary computer account with the host's delegation settings: made, asked, deleted again",
   store_stand_in},
  {"stand-in-ou", 0, "DN", KCD_CMD_CHECK | KCD_CMD_APPLY, KCD_GROUP_PROOF, KCD_COMPLETES_NOTHING, NULL,
   "where that account is made (default: where the host's is)", store_stand_in_ou},
  {"no-probe", 0, NULL, KCD_CMD_CHECK | KCD_CMD_APPLY, KCD_GROUP_PROOF, KCD_COMPLETES_NOTHING, NULL,
   "predict only, even with --keytab", store_no_probe},
  {"kdc-flavour", 0, "FLAVOUR", KCD_CMD_CHECK, KCD_GROUP_PROOF, KCD_COMPLETES_WORDS,
   "windows windows-old windows-2008 samba-heimdal-4.17 samba-heimdal-4.19 samba-mit",
   "predict as this kind of KDC would answer (default: the kind that was found)", store_flavour},

  {"for", 0, "SCENARIO", KCD_CMD_CHECK | KCD_CMD_APPLY, KCD_GROUP_INPUT, KCD_COMPLETES_WORDS, KCD_SCENARIO_WORDS,
   "the pairs of vm-storage, live-migration, storage-migration or library-iso: HOST... [-- SERVER...]", store_scenario},
  {"cluster", 0, "NAME=NODE,...", KCD_CMD_CHECK | KCD_CMD_APPLY, KCD_GROUP_INPUT, KCD_COMPLETES_NOTHING, NULL,
   "the nodes of a cluster; NAME as a HOST then stands for them (repeatable)", store_cluster},
  {"inventory", 'f', "FILE", KCD_CMD_CHECK | KCD_CMD_APPLY, KCD_GROUP_INPUT, KCD_COMPLETES_FILE, NULL,
   "the hosts and what they need, as the groups of FILE declare them (see the manual)", store_inventory},
  {"file", 0, "FILE", KCD_CMD_EXPLAIN, KCD_GROUP_INPUT, KCD_COMPLETES_FILE, NULL,
   "explain the text in FILE, in UTF-8 or in the UTF-16 of a Windows export", store_file},

  {"trace", 0, "FILE", KCD_CMD_EXPLAIN | KCD_CMD_CHECK, KCD_GROUP_INPUT, KCD_COMPLETES_FILE, NULL,
   "a network capture (pcap, pcapng; - is standard input): explain says who asked the KDC for what and what it answered, "
   "check looks at the pairs in it", store_trace},
  {"port", 0, "N", KCD_CMD_EXPLAIN | KCD_CMD_CHECK, KCD_GROUP_INPUT, KCD_COMPLETES_NOTHING, NULL,
   "the port of the KDC in the capture (default: 88)", store_port},

  {"protocol-transition", 0, NULL, KCD_CMD_APPLY, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "also set \"Use any authentication protocol\" (TRUSTED_TO_AUTH_FOR_DELEGATION)", store_transition},
  {"kerberos-only", 0, NULL, KCD_CMD_APPLY, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "also set \"Use Kerberos only\" (clear that bit)", store_kerberos_only},
  {"resource-based", 0, NULL, KCD_CMD_APPLY, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "let the target's own object accept the host (msDS-AllowedToActOnBehalfOfOtherIdentity) instead of listing the SPN; "
   "with --protocol-transition also set that", store_resource_based},
  {"exact", 0, NULL, KCD_CMD_APPLY, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "list the SPN as given and nothing else (default: its short and its FQDN form)", store_exact},
  {"prune", 0, NULL, KCD_CMD_APPLY, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "with --inventory: also take off the lists what the scenarios manage and the file does not ask for", store_prune},
  {"dry-run", 'n', NULL, CHANGING, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "show the change and write nothing", store_dry_run},
  {"rehearse", 0, NULL, KCD_CMD_APPLY, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "first prove the change with two temporary accounts, one as the host is and one as it will be; without a ticket for "
   "the second nothing is changed", store_rehearse},
  {"emit", 0, "FORMAT", KCD_CMD_APPLY, KCD_GROUP_CHANGE, KCD_COMPLETES_WORDS, "ldif powershell samba-tool",
   "print the change as ldif, powershell or samba-tool for somebody else to run, and write nothing", store_emit},
  {"reason", 0, "TEXT", KCD_CMD_CHECK | KCD_CMD_APPLY, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "kept in the record of the change, and in the description of a temporary account", store_reason},
  {"clean", 0, NULL, KCD_CMD_STAND_IN, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "delete the temporary accounts that this machine recorded and that are still there", store_clean},
  {"all", 0, NULL, KCD_CMD_STAND_IN, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "also every account of the domain with the mark of kcdfix; deleted are those that are older than an hour and belong to "
   "you or to an administrators' group", store_all},
  {"yes", 0, NULL, KCD_CMD_CHECK | CHANGING | KCD_CMD_STAND_IN, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "do not ask before the change", store_yes},
  {"wait", 0, "[SECS]", KCD_CMD_APPLY, KCD_GROUP_CHANGE, KCD_COMPLETES_NOTHING, NULL,
   "wait until every domain controller shows the change, no longer than SECS (default: 300)", store_wait},

  {"json", 0, NULL, ANY, KCD_GROUP_OUTPUT, KCD_COMPLETES_NOTHING, NULL,
   "one JSON document on standard output", store_json},
  {"format", 0, "FORMAT", ANY & ~(KCD_CMD_CHECK | KCD_CMD_HOSTS | KCD_CMD_AUDIT), KCD_GROUP_OUTPUT, KCD_COMPLETES_WORDS, FORMATS,
   "text or json", store_format},
  {"format", 0, "FORMAT", KCD_CMD_CHECK, KCD_GROUP_OUTPUT, KCD_COMPLETES_WORDS, CHECK_FORMATS,
   "text, json or junit (one test case a pair)", store_check_format},
  {"format", 0, "FORMAT", KCD_CMD_HOSTS, KCD_GROUP_OUTPUT, KCD_COMPLETES_WORDS, HOSTS_FORMATS,
   "text, json or csv (one host a row)", store_hosts_format},
  {"format", 0, "FORMAT", KCD_CMD_AUDIT, KCD_GROUP_OUTPUT, KCD_COMPLETES_WORDS, AUDIT_FORMATS,
   "text, json, csv (one delegation a row), dot (Graphviz), opengraph (BloodHound) or html (a page with a "
   "picture)", store_audit_format},
  {"output", 'o', "FILE", ANY, KCD_GROUP_OUTPUT, KCD_COMPLETES_FILE, NULL,
   "write the result to FILE instead of standard output", store_output},
  {"quiet", 'q', NULL, ANY, KCD_GROUP_OUTPUT, KCD_COMPLETES_NOTHING, NULL,
   "verdict lines only", store_quiet},
  {"verbose", 'v', NULL, ANY, KCD_GROUP_OUTPUT, KCD_COMPLETES_NOTHING, NULL,
   "more detail; twice: each request on standard error", store_verbose},
  {"color", 0, "WHEN", ANY, KCD_GROUP_OUTPUT, KCD_COMPLETES_WORDS, "auto always never",
   "auto, always or never; NO_COLOR is obeyed", store_color},
  {"timeout", 0, "SECS", ONLINE, KCD_GROUP_OUTPUT, KCD_COMPLETES_NOTHING, NULL,
   "how long to wait for a connection or an answer (default: 10)", store_timeout},
};
/* clang-format on */
const size_t kcd_n_option_rows = sizeof kcd_option_rows / sizeof kcd_option_rows[0];

#define KEY_BASE 0x400 /* keys of options: KEY_BASE + row; beyond any character, so argp shows letters from the row */
#define KEY_HELP 'h'

struct parse {
  const struct kcd_command *command;
  struct kcd_options *options;
  struct kcd_error *err;
  bool help;
};

static bool may_stand_alone(const struct kcd_option_row *row)
{
  return row->arg && row->arg[0] == '[';
}

/* "SECS" of "[SECS]"; owned by the caller, NULL for NULL. */
static char *argument_name(const struct kcd_option_row *row)
{
  if (!may_stand_alone(row))
    return kcd_strdup(row->arg);
  return kcd_strndup(row->arg + 1, strlen(row->arg) - 2);
}

static const struct kcd_option_row *row_of_key(int key)
{
  if (key >= KEY_BASE && (size_t)(key - KEY_BASE) < kcd_n_option_rows)
    return &kcd_option_rows[key - KEY_BASE];
  for (size_t i = 0; i < kcd_n_option_rows; i++)
    if (kcd_option_rows[i].letter && kcd_option_rows[i].letter == key)
      return &kcd_option_rows[i];
  return NULL;
}

static void add_operand(struct kcd_options *options, const char *operand)
{
  options->operands = kcd_reallocarray(options->operands, options->n_operands + 1, sizeof *options->operands);
  options->operands[options->n_operands++] = operand;
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
  struct parse *parse = state->input;
  if (key == ARGP_KEY_ARG) {
    add_operand(parse->options, arg);
    return 0;
  }
  if (key == KEY_HELP) {
    parse->help = true;
    return 0;
  }
  const struct kcd_option_row *row = row_of_key(key);
  if (!row)
    return ARGP_ERR_UNKNOWN;
  if (row->store(parse->options, arg, parse->err) == 0)
    return 0;
  return EINVAL;
}

static const char *const group_titles[] = {
    "Which domain controller:", "Login:", "Whom, and what proof:", "Input:", "Change:", "Output:"};

/* The rows of this command as argp wants them; owned by the caller. */
static struct argp_option *argp_options_of(unsigned command)
{
  struct argp_option *list = kcd_calloc(kcd_n_option_rows + 8, sizeof *list);
  size_t n = 0;
  int group = -1;
  for (size_t i = 0; i < kcd_n_option_rows; i++) {
    const struct kcd_option_row *row = &kcd_option_rows[i];
    if (!(row->commands & command))
      continue;
    if ((int)row->group != group) {
      group = (int)row->group;
      list[n++] = (struct argp_option){.doc = group_titles[group], .group = group + 1};
    }
    list[n++] = (struct argp_option){.name = row->name,
                                     .key = row->letter ? row->letter : KEY_BASE + (int)i,
                                     .arg = argument_name(row),
                                     .flags = may_stand_alone(row) ? OPTION_ARG_OPTIONAL : 0,
                                     .doc = row->help,
                                     .group = group + 1};
  }
  list[n++] = (struct argp_option){.name = "help", .key = KEY_HELP, .doc = "print this help", .group = group + 1};
  return list;
}

static void argp_options_free(struct argp_option *list)
{
  for (size_t i = 0; list[i].name || list[i].doc; i++)
    free((char *)list[i].arg);
  free(list);
}

static const struct kcd_option_row *row_of_name(unsigned command, const char *name, size_t len)
{
  for (size_t i = 0; i < kcd_n_option_rows; i++)
    if ((kcd_option_rows[i].commands & command) && strlen(kcd_option_rows[i].name) == len &&
        strncmp(name, kcd_option_rows[i].name, len) == 0)
      return &kcd_option_rows[i];
  return NULL;
}

static const struct kcd_option_row *row_of_letter(unsigned command, char letter)
{
  for (size_t i = 0; i < kcd_n_option_rows; i++)
    if ((kcd_option_rows[i].commands & command) && kcd_option_rows[i].letter == letter)
      return &kcd_option_rows[i];
  return NULL;
}

static int bad_option(const struct kcd_command *command, const char *option, size_t len, const char *what,
                      struct kcd_error *err)
{
  KCD_AUTO_CHAR shown = kcd_safe_text(option, len);
  kcd_fail(err, KCD_E_USAGE, "%s: option %s %s", command->name, shown, what);
  return kcd_error_next(err, "kcdfix %s --help", command->name);
}

/* Checks the long option in argv[*i]; steps over its argument. */
static int check_long(const struct kcd_command *command, int argc, char **argv, int *i, struct kcd_error *err)
{
  const char *option = argv[*i];
  size_t len = strcspn(option + 2, "=");
  if (len == 4 && strncmp(option + 2, "help", 4) == 0)
    return 0;
  const struct kcd_option_row *row = row_of_name(command->bit, option + 2, len);
  if (!row)
    return bad_option(command, option, len + 2, "is unknown here", err);
  bool inline_argument = option[len + 2] == '=';
  if (!row->arg)
    return inline_argument ? bad_option(command, option, len + 2, "takes no argument", err) : 0;
  if (!inline_argument && !may_stand_alone(row) && ++*i >= argc)
    return bad_option(command, option, len + 2, "needs an argument", err);
  return 0;
}

/* Checks a cluster of letters, "-qk"; steps over the argument of the last one. */
static int check_letters(const struct kcd_command *command, int argc, char **argv, int *i, struct kcd_error *err)
{
  for (const char *letter = argv[*i] + 1; *letter; letter++) {
    char shown[3] = {'-', *letter, '\0'};
    if (*letter == KEY_HELP)
      continue;
    const struct kcd_option_row *row = row_of_letter(command->bit, *letter);
    if (!row)
      return bad_option(command, shown, 2, "is unknown here", err);
    if (!row->arg)
      continue;
    if (!letter[1] && ++*i >= argc)
      return bad_option(command, shown, 2, "needs an argument", err);
    return 0;
  }
  return 0;
}

/* No option is a digit: -2147024891 is what people paste. getopt would not see it so, and gets it out of the way. */
static bool take_number(const struct kcd_command *command, int *argc, char **argv, int i, struct kcd_options *options)
{
  const char *word = argv[i];
  if (!(command->bit & KCD_CMD_EXPLAIN) || word[1] < '0' || word[1] > '9')
    return false;
  add_operand(options, word);
  memmove(&argv[i], &argv[i + 1], (size_t)(*argc - i) * sizeof *argv);
  --*argc;
  return true;
}

/* One clear line for each mistake, before argp sees the words. Abbreviated long names, which getopt would take, are
 * refused: a script that relies on one breaks with the next option. */
static int check_words(const struct kcd_command *command, int *argc, char **argv, struct kcd_options *options,
                       struct kcd_error *err)
{
  for (int i = 1; i < *argc; i++) {
    const char *word = argv[i];
    if (word[0] != '-' || word[1] == '\0') {
      options->n_before_dashes++;
      continue;
    }
    if (strcmp(word, "--") == 0) {
      options->has_dashes = true;
      return 0;
    }
    if (take_number(command, argc, argv, i, options)) {
      i--;
      continue;
    }
    int rc = word[1] == '-' ? check_long(command, *argc, argv, &i, err) : check_letters(command, *argc, argv, &i, err);
    if (rc != 0)
      return -1;
  }
  return 0;
}

bool kcd_options_ask_kdc(const struct kcd_options *options)
{
  return (options->keytab || options->stand_in) && !options->no_probe;
}

/* What is about temporary accounts. */
static int check_stand_in(const struct kcd_command *command, const struct kcd_options *options, struct kcd_error *err)
{
  bool check = command->bit == KCD_CMD_CHECK;
  if (options->stand_in && (options->keytab || options->no_probe))
    return kcd_fail(err, KCD_E_USAGE, "--stand-in asks the KDC in the host's place; %s does not go with it",
                    options->keytab ? "--keytab" : "--no-probe");
  if (options->stand_in_ou && !options->stand_in && !options->rehearse)
    return kcd_fail(err, KCD_E_USAGE, "--stand-in-ou says where a temporary account is made; it goes with %s",
                    check ? "--stand-in" : "--rehearse");
  if (options->stand_in_ou && !kcd_looks_like_dn(options->stand_in_ou))
    return kcd_fail(err, KCD_E_USAGE, "--stand-in-ou takes the DN of a container, such as OU=Lab,DC=contoso,DC=com");
  if (check && !options->stand_in && (options->reason || options->yes))
    return kcd_fail(err, KCD_E_USAGE, "check changes nothing, so it takes %s with --stand-in alone",
                    options->reason ? "--reason" : "--yes");
  if (options->rehearse && options->resource_based)
    return kcd_fail(err, KCD_E_USAGE,
                    "--resource-based names the host's own SID, which no temporary account has; --rehearse cannot "
                    "prove it");
  if (options->rehearse && options->mode == KCD_MODE_KERBEROS_ONLY)
    return kcd_fail(err, KCD_E_USAGE,
                    "--rehearse proves that a change makes the KDC give the ticket, and --kerberos-only takes it away");
  return 0;
}

/* NAME twice would leave open which nodes it stands for. */
static int check_clusters(const struct kcd_options *options, struct kcd_error *err)
{
  for (size_t i = 1; i < options->n_clusters; i++) {
    KCD_AUTO_CHAR name = kcd_safe(options->clusters[i].name);
    if (kcd_cluster_named(options->clusters, i, options->clusters[i].name))
      return kcd_fail(err, KCD_E_USAGE, "--cluster names %s twice; give all its nodes at once", name);
  }
  return 0;
}

static int check_inventory(const struct kcd_command *command, const struct kcd_options *options, struct kcd_error *err)
{
  if (options->inventory && options->all_dcs && command->bit == KCD_CMD_CHECK)
    return kcd_fail(err, KCD_E_USAGE, "--all-dcs compares what one command names; name hosts instead of --inventory");
  const char *other = options->n_operands > 0                  ? "operands do"
                      : options->scenario != KCD_SCENARIO_NONE ? "--for does"
                      : options->n_clusters > 0                ? "--cluster does"
                      : options->resource_based                ? "--resource-based does"
                      : options->exact                         ? "--exact does"
                                                               : NULL;
  if (options->prune && !options->inventory)
    return kcd_fail(err, KCD_E_USAGE, "--prune takes away what a file does not ask for, so it goes with --inventory");
  if (options->inventory && other)
    return kcd_fail(err, KCD_E_USAGE, "--inventory says what every host needs, and %s not go with it", other);
  return 0;
}

static int check_combinations(const struct kcd_command *command, const struct kcd_options *options,
                              struct kcd_error *err)
{
  if (options->n_modes > 1)
    return kcd_fail(err, KCD_E_USAGE, "--protocol-transition and --kerberos-only exclude each other; give one, once");
  if (options->resource_based && options->mode == KCD_MODE_KERBEROS_ONLY)
    return kcd_fail(err, KCD_E_USAGE, "--kerberos-only takes away what --resource-based needs; give one of them");
  if (options->resource_based && options->exact)
    return kcd_fail(err, KCD_E_USAGE,
                    "--exact is about the list, and --resource-based lists nothing; give one of them");
  if (options->has_emit && options->format == KCD_FORMAT_JSON)
    return kcd_fail(err, KCD_E_USAGE, "--emit prints a script and --json a document; give one of them");
  if (options->server && options->uri)
    return kcd_fail(err, KCD_E_USAGE, "--server and --uri both name the domain controller; give one of them");
  if (options->user_ccache && !kcd_options_ask_kdc(options))
    return kcd_fail(err, KCD_E_USAGE,
                    "--user-ccache is evidence for a probe, which needs --keytab or --stand-in, and no --no-probe");
  if (options->login_user && options->ccache)
    return kcd_fail(err, KCD_E_USAGE, "--login-user logs in by password and --ccache by ticket; give one of them");
  if (options->login_user && !options->prompt_password == !options->password_file)
    return kcd_fail(err, KCD_E_USAGE, "--login-user needs its password: one of --prompt-password and --password-file");
  if (!options->login_user && (options->prompt_password || options->password_file))
    return kcd_fail(err, KCD_E_USAGE, "a password needs --login-user");
  if (options->port != 0 && !options->trace)
    return kcd_fail(err, KCD_E_USAGE, "--port is about the capture of --trace; give both");
  if (options->trace && options->n_operands > 0)
    return kcd_fail(err, KCD_E_USAGE, "--trace takes its hosts and services from the capture; leave the operands out");
  if (options->trace && options->scenario != KCD_SCENARIO_NONE)
    return kcd_fail(err, KCD_E_USAGE, "--trace takes its pairs from the capture and --for from a scenario; give one");
  if (options->trace && options->inventory)
    return kcd_fail(err, KCD_E_USAGE, "--trace takes its pairs from the capture and --inventory from a file; give one");
  if (options->trace && options->file)
    return kcd_fail(err, KCD_E_USAGE, "--trace reads a capture and --file a text; give one of them");
  if (check_clusters(options, err) != 0 || check_inventory(command, options, err) != 0)
    return -1;
  return check_stand_in(command, options, err);
}

int kcd_options_parse(const struct kcd_command *command, int argc, char **argv, struct kcd_options *ret,
                      struct kcd_error *err)
{
  *ret = (struct kcd_options){.timeout_ms = DEFAULT_TIMEOUT_MS, .mode = KCD_MODE_LIST_ONLY};
  if (check_words(command, &argc, argv, ret, err) != 0)
    return -1;
  struct argp_option *list = argp_options_of(command->bit);
  KCD_AUTO_CHAR doc = kcd_asprintf("%s\v%s", command->summary, command->doc);
  struct argp argp = {.options = list, .parser = parse_one, .args_doc = command->operands, .doc = doc};
  struct parse parse = {.command = command, .options = ret, .err = err};
  error_t rc = argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_NO_ERRS, NULL, &parse);
  int result = 0;
  if (parse.help) {
    KCD_AUTO_CHAR name = kcd_asprintf("kcdfix %s", command->name);
    /* argp's own sentence about long options says nothing to the reader. */
    setenv("ARGP_HELP_FMT", "no-dup-args-note,rmargin=100", 0);
    argp_help(&argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_PRE_DOC | ARGP_HELP_LONG | ARGP_HELP_POST_DOC, name);
    result = 1;
  } else if (rc != 0) {
    if (!kcd_error_is_set(err))
      kcd_fail(err, KCD_E_USAGE, "%s: the options cannot be read", command->name);
    kcd_error_next(err, "kcdfix %s --help", command->name);
    result = -1;
  } else {
    result = check_combinations(command, ret, err);
  }
  argp_options_free(list);
  return result;
}

void kcd_options_done(struct kcd_options *options)
{
  for (size_t i = 0; i < options->n_clusters; i++)
    kcd_cluster_done(&options->clusters[i]);
  free(options->clusters);
  free(options->operands);
  *options = (struct kcd_options){0};
}

bool kcd_wants_json(int argc, char **argv)
{
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "--format=json") == 0 ||
        (strcmp(argv[i], "--format") == 0 && i + 1 < argc && strcmp(argv[i + 1], "json") == 0))
      return true;
  return false;
}
