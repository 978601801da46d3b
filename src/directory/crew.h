/* crew.h - things that wait for DNS, waited for together. */
#ifndef KCDFIX_DIRECTORY_CREW_H
#define KCDFIX_DIRECTORY_CREW_H

#include <stddef.h>

struct crew;

/* Runs WORK on each of N items of SIZE bytes, each in a thread; where none can be started, in turn and at once. */
struct crew *crew_start(void *items, size_t n, size_t size, void (*work)(void *item));
/* Waits for all of them. */
void crew_end(struct crew *crew);

#endif
