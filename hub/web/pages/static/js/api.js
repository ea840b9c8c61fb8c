/**
 * Client of the hub's GraphQL endpoint. Failures are thrown as ApiError with a kind.
 */

/** A failed request. `kind`: offline (no connection), unready (503, the hub is starting), refused (invalid or denied query), incident (server error). */
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
 * Send a query; return the status and the body, which may contain errors. Throws ApiError if there is no response or no JSON.
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
 * Send a query; return its data. Throws ApiError if the response has any error.
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
 * Return the ApiError of a response; its kind and message come from the first error.
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
