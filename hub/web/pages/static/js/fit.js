/**
 * The largest type that shows the whole matrix unscrolled; hints go before size does.
 */

const WALL = { most: 32, least: 18 };
const DESKTOP = { most: 18, least: 13.5 };

/**
 * Set the type size of a grid so that it fits its room; below the least size the room scrolls.
 * @param {HTMLElement} container
 * @param {HTMLElement} table
 */
export function fit(container, table) {
  const { most, least } = innerWidth >= 1600 && innerHeight >= 850 ? WALL : DESKTOP;
  const set = (size, hints) => {
    container.style.setProperty("--fs", `${size}px`);
    container.classList.toggle("nohints", !hints);
  };
  const fits = (size, hints) => {
    set(size, hints);
    return table.offsetHeight <= container.clientHeight && table.scrollWidth <= container.clientWidth && !broken(table);
  };
  let low = Math.round(least * 2);
  let high = Math.round(most * 2);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle / 2, false)) low = middle;
    else high = middle - 1;
  }
  const size = low / 2;
  if (!fits(size, true)) set(size, false);
}

/** Fit the grid of the page anew, where there is one: its room or its fonts have changed. */
export function refit() {
  const table = document.getElementById("grid");
  if (table) fit(table.parentElement, table);
}

/** Whether a word was cut in a head or a cell because its column is too narrow. */
function broken(table) {
  return [...table.querySelectorAll("thead th, tbody th, td.cell > .in")].some((box) => box.scrollWidth > box.clientWidth + 1);
}
