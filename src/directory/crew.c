#include "crew.h"

#include <pthread.h>
#include <stdlib.h>

#include <kcdfix/alloc.h>

struct member {
  pthread_t thread;
  void (*work)(void *item);
  void *item;
};

struct crew {
  struct member *members;
  size_t n; /* those with a thread */
};

static void *run(void *data)
{
  const struct member *member = data;
  member->work(member->item);
  return NULL;
}

struct crew *crew_start(void *items, size_t n, size_t size, void (*work)(void *item))
{
  struct crew *crew = kcd_calloc(1, sizeof(*crew));
  crew->members = kcd_calloc(n, sizeof(*crew->members));
  for (size_t i = 0; i < n; i++) {
    struct member *member = &crew->members[crew->n];
    *member = (struct member){.work = work, .item = (char *)items + i * size};
    if (pthread_create(&member->thread, NULL, run, member) == 0)
      crew->n++;
    else
      work(member->item);
  }
  return crew;
}

void crew_end(struct crew *crew)
{
  for (size_t i = 0; i < crew->n; i++)
    pthread_join(crew->members[i].thread, NULL);
  free(crew->members);
  free(crew);
}
