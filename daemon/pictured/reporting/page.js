"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const FLICKER = 700;
  const FAR = 24;
  const MOST = 2048;
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
  const percent = (number) => Math.round(100 * number) + "\u202f%";

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
    lines.push(["File", [size(member.bytes), member.format].filter(Boolean).join(" ")]);
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
    if (typeof member.richness === "number") lines.push(["True detail", signed(member.richness)]);
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

  function previews(card) {
    if (!read.has(card.id)) {
      const block = byId("p" + card.id);
      read.set(card.id, block ? JSON.parse(block.textContent) : []);
    }
    return read.get(card.id);
  }

  function preview(card, member) {
    const found = member.preview === null || member.preview === undefined ? null : previews(card)[member.preview];
    // What a rule made is known by its preview alone.
    if (found && found.d && !member.width) Object.assign(member, { width: found.W, height: found.H, format: found.f });
    return found || { e: "no preview is kept of so many copies" };
  }

  const source = (found) => "data:image/webp;base64," + found.d;

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
    const why = best
      ? make("div", { cls: "why" }, "It is the best by", make("ul", {}, ...card.reasons.map((each) => make("li", {}, each))))
      : member.why
        ? make("p", { cls: "why" }, "The best wins by " + member.why)
        : null;
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
        make("p", { cls: "folder" }, member.folder),
        listed(rows(member)),
        outlined ? make("p", { cls: "folder" }, "Dashed: what cut copies show of it, by their numbers.") : null,
        why,
        more.length ? make("details", {}, make("summary", {}, "More"), listed(more)) : null,
      ),
    );
  }

  function about(card) {
    if (card.type === "rule") {
      const change = card.members[0].bytes && card.members[1].bytes ? `${percent(card.members[1].bytes / card.members[0].bytes)} of the bytes before` : "";
      return ["rule " + card.rule, change].filter(Boolean).join(" · ");
    }
    const files = card.members.length + card.more;
    return `${files} files · ${card.kinds.map((kind) => KINDS[kind] || kind).join(", ")}${facts.live ? "" : ` · the others take ${size(card.saved)}`}`;
  }

  function fill(entry) {
    if (entry.filled) return;
    entry.filled = true;
    const { card, article } = entry;
    const members = make("div", { cls: "members" }, ...card.members.map((member, place) => figure(card, member, place)));
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
    byId("none").hidden = visible.length > 0;
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
  let now = null;
  let timer = 0;

  function loaded(found) {
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = () => reject(new Error("the preview cannot be shown"));
      image.src = source(found);
    });
  }

  const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;

  function choose(name, value) {
    document.querySelector(`input[name="${name}"][value="${value}"]`).checked = true;
  }

  async function compare(card, place) {
    const compared = card.members.map((member, number) => [member, number]).slice(1);
    if (!compared.length) return;
    which.replaceChildren(
      ...compared.map(([member, number]) => make("option", { value: number }, `${member.label}: ${member.name}`)),
    );
    which.value = String(place);
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

  async function change() {
    clearInterval(timer);
    const { card } = now;
    const first = card.members[0];
    const second = card.members[Number(which.value)];
    const ours = preview(card, first);
    const theirs = preview(card, second);
    now = { card, first, second, ours, theirs, images: null, other: false, paused: still.matches };
    table(first, second);
    const mine = now;
    if (!ours.d || !theirs.d) {
      stage.replaceChildren(make("p", { cls: "note" }, theirs.e || ours.e || "There is no preview of both."));
      byId("shown").textContent = byId("scale").textContent = "";
      return;
    }
    try {
      const images = await Promise.all([loaded(ours), loaded(theirs)]);
      if (mine !== now) return;
      now.images = images;
      show();
    } catch (error) {
      stage.replaceChildren(make("p", { cls: "note" }, String(error.message)));
    }
  }

  function canvas(width, height, beside = 1) {
    const made = make("canvas", { width, height, role: "img" });
    const room = [stage.clientWidth / beside - 8, 0.6 * window.innerHeight];
    const fitting = Math.min(room[0] / width, room[1] / height);
    made.style.width = width * (chosen("zoom") === "full" ? 1 / (window.devicePixelRatio || 1) : fitting) + "px";
    return made;
  }

  function lay(context, image, at, width, height) {
    context.imageSmoothingQuality = "high";
    const [a, b, c, d, e, f] = at;
    context.setTransform(a * width, b * height, c * width, d * height, e * width, f * height);
    context.drawImage(image, 0, 0, 1, 1);
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  const WHOLE = [1, 0, 0, 1, 0, 0];

  function show() {
    clearInterval(timer);
    if (!now || !now.images) return;
    const mode = chosen("mode");
    stage.className = `stage ${mode} ${chosen("zoom")}`;
    byId("position-of").hidden = mode !== "slider";
    byId("gain-of").hidden = mode !== "difference";
    byId("pause").hidden = mode !== "flicker";
    ({ slider, flicker, difference, both })[mode]();
    const scaled = (found, member) => {
      const whole = found.W || member.width;
      return `${member.label}: preview of ${found.w} × ${found.h}` + (whole ? `, ${percent(found.w / whole)} of its ${found.W} × ${found.H}` : "");
    };
    byId("scale").textContent =
      `${scaled(now.ours, now.first)}. ${scaled(now.theirs, now.second)}. At 100 %, one pixel of ` +
      (mode === "both" ? "each preview is one of the screen." : "the finer preview is one of the screen; the other is laid on it.");
  }

  // As many pixels as the finer of both previews has.
  function drawn() {
    const [a, b, c, d] = now.second.at || WHOLE;
    const area = Math.abs(a * d - b * c) * now.ours.w * now.ours.h;
    const finer = Math.sqrt((now.theirs.w * now.theirs.h) / Math.max(1, area));
    const times = Math.max(1, Math.min(finer, MOST / Math.max(now.ours.w, now.ours.h)));
    const width = Math.round(now.ours.w * times);
    const height = Math.round(now.ours.h * times);
    const made = canvas(width, height);
    return { made, context: made.getContext("2d", { willReadFrequently: true }), width, height };
  }

  function slider() {
    const { made, context, width, height } = drawn();
    stage.replaceChildren(made);
    const position = byId("position");
    const paint = () => {
      const x = (width * Number(position.value)) / 100;
      context.clearRect(0, 0, width, height);
      lay(context, now.images[0], WHOLE, width, height);
      context.save();
      context.beginPath();
      context.rect(x, 0, width - x, height);
      context.clip();
      context.clearRect(0, 0, width, height);
      lay(context, now.images[1], now.second.at || WHOLE, width, height);
      context.restore();
      context.fillStyle = "#000";
      context.fillRect(x - 1.5, 0, 3, height);
      context.fillStyle = "#fff";
      context.fillRect(x - 0.5, 0, 1, height);
    };
    const drag = (event) => {
      const box = made.getBoundingClientRect();
      position.value = String((100 * (event.clientX - box.left)) / box.width);
      paint();
    };
    made.addEventListener("pointerdown", (event) => {
      made.setPointerCapture(event.pointerId);
      drag(event);
    });
    made.addEventListener("pointermove", (event) => {
      if (event.buttons) drag(event);
    });
    position.oninput = paint;
    made.setAttribute("aria-label", `${now.first.label} on the left, ${now.second.label} on the right`);
    byId("shown").textContent = `Left: ${now.first.label} · right: ${now.second.label}`;
    paint();
  }

  function flicker() {
    const { made, context, width, height } = drawn();
    stage.replaceChildren(made);
    const paint = () => {
      const member = now.other ? now.second : now.first;
      context.clearRect(0, 0, width, height);
      lay(context, now.images[now.other ? 1 : 0], now.other ? now.second.at || WHOLE : WHOLE, width, height);
      made.setAttribute("aria-label", member.label);
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

  function difference() {
    const { made, context, width, height } = drawn();
    stage.replaceChildren(made);
    const [a, b, c, d, e, f] = now.second.at || WHOLE;
    const quad = new Path2D();
    quad.moveTo(e * width, f * height);
    quad.lineTo((a + e) * width, (b + f) * height);
    quad.lineTo((a + c + e) * width, (b + d + f) * height);
    quad.lineTo((c + e) * width, (d + f) * height);
    quad.closePath();
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    context.save();
    context.clip(quad);
    lay(context, now.images[0], WHOLE, width, height);
    context.globalCompositeOperation = "difference";
    lay(context, now.images[1], now.second.at || WHOLE, width, height);
    context.restore();
    const pixels = context.getImageData(0, 0, width, height).data;
    let sum = 0;
    let far = 0;
    let counted = 0;
    for (let place = 0; place < pixels.length; place += 4) {
      const x = (place / 4) % width;
      const y = Math.floor(place / 4 / width);
      if (!context.isPointInPath(quad, x + 0.5, y + 0.5)) continue;
      const most = Math.max(pixels[place], pixels[place + 1], pixels[place + 2]);
      sum += (pixels[place] + pixels[place + 1] + pixels[place + 2]) / 3;
      far += most > FAR ? 1 : 0;
      counted += 1;
    }
    const gain = byId("gain");
    const amplify = () => {
      made.style.filter = `brightness(${gain.value})`;
    };
    gain.oninput = amplify;
    amplify();
    made.setAttribute("aria-label", `Difference of ${now.first.label} and ${now.second.label}`);
    byId("shown").textContent = counted
      ? `Mean difference of the previews ${(sum / counted).toFixed(1)} of 255; ${percent(far / counted)} of the pixels differ by more than ${FAR}`
      : "The two do not overlap";
  }

  function both() {
    const sides = [now.ours, now.theirs].map((found, place) => {
      const made = canvas(found.w, found.h, 2);
      made.getContext("2d").drawImage(now.images[place], 0, 0);
      made.setAttribute("aria-label", place ? now.second.label : now.first.label);
      return made;
    });
    stage.replaceChildren(...sides);
    byId("shown").textContent = `Left: ${now.first.label} · right: ${now.second.label}, as they are`;
  }

  function table(first, second) {
    const told = [first, second].map((member) => new Map([["Name", member.name], ["Folder", member.folder], ...rows(member), ...further(member)]));
    const terms = [...new Set([...told[0].keys(), ...told[1].keys()])];
    const head = make("tr", {}, make("th", { scope: "col" }, make("span", { cls: "hidden" }, "Fact")), ...[first, second].map((member) => make("th", { scope: "col" }, member.label)));
    byId("table").replaceChildren(
      head,
      ...terms.map((term) =>
        make("tr", {}, make("th", { scope: "row" }, term), ...told.map((each) => make("td", {}, each.get(term) || "–"))),
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
  if (facts.live) controls.sort.value = "id";
  arrange();
  const asked = entries.find((entry) => "#g" + entry.card.id === location.hash);
  if (asked) go(asked);
})();
