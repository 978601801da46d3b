/* own_ticket.h - whose tickets can stand for the user's own: --user-ccache, or the login where it is that user. */
#ifndef KCDFIX_CLI_OWN_TICKET_H
#define KCDFIX_CLI_OWN_TICKET_H

#include <kcdfix/login.h>

#include "options.h"

/* The full name of a credential cache of USER ("alice" or "alice@REALM") in REALM, owned by the caller; NULL where
 * there is none or no probe is asked for. LOGIN is the login of this run; NULL: none was opened, so the cache that a
 * login would take is looked at. Fails only for --user-ccache: KCD_E_USAGE (id user-ccache-of-other-user) where it is
 * another user's, else as kcd_login_open. */
int kcd_own_ticket(const struct kcd_options *options, const struct kcd_login *login, const char *user,
                   const char *realm, char **ret, struct kcd_error *err);

#endif
