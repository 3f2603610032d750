// Widgets that gather several things before they ask: a form with one button, and the pad on which a code is typed.

import { el, setAttribute, setText } from "/dom.js";
import { ask } from "/home.js";
import { Sure } from "/wishes.js";
import { isReachable, stateWord } from "/words.js";

/** The fields of a service and the button that sends them. What is left empty is not sent. */
export class Form {
  constructor(row, id) {
    this.row = row;
    this.inputs = row.fields.map((field) => ({ field, input: inputOf(field) }));
    this.button = el("button", { type: "submit" });
    this.root = el(
      "form",
      { class: row.fields.length > 1 ? "form" : "form line" },
      ...this.inputs.map(({ field, input }) => labelled(row, field, input)),
      this.button,
    );
    this.sure = new Sure((asked) => this.say(asked));
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!row.sure || this.sure.press()) this.send(id);
    });
  }

  say(asked) {
    setText(this.button, asked ? "Sure?" : this.row.word);
    setAttribute(this.button, "aria-label", `${asked ? "Sure? " : ""}${this.row.word}: ${this.name}`);
  }

  send(id) {
    const filled = this.inputs.filter(({ input }) => !input.closest("[hidden]") && input.value !== "");
    const worth = ({ field, input }) => (field.type === "number" || field.type === "range" ? Number(input.value) : input.value);
    ask(id, this.row.service, Object.fromEntries(filled.map((one) => [one.field.field, worth(one)])));
    for (const { field, input } of this.inputs) if (field.type === "text") input.value = "";
  }

  update(entity, name) {
    for (const { field, input } of this.inputs) {
      const options = field.options ? (entity.attributes[field.options] ?? []) : null;
      const key = JSON.stringify(options);
      if (options && input.dataset.key !== key) {
        input.dataset.key = key;
        input.replaceChildren(
          ...options.map((option) => el("option", { value: option, text: stateWord(entity, String(option)) })),
        );
      }
      const shown = (field.when ?? (() => true))(entity) && (!options || options.length > 0);
      setAttribute(input.closest("label") ?? input, "hidden", !shown);
      setAttribute(input, "aria-label", `${field.what} for ${name}`);
      setAttribute(input, "disabled", !isReachable(entity));
    }
    this.name = name;
    this.say(this.sure.asked);
    setAttribute(this.button, "disabled", !isReachable(entity));
  }
}

const labelled = (row, field, input) =>
  row.fields.length > 1 ? el("label", {}, el("span", { text: field.what }), input) : input;

function inputOf(field) {
  if (field.type === "choice") return el("select");
  const [min, max, step] = field.limits ?? [];
  const input = el("input", {
    type: field.type,
    min,
    max,
    step,
    maxlength: field.longest,
    required: field.needed,
    placeholder: field.type === "text" ? field.what : null,
    autocomplete: "off",
  });
  if (field.initial !== undefined) input.value = field.initial;
  return input;
}

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "⌫", "0"];

/** A code, typed or tapped; it is handed out once and then forgotten. */
export class CodePad {
  constructor() {
    this.input = el("input", { type: "password", autocomplete: "off", placeholder: "Code", maxlength: 100 });
    this.keys = el("div", { class: "keys" }, ...DIGITS.map((digit) => this.key(digit)));
    this.root = el("div", { class: "pad", hidden: true }, this.input, this.keys);
  }

  key(digit) {
    const button = el("button", { type: "button", text: digit, "aria-label": digit === "⌫" ? "Delete" : digit });
    button.addEventListener("click", () => {
      this.input.value = digit === "⌫" ? this.input.value.slice(0, -1) : this.input.value + digit;
    });
    return button;
  }

  get code() {
    return this.input.value;
  }

  take() {
    const code = this.input.value;
    this.input.value = "";
    return code;
  }

  focus() {
    this.input.focus();
    this.input.classList.add("missed");
    setTimeout(() => this.input.classList.remove("missed"), 600);
  }

  update(entity, shown, name) {
    const format = entity.attributes.code_format ?? "";
    const digits = format === "number" || /^\^?(\\d|\[0-9\])/.test(format);
    setAttribute(this.root, "hidden", !shown);
    setAttribute(this.keys, "hidden", !digits);
    setAttribute(this.input, "inputmode", digits ? "numeric" : "text");
    setAttribute(this.input, "aria-label", `Code for ${name}`);
  }
}
