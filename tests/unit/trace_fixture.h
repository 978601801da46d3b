/* trace_fixture.h - a trace told message by message, without any frame. */
#ifndef KCDFIX_TEST_TRACE_FIXTURE_H
#define KCDFIX_TEST_TRACE_FIXTURE_H

#include <kcdfix/trace.h>

#define SECOND INT64_C(1000000)
#define START (INT64_C(1795000000) * SECOND)

enum { CORE = 5, HV2 = 6, DC1 = 10, DC2 = 11, FILER = 20 };

/* One exchange at a time: every one has its own stream unless told else. */
struct scene {
  struct kcd_trace *trace;
  int64_t now;
  uint64_t stream;
  uint64_t messages;
  int client, kdc;
  bool udp;
  uint64_t mark; /* of the tickets that are given and used */
};

/* 10.0.0.HOST. */
struct kcd_endpoint end(int host, uint16_t port);
struct scene scene_begin(void);
/* Time passes, and frames of others come by. */
void scene_pass(struct scene *scene, int64_t seconds);
/* A message, request or answer; NULL: one that cannot be decoded. */
void tell(struct scene *scene, bool answer, enum kcd_krb_type type, const struct kcd_krb_message *message);
void ask_self(struct scene *scene, const char *host, const char *user);
void ask_proxy(struct scene *scene, const char *host, const char *spn);
void ask_ticket(struct scene *scene, const char *spn, bool armoured);
void ask_tgt(struct scene *scene, const char *client);
/* The answer, and then another stream. */
void give(struct scene *scene, enum kcd_krb_type type, const char *client, const char *service);
void refuse_saying(struct scene *scene, int32_t code, uint32_t ntstatus);
void refuse(struct scene *scene, int32_t code);
/* S4U2Self with a ticket. */
void self(struct scene *scene, const char *host, const char *user);
/* The end; the trace is gone. */
struct kcd_trace_result scene_finish(struct scene *scene);

#endif
