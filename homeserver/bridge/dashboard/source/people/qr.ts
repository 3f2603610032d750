// A text as a picture for a phone's camera: dark on light in every theme, for that is what cameras read.

import encode from "qr";
import { html, svg, type TemplateResult } from "lit";

import { define, Plain } from "../parts/plain.js";

const MARGIN = 4; // modules that must stay light around it (ISO/IEC 18004)

/** The dark modules as one path, and how many modules it is wide. */
export function drawn(text: string): { path: string; size: number } {
  const rows = encode(text, "raw", { ecc: "medium", border: MARGIN });
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return { path, size: rows.length };
}

class Qr extends Plain {
  static override properties = { text: {}, label: {} };
  declare text: string;
  declare label: string;

  override render(): TemplateResult {
    const { path, size } = drawn(this.text);
    return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${this.label} shape-rendering="crispEdges">${svg`<path class="qr-ground" d="M0 0h${size}v${size}h-${size}z"></path><path d=${path}></path>`}</svg>`;
  }
}

define("hs-qr", Qr);
