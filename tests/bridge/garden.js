// The page of the worker `garden`, for tests: it waters, and shows a state of the home as it changes.

export function show(place, home) {
  const { html, render } = home;
  let told = "";
  const temperature = () => home.entities().find((one) => one.entity_id === "sensor.kitchen_temperature")?.state ?? "?";
  const water = async () => {
    const answer = await home.call(home.worker, "water", { minutes: 3 });
    told = answer.ok ? `watered by ${answer.value.by}` : answer.message;
    draw();
  };
  const draw = () => render(html`<p id="garden">${home.language} ${home.role} ${home.rest} ${temperature()} ${told}</p>
    <button class="plain" type="button" @click=${water}>Water</button>
    <button class="plain" type="button" @click=${() => home.go("roses")}>Roses</button>`, place);
  const unwatch = home.watch(["sensor.kitchen_temperature"], draw);
  draw();
  return () => {
    unwatch();
    window.gardenClosed = (window.gardenClosed ?? 0) + 1;
  };
}
