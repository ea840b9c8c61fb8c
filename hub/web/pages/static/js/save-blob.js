/**
 * Saves data of the page as a file.
 */
import { h } from "./dom.js";

const ADDRESS_LIFETIME = 60_000;

/**
 * Save data as a file of the browser's user; its address ends after a minute.
 * @param {Blob} blob
 * @param {string} name
 */
export function saveBlob(blob, name) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), ADDRESS_LIFETIME);
}
