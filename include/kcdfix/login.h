/* login.h - who kcdfix is: the login's credential cache, and tickets for the services it talks to.
 *
 * GSSAPI inside libldap takes its credentials and its krb5.conf from the process's environment, so this module sets
 * KRB5CCNAME and KRB5_CONFIG of the process. Passwords are wiped after use; tickets got by password live in a MEMORY
 * cache.
 */
#ifndef KCDFIX_LOGIN_H
#define KCDFIX_LOGIN_H

#include <stdint.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/error.h>

struct kcd_login;

struct kcd_login_options {
  const char *ccache; /* --ccache; NULL: the default credential cache */
  const char *user;   /* --login-user: own ticket by PASSWORD into memory; NULL: use the cache */
  char *password;     /* with user; wiped by kcd_login_open, which keeps a copy until a KDC has answered */
  const char *realm;  /* --realm; NULL: from the user, the cache, or krb5.conf */
  int timeout_ms;
  void (*trace)(void *data, const char *line);
  void *trace_data;
};

/* Opens the cache, or notes user and password; no packet is sent. Fails with KCD_E_NOT_AUTHENTICATED and says which
 * cache is empty, missing, unreadable or holds only an expired ticket (id no-ticket, ticket-expired), and what to type.
 */
int kcd_login_open(const struct kcd_login_options *options, struct kcd_login **ret, struct kcd_error *err);

/* The principal, e.g. "admin@KCD.TEST", and its realm, e.g. "KCD.TEST". Borrowed. */
const char *kcd_login_principal(const struct kcd_login *login);
const char *kcd_login_realm(const struct kcd_login *login);
/* Full name of its credential cache, "FILE:/tmp/krb5cc_0"; borrowed. */
const char *kcd_login_ccache(const struct kcd_login *login);
/* Name of the default realm of this machine's krb5.conf, NULL if there is none; owned by the caller. */
char *kcd_default_realm(void);

/* Pins the KDC of REALM to HOST (port 0: 88) for this process and gets, through it, the TGT (with user and password)
 * and a ticket for ldap/HOST. Every KDC exchange obeys the time limit. Fails with KCD_E_NOT_AUTHENTICATED for a wrong
 * password (id wrong-password; tried once only, and the message says that it counts towards lockout), an expired
 * ticket, clock skew (id clock-skew); with KCD_E_UNREACHABLE for a KDC that does not answer (id kdc-unreachable). */
int kcd_login_start(struct kcd_login *login, const char *realm, const char *host, uint16_t kdc_port,
                    struct kcd_error *err);

/* Requests sent to a KDC so far. */
unsigned kcd_login_requests(const struct kcd_login *login);

void kcd_login_close(struct kcd_login *login);
static inline void kcd_login_free(struct kcd_login *login)
{
  kcd_login_close(login);
}
KCD_DEFINE_AUTO(kcd_login)

#endif
