/* Modifies in one flight, each of an object of its own. */
#include <stdlib.h>

#include <kcdfix/ldaptext.h>

#include "gathering.h"
#include "written.h"

enum sent_state { WAITING, SENT, FINISHED };

struct sent {
  struct kcd_modify *change;
  enum sent_state state;
  char *target;
  int question, modify; /* message ids; -1: not asked */
};

struct writes {
  struct kcd_dir *dir;
  struct sent *v;
  size_t n, next; /* the first that is not sent */
  size_t on_their_way;
  bool in_turn; /* the server takes requests one after the other */
};

static const int conflicts[] = {LDAP_NO_SUCH_ATTRIBUTE, LDAP_TYPE_OR_VALUE_EXISTS, LDAP_SUCCESS};

static struct written written_of(const struct sent *sent)
{
  return (struct written){"the change", sent->target, LDAP_RES_MODIFY, conflicts};
}

/* ---- sending ---- */

static int send_question(struct kcd_dir *dir)
{
  char name[] = "highestCommittedUSN";
  char *attributes[] = {name, NULL};
  int msgid = -1;
  if (ldap_search_ext(dir->ld, "", LDAP_SCOPE_BASE, "(objectClass=*)", attributes, 0, NULL, NULL, NULL, 0, &msgid) !=
      LDAP_SUCCESS)
    return -1;
  dir_sent(dir, "search base \"\" highestCommittedUSN");
  return msgid;
}

/* LDAP_BUSY: the socket takes no more for now, and nothing of this one was sent. */
static int send_modify(struct writes *writes, struct sent *sent)
{
  struct kcd_modify *change = sent->change;
  const struct written written = written_of(sent);
  __attribute__((cleanup(native_mods_done))) struct native_mods native = {NULL, NULL, 0};
  native_mods_init(&native, change->mods, change->n);
  int result = ldap_modify_ext(writes->dir->ld, sent->target, native.list, NULL, NULL, &sent->modify);
  if (result == LDAP_BUSY && writes->on_their_way > 0)
    return result;
  return written_sent(writes->dir, &written, result, &change->error, "modify \"%s\", %zu elements", sent->target,
                      change->n) == 0
             ? LDAP_SUCCESS
             : LDAP_SERVER_DOWN;
}

static void none_of_the_rest(struct writes *writes)
{
  for (; writes->next < writes->n; writes->next++) {
    struct sent *sent = &writes->v[writes->next];
    const struct written written = written_of(sent);
    sent->state = FINISHED;
    if (!kcd_error_is_set(&sent->change->error))
      written_not_sent(writes->dir, &written, LDAP_SERVER_DOWN, &sent->change->error);
  }
}

static void send_what_goes(struct writes *writes)
{
  while (writes->next < writes->n && !writes->dir->lost) {
    struct sent *sent = &writes->v[writes->next];
    if (writes->in_turn && sent->question < 0)
      sent->question = send_question(writes->dir);
    int result = send_modify(writes, sent);
    if (result == LDAP_BUSY)
      return;
    if (result != LDAP_SUCCESS)
      break;
    sent->state = SENT;
    writes->on_their_way++;
    writes->next++;
  }
  none_of_the_rest(writes);
}

/* ---- answers ---- */

static uint64_t usn_of(struct kcd_dir *dir, LDAPMessage *message)
{
  uint64_t usn = 0;
  struct berval **values = ldap_get_values_len(dir->ld, message, "highestCommittedUSN");
  if (values == NULL)
    return 0;
  KCD_AUTO_CHAR text = kcd_strndup(values[0]->bv_val, values[0]->bv_len);
  char *end = NULL;
  unsigned long long number = strtoull(text, &end, 10);
  if (end != text && *end == '\0')
    usn = number;
  ldap_value_free_len(values);
  return usn;
}

/* Whether it was the answer to a Modify. */
static bool take_message(struct writes *writes, LDAPMessage *message)
{
  const int msgid = ldap_msgid(message);
  for (size_t i = 0; i < writes->next; i++) {
    struct sent *sent = &writes->v[i];
    if (sent->state != SENT)
      continue;
    if (msgid == sent->question && ldap_msgtype(message) == LDAP_RES_SEARCH_ENTRY)
      sent->change->usn_before = usn_of(writes->dir, message);
    if (msgid != sent->modify || ldap_msgtype(message) != LDAP_RES_MODIFY)
      continue;
    const struct written written = written_of(sent);
    written_take(writes->dir, &written, message, &sent->change->error);
    sent->state = FINISHED;
    writes->on_their_way--;
    return true;
  }
  return false;
}

static void unknown_all(struct writes *writes, const char *why)
{
  for (size_t i = 0; i < writes->next; i++) {
    struct sent *sent = &writes->v[i];
    const struct written written = written_of(sent);
    if (sent->state != SENT)
      continue;
    sent->state = FINISHED;
    written_unknown(writes->dir, &written, why, &sent->change->error);
  }
  writes->on_their_way = 0;
}

/* Until one Modify is answered; where the time is over, none of the others will be waited for. */
static void take_one_answer(struct writes *writes)
{
  int64_t deadline = kcd_now_ms() + writes->dir->timeout_ms;
  for (;;) {
    DIR_AUTO_MESSAGE message = NULL;
    struct kcd_error lost = KCD_ERROR_INIT;
    int got = dir_wait(writes->dir, LDAP_RES_ANY, LDAP_MSG_ONE, (int)(deadline - kcd_now_ms()), &message, &lost);
    if (got <= 0) {
      unknown_all(writes, got < 0 ? WRITTEN_BROKEN : WRITTEN_LATE);
      none_of_the_rest(writes);
      return;
    }
    if (take_message(writes, message))
      return;
  }
}

static void writes_done(struct writes *writes)
{
  for (size_t i = 0; i < writes->n; i++)
    free(writes->v[i].target);
  free(writes->v);
}

void kcd_dir_modify(struct kcd_dir *dir, struct kcd_modify *changes, size_t n)
{
  __attribute__((cleanup(writes_done))) struct writes writes = {
      .dir = dir, .v = kcd_calloc(n, sizeof(struct sent)), .n = n, .in_turn = dc_is_samba(&dir->dc)};
  for (size_t i = 0; i < n; i++) {
    changes[i].usn_before = 0;
    changes[i].error = KCD_ERROR_INIT;
    writes.v[i] =
        (struct sent){.change = &changes[i], .target = kcd_guid_dn(changes[i].guid), .question = -1, .modify = -1};
  }
  send_what_goes(&writes);
  while (writes.on_their_way > 0) {
    take_one_answer(&writes);
    send_what_goes(&writes);
  }
}
