"""A timing drawing as SVG: self-contained, and readable in light and dark and without colour."""
from xml.sax.saxutils import escape

WIDTH = 960
LEFT = 132
RIGHT = 24
ROW = 34
BAR = 18
LIGHT = {"paper": "#ffffff", "ink": "#1f2328", "soft": "#59636e", "fill": "#d1d9e0",
         "mark": "#0550ae"}
DARK = {"paper": "#0d1117", "ink": "#f0f6fc", "soft": "#9198a1", "fill": "#3d444d",
        "mark": "#79c0ff"}
SHAPES = """text { font: 12px system-ui, sans-serif; }
.title { font-weight: 600; font-size: 14px; }
.soft { font-size: 11px; }
.line, .busy, .held, .tick, .dark { stroke-width: 1; }
.held { stroke-dasharray: 3 3; }
.late { stroke-width: 2; }
.due, .runs, .lost { stroke-width: 1.5; }
.hatch { stroke-width: 3; }
.dark { fill: url(#hatch); }
"""
COLOURS = """text { fill: %(ink)s; }
text.soft { fill: %(soft)s; }
.paper { fill: %(paper)s; }
.line { stroke: %(soft)s; }
.dark, .tick, .hatch { stroke: %(ink)s; }
.busy { fill: %(fill)s; stroke: %(soft)s; }
.held { fill: %(paper)s; stroke: %(soft)s; }
.late, .lost { stroke: %(mark)s; }
.due { fill: %(paper)s; stroke: %(mark)s; }
.runs { fill: %(mark)s; stroke: %(mark)s; }
"""
STYLE = (SHAPES + COLOURS % LIGHT +
         "@media (prefers-color-scheme: dark) {\n" + COLOURS % DARK + "}\n")
HATCH = ('<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
         'patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="6"/>'
         '</pattern></defs>')


def number(value):
    """As short as it is exact enough for a drawing."""
    return ("%.1f" % value).rstrip("0").rstrip(".")


class Drawing:
    """Pieces of SVG, from the top down."""

    def __init__(self):
        self.parts = []
        self.y = 0.0

    def text(self, x, y, what, kind="", anchor="start"):
        self.parts.append('<text x="%s" y="%s"%s%s>%s</text>'
                          % (number(x), number(y), ' class="%s"' % kind if kind else "",
                             "" if anchor == "start" else ' text-anchor="%s"' % anchor,
                             escape(what)))

    def line(self, x1, y1, x2, y2, kind="line"):
        self.parts.append('<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>'
                          % (kind, number(x1), number(y1), number(x2), number(y2)))

    def bar(self, x1, x2, y, height, kind):
        self.parts.append('<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>'
                          % (kind, number(x1), number(y), number(max(x2 - x1, 1.0)),
                             number(height)))

    def dot(self, x, y, kind):
        self.parts.append('<circle class="%s" cx="%s" cy="%s" r="3"/>'
                          % (kind, number(x), number(y)))

    def cross(self, x, y):
        self.line(x - 3, y - 3, x + 3, y + 3, "lost")
        self.line(x - 3, y + 3, x + 3, y - 3, "lost")

    def svg(self, title, data):
        """The whole file. data is kept in it, as what it was drawn from."""
        height = number(self.y + 12)
        head = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %s" role="img" '
                'aria-label="%s">' % (WIDTH, height, escape(title, {'"': "&quot;"})))
        return "\n".join([head, "<metadata>%s</metadata>" % escape(data),
                          "<style>%s</style>" % STYLE, HATCH,
                          '<rect class="paper" width="%d" height="%s"/>' % (WIDTH, height)]
                         + self.parts + ["</svg>", ""])


class Scale:
    """Times, or powers of ten of them, to places."""

    def __init__(self, begin, end):
        self.begin = begin
        self.end = end

    def __call__(self, value):
        inside = min(max(value, self.begin), self.end)
        return LEFT + (WIDTH - LEFT - RIGHT) * (inside - self.begin) / (self.end - self.begin)

    def shows(self, begin, end):
        return end >= self.begin and begin <= self.end


def step_for(span):
    """A round distance between the marks of an axis: 6 to 15 of them."""
    step = 0.01
    while span / step > 12:
        step *= 2.5 if ("%g" % step).lstrip("0.").startswith("2") else 2
    return step


def axis(drawing, scale, unit, factor=1.0):
    """Marks below what was drawn; a mark's value is its time by factor."""
    step = step_for((scale.end - scale.begin) / factor)
    count = int(scale.begin / factor / step)
    drawing.line(LEFT, drawing.y, WIDTH - RIGHT, drawing.y)
    while count * step * factor <= scale.end:
        at = count * step * factor
        if at >= scale.begin:
            drawing.line(scale(at), drawing.y, scale(at), drawing.y + 4)
            drawing.text(scale(at), drawing.y + 16, "%g" % round(count * step, 3), "soft",
                         "middle")
        count += 1
    drawing.text(LEFT - 28, drawing.y + 16, unit, "soft", "end")
    drawing.y += 28


def spaced(places, distance):
    """Which of the places can have a label, so that none lies over another."""
    last = None
    for place in places:
        is_free = last is None or place - last >= distance
        if is_free:
            last = place
        yield is_free
