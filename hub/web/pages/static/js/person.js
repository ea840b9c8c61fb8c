/**
 * In the head of every page: who is signed in and the way out, or the way in.
 */
import { byId, fill, h } from "./dom.js";

const TEXTS = {
  signIn: ["ลงชื่อเข้าใช้", "Sign in"],
  signOut: ["ออกจากระบบ", "Sign out"],
  here: ["ผู้ที่ลงชื่อเข้าใช้", "Who is signed in"],
};
const place = byId("person");
let session = { person: null };

/** Where to come back to: the page as it is. */
const here = () => location.pathname + location.search + location.hash;

/** Draw in the language the page speaks. */
function draw() {
  const index = document.documentElement.lang === "en" ? 1 : 0;
  const label = (key) => TEXTS[key][index];
  const text = (both) => (index && both.en) || both.th;
  place.setAttribute("aria-label", label("here"));
  if (!session.person) {
    const link = h("a", { class: "chip-link", href: "/signin" }, label("signIn"));
    link.addEventListener("click", () => { link.href = `/signin?next=${encodeURIComponent(here())}`; });
    return fill(place, link);
  }
  const { name, role, agency } = session.person;
  const next = h("input", { type: "hidden", name: "next" });
  return fill(place,
    h("span", { class: "who", title: `${name}, ${text(role)}, ${text(agency)}` }, h("strong", {}, name), " ", text(agency)),
    h("form", { method: "post", action: "/signout", onsubmit: () => { next.value = here(); } },
      h("input", { type: "hidden", name: "token", value: session.token }), next,
      h("button", {}, label("signOut"))));
}

draw();
new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
const answer = await fetch("/session").catch(() => null);
if (answer?.ok) {
  session = await answer.json();
  draw();
}
