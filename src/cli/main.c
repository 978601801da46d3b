/* kcdfix: the one place that ends the program. */
#include <fcntl.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#include "commands.h"
#include "exit_status.h"
#include "interrupt.h"
#include "output.h"
#include "stand_in_store.h"
#include "terminal.h"

/* Keys and tickets are in memory: no core dump may hold them. */
static void forbid_core_dumps(void)
{
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

/* A standard stream that is closed would give its number to the next socket, and what is printed would go to a server.
 * The placeholder refuses what the stream is for, so that a loss is still an error. */
static bool occupy_closed_streams(void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
      return false;
  return true;
}

static void print_usage(FILE *out)
{
  fputs("usage: kcdfix COMMAND [OPTION...] [OPERAND...]\n\n", out);
  for (size_t i = 0; i < kcd_n_commands; i++) {
    const struct kcd_command *command = &kcd_commands[i];
    KCD_AUTO_CHAR synopsis = kcd_asprintf("kcdfix %s %s", command->name, command->operands);
    fprintf(out, "  %-32s %s\n", synopsis, command->summary);
  }
  fputs("\nStart with: kcdfix check HOST SPN, for example: kcdfix check CORE2016 cifs/2016GUI\n"
        "Options of a command: kcdfix COMMAND --help. Manual: man kcdfix\n",
        out);
}

static bool use_color(const struct kcd_options *options)
{
  if (options->color != KCD_AUTO_COLOR)
    return options->color == KCD_ALWAYS;
  const char *no_color = getenv("NO_COLOR"); /* no-color.org: present and not empty */
  return isatty(STDOUT_FILENO) && !options->output && !(no_color && *no_color);
}

/* Schema of the document of the run: a signal handler's has no other way to it. */
static const char *schema;

static char *interrupted_document(const char *message, const char *next)
{
  KCD_AUTO(kcd_report) report = kcd_report_new(schema, time(NULL));
  struct kcd_error interrupted = KCD_ERROR_INIT;
  kcd_fail(&interrupted, KCD_E_INTERRUPTED, "%s", message);
  kcd_error_id(&interrupted, "interrupted");
  if (next)
    kcd_error_next(&interrupted, "%s", next);
  kcd_report_error(report, &interrupted);
  const struct kcd_style style = {.format = KCD_FORMAT_JSON};
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  if (!out)
    return NULL;
  struct kcd_error ignored = KCD_ERROR_INIT;
  kcd_report_write(report, KCD_EXIT_INTERRUPTED, &style, out, &ignored);
  fclose(out);
  return text;
}

/* Writes what the command found. A result that cannot be written is not known to the caller: status 3. */
static int write_result(struct kcd_run *run, int status)
{
  kcd_interrupt_no_document();
  bool told = status == KCD_EXIT_CANNOT_TELL && ferror(stdout); /* kcd_check_shown did */
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_write_output(run, status, &err) == 0)
    return status;
  if (told)
    return KCD_EXIT_CANNOT_TELL;
  kcd_error_id(&err, "output-not-written");
  if (run->if_unwritten)
    kcd_error_next(&err, "%s", run->if_unwritten);
  kcd_show_error(&err);
  return KCD_EXIT_CANNOT_TELL;
}

/* The options have told that it is another document. */
static void begin_anew(struct kcd_report **report)
{
  kcd_report_free(*report);
  *report = kcd_report_new(schema, time(NULL));
}

static int run_command(const struct kcd_command *command, int argc, char **argv)
{
  bool json = kcd_wants_json(argc, argv);
  struct kcd_options options = {0};
  struct kcd_run run = {.options = &options, .style = {.format = json ? KCD_FORMAT_JSON : KCD_FORMAT_TEXT}};
  KCD_AUTO(kcd_report) report = kcd_report_new(command->schema, time(NULL));
  run.report = report;
  if (command->bit & (KCD_CMD_APPLY | KCD_CMD_UNDO))
    kcd_report_mode(report, command->name);
  struct kcd_error err = KCD_ERROR_INIT;
  int parsed = kcd_options_parse(command, argc, argv, &options, &err);
  if (parsed > 0) {
    kcd_options_done(&options);
    return kcd_close_stdout() == 0 ? KCD_EXIT_OK : KCD_EXIT_CANNOT_TELL;
  }
  if (parsed == 0)
    run.style.format = options.format;
  run.style.quiet = options.quiet;
  run.style.verbose = options.verbose;
  run.style.color = use_color(&options);
  run.style.width = kcd_terminal_width(stdout);
  schema = options.trace && command->bit == KCD_CMD_EXPLAIN ? "kcdfix.trace/1" : command->schema;
  if (parsed == 0 && schema != command->schema) {
    begin_anew(&report);
    run.report = report;
  }
  kcd_interrupt_init(json ? interrupted_document : NULL);
  if (parsed == 0 && command->bit != KCD_CMD_STAND_IN)
    kcd_stand_in_remind();
  int status = parsed < 0 ? kcd_run_failed(&run, &err) : command->run(&run);
  status = write_result(&run, status);
  free(run.raw_output);
  free(run.if_unwritten);
  if (run.spool)
    fclose(run.spool);
  kcd_options_done(&options);
  return status;
}

static int unknown_command(const char *name)
{
  KCD_AUTO_CHAR safe = kcd_safe(name);
  const char *nearest = kcd_nearest_command(name);
  if (nearest)
    kcd_message("there is no command %s; did you mean kcdfix %s?", safe, nearest);
  else
    kcd_message("there is no command %s; kcdfix --help lists them", safe);
  return KCD_EXIT_USAGE;
}

int main(int argc, char **argv)
{
  if (!occupy_closed_streams())
    return KCD_EXIT_CANNOT_TELL;
  forbid_core_dumps();
  umask(077);
  setlocale(LC_CTYPE, "C.UTF-8");
  if (argc < 2) {
    print_usage(stderr);
    return KCD_EXIT_USAGE;
  }
  const char *name = argv[1];
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
    print_usage(stdout);
    return kcd_close_stdout() == 0 ? KCD_EXIT_OK : KCD_EXIT_CANNOT_TELL;
  }
  if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
    puts("kcdfix " KCDFIX_VERSION);
    return kcd_close_stdout() == 0 ? KCD_EXIT_OK : KCD_EXIT_CANNOT_TELL;
  }
  const struct kcd_command *command = kcd_command_find(name);
  if (!command)
    return unknown_command(name);
  return run_command(command, argc - 1, argv + 1);
}
