#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include <kcdfix/alloc.h>

#define QUIET_MS 1000 /* what takes no longer is over before anybody has read of it */
#define PACE_MS 200
#define ERASE_LINE "\r\033[K"

static long ms_between(const struct timespec *from, const struct timespec *to)
{
  return (long)(to->tv_sec - from->tv_sec) * 1000 + (to->tv_nsec - from->tv_nsec) / 1000000;
}

void kcd_progress_begin(struct kcd_progress *progress, const struct kcd_options *options, const char *what,
                        size_t total)
{
  *progress = (struct kcd_progress){.what = what,
                                    .total = total,
                                    .wanted = total != 1 && !options->quiet && options->verbose < 2 &&
                                              !options->stand_in && isatty(STDERR_FILENO)};
  clock_gettime(CLOCK_MONOTONIC, &progress->began);
}

char *kcd_progress_text(const char *what, size_t done, size_t total, long elapsed_ms)
{
  const double seconds = elapsed_ms > 0 ? (double)elapsed_ms / 1000 : 0.001;
  const double rate = (double)done / seconds;
  if (total == 0)
    return kcd_asprintf("%zu %s, %.0f/s", done, what, rate);
  const double left = rate > 0 ? (double)(total - done) / rate : 0;
  return kcd_asprintf("%zu of %zu %s, %.*f/s, %.0f s left", done, total, what, rate < 10 ? 1 : 0, rate, left);
}

void kcd_progress_step(struct kcd_progress *progress)
{
  struct timespec now;
  progress->done++;
  if (!progress->wanted)
    return;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const long elapsed = ms_between(&progress->began, &now);
  if (elapsed < QUIET_MS || (progress->visible && ms_between(&progress->shown, &now) < PACE_MS))
    return;
  KCD_AUTO_CHAR text = kcd_progress_text(progress->what, progress->done, progress->total, elapsed);
  fprintf(stderr, ERASE_LINE "kcdfix: %s", text);
  fflush(stderr);
  progress->shown = now;
  progress->visible = true;
}

void kcd_progress_clear(struct kcd_progress *progress)
{
  if (!progress->visible)
    return;
  fputs(ERASE_LINE, stderr);
  fflush(stderr);
  progress->visible = false;
}
