"""Lines of a settings file: where a fault is said to be, there it is."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.services.toml_places import MAX_PARTS, KeyPath, longest_key, places

EVERYTHING = """\
# a = 1
one = 1
two . "dot.ted" = [3, # 4, ]
  4, "# ]",
  [5, 5], {six = 5, se.ven = 5},
]
'quo"ted' = \"\"\"
nine = 9 \\\"\"\" ]
\"\"\"\"
"esc\\u0061ped" = '''
'''''
[table]
thir = "teen" # [x]
four = ["teen",

  'sixteen']
[[array]]
key = 18
[[array]]
key = 20
[array.under]
date = 1979-05-27 07:32:00
[ table . "under" ]
last = 24"""

LINES = {
    ("one",): 2,
    ("two",): 3,
    ("two", "dot.ted"): 3,
    ("two", "dot.ted", 0): 3,
    ("two", "dot.ted", 1): 4,
    ("two", "dot.ted", 2): 4,
    ("two", "dot.ted", 3): 5,
    ("two", "dot.ted", 3, 0): 5,
    ("two", "dot.ted", 3, 1): 5,
    ("two", "dot.ted", 4): 5,
    ("two", "dot.ted", 4, "six"): 5,
    ("two", "dot.ted", 4, "se"): 5,
    ("two", "dot.ted", 4, "se", "ven"): 5,
    ('quo"ted',): 7,
    ("escaped",): 10,
    ("table",): 12,
    ("table", "thir"): 13,
    ("table", "four"): 14,
    ("table", "four", 0): 14,
    ("table", "four", 1): 16,
    ("array",): 17,
    ("array", 0): 17,
    ("array", 0, "key"): 18,
    ("array", 1): 19,
    ("array", 1, "key"): 20,
    ("array", 1, "under"): 21,
    ("array", 1, "under", "date"): 22,
    ("table", "under"): 23,
    ("table", "under", "last"): 24,
}


def inside(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The ways to all that a value holds."""
    held: Any = ()
    if isinstance(value, Mapping):
        held = value.items()
    elif isinstance(value, list):
        held = enumerate(value)
    for key, one in held:
        yield (*path, key)
        yield from inside(one, (*path, key))


def test_each_way_to_set_something() -> None:
    """Dotted keys, quoted ones, tables in a line, lists over lines, tables in a row."""
    assert places(EVERYTHING) == LINES
    assert set(inside(tomllib.loads(EVERYTHING))) == set(LINES)


def test_line_ends_of_another_system() -> None:
    """A file from Windows has as many lines."""
    assert places(EVERYTHING.replace("\n", "\r\n")) == LINES


# Text as a person may type it: keys, some with dots, and values that hold anything.
NAME = st.sampled_from(["a", "b-1", "'q.'", '"x\\u0041#"', '"]"'])
KEY = st.lists(NAME, min_size=1, max_size=3).map(" . ".join)
SCALAR = st.sampled_from(
    ["1", "1.5", "'# ]'", '"a\\"b"', "true", "1979-05-27 07:32:00", "'''\n'''"]
)
BREAK = st.sampled_from(["", " ", "\n", " # [,\n", "\n\n"])
VALUE = st.recursive(
    SCALAR,
    lambda values: (
        st.lists(st.tuples(BREAK, values, BREAK).map("".join)).map(lambda v: f"[{','.join(v)}]")
        | st.lists(st.tuples(KEY, st.just("="), values).map("".join)).map(
            lambda v: "{" + ", ".join(v) + "}"
        )
    ),
    max_leaves=5,
)
STATEMENT = (
    st.tuples(KEY, VALUE).map(" = ".join)
    | KEY.map("[{}]".format)
    | KEY.map("[[{}]]".format)
    | st.just("# a = 1")
    | st.just("")
)


@given(st.lists(STATEMENT, max_size=8))
def test_nothing_is_left_out_or_made_up(statements: list[str]) -> None:
    """Whatever is set has a line, on which its key or its value stands."""
    text = "\n".join(statements)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = places(text)
    assert set(found) == set(inside(table))
    lines = text.split("\n")
    for path, line in found.items():
        if isinstance(path[-1], str):
            name = {"q.": "'q.'", "xA#": '"x\\u0041#"', "]": '"]"'}.get(path[-1], path[-1])
            assert name in lines[line - 1]


@given(st.text(alphabet="a.=[]{},\"'\\\n #", max_size=60))
def test_what_is_no_toml_is_read_to_its_end(text: str) -> None:
    """Half a file, or none at all, takes no longer and breaks nothing."""
    places(text)
    longest_key(text)


@pytest.mark.parametrize(
    "repeated", ["'", '"\\', '\\"', "[", "{a=", "a.", "a.b.c=", '"""', "#", "[[a]]\n", "[[a.b]]\n"]
)
def test_what_is_meant_to_take_long(repeated: str) -> None:
    """A file that was made to hang its reader does not: the time grows with its length."""
    text = repeated * (100_000 // len(repeated))
    if longest_key(text)[0] <= MAX_PARTS:
        places(text)


@pytest.mark.parametrize(
    ("text", "parts", "line"),
    [
        ("", 0, 1),
        ("a = 1\nb.c = 'x.y.z'\nd = 1", 2, 2),
        ("a b.c\n d . 'e.f' . g", 3, 2),
        ("[a.b.c.d]", 4, 1),
        ("x = {a.b.c = 1.5}", 3, 1),
    ],
)
def test_the_key_of_most_parts(text: str, parts: int, line: int) -> None:
    """Dots join names, whatever spaces are between; those in strings do not."""
    assert longest_key(text) == (parts, line)
