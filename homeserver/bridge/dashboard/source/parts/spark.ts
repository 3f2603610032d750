// A line without axes: how a figure went of late.

import { svg, html, type TemplateResult } from "lit";

import type { Sample } from "../model/memory.js";
import { HEIGHT, pathOf, WIDTH } from "./path.js";

export const spark = (samples: readonly Sample[]): TemplateResult =>
  html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${svg`<path d=${pathOf(samples)}></path>`}</svg>`;
