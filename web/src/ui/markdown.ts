// The part of Markdown that model cards use, as data. It is drawn as elements, never as HTML text, so nothing in a card can run.

export type Inline =
  | { kind: "text" | "code"; text: string }
  | { kind: "strong" | "emphasis"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] };

export type Block =
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

const kItem = /^ {0,3}(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const kRule = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const kDeepestQuote = 8; // What is quoted deeper stays text.
const kTableLine = /^\s*\|?(\s*:?-+:?\s*\|)+(\s*:?-+:?\s*)?\|?\s*$/;

export function parseMarkdown(text: string, depth = 0): Block[] {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    if (!lines[at]!.trim()) {
      at++;
      continue;
    }
    const [block, next] = readBlock(lines, at, depth);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

function readBlock(lines: string[], at: number, depth: number): [Block, number] {
  const line = lines[at]!;
  const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line);
  if (heading) return [{ kind: "heading", level: heading[1]!.length, children: parseInline(heading[2]!) }, at + 1];
  if (kRule.test(line)) return [{ kind: "rule" }, at + 1];
  if (/^ {0,3}(```|~~~)/.test(line)) return fenced(lines, at);
  if (/^ {4}/.test(line)) return indented(lines, at);
  if (depth < kDeepestQuote && /^ {0,3}>/.test(line)) return quote(lines, at, depth);
  if (kItem.test(line)) return list(lines, at);
  if (line.includes("|") && kTableLine.test(lines[at + 1] ?? "")) return table(lines, at);
  return paragraph(lines, at);
}

function takeWhile(lines: string[], at: number, wanted: (line: string) => boolean): number {
  while (at < lines.length && wanted(lines[at]!)) at++;
  return at;
}

function fenced(lines: string[], at: number): [Block, number] {
  const fence = lines[at]!.trim().slice(0, 3);
  const end = takeWhile(lines, at + 1, (line) => !line.trim().startsWith(fence));
  return [{ kind: "code", text: lines.slice(at + 1, end).join("\n") }, end + 1];
}

function indented(lines: string[], at: number): [Block, number] {
  const end = takeWhile(lines, at, (line) => /^ {4}/.test(line));
  return [{ kind: "code", text: lines.slice(at, end).map((line) => line.slice(4)).join("\n") }, end];
}

function quote(lines: string[], at: number, depth: number): [Block, number] {
  const end = takeWhile(lines, at, (line) => /^ {0,3}>/.test(line));
  const inner = lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/, ""));
  return [{ kind: "quote", blocks: parseMarkdown(inner.join("\n"), depth + 1) }, end];
}

function list(lines: string[], at: number): [Block, number] {
  const ordered = kItem.exec(lines[at]!)![1] !== undefined;
  const items: string[] = [];
  for (; at < lines.length; at++) {
    const item = kItem.exec(lines[at]!);
    if (item && (item[1] !== undefined) === ordered) items.push(item[2]!);
    else if (!item && /^\s{2,}\S/.test(lines[at]!)) items[items.length - 1] += ` ${lines[at]!.trim()}`;
    else break;
  }
  return [{ kind: "list", ordered, items: items.map(parseInline) }, at];
}

function cells(line: string): Inline[][] {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => parseInline(cell.trim().replace(/\\\|/g, "|")));
}

function table(lines: string[], at: number): [Block, number] {
  const end = takeWhile(lines, at + 2, (line) => line.includes("|"));
  return [{ kind: "table", head: cells(lines[at]!), rows: lines.slice(at + 2, end).map(cells) }, end];
}

function startsOther(line: string): boolean {
  return !line.trim() || /^ {0,3}(#{1,6}\s|```|~~~|>)/.test(line) || kItem.test(line) || kRule.test(line);
}

function paragraph(lines: string[], at: number): [Block, number] {
  const end = takeWhile(lines, at + 1, (line) => !startsOther(line));
  return [{ kind: "paragraph", children: parseInline(lines.slice(at, end).map((line) => line.trim()).join(" ")) }, end];
}

const kInline = /`([^`]+)`|\*\*(?=\S)(.+?)\*\*|\*(?=\S)([^*]+?)\*|\[([^[\]]+)\]\(([^()\s]+)\)|<(https?:[^<>\s]+)>/;

export function parseInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let rest = text;
  for (let found = kInline.exec(rest); found; found = kInline.exec(rest)) {
    if (found.index > 0) parts.push({ kind: "text", text: rest.slice(0, found.index) });
    parts.push(inlinePart(found));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) parts.push({ kind: "text", text: rest });
  return parts;
}

function inlinePart([whole, code, strong, emphasis, label, target, bare]: RegExpExecArray): Inline {
  if (code !== undefined) return { kind: "code", text: code };
  if (strong !== undefined) return { kind: "strong", children: parseInline(strong) };
  if (emphasis !== undefined) return { kind: "emphasis", children: parseInline(emphasis) };
  const href = target ?? bare!;
  // Other schemes (javascript:, data:) and relative addresses, which mean nothing here, stay text.
  if (!/^https?:\/\//i.test(href)) return { kind: "text", text: whole };
  return { kind: "link", href, children: label ? parseInline(label) : [{ kind: "text", text: href }] };
}
