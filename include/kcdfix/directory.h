/* directory.h - one LDAP connection to one domain controller: connect, bind, search, modify.
 *
 * The only module that knows libldap. What leaves it is plain: struct kcd_dc, struct kcd_entry, struct kcd_error.
 */
#ifndef KCDFIX_DIRECTORY_H
#define KCDFIX_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include <kcdfix/entry.h>
#include <kcdfix/error.h>
#include <kcdfix/facts.h>
#include <kcdfix/netlogon.h>

struct kcd_dir;

struct kcd_dir_options {
  const char *host; /* DNS name of the DC: also the name in the service principal ldap/HOST; no reverse look-up */
  uint16_t port;    /* 0: 389, or 636 with tls */
  bool tls;         /* ldaps:// */
  const char *ping; /* DNS name of a domain: the netlogon ping for it goes out with the first request; NULL: none */
  int timeout_ms;   /* for connecting and for each answer; the whole connect obeys it */
  void (*trace)(void *data, const char *line); /* -vv: one line a request; NULL for none */
  void *trace_data;
};

/* Connects (every address of HOST in turn, within the time limit), reads the RootDSE and fills kcd_dir_dc().
 * Fails with KCD_E_UNREACHABLE (id dc-unreachable) and names host, port and what happened. */
int kcd_dir_open(const struct kcd_dir_options *options, struct kcd_dir **ret, struct kcd_error *err);

/* SASL/GSSAPI with the process's credential cache (KRB5CCNAME). On ldap:// with signing and sealing, SSF of at least
 * 56; on ldaps:// with no SASL layer and tls-server-end-point channel binding. Fails with KCD_E_NOT_AUTHENTICATED, or
 * KCD_E_UNSUPPORTED where the server cannot do it (Samba 4.17 refuses GSSAPI inside TLS), or with id
 * "sasl-plugin-missing" where the GSSAPI plugin of cyrus-sasl is not installed.
 *
 * What the DC said of itself before the login may have been changed on the way, so it is asked again: kcd_dir_dc() is
 * filled anew (strings taken from it before are gone), and another name, domain or realm than before fails with
 * KCD_E_NOT_AUTHENTICATED, id "dc-changed-identity". */
int kcd_dir_bind(struct kcd_dir *dir, struct kcd_error *err);

void kcd_dir_close(struct kcd_dir *dir); /* NULL is accepted */
static inline void kcd_dir_free(struct kcd_dir *dir)
{
  kcd_dir_close(dir);
}
KCD_DEFINE_AUTO(kcd_dir)

/* The DC of this connection, from its RootDSE; flavour is refined by kcd_gather. Borrowed. */
struct kcd_dc *kcd_dir_dc(struct kcd_dir *dir);
/* The DC's answer to the ping; NULL where none was sent or none could be read. Borrowed. */
const struct kcd_netlogon *kcd_dir_ping(const struct kcd_dir *dir);
/* LDAP requests sent so far, binds included: for the benchmark and -vv. */
unsigned kcd_dir_requests(const struct kcd_dir *dir);

enum kcd_scope { KCD_BASE, KCD_ONE, KCD_SUBTREE };

/* Where a search that is read page by page stands; all zero before the first page. */
struct kcd_cursor {
  struct kcd_bytes cookie;
  unsigned empty_pages; /* one after the other */
  bool finished;        /* that was the last page */
};
void kcd_cursor_done(struct kcd_cursor *cursor);

struct kcd_search {
  const char *base; /* DN, "<GUID=...>", "<SID=...>" or "" for the RootDSE */
  enum kcd_scope scope;
  const char *filter;            /* NULL: (objectClass=*) */
  const char *const *attributes; /* NULL-terminated */
  unsigned limit;                /* stop after so many entries, 0: all of them, by pages */
  bool *cut;                     /* set where there are more than LIMIT, or than the server hands out; may be NULL */
  unsigned page;                 /* entries a page, 0: 500 */
  bool missing_is_empty;         /* noSuchObject (32), and a base that is no DN (34), give no entries and no error */
  bool owner_only;               /* nTSecurityDescriptor comes with its owner alone (LDAP_SERVER_SD_FLAGS_OID, MS-ADTS
                                  * 3.1.1.3.4.1.11): the whole of it takes rights that few have */
  bool best_effort;              /* a convenience: the server gets 1 s, and what was found by then is the answer */
  bool steady;                   /* does not change within the minutes of a run: kcd_dir_forget keeps the answer */
  struct kcd_cursor *cursor;     /* only the next page, from where this stands, and it moves on; NULL: all pages. So a
                                  * domain of any size goes through bounded memory */
};

/* Sends N searches together, then collects all answers; goes on with pages and value ranges (;range=) until complete.
 * RET is an array of N results, owned by the caller (kcd_entries_done each), filled on success only. Continuation
 * references are skipped. */
int kcd_dir_search(struct kcd_dir *dir, const struct kcd_search *searches, size_t n, struct kcd_entries *ret,
                   struct kcd_error *err);

/* Something to do while the server works; 0, or -1 with ERR to give the searches up. */
typedef int kcd_dir_meanwhile(void *data, struct kcd_error *err);
/* The same, and calls MEANWHILE (unless NULL) once, when the first searches are on their way and before an answer is
 * waited for. */
int kcd_dir_search_while(struct kcd_dir *dir, const struct kcd_search *searches, size_t n, struct kcd_entries *ret,
                         kcd_dir_meanwhile *meanwhile, void *data, struct kcd_error *err);

/* Calls WATCH with DATA for each object that comes in, for a person who waits; NULL: no longer. */
void kcd_dir_watch(struct kcd_dir *dir, void (*watch)(void *data), void *data);

/* From now on a search that was asked before in the same words is answered from memory, so that several readings see
 * one state of the directory and cost one. What was kept before is gone. */
void kcd_dir_remember(struct kcd_dir *dir);
/* Ends that: what is asked now is read anew, but for `steady` searches. */
void kcd_dir_forget(struct kcd_dir *dir);

/* One element of a modify: delete or add values of one attribute. There is no replace, on purpose. */
enum kcd_mod_op { KCD_MOD_ADD, KCD_MOD_DELETE };
struct kcd_mod {
  enum kcd_mod_op op;
  const char *attribute;
  struct kcd_values values; /* borrowed */
};

/* One Modify of the object with this objectGUID, and what became of it. What goes in is borrowed. `error`, where it is
 * set:
 *   KCD_E_CONFLICT           16 noSuchAttribute, 20 attributeOrValueExists: the object is not as it was
 *   KCD_E_DENIED             50, and 19 or 53 where the text of the server is about rights
 *   KCD_E_NOT_FOUND          32: the object is gone
 *   KCD_E_UNKNOWN_RESULT     sent, and no answer came
 *   KCD_E_REJECTED           anything else that the server said; its words are in server_text
 *   KCD_E_UNREACHABLE        the connection was gone before it could be sent */
struct kcd_modify {
  const uint8_t *guid; /* 16 bytes */
  const struct kcd_mod *mods;
  size_t n;
  uint64_t usn_before;    /* out: highestCommittedUSN as the server told it just before this Modify; 0: not told. Filled
                           * whenever it was told, for KCD_E_UNKNOWN_RESULT too */
  struct kcd_error error; /* out: not set where the server said success */
};

/* Sends all N together and takes their answers; each stands for itself. The time limit holds for each next answer. Only
 * a server that takes the requests of a connection in turn (Samba) is asked for the number in between: another one
 * might answer the question after the Modify behind it (RFC 4511 section 3.1). */
void kcd_dir_modify(struct kcd_dir *dir, struct kcd_modify *changes, size_t n);

#endif
