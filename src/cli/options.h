/* options.h - the option table and what a command line says.
 *
 * One table feeds the parser, --help, the completion (src/cli/completion.c) and the check of the manual
 * (tests/cli/manual.bats).
 *
 * To add a command: a row in kcd_commands (commands.c) with its function in a file cmd_<name>.c; its bit in enum
 * kcd_command_bit; its options' rows in options.c; its section in man/kcdfix.8. tests/cli checks that all of them
 * agree.
 */
#ifndef KCDFIX_CLI_OPTIONS_H
#define KCDFIX_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <kcdfix/emit.h>
#include <kcdfix/error.h>
#include <kcdfix/facts.h>
#include <kcdfix/plan.h>
#include <kcdfix/report.h>
#include <kcdfix/scenario.h>

enum kcd_command_bit {
  KCD_CMD_CHECK = 1u << 0,
  KCD_CMD_APPLY = 1u << 1,
  KCD_CMD_UNDO = 1u << 2,
  KCD_CMD_HISTORY = 1u << 3,
  KCD_CMD_PROBE = 1u << 4,
  KCD_CMD_EXPLAIN = 1u << 5,
  KCD_CMD_HOSTS = 1u << 6,
  KCD_CMD_AUDIT = 1u << 7,
  KCD_CMD_STAND_IN = 1u << 8,
  KCD_CMD_DOCTOR = 1u << 9
};

/* What the command line says. Strings are borrowed from argv. */
struct kcd_options {
  /* where */
  const char *domain, *realm, *server, *uri;
  /* login */
  const char *ccache, *login_user, *password_file;
  bool prompt_password;
  /* whom, proof */
  const char *as, *keytab, *user_ccache;
  bool no_probe;
  bool stand_in;
  const char *stand_in_ou;
  bool has_flavour;
  enum kcd_flavour flavour;
  /* change */
  unsigned n_modes;
  enum kcd_mode mode;
  bool resource_based; /* beside the mode, since it goes with --protocol-transition */
  bool exact, dry_run, rehearse, yes;
  bool clean, all; /* of stand-in */
  bool has_emit;
  enum kcd_emit_format emit;
  const char *reason;
  bool all_dcs, wait;
  unsigned wait_seconds; /* with wait */
  /* which pairs */
  enum kcd_scenario scenario;
  struct kcd_cluster *clusters;
  size_t n_clusters;
  const char *inventory;
  bool prune;
  /* what to explain */
  const char *file;
  const char *trace;
  uint16_t port; /* of the KDC in the trace */
  /* output */
  enum kcd_format format;
  enum kcd_when color;
  bool quiet;
  int verbose;
  const char *output;
  int timeout_ms;
  /* operands, in order */
  const char **operands;
  size_t n_operands;
  bool has_dashes;        /* a -- stood among them */
  size_t n_before_dashes; /* how many stood before it */
};

enum kcd_option_group {
  KCD_GROUP_WHERE,
  KCD_GROUP_LOGIN,
  KCD_GROUP_PROOF,
  KCD_GROUP_INPUT,
  KCD_GROUP_CHANGE,
  KCD_GROUP_OUTPUT
};

/* What completes the argument of an option in a shell. */
enum kcd_completes { KCD_COMPLETES_NOTHING, KCD_COMPLETES_FILE, KCD_COMPLETES_WORDS };

/* One row of the table. */
struct kcd_option_row {
  const char *name;  /* long name without dashes */
  char letter;       /* 0: none */
  const char *arg;   /* name of the argument; in brackets where it may be left out; NULL: takes none */
  unsigned commands; /* enum kcd_command_bit */
  enum kcd_option_group group;
  enum kcd_completes completes;
  const char *words; /* with KCD_COMPLETES_WORDS: separated by blanks */
  const char *help;
  /* Stores the argument (NULL if it takes none); -1 and ERR for a bad one. */
  int (*store)(struct kcd_options *options, const char *value, struct kcd_error *err);
};
extern const struct kcd_option_row kcd_option_rows[];
extern const size_t kcd_n_option_rows;

struct kcd_command;

/* Parses argv[1..] of COMMAND. 0; 1 when help was asked for and printed; -1 with KCD_E_USAGE. kcd_options_done frees.
 */
int kcd_options_parse(const struct kcd_command *command, int argc, char **argv, struct kcd_options *ret,
                      struct kcd_error *err);
void kcd_options_done(struct kcd_options *options);

/* Whether a check asks the KDC, with the host's key or through a stand-in. */
bool kcd_options_ask_kdc(const struct kcd_options *options);

/* Whether the arguments ask for JSON: known before they are parsed, so that even a usage error comes as a document. */
bool kcd_wants_json(int argc, char **argv);

#endif
