import type { Palette } from "./chart_options";

const kSeries = 6;

// The colours of the style sheet as the browser resolves them at this moment, theme included.
export function readPalette(element: HTMLElement): Palette {
  const probe = document.createElement("span");
  element.append(probe);
  const resolve = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const palette = {
    series: Array.from({ length: kSeries }, (_, i) => resolve(`--series-${i}`)),
    ink: resolve("--ink"),
    muted: resolve("--muted"),
    rule: resolve("--rule"),
    font: getComputedStyle(element).fontFamily,
  };
  probe.remove();
  return palette;
}

// Calls back when the theme changes, by the page's switch or by the system's. Returns what ends it.
export function onThemeChange(callback: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const observer = new MutationObserver(callback);
  system.addEventListener("change", callback);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    system.removeEventListener("change", callback);
    observer.disconnect();
  };
}
