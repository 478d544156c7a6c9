// Moves the bar of a batch while one looks at it. Without this the page says the same when it is
// loaded again.
const place = document.querySelector("[data-events]");
if (place && "EventSource" in window) {
  const source = new EventSource(place.dataset.events);
  source.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data);
    const bar = place.querySelector("progress");
    bar.max = now.total;
    bar.value = now.total - now.waiting;
    for (const [name, value] of Object.entries(now)) {
      const cell = place.querySelector(`[data-count="${name}"]`);
      if (cell) cell.textContent = value.toLocaleString("en");
    }
    if (now.state !== place.dataset.state) {
      source.close();
      location.reload();
    }
  });
}
