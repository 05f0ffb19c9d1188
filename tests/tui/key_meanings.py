"""What each key of the editor does to the model of its text.

How far a move by word goes, a character made of several, or a line of the screen, is the editor's
to say, within bounds that are checked here.
"""

import re

from tests.tui.model_text import DivergenceError, ModelText, storable
from tui.widgets.editor import Editor

REACH = 64
"""A character made of several takes no more than these."""

_WORD = r"[\w\u0300-\u036f]"
_SIGN = r"[^\w\u0300-\u036f]"
_WORD_BACK = re.compile(f"{_WORD}+{_SIGN}*|{_SIGN}+|\n")
_WORD_ON = re.compile(f"{_SIGN}*{_WORD}+|{_SIGN}+|\n")


def follow(editor: Editor, model: ModelText, key: str, *, edited: bool) -> None:
    """Have the model do what a key means that the editor has just been given.

    `edited` says whether it changed the editor's text.
    """
    plain, select = key.replace("shift+", ""), "shift+" in key and key != "shift+tab"
    cursor, (start, end) = model.cursor, model.line
    at_end = cursor == len(model.text)
    selected_start, selected_end = model.span
    match key if key in {"shift+tab", "ctrl+shift+k"} else plain:
        case "enter":
            first, last = model.line_at(selected_start)
            line = model.text[first:last]
            blanks = len(line) - len(line.lstrip())
            model.type("\n" + line[: min(selected_start - first, blanks)])
        case "backspace":
            model.delete(max(0, cursor - 1), cursor)
        case "delete":
            over = gone(editor, model, on=True)
            if not model.selected and not model.read_only:
                check(model, over, one_character(model.text[cursor : cursor + 2], over))
            model.delete(cursor, cursor + len(over))
        case "ctrl+w":
            over = gone(editor, model, on=False)
            if not model.selected and not model.read_only:
                check(model, over, word_back(model.text[start:cursor], over, cursor == 0))
            model.delete(cursor - len(over), cursor)
        case "alt+delete":
            over = gone(editor, model, on=True)
            if not model.selected and not model.read_only:
                check(model, over, word_on(model.text[cursor:end], over, at_end))
            model.delete(cursor, cursor + len(over))
        case "ctrl+u":
            model.delete(start if cursor > start else max(0, start - 1), cursor)
        case "ctrl+k":
            model.delete(cursor, end if cursor < end else min(end + 1, len(model.text)))
        case "ctrl+shift+k":
            model.edit([(*model.whole_lines(), "")], alone=True)
        case "left" if model.selected and not select:
            model.move(selected_start)
        case "left":
            over = passed(editor, model)
            # The character may be made of several: what is before the cursor tells no more.
            before = model.text[max(0, cursor - 1) : cursor]
            simple = before.isascii() and len(over) > 1
            check(model, over, not simple and one_character(before, over))
            model.move(cursor - len(over), select)
        case "right" if not select and model.accept(len(model.ghost)):
            pass
        case "right" if model.selected and not select:
            model.move(selected_end)
        case "right":
            over = passed(editor, model)
            check(model, over, one_character(model.text[cursor : cursor + 2], over))
            model.move(cursor + len(over), select)
        case "ctrl+left" if not select and model.give_back():
            pass
        case "ctrl+left":
            over = passed(editor, model)
            check(model, over, word_back(model.text[start:cursor], over, cursor == 0))
            model.move(cursor - len(over), select)
        case "ctrl+right" if not select and model.accept(first_word(model.ghost)):
            pass
        case "ctrl+right":
            over = passed(editor, model)
            check(model, over, word_on(model.text[cursor:end], over, at_end))
            model.move(cursor + len(over), select)
        case "alt+right":
            model.accept(1)
        case "ctrl+end" if not select and model.accept(first_line(model.ghost)):
            pass
        case "ctrl+end":
            model.move(len(model.text), select)
        case "ctrl+home":
            model.move(0, select)
        case "home":
            line = model.text[start:end]
            first = start + len(line) - len(line.lstrip())
            model.move(start if cursor == first else first, select)
        case "end":
            model.move(end, select)
        case "up" | "down" | "pageup" | "pagedown" | "alt+up" | "alt+down":
            place = model.place(editor.cursor_location)
            over = model.text[min(place, cursor) : max(place, cursor)]
            down = plain.endswith("down")
            check(model, over, place >= cursor if down else place <= cursor)
            if plain in {"up", "down"}:
                check(model, over, over.count("\n") <= 1)
                check(model, over, bool(over) or place == (len(model.text) if down else 0))
            if plain.startswith("alt"):
                first, last = model.line_at(place)
                blank = not model.text[first:last].strip()
                check(model, over, blank or place == (len(model.text) if down else 0))
            model.move(place, select)
        case "tab" if model.accept(len(model.ghost)):
            pass
        case "tab" if "\n" in model.text[selected_start:selected_end]:
            rows = [(first, last) for first, last in model.selected_lines(own=False)]
            indented = [(first, first, "    ") for first, last in rows if first < last]
            if indented:
                model.edit(indented, keep=True, alone=True)
        case "tab":
            spaces = editor.buffer.chars - len(model.text) + selected_end - selected_start
            if not model.read_only:
                check(model, f"{spaces} spaces", 1 <= spaces <= 4)
                model.type(" " * spaces)
        case "shift+tab":
            dedented = []
            for first, last in model.selected_lines(own=True):
                line = model.text[first:last]
                cut = 1 if line[:1] == "\t" else min(4, len(line) - len(line.lstrip(" ")))
                dedented += [(first, first + cut, "")] if cut else []
            if dedented:
                model.edit(dedented, keep=True, alone=True)
        case "f7":
            model.move(len(model.text), always=True)
            model.anchor = 0
        case "ctrl+c" | "ctrl+x":
            first, last = model.span if model.selected else model.whole_lines()
            model.clipboard = model.text[first:last] or model.clipboard
            if key == "ctrl+x" and first < last:
                model.edit([(first, last, "")], alone=True)
        case "ctrl+v":
            if text := storable(model.clipboard):
                model.type(text, alone=True)
        case "escape":
            model.dismissed, model.ghost = True, ""
        case "ctrl+@":
            model.dismissed, model.asking, model.accepted = False, True, ""
        case "f8":
            model.ghosts_on, model.asking = not model.ghosts_on, True
            model.ghost = model.accepted = ""
        case "ctrl+z" | "ctrl+y" if not model.read_only:
            back = key == "ctrl+z"
            if not edited:
                model.stays(back=back)
            else:
                text = editor.text
                now = ModelText(text)
                ends = [now.place(location) for location in editor.selection]
                model.travel(text, (ends[0], ends[1]), back=back)
        case "ctrl+z" | "ctrl+y":
            pass
        case _:
            raise AssertionError(f"no such key: {key}")


def gone(editor: Editor, model: ModelText, *, on: bool) -> str:
    """What the editor has deleted after the cursor, or before it."""
    count = max(0, len(model.text) - editor.buffer.chars)
    before, after = model.text[: model.cursor], model.text[model.cursor :]
    return after[:count] if on else before[len(before) - count :]


def passed(editor: Editor, model: ModelText) -> str:
    """What lies between where the cursor was and where it is."""
    place = model.place(editor.cursor_location)
    return model.text[min(place, model.cursor) : max(place, model.cursor)]


def check(model: ModelText, over: str, right: bool) -> None:
    """Raise DivergenceError where a move or a deletion went over the wrong text."""
    if not right:
        before, after = model.text[: model.cursor][-40:], model.text[model.cursor :][:40]
        raise DivergenceError(f"went over {over[:100]!r} at {before!r}|{after!r}")


def one_character(text: str, over: str) -> bool:
    """Whether `over`, next to the cursor, may be one character; `text` is what is there."""
    if not text:
        return not over
    if text.isascii():
        return len(over) == 1
    return 1 <= len(over) <= REACH and ("\n" not in over or over == "\n")


def word_back(before: str, over: str, first: bool) -> bool:
    """Whether `over` is the last word of `before`; at a line's start the break before it is."""
    if not before:
        return over == "" if first else over == "\n"
    rest = before.removesuffix(over)
    goes_on = rest and _WORD_BACK.fullmatch(rest[-1] + over[:1])
    return _WORD_BACK.fullmatch(over) is not None and before.endswith(over) and not goes_on


def word_on(after: str, over: str, last: bool) -> bool:
    """Whether `over` is the first word of `after`; at a line's end the break after it is."""
    if not after:
        return over == "" if last else one_character("x", over)
    return _WORD_ON.fullmatch(over) is not None and after.startswith(over)


def first_word(ghost: str) -> int:
    """How long the first word is."""
    found = re.match(r"\s*\S* ?", ghost)
    return found.end() if found else 0


def first_line(ghost: str) -> int:
    """How much there is up to the first line break; all where it begins with one."""
    found = ghost.find("\n")
    return found if found > 0 else len(ghost)
