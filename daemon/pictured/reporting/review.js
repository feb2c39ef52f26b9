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
    const approve = make("button", { type: "button", cls: "approve", "data-decides": "", "aria-label": `Approve ${id}` }, "Approve");
    const deny = make("button", { type: "button", cls: "deny", "data-decides": "", "aria-label": `Deny ${id}`, title: "Never propose this pair again" }, "Deny");
    const undo = make("button", { type: "button", "aria-label": `Undo ${id}` }, "Undo");
    undo.hidden = true;
    approve.addEventListener("click", () => decide(id, "approve"));
    deny.addEventListener("click", () => decide(id, "deny"));
    undo.addEventListener("click", () => decide(id, "undo"));
    const status = make("p", { cls: "now", role: "status" });
    const buttons = make("span", { cls: "decide" }, approve, deny);
    const { entry, target, replaces } = card.proposal;
    const who = entry.startsWith("rules/") ? `The rule ${entry.slice(6)} would write` : `${entry} would copy it to`;
    const where = make("p", { cls: "about" }, `${who} ${target}`, replaces ? `, in place of ${replaces}` : "");
    article.querySelector("header").after(make("div", { cls: "verdict" }, where, make("div", { cls: "decide" }, buttons, undo), status));
    article.dataset.state = "waiting";
    shown.set(id, { article, status, buttons, undo });
    if (article.querySelector(".members")) complete(article, card);
  }

  // Other copies: those that were compared at full size may be chosen

  const checked = new Map();

  function copiesOf(card) {
    if (!checked.has(card.id)) checked.set(card.id, asked(`/api/copies/${card.id}`).then((told) => told.members));
    return checked.get(card.id);
  }

  async function offer(article, card) {
    const figures = [...article.querySelectorAll("figure")];
    const claimed = card.members.map((member, place) => place > 0 && member.key && member.label !== "Asked for");
    const notes = new Map();
    figures.forEach((figure, place) => {
      if (!claimed[place]) return;
      notes.set(place, make("p", { cls: "now small", role: "status" }, "Being compared at full size …"));
      figure.querySelector("figcaption").append(notes.get(place));
    });
    if (!notes.size) return;
    let members = {};
    try {
      members = await copiesOf(card);
    } catch (error) {
      checked.delete(card.id);
      for (const note of notes.values()) note.textContent = `Not compared at full size: ${error.message}`;
      return;
    }
    for (const [place, note] of notes) {
      const told = members[place] || { agreed: false, choice: false };
      const member = card.members[place];
      if (!told.agreed) {
        figures[place].classList.add("doubtful");
        note.textContent = "Only similar at full size, or no longer there: not offered as a copy.";
      } else if (!told.choice) {
        note.textContent = "A copy at full size, too, but not in a folder of this entry.";
      } else {
        const label = `Collect this one instead: ${member.label}`;
        const button = make("button", { type: "button", cls: "prefer", "data-decides": "", "aria-label": `${label} (${card.id})` }, "Collect this one instead");
        button.disabled = article.dataset.state !== "waiting";
        button.addEventListener("click", () => decide(card.id, "prefer", { key: member.key }));
        note.replaceWith(button);
      }
    }
  }

  // What a rule would make

  const drafting = new Map();

  function drafted(card) {
    if (!drafting.has(card.id)) {
      drafting.set(
        card.id,
        asked(`/api/draft/${card.id}`, {}).then((told) => {
          document.dispatchEvent(new CustomEvent("pictured-changed", { detail: told }));
        }),
      );
      drafting.get(card.id).catch(() => drafting.delete(card.id));
    }
    return drafting.get(card.id);
  }

  function promise(article, card) {
    const [, after] = article.querySelectorAll("figure");
    if (!after) return;
    const caption = after.querySelector("figcaption");
    if (card.draft) {
      const { files, bytes, kept } = card.draft;
      const number = files > 1 ? `${files} files, ${bytes} bytes in all; the first is shown. ` : "";
      caption.append(make("p", { cls: "now small" }, kept ? `Nothing would be written: ${kept}.` : `${number}Made to be looked at; nothing is written yet.`));
      return;
    }
    const button = make("button", { type: "button", cls: "show-result", "aria-label": `Show the result of ${card.id}` }, "Show the result");
    const note = make("p", { cls: "now small", role: "status" });
    button.addEventListener("click", async () => {
      button.disabled = true;
      note.textContent = "Being made …";
      try {
        await drafted(card);
        byId("g" + card.id).focus({ preventScroll: true });
      } catch (error) {
        button.disabled = false;
        note.textContent = `It cannot be made: ${error.message}`;
      }
    });
    caption.append(button, note);
  }

  function complete(article, card) {
    if (card.type === "rule") promise(article, card);
    else offer(article, card);
  }
  document.addEventListener("pictured-filled", (event) => complete(event.target, event.detail));

  // Every pixel, for comparing at 100 %

  async function pixels(id, place) {
    const answer = await fetch(`/api/full/${id}/${place}`);
    if (!answer.ok) throw new Error((await answer.json()).error || answer.statusText);
    return createImageBitmap(await answer.blob());
  }

  async function everything(card, place) {
    if (card.type === "rule" && card.members[place].unmade) await drafted(card);
    const told = await asked(`/api/compared/${card.id}/${place}`);
    if (told.part) return { part: told.part[place] };
    const bitmaps = [await pixels(card.id, 0), await pixels(card.id, place)];
    return { bitmaps, at: told.at };
  }
  document.addEventListener("pictured-full", (event) => {
    const { card, place } = event.detail;
    event.detail.answer = everything(card, place);
  });

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
