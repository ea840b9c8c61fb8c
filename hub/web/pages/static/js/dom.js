/**
 * Creates DOM elements. Texts become text nodes and never markup, so that names from the data cannot inject HTML.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Create an HTML element. `on*` attributes become event listeners; null, undefined and false are left out.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...unknown} children texts, nodes, arrays of them; null and false are left out
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  return applyAttributes(document.createElement(tag), attributes, children);
}

/**
 * Create an SVG element, with the same arguments as `h`.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...unknown} children
 * @returns {SVGElement}
 */
export function s(tag, attributes = {}, ...children) {
  return applyAttributes(document.createElementNS(SVG, tag), attributes, children);
}

function applyAttributes(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(9)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/**
 * Replace the children of an element.
 * @param {Element} element
 * @param {...unknown} children
 */
export function replaceChildren(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/**
 * Return the element with an id. Throws if the page has none.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no #${id}`);
  return element;
}

/**
 * Return a text that only screen readers read.
 * @param {string} text
 */
export const screenReaderText = (text) => h("span", { class: "sr" }, text);
