/**
 * Chooses the largest type size with which the whole matrix is visible without scrolling; the hints in gap cells are hidden before the type gets smaller.
 */

const WALL_SCREEN = { max: 32, min: 18 };
const DESKTOP_SCREEN = { max: 18, min: 13.5 };

/**
 * Set the type size of a grid so that it fits its container. At the minimum size the container scrolls.
 * @param {HTMLElement} container
 * @param {HTMLElement} table
 */
export function fitTypeSize(container, table) {
  const { max, min } = innerWidth >= 1600 && innerHeight >= 850 ? WALL_SCREEN : DESKTOP_SCREEN;
  const applySize = (size, showHints) => {
    container.style.setProperty("--fs", `${size}px`);
    container.classList.toggle("no-hints", !showHints);
  };
  const fits = (size, showHints) => {
    applySize(size, showHints);
    return table.offsetHeight <= container.clientHeight && table.scrollWidth <= container.clientWidth && !hasOverflow(table);
  };
  let low = Math.round(min * 2);
  let high = Math.round(max * 2);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle / 2, false)) low = middle;
    else high = middle - 1;
  }
  const size = low / 2;
  if (!fits(size, true)) applySize(size, false);
}

/** Fit the type size of the page's matrix again, if there is one that shows names; figures have a size of their own. Call it when the container or the fonts have changed. */
export function refitMatrix() {
  const table = document.getElementById("grid");
  if (table && !table.classList.contains("compact")) fitTypeSize(table.parentElement, table);
}

/** Return whether the text of a header or cell is wider than its column. */
function hasOverflow(table) {
  return [...table.querySelectorAll("thead th, tbody th, td.cell > .in")].some((box) => box.scrollWidth > box.clientWidth + 1);
}
