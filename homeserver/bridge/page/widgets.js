// The widgets behind the rows of the table of controls: each has a `root`, and `update`, which brings it up to date.

import { el, setAttribute, setText } from "/dom.js";
import { ask } from "/home.js";
import { CodePad, Form } from "/forms.js";
import { icon } from "/icons.js";
import { Picture, Progress } from "/pictures.js";
import { Slider, Steps } from "/ranges.js";
import { isReachable, stateWord } from "/words.js";
import { named, send, Sure } from "/wishes.js";

/** The widget of a row, for the entity `id`. */
export const widgetOf = (row, id) => new KINDS[row.as](row, id);

/** One of several words. */
class Choice {
  constructor(row) {
    this.row = row;
    this.input = el("select");
    this.root = el("div", { class: "choice" }, this.input);
    this.input.addEventListener("change", () => send(row, this.entity, this.input.value));
  }

  update(entity, name) {
    this.entity = entity;
    const now = this.row.read(entity) ?? "";
    const options = this.row.options(entity);
    const all = options.includes(now) ? options : [now, ...options];
    const key = JSON.stringify(all);
    if (this.key !== key) {
      this.key = key;
      const line = (option) =>
        el("option", {
          value: option,
          text: option === "" ? "–" : stateWord(entity, option),
          disabled: !options.includes(option),
        });
      this.input.replaceChildren(...all.map(line));
    }
    setAttribute(this.input, "aria-label", named(this.row, name));
    setAttribute(this.input, "disabled", !isReachable(entity));
    if (this.input.value !== now) this.input.value = now;
  }
}

/** Yes or no. */
class Toggle {
  constructor(row) {
    this.row = row;
    this.word = el("span", { text: row.what });
    this.root = el("button", { class: "toggle", type: "button", role: "switch" }, this.word, el("span", { class: "knob" }));
    this.root.addEventListener("click", () => send(row, this.entity, !row.read(this.entity)));
  }

  update(entity, name) {
    this.entity = entity;
    setAttribute(this.root, "aria-label", named(this.row, name));
    setAttribute(this.root, "aria-checked", String(Boolean(this.row.read(entity))));
    setAttribute(this.root, "disabled", !isReachable(entity));
  }
}

/** One press each; some ask back, some need a code. */
class Buttons {
  constructor(row, id) {
    this.id = id;
    this.pad = null; // made when a code is asked for
    this.parts = row.rows.map((one) => ({ one, word: el("span", { text: one.word }) }));
    for (const part of this.parts) {
      part.sure = new Sure((asked) => this.say(part, asked));
      part.root = el("button", { type: "button", class: part.one.strong ? "first" : "" }, icon(part.one.icon), part.word);
      part.root.addEventListener("click", () => this.press(part));
    }
    this.line = el(
      "div",
      { class: row.small ? "buttons joined" : "buttons", role: "group" },
      ...this.parts.map((part) => part.root),
    );
    this.root = el("div", { class: "press" }, this.line);
    this.row = row;
  }

  press(part) {
    const { one } = part;
    const code = one.code && this.pad ? this.pad.code : "";
    if (this.needsCode(one) && !code) {
      this.pad.focus();
    } else if (!one.sure || code || part.sure.press()) {
      part.sure.settle();
      ask(this.id, one.service, code ? { code: this.pad.take() } : {});
    }
  }

  say({ one, root, word }, asked) {
    setText(word, asked ? "Sure?" : one.word);
    setAttribute(root, "aria-label", `${asked ? "Sure? " : ""}${one.word}: ${this.name}`);
  }

  needsCode = (one) => Boolean(this.entity.attributes.code_format && one.code?.(this.entity.attributes));

  update(entity, name) {
    Object.assign(this, { entity, name });
    setAttribute(this.line, "aria-label", named(this.row, name));
    const shown = this.parts.filter((part) => !part.one.gone?.(entity));
    for (const part of this.parts) {
      setAttribute(part.root, "hidden", !shown.includes(part));
      setAttribute(part.root, "disabled", !isReachable(entity) || part.one.off?.(entity) === true);
      this.say(part, part.sure.asked);
      setAttribute(part.root, "title", part.one.word);
    }
    this.showPad(shown.some((part) => this.needsCode(part.one)));
    setAttribute(this.root, "hidden", shown.length === 0);
  }

  showPad(needed) {
    if (needed && !this.pad) {
      this.pad = new CodePad();
      this.root.prepend(this.pad.root);
    }
    this.pad?.update(this.entity, needed, this.name);
  }
}

/** A text, a day, a time or a moment, sent when it is left or Enter is pressed. */
class Field {
  constructor(row) {
    this.row = row;
    const types = { datetime: "datetime-local" };
    this.input = el("input", { type: types[row.type] ?? row.type, autocomplete: "off" });
    this.root = el("div", { class: "choice" }, this.input);
    this.input.addEventListener("change", () => {
      if (this.input.reportValidity() && (row.type === "text" || this.input.value)) send(row, this.entity, this.worth());
    });
  }

  worth() {
    return this.row.as === "figure" ? Number(this.input.value) : this.input.value;
  }

  update(entity, name) {
    this.entity = entity;
    const { min, max, step, pattern, mode } = entity.attributes;
    const rules =
      this.row.type === "text"
        ? { minlength: min, maxlength: max, pattern }
        : this.row.type === "number"
          ? { min, max, step }
          : {};
    for (const [rule, given] of Object.entries(rules)) setAttribute(this.input, rule, given ?? null);
    if (this.row.type === "text" && mode === "password") setAttribute(this.input, "type", "password");
    setAttribute(this.input, "aria-label", named(this.row, name));
    setAttribute(this.input, "disabled", !isReachable(entity));
    const known = !["unknown", "unavailable"].includes(entity.state);
    const now = known ? String(this.row.read(entity) ?? "") : "";
    if (document.activeElement !== this.input && this.input.value !== now) this.input.value = now;
  }
}

/** A number with more steps than a slider could tell apart. */
class Figure extends Field {
  constructor(row) {
    super({ ...row, type: "number" });
    this.input.inputMode = "decimal";
  }
}

const hex = (colour) => `#${colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

/** A colour, as the browser lets people choose one. */
class Colour {
  constructor(row) {
    this.row = row;
    this.input = el("input", { type: "color" });
    this.root = el("div", { class: "choice colour" }, this.input);
    this.input.addEventListener("change", () => {
      send(
        row,
        this.entity,
        [1, 3, 5].map((place) => parseInt(this.input.value.slice(place, place + 2), 16)),
      );
    });
  }

  update(entity, name) {
    this.entity = entity;
    const now = this.row.read(entity);
    setAttribute(this.input, "aria-label", named(this.row, name));
    setAttribute(this.input, "disabled", !isReachable(entity));
    if (document.activeElement !== this.input)
      this.input.value = Array.isArray(now) && now.length === 3 ? hex(now.map(Number)) : "#ffffff";
  }
}

const KINDS = {
  buttons: Buttons,
  choice: Choice,
  colour: Colour,
  field: Field,
  figure: Figure,
  form: Form,
  picture: Picture,
  progress: Progress,
  slider: Slider,
  steps: Steps,
  toggle: Toggle,
};
