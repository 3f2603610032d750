// Builds the dashboard into dist/: checks types, bundles, compresses, and gives the service worker the list of files.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const DIST = new URL("dist/", import.meta.url).pathname;
const PACKED = /\.(js|css|html|svg|json|webmanifest)$/;

const checked = new URL("node_modules/typescript/bin/tsc", import.meta.url).pathname;
execFileSync(process.execPath, [checked, "--noEmit"], { stdio: "inherit", cwd: new URL(".", import.meta.url).pathname });
await build({ configFile: new URL("vite.config.mjs", import.meta.url).pathname, logLevel: "warn" });

const files = readdirSync(DIST, { recursive: true }).map(String).filter((name) => statSync(join(DIST, name)).isFile());
const shell = files.filter((name) => /^assets\/.*\.(js|css)$/.test(name) || /^icon/.test(name)).sort();
const version = createHash("sha256").update(shell.join()).update(readFileSync(join(DIST, "index.html"))).digest("hex").slice(0, 12);
const worker = join(DIST, "service-worker.js");
const push = readFileSync(new URL("source/push-worker.js", import.meta.url), "utf8");
const text = readFileSync(worker, "utf8").replace("/* notifications: source/push-worker.js */", () => push);
writeFileSync(worker, text.replace("__VERSION__", version).replace("[/* files */]", JSON.stringify(shell.map((name) => `/${name}`))));

for (const name of files.filter((one) => PACKED.test(one))) {
  writeFileSync(join(DIST, `${name}.gz`), gzipSync(readFileSync(join(DIST, name)), { level: 9 }));
}
