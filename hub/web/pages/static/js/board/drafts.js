/**
 * Stores what is being typed, by form, in this browser tab: it survives a lost connection, a redrawn panel and a reloaded page.
 */

/**
 * Return the drafts of a session.
 * @param {string} session its id
 */
export function createDrafts(session) {
  const storageKey = `buranakan.board.${session}`;
  const drafts = readStored(storageKey);
  const store = () => {
    try {
      sessionStorage.setItem(storageKey, JSON.stringify(drafts));
    } catch { /* storage is full or forbidden: the drafts stay while the page is open */ }
  };
  return {
    /** Return the draft of a form; an empty object if nothing was typed. */
    read: (form) => drafts[form] ?? {},
    /** Add fields to the draft of a form. */
    update(form, fields) {
      drafts[form] = { ...drafts[form], ...fields };
      store();
    },
    /** Remove the draft of a form. */
    remove(form) {
      delete drafts[form];
      store();
    },
  };
}

function readStored(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}
