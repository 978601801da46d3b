#!/usr/bin/python3
"""trace_fields.py FILE [PORT]: what `kcdfix explain --trace FILE --json` says against what tshark decodes of it.

Every Kerberos message that tshark finds has to be one that kcdfix counted and used: as the request or the answer of a
step, or as an earlier try of it (a repeated datagram, pre-authentication asked for, too long for UDP). Every field of
a step has to be that of its messages. Prints "M messages, S steps, F fields" and ends with 0 where all agree, else
each difference and 1. KCDFIX names another program than kcdfix.
"""

import json
import os
import subprocess
import sys
from datetime import datetime

REQUESTS = {10: "as_req", 12: "tgs_req"}
ANSWERS = {11: "as_rep", 13: "tgs_rep", 30: "krb_error"}
NORMAL = (25, 52)  # KDC_ERR_PREAUTH_REQUIRED, KRB_ERR_RESPONSE_TOO_BIG
CNAME_IN_ADDL_TKT = 0x00020000
ETYPES = {1: "des-crc", 3: "des-md5", 16: "des3", 17: "aes128", 18: "aes256", 19: "aes128-sha256", 20: "aes256-sha384",
          23: "rc4"}


def each(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def find(value, name):
    """Every value of the field NAME below VALUE, in order."""
    if isinstance(value, list):
        return [found for item in value for found in find(item, name)]
    if not isinstance(value, dict):
        return []
    return [found for key, item in value.items() for found in (each(item) if key == name else find(item, name))]


def name_of(parent, key, part):
    element = parent.get(f"kerberos.{key}_element")
    return None if element is None else "/".join(find(element, f"kerberos.{part}"))


def flags_of(text):
    return int(text.replace(":", ""), 16)


def etype_name(number):
    return ETYPES.get(int(number), f"etype {number}")


def padata_of(message):
    found = {}
    for element in each(message.get("kerberos.padata_tree", {}).get("kerberos.PA_DATA_element")):
        found.setdefault(int(element["kerberos.padata_type"]), element.get("kerberos.padata_type_tree", {}))
    return found


def read_request(message, out):
    body = message["kerberos.req_body_element"]
    padata = padata_of(message)
    out["options"] = flags_of(body["kerberos.kdc_options"])
    out["cname"] = name_of(body, "cname", "CNameString")
    out["spn"] = name_of(body, "sname", "SNameString")
    out["realm"] = body["kerberos.realm"]
    out["etypes"] = [etype_name(number) for number in find(body, "kerberos.ENCTYPE")]
    tickets = each(body.get("kerberos.additional_tickets_tree", {}).get("kerberos.Ticket_element"))
    out["evidence"] = name_of(tickets[0], "sname", "SNameString") if tickets else None
    out["evidence_cipher"] = find(tickets, "kerberos.cipher")[:1]
    out["armoured"] = 136 in padata
    out["for_user"] = 129 in padata or 130 in padata
    if 129 in padata:
        realm = find(padata[129], "kerberos.realm")[0]
        user = "/".join(find(padata[129], "kerberos.KerberosString"))
        out["user"] = user if realm == out["realm"] or "@" in user else f"{user}@{realm}"
    out["pac_options"] = 167 in padata
    flags = find(padata.get(167, {}), "kerberos.flags")
    out["resource_bit"] = bool(flags) and flags_of(flags[0]) & 0x10000000 != 0


def read_answer(message, out):
    out["named"] = name_of(message, "cname", "CNameString")
    out["spn"] = name_of(message, "sname", "SNameString")
    if out["type"] == 30:
        out["code"] = int(message["kerberos.error_code"])
        out["text"] = message.get("kerberos.e_text")
        status = find(message, "kerberos.smb.nt_status")
        out["ntstatus"] = int(status[0], 0) if status else None
        return
    ticket = message["kerberos.ticket_element"]
    out["spn"] = name_of(ticket, "sname", "SNameString")
    out["cipher"] = find(ticket, "kerberos.cipher")
    out["enctype"] = etype_name(ticket["kerberos.enc_part_element"]["kerberos.etype"])


def microseconds(text):
    seconds, fraction = text.split(".")
    return int(seconds) * 1000000 + int(fraction[:6])


def read_frame(layers):
    ip = layers.get("ip") or layers.get("ipv6")
    version = "ip" if "ip" in layers else "ipv6"
    transport = "tcp" if "tcp" in layers else "udp"
    for layer in each(layers["kerberos"]):
        for number, key in {**REQUESTS, **ANSWERS}.items():
            for message in each(layer.get(f"kerberos.{key}_element")):
                out = {"type": number, "used": False, "transport": transport,
                       "time": microseconds(layers["frame"]["frame.time_epoch"]),
                       "frame": layers["frame"]["frame.number"],
                       "from": ip[f"{version}.src"], "to": ip[f"{version}.dst"],
                       "stream": (transport, layers[transport][f"{transport}.stream"])}
                (read_request if number in REQUESTS else read_answer)(message, out)
                yield out


def by_tshark(file, port):
    command = ["tshark", "-r", file, "-d", f"tcp.port=={port},kerberos", "-d", f"udp.port=={port},kerberos",
               "-Y", f"kerberos.msg_type && (tcp.port == {port} || udp.port == {port})", "-T", "json",
               "--no-duplicate-keys"]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return [message for frame in json.loads(text) for message in read_frame(frame["_source"]["layers"])]


def by_kcdfix(file, port):
    command = [os.environ.get("KCDFIX", "kcdfix"), "explain", "--trace", file, "--port", str(port), "--json"]
    return json.loads(subprocess.run(command, check=False, stdout=subprocess.PIPE).stdout)


class Comparison:
    """Holds the steps of kcdfix against the messages of tshark."""

    def __init__(self, messages, document):
        self.messages = messages
        self.document = document
        self.fields = 0
        self.differences = []
        self.selves = []  # (ciphertext of the ticket, user) of each S4U2Self

    def equal(self, where, field, ours, theirs):
        self.fields += 1
        if ours != theirs:
            self.differences.append(f"{where}: {field} is {ours!r}, of tshark {theirs!r}")

    def take(self, message):
        message["used"] = True
        return message

    def request_of(self, step, before, stream):
        """The oldest request of the stream that nobody took."""
        for message in self.messages:
            if (message["type"] in REQUESTS and not message["used"] and message["from"] == step["client"]
                    and message["to"] == step["kdc"] and message["time"] <= before
                    and (stream is None or message["stream"] == stream)
                    and (stream is not None or message["time"] == before)):
                return self.take(message)
        return None

    def answer_of(self, step, when):
        for message in self.messages:
            if (message["type"] in ANSWERS and not message["used"] and message["time"] == when
                    and message["from"] == step["kdc"] and message["to"] == step["client"]):
                return self.take(message)
        return None

    def earlier_tries(self, where, step, request, began):
        tries = [message for message in self.messages
                 if message["type"] == request["type"] and not message["used"] and message["from"] == step["client"]
                 and began <= message["time"] <= request["time"] + step["took"] and message["spn"] == request["spn"]
                 and message["cname"] == request["cname"]]
        tries = tries[:step["requests"] - 1]
        self.equal(where, "requests", step["requests"], 1 + len(tries))
        for message in map(self.take, tries):
            self.equal(where, "kdc-options of an earlier try", step["options"]["value"], message["options"])
            for answer in self.messages:
                if (answer["type"] == 30 and not answer["used"] and answer["stream"] == message["stream"]
                        and answer["code"] in NORMAL and answer["time"] >= message["time"]):
                    self.take(answer)
                    break
        self.equal(where, "begin", began, min([request["time"]] + [message["time"] for message in tries]))
        too_big = any(m["type"] == 30 and m["used"] and m["code"] == 52 and m["from"] == step["kdc"]
                      and began <= m["time"] <= request["time"] for m in self.messages)
        self.equal(where, "refused_by_udp", step["refused_by_udp"], too_big and step["transport"] == "tcp")

    def kind(self, step, request):
        if request["type"] == 10:
            return "AS"
        if request["options"] & CNAME_IN_ADDL_TKT and request["evidence"] is not None:
            return "S4U2Proxy"
        if request["for_user"]:
            return "S4U2Self"
        if request["armoured"] and step["kind"] == "S4U2Self":
            return "S4U2Self"  # its answer and the S4U2Proxy behind it tell
        service = request["spn"] or ""
        return "referral" if service.startswith("krbtgt/") and service != f"krbtgt/{request['realm']}" else "TGS"

    def who(self, kind, request, answer):
        if kind == "AS":
            return request["cname"]
        if kind == "S4U2Self":
            return request["spn"]
        return request["evidence"] if kind == "S4U2Proxy" else answer and answer["named"]

    def user(self, kind, request, answer):
        if kind == "S4U2Self":
            return request.get("user") or (answer and answer["named"])
        if kind != "S4U2Proxy":
            return None
        if answer is not None and answer["type"] == 13:
            return answer["named"]
        return next((user for cipher, user in self.selves if cipher == request["evidence_cipher"]), None)

    def compare_answer(self, where, step, answer):
        ours = step["answer"]
        outcome = "not-tried" if answer is None else "error" if answer["type"] == 30 else "ticket"
        self.equal(where, "outcome", ours["outcome"], outcome)
        if outcome == "error":
            self.equal(where, "error code", ours["code"], answer["code"])
            self.equal(where, "reason", ours["text"], answer["text"])
            self.equal(where, "NTSTATUS", ours["ntstatus"] and ours["ntstatus"]["value"], answer["ntstatus"])
        self.equal(where, "ticket enctype", ours["enctype"], answer["enctype"] if outcome == "ticket" else None)

    def compare_lone_answer(self, where, step, answer):
        """The request is not in the capture: the answer alone tells."""
        self.equal(where, "host", step["host"], answer["named"] if step["kind"] == "TGS" else answer["spn"])
        self.equal(where, "user", step["user"], None if step["kind"] == "TGS" else answer["named"])
        self.equal(where, "spn", step["spn"], answer["spn"])
        self.compare_answer(where, step, answer)
        if step["kind"] == "S4U2Self":
            self.selves.append((answer["cipher"], step["user"]))

    def compare_step(self, step):
        began = int(datetime.fromisoformat(step["time"].replace("Z", "+00:00")).timestamp()) * 1000000
        began += step["microseconds"]
        where = f"{step['time']} {step['microseconds']} {step['kind']}"
        answer = None if step["took"] is None else self.answer_of(step, began + step["took"])
        if step["request_missing"] and answer is not None:
            self.compare_lone_answer(where, step, answer)
            return
        request = self.request_of(step, answer["time"] if answer else began, answer and answer["stream"])
        if request is None or (step["took"] is not None and answer is None):
            self.differences.append(f"{where}: tshark has no such message")
            return
        if step["took"] is not None:
            self.earlier_tries(where, step, request, began)
        kind = self.kind(step, request)
        self.equal(where, "kind", step["kind"], kind)
        self.equal(where, "host", step["host"], self.who(kind, request, answer))
        self.equal(where, "user", step["user"], self.user(kind, request, answer))
        self.equal(where, "kdc-options", step["options"]["value"], request["options"])
        for field in ("transport", "spn", "realm", "etypes", "pac_options", "resource_bit", "armoured"):
            self.equal(where, field, step[field], request[field])
        self.equal(where, "evidence", step["evidence"], request["evidence"] if kind == "S4U2Proxy" else None)
        self.compare_answer(where, step, answer)
        if kind == "S4U2Self" and answer is not None and answer["type"] == 13:
            self.selves.append((answer["cipher"], step["user"]))

    def run(self):
        steps = [step for conversation in self.document["conversations"] for step in conversation["steps"]]
        for step in sorted(steps, key=lambda step: (step["time"], step["microseconds"])):
            self.compare_step(step)
        self.equal("capture", "messages", self.document["capture"]["messages"], len(self.messages))
        for message in self.messages:
            if not message["used"]:
                self.differences.append(f"frame {message['frame']}: message type {message['type']} is in no step")
        return len(steps)


def main():
    file = sys.argv[1]
    port = sys.argv[2] if len(sys.argv) > 2 else "88"
    comparison = Comparison(by_tshark(file, port), by_kcdfix(file, port))
    steps = comparison.run()
    for difference in comparison.differences:
        print(difference)
    print(f"{len(comparison.messages)} messages, {steps} steps, {comparison.fields} fields")
    sys.exit(1 if comparison.differences or not comparison.messages else 0)


main()
