"use strict";
(() => {
  const MOST = 200;
  const facts = JSON.parse(document.getElementById("facts").textContent);
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const count = document.getElementById("count");
  const texts = facts.cards.map((card) => card.names.join("\n").toLowerCase());

  function look() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    found.replaceChildren();
    if (!words.length) {
      count.textContent = "";
      return;
    }
    let number = 0;
    facts.cards.forEach((card, place) => {
      if (!words.every((word) => texts[place].includes(word))) return;
      number += 1;
      if (number > MOST) return;
      const link = document.createElement("a");
      link.href = facts.pages[card.page] + "#g" + card.id;
      link.textContent = card.names[0];
      const item = document.createElement("li");
      item.append(link);
      found.append(item);
    });
    count.textContent = number > MOST ? `${number} groups, the first ${MOST} are shown` : `${number} ${number === 1 ? "group" : "groups"}`;
  }

  search.addEventListener("input", look);
  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
})();
