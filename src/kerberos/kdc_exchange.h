/* kdc_exchange.h - requests to one pinned KDC, over TCP, within a time limit, counted and remembered.
 *
 * libkrb5 would choose among servers, try UDP first and wait as long as it likes; and it keeps most of a KRB-ERROR to
 * itself. So its send hook does the exchange here and hands the reply back (krb5 1.20, os/sendto_kdc.c: a hook that
 * gives a reply ends krb5_sendto_kdc at once, and the receive hook is not called then). libkrb5 still looks for a KDC
 * of the realm before it calls the hook: its configuration must name one, or the answer is KRB5_REALM_UNKNOWN.
 */
#ifndef KCDFIX_KERBEROS_KDC_EXCHANGE_H
#define KCDFIX_KERBEROS_KDC_EXCHANGE_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <krb5.h>

#include <kcdfix/bytes.h>
#include <kcdfix/error.h>

/* Outer padata of a TGS-REQ that stays behind. The body, over which the AP-REQ's checksum is taken, is not touched.
 * FAST: a KDC that answers inside the armour hides its NTSTATUS there (RFC 6113 5.4.4, krb5 1.20 fast.c duplicates all
 * other padata outside). RBCD_BIT: PA-PAC-OPTIONS, whose only bit that libkrb5 sets is the resource-based one
 * (MS-SFU 3.1.5.2.1.2), so the KDC answers from the host's list alone. */
enum kcd_left_out { KCD_LEAVE_OUT_FAST = 1u << 0, KCD_LEAVE_OUT_RBCD_BIT = 1u << 1 };

struct kcd_kdc {
  char *host;
  char *realm; /* whose requests it gets; those for other realms go libkrb5's own way */
  uint16_t port;
  int timeout_ms; /* for connecting, sending and the answer together */
  void (*trace)(void *data, const char *line);
  void *trace_data;
  struct addrinfo *addresses; /* of HOST, looked up once */
  unsigned requests;          /* sent since kcd_kdc_init */
  unsigned left_out;          /* enum kcd_left_out: what TGS-REQs go without */
  /* about the exchange begun last: */
  unsigned messages;
  struct kcd_bytes refusal; /* the last answer if it was a KRB-ERROR, else empty */
  struct kcd_error failure; /* set where the KDC gave no answer */
};

struct kcd_kdc_options {
  const char *host;
  const char *realm;
  uint16_t port; /* 0: 88 */
  int timeout_ms;
  void (*trace)(void *data, const char *line);
  void *trace_data;
};

void kcd_kdc_init(struct kcd_kdc *kdc, const struct kcd_kdc_options *options);
void kcd_kdc_done(struct kcd_kdc *kdc);

/* Lets the requests of K5 go through KDC, which must outlive K5's use. */
void kcd_kdc_attach(struct kcd_kdc *kdc, krb5_context k5);

/* Forgets messages, refusal and failure: a new exchange begins. */
void kcd_kdc_begin(struct kcd_kdc *kdc);

/* One request and its answer (RFC 4120 7.2.2). Fails with KCD_E_UNREACHABLE, id kdc-unreachable, or KCD_E_MALFORMED, id
 * kdc-bad-answer, where the length in front of the answer is none. */
int kcd_kdc_ask(struct kcd_kdc *kdc, const void *request, size_t len, struct kcd_bytes *ret, struct kcd_error *err);

/* The error code of the refusal, -1 without one. */
int32_t kcd_kdc_refusal_code(const struct kcd_kdc *kdc);

#endif
