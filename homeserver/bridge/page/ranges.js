// Widgets for a figure within limits: a slider, and a figure between a minus and a plus.

import { el, setAttribute, setText } from "/dom.js";
import { icon } from "/icons.js";
import { isReachable } from "/words.js";
import { figureLine, named, send } from "/wishes.js";

/** A slider that sends once, when it is let go, and is not moved by news while a finger is on it. */
export class Slider {
  constructor(row) {
    this.row = row;
    this.held = false;
    this.input = el("input", { type: "range" });
    this.bubble = el("output", { class: "bubble", "aria-hidden": "true" });
    this.root = el("div", { class: "slider" }, this.input, this.bubble);
    this.input.addEventListener("input", () => this.show(Number(this.input.value), true));
    this.input.addEventListener("change", () => this.send());
    for (const end of ["pointerup", "pointercancel", "blur"]) this.input.addEventListener(end, () => this.release());
  }

  show(figure, held) {
    this.held = held;
    const [least, most] = this.row.limits(this.entity);
    const part = Math.min(1, Math.max(0, (figure - least) / (most - least || 1)));
    this.input.style.setProperty("--part", figure === this.row.rest ? 0 : part);
    const text = figureLine(this.row, figure, this.entity);
    setText(this.bubble, text);
    setAttribute(this.input, "aria-valuetext", text);
    setAttribute(this.root, "data-held", held);
  }

  send() {
    this.held = false;
    send(this.row, this.entity, Number(this.input.value));
  }

  release() {
    setTimeout(() => {
      this.held = false;
      setAttribute(this.root, "data-held", false);
    }, 0);
  }

  update(entity, name) {
    this.entity = entity;
    const [least, most, step] = this.row.limits(entity);
    const limits = { min: least, max: most, step };
    for (const [limit, figure] of Object.entries(limits)) setAttribute(this.input, limit, figure);
    setAttribute(this.input, "aria-label", named(this.row, name));
    setAttribute(this.input, "disabled", !isReachable(entity));
    if (this.held) return;
    const figure = Number(this.row.read(entity) ?? NaN);
    const shown = Number.isFinite(figure) ? figure : least;
    if (Number(this.input.value) !== Math.max(least, shown)) this.input.value = shown;
    this.show(shown, false);
  }
}

const TOGETHER = 700; // milliseconds: several presses in a row are one wish

/** A figure between a minus and a plus; what is pressed quickly is sent once. */
export class Steps {
  constructor(row) {
    this.row = row;
    this.less = el("button", { type: "button" }, icon("minus"));
    this.more = el("button", { type: "button" }, icon("plus"));
    this.value = el("output");
    this.root = el("div", { class: "steps", role: "group" }, this.less, this.value, this.more);
    this.less.addEventListener("click", () => this.step(-1));
    this.more.addEventListener("click", () => this.step(1));
  }

  step(sign) {
    const [least, most, step] = this.row.limits(this.entity);
    const now = this.wish ?? Number(this.row.read(this.entity) ?? least);
    const near = Math.round((now + sign * step) / step) * step;
    this.wish = Number(Math.min(most, Math.max(least, near)).toFixed(3));
    this.show();
    clearTimeout(this.due);
    this.due = setTimeout(() => {
      const wish = this.wish;
      this.wish = undefined;
      send(this.row, this.entity, wish);
    }, TOGETHER);
  }

  show() {
    const figure = this.wish ?? Number(this.row.read(this.entity) ?? NaN);
    setText(this.value, Number.isFinite(figure) ? figureLine(this.row, figure, this.entity) : "–");
    const [least, most] = this.row.limits(this.entity);
    setAttribute(this.less, "disabled", !isReachable(this.entity) || figure <= least);
    setAttribute(this.more, "disabled", !isReachable(this.entity) || figure >= most);
  }

  update(entity, name) {
    this.entity = entity;
    setAttribute(this.root, "aria-label", named(this.row, name));
    setAttribute(this.less, "aria-label", `Lower ${this.row.what.toLowerCase()} of ${name}`);
    setAttribute(this.more, "aria-label", `Raise ${this.row.what.toLowerCase()} of ${name}`);
    this.show();
  }
}
