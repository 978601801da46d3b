/* dir.h - the inside of a connection, for the files of src/directory alone. */
#ifndef KCDFIX_DIRECTORY_DIR_H
#define KCDFIX_DIRECTORY_DIR_H

#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <ldap.h>

#include <kcdfix/clock.h>
#include <kcdfix/directory.h>

/* What a server may make this process hold in memory. An honest answer stays far below. */
#define DIR_MAX_MESSAGE ((ber_len_t)32 << 20) /* one LDAP message */
#define DIR_MAX_ANSWER ((size_t)256 << 20)    /* all answers of one flight */
#define DIR_MAX_ENTRIES ((size_t)1000000)     /* of one search */
#define DIR_MAX_ATTRIBUTES ((size_t)1000)     /* of one entry */
#define DIR_MAX_VALUES ((size_t)1000000)      /* of one attribute */
#define DIR_MAX_EMPTY_PAGES 100u              /* one after the other */

/* Answers that are kept: none, those of steady searches, or all. */
enum recall_mode { RECALL_NOTHING, RECALL_STEADY, RECALL_ALL };
struct recall {
  enum recall_mode mode;
  void *kept, *steady; /* trees of search.h */
  size_t size;         /* of all that was kept since the beginning */
};

struct kcd_dir {
  LDAP *ld;
  char *host;
  char *where; /* "dc1.kcd.test:389", for messages */
  uint16_t port;
  bool tls;
  bool lost; /* the connection broke: libldap would open another one, not authenticated */
  int timeout_ms;
  int64_t opened_at; /* while it is being opened, else 0: the whole of that has one time limit */
  void (*trace)(void *data, const char *line);
  void *trace_data;
  void (*watch)(void *data); /* each object that comes in; NULL: nobody waits */
  void *watch_data;
  unsigned requests;
  char *dc_account; /* sAMAccountName of the DC, from its RootDSE */
  uint8_t peer[16]; /* the address that was connected to */
  uint8_t peer_len; /* 4 or 16; 0: not known */
  struct kcd_dc dc;
  char *ping; /* domain to ping for; NULL: none, or done */
  bool pinged;
  struct kcd_netlogon netlogon; /* with pinged */
  struct recall recall;
};

static inline void dir_message_freep(LDAPMessage **message)
{
  if (*message != NULL)
    ldap_msgfree(*message);
}
#define DIR_AUTO_MESSAGE __attribute__((cleanup(dir_message_freep))) LDAPMessage *

static inline void dir_memory_freep(char **text)
{
  ldap_memfree(*text);
}
#define DIR_AUTO_TEXT __attribute__((cleanup(dir_memory_freep))) char *

static inline void dir_controls_freep(LDAPControl ***controls)
{
  ldap_controls_free(*controls);
}
#define DIR_AUTO_CONTROLS __attribute__((cleanup(dir_controls_freep))) LDAPControl **

/* ---- recall.c ---- */

void recall_done(struct kcd_dir *dir);

/* ---- wait.c ---- */

/* What is left of the time limit of a step that began at BEGIN; always enough for a server that is quick, however long
 * this machine took for itself. */
int dir_left_ms(const struct kcd_dir *dir, int64_t begin);
/* The next message for MSGID (or LDAP_RES_ANY), or all messages of it with LDAP_MSG_ALL. 1: RET is set; 0: none came
 * within MS; -1: the connection is broken, err is set. */
int dir_wait(struct kcd_dir *dir, int msgid, int all, int ms, LDAPMessage **ret, struct kcd_error *err);
/* Counts a request and shows it. */
void dir_sent(struct kcd_dir *dir, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- hurry.c ---- */

/* Between the two, this thread's look-ups of names ask no DNS server. */
struct dir_hurry {
  bool done;
  int servers;
};
void dir_hurry(struct dir_hurry *saved);
void dir_hurry_end(struct dir_hurry *saved);

/* ---- deadline.c ---- */

/* Between the two, the socket FD is shut down once MS are over. False: it cannot be watched. */
struct dir_deadline {
  pthread_t thread;
  int fd, wake, ms;
  bool passed; /* the other thread's until dir_deadline_end */
};
bool dir_deadline(struct dir_deadline *deadline, int fd, int ms);
/* Whether the time was over. */
bool dir_deadline_end(struct dir_deadline *deadline);

/* ---- errors.c ---- */

/* "insufficientAccessRights" for 50 (RFC 4511 appendix A), "serverDown" for libldap's own codes; "other" if unknown. */
const char *dir_result_name(int result);
/* Sets err from an LDAP result: WHAT is the outermost context, TEXT what the server said (NULL for nothing). */
int dir_fail(const struct kcd_dir *dir, int result, const char *text, struct kcd_error *err, const char *what);
/* As dir_fail, with the code and text that libldap keeps for its last call. */
int dir_fail_last(const struct kcd_dir *dir, struct kcd_error *err, const char *what);
/* Keeps what the server said; NULL for nothing. Returns -1. */
int dir_said(struct kcd_error *err, const char *text);
/* The server did not answer in time. */
int dir_fail_timeout(const struct kcd_dir *dir, struct kcd_error *err);
/* The server's answer cannot be believed or held. */
int dir_fail_answer(const struct kcd_dir *dir, struct kcd_error *err, const char *what);

/* ---- socket.c ---- */

/* A non-blocking TCP connection to one of HOST's addresses, close-on-exec. */
int dir_socket_connect(const char *host, uint16_t port, int timeout_ms, int *ret, struct kcd_error *err);
/* The addresses of HOST for PORT until DEADLINE (kcd_now_ms), as dir_socket_connect looks them up; freeaddrinfo. Fails
 * with id dc-unreachable. */
int dir_addresses(const char *host, uint16_t port, int64_t deadline, struct addrinfo **ret, struct kcd_error *err);

/* ---- rootdse.c ---- */

/* Behind the next comma that separates components of a DN; NULL at its end. */
const char *dir_next_component(const char *dn);
/* "Site" of "CN=DC1,CN=Servers,CN=Site,CN=Sites,CN=Configuration,..."; NULL if the DN is another. Owned by the caller.
 */
char *dir_site_of(const char *server_dn);
int dir_read_rootdse(struct kcd_dir *dir, struct kcd_error *err);
/* Once more behind the login: only that answer is the DC's for certain, and it replaces the first. Fails where name,
 * domain or realm, which the login rests on, are others than before. */
int dir_read_rootdse_again(struct kcd_dir *dir, struct kcd_error *err);

/* ---- decode.c ---- */

/* Adds the values of ENTRY to TO. For an attribute of which the server sent only a part, RANGED is called with its name
 * and the number of the first value that is missing. *BUDGET is what may still be held, in bytes. */
typedef void dir_ranged_fn(void *data, const char *attribute, uint64_t next);
int dir_decode_entry(struct kcd_dir *dir, LDAPMessage *message, struct kcd_entry *to, size_t *budget,
                     dir_ranged_fn *ranged, void *data, struct kcd_error *err);
/* The DN of an entry; owned by the caller. NULL if it cannot be read. */
char *dir_entry_dn(struct kcd_dir *dir, LDAPMessage *message);

/* ---- range.c ---- */

/* Takes "attr;range=0-1499" apart (MS-ADTS 3.1.1.3.1.3.3): NAME is cut at the option, *NEXT is the first value that is
 * missing, 0 after the last ("-*"). False where there is no such option; NAME is left alone then. */
bool dir_range_split(char *name, uint64_t *next);
/* "attr;range=1500-*"; owned by the caller. */
char *dir_range_attribute(const char *name, uint64_t first);

#endif
