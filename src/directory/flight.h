/* flight.h - searches on their way together: search.c runs them, request.c sends, answer.c takes what comes. */
#ifndef KCDFIX_DIRECTORY_FLIGHT_H
#define KCDFIX_DIRECTORY_FLIGHT_H

#include "dir.h"

enum task_state { READY, SENT, FINISHED };

/* One search, page after page; or the values of one attribute that the server held back. */
struct task {
  enum task_state state;
  int msgid;
  const struct kcd_search *search; /* NULL: the rest of an attribute */
  struct kcd_entries *out;
  struct kcd_bytes cookie;
  unsigned empty_pages;
  bool page_had_entries;
  /* the rest of an attribute */
  size_t entry; /* index in out */
  char *base, *attribute;
  uint64_t first;
};

struct flight {
  struct kcd_dir *dir;
  struct task *tasks;
  size_t n, unfinished, sent;
  kcd_dir_meanwhile *meanwhile; /* NULL: nothing, or it was done */
  void *data;
  size_t budget; /* bytes of values that may still be held */
  /* the entry that is being decoded */
  struct task *current;
  size_t current_entry;
  uint64_t current_first;
};

/* A new task; moves the others. */
struct task *flight_add(struct flight *flight);
void flight_finish(struct flight *flight, struct task *task);

static inline bool task_is_best_effort(const struct task *task)
{
  return task->search != NULL && task->search->best_effort;
}

static inline bool task_is_paged(const struct task *task)
{
  return task->search != NULL && task->search->limit == 0 && task->search->scope != KCD_BASE;
}

/* Sends what is ready, as far as the window allows. */
int flight_send(struct flight *flight, struct kcd_error *err);
int flight_take(struct flight *flight, LDAPMessage *message, struct kcd_error *err);

/* ---- recall.c ---- */

/* Whether the answer to SEARCH is kept: RET is a copy of it then. */
bool recall(struct kcd_dir *dir, const struct kcd_search *search, struct kcd_entries *ret);
/* Keeps a copy of what was FOUND, if such answers are kept. */
void recall_keep(struct kcd_dir *dir, const struct kcd_search *search, const struct kcd_entries *found);

#endif
