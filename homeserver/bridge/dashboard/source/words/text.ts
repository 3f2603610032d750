// Texts in the language of whoever looks: English stands in the code and is its own key, other languages in messages/*.json.

type Catalogue = Record<string, string>;

const CATALOGUES: Record<string, (() => Promise<{ default: Catalogue }>) | undefined> = {
  de: () => import("../messages/de.json"),
};

let catalogue: Catalogue = {};
export const format: { language: string | undefined; zone: string | undefined } = { language: "en-GB", zone: undefined };

/** The text in the language that is spoken; `{0}`, `{1}` … in it are filled in. */
export function t(text: string, ...parts: (string | number)[]): string {
  const said = catalogue[text] ?? text;
  return parts.length ? said.replace(/\{(\d)\}/g, (_, place: string) => String(parts[Number(place)] ?? "")) : said;
}

/** One text for one, another for several; `{0}` is how many. */
export const many = (count: number, one: string, more: string): string => t(count === 1 ? one : more, count);

const OWN = "homeserver.language"; // of this device
const MINE = "homeserver.language.mine"; // of whoever is signed in, on all of his devices
export const chosenLanguage = (): string => localStorage.getItem(OWN) ?? "";

export function chooseLanguage(language: string): void {
  if (language) localStorage.setItem(OWN, language);
  else localStorage.removeItem(OWN);
}

/** What whoever is signed in prefers, where this device says nothing else; whether another language is spoken by that. */
export function preferLanguage(language: string): boolean {
  const before = chosenLanguage() || localStorage.getItem(MINE) || "";
  if (language) localStorage.setItem(MINE, language);
  else localStorage.removeItem(MINE);
  return (chosenLanguage() || language) !== before;
}

/** Speak a language, and tell times in the home's zone; what a browser does not know it keeps as its own. */
export async function speak(said: string, zone?: string): Promise<void> {
  const wanted = chosenLanguage() || localStorage.getItem(MINE) || said || navigator.language;
  const language = wanted === "en" ? "en-GB" : wanted; // days before months, and 24 hours, as most of the world writes them
  try {
    new Intl.DateTimeFormat(language, { timeZone: zone });
    Object.assign(format, { language, zone: zone ?? format.zone });
  } catch {
    Object.assign(format, { language: undefined, zone: undefined });
  }
  const short = language.slice(0, 2);
  const load = CATALOGUES[short];
  catalogue = load ? (await load()).default : {};
  document.documentElement.lang = load ? short : "en";
}

export const capital = (text: unknown): string => String(text).charAt(0).toUpperCase() + String(text).slice(1);
export const spaced = (text: unknown): string => String(text).replaceAll("_", " "); // an attribute may be anything

/** A figure with at most `digits` behind the point; with `all`, exactly so many, so that it does not jump about. */
export function number(value: number, digits: number, all = false): string {
  const shape = { maximumFractionDigits: digits, minimumFractionDigits: all ? digits : 0 };
  return kept(`number ${digits} ${all}`, () => new Intl.NumberFormat(format.language, shape)).format(value);
}

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** Making a format takes as long as using it a hundred times. */
function kept<T extends Intl.NumberFormat | Intl.DateTimeFormat>(what: string, make: () => T): T {
  const key = `${what} ${format.language} ${format.zone}`;
  const found = (formats.get(key) as T | undefined) ?? make();
  formats.set(key, found);
  return found;
}

type Shape = Intl.DateTimeFormatOptions;

export function inZone(moment: string | number | Date, shape: Shape, zone = format.zone): string {
  const time = new Date(moment);
  if (Number.isNaN(time.getTime())) return String(moment);
  return kept(`${zone} ${JSON.stringify(shape)}`, () => new Intl.DateTimeFormat(format.language, { ...shape, timeZone: zone })).format(time);
}

export const clock = (time: string | number | Date): string => inZone(time, { hour: "2-digit", minute: "2-digit" });
export const moment = (time: string | number | Date): string =>
  inZone(time, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
export const today = (time: Date): string => inZone(time, { weekday: "long", day: "numeric", month: "long" });

/** A moment as the field of a form has it: in the home's time, without a zone. */
export function localMoment(state: string): string {
  const time = new Date(state);
  if (Number.isNaN(time.getTime())) return "";
  const two = "2-digit";
  const shape: Shape = { year: "numeric", month: two, day: two, hour: two, minute: two, hourCycle: "h23", timeZone: format.zone };
  const told = new Intl.DateTimeFormat("en-GB", shape).formatToParts(time);
  const parts = Object.fromEntries(told.map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

const STEPS: [number, Intl.RelativeTimeFormatUnit][] = [[60, "second"], [60, "minute"], [24, "hour"], [365, "day"], [Infinity, "year"]];

/** How long ago a time was, or how soon it comes: "5 minutes ago". */
export function since(time: string | number | Date, now = Date.now()): string {
  let distance = (new Date(time).getTime() - now) / 1000;
  if (!Number.isFinite(distance)) return String(time);
  if (Math.abs(distance) < 5) return t("just now");
  for (const [size, unit] of STEPS) {
    if (Math.abs(distance) < size) {
      return new Intl.RelativeTimeFormat(format.language, { numeric: "auto" }).format(Math.round(distance), unit);
    }
    distance /= size;
  }
  return String(time);
}
