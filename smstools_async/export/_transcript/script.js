
"use strict";
{
  const form = document.querySelector("form");
  const box = form.querySelector("input");
  const status = form.querySelector("output");
  const messageHeight = 5; // rem, as in the style
  let lines = null; // read at the first search
  let waiting = 0;

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  const read = () =>
    Array.from(document.querySelectorAll("main h2, main article"), (node) => ({
      node,
      stretch: node.parentNode,
      text: node.localName === "article" ? fold(node.textContent) : null,
    }));

  const show = (node, isShown) => {
    if (node.hidden === isShown) node.hidden = !isShown; // reading is cheap, writing is not
  };

  const find = (words) => {
    const found = new Map(); // messages, days and stretches, with how many messages are in them
    const add = (place, number) => found.set(place, (found.get(place) ?? 0) + number);
    let day = null; // it may have begun in a stretch before
    for (const line of lines) {
      if (line.text === null) day = line;
      else if (words.every((word) => line.text.includes(word))) {
        add(line.node, 1);
        add(line.stretch, 1);
        add(day.node, 0);
        add(day.stretch, 0);
      }
    }
    return found;
  };

  const filter = () => {
    lines ??= read();
    const words = fold(box.value).split(/\s+/).filter(Boolean);
    const found = find(words);
    for (const { node, stretch } of lines) {
      if (found.has(stretch)) show(node, found.has(node)); // else its stretch is hidden as a whole
    }
    for (const stretch of document.querySelectorAll(".stretch")) {
      show(stretch, found.has(stretch));
      const height = `${(found.get(stretch) ?? 0) * messageHeight}rem`;
      stretch.style.containIntrinsicBlockSize = words.length ? height : "";
    }
    const sum = lines.filter(({ node, text }) => text !== null && found.has(node)).length;
    const noun = sum === 1 ? box.dataset.one : box.dataset.many;
    const number = sum.toLocaleString(document.documentElement.lang);
    status.textContent = words.length ? `${number} ${noun}` : "";
  };

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 150);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const picture = event.target.closest(".picture");
    picture?.setAttribute("aria-pressed", String(picture.getAttribute("aria-pressed") !== "true"));
  });
  form.hidden = false;
}
