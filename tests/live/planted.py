"""States of a directory, each made around one cause (or none, or two) why delegation fails.

What the cause is called is written here, by the one who plants it, after docs/FINDINGS.md; nothing asks kcdfix. A kind
below is a function that gets a Site, puts its accounts there and returns the causes, and maybe which other errors may
stand beside them. Its weight is how often it comes, relative to the others: chosen so that no answer of the KDC makes
up more than a quarter of the states.
"""
import dataclasses
import random

DOMAIN = "kcd.test"
REALM = "KCD.TEST"
SAMBA_417 = "samba-heimdal-4.17"

WORKSTATION = 0x1000
TRANSITION = 0x1000000
UNCONSTRAINED = 0x80000
SENSITIVE = 0x100000
DISABLED = 0x2
PROTECTED_USERS = 525
LONG_AGO = 125911584000000000  # 2000-01-01 as a Windows file time

MIGRATION = "Microsoft Virtual System Migration Service"
# Accounts of populate.py that Samba's KDC delegates: ordinary, needing a smart card, in Protected Users.
DELEGABLE = ["alice", "alice", "alice", "jmueller", "plain", "hank", "carol", "nina", "paul"]
# Entries for servers that no state asks for.
ELSEWHERE = ["cifs/SQL", "cifs/NODE1.kcd.test", "HTTP/web", "MSSQLSvc/sql.kcd.test:1433", "host/NODE2", "cifs/SOFS2016",
             f"{MIGRATION}/HV1", "CIFS/sql.KCD.test"]
MAPPED = ["cifs", "CIFS", "http", "dns", "Cifs"]  # classes that HOST/ stands for when an account is looked up


@dataclasses.dataclass
class State:
    kind: str
    host: str  # as an operand of kcdfix
    account: str  # the host's sAMAccountName
    user: str  # as an operand of kcdfix
    principal: str  # the same one for the KDC
    spn: str
    causes: list  # the errors that have to be named; none: it has to work
    also: list  # errors that may stand beside them


class Site:
    """The accounts of one state, and the dice. Names are of the host (H12), the target (T12), the user (u12)."""

    def __init__(self, number, dice, flavour):
        self.dice = dice
        self.old = flavour == SAMBA_417
        self.name = f"H{number}"
        self.target_name = f"T{number}"
        self.user_name = f"u{number}"
        self.group = f"G{number}"
        self.host = {"name": self.name, "uac": TRANSITION, "keytab": True}
        self.operands = [self.name, self.name.lower(), f"{self.name}$", f"{self.name}.{DOMAIN}"]
        self.account = f"{self.name}$"
        self.target = {"name": self.target_name}
        self.more = []
        self.user = dice.choice(DELEGABLE)
        self.users = ["{}", "{}", f"{{}}@{REALM}", "KCD\\{}"]  # how it may be written
        self.spn = self.any_spn()

    def accounts(self):
        return [account for account in [self.host, self.target, *self.more] if account]

    def any_case(self, text):
        return self.dice.choice([str, str.upper, str.lower, str])(text)

    def any_spn(self, service=None):
        name = self.dice.choice([self.target_name, f"{self.target_name}.{DOMAIN}"])
        return f"{service or self.dice.choice(MAPPED + ['HOST', 'host'])}/{self.any_case(name)}"

    def elsewhere(self, least=0):
        return self.dice.sample(ELSEWHERE, self.dice.randint(least, 3))

    def list(self, *entries):
        values = [*entries, *self.elsewhere()]
        if self.dice.random() < 0.2 and entries[0].upper() != entries[0]:
            values.append(entries[0].upper())  # the same one to the directory, and to a KDC
        self.dice.shuffle(values)
        self.host["delegate_to"] = values

    def list_only_elsewhere(self):
        """Returns the id of what is wrong with that."""
        self.host["delegate_to"] = self.dice.choice([[], self.elsewhere(least=1)])
        return "spn-not-listed" if self.host["delegate_to"] else "list-empty"

    def list_asked(self):
        self.list(self.any_case(self.spn))

    def kerberos_only(self):
        self.host["uac"] = self.dice.choice([0, 0, UNCONSTRAINED])

    def new_user(self, **options):
        self.more.append({"name": self.user_name, "kind": "user", **options})
        self.user = self.user_name

    def host_is_user(self, **attributes):
        """What no computer can be, locked for example."""
        values = {"msDS-AllowedToDelegateTo": self.host.pop("delegate_to"), **attributes}
        self.host.update(kind="user", attributes=values)
        self.account = self.name
        self.operands = [self.name, self.name.lower()]

    def target_is_user(self, **attributes):
        names = [f"HOST/{self.target_name}", f"HOST/{self.target_name}.{DOMAIN}"]
        self.target.update(kind="user", attributes={"servicePrincipalName": names, **attributes})

    def accept(self, entries):
        """What stands in the DACL; {H} is the host."""
        self.target["rbcd"] = "O:BAD:" + entries.replace("{H}", f"{{{self.name}$}}")

    def state(self, kind, causes, also=()):
        user = self.dice.choice(self.users).format(self.user)
        return State(kind, self.dice.choice(self.operands), self.account, user, self.user, self.spn, list(causes),
                     sorted(also))


KINDS = {}  # name: (weight, function)


def kind(weight):
    def register(function):
        KINDS[function.__name__.replace("_", " ")] = (weight, function)
        return function
    return register


# ---- It works ----

@kind(8)
def healthy(site):
    site.host["uac"] |= site.dice.choice([0, 0, UNCONSTRAINED])
    site.target["uac"] = site.dice.choice([0, 0, 0, DISABLED])  # which Samba does not mind
    site.list_asked()
    return []


@kind(2)
def own_service(site):
    site.spn = f"cifs/{site.name}"
    site.list_asked()
    return []


@kind(1)
def blanks_escaped_everywhere(site):
    site.spn = f"{MIGRATION}/{site.target_name}"
    escaped = site.spn.replace(" ", "\\ ")
    site.target["spns"] = [f"HOST/{site.target_name}", site.spn, escaped]
    site.list(site.spn, escaped)
    return []


@kind(2)
def other_suffix(site):
    site.spn = f"cifs/{site.target_name}.other.example"  # which Samba takes for the computer of that name
    site.list_asked()
    return []


@kind(3)
def target_sensitive(site):
    site.target["uac"] = SENSITIVE  # a ticket, but not forwardable
    site.list_asked()
    return []


GRANTS = [
    "(A;;0xf01ff;;;{H})",
    "(A;;CR;;;{H})",
    "(A;;0xf01ff;;;DC)",  # Domain Computers
    "(A;;0xf01ff;;;AU)",
    "(A;;0x100;;;WD)",
    "(A;;CR;;;{H})(D;;0xf01ff;;;{H})",  # in this order
    "(D;;RPWP;;;{H})(A;;CR;;;{H})",  # denies something else
    "(D;;CR;;;{WEB$})(A;;0xf01ff;;;{H})(A;;0xf01ff;;;{SQL$})",
    "(A;CIID;0xf01ff;;;{H})",  # inherited, and in force
    "group",
]


def grant(site):
    entries = site.dice.choice(GRANTS)
    if entries == "group":
        site.host["group"] = site.group
        site.accept(f"(A;;0xf01ff;;;{{{site.group}}})")
    else:
        site.accept(entries)


@kind(3)
def resource_based(site):
    grant(site)
    unlisted = site.list_only_elsewhere()
    return (["rbcd-unsupported-samba-417"], [unlisted]) if site.old else []


# ---- The host ----

@kind(6)
def protocol_transition_off(site):
    site.kerberos_only()
    site.list_asked()
    return ["protocol-transition-off"]


@kind(2)
def not_listed_and_transition_off(site):
    site.kerberos_only()
    site.host["delegate_to"] = site.elsewhere(least=1)
    return ["spn-not-listed", "protocol-transition-off"]


@kind(2)
def nothing_set(site):
    site.kerberos_only()
    return ["list-empty", "protocol-transition-off"]


@kind(2)
def host_sensitive(site):
    site.host["uac"] |= SENSITIVE
    site.list_asked()
    return ["host-sensitive"]


@kind(2)
def host_protected(site):
    site.host["member_of"] = [PROTECTED_USERS]
    site.list_asked()
    return ["host-protected-users"]


@kind(3)
def host_disabled(site):
    site.host["uac"] |= DISABLED
    site.list_asked()
    return ["host-account-unusable"]


@kind(2)
def host_locked(site):
    site.list_asked()
    site.host_is_user(servicePrincipalName=[f"HTTP/{site.name}"], lockoutTime="now")
    return ["host-account-unusable"]


@kind(2)
def host_expired(site):
    site.host["attributes"] = {"accountExpires": LONG_AGO}
    site.list_asked()
    return ["host-account-unusable"]


@kind(2)
def host_must_change_password(site):
    site.list_asked()
    site.host_is_user(servicePrincipalName=[f"HTTP/{site.name}"], pwdLastSet=0)
    return ["host-account-unusable"]


@kind(2)
def host_without_spn(site):
    site.list_asked()
    site.host_is_user()
    return ["host-spn-missing"]


# ---- The list ----

@kind(2)
def list_empty(site):
    return ["list-empty"]


@kind(2)
def not_listed(site):
    site.host["delegate_to"] = site.elsewhere(least=1)
    return ["spn-not-listed"]


@kind(1)
def other_port(site):
    site.spn = f"MSSQLSvc/{site.target_name}.{DOMAIN}:1433"
    site.target["spns"] = [f"HOST/{site.target_name}", site.spn]
    site.list(site.spn.replace("1433", "1434"))
    return ["spn-not-listed"]


@kind(2)
def other_form(site):
    service = site.dice.choice(MAPPED)
    forms = [f"{service}/{site.target_name}", f"{service}/{site.target_name}.{DOMAIN}"]
    site.dice.shuffle(forms)
    site.spn = forms[0]
    site.list(site.any_case(forms[1]))
    return ["short-or-fqdn-missing"]


@kind(2)
def host_class(site):
    site.spn = site.any_spn(site.dice.choice(MAPPED))
    site.list("HOST/" + site.spn.split("/")[1])
    return ["host-class-only"]


@kind(2)
def other_class(site):
    site.spn = site.any_spn("cifs")
    site.list(site.dice.choice(["http/", "dns/", f"{MIGRATION}/"]) + site.spn.split("/")[1])
    return ["service-class-missing"]


@kind(2)
def malformed(site):
    broken = ["{spn}@" + REALM, " {spn}", "{spn} ", site.target_name]
    site.list(site.dice.choice(broken).format(spn=site.spn))
    return ["list-entry-malformed"]


@kind(1)
def alias(site):
    site.spn = f"cifs/ALIAS-{site.target_name}"
    site.target["spns"] = [f"HOST/{site.target_name}", f"HOST/{site.target_name}.{DOMAIN}", site.spn]
    site.list(f"cifs/{site.target_name}")
    return ["alias-or-sofs-not-listed"]


# ---- The target ----

@kind(4)
def spn_nowhere(site):
    site.spn = site.dice.choice([f"cifs/gone-{site.target_name}", f"MSSQLSvc/{site.target_name}"])
    site.list_asked()
    return ["target-spn-missing"]


@kind(2)
def spn_nowhere_and_transition_off(site):
    site.kerberos_only()
    site.spn = f"cifs/gone-{site.target_name}"
    site.list_asked()
    return ["target-spn-missing", "protocol-transition-off"]


@kind(2)
def migration_spn_missing(site):
    site.spn = f"{MIGRATION}/{site.target_name}"
    site.list(site.spn)
    return ["migration-spn-registration-failed"]


@kind(2)
def blanks_plain(site):
    site.spn = f"{MIGRATION}/{site.target_name}"
    site.target["spns"] = [f"HOST/{site.target_name}", site.spn]
    site.list(site.spn)
    return ["spn-with-blank-on-samba"]


@kind(1)
def blanks_listed_plain(site):
    site.spn = f"{MIGRATION}/{site.target_name}"
    site.target["spns"] = [f"HOST/{site.target_name}", site.spn, site.spn.replace(" ", "\\ ")]
    site.list(site.spn)
    return ["spn-with-blank-on-samba"]


@kind(2)
def two_owners(site):
    """One by registration, one by birth: the directory refuses any other double."""
    site.spn = f"cifs/{site.target_name}"
    site.target["spns"] = []
    site.more.append({"name": f"D{site.target_name}", "spns": [f"HOST/{site.target_name}"]})
    site.list_asked()
    return ["duplicate-spn"]


@kind(4)
def target_without_keys(site):
    site.target["keys"] = False
    site.list_asked()
    return ["target-without-keys"]


@kind(2)
def target_without_keys_and_transition_off(site):
    site.kerberos_only()
    site.target["keys"] = False
    site.list_asked()
    return ["target-without-keys", "protocol-transition-off"]


@kind(3)
def target_locked(site):
    site.target_is_user(lockoutTime="now")
    site.list_asked()
    return ["target-disabled"]


@kind(2)
def kdc_listed(site):
    site.spn = f"krbtgt/{REALM}"
    site.target = None
    site.list(site.spn)
    return ["krbtgt-listed"]


@kind(1)
def kdc_not_listed(site):
    site.spn = f"krbtgt/{REALM}"
    site.target = None
    site.host["delegate_to"] = site.elsewhere(least=1)
    return ["krbtgt-listed"]


# ---- The user ----

@kind(3)
def user_sensitive(site):
    site.new_user(uac=SENSITIVE)
    site.list_asked()
    return ["user-sensitive"]


@kind(2)
def user_sensitive_and_not_listed(site):
    site.new_user(uac=SENSITIVE)
    site.host["delegate_to"] = site.elsewhere(least=1)
    return ["spn-not-listed", "user-sensitive"]


@kind(5)
def user_unknown(site):
    site.user, site.users = f"nobody{site.target_name}", ["{}"]
    site.list_asked()
    return ["user-not-found"]


@kind(3)
def user_disabled(site):
    site.new_user(uac=DISABLED)
    site.list_asked()
    return ["user-account-unusable"]


@kind(4)
def user_expired(site):
    site.new_user(attributes={"accountExpires": LONG_AGO})
    site.list_asked()
    return ["user-account-unusable"]


@kind(3)
def user_locked(site):
    site.new_user(attributes={"lockoutTime": "now"})
    site.list_asked()
    return ["user-account-unusable"]


@kind(3)
def user_must_change_password(site):
    site.new_user(attributes={"pwdLastSet": 0})
    site.list_asked()
    return ["user-account-unusable"]


# ---- Several at once: what the KDC looks at first decides its answer, and each one has to be mended ----

def user_with(**options):
    return lambda site: site.new_user(**options)


HOST_PARTS = {
    "protocol-transition-off": [Site.kerberos_only],
    "host-sensitive": [lambda site: site.host.update(uac=site.host["uac"] | SENSITIVE)],
    "host-protected-users": [lambda site: site.host.update(member_of=[PROTECTED_USERS])],
    "host-account-unusable": [
        lambda site: site.host.update(uac=site.host["uac"] | DISABLED),
        lambda site: site.host.update(attributes={"accountExpires": LONG_AGO}),
    ],
}
LIST_PARTS = {
    "list-empty": [lambda site: site.host.update(delegate_to=[])],
    "spn-not-listed": [lambda site: site.host.update(delegate_to=site.elsewhere(least=1))],
    "short-or-fqdn-missing": [lambda site: site.list(f"cifs/{site.target_name}.{DOMAIN}")],
    "host-class-only": [lambda site: site.list(f"HOST/{site.target_name}")],
    "service-class-missing": [lambda site: site.list(f"http/{site.target_name}")],
    "list-entry-malformed": [lambda site: site.list(f"cifs/{site.target_name}@{REALM}")],
}
TARGET_PARTS = {
    "target-without-keys": [lambda site: site.target.update(keys=False)],
    "target-disabled": [lambda site: site.target_is_user(lockoutTime="now")],
}
USER_PARTS = {
    "user-sensitive": [user_with(uac=SENSITIVE)],
    "user-not-found": [lambda site: setattr(site, "user", site.user_name)],
    "user-account-unusable": [
        user_with(uac=DISABLED),
        user_with(attributes={"accountExpires": LONG_AGO}),
        user_with(attributes={"lockoutTime": "now"}),
        user_with(attributes={"pwdLastSet": 0}),
    ],
}
PARTS = [HOST_PARTS, LIST_PARTS, TARGET_PARTS, USER_PARTS]


@kind(16)
def several(site):
    site.spn = f"cifs/{site.target_name}"
    site.list_asked()
    causes = []
    for parts in site.dice.sample(PARTS, site.dice.choice([2, 2, 3, 4])):
        cause = site.dice.choice(sorted(parts))
        site.dice.choice(parts[cause])(site)
        causes.append(cause)
    return causes


# ---- Resource-based ----

RESOURCE_BASED = {"rbcd-ace-dead", "rbcd-ace-mask", "rbcd-unsupported-samba-417", "rbcd-needs-transition-on-samba",
                  "list-breaks-rbcd"}


@kind(3)
def list_breaks_resource_based(site):
    grant(site)
    site.kerberos_only()
    site.host["delegate_to"] = site.elsewhere(least=1)
    if site.old:
        return ["rbcd-unsupported-samba-417"], {"spn-not-listed", "protocol-transition-off", *RESOURCE_BASED}
    return ["list-breaks-rbcd"]


@kind(2)
def resource_based_without_transition(site):
    grant(site)
    site.kerberos_only()
    if site.old:
        return ["rbcd-unsupported-samba-417"], {"list-empty", "protocol-transition-off", *RESOURCE_BASED}
    return ["rbcd-needs-transition-on-samba"]


def useless_entry(site, entries, cause):
    """Not listed, and the entry that was to do it does not. Samba 4.17 reads none at all, so there the list is it."""
    site.accept(site.dice.choice(entries))
    unlisted = site.list_only_elsewhere()
    return ([unlisted], RESOURCE_BASED) if site.old else ([cause], {unlisted})


@kind(2)
def entry_mask(site):
    return useless_entry(site, [
        "(A;;0x10000000;;;{H})",  # GENERIC_ALL as such
        "(A;;RPWP;;;{H})",
        "(A;;0xf00ff;;;{H})",
        "(A;;RPWP;;;{H})(A;;0xf01ff;;;{WEB$})",
    ], "rbcd-ace-mask")


@kind(2)
def entry_dead(site):
    return useless_entry(site, [
        "(D;;CR;;;{H})(A;;0xf01ff;;;{H})",
        "(D;;0xf01ff;;;DC)(A;;CR;;;{H})",
        "(A;CIIO;0xf01ff;;;{H})",
    ], "rbcd-ace-dead")


@kind(1)
def entry_of_nobody(site):
    """Whose it was nobody can tell, so it stands beside the cause as a warning."""
    site.accept("(A;;0xf01ff;;;{RID:900001})")
    return [site.list_only_elsewhere()], RESOURCE_BASED


def deck(count, dice):
    """COUNT kinds in any order, each as often as its weight says: what is left to chance is one more or less."""
    cards = [name for name, (weight, _) in KINDS.items() for _ in range(weight)]
    offset = dice.random()
    chosen = [cards[int((at + offset) * len(cards) / count) % len(cards)] for at in range(count)]
    dice.shuffle(chosen)
    return chosen


def plant(count, seed, flavour, first=0):
    """Returns the states, and the accounts they need; FIRST numbers those."""
    dice = random.Random(seed)
    states, accounts = [], []
    for number, name in enumerate(deck(count, dice), first):
        site = Site(number, dice, flavour)
        result = KINDS[name][1](site)
        causes, also = result if isinstance(result, tuple) else (result, ())
        states.append(site.state(name, causes, also))
        accounts += site.accounts()
    return states, accounts
