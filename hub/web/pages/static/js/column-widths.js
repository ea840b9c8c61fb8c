/**
 * The widths of the columns of a matrix.
 */
import { h } from "./dom.js";
import { headerLabel } from "./header-label.js";
import { formatMillions, localize } from "./i18n.js";

/** How wide the head of a row is, in columns. */
const headShare = (columns) => Math.min(1.9, 0.3 * columns);

/** Return equal widths for the columns, and wider ones for the heads of rows and the totals. */
export function equalWidths(columns, headerColumns) {
  const head = headShare(columns);
  const unit = 100 / (columns + 1 + head * headerColumns);
  return columnGroup([...Array(headerColumns).fill(head * unit), ...Array(columns).fill(unit), unit]);
}

/** The widths in pixels of what a column of figures can contain, at 14 px. */
const WIDTHS = { mark: 16, digit: 8.8, moneyDigit: 6.8, letter: 6.9, edges: 22, least: 62, most: 140, rowHead: [132, 190], total: 108 };
/** Vowels and tone marks above and below a Thai letter take no width. */
const NO_WIDTH = /[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]/g;
const textWidth = (text, letter) => text.replace(NO_WIDTH, "").length * letter;

/**
 * Return the columns of rows of figures as grid tracks, and the least width of all: known before anything is drawn, so that the browser does not measure each cell.
 * @param {object} matrix
 * @param {boolean} isMany with many columns each is as wide as its figures, else they share the width of the page
 * @returns {{tracks: string, least: number}}
 */
export function figureTracks(matrix, isMany) {
  const columns = matrix.columns.headers;
  if (!isMany) return { tracks: `minmax(0, ${headShare(columns.length)}fr) repeat(${columns.length + 1}, minmax(0, 1fr))`, least: 0 };
  const widths = columns.map((column) => figureWidth(column.total, WIDTHS.moneyDigit * 1.05));
  for (const cell of matrix.cells) widths[cell.columnIndex] = Math.max(widths[cell.columnIndex], figureWidth(cell, WIDTHS.digit) + WIDTHS.mark);
  const [narrowest, widest] = WIDTHS.rowHead;
  const rowHead = Math.min(widest, Math.max(narrowest, ...matrix.rows.headers.map((row) => textWidth(headerLabel(row), 7.4) + 14)));
  const total = Math.max(WIDTHS.total, ...[matrix, ...matrix.rows.headers].map((one) => figureWidth(one.total, WIDTHS.moneyDigit * 1.05) + 14));
  const all = [rowHead, ...widths.map((width) => Math.min(WIDTHS.most, Math.max(WIDTHS.least, width))), total].map(Math.round);
  return { tracks: all.map((width) => `minmax(${width}px, ${width}fr)`).join(" "), least: all.reduce((a, b) => a + b, 0) + 2 * all.length + 2 };
}

/** Return the width of a number of projects and an amount beside each other, with what is around them. */
const figureWidth = (figures, digit) => WIDTHS.edges + String(figures.projectCount).length * digit + (figures.budget ? 6 + formatMillions(figures.budget.amount).length * WIDTHS.moneyDigit : 0);

/** Return the column widths: 0.88 to 1.22 of the mean, by the length of the texts in the column. */
export function columnWidths(matrix, headerColumns) {
  const wideRowHeader = matrix.rows.dimension === "STAGE" || matrix.rows.dimension === "ISSUE";
  const lengths = matrix.columns.headers.map((column) => {
    const texts = matrix.cells.filter((cell) => cell.columnIndex === column.index).map((cell) => (cell.projects?.nodes ?? []).reduce((n, p) => n + localize(p.name).length, 0));
    return Math.max(localize(column.label).length * 1.4, ...texts, 8);
  });
  const mean = lengths.reduce((a, b) => a + b, 0) / (lengths.length || 1);
  const shares = lengths.map((length) => Math.min(1.22, Math.max(0.88, Math.sqrt(length / mean))));
  const headerWidths = headerColumns === 2 ? [8, 13] : [wideRowHeader ? 13 : 10.4];
  const totalWidth = 8.4;
  const remaining = 100 - totalWidth - headerWidths.reduce((a, b) => a + b, 0);
  const shareSum = shares.reduce((a, b) => a + b, 0);
  const percentages = [...headerWidths, ...shares.map((share) => (share / shareSum) * remaining), totalWidth];
  return columnGroup(percentages);
}

const columnGroup = (percentages) => h("colgroup", {}, percentages.map((width) => {
  const col = h("col");
  col.style.width = `${width.toFixed(2)}%`;
  return col;
}));
