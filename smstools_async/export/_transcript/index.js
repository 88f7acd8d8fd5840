
"use strict";
{
  const form = document.querySelector("form");
  const box = form.querySelector("input");
  const status = form.querySelector("output");
  const list = document.querySelector("#found");
  const pages = document.querySelector("#pages");
  const mostShown = 200;
  let lines = null; // read at the first search
  let waiting = 0;

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  const read = () =>
    JSON.parse(document.querySelector("#data").textContent).flatMap(([link, title, messages]) =>
      messages.map(([number, time, text]) => ({ link: `${link}#m${number}`, title, time, text, folded: fold(text) })),
    );

  const entry = ({ link, title, time, text }) => {
    const item = document.createElement("li");
    const anchor = document.createElement("a");
    anchor.href = link;
    anchor.textContent = text;
    anchor.dir = "auto";
    const place = document.createElement("p");
    place.textContent = `${title}, ${time}`;
    item.append(anchor, place);
    return item;
  };

  const search = () => {
    lines ??= read();
    const words = fold(box.value).split(/\s+/).filter(Boolean);
    const found = words.length ? lines.filter(({ folded }) => words.every((word) => folded.includes(word))) : [];
    const number = found.length.toLocaleString(document.documentElement.lang);
    const noun = found.length === 1 ? box.dataset.one : box.dataset.many;
    const first = found.length > mostShown ? `. ${box.dataset.first} ${mostShown}` : "";
    status.textContent = words.length ? `${number} ${noun}${first}` : "";
    list.replaceChildren(...found.slice(0, mostShown).map(entry));
    list.hidden = !words.length;
    pages.hidden = words.length > 0;
  };

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 150);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
}
