// A widget is as high as what it shows; the Dashboard is told on every change.
import { actions } from "@saleor/app-sdk/app-bridge";
import { kind, tell } from "./host.js";

if (kind === "widget") {
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === told || height <= 0) return;
    told = height;
    tell(actions.WidgetResize({ height }));
  }).observe(document.body);
}
