/**
 * The state of a session as this window knows it. Events name what changed; those parts are loaded again, once for events that arrive together.
 */
import { ApiError } from "../api.js";
import { changedPlaces, nameAddedProjects, placesById } from "./places.js";
import { loadAgenda, loadEvents, loadFrame, loadMatrix, loadOutcome, loadPresence, loadProposal, loadReady } from "./queries.js";

/** The parts that an event of a kind changes. */
const PARTS_BY_KIND = {
  SESSION_CHANGED: ["frame", "agenda"],
  PRESENCE: ["presence"],
  AGENDA_CHANGED: ["agenda"],
  PROPOSAL_CHANGED: ["agenda", "proposals"],
  POSITION_CHANGED: ["agenda", "proposals"],
  AGREEMENT_CONCLUDED: ["agenda", "proposals", "matrix"],
  DATA_CHANGED: ["matrix"],
};
const ALL_PARTS = ["frame", "presence", "agenda", "proposals", "matrix"];
/** Milliseconds in which events are collected before their parts are loaded. */
const COLLECT = 60;
/** Milliseconds after which a failed reload is tried again. */
const RETRY = 4_000;

/**
 * Return the store of a session.
 * @param {string} id
 * @param {{onChange: (parts: Set<string>, changes: object[]) => void, onError: (error: ApiError) => void}} handlers `onChange` gets the loaded parts, and the changed cells with the event that changed them
 */
export function createStore(id, { onChange, onError }) {
  const state = { viewer: null, session: null, delegations: [], presence: new Map(), agenda: [], ready: [], matrix: null, proposals: new Map(), events: [], marks: new Map(), cursor: null, loadedAt: null };
  const pendingParts = new Set();
  let pendingMarks = [];
  let timer = null;
  let isLoading = false;

  /** Load everything for the first time; false if the session is not visible. */
  async function start() {
    const events = await loadEvents(id);
    const [frame, agenda, ready, matrix] = await Promise.all([loadFrame(id), loadAgenda(id), loadReady(id), loadMatrix(id)]);
    setFrame(frame);
    if (!state.session) return false;
    Object.assign(state, { agenda, ready });
    state.matrix = matrix;
    for (const event of events) remember(event);
    markFromHistory();
    state.loadedAt = new Date();
    return true;
  }

  function setFrame({ viewer, session }) {
    state.viewer = viewer;
    state.session = session;
    state.delegations = session?.delegations ?? [];
    setPresence(session?.presence ?? []);
  }

  function setPresence(presence) {
    state.presence = new Map(presence.map((one) => [one.delegation.id, one]));
  }

  /** Add an event to the log, and note the cells that it changed. */
  function remember(event) {
    if (event.kind === "PRESENCE") return;
    state.cursor = event.cursor;
    state.events.push(event);
    if (event.changedCells.length > 0 || event.kind === "DATA_CHANGED") pendingMarks.push(event);
  }

  /** Mark the cells that past events changed. */
  function markFromHistory() {
    if (!state.matrix) return;
    const places = placesById(state.matrix);
    for (const event of pendingMarks) for (const cell of event.changedCells) if (places.has(cell)) state.marks.set(places.get(cell), event);
    pendingMarks = [];
  }

  /** Apply an event: the parts that it names are loaded soon, together with those of other events. */
  function apply(event) {
    if (event.cursor === state.cursor && event.kind !== "PRESENCE") return;
    remember(event);
    reload(PARTS_BY_KIND[event.kind] ?? ALL_PARTS);
    if (event.changedCells.length > 0 && event.kind !== "PRESENCE") reload(["matrix"]);
  }

  /** Load parts again. */
  function reload(parts = ALL_PARTS) {
    for (const part of parts) pendingParts.add(part);
    clearTimeout(timer);
    timer = setTimeout(flush, COLLECT);
  }

  async function flush() {
    timer = null;
    if (isLoading || pendingParts.size === 0) return;
    isLoading = true;
    const parts = new Set(pendingParts);
    pendingParts.clear();
    try {
      const before = state.matrix;
      await Promise.all([...parts].map((part) => LOADERS[part]()));
      state.loadedAt = new Date();
      onChange(parts, parts.has("matrix") && before && state.matrix ? markChanges(before) : []);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      for (const part of parts) pendingParts.add(part);
      onError(error);
      timer = setTimeout(flush, error.kind === "unready" ? error.retryAfter * 1000 : RETRY);
    } finally {
      isLoading = false;
      if (pendingParts.size > 0 && timer === null) timer = setTimeout(flush, COLLECT);
    }
  }

  const LOADERS = {
    frame: async () => setFrame(await loadFrame(id)),
    presence: async () => setPresence(await loadPresence(id)),
    agenda: async () => { [state.agenda, state.ready] = await Promise.all([loadAgenda(id), loadReady(id)]); },
    matrix: async () => { state.matrix = await loadMatrix(id); },
    proposals: async () => { await Promise.all([...state.proposals.keys()].map(openProposal)); },
  };

  /** Return what the matrix shows otherwise than before, and mark these cells with the event that changed them. */
  function markChanges(before) {
    const last = pendingMarks.at(-1);
    const byCell = new Map(pendingMarks.flatMap((event) => event.changedCells.map((cell) => [cell, event])));
    pendingMarks = [];
    const changes = changedPlaces(before, state.matrix).map((change) => ({ ...change, event: byCell.get(change.after.id) ?? last ?? null }));
    for (const [cell, event] of byCell) {
      const place = placesById(state.matrix).get(cell);
      if (place) state.marks.set(place, event);
    }
    for (const { place, event } of changes) if (event) state.marks.set(place, event);
    return changes;
  }

  /** Load a proposal; it is loaded again with each event about proposals until it is closed. */
  async function openProposal(proposal) {
    const loaded = (await loadProposal(proposal)) ?? null;
    // It may be concluded between the two requests; then there is nothing to preview.
    const preview = loaded?.status === "OPEN" ? await loadOutcome(proposal).catch(() => null) : null;
    state.proposals.set(proposal, loaded && { ...loaded, preview: preview && { ...preview, changed: nameAddedProjects(preview.changed, loaded.operations) } });
  }

  return { id, state, start, apply, reload, openProposal, closeProposals: (but) => { for (const key of state.proposals.keys()) if (key !== but) state.proposals.delete(key); } };
}

/** Return the delegation of the signed-in person; null without one. */
export const ownDelegation = ({ viewer, delegations }) => delegations.find(({ agency }) => agency.id === viewer?.agency?.id) ?? null;

/** Return whether the signed-in person conducts the session for its host. */
export const isHost = ({ viewer, session }) => Boolean(viewer?.agency && session && viewer.agency.id === session.host.id && viewer.scopes.includes("session:host"));

/** Return whether proposals and positions are possible: before the session, too, so that what both sides accept is settled beforehand. */
export const isUnderWay = ({ status }) => status === "SCHEDULED" || status === "OPEN";

/** Return whether the signed-in person may propose and take positions: a delegation that does not only read. */
export const canNegotiate = (state) => Boolean(state.viewer?.scopes.includes("session:negotiate")) && !["OBSERVER", undefined].includes(ownDelegation(state)?.role);
