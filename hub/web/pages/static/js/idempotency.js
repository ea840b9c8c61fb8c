/**
 * Idempotency keys of commands: a command whose response was lost is sent again with the same key.
 */

/** Return a random idempotency key. Browsers do not offer `randomUUID` over plain http to another machine. */
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The keys of commands that have no response yet, by their content. */
const keysByContent = new Map();

/**
 * Call `send` with the key of a command, and forget the key when there is a response.
 * @param {string} name
 * @param {object} input without its key
 * @param {(key: string) => Promise<any>} send
 */
export async function withIdempotencyKey(name, input, send) {
  const content = JSON.stringify([name, input]);
  if (!keysByContent.has(content)) keysByContent.set(content, newKey());
  const response = await send(keysByContent.get(content));
  keysByContent.delete(content);
  return response;
}
