#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/text.h>

#include "kdc_exchange.h"
#include "tcp.h"

enum { LENGTH_BYTES = 4, KDC_PORT = 88, ERR_PREAUTH_FAILED = 24, PA_FX_FAST = 136, PA_PAC_OPTIONS = 167 };

/* Tags of the messages (RFC 4120 5.10). */
enum { AS_REQ = 0x6a, AS_REP = 0x6b, TGS_REQ = 0x6c, TGS_REP = 0x6d, KRB_ERROR = 0x7e };

void kcd_kdc_init(struct kcd_kdc *kdc, const struct kcd_kdc_options *options)
{
  *kdc = (struct kcd_kdc){
      .host = kcd_strdup(options->host),
      .realm = kcd_strdup(options->realm),
      .port = options->port == 0 ? KDC_PORT : options->port,
      .timeout_ms = options->timeout_ms,
      .trace = options->trace,
      .trace_data = options->trace_data,
  };
}

void kcd_kdc_done(struct kcd_kdc *kdc)
{
  if (kdc->addresses != NULL)
    freeaddrinfo(kdc->addresses);
  kcd_bytes_done(&kdc->refusal);
  free(kdc->host);
  free(kdc->realm);
  *kdc = (struct kcd_kdc){.port = 0};
}

void kcd_kdc_begin(struct kcd_kdc *kdc)
{
  kcd_bytes_done(&kdc->refusal);
  kdc->messages = 0;
  kdc->failure = KCD_ERROR_INIT;
}

int32_t kcd_kdc_refusal_code(const struct kcd_kdc *kdc)
{
  struct kcd_krb_error error = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kdc->refusal.len == 0 || kcd_krb_error_decode(kdc->refusal.data, kdc->refusal.len, &error, &ignored) != 0)
    return -1;
  int32_t code = error.code;
  kcd_krb_error_done(&error);
  return code;
}

static const char *message_name(const uint8_t *message, size_t len)
{
  switch (len == 0 ? 0 : message[0]) {
  case AS_REQ:
    return "AS-REQ";
  case AS_REP:
    return "AS-REP";
  case TGS_REQ:
    return "TGS-REQ";
  case TGS_REP:
    return "TGS-REP";
  case KRB_ERROR:
    return "KRB-ERROR";
  default:
    return "unknown message";
  }
}

/* Sizes, kinds and codes; nothing of what is inside. */
static void trace_exchange(const struct kcd_kdc *kdc, const char *request, size_t len, const struct kcd_bytes *reply,
                           int64_t started)
{
  if (kdc->trace == NULL)
    return;
  char code[32] = "";
  if (kdc->refusal.len != 0)
    snprintf(code, sizeof(code), " %d", (int)kcd_kdc_refusal_code(kdc));
  KCD_AUTO_CHAR line = kcd_asprintf("KDC %s, port %u: %s of %zu bytes -> %s%s of %zu bytes, %lld ms", kdc->host,
                                    (unsigned)kdc->port, request, len, message_name(reply->data, reply->len), code,
                                    reply->len, (long long)(kcd_now_ms() - started));
  kdc->trace(kdc->trace_data, line);
}

static int unreachable(const struct kcd_kdc *kdc, struct kcd_error *err)
{
  kcd_error_id(err, "kdc-unreachable");
  kcd_error_next(err, "Is the KDC running on %s, and may this machine reach its port %u (TCP)?", kdc->host,
                 (unsigned)kdc->port);
  return kcd_error_on(err, NULL, kdc->host);
}

/* What errno says about a connection to the KDC; 0 means that the KDC closed it. */
static int fail_connection(const struct kcd_kdc *kdc, int error, const char *closed, struct kcd_error *err)
{
  if (error == ETIMEDOUT)
    kcd_fail_foreign(err, KCD_E_UNREACHABLE, KCD_CODE_ERRNO, error, "ETIMEDOUT",
                     "KDC %s, port %u: no answer within %d ms", kdc->host, (unsigned)kdc->port, kdc->timeout_ms);
  else if (error != 0)
    kcd_fail_errno(err, KCD_E_UNREACHABLE, error, "KDC %s, port %u", kdc->host, (unsigned)kdc->port);
  else
    kcd_fail(err, KCD_E_UNREACHABLE, "KDC %s, port %u: %s", kdc->host, (unsigned)kdc->port, closed);
  return unreachable(kdc, err);
}

static int resolve(struct kcd_kdc *kdc, struct kcd_error *err)
{
  if (kdc->addresses != NULL)
    return 0;
  char port[8];
  snprintf(port, sizeof(port), "%u", (unsigned)kdc->port);
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  int status = getaddrinfo(kdc->host, port, &hints, &kdc->addresses);
  if (status == 0)
    return 0;
  kdc->addresses = NULL;
  kcd_fail(err, KCD_E_UNREACHABLE, "KDC %s: %s", kdc->host, gai_strerror(status));
  return unreachable(kdc, err);
}

static int send_request(const struct kcd_kdc *kdc, int fd, const void *request, size_t len, int64_t deadline,
                        struct kcd_error *err)
{
  uint8_t length[LENGTH_BYTES] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len};
  KCD_AUTO_CHAR framed = kcd_calloc(LENGTH_BYTES + len, 1);
  memcpy(framed, length, LENGTH_BYTES);
  memcpy(framed + LENGTH_BYTES, request, len);
  if (kcd_tcp_send(fd, framed, LENGTH_BYTES + len, deadline) != 0)
    return fail_connection(kdc, errno, "", err);
  return 0;
}

static int receive_reply(const struct kcd_kdc *kdc, int fd, int64_t deadline, struct kcd_bytes *ret,
                         struct kcd_error *err)
{
  uint8_t header[LENGTH_BYTES];
  if (kcd_tcp_receive(fd, header, sizeof(header), deadline) != sizeof(header))
    return fail_connection(kdc, errno, "it closed the connection without an answer", err);
  struct kcd_reader in;
  kcd_reader_init(&in, header, sizeof(header));
  uint64_t len = kcd_read_be(&in, LENGTH_BYTES);
  if (len == 0 || len > KCD_KRB_MESSAGE_MAX) {
    kcd_fail(err, KCD_E_MALFORMED, "KDC %s, port %u: not a Kerberos answer (a length of %llu bytes)", kdc->host,
             (unsigned)kdc->port, (unsigned long long)len);
    kcd_error_id(err, "kdc-bad-answer");
    return kcd_error_on(err, NULL, kdc->host);
  }
  struct kcd_bytes reply = {.data = kcd_calloc((size_t)len + 1, 1), .len = (size_t)len};
  if (kcd_tcp_receive(fd, reply.data, reply.len, deadline) != reply.len) {
    int error = errno;
    kcd_bytes_done(&reply);
    return fail_connection(kdc, error, "it closed the connection in the middle of its answer", err);
  }
  *ret = reply;
  return 0;
}

int kcd_kdc_ask(struct kcd_kdc *kdc, const void *request, size_t len, struct kcd_bytes *ret, struct kcd_error *err)
{
  if (resolve(kdc, err) != 0)
    return -1;
  int64_t deadline = kcd_now_ms() + kdc->timeout_ms;
  KCD_AUTO_SOCKET fd = kcd_tcp_connect(kdc->addresses, deadline);
  if (fd < 0)
    return fail_connection(kdc, errno, "", err);
  if (send_request(kdc, fd, request, len, deadline, err) != 0)
    return -1;
  kdc->requests++;
  kdc->messages++;
  return receive_reply(kdc, fd, deadline, ret, err);
}

static void remember_refusal(struct kcd_kdc *kdc, const struct kcd_bytes *reply)
{
  kcd_bytes_done(&kdc->refusal);
  if (kcd_is_krb_error(reply->data, reply->len))
    kdc->refusal = kcd_bytes_copy(reply->data, reply->len);
}

static krb5_error_code hand_over(krb5_context k5, const struct kcd_bytes *reply, krb5_data **ret)
{
  krb5_data view = {.magic = KV5M_DATA, .length = (unsigned)reply->len, .data = (char *)reply->data};
  return krb5_copy_data(k5, &view, ret);
}

static bool is_for(const struct kcd_kdc *kdc, const krb5_data *realm)
{
  return strlen(kdc->realm) == realm->length && kcd_equal_nocase_n(kdc->realm, realm->data, realm->length);
}

/* What goes out in place of a TGS-REQ; empty: the request as it is. */
static struct kcd_bytes without_padata(const struct kcd_kdc *kdc, const krb5_data *message)
{
  int32_t types[2];
  size_t n = 0;
  if ((kdc->left_out & KCD_LEAVE_OUT_FAST) != 0)
    types[n++] = PA_FX_FAST;
  if ((kdc->left_out & KCD_LEAVE_OUT_RBCD_BIT) != 0)
    types[n++] = PA_PAC_OPTIONS;
  struct kcd_bytes out = {.data = NULL};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (n == 0 || message->length == 0 || (uint8_t)message->data[0] != TGS_REQ ||
      kcd_tgs_req_without_padata(message->data, message->length, types, n, &out, &ignored) != 0)
    return (struct kcd_bytes){.data = NULL};
  return out;
}

static krb5_error_code send_hook(krb5_context k5, void *data, const krb5_data *realm, const krb5_data *message,
                                 krb5_data **new_message, krb5_data **new_reply)
{
  struct kcd_kdc *kdc = data;
  *new_message = NULL;
  *new_reply = NULL;
  if (!is_for(kdc, realm))
    return 0;
  const char *request = message_name((const uint8_t *)message->data, message->length);
  /* libkrb5 goes on with the next preauthentication type after a wrong password; each try counts towards lockout. */
  if (message->length > 0 && (uint8_t)message->data[0] == AS_REQ && kcd_kdc_refusal_code(kdc) == ERR_PREAUTH_FAILED)
    return KRB5KDC_ERR_PREAUTH_FAILED;
  if (kcd_error_is_set(&kdc->failure)) /* no second wait for a KDC that did not answer */
    return KRB5_KDC_UNREACH;
  int64_t started = kcd_now_ms();
  KCD_AUTO_VALUE(kcd_bytes) reply = {0};
  KCD_AUTO_VALUE(kcd_bytes) changed = without_padata(kdc, message);
  const void *bytes = changed.len > 0 ? changed.data : (const void *)message->data;
  size_t len = changed.len > 0 ? changed.len : message->length;
  if (kcd_kdc_ask(kdc, bytes, len, &reply, &kdc->failure) != 0)
    return KRB5_KDC_UNREACH;
  remember_refusal(kdc, &reply);
  trace_exchange(kdc, request, len, &reply, started);
  return hand_over(k5, &reply, new_reply);
}

void kcd_kdc_attach(struct kcd_kdc *kdc, krb5_context k5)
{
  krb5_set_kdc_send_hook(k5, send_hook, kdc);
}
