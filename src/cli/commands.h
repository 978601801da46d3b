/* commands.h - the commands, one row each. */
#ifndef KCDFIX_CLI_COMMANDS_H
#define KCDFIX_CLI_COMMANDS_H

#include "options.h"

/* What a running command works with; made by main, which also writes the report and ends the program. */
struct kcd_run {
  const struct kcd_options *options;
  struct kcd_report *report;
  struct kcd_style style;
  char *raw_output;   /* --emit: this text goes out instead of the report; owned */
  FILE *spool;        /* what the report reads back when it is written; NULL: nothing; closed by main */
  char *if_unwritten; /* what the caller has to know if the report cannot be written; NULL: nothing; owned */
};

struct kcd_command {
  const char *name;
  unsigned bit;         /* enum kcd_command_bit */
  const char *schema;   /* of its JSON document */
  const char *operands; /* for the synopsis */
  const char *summary;  /* one line */
  const char *doc;      /* paragraph for --help */
  /* Does the work and returns the exit status (exit_status.h). */
  int (*run)(struct kcd_run *run);
};

extern const struct kcd_command kcd_commands[];
extern const size_t kcd_n_commands;

const struct kcd_command *kcd_command_find(const char *name);
/* The command or option whose name is nearest to a mistyped one, or NULL when none is near. */
const char *kcd_nearest_command(const char *name);

int kcd_cmd_check(struct kcd_run *run);
int kcd_cmd_apply(struct kcd_run *run);
int kcd_cmd_undo(struct kcd_run *run);
int kcd_cmd_history(struct kcd_run *run);
int kcd_cmd_probe(struct kcd_run *run);
int kcd_cmd_audit(struct kcd_run *run);
int kcd_cmd_explain(struct kcd_run *run);
int kcd_cmd_hosts(struct kcd_run *run);
int kcd_cmd_stand_in(struct kcd_run *run);
int kcd_cmd_doctor(struct kcd_run *run);

/* Shows the error on stderr, adds it to the report and gives the exit status that it means. */
int kcd_run_failed(struct kcd_run *run, const struct kcd_error *err);

#endif
