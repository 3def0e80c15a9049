import { defineConfig } from "vite";

// Where `npm run dev` finds the interface: a heed serve that is already running.
const server = process.env["HEED_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "./", // Relative: the page also works behind a proxy that serves it under a path.
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir: "../build/web",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // No data: addresses, which a strict content-security policy refuses in style sheets.
    chunkSizeWarningLimit: 700, // ECharts, loaded only where a chart is drawn.
  },
  server: { proxy: { "/v1": server, "/v2": server, "/openapi.json": server } },
});
