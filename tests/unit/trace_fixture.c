#include "trace_fixture.h"

struct kcd_endpoint end(int host, uint16_t port)
{
  struct kcd_endpoint endpoint = {.port = port};
  endpoint.address.len = 4;
  endpoint.address.bytes[0] = 10;
  endpoint.address.bytes[3] = (uint8_t)host;
  return endpoint;
}

struct scene scene_begin(void)
{
  return (struct scene){.trace = kcd_trace_new(), .now = START, .stream = 1, .client = CORE, .kdc = DC1};
}

void scene_pass(struct scene *scene, int64_t seconds)
{
  scene->now += seconds * SECOND;
  struct kcd_frame frame = {.kind = KCD_FRAME_OTHER};
  kcd_trace_frame(scene->trace, &frame, scene->now);
}

void tell(struct scene *scene, bool answer, enum kcd_krb_type type, const struct kcd_krb_message *message)
{
  struct kcd_carried carried = {.when = scene->now,
                                .from = end(scene->client, 50000),
                                .to = end(scene->kdc, 88),
                                .tcp = !scene->udp,
                                .from_server = answer,
                                .stream = scene->stream};
  if (answer) {
    carried.to = end(scene->client, 50000);
    carried.from = end(scene->kdc, 88);
  }
  struct kcd_frame frame = {.kind = KCD_FRAME_OTHER};
  kcd_trace_frame(scene->trace, &frame, scene->now);
  kcd_trace_decoded(scene->trace, &carried, type, message);
  scene->now += 1000;
  scene->messages++;
}

static struct kcd_krb_name named(const char *text)
{
  return (struct kcd_krb_name){.text = (char *)text, .realm = (char *)(text == NULL ? NULL : "KCD.TEST")};
}

void ask_self(struct scene *scene, const char *host, const char *user)
{
  struct kcd_krb_message message = {
      .type = KCD_KRB_TGS_REQ, .service = named(host), .for_user = true, .user = named(user)};
  tell(scene, false, KCD_KRB_TGS_REQ, &message);
}

void ask_proxy(struct scene *scene, const char *host, const char *spn)
{
  struct kcd_krb_ticket evidence = {.service = named(host), .enctype = 18, .mark = scene->mark};
  struct kcd_krb_message message = {.type = KCD_KRB_TGS_REQ,
                                    .service = named(spn),
                                    .options = KCD_KDC_CNAME_IN_ADDL_TKT | KCD_KDC_FORWARDABLE,
                                    .additional = &evidence,
                                    .n_additional = 1,
                                    .has_pac_options = true,
                                    .pac_options = KCD_PAC_OPTION_RBCD};
  tell(scene, false, KCD_KRB_TGS_REQ, &message);
}

void ask_ticket(struct scene *scene, const char *spn, bool armoured)
{
  struct kcd_krb_message message = {.type = KCD_KRB_TGS_REQ, .service = named(spn), .armoured = armoured};
  tell(scene, false, KCD_KRB_TGS_REQ, &message);
}

void ask_tgt(struct scene *scene, const char *client)
{
  struct kcd_krb_message message = {
      .type = KCD_KRB_AS_REQ, .client = named(client), .service = named("krbtgt/KCD.TEST")};
  tell(scene, false, KCD_KRB_AS_REQ, &message);
}

void give(struct scene *scene, enum kcd_krb_type type, const char *client, const char *service)
{
  struct kcd_krb_message message = {
      .type = type, .client = named(client), .service = named(service), .ticket = {.enctype = 18, .mark = scene->mark}};
  tell(scene, true, type, &message);
  scene->stream++;
}

void refuse_saying(struct scene *scene, int32_t code, uint32_t ntstatus)
{
  struct kcd_krb_message message = {.type = KCD_KRB_ERROR, .error = {.code = code}};
  if (ntstatus != 0) {
    message.error.edata = KCD_EDATA_NTSTATUS;
    message.error.ntstatus = ntstatus;
  }
  tell(scene, true, KCD_KRB_ERROR, &message);
  scene->stream++;
}

void refuse(struct scene *scene, int32_t code)
{
  refuse_saying(scene, code, 0);
}

/* S4U2Self with a ticket. */
void self(struct scene *scene, const char *host, const char *user)
{
  ask_self(scene, host, user);
  give(scene, KCD_KRB_TGS_REP, user, host);
}

struct kcd_trace_result scene_finish(struct scene *scene)
{
  struct kcd_trace_result result;
  struct kcd_stream_counts counts = {.messages = scene->messages};
  kcd_trace_finish(scene->trace, &counts, 0, &result);
  kcd_trace_free(scene->trace);
  return result;
}
