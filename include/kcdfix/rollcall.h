/* rollcall.h - the same objects read on every domain controller of the domain, all of them at the same time. */
#ifndef KCDFIX_ROLLCALL_H
#define KCDFIX_ROLLCALL_H

#include <kcdfix/directory.h>
#include <kcdfix/replicas.h>

/* The DCs of the domain as the directory names them: computer accounts with SERVER_TRUST_ACCOUNT or
 * PARTIAL_SECRETS_ACCOUNT, and the server objects of the configuration partition for their sites (MS-ADTS 6.1.1.2.2.1);
 * one flight. They are added to RET, which may hold names from DNS already. */
int kcd_controllers_read(struct kcd_dir *dir, struct kcd_controllers *ret, struct kcd_error *err);

struct kcd_rollcall;

/* Prepares to read N_GUIDS objects (by objectGUID; copied) on every DC of LIST (borrowed). No packet is sent. Of
 * OPTIONS the host is not used; each DC has the time limit for itself. */
struct kcd_rollcall *kcd_rollcall_new(const struct kcd_controllers *list, const uint8_t (*guids)[16], size_t n_guids,
                                      const struct kcd_dir_options *options);
/* What is known of each DC, in the order of the list. Borrowed; good until the next reading. */
struct kcd_replicas *kcd_rollcall_replicas(struct kcd_rollcall *rollcall);
/* Gives up on a DC with this reason (no ticket for it, for example): it is not asked. */
void kcd_rollcall_skip(struct kcd_rollcall *rollcall, size_t index, const struct kcd_error *why);
/* Reads the objects on each DC that is WANTED (NULL: all), no more than 16 at a time, each on a connection of its own
 * that stays open for the next reading; fills the replicas. A ticket for ldap/NAME must be in the login's cache. A DC
 * that does not answer, or not as one of this domain, is not reached, and its error says why. */
void kcd_rollcall_read(struct kcd_rollcall *rollcall, const char *domain, const bool *wanted);
void kcd_rollcall_free(struct kcd_rollcall *rollcall); /* NULL is accepted */
KCD_DEFINE_AUTO(kcd_rollcall)

#endif
