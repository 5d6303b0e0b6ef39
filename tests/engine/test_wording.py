"""Every sentence of checks and engine can be listed, and the catalogues fit the list."""

import json
import re
import types
from importlib.resources import files

import pytest

from scanner.registry import modules
from scanner.text import placeholders
from scanner.trace import Source, UntraceableError
from scanner.wording import gaps, packages_of, wording
from tests.scanning import parts

FOUND = wording(parts().catalogue)


@pytest.mark.parametrize("package", sorted(FOUND))
def test_every_template_of_a_package_can_be_told_from_its_source(package):
    assert FOUND[package].untraceable == []


@pytest.mark.parametrize("package", sorted(FOUND))
def test_the_chinese_catalogue_is_complete(package):
    held = gaps(FOUND[package], "zh-CN", packages_of(package))
    assert held.missing == [], f"emsready checks texts --missing zh-CN --package {package}"


def catalogues():
    import scanner  # noqa: PLC0415

    for module in [scanner, *modules("emsready.checks", "emsready.sources")]:
        if hasattr(module, "__path__"):
            home = files(module).joinpath("locale")
            if home.is_dir():
                yield from (one for one in home.iterdir() if one.name.endswith(".json"))


CATALOGUES = list(catalogues())


@pytest.mark.parametrize("file", CATALOGUES, ids=str)
def test_a_catalogue_is_flat_and_keeps_every_placeholder(file):
    entries = json.loads(file.read_text(encoding="utf-8"))
    assert [one for one in entries.values() if not isinstance(one, str)] == []
    bad = [one for one, said in entries.items() if said and placeholders(one) != placeholders(said)]
    assert bad == []
    marked_up = [said for said in entries.values() if "</" in said or "&lt;" in said]
    assert marked_up == []


OTHER_WORDS = {
    "解析器": "解析程序",
    "载入": "上线",
    "传递身份验证": "直通身份验证",
    "此发现": "此结论",
    "互联网": "Internet",
    "账户": "帐户",
    "端点": "终结点",
}
"""Words that one catalogue might use where all others use another one."""


@pytest.mark.parametrize("file", [one for one in CATALOGUES if "zh-CN" in str(one)], ids=str)
def test_chinese_calls_a_thing_by_one_name_and_has_its_own_marks(file):
    entries = json.loads(file.read_text(encoding="utf-8"))
    assert [
        (said, right)
        for said in entries.values()
        for wrong, right in OTHER_WORDS.items()
        if re.search(wrong, said)
    ] == []
    wide = "[\u3400-\u9fff]"
    marks = rf'{wide}[,;!?](?= |$|{wide})|{wide}\.(?= |$)|"{wide}|{wide}"|{wide}:(?= |{wide})'
    assert [said for said in entries.values() if re.search(marks, said)] == []


@pytest.mark.parametrize("file", CATALOGUES, ids=str)
def test_a_translation_is_no_essay(file):
    entries = json.loads(file.read_text(encoding="utf-8"))
    longer = [one for one, said in entries.items() if len(said) > 2 * len(one) + 20]
    assert longer == []


def traced(text, tmp_path, builder="failed", at=2):
    path = tmp_path / "sample.py"
    path.write_text(text, encoding="utf-8")
    module = types.ModuleType("sample")
    module.__file__ = str(path)
    exec(compile(text, str(path), "exec"), module.__dict__)
    source = Source([module])
    return [source.strings(site.call.args[at], site) for site in source.calls_of(builder)]


HEAD = "def failed(reason, subject, template, **values): pass\n"


WAYS = {
    "choice": """
def f(x):
    yield failed('r', x, 'one' if x else 'two')
""",
    "table": """
T = {'a': 'one', 'b': 'two'}
def f(x):
    yield failed('r', x, T[x])
""",
    "rows": """
T = {'a': ('r', 'one'), 'b': ('r', 'two')}
def f(x):
    reason, template = T[x]
    yield failed(reason, x, template)
""",
    "helper": """
def g(reason, template):
    return failed(reason, 1, template)
def f(x):
    yield g('r', 'one')
    yield g('r', template='two')
""",
    "method": """
class C:
    def say(self, template='one'):
        return failed('r', 1, template)
    def f(self):
        yield self.say()
        yield self.say('two')
""",
    "objects": """
class Row:
    def __init__(self, reason, text): self.reason, self.text = reason, text
ROWS = (Row('r', 'one'), Row('s', 'two'))
def f(x):
    for row in ROWS:
        yield failed(row.reason, x, row.text)
""",
    "alias": """
def f(x):
    say = failed if x else print
    yield say('r', x, 'one')
    yield failed('r', x, 'two')
""",
    "function": """
def pick(x):
    if x:
        return 'one'
    return 'two'
def f(x):
    yield failed('r', x, pick(x))
""",
}


@pytest.mark.parametrize("body", WAYS.values(), ids=WAYS.keys())
def test_the_ways_in_which_checks_are_written_can_be_followed(body, tmp_path):
    assert set().union(*traced(HEAD + body, tmp_path)) == {"one", "two"}


def test_what_cannot_be_followed_is_said(tmp_path):
    with pytest.raises(UntraceableError, match="sample:3"):
        traced(HEAD + "def f(x):\n    yield failed('r', x, f'about {x}')\n", tmp_path)
