"""Between the panel that looks inside and the predictor: what is read, what is shown of it.

Made when the panel is first opened. Nothing is computed while it is closed.
"""

from typing import TYPE_CHECKING

from textual.timer import Timer

from tui.services.events import Prediction
from tui.services.inside import KEY as INSIDE
from tui.services.inside import Looked, LookInside
from tui.services.reading import HOLD_SECONDS, Reading
from tui.services.surprise import KEY as SURPRISE
from tui.services.surprise import ReadSurprise, Surprised, Trail
from tui.text.buffer import Location
from tui.widgets.area import EditArea
from tui.widgets.editor import Editor
from tui.widgets.ghost_section import GhostFacts
from tui.widgets.inside import InsidePanel
from tui.widgets.panel import Panel
from tui.widgets.surprise_section import MOST_WORDS, TextFacts

if TYPE_CHECKING:
    from tui.screens.inside import InsideScreen

REST_SECONDS = 0.25
"""So long after the last key the text behind it is read anew; until then only what is near."""

NEAR_PIECES = 3

DRAW_SECONDS = 0.1
"""How often the figures of a text that is being read are drawn anew."""


class Inspection:
    """Has the text of the editor that shows read, and tells a panel."""

    def __init__(self, screen: "InsideScreen") -> None:
        self._screen = screen
        self._panel: InsidePanel | None = None
        self._editor: Editor | None = None
        self._reading: Reading | None = None
        self._trail = Trail()
        self._errand: ReadSurprise | None = None
        self._changes = 0
        self._model: object = None
        self._prediction: Prediction | None = None
        self._looked: Looked | None = None
        self._drawing: Timer | None = None
        self._resting: Timer | None = None

    @property
    def reading(self) -> Reading | None:
        """What is known of the text that shows; None while nobody looks."""
        return self._reading

    @property
    def settled(self) -> bool:
        """Whether all there is to know is known and shown."""
        if self._reading is None or self._editor is None:
            return True
        looked = self._looked is not None and self._looked.revision == self._editor.revision
        waits = self._drawing is not None or self._resting is not None
        return self._reading.done and looked and not waits

    # When somebody looks, and at what.

    def panel_is(self, panel: Panel | None) -> None:
        """Look at the editor that shows where the panel is one for that, else at none."""
        self._panel = panel if isinstance(panel, InsidePanel) else None
        if self._panel is not None:
            self.turned()
        else:
            self._leave()

    def turned(self) -> None:
        """Look at the editor that shows now, or at its other text."""
        editor = self._screen.editor
        if self._panel is None:
            return
        same = editor is self._editor
        if same and self._reading is not None and self._reading.buffer is editor.buffer:
            self.draw()
            return
        self._leave()
        self._editor = editor
        self._reading = Reading(editor.buffer)
        self._trail = Trail()
        editor.show_tints(self._reading)
        self._read_on()
        self._screen.look_inside()
        self.draw()

    def changed(self, editor: EditArea) -> None:
        """Read on from where the text has changed."""
        if editor is self._editor and self._reading is not None:
            # While keys come no more than what is near: they would have to share the machine.
            self._read_on(most=NEAR_PIECES)
            self._draw_soon()
            if self._resting is not None:
                self._resting.stop()
            self._resting = self._screen.set_timer(REST_SECONDS, self._rested)

    def _leave(self) -> None:
        """Let the editor go that was looked at."""
        for key in (SURPRISE, INSIDE):
            self._screen.predictor.call_back(key)
        if self._editor is not None and self._reading is not None:
            self._editor.show_tints(None)
        self._editor = self._reading = self._errand = None
        self._prediction = self._looked = None

    def _rested(self) -> None:
        """Read on to the end."""
        self._resting = None
        if self._reading is not None and not self._reading.done:
            self._read_on()
            self._resting = self._screen.set_timer(HOLD_SECONDS, self._let_go)

    def _let_go(self) -> None:
        """Show as unread what is still not read anew."""
        self._resting = None
        if self._editor is not None:
            self._editor.repaint()

    # What the predictor is asked and tells.

    def _read_on(self, *, most: int | None = None) -> None:
        """Have what is not known read, all of it or so many pieces."""
        reading = self._reading
        if reading is None:
            return
        if reading.done:
            self._errand = None
            self._screen.predictor.call_back(SURPRISE)
            return
        self._errand = ReadSurprise(
            self._trail, reading.buffer.lines.copy(), reading.frontier, most
        )
        self._changes = reading.changes
        self._screen.predictor.send(self._errand)

    def heard(self, event: object) -> None:
        """Take in what an errand told, or a prediction that has just been shown."""
        editor, reading = self._editor, self._reading
        if editor is None or reading is None or self._panel is None:
            return
        match event:
            case Prediction(revision=revision) as prediction if revision == editor.revision:
                self._prediction = prediction
                self._look(editor, prediction)
                self._draw_text()
                self._draw_ghost()
            case Looked(revision=revision) as looked if revision == editor.revision:
                self._looked = looked
                if self._is_new(looked.model):
                    self._read_on()
                self._draw_inside()
                self._draw_ghost()
            case Surprised(errand=errand, model=model, start=start) if self._current(errand):
                self._is_new(model)
                before = reading.frontier[0]
                reading.add(start, event.bits, event.words)
                if before <= editor.bottom and reading.frontier[0] >= editor.top[0]:
                    editor.repaint()
                self._draw_soon()

    def _current(self, errand: ReadSurprise) -> bool:
        """Whether what an errand tells is of the text as it is now.

        Of a change the reading knows at once, and this only when its message has come here.
        """
        reading = self._reading
        return errand is self._errand and reading is not None and reading.changes == self._changes

    def _is_new(self, model: object) -> bool:
        """Whether it is another model than before, of which nothing is known any more."""
        before, self._model = self._model, model
        if model is before or before is None:
            return False
        if self._reading is not None and self._editor is not None:
            self._reading.forget()
            self._editor.repaint()
        return True

    def _look(self, editor: Editor, prediction: Prediction) -> None:
        """Have the model looked into at the cursor."""
        self._screen.predictor.send(
            LookInside(
                revision=editor.revision,
                text=editor.context(),
                config=self._screen.ghost_config,
                unlikely=prediction.ghost and not prediction.text,
            )
        )

    # What the panel shows.

    def _draw_soon(self) -> None:
        """Draw the figures of the text, but not for every piece of it."""
        if self._drawing is None:
            self._drawing = self._screen.set_timer(DRAW_SECONDS, self._draw_text)

    def draw(self) -> None:
        """Draw all."""
        self._draw_text()
        self._draw_inside()
        self._draw_ghost()

    def _draw_inside(self) -> None:
        """Draw the model at the cursor."""
        panel, editor = self._panel, self._editor
        if panel is None or editor is None:
            return
        row, column = editor.cursor_location
        line = editor.buffer.lines[row]
        last = row == len(editor.buffer.lines) - 1
        follows = line[column : column + 1] or ("" if last else "\n")
        inside = self._looked.inside if self._looked else None
        panel.show_inside(inside, follows, gone=self._screen.model_gone)

    def _draw_ghost(self) -> None:
        """Draw what is known of the ghost."""
        if self._panel is not None and self._editor is not None:
            self._panel.show_ghost(self._ghost_facts(self._editor))

    def _draw_text(self) -> None:
        """Draw the figures of the text."""
        if self._drawing is not None:
            self._drawing.stop()
            self._drawing = None
        panel, editor, reading = self._panel, self._editor, self._reading
        if panel is None or editor is None or reading is None:
            return
        here = editor.cursor_location
        curve, at = reading.curve(panel.cells, here)
        panel.show_text(
            TextFacts(
                chars=reading.buffer.chars,
                size=reading.size,
                known=reading.known,
                bpc=reading.bpc,
                line_bpc=reading.line_bpc(here[0]),
                bits_before=reading.bits_before(here),
                curve=curve if reading.size else (),
                here=at,
                words=tuple(
                    (word.at[0] + 1, word.text, word.bits)
                    for word in reading.most_surprising(MOST_WORDS)
                ),
            )
        )

    def _ghost_facts(self, editor: Editor) -> GhostFacts:
        config, prediction, looked = self._screen.ghost_config, self._prediction, self._looked
        present = prediction is not None and prediction.revision == editor.revision
        stopped = ""
        if prediction is not None and present and prediction.text == editor.ghost:
            stopped = prediction.stopped
        unlikely, least = None, config.threshold
        if looked is not None and looked.revision == editor.revision:
            least = looked.least_chance
            if looked.unlikely:
                unlikely = (looked.unlikely.text, looked.unlikely.probabilities)
        return GhostFacts(
            text=editor.ghost,
            odds=editor.ghost_odds,
            stopped=stopped,
            quiet="there is no model" if self._screen.model_gone else editor.quiet,
            threshold=least,
            whole_threshold=config.whole_threshold,
            longest=config.max_chars,
            decoding=config.decoding,
            unlikely=unlikely,
        )

    # Where the panel's keys take the cursor.

    def go_to_word(self, at: int) -> None:
        """Put the cursor on one of the most surprising words."""
        if self._reading is not None:
            words = self._reading.most_surprising(MOST_WORDS)
            if at < len(words):
                self._go(words[at].at)

    def go_to_surprise(self, *, backwards: bool) -> bool:
        """Put the cursor on a surprising character; whether there is one."""
        if self._reading is None or self._editor is None:
            return False
        here = self._editor.cursor_location
        found = self._reading.next_surprise(here, backwards=backwards)
        if found is not None:
            self._go(found)
        return found is not None

    def _go(self, location: Location) -> None:
        """Put the cursor somewhere; what was out of view comes to the middle."""
        if (editor := self._editor) is not None:
            top = editor.top
            editor.move_cursor(location)
            if editor.top != top:
                editor.move_cursor(location, center=True)
