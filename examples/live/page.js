// Shows a conversation as it goes on. What others wrote is set as text, never as HTML.
const list = document.querySelector("ol");
const status = document.querySelector("[role=status]");

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function show(message) {
  const item = document.createElement("li");
  item.className = message.direction === "outbound" ? "outbound" : "inbound";
  const text = element("p", message.text);
  text.dir = "auto";
  item.append(text, element("time", new Date(message.unix_time * 1000).toLocaleString()));
  const all = document.documentElement;
  const wasAtEnd = scrollY + innerHeight >= all.scrollHeight - 1;
  list.append(item);
  if (wasAtEnd) scrollTo(0, all.scrollHeight);
}

// The browser comes back by itself after a break, and names the last event it has seen.
const aDayAgo = new Date(Date.now() - 24 * 60 * 60 * 1000).toISOString();
const since = new URLSearchParams(location.search).get("since") ?? aDayAgo;
const events = new EventSource(`${location.pathname}/events?${new URLSearchParams({ since })}`);
events.onmessage = (event) => show(JSON.parse(event.data));

let trouble = "";
events.addEventListener("problem", (event) => { trouble = JSON.parse(event.data).detail; });
events.onopen = () => { status.textContent = "Live"; trouble = ""; };
events.onerror = () => {
  const isOver = events.readyState === EventSource.CLOSED;
  status.textContent = isOver ? "Refused" : trouble || "Reconnecting…";
};
