// How an entity went since the page was opened: a line for figures, steps for what is on or off.

import { html, type TemplateResult } from "lit";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { entities } from "../model/home.js";
import { remembered, type Sample } from "../model/memory.js";
import { clock, number, t } from "../words/text.js";
import { define, Plain } from "./plain.js";

const HEIGHT = 160;
const OFTEN = 1_000; // milliseconds between drawings

class Graph extends Plain {
  static override properties = { entity: {} };
  declare entity: string;
  private plot: uPlot | null = null;
  private drawn = "";
  private observer = new ResizeObserver(() => this.plot?.setSize({ width: this.clientWidth, height: HEIGHT }));

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer.observe(this);
    this.every(OFTEN, () => this.draw());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  override render(): TemplateResult {
    return html`<figure class="graph" role="img" aria-label=${this.summary()}></figure>
      <p class="quiet small">${t("What this page saw since it was opened.")}</p>`;
  }

  /** What the picture shows, for those who do not see it. */
  private summary(): string {
    const values = remembered(this.entity).map(([, value]) => value);
    const last = values.at(-1);
    if (last === undefined) return t("Nothing was seen yet");
    return t("Lowest {0}, highest {1}, now {2}", number(Math.min(...values), 1), number(Math.max(...values), 1), number(last, 1));
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has("entity")) {
      this.plot?.destroy();
      this.plot = null;
      this.draw();
    }
  }

  private draw(): void {
    const samples = remembered(this.entity);
    const data = dataOf(samples);
    const frame = this.querySelector<HTMLElement>("figure");
    if (!frame || this.clientWidth === 0) return;
    if (!this.plot || this.drawn !== this.entity) {
      frame.replaceChildren();
      this.plot = new uPlot(this.options(), data, frame);
      this.drawn = this.entity;
    } else this.plot.setData(data);
  }

  private options(): uPlot.Options {
    const style = getComputedStyle(this);
    const [ink, line] = [style.getPropertyValue("--quiet"), style.getPropertyValue("--line")];
    const colour = style.getPropertyValue("--active");
    const unit: string = entities.get(this.entity)?.attributes.unit_of_measurement ?? "";
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const steps = uPlot.paths.stepped?.({ align: 1 });
    return {
      width: this.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 8 } },
      scales: { x: { time: true }, y: { range: (_, least, most) => spanOf(least, most) } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((tick) => clock(tick * 1000)), space: 64 },
        { ...axis, values: (_, ticks) => ticks.map((tick) => number(tick, 2)), size: 48 },
      ],
      series: [{}, { label: unit, stroke: colour, width: 2, fill: `color-mix(in srgb, ${colour} 14%, transparent)`, paths: steps, points: { show: false } }],
    };
  }
}

/** What the graph spans upwards: a little more than what was seen, and never nothing. */
function spanOf(least: number, most: number): [number, number] {
  const room = Math.max((most - least) * 0.1, Math.abs(most) * 0.02, 0.5);
  return [least - room, most + room];
}

const dataOf = (samples: readonly Sample[]): uPlot.AlignedData => [samples.map(([at]) => at / 1000), samples.map(([, value]) => value)];

define("hs-graph", Graph);
