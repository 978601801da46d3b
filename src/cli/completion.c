/* Prints the bash completion from the command and option tables; run by the build. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"

static void print_commands(void)
{
  for (size_t i = 0; i < kcd_n_commands; i++)
    printf("%s%s", i ? " " : "", kcd_commands[i].name);
}

static void print_options_of(const struct kcd_command *command)
{
  printf("    %s) options='", command->name);
  for (size_t i = 0; i < kcd_n_option_rows; i++)
    if (kcd_option_rows[i].commands & command->bit)
      printf("--%s ", kcd_option_rows[i].name);
  printf("--help' ;;\n");
}

/* An option may have a row for some commands and one for others: the words are those of the command. */
static bool is_of_all(const struct kcd_option_row *row)
{
  for (size_t i = 0; i < kcd_n_option_rows; i++)
    if (&kcd_option_rows[i] != row && strcmp(kcd_option_rows[i].name, row->name) == 0)
      return false;
  return true;
}

/* "check,-k|check,--keytab" as a pattern of a case; "*" stands for every command. */
static void print_pattern_of(const char *command, const struct kcd_option_row *row)
{
  if (row->letter)
    printf("%s,-%c|", command, row->letter);
  printf("%s,--%s", command, row->name);
}

static void print_pattern(const struct kcd_option_row *row)
{
  const char *between = "";
  if (is_of_all(row)) {
    print_pattern_of("*", row);
    return;
  }
  for (size_t i = 0; i < kcd_n_commands; i++) {
    if (!(kcd_commands[i].bit & row->commands))
      continue;
    printf("%s", between);
    print_pattern_of(kcd_commands[i].name, row);
    between = "|";
  }
}

static void print_argument_of(const struct kcd_option_row *row)
{
  if (!row->arg)
    return;
  printf("    ");
  print_pattern(row);
  switch (row->completes) {
  case KCD_COMPLETES_FILE:
    printf(") mapfile -t COMPREPLY < <(compgen -f -- \"$current\") ; return ;;\n");
    break;
  case KCD_COMPLETES_WORDS:
    printf(") mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$current\") ; return ;;\n", row->words);
    break;
  case KCD_COMPLETES_NOTHING:
    printf(") return ;;\n");
    break;
  }
}

int main(void)
{
  printf("# bash completion for kcdfix; written by the build from the option table\n"
         "_kcdfix()\n{\n  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} options=''\n"
         "  COMPREPLY=()\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    mapfile -t COMPREPLY < <(compgen -W '");
  print_commands();
  printf(" --help --version' -- \"$current\")\n    return\n  fi\n  case ${COMP_WORDS[1]},$previous in\n");
  for (size_t i = 0; i < kcd_n_option_rows; i++)
    print_argument_of(&kcd_option_rows[i]);
  printf("  esac\n  case ${COMP_WORDS[1]} in\n");
  for (size_t i = 0; i < kcd_n_commands; i++)
    print_options_of(&kcd_commands[i]);
  printf("  esac\n  case $current in\n    -*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\") ;;\n"
         "  esac\n}\ncomplete -F _kcdfix kcdfix\n");
  return fflush(stdout) == 0 ? 0 : 1;
}
