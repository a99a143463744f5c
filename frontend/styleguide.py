"""Write one page with every component, as staff and as shoppers see them, to frontend/.styleguide: `make styleguide`.

For looking at, light, dark and narrow, before and after a change; nothing of it is served. The sample holds one ordinary
case and the texts that break layouts: long, right-to-left, with markup in them.
"""

from __future__ import annotations

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

HERE = Path(__file__).parent
TEMPLATES = HERE.parent / "saleor_returns_app" / "web" / "templates"
OUT = HERE / ".styleguide"


def main() -> None:
    env = Environment(loader=FileSystemLoader([HERE / "styleguide", TEMPLATES]), autoescape=select_autoescape(["html"]))
    env.globals.update(url_for=lambda _endpoint, filename: f"../../saleor_returns_app/web/static/{filename}")
    sample = json.loads((HERE / "styleguide" / "sample.json").read_text(encoding="utf-8"))
    OUT.mkdir(exist_ok=True)
    for name in ("dashboard", "portal"):
        for theme in ("light", "dark"):  # the portal follows the browser's wish, so its two pages are the same
            page = env.get_template(f"{name}.html").render(sample, theme=theme)
            (OUT / f"{name}-{theme}.html").write_text(page, encoding="utf-8")
    print(f"Open {OUT}/dashboard-light.html, dashboard-dark.html or portal-light.html.")


if __name__ == "__main__":
    main()
