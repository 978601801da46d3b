#include "commands.h"

#include <string.h>

#include "exit_status.h"

/* clang-format off */
const struct kcd_command kcd_commands[] = {
  {"check", KCD_CMD_CHECK, "kcdfix.check/1", "[HOST... SPN...]",
   "why does it fail, and what does the KDC say (read-only without --stand-in)",
   "An operand with a / is an SPN, any other is a host: CORE2016, CORE2016$, DOM\\CORE2016, an FQDN or a DN. Every host is "
   "checked against every SPN; a host without SPN against every SPN in its list. With --for the operands are hosts, and "
   "servers behind --; with -f a file says what hosts need. Without operands: the pairs of the last check.\n\n"
   "  kcdfix check CORE2016 cifs/2016GUI\n"
   "  kcdfix check --for live-migration HV1 HV2 HV3\n"
   "  kcdfix check -f estate.ini\n"
   "  kcdfix check --stand-in CORE2016 cifs/2016GUI\n"
   "  kcdfix check -k core2016.keytab --as alice CORE2016 cifs/2016GUI",
   kcd_cmd_check},
  {"apply", KCD_CMD_APPLY, "kcdfix.change/1", "[HOST... SPN...]",
   "make the smallest change that fixes it, check again",
   "Adds the SPN to the host's list; with --protocol-transition also sets \"Use any authentication protocol\". Shows the "
   "difference and asks; records the old values first; reads back and checks again. With --for the operands are hosts, "
   "and servers behind --; with -f a file says what hosts need. Without operands: the pairs of the last check.\n\n"
   "  kcdfix apply --protocol-transition CORE2016 cifs/2016GUI\n"
   "  kcdfix apply --protocol-transition --for vm-storage NODE1 NODE2 -- SOFS2016\n"
   "  kcdfix apply --protocol-transition --rehearse CORE2016 cifs/2016GUI\n"
   "  kcdfix apply -n --emit powershell --protocol-transition CORE2016 cifs/2016GUI",
   kcd_cmd_apply},
  {"undo", KCD_CMD_UNDO, "kcdfix.change/1", "[CHANGE]",
   "take a recorded change back",
   "CHANGE is the name of a record or of a run, as history shows it; without it the newest run that is not yet taken "
   "back. Only what kcdfix itself wrote is taken back, and only if it is still as it was left.",
   kcd_cmd_undo},
  {"history", KCD_CMD_HISTORY, "kcdfix.history/1", "",
   "the changes made from this machine",
   "Reads the records in $XDG_STATE_HOME/kcdfix: of changes, and of temporary accounts. No server is asked.",
   kcd_cmd_history},
  {"probe", KCD_CMD_PROBE, "kcdfix.probe/1", "HOST SPN...",
   "only ask the KDC, show each exchange",
   "With the host's own key: a ticket-granting ticket, S4U2Self for the user, S4U2Proxy to each SPN. No directory is "
   "read, nothing is stored.\n\n"
   "  kcdfix probe -k core2016.keytab --as alice CORE2016 cifs/2016GUI",
   kcd_cmd_probe},
  {"audit", KCD_CMD_AUDIT, "kcdfix.audit/1", "",
   "every delegation in the domain, who is exposed, what is stale",
   "Reads every account that may delegate or that accepts others, what each entry leads to, and which privileged users can "
   "be impersonated. Nothing is changed. Status 1 with an error or a warning.\n\n"
   "  kcdfix audit\n"
   "  kcdfix audit --format csv -o audit.csv",
   kcd_cmd_audit},
  {"explain", KCD_CMD_EXPLAIN, "kcdfix.explain/1", "[CODE|EVENT|TEXT]",
   "what an error means, and which command to run next",
   "Takes a number in any spelling, a symbolic name, the id of a finding, the text of an event, or whatever stands around "
   "them; - reads standard input. Nothing is asked of anybody.\n\n"
   "  kcdfix explain 13000\n"
   "  kcdfix explain 0x8009030E",
   kcd_cmd_explain},
  {"hosts", KCD_CMD_HOSTS, "kcdfix.hosts/1", "",
   "Hyper-V hosts and clusters found in the directory",
   "A host is found by the SPN of its migration service or by its service connection point, and shown is which of the two "
   "is missing, how the host may delegate, and what is wrong with it. Names of clusters stand apart; virtual machines are "
   "counted and left out. Nothing is changed. Status 0, also where there is none.\n\n"
   "  kcdfix hosts\n"
   "  kcdfix hosts --format csv -o hosts.csv",
   kcd_cmd_hosts},
  {"stand-in", KCD_CMD_STAND_IN, "kcdfix.stand-in/1", "",
   "temporary accounts that a broken run left behind",
   "Lists the accounts that check --stand-in and apply --rehearse recorded on this machine and did not delete; with "
   "--clean deletes them. --all looks for more in the whole domain. An account is deleted by its objectGUID, and only if "
   "it carries the mark of its record. Status 1 while one is left.\n\n"
   "  kcdfix stand-in\n"
   "  kcdfix stand-in --clean",
   kcd_cmd_stand_in},
  {"doctor", KCD_CMD_DOCTOR, "kcdfix.doctor/1", "[HOST]",
   "can this machine talk to the domain: DNS, ports, clock, ticket, login",
   "Each check is ok, a warning or a fault with its remedy, or not tried with the reason. With HOST also whether you may "
   "change it. Nothing in the domain is changed. Status 1 with a fault.\n\n"
   "  kcdfix doctor\n"
   "  kcdfix doctor -D kcd.test CORE2016",
   kcd_cmd_doctor},
};
/* clang-format on */
const size_t kcd_n_commands = sizeof kcd_commands / sizeof kcd_commands[0];

const struct kcd_command *kcd_command_find(const char *name)
{
  for (size_t i = 0; i < kcd_n_commands; i++)
    if (strcmp(kcd_commands[i].name, name) == 0)
      return &kcd_commands[i];
  return NULL;
}

/* Edit distance of two short words; words that do not fit are as far apart as can be. */
static unsigned distance(const char *a, const char *b)
{
  enum { MAX = 24 };
  size_t la = strlen(a), lb = strlen(b);
  if (la > MAX || lb > MAX)
    return MAX;
  unsigned row[MAX + 1];
  for (unsigned j = 0; j <= lb; j++)
    row[j] = j;
  for (unsigned i = 1; i <= la; i++) {
    unsigned diagonal = row[0];
    row[0] = i;
    for (unsigned j = 1; j <= lb; j++) {
      unsigned change = diagonal + (a[i - 1] != b[j - 1]);
      unsigned gap = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
      diagonal = row[j];
      row[j] = change < gap ? change : gap;
    }
  }
  return row[lb];
}

const char *kcd_nearest_command(const char *name)
{
  const char *nearest = NULL;
  unsigned best = 3; /* further away than two letters is no slip of the finger */
  for (size_t i = 0; i < kcd_n_commands; i++) {
    unsigned d = distance(name, kcd_commands[i].name);
    if (d < best) {
      best = d;
      nearest = kcd_commands[i].name;
    }
  }
  return nearest;
}

int kcd_run_failed(struct kcd_run *run, const struct kcd_error *err)
{
  kcd_report_error(run->report, err);
  if (run->style.format != KCD_FORMAT_JSON)
    kcd_show_error(err);
  return kcd_exit_of_error(err);
}
