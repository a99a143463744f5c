"""Draw the app's logo as PNG, light and dark, from logo.svg: `python frontend/brand/draw.py`, after changing the drawing."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "saleor_returns_app" / "web" / "static" / "brand"
SIZE = 512  # the Dashboard asks for a square PNG of at least 256 pixels

#: name of the file → colours of plate, parcel and arrow
VARIANTS = {
    "logo": ("#14323a", "#ffffff", "#6fe0b4"),
    "logo-dark": ("#dff7ec", "#14323a", "#0b7a55"),
}


def main() -> None:
    drawing = (HERE / "logo.svg").read_text(encoding="utf-8")
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": SIZE, "height": SIZE})
        for name, (plate, box, arrow) in VARIANTS.items():
            colours = f".plate{{fill:{plate}}} .box{{stroke:{box}}} .arrow{{stroke:{arrow}}}"
            page.set_content(
                f"<style>body{{margin:0;background:transparent}} svg{{display:block}} {colours}</style>{drawing}"
            )
            page.screenshot(path=OUT / f"{name}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
