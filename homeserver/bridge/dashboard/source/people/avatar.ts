// Somebody as a small round: his picture where this home serves it, else his initials on a colour of his own.

import { html, type TemplateResult } from "lit";

const HUES = 6;

/** At most two letters: of the first and the last word of a name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return picked.map((word) => [...word][0]!.toLocaleUpperCase()).join("") || "?";
}

const hueOf = (id: string): number => [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 997, 7) % HUES;

/** The policy of the home shows pictures of this home only: an address elsewhere stands for initials. */
export function avatar(id: string, name: string, picture: string | null = null): TemplateResult {
  const own = picture?.startsWith("/") ? picture : null;
  const fell = (event: Event): void => (event.target as Element).replaceWith(initials(name));
  return html`<span class="badge avatar" data-hue=${hueOf(id)} aria-hidden="true">${own ? html`<img src=${own} alt="" @error=${fell}>` : initials(name)}</span>`;
}
