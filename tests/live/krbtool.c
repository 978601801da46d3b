/* krbtool: prints what the Kerberos module finds, one fact a line, for tests/live/kerberos.bats. Not installed.
 *
 *   krbtool [OPTION...] login HOST...           log in, get a ticket for ldap/HOST of the first that answers
 *   krbtool [OPTION...] probe USER SPN...       TGT, S4U2Self, S4U2Proxy for each SPN
 *     -c CCACHE  -u USER  -f PASSWORD-FILE  -r REALM  -k KEYTAB  -n HOST-ACCOUNT  -s KDC  -p PORT  -t MILLISECONDS
 *     -d DIRECTORY-KVNO  -v
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kcdfix/login.h>
#include <kcdfix/probe.h>

struct arguments {
  const char *ccache, *user, *password_file, *realm, *keytab, *account, *kdc;
  int timeout_ms;
  uint16_t port;
  unsigned kvno;
  bool verbose, controls;
};

static void show_line(void *data, const char *line)
{
  (void)data;
  printf("trace %s\n", line);
}

static int show_error(const struct kcd_error *err)
{
  printf("error %d id=%s foreign=%s:%lld name=%s\n", (int)err->code, err->id, kcd_code_kind_name(err->kind),
         (long long)err->foreign, err->name);
  printf("message %s\n", err->message);
  printf("object %s\nserver %s\nnext %s\n", err->object, err->server, err->next);
  return 1;
}

static char *read_password(const char *file)
{
  char line[256] = "";
  FILE *in = fopen(file, "r");
  if (in == NULL || fgets(line, sizeof(line), in) == NULL)
    abort();
  fclose(in);
  line[strcspn(line, "\n")] = '\0';
  return kcd_strdup(line);
}

static int run_login(const struct arguments *arguments, char **hosts)
{
  KCD_AUTO_CHAR password = arguments->password_file == NULL ? NULL : read_password(arguments->password_file);
  struct kcd_login_options options = {
      .ccache = arguments->ccache,
      .user = arguments->user,
      .password = password,
      .realm = arguments->user == NULL ? NULL : arguments->realm,
      .timeout_ms = arguments->timeout_ms,
      .trace = arguments->verbose ? show_line : NULL,
  };
  KCD_AUTO(kcd_login) login = NULL;
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_login_open(&options, &login, &err) != 0)
    return show_error(&err);
  printf("opened %s realm %s\n", kcd_login_principal(login), kcd_login_realm(login));
  const char *realm = arguments->realm == NULL ? kcd_login_realm(login) : arguments->realm;
  int status = -1;
  for (; *hosts != NULL && status != 0; hosts++) {
    err = KCD_ERROR_INIT;
    status = kcd_login_start(login, realm, *hosts, arguments->port, &err);
    if (status != 0)
      show_error(&err);
  }
  printf("requests %u\n", kcd_login_requests(login));
  if (status != 0)
    return 1;
  printf("started %s\nKRB5CCNAME %s\nKRB5_CONFIG %s\n", kcd_login_principal(login), getenv("KRB5CCNAME"),
         getenv("KRB5_CONFIG"));
  return 0;
}

static void show_answer(const char *what, const struct kcd_answer *answer)
{
  static const char *const outcomes[] = {"not-tried", "ticket", "error"};
  printf("%s %s", what, outcomes[answer->outcome]);
  if (answer->outcome == KCD_TICKET)
    printf(" %s", answer->forwardable ? "fwd" : "not-fwd");
  if (answer->outcome == KCD_ERROR)
    printf(" %d client=%lld", (int)answer->code, (long long)answer->client_code);
  if (answer->has_ntstatus)
    printf(" ntstatus=%#x", (unsigned)answer->ntstatus);
  putchar('\n');
}

static void show_exchange(const struct kcd_exchange *exchange)
{
  printf("exchange %s client=%s user=%s service=%s kdc=%s messages=%u enctype=%d kvno=%u life=%lld%s text=%s\n",
         kcd_exchange_name(exchange->kind), exchange->client, exchange->user == NULL ? "-" : exchange->user,
         exchange->service, exchange->kdc, exchange->messages, exchange->enctype, exchange->kvno,
         (long long)(exchange->ends - exchange->starts), exchange->ok_as_delegate ? " ok-as-delegate" : "",
         exchange->client_text == NULL ? "" : exchange->client_text);
  if (exchange->has_krb_error)
    printf("krb-error %d edata=%d bytes=%zu text=%s\n", (int)exchange->krb_error.code, (int)exchange->krb_error.edata,
           exchange->krb_error.data.len, exchange->krb_error.text == NULL ? "" : exchange->krb_error.text);
}

static int show_observation(const struct kcd_observation *observation)
{
  printf("pair %s %s %s\n", observation->host, observation->user, observation->spn);
  for (size_t i = 0; i < observation->n; i++)
    show_exchange(&observation->exchanges[i]);
  printf("tgt %s\n", observation->tgt_forwardable ? "fwd" : "not-fwd");
  show_answer("s4u2self", &observation->s4u2self);
  show_answer("s4u2proxy", &observation->s4u2proxy);
  show_answer("user-ticket", &observation->user_ticket);
  for (int purpose = KCD_FOR_LIST; purpose < KCD_FOR_OWN_TICKET; purpose++)
    show_answer(kcd_purpose_name(purpose), &observation->controls[purpose]);
  show_answer("own-evidence", &observation->own_evidence);
  return kcd_error_is_set(&observation->error) ? show_error(&observation->error) : 0;
}

static int run_probe(const struct arguments *arguments, const char *user, char **spns)
{
  struct kcd_probe_options options = {
      .keytab = arguments->keytab,
      .host = arguments->account,
      .realm = arguments->realm,
      .kdc = arguments->kdc,
      .kdc_port = arguments->port,
      .timeout_ms = arguments->timeout_ms,
      .trace = arguments->verbose ? show_line : NULL,
  };
  KCD_AUTO(kcd_probe) probe = NULL;
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_probe_open(&options, &probe, &err) != 0)
    return show_error(&err);
  int status = 0;
  for (char **spn = spns; *spn != NULL; spn++) {
    struct kcd_observation observation;
    kcd_probe_run(probe, user, *spn, arguments->kvno, &observation);
    if (arguments->controls)
      kcd_probe_control(probe, user, *spn, arguments->ccache, &observation);
    status |= show_observation(&observation);
    kcd_observation_done(&observation);
  }
  printf("requests %u\n", kcd_probe_requests(probe));
  return status;
}

static void read_option(struct arguments *arguments, int option)
{
  switch (option) {
  case 'c':
    arguments->ccache = optarg;
    break;
  case 'u':
    arguments->user = optarg;
    break;
  case 'f':
    arguments->password_file = optarg;
    break;
  case 'r':
    arguments->realm = optarg;
    break;
  case 'k':
    arguments->keytab = optarg;
    break;
  case 'n':
    arguments->account = optarg;
    break;
  case 's':
    arguments->kdc = optarg;
    break;
  case 'p':
    arguments->port = (uint16_t)atoi(optarg);
    break;
  case 't':
    arguments->timeout_ms = atoi(optarg);
    break;
  case 'd':
    arguments->kvno = (unsigned)atoi(optarg);
    break;
  case 'x':
    arguments->controls = true;
    break;
  case 'v':
    arguments->verbose = true;
    break;
  default:
    exit(2);
  }
}

int main(int argc, char **argv)
{
  struct arguments arguments = {.timeout_ms = 5000};
  int option;
  while ((option = getopt(argc, argv, "+c:u:f:r:k:n:s:p:t:d:vx")) != -1)
    read_option(&arguments, option);
  argv += optind;
  if (argv[0] != NULL && strcmp(argv[0], "login") == 0 && argv[1] != NULL)
    return run_login(&arguments, argv + 1);
  if (argv[0] != NULL && strcmp(argv[0], "probe") == 0 && argv[1] != NULL && argv[2] != NULL)
    return run_probe(&arguments, argv[1], argv + 2);
  return 2;
}
