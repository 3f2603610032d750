// How the dashboard is built: hashed assets, no inline script, nothing from elsewhere.

import { defineConfig } from "vite";

export default defineConfig({
  root: "source",
  publicDir: "../public",
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the policy of the bridge knows no data: addresses
    modulePreload: { polyfill: false }, // it would be an inline script
    reportCompressedSize: false,
    manifest: "made.json",
  },
});
