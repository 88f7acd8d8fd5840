// Shows a conversation as it grows. What others wrote is set as text, never as HTML.
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

// After a break the browser reconnects by itself, and sends the id of the last event it has seen.
const aDayAgo = new Date(Date.now() - 24 * 60 * 60 * 1000).toISOString();
const since = new URLSearchParams(location.search).get("since") ?? aDayAgo;
const events = new EventSource(`${location.pathname}/events?${new URLSearchParams({ since })}`);
events.onmessage = (event) => show(JSON.parse(event.data));

let problem = "";
events.addEventListener("problem", (event) => { problem = JSON.parse(event.data).detail; });
events.onopen = () => { status.textContent = "Live"; problem = ""; };
events.onerror = () => {
  const isOver = events.readyState === EventSource.CLOSED;
  status.textContent = isOver ? "Refused" : problem || "Reconnecting…";
};
