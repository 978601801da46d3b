#!/usr/bin/python3 -B
"""Generated states of the directory: prediction, observation, verdict and cause against a judge.

usage: states.py [--count N] [--seed N] [--first N]      inside the lab; JUDGE names the judge's program

--first numbers the accounts, for a second set in the same lab.

planted.py makes the states and writes down what it planted. The judge, a program on libkrb5 alone, says what the KDC
answers. kcdfix is asked twice: without a key, when it can only predict, and with the host's key. In every state
  - what it predicts is what the KDC answered to the judge,
  - what it observed is that too, and so is the verdict,
  - the errors are what was planted and nothing else, in the JSON and in the text.
Prints a line for each disagreement, then how often the KDC gave which answers, then a count.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import re
import subprocess
import sys

import planted

LAB = os.environ["KCDFIX_LAB_DIR"]
FLAVOUR = os.environ["KCDFIX_LAB_FLAVOUR"]
LEAST_ANSWERS = 10  # different ones, of which
LARGEST_SHARE = 0.25
ENOUGH = 100  # states to say something about that
AT_ONCE = 2


def keytab(state):
    return os.path.join(LAB, "keytabs", state.account.rstrip("$").lower() + ".keytab")


def judged(states):
    """What the KDC answers: [AS, S4U2Self, S4U2Proxy] for each state."""
    questions = "".join(f"{keytab(s)}\t{s.account}\t{s.principal}\t{s.spn}\n" for s in states)
    done = subprocess.run([os.environ["JUDGE"]], input=questions, capture_output=True, text=True, check=False)
    answers = [line.split(" ") for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(answers) != len(states):
        sys.exit(f"the judge ended with {done.returncode}: {done.stderr}")
    return answers


def kcdfix(state, *options):
    command = ["kcdfix", "check", *options, "--as", state.user, state.host, state.spn]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def pair_of(state, problems, *options):
    done = kcdfix(state, "--json", *options)
    if done.returncode not in (0, 1):
        problems.append(f"status {done.returncode}: {done.stdout}{done.stderr}")
        return None
    return json.loads(done.stdout)["pairs"][0]


def word(answer):
    """An answer as the judge writes it. A prediction does not say which error of the client's own it will be."""
    if answer["outcome"] == "ticket":
        return "fwd" if answer["forwardable"] else "tkt"
    if answer["outcome"] == "not-tried":
        return "-"
    if answer["code"] is not None:
        return str(answer["code"])
    return f"c{answer.get('client_code', '')}"


def predicted(pair):
    return [word(pair["predicted"][step]) for step in ("as", "s4u2self", "s4u2proxy")]


def observed(pair):
    first = pair["observed"]["exchanges"][0]
    return [word(first["answer"]), *(word(pair["observed"][step]) for step in ("s4u2self", "s4u2proxy"))]


def errors(pair):
    return [finding["id"] for finding in pair["findings"] if finding["severity"] == "error"]


def works(answers):
    return answers[2] in ("fwd", "tkt")


def check_pair(state, pair, answers, problems):
    """What holds with and without the host's key."""
    if predicted(pair) != [re.sub("^c.*", "c", answer) for answer in answers]:
        problems.append(f"predicted {predicted(pair)}")
    if not pair["predicted"]["certain"]:
        problems.append("the prediction is not certain")
    if pair["verdict"] != ("works" if works(answers) else "fails"):
        problems.append(f"verdict {pair['verdict']}")
    named = errors(pair)
    if not set(state.causes) <= set(named) <= set(state.causes) | set(state.also):
        problems.append(f"named {named}")
    elif len(state.causes) == 1 and not state.also and named[0] != state.causes[0]:
        problems.append(f"named {named[0]} first")


def check_class(state, pair, answers, problems):
    """What the answers alone tell: no class but the plain ones where it works, else one that holds a planted cause."""
    found = pair["observed"]["class"] or {"name": "none", "ids": []}
    if works(answers):
        if found["name"] not in ("granted", "granted-by-target"):
            problems.append(f"works, class {found['name']}")
    elif "krbtgt-listed" in state.causes and found["name"].startswith("not-granted"):
        pass  # asked for the KDC's own service, which is refused like any other that is not listed
    elif not set(found["ids"]) & (set(state.causes) | set(state.also)):
        problems.append(f"class {found['name']} names {found['ids']}")


def check_text(state, answers, problems):
    text = kcdfix(state).stdout
    verdict = "WORKS" if works(answers) else "FAILS"
    if not text.partition("\n")[0].endswith(f": {verdict}"):
        problems.append(f"the text does not begin with {verdict}")
    missing = [cause for cause in state.causes if f"[{cause}]" not in text]
    if missing:
        problems.append(f"the text does not name {missing}")


def check(state, answers):
    problems = []
    if works(answers) == bool(state.causes):
        problems.append("the KDC does not answer as planted")
    blind = pair_of(state, problems)
    seeing = pair_of(state, problems, "-k", keytab(state))
    for pair in filter(None, (blind, seeing)):
        check_pair(state, pair, answers, problems)
    if seeing and (seeing["observed"] is None or observed(seeing) != answers or not seeing["agree"]):
        problems.append(f"observed {seeing['observed'] and observed(seeing)}, agree {seeing['agree']}")
    if seeing and seeing["observed"]:
        check_class(state, seeing, answers, problems)
    check_text(state, answers, problems)
    where = f"{state.kind}: {state.user} by {state.host} to {state.spn}, planted {state.causes}, KDC {answers}"
    return [f"{where}: {problem}" for problem in dict.fromkeys(problems)]


def spread(all_answers):
    """Whether the states are as different as they should be."""
    kinds = collections.Counter(" ".join(answers) for answers in all_answers)
    for answers, times in kinds.most_common():
        print(f"{times:5}  {answers}")
    problems = []
    if len(all_answers) >= ENOUGH and len(kinds) < LEAST_ANSWERS:
        problems.append(f"only {len(kinds)} kinds of answer")
    if len(all_answers) >= ENOUGH and max(kinds.values()) > LARGEST_SHARE * len(all_answers):
        problems.append("one kind of answer is more than a quarter of all")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    print(f"{FLAVOUR}: {options.count} states, --seed {options.seed}", flush=True)
    states, accounts = planted.plant(options.count, options.seed, FLAVOUR, options.first)
    subprocess.run(["ad-plant"], input=json.dumps(accounts), text=True, check=True)
    answers = judged(states)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        problems = [line for lines in pool.map(check, states, answers) for line in lines]
    problems += spread(answers)
    print("\n".join(problems))
    print(f"{len(states)} states, {len(problems)} disagreements")
    return 1 if problems or not states else 0


if __name__ == "__main__":
    sys.exit(main())
