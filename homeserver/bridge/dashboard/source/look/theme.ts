// Light or dark: as the device says, unless somebody chose otherwise on it.

const KEY = "homeserver.theme"; // of this device
const MINE = "homeserver.theme.mine"; // of whoever is signed in, on all of his devices
export type Theme = "light" | "dark";

const dark = matchMedia("(prefers-color-scheme: dark)");

export const theme = (): Theme => (document.documentElement.dataset.theme as Theme | undefined) ?? (dark.matches ? "dark" : "light");

const kept = (key: string): Theme | "" => {
  const found = localStorage.getItem(key);
  return found === "light" || found === "dark" ? found : "";
};

/** What is so without a choice on this device needs none. */
export function chooseTheme(chosen: Theme): void {
  const own = chosen !== (kept(MINE) || (dark.matches ? "dark" : "light"));
  if (own) localStorage.setItem(KEY, chosen);
  else localStorage.removeItem(KEY);
  apply();
}

/** What whoever is signed in prefers, where this device says nothing else; empty: what the device says. */
export function takeTheme(preferred: Theme | ""): void {
  if (preferred) localStorage.setItem(MINE, preferred);
  else localStorage.removeItem(MINE);
  apply();
}

/** The same, said on this device just now: it goes before what was chosen on it. */
export function preferTheme(preferred: Theme | ""): void {
  localStorage.removeItem(KEY);
  takeTheme(preferred);
}

function apply(): void {
  const chosen = kept(KEY) || kept(MINE);
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
}

apply();
