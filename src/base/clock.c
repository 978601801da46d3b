#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>

/* What a year of four digits can say: 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
#define TIME_FIRST ((time_t)-62167219200)
#define TIME_LAST ((time_t)253402300799)

/* Seconds from 1601-01-01 to 1970-01-01. */
#define FILETIME_EPOCH ((int64_t)11644473600)

static struct tm utc(time_t when)
{
  if (when < TIME_FIRST)
    when = TIME_FIRST;
  if (when > TIME_LAST)
    when = TIME_LAST;
  struct tm tm = {0};
  (void)gmtime_r(&when, &tm);
  return tm;
}

int64_t kcd_now_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

char *kcd_time_rfc3339(time_t when)
{
  struct tm tm = utc(when);
  return kcd_asprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                      tm.tm_min, tm.tm_sec);
}

char *kcd_time_compact(time_t when)
{
  struct tm tm = utc(when);
  return kcd_asprintf("%04d%02d%02dT%02d%02d%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                      tm.tm_sec);
}

char *kcd_time_people(time_t when)
{
  struct tm tm = utc(when);
  return kcd_asprintf("%04d-%02d-%02d %02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static int number(const char *text, size_t digits)
{
  int value = 0;
  for (size_t i = 0; i < digits; i++)
    value = value * 10 + (text[i] - '0');
  return value;
}

/* timegm(3) carries 31 February over into March; a date that comes back changed was none. */
static int from_parts(int year, int month, int day, int hour, int minute, int second, time_t *ret)
{
  struct tm tm = {
      .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute, .tm_sec = second};
  struct tm wanted = tm;
  time_t when = timegm(&tm);
  if (tm.tm_year != wanted.tm_year || tm.tm_mon != wanted.tm_mon || tm.tm_mday != wanted.tm_mday ||
      tm.tm_hour != wanted.tm_hour || tm.tm_min != wanted.tm_min || tm.tm_sec != wanted.tm_sec)
    return -1;
  *ret = when;
  return 0;
}

/* Whether TEXT has the form PATTERN, in which 'd' stands for a digit. */
static bool has_form(const char *text, const char *pattern)
{
  for (; *pattern != '\0'; text++, pattern++)
    if (*pattern == 'd' ? !is_digit(*text) : *text != *pattern)
      return false;
  return *text == '\0';
}

int kcd_time_parse_rfc3339(const char *text, time_t *ret)
{
  if (!has_form(text, "dddd-dd-ddTdd:dd:ddZ"))
    return -1;
  return from_parts(number(text, 4), number(text + 5, 2), number(text + 8, 2), number(text + 11, 2),
                    number(text + 14, 2), number(text + 17, 2), ret);
}

/* The fraction may stand only behind seconds, as Active Directory writes it; it is dropped. */
static bool ends_generalized(const char *text, size_t digits)
{
  text += digits;
  if (*text == '.' || *text == ',') {
    if (digits != 14 || !is_digit(text[1]))
      return false;
    for (text++; is_digit(*text);)
      text++;
  }
  return strcmp(text, "Z") == 0;
}

int kcd_time_parse_generalized(const char *text, time_t *ret)
{
  size_t digits = 0;
  while (digits < 14 && is_digit(text[digits]))
    digits++;
  if ((digits != 10 && digits != 12 && digits != 14) || !ends_generalized(text, digits))
    return -1;
  int minute = digits >= 12 ? number(text + 10, 2) : 0;
  int second = digits == 14 ? number(text + 12, 2) : 0;
  return from_parts(number(text, 4), number(text + 4, 2), number(text + 6, 2), number(text + 8, 2), minute, second,
                    ret);
}

int kcd_time_from_filetime(uint64_t filetime, time_t *ret)
{
  if (filetime == 0 || filetime >= INT64_MAX)
    return -1;
  *ret = (time_t)((int64_t)(filetime / 10000000) - FILETIME_EPOCH);
  return 0;
}

char *kcd_clock_offset(int64_t seconds)
{
  const char *side = seconds < 0 ? "behind" : "ahead of";
  long long size = llabs((long long)seconds);
  if (size < 60)
    return kcd_asprintf("%lld s %s", size, side);
  if (size < 7200)
    return kcd_asprintf("%lld min %lld s %s", size / 60, size % 60, side);
  return kcd_asprintf("%lld h %lld min %s", size / 3600, size % 3600 / 60, side);
}

char *kcd_clock_remedy(const char *server)
{
  return kcd_asprintf("Set the clock, for example: chronyd -q 'server %s iburst'", server);
}
