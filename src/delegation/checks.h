/* checks.h - the lines of kcdfix doctor in the making. */
#ifndef KCDFIX_DELEGATION_CHECKS_H
#define KCDFIX_DELEGATION_CHECKS_H

#include <kcdfix/doctor.h>

/* A new line; the pointer is good until the next call. SUBJECT NULL: about nothing in particular. */
struct kcd_check *check_add(struct kcd_doctor *doctor, const char *name, const char *label, const char *subject);
/* Sets its state and what it says; made terminal-safe here. */
void check_say(struct kcd_check *check, enum kcd_check_state state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void check_remedy(struct kcd_check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
void check_id(struct kcd_check *check, const char *id);
/* Takes message, next trial, id and the server's words of ERR. */
void check_error(struct kcd_check *check, enum kcd_check_state state, const struct kcd_error *err);

/* The lines, in the order of the output. */
void check_config(const struct kcd_machine *machine, struct kcd_doctor *doctor);
void check_names(const struct kcd_machine *machine, struct kcd_doctor *doctor);
void check_ports(const struct kcd_machine *machine, struct kcd_doctor *doctor);
void check_clock(const struct kcd_machine *machine, struct kcd_doctor *doctor);
void check_ticket(const struct kcd_machine *machine, struct kcd_doctor *doctor);
void check_enctypes(const struct kcd_machine *machine, struct kcd_doctor *doctor);
void check_login(const struct kcd_machine *machine, struct kcd_doctor *doctor);
void check_keytab(const struct kcd_machine *machine, struct kcd_doctor *doctor);
void check_rights(const struct kcd_machine *machine, struct kcd_doctor *doctor);
void check_records(const struct kcd_machine *machine, struct kcd_doctor *doctor);

#endif
