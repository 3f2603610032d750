// Light or dark: as the device says, unless somebody chose otherwise on it.

const KEY = "homeserver.theme";
export type Theme = "light" | "dark";

const dark = matchMedia("(prefers-color-scheme: dark)");

export const theme = (): Theme => (document.documentElement.dataset.theme as Theme | undefined) ?? (dark.matches ? "dark" : "light");

/** What the device says itself needs no choice. */
export function chooseTheme(chosen: Theme): void {
  const own = (chosen === "dark") !== dark.matches;
  if (own) localStorage.setItem(KEY, chosen);
  else localStorage.removeItem(KEY);
  apply();
}

function apply(): void {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
}

apply();
