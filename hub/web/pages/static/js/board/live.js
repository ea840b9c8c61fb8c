/**
 * Follows the events of a session over a WebSocket (graphql-transport-ws), or over server-sent events where sockets are blocked. A lost connection is retried with backoff, from the last cursor.
 */
import { EVENTS_SUBSCRIPTION } from "./queries.js";

const PROTOCOL = "graphql-transport-ws";
const FIRST_RETRY_DELAY = 1_000;
const MAX_RETRY_DELAY = 30_000;
/** Milliseconds without any message after which the socket is asked whether it is alive, and after which it is given up. */
const PING_AFTER = 15_000;
const SILENT_AFTER = 30_000;
/** After so many sockets that never opened, server-sent events are used. */
const MAX_FAILED_SOCKETS = 2;

/**
 * Follow the events of a session until the page is left.
 * @param {string} session its id
 * @param {{cursor: () => string | null, onEvent: (event: object) => void, onStatus: (status: "on" | "lost") => void}} handlers `cursor`: after which event the connection starts
 * @returns {{retry: () => void}} `retry` connects at once if the connection is lost
 */
export function followSession(session, { cursor, onEvent, onStatus }) {
  let retryDelay = FIRST_RETRY_DELAY;
  let retryTimer = null;
  let connection = null;
  let failedSockets = 0;
  let isLeft = false;

  function connect() {
    clearTimeout(retryTimer);
    const open = failedSockets < MAX_FAILED_SOCKETS ? openSocket : openStream;
    let isOpen = false;
    const handlers = {
      onOpen: () => { isOpen = true; failedSockets = 0; retryDelay = FIRST_RETRY_DELAY; onStatus("on"); },
      onEvent,
      onClose: () => {
        if (connection !== current) return;
        connection = null;
        if (!isOpen && open === openSocket) failedSockets += 1;
        onStatus("lost");
        if (!isLeft) retryTimer = setTimeout(connect, retryDelay);
        retryDelay = Math.min(retryDelay * 2, MAX_RETRY_DELAY);
      },
    };
    const current = open({ session, after: cursor() }, handlers);
    connection = current;
  }

  const retry = () => { if (!connection) connect(); };
  const disconnect = () => {
    const open = connection;
    connection = null;
    clearTimeout(retryTimer);
    open?.close();
  };
  addEventListener("online", retry);
  addEventListener("offline", () => { disconnect(); onStatus("lost"); });
  addEventListener("pagehide", () => { isLeft = true; disconnect(); });
  addEventListener("pageshow", () => { isLeft = false; retry(); });
  connect();
  return { retry };
}

function openSocket(variables, { onOpen, onEvent, onClose }) {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/graphql`, PROTOCOL);
  const send = (message) => socket.send(JSON.stringify(message));
  let lastMessage = Date.now();
  const heartbeat = setInterval(() => {
    const silence = Date.now() - lastMessage;
    if (silence > SILENT_AFTER) close();
    else if (silence > PING_AFTER && socket.readyState === WebSocket.OPEN) send({ type: "ping" });
  }, PING_AFTER / 3);
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    clearInterval(heartbeat);
    socket.close();
    onClose();
  };
  socket.onopen = () => send({ type: "connection_init" });
  socket.onclose = close;
  socket.onerror = close;
  socket.onmessage = ({ data }) => {
    lastMessage = Date.now();
    const message = JSON.parse(data);
    if (message.type === "connection_ack") {
      send({ id: "events", type: "subscribe", payload: { query: EVENTS_SUBSCRIPTION, variables } });
      onOpen();
    } else if (message.type === "ping") send({ type: "pong" });
    else if (message.type === "next" && message.payload.data?.sessionEvents) onEvent(message.payload.data.sessionEvents);
    else if (["next", "error", "complete"].includes(message.type)) close();
  };
  return { close };
}

function openStream(variables, { onOpen, onEvent, onClose }) {
  const stream = new EventSource(`/graphql?${new URLSearchParams({ query: EVENTS_SUBSCRIPTION, variables: JSON.stringify(variables) })}`);
  const close = () => {
    stream.close();
    onClose();
  };
  stream.onopen = onOpen;
  stream.onerror = close;
  stream.addEventListener("complete", close);
  stream.addEventListener("next", ({ data }) => {
    const event = JSON.parse(data).data?.sessionEvents;
    if (event) onEvent(event);
    else close();
  });
  return { close };
}
