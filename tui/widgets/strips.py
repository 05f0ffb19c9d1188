"""A widget that draws its lines itself, without borders or padding."""

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class StripWidget(Widget):
    """Draws each line by `render_line`, as wide as it is.

    Textual draws every line between the first and the last that changed. Here a line that was
    drawn before costs next to nothing.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a region, as the application's filters have them."""
        if not self._component_styles and self._get_component_classes():
            # It is being taken away: Textual may draw it once more when its styles are gone.
            return [Strip.blank(crop.width)] * crop.height
        filters = [one for one in self.app.get_line_filters() if one.enabled]
        _, background = self.background_colors
        whole = crop.x == 0 and crop.width == self.size.width
        strips = []
        for y in crop.line_range:
            strip = self.render_line(y)
            for one in filters:
                strip = strip.apply_filter(one, background)
            strips.append(strip if whole else strip.crop(crop.x, crop.right))
        self._dirty_regions.clear()
        return strips
