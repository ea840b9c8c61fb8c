/**
 * Following what happens to sources, as server-sent events; lost, it is tried again, from where it was.
 */
import { FOLLOW } from "./questions.js";

const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

/**
 * Follow until the page is left.
 * @param {(event: object) => void} heard what happened
 * @param {(how: "wait" | "on" | "lost") => void} stands whether it is followed now
 */
export function follow(heard, stands) {
  let cursor = null;
  let pause = FIRST_PAUSE;
  let stream = null;
  let coming = null;

  function begin() {
    const asked = new URLSearchParams({ query: FOLLOW });
    if (cursor) asked.set("variables", JSON.stringify({ after: cursor }));
    stream = new EventSource(`/graphql?${asked}`);
    stream.onopen = () => { pause = FIRST_PAUSE; stands("on"); };
    stream.onerror = lost;
    stream.addEventListener("complete", lost);
    stream.addEventListener("next", ({ data }) => {
      const told = JSON.parse(data).data?.sourceEvents;
      if (!told) return lost();
      cursor = told.cursor;
      return heard(told);
    });
  }

  function lost() {
    stream.close();
    stands("lost");
    clearTimeout(coming);
    coming = setTimeout(begin, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }

  stands("wait");
  begin();
  addEventListener("pagehide", () => { clearTimeout(coming); stream.close(); });
  const resume = () => { if (stream.readyState === EventSource.CLOSED) { clearTimeout(coming); begin(); } };
  addEventListener("online", resume);
  addEventListener("pageshow", resume);
}
