/* replay.c - gives each file named, and each file in the folders named, to the fuzz target: a main() for builds without
 * libFuzzer. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <kcdfix/alloc.h>

#include "target.h"

static size_t replayed;

static int replay_file(const char *path)
{
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
    perror(path);
    return -1;
  }
  long size = ftell(file);
  rewind(file);
  /* A block of exactly the file's size, so that a read past the end is seen. */
  uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
  size_t len = data == NULL || size < 0 ? 0 : fread(data, 1, (size_t)size, file);
  (void)fclose(file);
  (void)LLVMFuzzerTestOneInput(data, len);
  free(data);
  replayed++;
  return 0;
}

static int replay_folder(const char *path)
{
  DIR *folder = opendir(path);
  int result = folder == NULL ? -1 : 0;
  if (folder == NULL)
    perror(path);
  for (struct dirent *entry; result == 0 && (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] == '.')
      continue;
    KCD_AUTO_CHAR file = kcd_asprintf("%s/%s", path, entry->d_name);
    result = replay_file(file);
  }
  if (folder != NULL)
    (void)closedir(folder);
  return result;
}

static int replay(const char *path)
{
  struct stat status;
  if (stat(path, &status) != 0) {
    perror(path);
    return -1;
  }
  return S_ISDIR(status.st_mode) ? replay_folder(path) : replay_file(path);
}

int main(int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (replay(argv[i]) != 0)
      return EXIT_FAILURE;
  printf("%zu inputs replayed\n", replayed);
  return replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
