#include <stdarg.h>
#include <stdlib.h>

#include <kcdfix/text.h>

#include "checks.h"

const char *kcd_check_state_name(enum kcd_check_state state)
{
  static const char *const names[] = {
      [KCD_CHECK_OK] = "ok",
      [KCD_CHECK_WARNING] = "warning",
      [KCD_CHECK_FAULT] = "fault",
      [KCD_CHECK_NOT_TRIED] = "not-tried",
  };
  return names[state];
}

void kcd_doctor_done(struct kcd_doctor *doctor)
{
  for (size_t i = 0; i < doctor->n; i++) {
    struct kcd_check *check = &doctor->checks[i];
    free(check->subject);
    free(check->message);
    free(check->remedy);
    free(check->id);
    free(check->said);
  }
  free(doctor->checks);
  free(doctor->domain);
  free(doctor->next);
  *doctor = (struct kcd_doctor){.n = 0};
}

size_t kcd_doctor_count(const struct kcd_doctor *doctor, enum kcd_check_state state)
{
  size_t n = 0;
  for (size_t i = 0; i < doctor->n; i++)
    n += doctor->checks[i].state == state;
  return n;
}

/* ---- one line ---- */

struct kcd_check *check_add(struct kcd_doctor *doctor, const char *name, const char *label, const char *subject)
{
  doctor->checks = kcd_reallocarray(doctor->checks, doctor->n + 1, sizeof(*doctor->checks));
  struct kcd_check *check = &doctor->checks[doctor->n++];
  *check =
      (struct kcd_check){.name = name, .label = label, .state = KCD_CHECK_NOT_TRIED, .subject = kcd_strdup(subject)};
  return check;
}

static void set_safe(char **to, const char *text)
{
  free(*to);
  *to = kcd_is_displayable(text) ? kcd_strdup(text) : kcd_safe(text);
}

void check_say(struct kcd_check *check, enum kcd_check_state state, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  KCD_AUTO_CHAR text = kcd_vasprintf(format, args);
  va_end(args);
  check->state = state;
  set_safe(&check->message, text);
}

void check_remedy(struct kcd_check *check, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  KCD_AUTO_CHAR text = kcd_vasprintf(format, args);
  va_end(args);
  set_safe(&check->remedy, text);
}

void check_id(struct kcd_check *check, const char *id)
{
  free(check->id);
  check->id = kcd_strdup(id);
}

void check_error(struct kcd_check *check, enum kcd_check_state state, const struct kcd_error *err)
{
  check_say(check, state, "%s", err->message);
  if (err->next[0] != '\0')
    check_remedy(check, "%s", err->next);
  if (err->id[0] != '\0')
    check_id(check, err->id);
  if (err->server_text[0] != '\0')
    set_safe(&check->said, err->server_text);
}

/* ---- all of them ---- */

static const char *domain_of(const struct kcd_machine *machine)
{
  return machine->talk.dc_domain != NULL ? machine->talk.dc_domain : machine->network.domain;
}

/* The first fault is mended first: what is behind it may follow from it. */
static char *next_step(const struct kcd_machine *machine, const struct kcd_doctor *doctor)
{
  for (size_t i = 0; i < doctor->n; i++)
    if (doctor->checks[i].state == KCD_CHECK_FAULT && doctor->checks[i].remedy != NULL)
      return kcd_strdup(doctor->checks[i].remedy);
  bool mended = kcd_doctor_count(doctor, KCD_CHECK_FAULT) == 0;
  const char *context = machine->context == NULL ? "" : machine->context;
  KCD_AUTO_CHAR host = machine->rights.host == NULL ? NULL : kcd_shell_word(machine->rights.host);
  const char *operands = host != NULL ? host : mended ? "HOST SPN" : "";
  return kcd_asprintf("kcdfix %s%s%s%s%s", mended ? "check" : "doctor", context[0] == '\0' ? "" : " ", context,
                      operands[0] == '\0' ? "" : " ", operands);
}

void kcd_doctor_judge(const struct kcd_machine *machine, struct kcd_doctor *ret)
{
  struct kcd_doctor doctor = {.domain = kcd_strdup(domain_of(machine))};
  check_config(machine, &doctor);
  check_names(machine, &doctor);
  check_ports(machine, &doctor);
  check_clock(machine, &doctor);
  check_ticket(machine, &doctor);
  check_enctypes(machine, &doctor);
  check_login(machine, &doctor);
  check_keytab(machine, &doctor);
  check_rights(machine, &doctor);
  check_records(machine, &doctor);
  doctor.next = next_step(machine, &doctor);
  *ret = doctor;
}
