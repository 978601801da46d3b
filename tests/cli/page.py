#!/usr/bin/python3
"""What the page of an audit has to be: whole, harmless, equal to the JSON, and with labels that do not touch.

usage: page.py check PAGE JSON   PAGE: the file, or the DOM that a browser made of it; says what is wrong, ends with 1
       page.py measure PAGE      prints PAGE with a script that measures the labels as they are drawn: the DOM then says
                                 data-labels, data-overlaps and data-too-wide in its body
"""
import html.parser
import json
import re
import sys
import unicodedata

CSP = "default-src 'none'; style-src 'unsafe-inline'"
ELEMENTS = set("""html head meta title style body header nav main section h1 h2 h3 p a dl div dt dd ul li strong small
span bdi br abbr code table thead tbody tr th td svg desc text g path circle rect use""".split())
VOID = {"meta", "br"}
# A label of 12 px, and a mark of 10 px; no character is wider than an em, and two columns make at least one.
COLUMN, MARK_COLUMN = 7.3, 6.1
ROW = 20


class Page(html.parser.HTMLParser):
    """Elements in their order, as (name, attributes, text of its own and below)."""

    def __init__(self, text):
        super().__init__()
        self.all, self.open, self.problems = [], [], []
        self.feed(text)
        if self.open:
            self.problems.append(f"not closed: {[e['name'] for e in self.open]}")
        for element in self.all:
            element["text"] = "".join(element["text"])

    def handle_starttag(self, tag, attrs):
        element = {"name": tag, "attributes": dict(attrs), "text": [], "in": [e["name"] for e in self.open],
                   "ids": [e["attributes"].get("id") for e in self.open]}
        self.all.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1]["name"] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1]['name'] if self.open else 'nothing'}")
            return
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            if element is self.open[-1] or self.open[-1]["name"] != "title":
                element["text"].append(data)

    def find(self, name, inside=None):
        return [e for e in self.all if e["name"] == name and (inside is None or inside in e["ids"])]


def harmless(page):
    for element in page.all:
        if element["name"] not in ELEMENTS:
            yield f"element {element['name']}"
        for name, value in element["attributes"].items():
            if name.startswith("on") or name in ("src", "xlink:href", "srcdoc", "formaction"):
                yield f"attribute {name} of {element['name']}"
            if name == "href" and not value.startswith("#"):
                yield f"a link to {value}"
            if "url(" in (value or ""):
                yield f"url() in {name}"
    policies = [e["attributes"]["content"] for e in page.find("meta")
                if e["attributes"].get("http-equiv", "").lower() == "content-security-policy"]
    if policies != [CSP]:
        yield f"policy {policies}"
    style = "".join(e["text"] for e in page.find("style"))
    if "url(" in style or "@import" in style or "prefers-color-scheme:dark" not in style or "@media print" not in style:
        yield "style sheet"
    shown = "".join(e["text"] for e in page.find("body"))
    bad = {hex(ord(c)) for c in shown if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs")}
    if bad:
        yield f"characters {sorted(bad)}"


def accessible(page):
    if page.find("html")[0]["attributes"].get("lang") != "en" or not page.find("title")[0]["text"]:
        yield "no language or no title"
    levels = [int(e["name"][1]) for e in page.all if re.fullmatch("h[1-6]", e["name"])]
    if levels.count(1) != 1 or levels[0] != 1 or any(b > a + 1 for a, b in zip(levels, levels[1:])):
        yield f"headings {levels}"
    ids = [e["attributes"]["id"] for e in page.all if "id" in e["attributes"]]
    if len(ids) != len(set(ids)):
        yield "an id twice"
    for element in page.find("a") + page.find("use"):
        if element["attributes"]["href"][1:] not in ids:
            yield f"a link that leads nowhere: {element['attributes']['href']}"
    picture = [e for e in page.find("svg") if e["attributes"].get("id") == "reach"]
    for svg in picture:
        labels = svg["attributes"].get("aria-labelledby", "").split()
        if svg["attributes"].get("role") != "img" or len(labels) != 2 or not set(labels) <= set(ids):
            yield "the picture has no role or no words"
    for element in page.find("th"):
        if "scope" not in element["attributes"]:
            yield "th without scope"


def rows(page, table):
    """The cells of each row of the body."""
    found, cells = [], None
    for element in page.all:
        if table not in element["ids"] or "tbody" not in element["in"]:
            continue
        if element["name"] == "tr":
            cells = []
            found.append(cells)
        elif element["name"] in ("td", "th"):
            cells.append("")
        elif element["name"] == "bdi" and cells[-1] == "":
            cells[-1] = element["text"]
    return found


def plain(text):
    return isinstance(text, str) and re.fullmatch(r"[\x20-\x7e]*", text) and "\\" not in text


def equal(page, document):
    edges = document["edges"]
    got = rows(page, "t-delegations")
    if len(got) != len(edges):
        yield f"{len(got)} rows for {len(edges)} edges"
    for row, edge in zip(got, edges):
        for index, key in ((0, "source"), (2, "spn"), (3, "target")):
            if plain(edge[key]) and row[index] != edge[key]:
                yield f"{row[index]!r} stands for {edge[key]!r}"
    sources = {json.dumps(e["source_dn"] or e["source_sid"] or e["source"]).lower() for e in edges}
    accounts = rows(page, "t-accounts")
    if len(accounts) != len(sources):
        yield f"{len(accounts)} accounts for {len(sources)}"
    drawn = sum(int(e["attributes"]["data-n"]) for e in page.find("path", "reach"))
    cut = [re.search(r"(\d+) of (\d+) delegations", e["text"]) for e in page.find("strong", "shown")]
    if drawn != (int(cut[0][1]) if cut else len(edges)) or (cut and int(cut[0][2]) != len(edges)):
        yield f"{drawn} of {len(edges)} edges are in the picture"
    for element in page.find("dd"):
        key = element["attributes"]["data-count"]
        if element["text"] != str(document["counts"][key]):
            yield f"{key} is {element['text']}"
    listed = page.find("li", "findings")
    if len(listed) != len(document["findings"]):
        yield f"{len(listed)} findings for {len(document['findings'])}"
    for finding, element in zip(document["findings"], listed):
        if plain(finding["message"]) and not element["text"].startswith(finding["message"]):
            yield f"{element['text']!r} stands for {finding['message']!r}"


def columns(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def boxes(page):
    for element in page.find("text", "reach"):
        a = element["attributes"]
        mark = "m" in a["class"].split()
        width = columns(element["text"]) * (MARK_COLUMN if mark else COLUMN)
        x = float(a["x"]) - (width / 2 if mark else width if "l" in a["class"].split() else 0)
        yield x, float(a["y"]), width, element["text"]
        if "textlength" not in a and not element["text"].isascii():
            yield x, float(a["y"]), 10000, "no width is set for " + element["text"]


def apart(page):
    found = sorted(boxes(page), key=lambda box: (box[1], box[0]))
    svg = [e for e in page.find("svg") if e["attributes"].get("id") == "reach"]
    if not svg:
        return
    _, _, right, bottom = map(float, svg[0]["attributes"]["viewbox"].split())
    for i, (x, y, width, text) in enumerate(found):
        if x < 0 or x + width > right or y > bottom - 4:
            yield f"{text!r} is cut off"
        for x2, y2, width2, text2 in found[i + 1:]:
            if y2 - y >= ROW - 5:
                break
            if x < x2 + width2 and x2 < x + width:
                yield f"{text!r} touches {text2!r}"


SCRIPT = """<script>
const labels = [...document.querySelectorAll('#reach text')].map(e => [e.getBBox(), e.textContent]);
const view = document.querySelector('#reach').viewBox.baseVal;
labels.sort((a, b) => a[0].y - b[0].y);
let overlaps = 0, wide = 0;
labels.forEach(([a], i) => {
  if (a.x < 0 || a.x + a.width > view.width || a.y + a.height > view.height) wide++;
  for (let j = i + 1; j < labels.length && labels[j][0].y < a.y + a.height; j++) {
    const b = labels[j][0];
    if (a.x < b.x + b.width && b.x < a.x + a.width) overlaps++;
  }
});
Object.assign(document.body.dataset, {labels: labels.length, overlaps, tooWide: wide});
</script></body>"""


def measure(text):
    text = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    print(text.replace("</body>", SCRIPT))


def main():
    text = open(sys.argv[2], encoding="utf-8").read()
    if sys.argv[1] == "measure":
        measure(text)
        return
    document = json.load(open(sys.argv[3], encoding="utf-8"))
    page = Page(text)
    problems = [*page.problems, *harmless(page), *accessible(page), *equal(page, document), *apart(page)]
    print("\n".join(problems[:20]))
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
