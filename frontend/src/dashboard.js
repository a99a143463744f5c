// The script of the staff pages: htmx, joined with the Dashboard through Saleor's app bridge.
import "./ids.js";
import "./requests.js";
import "./choosing.js";
import "./elements.js";
import "./events.js";
import "./sorting.js";
import "./downloads.js";
import "./texts.js";
import "./counting.js";
import "./gallery.js";
import "./keeping.js";
import "./widget.js";
import { begin } from "./navigation.js";

begin();
