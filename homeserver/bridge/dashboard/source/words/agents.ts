// What a browser or a program calls itself, as people would say it.

import { t } from "./text.js";

const BROWSERS: [RegExp, string][] = [
  [/Home ?Assistant/i, "Home Assistant"], [/Edg(e|A|iOS)?\//, "Edge"], [/OPR\/|Opera/, "Opera"], [/SamsungBrowser/, "Samsung Internet"],
  [/Firefox|FxiOS/, "Firefox"], [/Chrom(e|ium)|CriOS/, "Chrome"], [/Safari\//, "Safari"], [/curl\//, "curl"], [/python|httpx|aiohttp/i, "Python"],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone/, "iPhone"], [/iPad/, "iPad"], [/Android/, "Android"], [/Windows/, "Windows"], [/CrOS/, "ChromeOS"], [/Mac OS X|Macintosh/, "Mac"], [/Linux|X11/, "Linux"],
];
const found = (rows: [RegExp, string][], agent: string): string => rows.find(([pattern]) => pattern.test(agent))?.[1] ?? "";

/** "Firefox on Linux"; what is not known is told as it calls itself, shortened. */
export function agentName(agent: string): string {
  const [browser, system] = [found(BROWSERS, agent), found(SYSTEMS, agent)];
  if (browser && system) return t("{0} on {1}", browser, system);
  return browser || system || agent.slice(0, 40) || t("Unknown device");
}

/** The host of the page that a program named itself by; Home Assistant's own apps by their name. */
export function programName(client: string): string {
  if (/home-assistant\.io\/(android|iOS)/i.test(client)) return "Home Assistant";
  try {
    return new URL(client).host;
  } catch {
    return client || t("Unknown program");
  }
}
