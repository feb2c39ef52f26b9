"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const FLICKER = 700;
  const FAR = 24;
  const MOST = 48e6;
  const LONGEST = 16000;
  const byId = (id) => document.getElementById(id);
  const facts = JSON.parse(byId("facts").textContent);
  const list = byId("list");
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  function make(tag, options = {}, ...inside) {
    const { cls, ...rest } = options;
    const element = document.createElement(tag);
    if (cls) element.className = cls;
    for (const [name, value] of Object.entries(rest)) {
      if (value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...inside.filter((each) => each !== null && each !== undefined && each !== ""));
    return element;
  }

  function size(count) {
    if (count === null || count === undefined) return "unknown";
    let number = Math.abs(count);
    const sign = count < 0 ? "−" : "";
    for (const unit of ["B", "kB", "MB", "GB"]) {
      if (number < 1000 || unit === "GB") {
        return sign + (unit === "B" ? number.toFixed(0) : number.toFixed(1)) + "\u202f" + unit;
      }
      number /= 1000;
    }
    return "";
  }

  const signed = (number) => (number < 0 ? "−" : "+") + Math.abs(number).toFixed(2);
  const percent = (number) => (number > 0 && number < 0.01 ? "less than 1" : Math.round(100 * number)) + "\u202f%";

  // A path may break after each slash, and only where it must elsewhere.
  const path = (text) => text.split(/(?<=\/)/).flatMap((piece) => [piece, make("wbr")]);

  // What is known of a file

  const TURNS = {
    2: "mirrored",
    3: "turned by 180°",
    4: "mirrored upside down",
    5: "mirrored and turned by 90°",
    6: "turned by 90°",
    7: "mirrored and turned by 90°",
    8: "turned by 90°",
  };

  function placing(member) {
    const told = [];
    if (TURNS[member.orientation] && !member.equal) told.push(TURNS[member.orientation]);
    if (Math.abs(member.turned || 0) >= 0.5) told.push(`tilted by ${Math.abs(member.turned).toFixed(1)}°`);
    if (member.crop) {
      const [a, b, c, d] = member.at;
      const area = Math.abs(a * d - b * c);
      told.push(area < 1 ? `cut: shows ${percent(area)} of the best` : `shows more: ${percent(area)} of the best`);
    }
    if (member.framed >= 0.02) told.push(`${percent(member.framed)} border`);
    return told.join(", ");
  }

  const KINDS = { exact: "equal bytes", same: "same picture", edited: "edited", similar: "similar" };

  function rows(member) {
    const lines = [];
    if (member.width) lines.push(["Pixels", `${member.width} × ${member.height}`]);
    if (!member.unmade) lines.push(["File", [size(member.bytes), member.format].filter(Boolean).join(" ")]);
    if (member.quantiser || member.coded > 1) {
      const told = member.quantiser ? member.quantiser.toFixed(1) : "none";
      const earlier = member.coded > (member.quantiser || 1) + 2 ? `, ${member.coded.toFixed(1)} before` : "";
      lines.push(["Coding steps", told + earlier]);
    }
    if (typeof member.score === "number") {
      const target = typeof member.target === "number" ? `, ${member.target} wanted` : "";
      lines.push(["Score", `${member.score.toFixed(1)}${target}`]);
    }
    if (typeof member.quality === "number") lines.push(["Quality", String(member.quality)]);
    if (typeof member.richness === "number") {
      lines.push(["True detail", Math.abs(member.richness) < 0.005 ? "the most" : signed(member.richness)]);
    }
    if (member.bits && member.bits !== 8) lines.push(["Depth", `${member.bits} bits`]);
    if (member.kind && member.label !== "Best") {
      lines.push(["Match", `${KINDS[member.kind] || member.kind}, ${member.confidence.toFixed(2)}`]);
    }
    const lies = placing(member);
    if (lies) lines.push(["Lies", lies]);
    return lines;
  }

  function further(member) {
    const lines = [];
    if (member.taken) lines.push(["Taken", member.taken.replace("T", " ")]);
    if (member.camera) lines.push(["Camera", member.camera]);
    if (member.metadata) lines.push(["Metadata", member.metadata.join(", ") || "none"]);
    if (member.written) lines.push(["Written", member.written.replace("T", " ") + " UTC"]);
    if (typeof member.colour === "number") lines.push(["Colours", member.colour.toFixed(1)]);
    for (const [name, value] of Object.entries(member.measures || {})) {
      lines.push([name, typeof value === "number" ? String(Number(value.toPrecision(4))) : String(value)]);
    }
    return lines;
  }

  const listed = (lines) =>
    make("dl", { cls: "evidence" }, ...lines.flatMap(([term, told]) => [make("dt", {}, term), make("dd", {}, told)]));

  // Previews

  const read = new Map();

  function pictures(card) {
    if (!read.has(card.id)) {
      const block = byId("p" + card.id);
      read.set(card.id, block ? JSON.parse(block.textContent) : { p: [], c: {} });
    }
    return read.get(card.id);
  }

  function preview(card, member) {
    const found = member.preview === null || member.preview === undefined ? null : pictures(card).p[member.preview];
    // What a rule made is known by its preview alone.
    if (found && found.d && !member.width) Object.assign(member, { width: found.W, height: found.H, format: found.f });
    return found || { e: member.unmade ? "Not made yet" : "no preview is kept of so many copies" };
  }

  const source = (found) => "data:image/webp;base64," + found.d;

  // Why one is better: by the first criterion in which they differ.

  const BETTER = {
    uncut: "shows more of the picture",
    clean: "has no border, and nothing drawn over it",
    colour: "has kept its colours",
    detail: "holds more true detail",
    pixels: "has more pixels",
    quality: "was compressed less",
    bit_depth: "has more bits per channel",
    metadata: "has kept more metadata",
    format: "is in a lossless format",
    bytes: "has more bytes",
    oldest: "is the oldest file",
    newest: "is the newest file",
    folder: "lies in a folder that comes first",
  };

  function reason(text) {
    const [criterion, ...numbers] = text.split(": ");
    if (!BETTER[criterion]) return [`is one of ${text.startsWith("equal bytes") ? "equal files" : "equals"}: its path comes first`, ""];
    const plain = numbers
      .join(": ")
      .replaceAll(" x ", " × ")
      .replaceAll(" with true detail of ", ", true detail ")
      .replaceAll("of what the query shows", "of the picture")
      .replaceAll("as in the query", "alike")
      .replace(/ -(?=\d)/g, " −");
    return [BETTER[criterion], plain];
  }

  function because(card) {
    const all = [...new Set(card.reasons.map((each) => reason(each)[0]))];
    const told = all.map((each) => make("li", {}, each[0].toUpperCase() + each.slice(1)));
    return make("div", { cls: "why" }, make("p", { cls: "because" }, "Why it is the best"), make("ul", {}, ...told));
  }

  function against(member) {
    const [told, numbers] = reason(member.why);
    return make("div", { cls: "why" }, make("p", {}, `The best ${told}`), numbers ? make("p", { cls: "folder" }, numbers) : null);
  }

  // Cards

  function outlines(card, frame) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 1000 1000");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const tags = [];
    card.members.forEach((member, place) => {
      if (!member.crop || !member.at) return;
      const [a, b, c, d, e, f] = member.at.map((each) => each * 1000);
      const corners = [[e, f], [a + e, b + f], [a + c + e, b + d + f], [c + e, d + f]];
      const points = corners.map((corner) => corner.map((each) => each.toFixed(1)).join(",")).join(" ");
      for (const layer of ["under", "over"]) {
        const polygon = document.createElementNS(SVG, "polygon");
        polygon.setAttribute("points", points);
        polygon.setAttribute("class", "outline " + layer);
        svg.append(polygon);
      }
      const tag = make("span", { cls: "tag", "aria-hidden": "true" }, String(place + 1));
      const inside = (value) => Math.min(0.92, Math.max(0.01, value / 1000));
      tag.style.left = 100 * inside(Math.min(...corners.map((each) => each[0]))) + "%";
      tag.style.top = 100 * inside(Math.min(...corners.map((each) => each[1]))) + "%";
      tags.push(tag);
    });
    if (tags.length) frame.append(svg, ...tags);
    return tags.length;
  }

  function figure(card, member, place) {
    const found = preview(card, member);
    const best = place === 0 && card.type === "copies";
    const button = make("button", { cls: "picture", type: "button" });
    let outlined = 0;
    if (found.d) {
      const image = make("img", { width: found.w, height: found.h, decoding: "async" });
      image.alt = `${member.label}: ${member.name}`;
      image.src = source(found);
      const frame = make("span", { cls: "frame" }, image);
      if (best) outlined = outlines(card, frame);
      button.append(frame, make("span", { cls: "hidden" }, "Compare"));
      button.addEventListener("click", () => compare(card, Math.max(1, place)));
    } else {
      button.disabled = true;
      button.append(found.e || "");
    }
    const why = best ? (card.proposal ? proposed(card) : because(card)) : member.why ? against(member) : null;
    const more = further(member);
    return make(
      "figure",
      { cls: best ? "member best" : "member" },
      button,
      make(
        "figcaption",
        {},
        make("p", { cls: "label" }, make("strong", {}, (best ? "✓ " : "") + member.label), member.equal && place ? "equal bytes" : ""),
        make("p", { cls: "name" }, member.name),
        make("p", { cls: "folder" }, ...path(member.folder)),
        listed(rows(member)),
        outlined ? make("p", { cls: "folder" }, "Dashed: what cut copies show of it, by their numbers.") : null,
        why,
        more.length ? make("details", {}, make("summary", {}, "More"), listed(more)) : null,
      ),
    );
  }

  function proposing(text) {
    if (!BETTER[text.split(": ")[0]]) return [make("p", {}, text[0].toUpperCase() + text.slice(1))];
    const [told, numbers] = reason(text);
    return [make("p", {}, `It ${told}`), make("p", { cls: "folder" }, numbers)];
  }

  const proposed = (card) =>
    make("div", { cls: "why" }, make("p", { cls: "because" }, "Why it is proposed"), ...card.reasons.flatMap(proposing));

  function about(card) {
    if (card.type === "rule") {
      const [before, after] = card.members.map((each) => each.bytes);
      const change = before && after ? `${size(before)} before, ${size(after)} after: ${percent(after / before)}` : "";
      return ["rule " + card.rule, change].filter(Boolean).join(" · ");
    }
    const files = card.members.length + card.more;
    return `${files} files · ${card.kinds.map((kind) => KINDS[kind] || kind).join(", ")}${facts.live ? "" : ` · the others take ${size(card.saved)}`}`;
  }

  function fill(entry) {
    if (entry.filled) return;
    entry.filled = true;
    const { card, article } = entry;
    const few = Math.min(4, card.members.length);
    const members = make("div", { cls: `members of-${few}` }, ...card.members.map((member, place) => figure(card, member, place)));
    article.append(members);
    if (card.type === "rule") {
      const told = card.told.length ? make("details", {}, make("summary", {}, "What it told"), listed(card.told)) : "";
      article.append(make("div", { cls: "told" }, make("p", {}, (card.proposal ? "Would do: " : "Done: ") + card.reasons.join("; ")), told));
    }
    if (card.more) article.append(make("p", { cls: "note" }, `… and ${card.more} more files`));
    article.dispatchEvent(new CustomEvent("pictured-filled", { bubbles: true, detail: card }));
  }

  const words = (card) =>
    card.members.map((each) => [each.name, each.folder, each.camera, each.taken, each.format].join(" ")).join(" ").toLowerCase();

  const entries = facts.cards.map((card) => {
    const title = make(
      "h2",
      { id: "h" + card.id },
      make("span", { cls: "number" }, card.id + " "),
      card.members[0].name,
    );
    const open = make("button", { type: "button", "aria-label": "Compare group " + card.id }, "Compare");
    open.addEventListener("click", () => compare(card, 1));
    const article = make(
      "article",
      { cls: "card", id: "g" + card.id, tabindex: "-1", "aria-labelledby": "h" + card.id },
      make("header", {}, make("div", { cls: "title" }, title, make("p", { cls: "about" }, about(card))), open),
    );
    const certain = Math.min(...card.members.slice(1).map((each) => (each.confidence === undefined ? 1 : each.confidence)));
    return {
      card,
      article,
      item: make("li", {}, article),
      text: words(card),
      certain,
      filled: false,
      folders: new Set(card.members.map((each) => each.folder)),
    };
  });
  const entryOf = new Map(entries.map((entry) => [entry.item, entry]));

  // What is known of a card meanwhile: draw it anew.
  document.addEventListener("pictured-changed", (event) => {
    const { card, pictures: drawn } = event.detail;
    const entry = entries.find((each) => each.card.id === card.id);
    if (!entry) return;
    Object.assign(entry.card, card);
    if (drawn) read.set(card.id, drawn);
    if (!entry.filled) return;
    entry.filled = false;
    const header = entry.article.querySelector("header");
    for (const each of entry.article.querySelectorAll(":scope > .members, :scope > .told, :scope > .note")) each.remove();
    header.querySelector(".title > .about").textContent = about(entry.card);
    fill(entry);
  });

  const near = new IntersectionObserver(
    (seen) => {
      for (const each of seen) {
        if (each.isIntersecting) {
          fill(entryOf.get(each.target));
          near.unobserve(each.target);
        }
      }
    },
    { rootMargin: "800px 0px" },
  );

  // Filters and order

  const controls = { search: byId("search"), kind: byId("kind"), folder: byId("folder"), least: byId("least"), sort: byId("sort") };
  const ORDERS = {
    saved: (one, other) => other.card.saved - one.card.saved,
    copies: (one, other) => other.card.members.length + other.card.more - one.card.members.length - one.card.more,
    unsure: (one, other) => one.certain - other.certain,
    name: (one, other) => one.card.members[0].name.localeCompare(other.card.members[0].name),
    id: () => 0,
  };
  let visible = [];

  function choices() {
    const kinds = new Map();
    const folders = new Map();
    for (const entry of entries) {
      for (const kind of entry.card.kinds) kinds.set(kind, (kinds.get(kind) || 0) + 1);
      for (const folder of entry.folders) folders.set(folder, (folders.get(folder) || 0) + 1);
    }
    const told = { ...KINDS, rule: "made by rules" };
    for (const [kind, number] of kinds) {
      controls.kind.append(make("option", { value: kind }, `${told[kind] || kind} (${number})`));
    }
    const most = [...folders].sort((one, other) => other[1] - one[1]).slice(0, 300);
    for (const [folder, number] of most.sort((one, other) => one[0].localeCompare(other[0]))) {
      controls.folder.append(make("option", { value: folder }, `${folder} (${number})`));
    }
  }

  function fits(entry, wanted, kind, folder, least) {
    return (
      wanted.every((word) => entry.text.includes(word)) &&
      (!kind || entry.card.kinds.includes(kind)) &&
      (!folder || [...entry.folders].some((each) => each === folder || each.startsWith(folder + "/"))) &&
      (!least || entry.card.saved >= least)
    );
  }

  function arrange() {
    const wanted = controls.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const least = Number(controls.least.value);
    visible = entries
      .filter((entry) => fits(entry, wanted, controls.kind.value, controls.folder.value, least))
      .sort((one, other) => ORDERS[controls.sort.value](one, other) || one.card.id - other.card.id);
    near.disconnect();
    list.replaceChildren(...visible.map((entry) => entry.item));
    for (const entry of visible) if (!entry.filled) near.observe(entry.item);
    const saved = visible.reduce((sum, { card }) => sum + (card.type === "copies" ? card.saved : 0), 0);
    byId("count").textContent = `${visible.length} of ${entries.length} shown${facts.live ? "" : `, ${size(saved)} to be saved`}`;
    byId("none").hidden = visible.length > 0 || (facts.live && !entries.length);
  }

  let later = 0;
  byId("filters").addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(arrange, 120);
  });
  byId("filters").addEventListener("reset", () => setTimeout(arrange));
  byId("filters").addEventListener("submit", (event) => event.preventDefault());

  // Comparing two

  const dialog = byId("compare");
  const stage = byId("stage");
  const which = byId("which");
  const WHOLE = [1, 0, 0, 1, 0, 0];
  let now = null;
  let timer = 0;

  function loaded(found) {
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = () => reject(new Error("the picture cannot be shown"));
      image.src = source(found);
    });
  }

  const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;

  function choose(name, value) {
    document.querySelector(`input[name="${name}"][value="${value}"]`).checked = true;
  }

  async function compare(card, place) {
    if (card.members.length < 2) return;
    offered(card, place);
    byId("compare-title").textContent = `${card.id} ${card.members[0].name}`;
    if (!document.querySelector('input[name="mode"]:checked')) {
      choose("mode", "slider");
      choose("zoom", "fit");
    }
    now = { card };
    if (!dialog.open) dialog.showModal();
    await change();
    if (chosen("mode") === "slider") byId("position").focus();
  }

  function offered(card, place) {
    const compared = card.members.map((member, number) => [member, number]).slice(1);
    which.replaceChildren(
      ...compared.map(([member, number]) => make("option", { value: number }, `${member.label}: ${member.name}`)),
    );
    which.value = String(place);
  }

  async function change() {
    clearInterval(timer);
    const { card } = now;
    const place = Number(which.value);
    const first = card.members[0];
    const second = card.members[place];
    const mine = { card, place, first, second, other: false, paused: still.matches, views: {} };
    now = mine;
    table(first, second);
    if (second.unmade) {
      stage.replaceChildren(make("p", { cls: "note wait" }, "The result is being made …"));
      byId("shown").textContent = byId("scale").textContent = "";
      try {
        await served(card, place);
      } catch {
        // Whoever shows it says why there is none.
      }
      if (mine !== now) return;
      mine.first = card.members[0];
      mine.second = card.members[place];
      offered(card, place);
      table(mine.first, mine.second);
    }
    await show();
  }

  // What is compared: two pictures, and how the second lies on the first. `scale` tells which pixels these are.

  const image = (drawable, found) => ({ drawable, w: found.w, h: found.h });

  async function previewed() {
    const ours = preview(now.card, now.first);
    const theirs = preview(now.card, now.second);
    if (!ours.d || !theirs.d) throw new Error(theirs.e || ours.e || "There is no preview of both.");
    const drawables = await Promise.all([loaded(ours), loaded(theirs)]);
    const scaled = (found, member) => {
      const whole = found.W || member.width;
      return `${member.label}: preview of ${found.w} × ${found.h}` + (whole ? `, ${percent(found.w / whole)} of its ${found.W} × ${found.H}` : "");
    };
    return {
      images: [image(drawables[0], ours), image(drawables[1], theirs)],
      at: now.second.at || WHOLE,
      full: false,
      scale: `${scaled(ours, now.first)}. ${scaled(theirs, now.second)}.${closeup() ? " The square marks the part that 100 % shows." : ""}`,
    };
  }

  function closeup() {
    const shown = now.second.preview;
    const places = Object.entries(pictures(now.card).c || {});
    const found = places.find(([place]) => now.card.members[Number(place)].preview === shown);
    return found ? found[1] : null;
  }

  async function part(found) {
    if (found.e) throw new Error(found.e);
    const drawables = await Promise.all(found.t.map(loaded));
    const [ours, theirs] = found.t;
    const whole = now.first.width ? ` of ${now.first.width} × ${now.first.height}` : "";
    return {
      images: [image(drawables[0], ours), image(drawables[1], theirs)],
      at: found.at,
      where: found.where,
      full: true,
      scale:
        `At 100 %: the part where the two differ most, ${ours.w} × ${ours.h}${whole} pixels of the first and ` +
        `${theirs.w} × ${theirs.h} of the second, each as in its file. Fit shows where it lies.`,
    };
  }

  // Whoever serves the page can give every pixel.
  function served(card, place) {
    const detail = { card, place, answer: null };
    document.dispatchEvent(new CustomEvent("pictured-full", { detail }));
    return detail.answer;
  }

  async function whole(answer) {
    const { bitmaps, at, part: cut } = await answer;
    if (cut) return part(cut);
    return {
      images: bitmaps.map((each) => ({ drawable: each, w: each.width, h: each.height })),
      at: at || now.second.at || WHOLE,
      full: true,
      everything: true,
      scale:
        `At 100 %: every pixel of both files, ${bitmaps[0].width} × ${bitmaps[0].height} and ${bitmaps[1].width} × ` +
        `${bitmaps[1].height}. One pixel of the finer is one of the screen; the other is laid on it.`,
    };
  }

  async function view() {
    const { card, place, views } = now;
    if (chosen("zoom") === "fit") return views.everything || (views.preview = views.preview || (await previewed()));
    if (!views.full) {
      const answer = served(card, place);
      const found = closeup();
      if (answer) {
        const mine = now;
        stage.replaceChildren(make("p", { cls: "note wait" }, "Reading every pixel of both files …"));
        const seen = await whole(answer);
        if (seen.everything) mine.views.everything = seen;
        mine.views.full = seen;
        return seen;
      }
      views.full = found ? await part(found) : await previewed();
      if (!views.full.full) {
        const equal = now.second.equal ? "The bytes of both files are equal. " : "";
        views.full = { ...views.full, scale: `${equal}No part at 100 % of its file is kept of this one. ${views.full.scale} At 100 %, one pixel of the finer preview is one of the screen.` };
      }
    }
    return views.full;
  }

  async function show() {
    clearInterval(timer);
    if (!now || !now.second) return;
    const mine = now;
    const mode = chosen("mode");
    const zoom = chosen("zoom");
    byId("position-of").hidden = mode !== "slider";
    byId("gain-of").hidden = mode !== "difference";
    byId("pause").hidden = mode !== "flicker";
    stage.setAttribute("aria-busy", "true");
    let seen = null;
    try {
      seen = await view();
    } catch (error) {
      if (mine !== now || zoom !== chosen("zoom")) return;
      stage.removeAttribute("aria-busy");
      stage.replaceChildren(make("p", { cls: "note wait" }, String(error.message)));
      byId("shown").textContent = byId("scale").textContent = "";
      return;
    }
    if (mine !== now || mode !== chosen("mode") || zoom !== chosen("zoom")) return;
    stage.removeAttribute("aria-busy");
    stage.className = `stage ${mode} ${zoom}`;
    now.seen = seen;
    ({ slider, flicker, difference, both })[mode](seen);
    byId("scale").textContent = seen.scale;
    if (zoom === "full" && seen.everything && now.scrolled !== seen) {
      now.scrolled = seen;
      await middle(seen);
    }
  }

  function canvas(width, height) {
    return make("canvas", { width, height });
  }

  function sized(element, width, height, beside = 1) {
    const room = [stage.clientWidth / beside - 8, 0.6 * window.innerHeight];
    const fitting = Math.min(room[0] / width, room[1] / height, 4);
    const times = chosen("zoom") === "full" ? 1 / (window.devicePixelRatio || 1) : fitting;
    element.style.width = width * times + "px";
    element.style.height = height * times + "px";
    return element;
  }

  function lay(context, each, at, width, height) {
    context.imageSmoothingQuality = "high";
    const [a, b, c, d, e, f] = at;
    context.setTransform(a * width, b * height, c * width, d * height, e * width, f * height);
    context.drawImage(each.drawable, 0, 0, 1, 1);
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  // As many pixels as the finer of both has.
  function frame(seen) {
    const [ours, theirs] = seen.images;
    const [a, b, c, d] = seen.at;
    const area = Math.abs(a * d - b * c) * ours.w * ours.h;
    const finer = Math.sqrt((theirs.w * theirs.h) / Math.max(1, area));
    const most = Math.min(Math.sqrt(MOST / (ours.w * ours.h)), LONGEST / Math.max(ours.w, ours.h));
    const times = Math.min(Math.max(1, finer < 1.02 ? 1 : finer), Math.max(1, most));
    return [Math.round(ours.w * times), Math.round(ours.h * times)];
  }

  // The first picture, and the second laid on it: one above the other, so that only what is shown has to change.
  function layers(seen) {
    const [width, height] = frame(seen);
    const canvases = [WHOLE, seen.at].map((at, place) => {
      const made = canvas(width, height);
      lay(made.getContext("2d"), seen.images[place], at, width, height);
      return made;
    });
    const box = sized(make("div", { cls: "layers", role: "img" }, ...canvases), width, height);
    marked(box, seen);
    stage.replaceChildren(box);
    return { box, canvases, width, height };
  }

  // Where the part lies that is kept at 100 %.
  function marked(box, seen) {
    const found = seen.full ? null : closeup() || now.views.full;
    if (!found || !found.where) return;
    const [left, top, right, bottom] = found.where.map((each) => 100 * each + "%");
    const mark = make("span", { cls: "part", "aria-hidden": "true" });
    Object.assign(mark.style, { left, top, width: `calc(${right} - ${left})`, height: `calc(${bottom} - ${top})` });
    box.append(mark);
  }

  function slider(seen) {
    const { box, canvases } = layers(seen);
    const line = make("span", { cls: "divider", "aria-hidden": "true" });
    box.append(line);
    const position = byId("position");
    // Only what of the picture is in view counts: at 100 %, the line stays there.
    const extent = () => {
      const from = Math.max(0, stage.scrollLeft - box.offsetLeft);
      return [from, Math.min(box.clientWidth - from, stage.clientWidth)];
    };
    const paint = () => {
      const [from, width] = extent();
      const x = from + (width * Number(position.value)) / 100;
      canvases[1].style.clipPath = `inset(0 0 0 ${x}px)`;
      line.style.left = x + "px";
      line.style.setProperty("--handle", stage.scrollTop + Math.min(box.clientHeight, stage.clientHeight) / 2 + "px");
    };
    const drag = (event) => {
      const [from, width] = extent();
      position.value = String((100 * (event.clientX - box.getBoundingClientRect().left - from)) / width);
      paint();
    };
    box.addEventListener("pointerdown", (event) => {
      box.setPointerCapture(event.pointerId);
      drag(event);
    });
    box.addEventListener("pointermove", (event) => {
      if (event.buttons) drag(event);
    });
    position.oninput = paint;
    stage.onscroll = paint;
    box.setAttribute("aria-label", `${now.first.label} on the left, ${now.second.label} on the right`);
    byId("shown").textContent = `Left: ${now.first.label} · right: ${now.second.label}`;
    paint();
  }

  function flicker(seen) {
    const { box, canvases } = layers(seen);
    const paint = () => {
      const member = now.other ? now.second : now.first;
      canvases[0].style.visibility = now.other ? "hidden" : "visible";
      canvases[1].style.visibility = now.other ? "visible" : "hidden";
      box.setAttribute("aria-label", member.label);
      byId("shown").textContent = now.paused ? `Shown: ${member.label}` : `${now.first.label} and ${now.second.label} in turn`;
    };
    now.turn = () => {
      now.other = !now.other;
      paint();
    };
    now.run = () => {
      clearInterval(timer);
      byId("pause").textContent = now.paused ? "Play" : "Pause";
      if (!now.paused) timer = setInterval(now.turn, FLICKER);
      paint();
    };
    now.run();
  }

  // Where both are, the difference of each channel; elsewhere nothing.
  function differing(seen, width, height) {
    const made = canvas(width, height);
    const context = made.getContext("2d", { willReadFrequently: true });
    const [a, b, c, d, e, f] = seen.at;
    context.save();
    context.beginPath();
    context.moveTo(e * width, f * height);
    context.lineTo((a + e) * width, (b + f) * height);
    context.lineTo((a + c + e) * width, (b + d + f) * height);
    context.lineTo((c + e) * width, (d + f) * height);
    context.closePath();
    context.clip();
    lay(context, seen.images[0], WHOLE, width, height);
    context.globalCompositeOperation = "difference";
    lay(context, seen.images[1], seen.at, width, height);
    context.restore();
    return { made, context };
  }

  function difference(seen) {
    const [width, height] = frame(seen);
    const { made, context } = differing(seen, width, height);
    let sum = 0;
    let far = 0;
    let counted = 0;
    for (let top = 0; top < height; top += 256) {
      const pixels = context.getImageData(0, top, width, Math.min(256, height - top)).data;
      for (let place = 0; place < pixels.length; place += 4) {
        if (pixels[place + 3] < 255) continue;
        const most = Math.max(pixels[place], pixels[place + 1], pixels[place + 2]);
        sum += pixels[place] + pixels[place + 1] + pixels[place + 2];
        far += most > FAR ? 1 : 0;
        counted += 1;
      }
    }
    const box = sized(make("div", { cls: "layers dark", role: "img" }, made), width, height);
    marked(box, seen);
    stage.replaceChildren(box);
    const gain = byId("gain");
    const amplify = () => {
      made.style.filter = `brightness(${gain.value})`;
      byId("gain-told").textContent = `× ${gain.value}`;
    };
    gain.oninput = amplify;
    amplify();
    box.setAttribute("aria-label", `Difference of ${now.first.label} and ${now.second.label}`);
    const of = seen.everything ? "of the files" : seen.full ? "of the parts at 100 %" : "of the previews";
    byId("shown").textContent = counted
      ? `Mean difference ${of} ${(sum / 3 / counted).toFixed(1)} of 255; ${percent(far / counted)} of the pixels differ by more than ${FAR}`
      : "The two do not overlap";
  }

  function both(seen) {
    const sides = seen.images.map((each, place) => {
      const made = sized(canvas(each.w, each.h), each.w, each.h, 2);
      made.getContext("2d").drawImage(each.drawable, 0, 0);
      made.setAttribute("role", "img");
      made.setAttribute("aria-label", place ? now.second.label : now.first.label);
      return made;
    });
    stage.replaceChildren(...sides);
    byId("shown").textContent = `Left: ${now.first.label} · right: ${now.second.label}, as they are`;
  }

  // Scroll to where the previews differ most.
  async function middle(seen) {
    let [x, y] = [0.5, 0.5];
    try {
      const small = await previewed();
      const { context } = differing({ ...small, at: seen.at }, 64, 64);
      const pixels = context.getImageData(0, 0, 64, 64).data;
      let most = -1;
      for (let row = 0; row < 64; row += 8) {
        for (let column = 0; column < 64; column += 8) {
          let sum = 0;
          for (let inner = 0; inner < 64; inner += 1) {
            const place = 4 * ((row + (inner >> 3)) * 64 + column + (inner & 7));
            sum += pixels[place] + pixels[place + 1] + pixels[place + 2];
          }
          if (sum > most) [most, x, y] = [sum, (column + 4) / 64, (row + 4) / 64];
        }
      }
    } catch {
      // Without previews, the middle is shown.
    }
    const inner = stage.firstElementChild;
    if (!inner) return;
    stage.scrollTo(x * inner.offsetWidth - stage.clientWidth / 2, y * inner.offsetHeight - stage.clientHeight / 2);
  }

  function table(first, second) {
    const told = [first, second].map((member) => new Map([["Name", member.name], ["Folder", member.folder], ...rows(member), ...further(member)]));
    const terms = [...new Set([...told[0].keys(), ...told[1].keys()])];
    const head = make("tr", {}, make("th", { scope: "col" }, make("span", { cls: "hidden" }, "Fact")), ...[first, second].map((member) => make("th", { scope: "col" }, member.label)));
    byId("table").replaceChildren(
      head,
      ...terms.map((term) =>
        make("tr", {}, make("th", { scope: "row" }, term), ...told.map((each) => make("td", {}, ...path(each.get(term) || "–")))),
      ),
    );
  }

  function next(step) {
    const count = which.options.length;
    which.selectedIndex = (which.selectedIndex + step + count) % count;
    change();
  }

  which.addEventListener("change", change);
  byId("modes").addEventListener("change", show);
  byId("zooms").addEventListener("change", show);
  byId("pause").addEventListener("click", () => {
    now.paused = !now.paused;
    now.run();
  });
  window.addEventListener("resize", () => {
    if (dialog.open) show();
  });
  byId("compare-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    clearInterval(timer);
    stage.onscroll = null;
    stage.replaceChildren();
    const { card } = now;
    now = null;
    const entry = entries.find((each) => each.card === card);
    if (entry && !entry.article.contains(document.activeElement)) entry.article.focus();
  });

  // Keyboard

  const keys = byId("keys");
  byId("keys-open").addEventListener("click", () => keys.showModal());
  byId("keys-close").addEventListener("click", () => keys.close());

  function go(entry) {
    fill(entry);
    entry.article.focus({ preventScroll: true });
    const scroll = () => entry.article.scrollIntoView({ block: "start", behavior: "instant" });
    scroll();
    // Cards above get their true heights when they come near.
    requestAnimationFrame(() => requestAnimationFrame(scroll));
  }

  function step(by) {
    const here = visible.findIndex((entry) => entry.article.contains(document.activeElement));
    const entry = visible[Math.min(visible.length - 1, Math.max(0, here < 0 ? 0 : here + by))];
    if (entry) go(entry);
  }

  const typing = (target) => target.matches("input:not([type=radio]):not([type=range]), select, textarea");

  function inDialog(event) {
    const mode = ["slider", "flicker", "difference", "both"][Number(event.key) - 1];
    if (mode) {
      choose("mode", mode);
      show();
    } else if (event.key === "n" || event.key === "p") {
      next(event.key === "n" ? 1 : -1);
    } else if (event.key === "z") {
      choose("zoom", chosen("zoom") === "fit" ? "full" : "fit");
      show();
    } else if (event.key === " " && chosen("mode") === "flicker" && now.turn && !event.target.matches("button, input")) {
      now.paused = true;
      now.run();
      now.turn();
    } else {
      return;
    }
    event.preventDefault();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || keys.open) return;
    if (dialog.open) {
      inDialog(event);
      return;
    }
    const entry = visible.find((each) => each.article === document.activeElement);
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "/") controls.search.focus();
    else if (event.key === "?") keys.showModal();
    else if (entry && (event.key === "Enter" || event.key === "c")) compare(entry.card, 1);
    else return;
    event.preventDefault();
  });

  // Colours

  const theme = byId("theme");
  function paint(value) {
    if (value) document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
  }
  try {
    theme.value = localStorage.getItem("pictured-theme") || "";
  } catch {
    theme.value = "";
  }
  paint(theme.value);
  theme.addEventListener("change", () => {
    paint(theme.value);
    try {
      localStorage.setItem("pictured-theme", theme.value);
    } catch {
      // Some browsers keep nothing for pages from the disk.
    }
  });

  choices();
  if (!entries.length) {
    byId("filters").hidden = true;
    byId("count").parentElement.hidden = true;
    byId("none").textContent = "There is nothing to show: no picture has a copy, and no rule has made anything yet.";
  }
  if (facts.live) {
    controls.sort.value = "id";
    controls.least.closest("label").hidden = true;
    controls.sort.querySelector("[value=saved]").remove();
  }
  arrange();
  const asked = entries.find((entry) => "#g" + entry.card.id === location.hash);
  if (asked) go(asked);
})();
