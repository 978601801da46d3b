# hyperv.bash: Hyper-V hosts to migrate machines among. Loaded by the .bats files about many hosts.
# shellcheck shell=bash

# shellcheck disable=SC2034 # for those that load this
migration="Microsoft Virtual System Migration Service"

# Hyper-V hosts as populate.py has them: HOST/, the migration service, and its escaped form for Samba's KDC.
plant() {
  /usr/bin/python3 -I -c '
import json, sys
migration = "Microsoft Virtual System Migration Service"
def both(service, name):
    return [f"{service}/{name}", f"{service}/{name}.kcd.test"]
def host(name):
    services = ["HOST", migration, migration.replace(" ", "\\ ")]
    return {"name": name, "spns": [spn for service in services for spn in both(service, name)]}
print(json.dumps([host(name) for name in sys.argv[1:]]))' "$@" | ad-plant
}

undelegate() {
  ad-set "$1" userAccountControl 4096
  [ -z "$(ad-get "$1" msDS-AllowedToDelegateTo)" ] || ad-del "$1" msDS-AllowedToDelegateTo
}

state_of() {
  ad-get "$1" userAccountControl msDS-AllowedToDelegateTo | sort
}
