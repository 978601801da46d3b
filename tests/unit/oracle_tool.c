/* oracle_tool - the codecs for oracle.py: reads one request a line, "VERB ARGUMENT...", and answers each with one line,
 * "error" where the codec refuses. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/kerberr.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/replmeta.h>
#include <kcdfix/secdesc.h>
#include <kcdfix/text.h>

static void refuse(void)
{
  printf("error");
}

static void sid_text(const struct kcd_bytes *bytes)
{
  struct kcd_sid sid;
  char text[KCD_SID_TEXT_MAX];
  if (kcd_sid_decode(bytes->data, bytes->len, &sid) != 0)
    refuse();
  else
    printf("%s", kcd_sid_text(&sid, text));
}

static void sid_bytes(const char *text)
{
  struct kcd_sid sid;
  struct kcd_buf out;
  if (kcd_sid_parse(text, &sid) != 0) {
    refuse();
    return;
  }
  kcd_buf_init(&out, 100);
  kcd_sid_write(&out, &sid);
  KCD_AUTO_CHAR hex = kcd_hex(out.data, out.len);
  printf("%s", hex);
  kcd_buf_done(&out);
}

static void guid_bytes(const char *text)
{
  uint8_t guid[16];
  if (kcd_guid_parse(text, guid) != 0) {
    refuse();
    return;
  }
  KCD_AUTO_CHAR hex = kcd_hex(guid, sizeof(guid));
  printf("%s", hex);
}

static void guid_text(const struct kcd_bytes *bytes)
{
  if (bytes->len != 16) {
    refuse();
    return;
  }
  KCD_AUTO_CHAR text = kcd_guid_text(bytes->data);
  printf("%s", text);
}

static void print_sid(bool present, const struct kcd_sid *sid)
{
  char text[KCD_SID_TEXT_MAX];
  printf(" %s", present ? kcd_sid_text(sid, text) : "-");
}

/* "OWNER GROUP ENCODED-AGAIN {TYPE:FLAGS:MASK:SID}..." */
static void secdesc(const struct kcd_bytes *bytes)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_secdesc sd;
  struct kcd_bytes again;
  char text[KCD_SID_TEXT_MAX];
  if (kcd_secdesc_decode(bytes->data, bytes->len, &sd, &err) != 0) {
    refuse();
    return;
  }
  (void)kcd_secdesc_encode(&sd, &again, &err);
  KCD_AUTO_CHAR hex = kcd_hex(again.data, again.len);
  printf("secdesc");
  print_sid(sd.has_owner, &sd.owner);
  print_sid(sd.has_group, &sd.group);
  printf(" %s", hex);
  for (size_t i = 0; i < sd.n_aces; i++)
    printf(" %u:%u:%" PRIu32 ":%s", sd.aces[i].type, sd.aces[i].flags, sd.aces[i].mask,
           kcd_sid_text(&sd.aces[i].sid, text));
  kcd_bytes_done(&again);
  kcd_secdesc_done(&sd);
}

static void replmeta(const struct kcd_bytes *bytes, const char *attid_text)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_attr_meta meta;
  uint64_t attid;
  if (attid_text == NULL || kcd_parse_u64(attid_text, UINT32_MAX, &attid) != 0 ||
      kcd_replmeta_find(bytes->data, bytes->len, (uint32_t)attid, &meta, &err) != 0) {
    refuse();
    return;
  }
  KCD_AUTO_CHAR dsa = kcd_guid_text(meta.originating_dsa);
  printf("%" PRIu32 " %" PRId64 " %s %" PRIu64 " %" PRIu64, meta.version, (int64_t)meta.originating_time, dsa,
         meta.originating_usn, meta.local_usn);
}

static void ntstatus(const char *text)
{
  uint64_t value;
  const char *name = kcd_parse_u64(text, UINT32_MAX, &value) == 0 ? kcd_ntstatus_name((uint32_t)value) : NULL;
  printf("%s", name == NULL ? "error" : name);
}

static void from_hex(const char *verb, const char *hex, const char *more)
{
  struct kcd_bytes bytes = {0};
  if (kcd_hex_decode(hex, &bytes) != 0)
    refuse();
  else if (strcmp(verb, "sid-text") == 0)
    sid_text(&bytes);
  else if (strcmp(verb, "guid-text") == 0)
    guid_text(&bytes);
  else if (strcmp(verb, "secdesc") == 0)
    secdesc(&bytes);
  else if (strcmp(verb, "replmeta") == 0)
    replmeta(&bytes, more);
  else
    refuse();
  kcd_bytes_done(&bytes);
}

static void answer(char *line)
{
  char *rest = NULL;
  const char *verb = strtok_r(line, " \n", &rest);
  const char *argument = strtok_r(NULL, " \n", &rest);
  const char *more = strtok_r(NULL, " \n", &rest);
  if (verb == NULL || argument == NULL)
    refuse();
  else if (strcmp(verb, "sid-bytes") == 0)
    sid_bytes(argument);
  else if (strcmp(verb, "guid-bytes") == 0)
    guid_bytes(argument);
  else if (strcmp(verb, "ntstatus") == 0)
    ntstatus(argument);
  else
    from_hex(verb, argument, more);
  printf("\n");
}

int main(void)
{
  char *line = NULL;
  size_t size = 0;
  while (getline(&line, &size, stdin) > 0)
    answer(line);
  free(line);
  return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
