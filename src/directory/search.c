/* Many searches in one flight.
 *
 * Each search is one task; a task goes on with the next page of its answer, and a value range that the server held back
 * becomes a task of its own. What is ready is sent, up to a window, before anything is waited for; answers are taken in
 * whatever order they come, one message at a time, so that only what is kept is held in memory.
 */
#include <stdlib.h>
#include <string.h>

#include "flight.h"

#define BEST_EFFORT_MS 1500 /* how long a search that is a convenience is waited for */

static void flight_done(struct flight *flight)
{
  for (size_t i = 0; i < flight->n; i++) {
    kcd_bytes_done(&flight->tasks[i].cookie);
    free(flight->tasks[i].base);
    free(flight->tasks[i].attribute);
  }
  free(flight->tasks);
}

struct task *flight_add(struct flight *flight)
{
  flight->tasks = kcd_reallocarray(flight->tasks, flight->n + 1, sizeof(struct task));
  struct task *task = &flight->tasks[flight->n++];
  *task = (struct task){.state = READY};
  flight->unfinished++;
  return task;
}

void kcd_cursor_done(struct kcd_cursor *cursor)
{
  if (cursor == NULL)
    return;
  kcd_bytes_done(&cursor->cookie);
  *cursor = (struct kcd_cursor){0};
}

static struct kcd_cursor *cursor_of(const struct task *task)
{
  return task->search == NULL ? NULL : task->search->cursor;
}

/* The cookie goes back to where the next call takes it from. */
static void leave_cursor(struct task *task)
{
  struct kcd_cursor *cursor = cursor_of(task);
  if (cursor == NULL)
    return;
  kcd_bytes_done(&cursor->cookie);
  *cursor = (struct kcd_cursor){task->cookie, task->empty_pages, task->cookie.len == 0};
  task->cookie = (struct kcd_bytes){NULL, 0};
}

void flight_finish(struct flight *flight, struct task *task)
{
  leave_cursor(task);
  task->state = FINISHED;
  flight->unfinished--;
}

static bool only_best_effort_left(const struct flight *flight)
{
  for (size_t i = 0; i < flight->n; i++)
    if (flight->tasks[i].state != FINISHED && !task_is_best_effort(&flight->tasks[i]))
      return false;
  return true;
}

static void abandon(struct flight *flight)
{
  for (size_t i = 0; i < flight->n; i++) {
    struct task *task = &flight->tasks[i];
    if (task->state != SENT)
      continue;
    if (!flight->dir->lost)
      ldap_abandon_ext(flight->dir->ld, task->msgid, NULL, NULL);
    flight_finish(flight, task);
  }
  flight->sent = 0;
}

static int take_next(struct flight *flight, struct kcd_error *err)
{
  bool convenience = only_best_effort_left(flight);
  int64_t began = flight->dir->opened_at != 0 ? flight->dir->opened_at : kcd_now_ms();
  int ms = dir_left_ms(flight->dir, began);
  if (convenience && ms > BEST_EFFORT_MS)
    ms = BEST_EFFORT_MS;
  DIR_AUTO_MESSAGE message = NULL;
  int got = dir_wait(flight->dir, LDAP_RES_ANY, LDAP_MSG_ONE, ms, &message, err);
  if (got < 0)
    return -1;
  if (got == 1)
    return flight_take(flight, message, err);
  if (!convenience)
    return dir_fail_timeout(flight->dir, err);
  abandon(flight);
  return 0;
}

static int use_the_time(struct flight *flight, struct kcd_error *err)
{
  kcd_dir_meanwhile *meanwhile = flight->meanwhile;
  flight->meanwhile = NULL;
  return meanwhile == NULL ? 0 : meanwhile(flight->data, err);
}

static int run(struct flight *flight, struct kcd_error *err)
{
  while (flight->unfinished > 0) {
    if (flight_send(flight, err) < 0 || use_the_time(flight, err) < 0 || take_next(flight, err) < 0) {
      abandon(flight);
      return -1;
    }
  }
  return use_the_time(flight, err); /* where nothing had to be sent */
}

static void add_task(struct flight *flight, const struct kcd_search *search, struct kcd_entries *result)
{
  struct task *task = flight_add(flight);
  task->search = search;
  task->out = result;
  const struct kcd_cursor *cursor = cursor_of(task);
  if (cursor == NULL)
    return;
  task->cookie = kcd_bytes_copy(cursor->cookie.data, cursor->cookie.len);
  task->empty_pages = cursor->empty_pages;
}

static void free_results(struct kcd_entries *results, size_t n)
{
  for (size_t i = 0; i < n; i++)
    kcd_entries_done(&results[i]);
  free(results);
}

int kcd_dir_search(struct kcd_dir *dir, const struct kcd_search *searches, size_t n, struct kcd_entries *ret,
                   struct kcd_error *err)
{
  return kcd_dir_search_while(dir, searches, n, ret, NULL, NULL, err);
}

int kcd_dir_search_while(struct kcd_dir *dir, const struct kcd_search *searches, size_t n, struct kcd_entries *ret,
                         kcd_dir_meanwhile *meanwhile, void *data, struct kcd_error *err)
{
  if (dir->lost)
    return dir_fail(dir, LDAP_SERVER_DOWN, NULL, err, NULL);
  struct kcd_entries *results = kcd_calloc(n, sizeof(*results));
  __attribute__((cleanup(flight_done))) struct flight flight = {
      .dir = dir, .budget = DIR_MAX_ANSWER, .meanwhile = meanwhile, .data = data};
  bool *kept = kcd_calloc(n, sizeof(*kept));
  for (size_t i = 0; i < n; i++) {
    kept[i] = recall(dir, &searches[i], &results[i]);
    if (!kept[i])
      add_task(&flight, &searches[i], &results[i]);
  }
  int status = run(&flight, err);
  for (size_t i = 0; status == 0 && i < n; i++)
    if (!kept[i])
      recall_keep(dir, &searches[i], &results[i]);
  free(kept);
  if (status < 0) {
    free_results(results, n);
    return -1;
  }
  memcpy(ret, results, n * sizeof(*results));
  free(results);
  return 0;
}
