/**
 * Following what happens to sources, as server-sent events; lost, it is tried again, from where it was.
 */
import { FOLLOW } from "./questions.js";

const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

/**
 * Follow until the page is left.
 * @param {(event: object) => void} heard what happened
 * @param {(how: "wait" | "on" | "lost") => void} showConnection whether it is followed now
 */
export function follow(heard, showConnection) {
  let cursor = null;
  let pause = FIRST_PAUSE;
  let stream = null;
  let coming = null;

  function begin() {
    const parameters = new URLSearchParams({ query: FOLLOW });
    if (cursor) parameters.set("variables", JSON.stringify({ after: cursor }));
    stream = new EventSource(`/graphql?${parameters}`);
    stream.onopen = () => { pause = FIRST_PAUSE; showConnection("on"); };
    stream.onerror = lost;
    stream.addEventListener("complete", lost);
    stream.addEventListener("next", ({ data }) => {
      const update = JSON.parse(data).data?.sourceEvents;
      if (!update) return lost();
      cursor = update.cursor;
      return heard(update);
    });
  }

  function lost() {
    stream.close();
    showConnection("lost");
    clearTimeout(coming);
    coming = setTimeout(begin, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }

  showConnection("wait");
  begin();
  addEventListener("pagehide", () => { clearTimeout(coming); stream.close(); });
  const resume = () => { if (stream.readyState === EventSource.CLOSED) { clearTimeout(coming); begin(); } };
  addEventListener("online", resume);
  addEventListener("pageshow", resume);
}
