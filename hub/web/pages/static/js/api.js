/**
 * The hub's door: one question, one answer, and every way it can fail told apart.
 */

/** What went wrong, as a person can be told: `kind` is offline, unready, refused or incident. */
export class ApiError extends Error {
  /**
   * @param {"offline" | "unready" | "refused" | "incident"} kind
   * @param {{message?: string, incident?: string | null, retryAfter?: number, errors?: object[]}} [details]
   */
  constructor(kind, details = {}) {
    super(details.message ?? kind);
    this.kind = kind;
    this.incident = details.incident ?? null;
    this.retryAfter = details.retryAfter ?? 5;
    this.errors = details.errors ?? [];
  }
}

/**
 * Send a question; the raw answer, whatever it says.
 * @param {string} query
 * @param {object} [variables]
 * @param {AbortSignal} [signal]
 * @returns {Promise<{status: number, body: any}>}
 */
export async function postQuery(query, variables = {}, signal = undefined) {
  let response;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query, variables }),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("offline");
  }
  let body;
  try {
    body = await response.json();
  } catch {
    throw new ApiError("incident", { message: `HTTP ${response.status}` });
  }
  return { status: response.status, body };
}

/**
 * Ask and take the data; `Trouble` where any part of it failed.
 * @param {string} query
 * @param {object} [variables]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function fetchData(query, variables = {}, signal = undefined) {
  const { status, body } = await postQuery(query, variables, signal);
  const errors = body.errors ?? [];
  if (errors.length === 0 && body.data) return body.data;
  throw toApiError(status, errors);
}

/**
 * What the errors of an answer mean for who asked: the first of them tells.
 * @param {number} status
 * @param {object[]} errors
 */
export function toApiError(status, errors) {
  const [first] = errors;
  const extensions = first?.extensions ?? {};
  if (status === 503) return new ApiError("unready", { retryAfter: extensions.retryAfter, errors });
  const incident = status >= 500 || extensions.code === "INTERNAL" || !first;
  return new ApiError(incident ? "incident" : "refused", {
    message: first?.message ?? `HTTP ${status}`,
    incident: extensions.traceId ?? null,
    errors,
  });
}
