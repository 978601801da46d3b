/* session.h - one login and one domain controller for one run. */
#ifndef KCDFIX_CLI_SESSION_H
#define KCDFIX_CLI_SESSION_H

#include <kcdfix/directory.h>
#include <kcdfix/login.h>
#include <kcdfix/report.h>

#include "options.h"
#include "progress.h"

struct kcd_session {
  struct kcd_login *login;
  struct kcd_dir *dir;
  char *server;             /* DNS name of the DC, as it was asked */
  struct kcd_dir **retired; /* connections that were replaced: facts borrow the DC from them */
  size_t n_retired;
  char **unreached; /* names of DCs that DNS named first and that did not answer */
  size_t n_unreached;
  struct kcd_progress reading; /* between the two calls about it */
  bool writable;               /* a read-only DC is of no use: set before connecting, obeyed where DNS is asked */
};

/* Opens the credential cache or takes the password; no packet is sent. */
int kcd_session_login(const struct kcd_options *options, struct kcd_session *ret, struct kcd_error *err);
/* Finds a domain controller, logs in to it and binds. SERVER, when not NULL, names the DC and wins over DNS; --server
 * and --uri win over both. With DNS the next DC is asked when one does not answer, and a message says so. */
int kcd_session_connect(struct kcd_session *session, const struct kcd_options *options, const char *server,
                        struct kcd_error *err);
/* KCD_E_USAGE, and the name of a writable DC, where the session's DC is read-only. */
int kcd_session_refuse_read_only(const struct kcd_session *session, struct kcd_error *err);
/* Adds the DC that answered, and those that did not, to a report. */
void kcd_session_report(const struct kcd_session *session, struct kcd_report *report, enum kcd_flavour flavour);
/* A new connection to the same DC, for after an answer was lost; the old one is kept until the end. */
int kcd_session_reconnect(struct kcd_session *session, const struct kcd_options *options, struct kcd_error *err);
/* Between the two, how many objects came from the directory is shown to a person who waits for long. Nothing else is
 * said meanwhile. */
void kcd_session_reading(struct kcd_session *session, const struct kcd_options *options);
void kcd_session_read(struct kcd_session *session);
void kcd_session_done(struct kcd_session *session);

/* Whether the DC that calls itself DC is the one meant by HOST and --domain: by its name, of that domain. */
int kcd_session_check_dc(const struct kcd_options *options, const char *host, const struct kcd_dc *dc,
                         struct kcd_error *err);
/* The DNS domain that the options or the login's realm name; owned by the caller; KCD_E_USAGE when nothing does. */
char *kcd_session_domain(const struct kcd_options *options, const char *login_realm, struct kcd_error *err);
/* The user to delegate: --as, else the name of the login principal. Owned by the caller. */
char *kcd_session_user(const struct kcd_session *session, const char *as);
/* The options that a command needs in order to reach the same domain as the same login, quoted: "-S dc1"; "" if none.
 * Owned by the caller. */
char *kcd_session_context(const struct kcd_options *options);

/* For the trace members of the adapters: a line on stderr with -vv. */
void kcd_trace(void *data, const char *line);

#endif
