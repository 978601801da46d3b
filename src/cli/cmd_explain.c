/* kcdfix explain: what an error means, and which command to run next. Nothing is asked of anybody. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <kcdfix/alloc.h>
#include <kcdfix/explain.h>
#include <kcdfix/text.h>

#include "commands.h"
#include "exit_status.h"
#include "file.h"
#include "trace_file.h"

#define INPUT_MAX ((size_t)4 << 20) /* of an export of events the beginning will do */

static char *decoded(int fd, const char *name, struct kcd_error *err)
{
  struct kcd_buf raw;
  bool cut = false;
  int rc = kcd_read_stream(fd, name, INPUT_MAX, &raw, &cut, err);
  char *text = rc == 0 ? kcd_decode_text(raw.data, raw.len) : NULL;
  kcd_buf_done(&raw);
  if (cut)
    kcd_message("only the first %zu MiB of %s are read", INPUT_MAX >> 20, name);
  return text;
}

static char *text_of_file(const char *path, struct kcd_error *err)
{
  KCD_AUTO_CHAR name = kcd_safe(path);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    kcd_fail_errno(err, KCD_E_USAGE, errno, "cannot read %s", name);
    return NULL;
  }
  char *text = decoded(fd, name, err);
  close(fd);
  return text;
}

/* Several words are one text: kcdfix explain event 13000. */
static char *text_of_operands(const struct kcd_options *options)
{
  struct kcd_buf text;
  kcd_buf_init(&text, INPUT_MAX);
  for (size_t i = 0; i < options->n_operands; i++) {
    kcd_buf_add_text(&text, i > 0 ? " " : "");
    kcd_buf_add_text(&text, options->operands[i]);
  }
  return kcd_buf_take_text(&text);
}

/* What is to be explained; owned by the caller; NULL with ERR. */
static char *input_of(const struct kcd_options *options, struct kcd_error *err)
{
  bool dash = options->n_operands == 1 && strcmp(options->operands[0], "-") == 0;
  if (options->file != NULL && options->n_operands > 0)
    kcd_fail(err, KCD_E_USAGE, "explain takes a text or --file, not both");
  else if (options->file != NULL)
    return text_of_file(options->file, err);
  else if (dash)
    return decoded(STDIN_FILENO, "standard input", err);
  else if (options->n_operands > 0)
    return text_of_operands(options);
  else
    kcd_fail(err, KCD_E_USAGE, "explain needs a code, an event or a text; - reads standard input");
  kcd_error_next(err, "kcdfix explain 0x80070005");
  return NULL;
}

static int unknown(struct kcd_run *run, const struct kcd_explanation *explanation)
{
  struct kcd_error err = KCD_ERROR_INIT;
  if (explanation->known_as != NULL)
    kcd_fail(&err, KCD_E_NOT_FOUND, "%s is not known as a symptom of delegation", explanation->known_as);
  else
    kcd_fail(&err, KCD_E_NOT_FOUND, "no symptom that kcdfix knows is in that text");
  kcd_error_id(&err, "unknown-symptom");
  kcd_error_next(&err, "paste the whole event: kcdfix explain -");
  return kcd_run_failed(run, &err);
}

/* Whether the answer to a request is there, but not what it says: it may be a refusal. */
static bool has_unreadable_answer(const struct kcd_trace_result *trace)
{
  for (size_t i = 0; i < trace->n; i++)
    for (size_t s = 0; s < trace->v[i].n; s++) {
      const struct kcd_trace_step *step = &trace->v[i].steps[s];
      if (step->answered != 0 && step->answer.outcome == KCD_NOT_TRIED)
        return true;
    }
  return false;
}

static bool has_refused_delegation(const struct kcd_trace_result *trace)
{
  for (size_t i = 0; i < trace->n_failures; i++)
    if (trace->failures[i].delegation)
      return true;
  return false;
}

/* Status 1 where a step of delegation was refused; 3 where that cannot be told. */
static int explain_trace(struct kcd_run *run)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_trace_result trace = {0};
  int damaged = kcd_read_trace(run, &trace, &err);
  if (damaged < 0)
    return kcd_run_failed(run, &err);
  kcd_report_trace(run->report, run->options->trace, kcd_trace_port(run->options), &trace);
  int status = KCD_EXIT_OK;
  if (has_refused_delegation(&trace))
    status = KCD_EXIT_PROBLEM;
  else if (damaged > 0 || trace.n == 0 || has_unreadable_answer(&trace))
    status = KCD_EXIT_CANNOT_TELL;
  kcd_trace_result_done(&trace);
  return status;
}

int kcd_cmd_explain(struct kcd_run *run)
{
  if (run->options->trace)
    return explain_trace(run);
  struct kcd_error err = KCD_ERROR_INIT;
  KCD_AUTO_CHAR text = input_of(run->options, &err);
  if (text == NULL)
    return kcd_run_failed(run, &err);
  struct kcd_explanation explanation;
  kcd_explain(text, &explanation);
  kcd_report_explanation(run->report, &explanation);
  int status = explanation.n > 0 ? KCD_EXIT_OK : unknown(run, &explanation);
  kcd_explanation_done(&explanation);
  return status;
}
