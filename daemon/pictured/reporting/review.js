"use strict";
(() => {
  const EACH = 1000;
  const byId = (id) => document.getElementById(id);
  const facts = JSON.parse(byId("facts").textContent);
  const cards = new Map(facts.cards.map((card) => [card.id, card]));
  const decided = new Map();
  const shown = new Map();

  function make(tag, options = {}, ...inside) {
    const { cls, ...rest } = options;
    const element = document.createElement(tag);
    if (cls) element.className = cls;
    for (const [name, value] of Object.entries(rest)) element.setAttribute(name, value);
    element.append(...inside.filter(Boolean));
    return element;
  }

  async function asked(path, body) {
    const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(path, options || {});
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error || answer.statusText);
    return told;
  }

  // Decisions

  function show(id, text, state) {
    const { article, status, buttons, undo } = shown.get(id);
    status.textContent = text;
    article.dataset.state = state;
    for (const button of article.querySelectorAll("[data-decides]")) button.disabled = state !== "waiting";
    buttons.hidden = state !== "waiting";
    undo.hidden = state !== "done" && state !== "denied";
  }

  const WORDS = { done: "Approved and done", approved: "Approved", denied: "Denied", waiting: "Waits", dropped: "Not done" };

  async function decide(id, decision, more = {}) {
    const { status, article } = shown.get(id);
    const before = article.dataset.state;
    if (article.dataset.state === "busy" || (decision === "undo") === (before === "waiting")) return;
    article.dataset.state = "busy";
    status.textContent = "…";
    try {
      const [told] = (await asked("/api/" + decision, { ids: [id], ...more })).decisions;
      const state = told.state || before;
      decided.set(id, state);
      show(id, told.error ? `${WORDS[state]}: ${told.error}` : `${WORDS[state]}: ${told.reason}`, state);
    } catch (error) {
      show(id, `Failed: ${error.message}`, before);
    }
  }

  for (const [id, card] of cards) {
    const article = byId("g" + id) || null;
    if (!article) continue;
    const approve = make("button", { type: "button", "data-decides": "", "aria-label": `Approve ${id}` }, "Approve");
    const deny = make("button", { type: "button", "data-decides": "", "aria-label": `Deny ${id}` }, "Deny");
    const undo = make("button", { type: "button", "aria-label": `Undo ${id}` }, "Undo");
    undo.hidden = true;
    approve.addEventListener("click", () => decide(id, "approve"));
    deny.addEventListener("click", () => decide(id, "deny"));
    undo.addEventListener("click", () => decide(id, "undo"));
    const status = make("p", { cls: "now", role: "status" });
    const buttons = make("span", { cls: "decide" }, approve, deny);
    const { entry, target, replaces } = card.proposal;
    const where = make("p", { cls: "about" }, `${entry}: to ${target}`, replaces ? `, in place of ${replaces}` : "");
    article.querySelector("header").after(make("div", { cls: "verdict" }, where, make("div", { cls: "decide" }, buttons, undo), status));
    article.dataset.state = "waiting";
    shown.set(id, { article, status, buttons, undo });
    if (article.querySelector(".members")) offer(article, card);
  }

  function offer(article, card) {
    [...article.querySelectorAll("figure")].forEach((figure, place) => {
      const member = card.members[place];
      if (!member || !member.key || figure.querySelector(".prefer")) return;
      const label = `Collect this one instead: ${member.label}`;
      const button = make("button", { type: "button", cls: "prefer", "data-decides": "", "aria-label": `${label} (${card.id})` }, "Collect this one instead");
      button.disabled = article.dataset.state !== "waiting";
      button.addEventListener("click", () => decide(card.id, "prefer", { key: member.key }));
      figure.querySelector("figcaption").append(button);
    });
  }
  document.addEventListener("pictured-filled", (event) => offer(event.target, event.detail));

  // Keyboard

  byId("keys").querySelector("dl").append(
    ...[["a", "approve"], ["d", "deny"], ["u", "undo"]].flatMap(([key, told]) => [
      make("dt", {}, make("kbd", {}, key)),
      make("dd", {}, `${told} the proposal`),
    ]),
  );
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
    if (document.querySelector("dialog[open]")) return;
    const article = document.activeElement.closest(".card");
    const decision = { a: "approve", d: "deny", u: "undo" }[event.key];
    if (!article || !decision) return;
    decide(Number(article.id.slice(1)), decision);
    event.preventDefault();
  });

  // What comes and goes meanwhile

  const news = make("button", { type: "button" });
  const more = make("p", { cls: "news", role: "status" });
  byId("list").before(more);
  news.addEventListener("click", () => location.reload());

  function compare(waiting) {
    const ids = new Set(waiting);
    const fresh = waiting.filter((id) => !cards.has(id)).length;
    for (const [id, { article }] of shown) {
      if (article.dataset.state === "waiting" && !ids.has(id)) {
        decided.set(id, "elsewhere");
        show(id, "It waits no longer.", "elsewhere");
      }
    }
    const open = [...shown.values()].some(({ article }) => ["waiting", "busy"].includes(article.dataset.state));
    if (fresh && !open && !decided.size && !document.querySelector("dialog[open]")) location.reload();
    news.textContent = `${fresh} more ${fresh === 1 ? "waits" : "wait"}: show`;
    if (fresh && !news.isConnected) more.replaceChildren(news);
    if (!fresh) more.replaceChildren(cards.size ? "" : "Nothing waits. What is proposed next appears here.");
  }

  async function look() {
    try {
      compare((await asked("/api/proposals")).proposals.map((each) => each.id));
    } catch (error) {
      more.textContent = `The page is no longer served: ${error.message}`;
    }
    setTimeout(look, EACH);
  }
  look();
})();
