#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include <kcdfix/alloc.h>
#include <kcdfix/crew.h>

struct member {
  pthread_t thread;
  void (*work)(void *item);
  void *item;
};

struct kcd_crew {
  struct member *members;
  size_t n; /* those with a thread */
};

static void *run(void *data)
{
  const struct member *member = data;
  member->work(member->item);
  return NULL;
}

/* A new thread blocks what its maker blocks. */
static int start_without_signals(struct member *member)
{
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&member->thread, NULL, run, member);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

struct kcd_crew *kcd_crew_start(void *items, size_t n, size_t size, void (*work)(void *item))
{
  struct kcd_crew *crew = kcd_calloc(1, sizeof(*crew));
  crew->members = kcd_calloc(n, sizeof(*crew->members));
  for (size_t i = 0; i < n; i++) {
    struct member *member = &crew->members[crew->n];
    *member = (struct member){.work = work, .item = (char *)items + i * size};
    if (start_without_signals(member) == 0)
      crew->n++;
    else
      work(member->item);
  }
  return crew;
}

void kcd_crew_end(struct kcd_crew *crew)
{
  for (size_t i = 0; i < crew->n; i++)
    pthread_join(crew->members[i].thread, NULL);
  free(crew->members);
  free(crew);
}
