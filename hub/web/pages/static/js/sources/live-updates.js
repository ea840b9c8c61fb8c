/**
 * Subscribes to source events over server-sent events. A lost connection is retried with backoff, from the last cursor.
 */
import { EVENTS_SUBSCRIPTION } from "./queries.js";

const FIRST_RETRY_DELAY = 2_000;
const MAX_RETRY_DELAY = 60_000;

/**
 * Subscribe until the page is left.
 * @param {(event: object) => void} onEvent called with each event
 * @param {(how: "wait" | "on" | "lost") => void} onStatus called with the status of the connection
 */
export function followSourceEvents(onEvent, onStatus) {
  let cursor = null;
  let retryDelay = FIRST_RETRY_DELAY;
  let stream = null;
  let retryTimer = null;

  function connect() {
    const parameters = new URLSearchParams({ query: EVENTS_SUBSCRIPTION });
    if (cursor) parameters.set("variables", JSON.stringify({ after: cursor }));
    stream = new EventSource(`/graphql?${parameters}`);
    stream.onopen = () => { retryDelay = FIRST_RETRY_DELAY; onStatus("on"); };
    stream.onerror = reconnect;
    stream.addEventListener("complete", reconnect);
    stream.addEventListener("next", ({ data }) => {
      const event = JSON.parse(data).data?.sourceEvents;
      if (!event) return reconnect();
      cursor = event.cursor;
      return onEvent(event);
    });
  }

  function reconnect() {
    stream.close();
    onStatus("lost");
    clearTimeout(retryTimer);
    retryTimer = setTimeout(connect, retryDelay);
    retryDelay = Math.min(retryDelay * 2, MAX_RETRY_DELAY);
  }

  onStatus("wait");
  connect();
  addEventListener("pagehide", () => { clearTimeout(retryTimer); stream.close(); });
  const resume = () => { if (stream.readyState === EventSource.CLOSED) { clearTimeout(retryTimer); connect(); } };
  addEventListener("online", resume);
  addEventListener("pageshow", resume);
}
