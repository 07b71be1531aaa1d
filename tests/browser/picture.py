"""`python -m tests.browser.picture [--png FILE]`: draws docs/panel.svg from the page as Chromium lays it out; nothing in it is by hand.

Every box, border and line of text of the real page becomes a shape of the picture, so it shows what the page shows.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from playwright.sync_api import Route, ViewportSize

from device.signals import SECOND
from firmware_app.line_view import iso
from firmware_app.records import entries
from tests.browser.screen import chromium
from tests.panel_box import MINUTE, NOON, Box, Desk, line_state, panel

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "panel.svg"
SIZE: ViewportSize = {"width": 1366, "height": 768}

LOOK = """() => {
  const shapes = [], clear = "rgba(0, 0, 0, 0)";
  const visit = node => {
    if (node.nodeType === 3) return lines(node);
    if (node.nodeType !== 1 || !node.getClientRects().length || node.matches(".skip, script, noscript")) return;
    const style = getComputedStyle(node), box = node.getBoundingClientRect();
    const shape = {x: box.x, y: box.y, w: box.width, h: box.height, r: parseFloat(style.borderTopLeftRadius)};
    const left = parseFloat(style.borderLeftWidth), top = parseFloat(style.borderTopWidth);
    if (node.tagName === "IMG") shapes.push({...shape, icon: true});
    else if (style.backgroundColor !== clear || left)
      shapes.push({...shape, fill: style.backgroundColor === clear ? "none" : style.backgroundColor, line: top,
                   colour: top ? style.borderTopColor : "none", bar: left > 4 ? left : 0, barColour: style.borderLeftColor});
    else if (top) shapes.push({...shape, h: top, r: 0, fill: style.borderTopColor, line: 0, colour: "none", bar: 0});
    node.childNodes.forEach(visit);
  };
  const lines = node => {
    const style = getComputedStyle(node.parentElement), range = document.createRange();
    let line = null;
    for (let i = 0; i < node.length; i++) {
      range.setStart(node, i); range.setEnd(node, i + 1);
      const box = range.getBoundingClientRect();
      if (!box.width || !node.data[i].trim() && (!line || i + 1 === node.length)) continue;
      if (!line || Math.abs(box.y - line.y) > 4)
        shapes.push(line = {text: "", x: box.x, y: box.y, h: box.height, size: parseFloat(style.fontSize), weight: style.fontWeight,
                            fill: style.color, under: node.parentElement.matches(".plain")});
      line.text += node.data[i]; line.w = box.right - line.x;
    }
  };
  visit(document.body);
  return JSON.stringify(shapes);
}"""


def a_morning(box: Box) -> None:
    """A lively hour at a service point; all numbers are nobody's."""
    for n in range(9):
        box.call(f"0356700{n:04d}", 150 - 12 * n, "answered")
    box.write(entries.CheckRun("L1", "schedule", (("answers", True, ""),)), at=box.now.plus(-240 * MINUTE))
    box.write(entries.CheckRun("L2", "schedule", (("answers", True, ""),)), at=box.now.plus(-240 * MINUTE))
    case = box.call("15400000012", 96)  # recorded once, so the case it opened has its id
    reached = entries.CallbackAttempted(case, "reached", "self_reported", False)
    box.write(reached, "admin", box.now.plus(-80 * MINUTE))
    box.call("15400000001", 47)
    box.call("03567000021", 31, line="L2", name="张三")
    box.call("15400000001", 22)
    box.call("15400000033", 12, "unknown", line="L2")
    box.call(None, 6, absence="private")
    started = iso(box.now.wall - 7 * SECOND)
    call = {
        "direction": "inbound",
        "started_at": started,
        "number": "15400000044",
        "absence": None,
        "name": None,
    }
    box.publish(line_state("L1", "ringing", stage=1, since=started, call=call))


def serve_from(client: FlaskClient) -> Any:  # noqa: ANN401  a callback of playwright
    """Answers Chromium's questions from the application itself, at the test's own noon."""

    def answer(route: Route) -> None:
        address = urlsplit(route.request.url)
        with client.get(f"{address.path}?{address.query}") as found:
            headers = {"Content-Type": found.headers["Content-Type"]}
            route.fulfill(status=found.status_code, body=found.data, headers=headers)

    return answer


def shape_of(shape: dict[str, Any]) -> str:
    """One shape of the page as SVG."""
    x, y, w, h = (round(shape.get(key, 0), 1) for key in ("x", "y", "w", "h"))
    if "text" in shape:
        base = round(y + h / 2 + shape["size"] * 0.38 + 0.5, 1)
        under = ' text-decoration="underline"' if shape["under"] else ""
        return (
            f'<text x="{x}" y="{base}" font-size="{shape["size"]:g}" font-weight="{shape["weight"]}" fill="{shape["fill"]}"'
            f' textLength="{w}" lengthAdjust="spacingAndGlyphs"{under}>{escape(shape["text"].strip())}</text>'
        )
    if shape.get("icon"):
        return f'<g transform="translate({x} {y}) scale({w / 48:g})">{bell()}</g>'
    half = shape["line"] / 2
    drawn = (
        f'<rect x="{x + half:g}" y="{y + half:g}" width="{w - 2 * half:g}" height="{h - 2 * half:g}" rx="{shape["r"]:g}"'
        f' fill="{shape["fill"]}" stroke="{shape["colour"]}" stroke-width="{shape["line"]:g}"/>'
    )
    if shape["bar"]:
        drawn += f'<rect x="{x}" y="{y}" width="{shape["bar"]:g}" height="{h}" rx="4" fill="{shape["barColour"]}"/>'
    return drawn


def bell() -> str:
    """The shapes of the panel's icon."""
    icon = (PICTURE.parents[1] / "web_panel" / "static" / "icon.svg").read_text(encoding="utf-8")
    return icon.split(">", 1)[1].rsplit("</svg>", 1)[0]


def draw(png: Path | None) -> str:
    """The page as an SVG document; `png`: where to put a screenshot as well."""
    with tempfile.TemporaryDirectory() as folder:
        box = Box(Path(folder), NOON)
        box.account()
        box.start()
        a_morning(box)
        with panel(box) as (app, _), chromium() as browser:
            desk = Desk(app.test_client())
            desk.sign_in()
            page = browser.new_page(viewport=SIZE, java_script_enabled=False)
            page.route("**/*", serve_from(desk.client))
            page.goto("http://127.0.0.1/")
            if png is not None:
                page.screenshot(path=png)
            shapes: list[dict[str, Any]] = json.loads(page.evaluate(LOOK))
        box.close()
    for shape in shapes:
        shape["h"] = min(shape["h"], SIZE["height"] - shape["y"])
    shown = [
        shape_of(shape) for shape in shapes if shape["y"] < SIZE["height"] and shape.get("text", "-").strip()
    ]
    frame = f'viewBox="0 0 {SIZE["width"]} {SIZE["height"]}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {frame} font-family="Microsoft YaHei, PingFang SC, Noto Sans CJK SC, sans-serif">',
            "<title>铃守的面板 · Ringkeeper's panel</title>",
            *shown,
            "</svg>\n",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--png", type=Path, help="also a screenshot, to this file")
    PICTURE.write_text(draw(parser.parse_args().png), encoding="utf-8")
    sys.stdout.write(f"{PICTURE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
