/**
 * The SVG mark of each cell state and source state. Shapes differ, so that colour is not needed; drawn on 20 × 20 in the text colour.
 */
import { s } from "./dom.js";

const STROKE = { fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round" };
const SHAPES = {
  COVERED: () => [
    s("circle", { cx: 10, cy: 10, r: 8.5, fill: "currentColor" }),
    s("path", { d: "M6 10.3l2.8 2.8L14.2 7.4", fill: "none", stroke: "#fff", "stroke-width": 2.2 }),
  ],
  GAP: () => [
    s("circle", { cx: 10, cy: 10, r: 7.4, ...STROKE, "stroke-linecap": "butt", "stroke-width": 2.4, "stroke-dasharray": "5.4 2.35" }),
  ],
  OVERLAP: () => [
    s("rect", { x: 2, y: 2, width: 11, height: 11, ...STROKE }),
    s("rect", { x: 7, y: 7, width: 11, height: 11, ...STROKE }),
  ],
  DISPUTED: () => [s("path", { d: "M2.5 7H16l-3.6-4M17.5 13H4l3.6 4", ...STROKE, "stroke-linejoin": "round" })],
  NOT_EXPECTED: () => [s("path", { d: "M4 10h12", ...STROKE, "stroke-width": 2.4 })],
  NOT_JUDGED: () => [s("circle", { cx: 10, cy: 10, r: 2.4, fill: "currentColor" })],
  NOT_IN_FORCE: () => [s("rect", { x: 3, y: 3, width: 14, height: 14, ...STROKE, "stroke-width": 1.6, "stroke-dasharray": "2.2 2.4" }), s("path", { d: "M5.5 14.5l9-9", ...STROKE })],
  NOT_LINKED: () => [s("path", { d: "M8.5 6.5l2-2a3.4 3.4 0 0 1 5 5l-2 2M11.5 13.5l-2 2a3.4 3.4 0 0 1-5-5l2-2M3 3l14 14", ...STROKE, "stroke-width": 1.8 })],
  NOT_REPORTED: () => [
    s("circle", { cx: 10, cy: 10, r: 8.4, ...STROKE, "stroke-width": 1.6, "stroke-dasharray": "1 2.3" }),
    s("path", { d: "M7.4 8a2.6 2.6 0 1 1 3.6 2.4c-.7.3-1 .7-1 1.4M10 14.4v.2", ...STROKE, "stroke-width": 1.8 }),
  ],
  RESTRICTED: () => [
    s("rect", { x: 3.5, y: 9, width: 13, height: 9, rx: 1.5, fill: "currentColor" }),
    s("path", { d: "M6.4 9V6.4a3.6 3.6 0 0 1 7.2 0V9", ...STROKE }),
  ],
  OK: () => SHAPES.COVERED(),
  DEGRADED: () => [s("path", { d: "M10 2.6L18.4 17H1.6zM10 8v4.2M10 14.4v.3", ...STROKE, "stroke-linejoin": "round" })],
  DOWN: () => [
    s("rect", { x: 1.5, y: 1.5, width: 17, height: 17, rx: 2, fill: "currentColor" }),
    s("path", { d: "M6 6l8 8M14 6l-8 8", ...STROKE, stroke: "#fff" }),
  ],
  PAUSED: () => [s("path", { d: "M6.5 3.5v13M13.5 3.5v13", ...STROKE, "stroke-width": 3.6, "stroke-linecap": "butt" })],
  NEVER: () => [s("circle", { cx: 10, cy: 10, r: 7.6, ...STROKE, "stroke-width": 1.8, "stroke-dasharray": "1 3" })],
  LATE: () => [s("circle", { cx: 10, cy: 10, r: 7.8, ...STROKE }), s("path", { d: "M10 5.6V10l3 2.2", ...STROKE })],
  RUNNING: () => [s("path", { d: "M16.6 7A7.4 7.4 0 1 0 17.4 11M17 3v4h-4", ...STROKE })],
  ACCEPT: () => [s("path", { d: "M3.5 10.5l4.3 4.3L16.5 5.5", ...STROKE, "stroke-width": 2.8, "stroke-linejoin": "round" })],
  ACCEPT_WITH_CONDITION: () => [s("path", { d: "M2 10.5l3.8 3.8L12.6 6.4M13 14h6M16 11v6", ...STROKE, "stroke-width": 2.4, "stroke-linejoin": "round" })],
  OBJECT: () => [s("path", { d: "M4.5 4.5l11 11M15.5 4.5l-11 11", ...STROKE, "stroke-width": 2.8 })],
  ABSTAIN: () => [s("circle", { cx: 10, cy: 10, r: 7.2, ...STROKE }), s("path", { d: "M6.2 10h7.6", ...STROKE })],
  WAIT: () => [4, 10, 16].map((cx) => s("circle", { cx, cy: 10, r: 1.9, fill: "currentColor" })),
  PROPOSAL: () => [s("path", { d: "M5 2.5h7l3.5 3.5v11.5H5zM8 9.5h5M8 13h5", ...STROKE, "stroke-width": 1.6, "stroke-linejoin": "round" })],
  PLEDGE: () => [s("path", { d: "M3 10h10l-3.6-3.6M9.4 13.6L13 10M17 3.5v13", ...STROKE, "stroke-linejoin": "round" })],
  CONNECTED: () => [s("circle", { cx: 10, cy: 10, r: 5, fill: "currentColor" })],
  NOT_CONNECTED: () => [s("circle", { cx: 10, cy: 10, r: 4.4, ...STROKE })],
  SWAP: () => [s("path", { d: "M3 7h12l-3-3M17 13H5l3 3", ...STROKE })],
  MAP: () => [s("path", { d: "M3 3h6v6H3zM11 3h6v6h-6zM11 11h6v6h-6z", ...STROKE, "stroke-linecap": "butt" })],
};

/** The nine cell states in the order of the legend: those that need attention first. */
export const STATES = ["GAP", "OVERLAP", "DISPUTED", "NOT_REPORTED", "RESTRICTED", "COVERED", "NOT_EXPECTED", "NOT_JUDGED", "NOT_IN_FORCE"];

/**
 * Return the mark of a state or button. It is hidden from screen readers, because its label is always beside it.
 * @param {keyof typeof SHAPES} name
 */
export const mark = (name) =>
  s("svg", { class: `mark m-${name}`, viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" }, SHAPES[name]());
