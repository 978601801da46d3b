/* A crew of threads: everything is worked on, at the same time, and no signal lands there. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <kcdfix/crew.h>

enum { ITEMS = 8 };

struct item {
  pthread_barrier_t *all; /* NULL: nobody is waited for */
  pthread_t thread;
  bool blocks_signals;
  int times;
};

static void work(void *data)
{
  struct item *item = data;
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, NULL, &blocked);
  item->thread = pthread_self();
  item->blocks_signals = sigismember(&blocked, SIGINT) == 1;
  item->times++;
  if (item->all != NULL)
    pthread_barrier_wait(item->all);
}

static void test_all_at_the_same_time(void **state)
{
  (void)state;
  pthread_barrier_t all;
  struct item items[ITEMS] = {{0}};
  pthread_barrier_init(&all, NULL, ITEMS); /* one that waits for another would wait for ever */
  for (size_t i = 0; i < ITEMS; i++)
    items[i].all = &all;
  kcd_crew_end(kcd_crew_start(items, ITEMS, sizeof(items[0]), work));
  pthread_barrier_destroy(&all);
  for (size_t i = 0; i < ITEMS; i++) {
    assert_int_equal(items[i].times, 1);
    assert_false(pthread_equal(items[i].thread, pthread_self()));
    assert_true(items[i].blocks_signals);
  }
}

static void test_signals_stay_here(void **state)
{
  (void)state;
  struct item item = {0};
  sigset_t blocked;
  kcd_crew_end(kcd_crew_start(&item, 1, sizeof(item), work));
  pthread_sigmask(SIG_SETMASK, NULL, &blocked);
  assert_int_equal(sigismember(&blocked, SIGINT), 0);
}

static void test_nothing_to_do(void **state)
{
  (void)state;
  kcd_crew_end(kcd_crew_start(NULL, 0, sizeof(struct item), work));
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *data);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *data);
static bool no_threads;
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *data)
{
  return no_threads ? EAGAIN : __real_pthread_create(thread, attributes, run, data);
}

static void test_without_threads(void **state)
{
  (void)state;
  struct item items[ITEMS] = {{0}};
  no_threads = true;
  kcd_crew_end(kcd_crew_start(items, ITEMS, sizeof(items[0]), work));
  no_threads = false;
  for (size_t i = 0; i < ITEMS; i++) {
    assert_int_equal(items[i].times, 1);
    assert_true(pthread_equal(items[i].thread, pthread_self()));
    assert_false(items[i].blocks_signals);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_at_the_same_time),
      cmocka_unit_test(test_signals_stay_here),
      cmocka_unit_test(test_nothing_to_do),
      cmocka_unit_test(test_without_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
