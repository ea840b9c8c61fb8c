/**
 * The largest type that shows the whole matrix unscrolled; hints go before size does.
 */

const WALL_SCREEN = { max: 32, min: 18 };
const DESKTOP_SCREEN = { max: 18, min: 13.5 };

/**
 * Set the type size of a grid so that it fits its room; below the least size the room scrolls.
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

/** Fit the grid of the page anew, where there is one: its room or its fonts have changed. */
export function refitMatrix() {
  const table = document.getElementById("grid");
  if (table) fitTypeSize(table.parentElement, table);
}

/** Whether a word was cut in a head or a cell because its column is too narrow. */
function hasOverflow(table) {
  return [...table.querySelectorAll("thead th, tbody th, td.cell > .in")].some((box) => box.scrollWidth > box.clientWidth + 1);
}
