#include "flight.h"

#define WINDOW 32u                             /* requests on their way */
#define PAGE_SIZE 500                          /* MaxPageSize of Windows is 1000 */
#define BEST_EFFORT_SECONDS 1                  /* the server's limit for a search that is a convenience */
#define DOMAIN_SCOPE "1.2.840.113556.1.4.1339" /* no continuation references, please */
#define SD_FLAGS "1.2.840.113556.1.4.801"      /* which parts of nTSecurityDescriptor are wanted */

static int native_scope(enum kcd_scope scope)
{
  static const int native[] = {
      [KCD_BASE] = LDAP_SCOPE_BASE, [KCD_ONE] = LDAP_SCOPE_ONELEVEL, [KCD_SUBTREE] = LDAP_SCOPE_SUBTREE};
  return native[scope];
}

struct request {
  const char *base, *filter;
  enum kcd_scope scope;
  const char *const *attributes;
  int limit;
  struct timeval *time_limit;
};

static int send_request(struct flight *flight, struct task *task, const struct request *request, LDAPControl **controls)
{
  /* libldap's prototype lacks a const; it only reads the names. */
  char **attributes = (char **)request->attributes;
  int result = ldap_search_ext(flight->dir->ld, request->base, native_scope(request->scope), request->filter,
                               attributes, 0, controls, NULL, request->time_limit, request->limit, &task->msgid);
  if (result == LDAP_SUCCESS) {
    task->state = SENT;
    flight->sent++;
    dir_sent(flight->dir, "search %s \"%s\" %s", request->scope == KCD_BASE ? "base" : "below", request->base,
             request->filter);
  }
  return result;
}

static int send_rest(struct flight *flight, struct task *task)
{
  KCD_AUTO_CHAR attribute = dir_range_attribute(task->attribute, task->first);
  task->page_had_entries = false;
  const char *const attributes[] = {attribute, NULL};
  struct request request = {task->base, "(objectClass=*)", KCD_BASE, attributes, 0, NULL};
  return send_request(flight, task, &request, NULL);
}

static int page_control(struct flight *flight, struct task *task, LDAPControl **ret)
{
  struct berval cookie = {task->cookie.len, (char *)task->cookie.data};
  const ber_int_t size = task->search->page > 0 ? (ber_int_t)task->search->page : PAGE_SIZE;
  return ldap_create_page_control(flight->dir->ld, size, task->cookie.len > 0 ? &cookie : NULL, 1, ret);
}

/* SDFlagsRequestValue ::= SEQUENCE { Flags INTEGER }, with OWNER_SECURITY_INFORMATION. */
static struct berval owner_flag(void)
{
  static char value[] = {0x30, 0x03, 0x02, 0x01, 0x01};
  return (struct berval){sizeof(value), value};
}

static void control_freep(LDAPControl **control)
{
  if (*control != NULL)
    ldap_control_free(*control);
}

static int send_search(struct flight *flight, struct task *task)
{
  const struct kcd_search *search = task->search;
  LDAPControl scope = {.ldctl_oid = (char *)DOMAIN_SCOPE, .ldctl_iscritical = 0};
  __attribute__((cleanup(control_freep))) LDAPControl *page = NULL;
  LDAPControl owner = {.ldctl_oid = (char *)SD_FLAGS, .ldctl_value = owner_flag(), .ldctl_iscritical = 0};
  LDAPControl *controls[4] = {NULL, NULL, NULL, NULL};
  size_t n = 0;
  if (search->scope != KCD_BASE)
    controls[n++] = &scope;
  if (search->owner_only)
    controls[n++] = &owner;
  if (task_is_paged(task)) {
    int result = page_control(flight, task, &page);
    if (result != LDAP_SUCCESS)
      return result;
    controls[n++] = page;
  }
  task->page_had_entries = false;
  struct timeval time_limit = {.tv_sec = BEST_EFFORT_SECONDS};
  struct request request = {search->base,       search->filter != NULL ? search->filter : "(objectClass=*)",
                            search->scope,      search->attributes,
                            (int)search->limit, search->best_effort ? &time_limit : NULL};
  return send_request(flight, task, &request, n > 0 ? controls : NULL);
}

/* LDAP_BUSY: the socket takes no more for now; libldap sends the rest while answers are waited for. */
int flight_send(struct flight *flight, struct kcd_error *err)
{
  for (size_t i = 0; i < flight->n && flight->sent < WINDOW; i++) {
    struct task *task = &flight->tasks[i];
    if (task->state != READY)
      continue;
    int result = task->search != NULL ? send_search(flight, task) : send_rest(flight, task);
    if (result == LDAP_BUSY && flight->sent > 0)
      return 0;
    if (result != LDAP_SUCCESS)
      return dir_fail(flight->dir, result, NULL, err, "search");
  }
  return 0;
}
