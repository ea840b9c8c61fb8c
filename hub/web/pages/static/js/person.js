/**
 * In the header of every page: the signed-in person with a sign-out button, or a sign-in link.
 */
import { byId, replaceChildren, h } from "./dom.js";

const TEXTS = {
  signIn: ["ลงชื่อเข้าใช้", "Sign in"],
  signOut: ["ออกจากระบบ", "Sign out"],
  here: ["ผู้ที่ลงชื่อเข้าใช้", "Signed-in person"],
};
const container = byId("person");
let session = { person: null };

/** Return the path to come back to after signing in or out. */
const currentPath = () => location.pathname + location.search + location.hash;

/** Draw in the page's language. */
function draw() {
  const languageIndex = document.documentElement.lang === "en" ? 1 : 0;
  const label = (key) => TEXTS[key][languageIndex];
  const localizeName = (localized) => (languageIndex && localized.en) || localized.th;
  container.setAttribute("aria-label", label("here"));
  if (!session.person) {
    const link = h("a", { class: "chip-link", href: "/signin" }, label("signIn"));
    link.addEventListener("click", () => { link.href = `/signin?next=${encodeURIComponent(currentPath())}`; });
    return replaceChildren(container, link);
  }
  const { name, role, agency } = session.person;
  const next = h("input", { type: "hidden", name: "next" });
  return replaceChildren(container,
    h("span", { class: "who", title: `${name}, ${localizeName(role)}, ${localizeName(agency)}` }, h("strong", {}, name), " ", localizeName(agency)),
    h("form", { method: "post", action: "/signout", onsubmit: () => { next.value = currentPath(); } },
      h("input", { type: "hidden", name: "token", value: session.token }), next,
      h("button", {}, label("signOut"))));
}

const loaded = fetch("/session").then((response) => (response.ok ? response.json() : session), () => session);

/** Return whether a person is signed in. @returns {Promise<boolean>} */
export const isSignedIn = async () => Boolean((await loaded).person);

draw();
new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
session = await loaded;
draw();
