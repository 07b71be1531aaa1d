"""The rules of the house as tests, so that they need no other job: layers, lint, types, names, sizes, documents."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from device.signals import LineSignal
from firmware_app import reminding_rules
from firmware_app.__main__ import COMMANDS
from firmware_app.assemble import VERSION
from firmware_app.calls.call import CallEvent, Disposition, Doubt, FarEnd, Trouble
from firmware_app.records.entries import Entry
from firmware_app.reminding import Escalation
from firmware_app.settings import (
    Exchange,
    Indicators,
    Line,
    Panel,
    Settings,
    Site,
    from_table,
    load,
    parse,
)
from firmware_app.wiring import (
    INTERFACES,
    AudioWiring,
    BoardWiring,
    DtmfChipWiring,
    GpioWiring,
    ModemWiring,
)

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("device", "firmware_app", "web_panel")
MOST_LINES = 400
EXEMPT_FROM_PURITY = (  # pure, but nothing that is recorded hangs on it; the last takes rows, whose module knows apsw
    "device.exchange.",
    "web_panel.",
    "firmware_app.records.call_json",
)


def tracked() -> list[Path]:
    """Every file of the project: committed, or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


FILES = tracked()
PYTHON = [path for path in FILES if path.suffix == ".py"]
MODULES = [
    path for path in PYTHON if path.relative_to(ROOT).parts[0] in PACKAGES and path.name != "__init__.py"
]
OURS = [  # what people wrote: not the vendored script, not the hashes, not the licence, not recorded bytes
    path
    for path in FILES
    if path.suffix
    in {".py", ".toml", ".md", ".sh", ".html", ".css", ".js", ".svg", ".json", ".po", ".trace", ".expected"}
    and "vendor" not in path.parts
    and not path.name.startswith("htmx")
]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def fresh_interpreter(statement: str) -> set[str]:
    """The top-level names in sys.modules of a new Python that did `statement`."""
    script = f"{statement}; import sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = run(sys.executable, "-c", script)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


# ---- layers, lint, types ---------------------------------------------------------------------------------------------


def test_imports_follow_the_contracts() -> None:
    """In a process of its own: import-linter sets logging up anew and would silence every later test's log."""
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = run(sys.executable, "-c", script)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_that_says_it_is_pure_is_held_to_it() -> None:
    """The contract lists what modules say of themselves; a listed package stands for all in it."""
    contracts = tomllib.loads(document("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (listed,) = (set(each["source_modules"]) for each in contracts if each["name"].startswith("Pure modules"))
    said = {
        name_of(path).removesuffix(".py").replace("/", ".")
        for path in MODULES
        if re.search(r"\bPure\b[.:]", ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "")
    }
    said = {name for name in said if not name.startswith(EXEMPT_FROM_PURITY)}
    assert {name for name in said if name not in listed and name.rpartition(".")[0] not in listed} == set()


@pytest.mark.parametrize("arguments", [("check", "."), ("format", "--check", ".")], ids=["check", "format"])
def test_ruff_has_nothing_to_say(arguments: tuple[str, ...]) -> None:
    done = run(sys.executable, "-m", "ruff", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_types_hold() -> None:
    done = run(sys.executable, "-m", "mypy", "--no-incremental")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("statement", "strangers"),
    [
        ("import web_panel.app", {"serial", "gpiozero", "gpiod", "apscheduler", "xlsxwriter", "reportlab"}),
        (
            "import firmware_app.assemble, device.audio_tap",
            {"flask", "waitress", "jinja2", "flask_wtf", "numpy"},
        ),
        (
            "import firmware_app.__main__",
            {"serial", "gpiozero", "apsw", "flask", "tinydb", "apscheduler", "numpy"},
        ),
        ("import firmware_app.ledger_commands", {"serial", "gpiozero", "flask", "apscheduler"}),
        ("import device.trace, device.at_protocol", {"serial", "gpiozero", "gpiod", "apsw", "flask"}),
    ],
    ids=["panel", "monitor", "command line", "ledger commands", "pure modules"],
)
def test_a_process_loads_only_what_it_needs(statement: str, strangers: set[str]) -> None:
    assert fresh_interpreter(statement) & strangers == set()


# ---- files -----------------------------------------------------------------------------------------------------------


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        name_of(path)
        for path in PYTHON
        if path.name != "__init__.py" and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_init_files_are_empty() -> None:
    """A re-export would drag one program's libraries into another unseen."""
    assert [name_of(path) for path in PYTHON if path.name == "__init__.py" and path.stat().st_size] == []


def test_no_two_modules_share_a_basename() -> None:
    seen = Counter(path.name for path in PYTHON if path.name not in {"__init__.py", "__main__.py"})
    assert [name for name, count in seen.items() if count > 1] == []


def test_no_file_grows_past_four_hundred_lines() -> None:
    long = {
        name_of(path): count
        for path in PYTHON
        if (count := len(path.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_nothing_is_left_to_do_and_no_test_is_passed_over() -> None:
    """Only conftest passes tests over, and only those that need a browser on a machine without one."""
    forbidden = re.compile(
        r"\b(TODO|FIXME|HACK)\b|mark\.(skip|skipif|xfail)\b|pytest\.(skip|xfail|importorskip)\(|mock\.patch"
    )
    exempt = {ROOT / "tests/conftest.py", Path(__file__).resolve()}
    found = [
        f"{name_of(path)}:{number}"
        for path in OURS
        if path not in exempt
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert found == []


def test_no_host_but_this_machine_and_no_path_of_a_developer() -> None:
    """Loopback, private and documentation networks (RFC 1918, 5737), name spaces of XML, the licence's own address."""
    allowed = re.compile(
        r"127\.|0\.0\.0\.0|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|localhost|192\.168\.|\[::1\]|\{|%s|www\.w3\.org/|www\.apache\.org/licenses"
        r"|[a-z-]+\.(example|invalid|test)\b|…|\$"
    )
    suspect = re.compile(
        r"https?://(?P<host>\S+)|(?<![\w.])(?P<address>\d{1,3}(?:\.\d{1,3}){3})(?![\w.])|(?P<path>(?<![\w.])/(?:work|root|home)/)"
    )
    found = []
    for path in OURS:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            for match in suspect.finditer(line):
                if match["path"] or not allowed.match(match["host"] or match["address"]):
                    found.append(f"{name_of(path)}:{number}: {match[0]}")
    assert found == [], "\n".join(found)


# ---- the lock files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_holds_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    pinned = {
        match[1].lower(): match[2] for match in re.finditer(r"^([\w.-]+)==(.*?) \\$", text, re.MULTILINE)
    }
    assert text.count("--hash=sha256:") >= len(pinned)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["build"]
    if "dev" in name:
        wanted += project["dependency-groups"]["dev"]
    names = {re.split(r"[<>=\[ ;]", requirement)[0].lower() for requirement in wanted}
    assert names - set(pinned) == set()


def test_both_locks_agree() -> None:
    pins = [
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]
    assert {name: version for name, version in pins[0].items() if pins[1].get(name) != version} == {}


def test_the_program_says_its_own_version() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == VERSION


# ---- the configuration -----------------------------------------------------------------------------------------------


def keys_of(*kinds: type) -> set[str]:
    return {field.name for kind in kinds for field in fields(kind)}


def whole_configuration() -> str:
    """config/ringkeeper.toml with everything in it that is commented out."""
    text = (ROOT / "config/ringkeeper.toml").read_text("utf-8")
    return re.sub(r"^# (?=(\w+ = |\[+\w+\]+$|  \{|\]$))", "", text, flags=re.MULTILINE)


def test_the_configuration_explains_every_key_and_no_other() -> None:
    """Each key of `settings` stands in config/ringkeeper.toml, with a comment, and the default where it has one."""
    uncommented = whole_configuration()
    document = tomllib.loads(uncommented)
    assert set(document) == (keys_of(Settings) - {"path", "warnings", "lines", "indicators", "reminders"}) | {
        "line",
        "indicators",
        "reminder",
    }
    assert set(document["site"]) == keys_of(Site)
    assert {key for line in document["line"] for key in line} == (
        keys_of(Line, *INTERFACES.values()) - {"wirings"}
    ) | {"interface", "ears"}
    assert set(document["indicators"]) == keys_of(Indicators)
    assert set(document["panel"]) == keys_of(Panel)
    assert set(document["exchange"]) == keys_of(Exchange)
    assert set(document["escalation"]) == keys_of(Escalation)
    in_full = {key for keys in reminding_rules.KEYS.values() for key in keys} | set(reminding_rules.COMMON)
    named = {key for reminder in document["reminder"] for key in reminder}
    assert named | {key.removesuffix("_file") for key in named} == in_full | {"ca"}
    first_mention: dict[str, str] = {}
    for line in uncommented.splitlines():
        if key := re.match(r"(\w+) = ", line):
            first_mention.setdefault(key[1], line)
    assert [key for key, line in first_mention.items() if "  # " not in line] == []


def test_the_whole_configuration_is_right_and_its_ears_show_the_defaults() -> None:
    """All of it is tried but the trial's exchange, which takes no real ports."""
    real = whole_configuration().partition("[exchange]")[0]
    lines = parse(real.encode(), ROOT / "config/ringkeeper.toml").lines
    shown = {type(wiring): wiring for line in lines for wiring in line.wirings}
    assert set(shown) == set(INTERFACES.values())
    assert shown[AudioWiring] == AudioWiring("hw:2,0")
    assert shown[DtmfChipWiring] == DtmfChipWiring("auto", (8, 9, 10, 11), 7)
    assert shown[BoardWiring] == BoardWiring("/dev/ttyAMA3", "NMBR *= *(?P<number>[0-9]{3,20}|[PO])")
    assert [type(wiring) for wiring in lines[2].wirings] == [GpioWiring, ModemWiring, AudioWiring]


def test_the_configuration_shows_the_defaults() -> None:
    shown = load(ROOT / "config/ringkeeper.toml")
    bare = from_table(
        {
            "site": {"id": shown.site.id, "name": shown.site.name},
            "line": [
                {"name": "L1", "number": "03562217000", "interface": "modem", "port": "/dev/m"},
                {"name": "L2", "number": "03562217001", "interface": "gpio", "ring_pin": 17, "hook_pin": 27},
            ],
        },
        shown.path,
    )
    for key in ("language", "timezone", "data_dir", "line_check_at", "panel", "escalation", "reminders"):
        assert getattr(shown, key) == getattr(bare, key), key
    assert shown.lines[1].wiring == bare.lines[1].wiring
    assert shown.indicators.chip == bare.indicators.chip


# ---- the documents ---------------------------------------------------------------------------------------------------


def document(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_module_has_its_place_in_the_architecture() -> None:
    words = set(re.findall(r"\w+", document("docs/ARCHITECTURE.md")))
    assert (
        sorted(name_of(path) for path in MODULES if path.stem not in words and path.name != "__main__.py")
        == []
    )


def test_every_word_of_the_unions_is_in_the_glossary() -> None:
    words = set(re.findall(r"\w+", document("docs/GLOSSARY.md")))
    kinds = {kind.__name__ for union in (LineSignal, Entry, CallEvent) for kind in get_args(union)}
    values = {member.value for enum in (Disposition, Trouble, Doubt, FarEnd) for member in enum}
    assert sorted((kinds | values) - words) == []


@pytest.mark.parametrize("name", ["README.md", "docs/HACKING.md", "deploy/RUNBOOK.md"])
def test_commands_in_the_documents_exist(name: str) -> None:
    text = document(name)
    targets = set(re.findall(r"^([a-z-]+):", document("Makefile"), re.MULTILINE))
    commands = {command.name for command in COMMANDS}
    code = "\n".join(re.findall(r"```.*?```|`[^`]+`", text, re.DOTALL))
    assert set(re.findall(r"(?:^|`|&& )make ([a-z][a-z-]*)", code, re.MULTILINE)) - targets == set()
    assert set(re.findall(r"(?<![\w/.-])(?:\.venv/bin/)?ringkeeper ([a-z][a-z-]*)", code)) - commands == set()


def test_files_named_in_the_documents_exist() -> None:
    missing = []
    for path in FILES:
        if path.suffix == ".md" and path.name != "CHANGELOG.md":
            for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
                if not (path.parent / target).exists():
                    missing.append(f"{name_of(path)}: {target}")
    assert missing == []


def test_sources_that_comments_cite_are_here() -> None:
    """`LINE 1.2` and `DOMAIN 2.2` are sections of docs/LINE.md and docs/DOMAIN.md."""
    sections = {
        (page, number)
        for page in ("LINE", "DOMAIN")
        for number in re.findall(r"^#+ (\d(?:\.\d)?)", document(f"docs/{page}.md"), re.MULTILINE)
    }
    cited = re.compile(r"\b(LINE|DOMAIN)(?:\.md)? (\d(?:\.\d)?)\b")
    missing = [
        f"{name_of(path)}: {page} {number}"
        for path in PYTHON
        for page, number in cited.findall(path.read_text("utf-8"))
        if (page, number) not in sections
    ]
    assert missing == []


def test_decisions_are_numbered_and_complete() -> None:
    records = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [path.name[:4] for path in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    for path in records:
        text = path.read_text("utf-8")
        for part in ("\nDate: ", "\n## Status\n", "\n## Context\n", "\n## Decision\n", "\n## Consequences\n"):
            assert part in text, f"{path.name} lacks {part.strip()}"


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_explains_itself(command: str) -> None:
    done = run(sys.executable, "-m", "firmware_app", command, "--help")
    assert done.returncode == 0, done.stderr
    assert f"ringkeeper {command}" in done.stdout
    assert re.search("[一-鿿]", done.stdout)
    assert len(done.stdout.splitlines()) > 5
