// An editor for YAML: line numbers, colours, faults at their place, words that the home knows. It stands in a shadow of its own, for the
// library writes its style sheet there without a word in the page that the policy would refuse.

import { autocompletion, completionKeymap, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, RangeSet, StateEffect, StateField, type Extension, type Range, type Text } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, gutter, GutterMarker, highlightActiveLine, hoverTooltip, keymap, lineNumbers, type DecorationSet } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { define } from "./plain.js";

export interface Fault {
  line: number;
  column: number;
  severity: string;
  text: string;
  suggestion: string;
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--active)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--fine)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.typeName, tags.labelName], fontWeight: "640" },
]);

const LOOK = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--card)", fontSize: "0.9em", borderRadius: "var(--round-2)" },
  "&.cm-focused": { outline: "3px solid var(--active)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: 'ui-monospace, "SFMono-Regular", "Liberation Mono", monospace', lineHeight: "1.5", minHeight: "14rem", maxHeight: "65vh", overflow: "auto", borderRadius: "inherit" },
  ".cm-content": { caretColor: "var(--ink)", padding: "var(--space-3) 0" },
  ".cm-gutters": { backgroundColor: "var(--tile)", color: "var(--quiet)", border: "0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--quiet) 7%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--active) 28%, transparent)" },
  ".cm-fault": { textDecoration: "underline wavy var(--alarm) 1.5px", textUnderlineOffset: "3px", textDecorationSkipInk: "none" },
  ".cm-doubt": { textDecoration: "underline wavy var(--glow) 1.5px", textUnderlineOffset: "3px", textDecorationSkipInk: "none" },
  ".cm-marks": { width: "1.1em", textAlign: "center", fontWeight: "700" },
  ".cm-marks .bad": { color: "var(--alarm)" },
  ".cm-marks .odd": { color: "var(--glow)" },
  ".cm-tooltip": { border: "1px solid var(--line)", borderRadius: "var(--round-1)", backgroundColor: "var(--card)", color: "var(--ink)", overflow: "hidden" },
  ".cm-tooltip .told": { maxWidth: "24rem", padding: "var(--space-2) var(--space-3)", fontFamily: "system-ui, sans-serif" },
  ".cm-tooltip-autocomplete ul li": { padding: "var(--space-1) var(--space-3) !important", color: "var(--ink)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--active) !important", color: "var(--card) !important" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.85" },
});

// -- faults

class Sign extends GutterMarker {
  constructor(private readonly bad: boolean) {
    super();
  }

  override eq(other: Sign): boolean {
    return other.bad === this.bad;
  }

  override toDOM(): HTMLElement {
    const made = document.createElement("span");
    made.className = this.bad ? "bad" : "odd";
    made.textContent = this.bad ? "✕" : "!";
    return made;
  }
}

interface Marks {
  faults: readonly Fault[];
  lines: DecorationSet;
  signs: RangeSet<GutterMarker>;
}
const found = StateEffect.define<readonly Fault[]>();

function marksOf(faults: readonly Fault[], text: Text): Marks {
  const lines: Range<Decoration>[] = [];
  const worst = new Map<number, boolean>();
  for (const fault of faults) {
    const line = text.line(Math.max(1, Math.min(fault.line, text.lines)));
    const [from, to] = spanOf(fault, line.text);
    const bad = fault.severity === "error";
    worst.set(line.from, worst.get(line.from) || bad);
    if (to > from) lines.push(Decoration.mark({ class: bad ? "cm-fault" : "cm-doubt" }).range(line.from + from, line.from + to));
  }
  const signs = [...worst].map(([at, bad]) => new Sign(bad).range(at));
  return { faults, lines: Decoration.set(lines, true), signs: RangeSet.of(signs, true) };
}

/** From the column of a fault to the end of its word; the whole line where it has none. */
function spanOf(fault: Fault, line: string): [number, number] {
  const from = Math.min(Math.max(0, fault.column - 1), line.length);
  const word = /^[^\s,\]}]+/.exec(line.slice(from));
  return word ? [from, from + word[0].length] : [line.length - line.trimStart().length, line.trimEnd().length];
}

const marks = StateField.define<Marks>({
  create: (state) => marksOf([], state.doc),
  update(now, change) {
    for (const effect of change.effects) if (effect.is(found)) return marksOf(effect.value, change.state.doc);
    return change.docChanged ? { ...now, lines: now.lines.map(change.changes), signs: now.signs.map(change.changes) } : now;
  },
  provide: (field) => EditorView.decorations.from(field, (now) => now.lines),
});

const signs = gutter({ class: "cm-marks", markers: (view) => view.state.field(marks).signs, initialSpacer: () => new Sign(false) });

const hover = hoverTooltip((view, at) => {
  const line = view.state.doc.lineAt(at);
  const here = view.state.field(marks).faults.filter((fault) => fault.line === line.number);
  if (here.length === 0) return null;
  const dom = document.createElement("div");
  dom.className = "told";
  dom.textContent = here.map((fault) => [fault.text, fault.suggestion].filter(Boolean).join(" – ")).join("\n");
  return { pos: line.from, end: line.to, above: true, create: () => ({ dom }) };
});

// -- the element

export class Code extends HTMLElement {
  /** What may be put in where a word begins; asked when it is. */
  words: () => readonly Completion[] = () => [];
  private view: EditorView | null = null;
  private readonly writable = new Compartment();
  private text = "";
  private fixed = false;
  private faults: readonly Fault[] = [];

  connectedCallback(): void {
    if (this.view) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.view = new EditorView({ root, parent: root, state: EditorState.create({ doc: this.text, extensions: this.extensions() }) });
    this.problems = this.faults;
  }

  disconnectedCallback(): void {
    this.text = this.value;
    this.view?.destroy();
    this.view = null;
  }

  private extensions(): Extension[] {
    return [
      signs, lineNumbers(), history(), drawSelection(), highlightActiveLine(), indentOnInput(), bracketMatching(), indentUnit.of("  "), yaml(),
      syntaxHighlighting(COLOURS), LOOK, marks, hover,
      autocompletion({ override: [(context) => this.complete(context)], icons: false }),
      keymap.of([{ key: "Mod-s", preventDefault: true, run: () => this.say("save") }, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ "aria-label": this.getAttribute("label") ?? "", "aria-multiline": "true", tabindex: "0" }),
      this.writable.of(EditorState.readOnly.of(this.fixed)),
      EditorView.updateListener.of((update) => void (update.docChanged && this.say("edited"))),
    ];
  }

  private say(what: string): boolean {
    return this.dispatchEvent(new CustomEvent(what, { bubbles: true }));
  }

  private complete(context: CompletionContext): CompletionResult | null {
    const word = context.matchBefore(/[\w.]+/);
    if (!word && !context.explicit) return null;
    return { from: word?.from ?? context.pos, options: this.words(), validFor: /^[\w.]*$/ };
  }

  get value(): string {
    return this.view?.state.doc.toString() ?? this.text;
  }

  set value(text: string) {
    this.text = text;
    const view = this.view;
    if (view && view.state.doc.toString() !== text) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  }

  set readonly(fixed: boolean) {
    this.fixed = fixed;
    this.view?.dispatch({ effects: this.writable.reconfigure(EditorState.readOnly.of(fixed)) });
  }

  set problems(faults: readonly Fault[]) {
    this.faults = faults;
    this.view?.dispatch({ effects: found.of(faults) });
  }

  /** Put the cursor on a line, counted from 1, and a column of it. */
  goTo(line: number, column = 1): void {
    const { view } = this;
    if (!view) return;
    const there = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
    const at = Math.min(there.from + column - 1, there.to);
    view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    view.focus();
  }
}

define("hs-code", Code);
