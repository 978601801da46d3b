/* ldap_server.h - a FAKE LDAP server for faults that a real one does not show on demand. It speaks real LDAP over real
 * TCP on the loopback device; what it answers is each test's own function. */
#ifndef KCDFIX_TEST_LDAP_SERVER_H
#define KCDFIX_TEST_LDAP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/bytes.h>

#define LDAP_SERVER_SEARCH 0x63
#define LDAP_SERVER_MODIFY 0x66
#define LDAP_SERVER_ADD 0x68
#define LDAP_SERVER_DELETE 0x4a

struct ldap_request {
  int fd;
  int id;
  uint8_t op;
  unsigned number; /* 0 for the first request of the connection */
  char base[512];  /* of a search; the object of a modify, an add or a delete */
  int scope, size_limit, time_limit;
  char attribute[256]; /* the first one asked for */
  bool paged;
  char cookie[64];
  int page_size;
  int sd_flags;              /* of the control for security descriptors; 0: none */
  const uint8_t *attributes; /* of an add, as they came (BER); good until the answer is given */
  size_t attributes_len;
};

/* Answers one request. False: the connection is closed. */
typedef bool ldap_server_fn(struct ldap_request *request);

/* Serves one connection in a thread; returns the port. One server at a time. */
uint16_t ldap_server_start(ldap_server_fn *answer);
/* Waits for the thread: the client must have closed, or the server. */
void ldap_server_stop(void);

/* How many values of the attribute NAME an add has; the first of them are copied to RET, as far as it has room. */
size_t ldap_server_added(const struct ldap_request *request, const char *name, struct kcd_bytes *ret, size_t room);

/* ATTRIBUTES: name, number of values as "N", values, name ..., NULL. With "xN" the values are in hexadecimal. */
void ldap_server_entry(struct ldap_request *request, const char *dn, ...) __attribute__((sentinel));
void ldap_server_reference(struct ldap_request *request);
void ldap_server_result(struct ldap_request *request, int code, const char *text);
/* The end of a page. */
void ldap_server_page(struct ldap_request *request, const char *cookie);
void ldap_server_raw(struct ldap_request *request, const void *data, size_t len);
/* From now on every byte is a packet of its own. */
void ldap_server_drip(void);
/* A RootDSE of an Active Directory domain kcd.test. */
bool ldap_server_rootdse(struct ldap_request *request);
/* The same with VENDOR (NULL: none, as Windows has it) and one EXTENSION (NULL: none). */
bool ldap_server_rootdse_of(struct ldap_request *request, const char *vendor, const char *extension);

#endif
