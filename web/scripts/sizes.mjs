// Prints what a browser fetches, compressed: the first load, and each page or part that is loaded when it is needed.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const folder = new URL("../../build/web/", import.meta.url);
const size = (path) => gzipSync(readFileSync(new URL(path, folder))).length;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(6)} kB`;
const html = readFileSync(new URL("index.html", folder), "utf8");

let first = size("index.html");
for (const name of readdirSync(new URL("assets/", folder)).sort()) {
  const bytes = size(`assets/${name}`);
  const isFirst = html.includes(name);
  if (isFirst) first += bytes;
  console.log(`${kilobytes(bytes)}  ${name}${isFirst ? "  (first load)" : ""}`);
}
console.log(`${kilobytes(first)}  first load, gzip`);
